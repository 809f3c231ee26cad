"""Kills renders at random instants: `python -m tests.tools.kill_test --kills 60 --engine animatic --engine comfyui`.

With `--way commands` it is `kinoloom render` that is killed and run again. With `--reopen N` it closes and reopens Kinoloom N times during a render, and looks for what is left behind. The tests
run both in a short form.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.durability import kills, reopening


def main() -> int:
    """0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.kill_test", description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--engine", action="append", choices=("animatic", "comfyui"))
    parser.add_argument("--way", choices=("studio", "commands"), default="studio")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--reopen", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    well = True
    print(f"seed {arguments.seed}")
    engines = arguments.engine or ([] if arguments.reopen else ["animatic", "comfyui"])
    for engine in engines:
        with tempfile.TemporaryDirectory(prefix="kinoloom-kills-") as folder:
            began = time.monotonic()
            counts = kills.run(engine, arguments.kills, Path(folder), arguments.seed, say=print, way=arguments.way)
            print(f"{counts} ({time.monotonic() - began:.0f} s)")
            well &= not counts.wrong
    if arguments.reopen:
        with tempfile.TemporaryDirectory(prefix="kinoloom-reopen-") as folder:
            left = reopening.run(arguments.reopen, Path(folder), arguments.seed)
            print(left)
            well &= not left.wrong
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
