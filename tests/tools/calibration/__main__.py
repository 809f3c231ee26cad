"""`python -m tests.tools.calibration [--seeds N] [--first SEED] [--parts …] [--checks …] [--keep FILE] [--write]`.

Prints the table and everything that went wrong; `--write` stores the table in docs/quality.md. Takes minutes; with
`--keep` it can be stopped and goes on where it was.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.tools.calibration.docs import PAGE, with_table
from tests.tools.calibration.evaluate import EVALUATION, PARTS, evaluate, tasks
from tests.tools.calibration.tables import count, rows, summary


def main() -> None:
    """Evaluate, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="how many of everything")
    parser.add_argument("--first", type=int, default=EVALUATION, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS, help="only these")
    parser.add_argument("--checks", nargs="*", default=(), help="only defects that these checks have to find")
    parser.add_argument("--keep", type=Path, help="a file that keeps what was done, to go on from")
    parser.add_argument("--write", action="store_true", help=f"store the table in {PAGE.name}")
    given = parser.parse_args()
    begun = time.monotonic()
    seeds = range(given.first, given.first + given.seeds)
    figures = count(evaluate(tasks(seeds, given.parts, given.checks), given.workers, given.keep))
    lines = list(rows(figures))
    print(*lines, "", summary(figures), "", *figures.words, sep="\n")
    print(f"{time.monotonic() - begun:.0f} s")
    if given.write:
        page = with_table(PAGE.read_text(encoding="utf-8"), lines, summary(figures))
        PAGE.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
