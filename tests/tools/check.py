"""Everything that must hold before a change goes in: `python -m tests.tools.check`; `--fast` leaves out the browser.

Every step runs, also after one has failed, so that one call shows all there is to mend. Other arguments go to pytest.

Some tests hold the program to its promises in time ("stop acts within a second"), and share the machine with others
while they do. Up to three tests that failed are therefore run once more, by themselves: one that fails again fails the
check, one that passes is named as unsteady at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"
"""import-linter cannot be started with -m, and its console script is not on everybody's path."""


def steps(fast: bool, pytest_arguments: list[str]) -> dict[str, list[str]]:
    """The commands by name, in order; the last one's summary is the last thing on the screen when all is well."""
    python = sys.executable
    pytest = [python, "-m", "pytest", "-q"]
    found = {
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "lint": [python, "-m", "ruff", "check", "."],
        "types": [python, "-m", "mypy"],
        "imports": [python, "-c", LINT_IMPORTS],
        "tests": [*pytest, "-m", "not browser", *shared(1), *pytest_arguments],
        "browser tests": [*pytest, "-m", "browser and not alone", *shared(0), *pytest_arguments],
        "tests alone": [*pytest, "-m", "alone", *pytest_arguments],
    }
    return {name: command for name, command in found.items() if not fast or name not in BROWSER}


BROWSER = "browser tests", "tests alone"
"""What `--fast` leaves out."""


def shared(more: int) -> list[str]:
    """Arguments that give each file of tests to one of several processes: one a core, and `more` where tests wait for
    servers much of their time. A browser and a studio keep a core busy."""
    return ["-n", str(min((os.cpu_count() or 1) + more, 4)), "--dist", "loadfile"]


NO_TESTS = 5
"""pytest's exit code when arguments such as -k left no test over."""

FAILED = 1
"""pytest's exit code when tests failed, and nothing else was wrong."""

MOST_AGAIN = 3
"""More failures than this are not the machine's."""

REPAIR = {
    "format": "python -m ruff format .",
    "lint": "python -m ruff check --fix . mends some of it; the rest is named above.",
    "types": "the lines are named above.",
    "imports": "the chain of imports is shown above; docs/architecture.md says what each folder may import.",
    **dict.fromkeys(("tests", *BROWSER), "the tests are named above."),
}


def run_tests(command: list[str], root: Path = ROOT) -> tuple[int, list[str]]:
    """Run pytest, and once more what failed, one test after another; its exit code, and the unsteady tests."""
    with tempfile.TemporaryDirectory() as cache:  # an own one: failures of earlier runs are no business of this one
        code = subprocess.run([*command, "-o", f"cache_dir={cache}"], cwd=root).returncode
        kept = Path(cache, "v", "cache", "lastfailed")
        failed = list(json.loads(kept.read_text("utf-8"))) if code == FAILED and kept.is_file() else []
    if not 0 < len(failed) <= MOST_AGAIN:
        return code, []
    print(f"\n== once more, by themselves: {', '.join(failed)}", flush=True)
    alone = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *failed]
    code = subprocess.run(alone, cwd=root).returncode
    return code, failed if code == 0 else []


def main() -> int:
    """Run all steps; 0 when all of them passed, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.check", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave out the tests that drive a browser")
    arguments, rest = parser.parse_known_args()
    failed: list[str] = []
    unsteady: list[str] = []
    began = time.monotonic()
    for name, command in steps(arguments.fast, rest).items():
        shown = "lint-imports" if name == "imports" else " ".join(command[1:])
        print(f"\n== {name}: {shown}", flush=True)
        if name in ("tests", *BROWSER):
            code, found = run_tests(command)
            unsteady += found
        else:
            code = subprocess.run(command, cwd=ROOT).returncode
        if code != 0 and not (rest and code == NO_TESTS):
            failed.append(name)
    print(f"\n{time.monotonic() - began:.0f} seconds", file=sys.stderr)
    for test in unsteady:
        print(f"unsteady: {test} failed among the others and passed by itself", file=sys.stderr)
    for name in failed:
        print(f"{name} failed: {REPAIR[name]}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
