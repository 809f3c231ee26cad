"""`kinoloom advice`."""

from __future__ import annotations

from pathlib import Path

from services.advice import dismiss
from tests.addons.terminal.support import Call, write_board

SAME = {"duration": 0.5, "presets": {"camera": "zoom_in"}}


def monotonous(folder: Path) -> Path:
    return write_board(folder, shots=[{"shot_id": f"00{n}", "prompt": f"house {n}", **SAME} for n in range(1, 5)])


def test_advice_on_a_file_and_on_a_project_made_of_it(call: Call, tmp_path: Path) -> None:
    board = monotonous(tmp_path)
    said = call("advice", board)
    assert said.code == 0, said.err
    assert "001-004  Camera moves: Shots 001 to 004 have the same camera move: Zoom in." in said.out
    assert call("new", tmp_path / "film", "--from", board).code == 0
    (found,) = call("advice", tmp_path / "film", "--json").json["advice"]
    assert (found["rule"], found["shots"], found["title"]) == (
        "same-move",
        ["001", "002", "003", "004"],
        "Camera moves",
    )
    assert call("advice", tmp_path / "none.json").code == 2


def test_what_was_put_away_is_told_when_asked_for(call: Call, tmp_path: Path) -> None:
    from infrastructure.stores.project_files import FolderProjectFiles
    from services.projects import OpenProject

    assert call("new", tmp_path / "film", "--from", monotonous(tmp_path)).code == 0
    dismiss(OpenProject(FolderProjectFiles(tmp_path / "film")), "same-move:001+002+003+004")
    assert "nothing to say" in call("advice", tmp_path / "film").out
    assert "Camera moves" in call("advice", tmp_path / "film", "--all").out
