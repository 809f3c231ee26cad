"""Wrong use and bad input: one line, the exit code 2, and nothing changed on disk."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.addons.terminal.support import SIZE, Call, listing, write_board

WRONG_USE: dict[str, list[str]] = {
    "no such command": ["dance"],
    "no such option": ["plan", "film.kinoloom", "--dance"],
    "no folder given": ["plan"],
    "no project there": ["plan", "nowhere"],
    "a file for a project": ["plan", "board.json"],
    "unknown mode": ["plan", "film.kinoloom", "--mode", "dance"],
    "unknown profile": ["plan", "film.kinoloom", "--profile", "dance"],
    "unknown backend": ["render", "film.kinoloom", "--backend", "dance"],
    "unknown shot": ["render", "film.kinoloom", "--shots", "1,9"],
    "a range backwards": ["render", "film.kinoloom", "--shots", "2-1"],
    "empty shots": ["render", "film.kinoloom", "--shots", ""],
    "a seed that is none": ["render", "film.kinoloom", "--seed", "x"],
    "a server for a backend without": ["render", "film.kinoloom", "--server", "http://x"],
    "no variants": ["keyframes", "film.kinoloom", "--variants", "0"],
    "film into no mp4": ["film", "film.kinoloom", "-o", "film.mov"],
    "film into no folder": ["film", "film.kinoloom", "-o", "nowhere/film.mp4"],
    "unknown quality": ["film", "film.kinoloom", "--quality", "best"],
    "make without output": ["make", "board.json"],
    "make of nothing": ["make", "-o", "x.mp4"],
    "make of both": ["make", "board.json", "--prompt", "x", "-o", "x.mp4"],
    "make of an empty prompt": ["make", "--prompt", " ", "-o", "x.mp4"],
    "make with two lengths": ["make", "--prompt", "x", "--frames", "3", "--duration", "1", "-o", "x.mp4"],
    "make of no frames": ["make", "--prompt", "x", "--frames", "0", "-o", "x.mp4"],
    "make of NaN seconds": ["make", "--prompt", "x", "--duration", "NaN", "-o", "x.mp4"],
    "make of minus seconds": ["make", "--prompt", "x", "--duration=-1", "-o", "x.mp4"],
    "make at no rate": ["make", "--prompt", "x", "--rate", "0", "-o", "x.mp4"],
    "make in an odd size": ["make", "--prompt", "x", "--size", "97x64", "-o", "x.mp4"],
    "make in a senseless size": ["make", "--prompt", "x", "--size", "wide", "-o", "x.mp4"],
    "make with an unknown backend": ["make", "--prompt", "x", "--backend", "dance", "-o", "x.mp4"],
    "make in a folder in use": ["make", "board.json", "--project", ".", "-o", "x.mp4"],
    "new in a folder in use": ["new", "."],
    "new from nothing": ["new", "fresh", "--from", "nowhere.json"],
    "cancel of an unknown job": ["cancel", "film.kinoloom", "deadbeef"],
    "a port that is none": ["serve", "--port", "70000"],
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_wrong_use_is_one_line_and_changes_nothing(
    call: Call, made: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(made)
    before = listing(made)
    said = call(*WRONG_USE[name])
    assert said.code == 2, said
    assert said.out == ""
    assert len(said.err.splitlines()) == 1 and len(said.err) < 600, said.err
    assert "Traceback" not in said.err
    assert listing(made) == before


HOSTILE: dict[str, bytes | dict[str, Any] | list[Any]] = {
    "empty.json": b"",
    "not.json": b"{not json",
    "number.json": b"42",
    "null.json": b"null",
    "binary.json": bytes(range(256)) * 10,
    "picture.json": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "deep.json": b"[" * 100_000,
    "shots-not-a-list.json": {"shots": "many"},
    "shot-not-an-object.json": {"shots": [1, 2]},
    "duration-text.json": {"shots": [{"shot_id": "1", "prompt": "x", "duration": "soon"}]},
    "duration-minus.json": {"shots": [{"shot_id": "1", "prompt": "x", "duration": -4}]},
    "duration-nan.json": b'{"shots": [{"shot_id": "1", "prompt": "x", "duration": NaN}]}',
    "duration-endless.json": b'{"shots": [{"shot_id": "1", "prompt": "x", "duration": 1e999}]}',
    "prompt-number.json": {"shots": [{"shot_id": "1", "prompt": {"a": 1}, "duration": 1}]},
    "too-many.json": {"shots": [{"shot_id": str(i), "prompt": "x", "duration": 1} for i in range(20_001)]},
    "text.mp4": b"this is no clip",
    "text.png": b"this is no picture",
}


@pytest.mark.parametrize("command", ["new", "make"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_line_and_changes_nothing(call: Call, tmp_path: Path, name: str, command: str) -> None:
    content = HOSTILE[name]
    wrong = tmp_path / name
    wrong.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    before = listing(tmp_path)
    began = time.monotonic()
    if command == "new":
        said = call("new", tmp_path / "film", "--from", wrong)
    else:
        said = call("make", wrong, "-o", tmp_path / "film.mp4")
    assert said.code == 2, said
    assert said.out == "" and len(said.err.splitlines()) == 1, said.err
    assert "Traceback" not in said.err
    assert time.monotonic() - began < 10
    assert listing(tmp_path) == before


@pytest.mark.parametrize("name", ["../../up", "/etc/passwd", "con", "a/b", "..", "x" * 400, "shot\x00"])
def test_names_that_lead_elsewhere_stay_inside(call: Call, tmp_path: Path, name: str) -> None:
    board = write_board(tmp_path, shots=[{"shot_id": name, "prompt": "a house", "duration": 0.1}])
    before = set(listing(tmp_path))
    said = call("new", tmp_path / "film", "--from", board, "--json", "--size", SIZE)
    if said.code == 2:
        assert set(listing(tmp_path)) == before
        return
    assert said.code == 0 and any(name[:20] in note["what"] or "id" in note["what"] for note in said.json["notes"])
    assert call("keyframes", tmp_path / "film", "--variants", 1).code == 0
    inside = {p for p in set(listing(tmp_path)) - before}
    assert all(p == "film" or p.startswith("film" + os.sep) for p in inside)


def test_a_text_named_like_a_picture_is_refused(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "one.png").write_text("this is no picture")
    before = listing(tmp_path)
    said = call("new", tmp_path / "film", "--from", folder)
    assert said.code == 2 and len(said.err.splitlines()) == 1
    assert listing(tmp_path) == before


def test_a_damaged_picture_in_a_project_fails_in_one_line(call: Call, made: Path) -> None:
    picture = next((made / "film.kinoloom" / "keyframes" / "001").glob("*.png"))
    picture.write_text("this is no picture")
    shutil.rmtree(made / "film.kinoloom" / "takes" / "001")
    said = call("render", made / "film.kinoloom")
    assert said.code == 1 and said.out == ""
    assert "Traceback" not in said.err and "Shot 001" in said.err


def test_verbose_adds_the_traceback(call: Call, tmp_path: Path) -> None:
    for arguments in (["--verbose", "plan", tmp_path], ["plan", tmp_path, "--verbose"]):
        said = call(*arguments)
        assert said.code == 2 and "Traceback" in said.err and "NotFound" in said.err
