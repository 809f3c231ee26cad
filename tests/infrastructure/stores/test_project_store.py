"""Making, opening and remembering projects."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from domain.errors import Conflict, DamagedFile, NotFound
from domain.project import Project
from infrastructure.paths import Roots, find_roots
from infrastructure.stores.project_store import FolderProjectStore
from services.ports import ProjectStore


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    """Folders below the test's own."""
    return find_roots({"KINOLOOM_HOME": str(tmp_path / "home")})


def made(store: FolderProjectStore, folder: Path) -> Path:
    """A project with its project.json."""
    store.create(folder).write("project", Project(id="one", name="One"))
    return folder


def test_making_and_opening(roots: Roots) -> None:
    store = FolderProjectStore(roots)
    port: ProjectStore = store
    assert port.home() == roots.documents
    folder = made(store, port.home() / "My Film")
    assert port.open(folder).read("project", Project) == Project(id="one", name="One")
    (folder.parent / "empty").mkdir()
    (folder.parent / "empty" / ".DS_Store").touch()
    port.create(folder.parent / "empty")


def test_a_folder_in_use_is_refused(roots: Roots, tmp_path: Path) -> None:
    store = FolderProjectStore(roots)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    with pytest.raises(Conflict, match=r"not empty.*Open it instead"):
        store.create(tmp_path / "full")
    with pytest.raises(Conflict, match="is a file"):
        store.create(tmp_path / "full" / "letter.txt")
    assert names(tmp_path / "full") == ["letter.txt"]


def test_what_is_no_project_is_not_opened_nor_touched(roots: Roots, tmp_path: Path) -> None:
    store = FolderProjectStore(roots)
    with pytest.raises(NotFound, match=r"no project\.json"):
        store.open(tmp_path / "missing")
    for content in ('{"name": "x", "version": "1.0"}', '{"schema": "other/project"}', "[1]"):
        (tmp_path / "project.json").write_text(content)
        with pytest.raises(NotFound, match="another program"):
            store.open(tmp_path)
        assert (tmp_path / "project.json").read_text() == content
    (tmp_path / "project.json").write_text("{broken")
    with pytest.raises(DamagedFile):
        store.open(tmp_path).read("project", Project)


def test_recent_projects_come_newest_first_without_those_that_are_gone(roots: Roots, tmp_path: Path) -> None:
    store = FolderProjectStore(roots)
    assert store.recent() == []
    folders = [made(store, tmp_path / name) for name in ("a", "b", "c")]
    for folder in (*folders, folders[0]):
        store.remember(folder)
    assert FolderProjectStore(roots).recent() == [folders[0], folders[2], folders[1]]
    (folders[2] / "project.json").unlink()
    assert store.recent() == [folders[0], folders[1]]
    other = FolderProjectStore(roots)
    other.remember(folders[1])
    store.remember(folders[0])
    assert other.recent() == [folders[0], folders[1]], "two programs remember in the same list"


def test_a_damaged_list_costs_the_list_only(roots: Roots, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = FolderProjectStore(roots)
    folder = made(store, tmp_path / "a")
    store.remember(folder)
    (roots.data / "recent.json").write_text("{")
    with caplog.at_level(logging.WARNING):
        assert store.recent() == []
    assert "recent projects starts empty" in caplog.text
    assert list(roots.data.glob("recent.json.damaged-*"))
    store.remember(folder)
    assert store.recent() == [folder]
    (roots.data / "recent.json").write_text('{"schema": "kinoloom/recent", "version": 5}')
    assert FolderProjectStore(roots).recent() == []
    FolderProjectStore(roots).remember(folder)
    assert "5" in (roots.data / "recent.json").read_text(), "a newer list is left alone"


def test_opening_sweeps_what_a_crash_left(roots: Roots, tmp_path: Path) -> None:
    store = FolderProjectStore(roots)
    folder = made(store, tmp_path / "a")
    kept = store.open(folder).workspace("ours")
    left = folder / ".kinoloom" / "work" / "left"
    left.mkdir()
    owner = (kept.parent / "ours.owner.json").read_text().replace(str(os.getpid()), "999999999", 1)
    (kept.parent / "left.owner.json").write_text(owner)
    store.open(folder)
    assert kept.exists()
    assert not left.exists()
