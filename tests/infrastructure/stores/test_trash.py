"""What is deleted goes to the project's trash, whole, and comes back to where it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.errors import Conflict, NotFound, UnsafePath
from infrastructure.stores.trash import Trash


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "keyframes/001/a.json": "{}",
        "keyframes/001/a.png": "png",
        "takes/001/0/t/clip.mp4": "clip",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def content(root: Path) -> dict[str, str]:
    """Every file outside the trash."""
    files = (p for p in root.rglob("*") if p.is_file() and "trash" not in p.relative_to(root).parts)
    return {p.relative_to(root).as_posix(): p.read_text() for p in files}


def test_files_and_folders_go_and_come_back(root: Path) -> None:
    trash, before = Trash(root), content(root)
    one = trash.take(
        "keyframe", "Keyframe 001", ["keyframes/001/a.json", "keyframes/001/a.png", "keyframes/001/no.txt"]
    )
    two = trash.take("take", "Take t", ["takes/001/0/t"])
    assert content(root) == {}
    assert (one.files, one.size, two.size) == (("keyframes/001/a.json", "keyframes/001/a.png"), 5, 4)
    assert {e.id for e in Trash(root).entries()} == {one.id, two.id}
    (root / "takes" / "001" / "0").rmdir()
    trash.put_back(one.id)
    trash.put_back(two.id)
    assert content(root) == before and trash.entries() == []


def test_nothing_is_put_over_what_is_there_now(root: Path) -> None:
    trash = Trash(root)
    entry = trash.take("take", "Take t", ["takes/001/0/t"])
    (root / "takes" / "001" / "0" / "t").mkdir()
    with pytest.raises(Conflict, match="t is there again"):
        trash.put_back(entry.id)
    assert trash.entries() == [entry]


def test_a_crash_in_the_middle_leaves_a_way_back(root: Path) -> None:
    trash, before = Trash(root), content(root)
    entry = trash.take("keyframe", "Keyframe 001", ["keyframes/001/a.json", "keyframes/001/a.png"])
    (root / "trash" / entry.id / "1-a.png").rename(root / "keyframes" / "001" / "a.png")  # as if it had not come to it
    trash.put_back(entry.id)
    assert content(root) == before


def test_what_is_not_there_or_outside_is_refused(root: Path) -> None:
    trash, before = Trash(root), content(root)
    with pytest.raises(NotFound, match="Take x is not there any more"):
        trash.take("take", "Take x", ["takes/009/0/x"])
    for name in ("../x", "/etc/passwd", "takes/../../x"):
        with pytest.raises(UnsafePath):
            trash.take("take", "Take x", [name])
        with pytest.raises(UnsafePath):
            trash.put_back(name)
    with pytest.raises(NotFound):
        trash.put_back("20260101T000000Z-00000000")
    assert content(root) == before and trash.entries() == []


def test_a_hostile_entry_leads_nowhere(root: Path) -> None:
    folder = root / "trash" / "20260101T000000Z-00000000"
    folder.mkdir(parents=True)
    (folder / "0-x").write_text("evil")
    entry = {
        "schema": "kinoloom/trashed",
        "version": 1,
        "id": folder.name,
        "kind": "take",
        "title": "x",
        "deleted": "",
        "files": ["../../x"],
    }
    (folder / "entry.json").write_text(json.dumps(entry))
    with pytest.raises(UnsafePath):
        Trash(root).put_back(folder.name)
    assert (folder / "0-x").exists() and not (root.parent / "x").exists()
