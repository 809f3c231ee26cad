"""Nonsense at length: `python -m tests.tools.fuzz`; `--examples N` for each kind, 10,000 by default."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the tests of tests/fuzz in their long form; the exit code of pytest. Other arguments go to it."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    arguments, rest = parser.parse_known_args()
    environment = os.environ | {"KINOLOOM_FUZZ": str(arguments.examples)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/fuzz", *rest], cwd=ROOT, env=environment
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
