"""Roots move with KINOLOOM_HOME, and nothing is made by asking; the clock tells the time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infrastructure.clock import SystemClock
from infrastructure.paths import find_roots
from services.ports import Clock


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_one_variable_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOOM_HOME", str(tmp_path))
    roots = find_roots()
    assert (roots.config, roots.data, roots.cache, roots.documents) == tuple(
        tmp_path / name for name in ("config", "data", "cache", "projects")
    )
    assert names(tmp_path) == []


def test_a_relative_home_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_roots({"KINOLOOM_HOME": "here"}).data == tmp_path / "here" / "data"


def test_without_it_the_system_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_DOCUMENTS_DIR"):
        monkeypatch.delenv(name, raising=False)
    roots = find_roots({})
    assert roots.documents.name == "Kinoloom"
    assert all(path.is_absolute() for path in (roots.config, roots.data, roots.cache, roots.documents))
    assert "kinoloom" in str(roots.data).lower()
    assert names(tmp_path) == []


def test_the_clock() -> None:
    clock: Clock = SystemClock()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", clock.now())
    assert clock.monotonic() <= clock.monotonic()
