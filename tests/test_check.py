"""The check itself: a test that fails twice fails it, one that passes by itself is named."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.tools.check import FAILED, MOST_AGAIN, run_tests

ONCE = """
from pathlib import Path
def test_fails_the_first_time():
    mark = Path(__file__).with_name("tried")
    tried = mark.exists()
    mark.touch()
    assert tried
"""


def outcome(folder: Path, text: str) -> tuple[int, list[str]]:
    (folder / "test_it.py").write_text(text)
    return run_tests([sys.executable, "-m", "pytest", "-q", "test_it.py"], folder)


def test_what_passes_by_itself_is_named(tmp_path: Path) -> None:
    assert outcome(tmp_path, ONCE) == (0, ["test_it.py::test_fails_the_first_time"])


def test_what_fails_twice_fails(tmp_path: Path) -> None:
    assert outcome(tmp_path, ONCE + "\ndef test_never(): assert False") == (FAILED, [])


def test_many_failures_are_not_tried_again(tmp_path: Path) -> None:
    many = "\n".join(f"def test_{number}(): assert False" for number in range(MOST_AGAIN))
    code, unsteady = outcome(tmp_path, ONCE + many)
    assert (code, unsteady) == (FAILED, []) and (tmp_path / "tried").exists()
    assert outcome(tmp_path, "def test_fine(): pass") == (0, [])
