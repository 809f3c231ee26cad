"""`python -m tests.tools.calibration [--seeds N] [--first SEED] [--workers N] [--write]`: the evaluation.

Prints the table and everything that went wrong; `--write` stores the table in docs/quality.md. Takes minutes.
"""

from __future__ import annotations

import argparse
import time

from tests.tools.calibration.docs import PAGE, with_table
from tests.tools.calibration.evaluate import EVALUATION, evaluate, table


def main() -> None:
    """Evaluate, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="how many of everything")
    parser.add_argument("--first", type=int, default=EVALUATION, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help=f"store the table in {PAGE.name}")
    given = parser.parse_args()
    begun = time.monotonic()
    figures = evaluate(range(given.first, given.first + given.seeds), given.workers)
    rows = list(table(figures))
    summary = (
        f"Over all checks: {figures.share(['plain', 'gross']):.1%} of what is plainly visible was found; "
        f"{figures.alarms.total()} false alarms (notes left out) in {figures.clean_seconds / 60:.1f} minutes of clean "
        f"film, {figures.per_ten_minutes():.1f} in ten minutes. Seeds {given.first} to {given.first + given.seeds - 1}."
    )
    print(*rows, "", summary, "", *figures.words, sep="\n")
    print(f"{time.monotonic() - begun:.0f} s")
    if given.write:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), rows, summary), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
