"""`new`, `plan` and `status`: what they print, and what they leave alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import app
from infrastructure.stores.project_files import FolderProjectFiles
from tests.addons.terminal.support import STORYBOARD, Call, listing, write_board


def test_new_tells_what_it_made_and_altered(call: Call, tmp_path: Path) -> None:
    board = write_board(tmp_path, studio_note="kept", shots=[STORYBOARD["shots"][0] | {"presets": {"camera": "loop"}}])
    said = call("new", tmp_path / "film", "--from", board, "--rate", "25", "--size", "640x360", "--json")
    assert said.code == 0
    document = said.json
    assert {k: document[k] for k in ("shots", "frames", "rate", "width", "height")} == {
        "shots": 1, "frames": 13, "rate": "25/1", "width": 640, "height": 360,
    }  # fmt: skip
    assert any("loop" in note["what"] for note in document["notes"])
    plain = call("new", tmp_path / "empty")
    assert plain.code == 0 and "0 shots" in plain.out


def test_new_takes_pictures_in_and_picks_them(call: Call, rendered: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(sorted((rendered / "film.kinoloom" / "keyframes").rglob("*.png"))):
        shutil.copy(picture, folder / f"shot-{number}.png")
    before = listing(folder)
    said = call("new", tmp_path / "film", "--from", folder, "--json")
    assert said.code == 0 and said.json["shots"] == 2, said.err
    files = FolderProjectFiles(tmp_path / "film")
    assert len(files.keyframes()) == 2 and all(k.request is None for k in files.keyframes())
    assert listing(folder) == before
    plan = call("plan", tmp_path / "film", "--json").json
    assert {s["segments"][0]["reason"] for s in plan["shots"]} == {""}, "the pictures stand"


def test_plan_has_the_agreed_shape(call: Call, made: Path) -> None:
    said = call("plan", made / "film.kinoloom", "--json", "--profile", "wan2.2-14b", "--mode", "keyframe")
    plan = said.json
    assert (plan["rate"], plan["frames"], plan["profile"], plan["mode"]) == ("24/1", 19, "wan2.2-14b", "keyframe")
    segment = plan["shots"][0]["segments"][0]
    assert {k: segment[k] for k in ("index", "mode", "generate_frames", "keep_frames", "rate", "start", "end")} == {
        "index": 0, "mode": "keyframe", "generate_frames": 9, "keep_frames": 8, "rate": "16/1",
        "start": "keyframe", "end": "keyframe",
    }  # fmt: skip
    assert segment["state"] in ("ready", "waiting", "done", "stale", "blocked") and "reason" in segment
    for shot in plan["shots"]:
        assert sum(s["keep_frames"] for s in shot["segments"]) == shot["native_frames"]


def test_plan_says_what_is_done_and_what_is_stale(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    assert call("plan", folder, "--json").json["counts"]["done"] == 2
    with app.compose() as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        kinoloom.studio.storyboards.edit(project, "002", {"seconds": "1"})
    before = listing(made)
    plan = call("plan", folder, "--json").json
    assert [s["state"] for s in plan["shots"]] == ["done", "stale"]
    assert "length" in plan["shots"][1]["segments"][0]["reason"]
    text = call("plan", folder).out
    assert "stale" in text and "36 frames" in text
    assert listing(made) == before, "planning wrote something"


def test_status_shows_every_job(call: Call, made: Path) -> None:
    said = call("status", made / "film.kinoloom", "--json")
    runs = said.json["runs"]
    assert [run["title"] for run in runs] == ["Render", "Film"] and {run["state"] for run in runs} == {"ended"}
    assert {job["state"] for run in runs for job in run["jobs"]} == {"done"}
    assert "Shot 001" in call("status", made / "film.kinoloom").out
