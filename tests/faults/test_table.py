"""The table in docs/faults.md names tests that there are, and names all of those here."""

from __future__ import annotations

import ast
import re
from pathlib import Path


def _tests(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_in_the_table_is_there_and_every_one_here_is_in_the_table(checkout: Path) -> None:
    text = (checkout / "docs" / "faults.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", text))
    here = checkout / "tests" / "faults"
    places = {file: checkout / file if "/" in file else here / file for file, _ in named}
    known = {file: _tests(path) if path.is_file() else set() for file, path in places.items()}
    missing = sorted(f"{file}::{test}" for file, test in named if test not in known[file])
    assert not missing, f"docs/faults.md names tests that are not there: {missing}"
    own = {
        (file.name, test) for file in here.glob("test_*.py") if file.name != "test_table.py" for test in _tests(file)
    }
    unnamed = sorted(f"{file}::{test}" for file, test in own - named)
    assert not unnamed, f"docs/faults.md lacks {unnamed}"
