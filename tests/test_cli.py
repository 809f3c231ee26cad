"""The command line as people and programs use it: what is printed where, exit codes, and what is left on disk."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import app
from domain.job import Job, Queued, Run, Running
from domain.project import Project
from infrastructure.environment import own_name
from infrastructure.stores.project_files import FolderProjectFiles
from tests.contracts.video_backend import decoded

SIZE = "96x64"
STORYBOARD: dict[str, Any] = {
    "project": "Two shots",
    "version": "2.2",
    "shots": [
        {"shot_id": "001", "prompt": "a house on a hill", "duration": 0.5, "presets": {"camera": "pan_left"}},
        {"shot_id": "002", "prompt": "a ship at sea", "duration": 0.3},
    ],
}


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command in this process."""

    def run(*arguments: object, server: Any = None) -> Said:
        capsys.readouterr()
        code = app.run([str(a) for a in arguments], server)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


def start(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    """Run a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(app.HERE / "app.py"), *map(str, arguments)], cwd=cwd, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def listing(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its content."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in sorted(folder.rglob("*"))
    }


def write_board(folder: Path, name: str = "board.json", **changes: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(STORYBOARD | changes))
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project made by `make`, with its film beside it: made once, copied by each test that changes it."""
    folder = tmp_path_factory.mktemp("rendered")
    board = write_board(folder)
    home = os.environ | {"KINOLOOM_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, str(app.HERE / "app.py"), "make", str(board), "-o", "film.mp4", "--size", SIZE, "--json"],
        cwd=folder, env=home, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "said.json").write_text(done.stdout)
    (folder / "told.txt").write_text(done.stderr)
    return folder


@pytest.fixture
def made(rendered: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    for name in ("film.mp4", "board.json"):
        shutil.copy(rendered / name, tmp_path)
    shutil.copytree(rendered / "film.kinoloom", tmp_path / "film.kinoloom")
    return tmp_path


# -- make --------------------------------------------------------------------------------------------------------


def test_make_gives_the_film_and_says_what_it_is(rendered: Path) -> None:
    said = json.loads((rendered / "said.json").read_text())
    assert {k: said[k] for k in ("frames", "rate", "width", "height", "made")} == {
        "frames": 19, "rate": "24/1", "width": 96, "height": 64, "made": 2,
    }  # fmt: skip
    assert Path(said["file"]) == rendered / "film.mp4"
    assert len(decoded(rendered / "film.mp4")) == 19
    assert [(s["shot"], s["first"], s["frames"]) for s in said["shots"]] == [("001", 0, 12), ("002", 12, 7)]
    told = (rendered / "told.txt").read_text()
    assert "Shot 001: done" in told and "\r" not in told and "\x1b" not in told, "plain lines when it is no terminal"


def test_make_again_makes_nothing_twice(call: Call, made: Path) -> None:
    takes = listing(made / "film.kinoloom" / "takes")
    said = call("make", made / "board.json", "-o", made / "film.mp4", "--json")
    assert said.code == 0 and said.json["made"] == 0 and said.json["frames"] == 19
    assert said.json["width"] == 96, "the size that was asked for the first time is kept"
    assert listing(made / "film.kinoloom" / "takes") == takes


def test_make_of_a_changed_storyboard_keeps_what_still_fits(call: Call, made: Path) -> None:
    shots = [STORYBOARD["shots"][0], STORYBOARD["shots"][1] | {"duration": 0.4}]
    board = write_board(made, shots=shots)
    said = call("make", board, "-o", made / "film.mp4", "--json")
    assert said.code == 0 and (said.json["made"], said.json["frames"]) == (1, 22), said.err
    assert len(decoded(made / "film.mp4")) == 22


def test_make_does_not_overwrite_what_was_edited_in_the_project(call: Call, made: Path) -> None:
    with app.compose() as kinoloom:
        project = kinoloom.studio.projects.open(made / "film.kinoloom")
        kinoloom.studio.storyboards.edit(project, "001", {"prompt": "mine"})
    board = write_board(made, shots=STORYBOARD["shots"][:1])
    before = listing(made)
    said = call("make", board, "-o", made / "film.mp4")
    assert said.code == 2 and "--project" in said.err
    assert listing(made) == before


def test_make_from_a_prompt(call: Call, tmp_path: Path) -> None:
    film = tmp_path / "one.mp4"
    said = call(
        "make", "--prompt", "a lighthouse", "--character", "Ann Lee", "--frames", "7", "--rate", "30000/1001",
        "--seed", "42", "--size", SIZE, "-o", film, "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert (said.json["frames"], said.json["rate"]) == (7, "30000/1001")
    assert len(decoded(film)) == 7
    files = FolderProjectFiles(tmp_path / "one.kinoloom")
    assert {t.request.seed for t in files.takes()} == {42} == {k.request.seed for k in files.keyframes() if k.request}
    request = files.keyframes()[0].request
    assert request is not None and "Ann Lee" in str(request.params["characters"])


def test_an_old_film_is_replaced_only_by_a_finished_one(call: Call, made: Path) -> None:
    film = made / "film.mp4"
    film.write_text("the old film")
    clip = next((made / "film.kinoloom" / "takes").rglob("clip.mp4"))
    clip.write_text("damaged")
    said = call("make", made / "board.json", "-o", film)
    assert said.code == 1 and len(said.err.splitlines()[-1]) > 10
    assert film.read_text() == "the old film"
    assert sorted(p.name for p in made.iterdir()) == ["board.json", "film.kinoloom", "film.mp4"]


@pytest.mark.corpus
def test_make_on_a_sample_storyboard(call: Call, corpus: Path, tmp_path: Path) -> None:
    board = corpus / "samples" / "cindergrace" / "storyboard-v2.2.json"
    film = tmp_path / "film.mp4"
    said = call("make", board, "-o", film, "--quality", "fast", "--size", SIZE, "--json")
    assert said.code == 0, said.err
    assert said.json["frames"] == 156 + 12 + 288
    assert len(decoded(film)) == 456


# -- wrong use and bad input -----------------------------------------------------------------------------------------

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


# -- the other commands ------------------------------------------------------------------------------------------------


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


def test_render_makes_what_is_missing_then_nothing(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    shutil.rmtree(folder / "takes" / "002")
    said = call("render", folder, "--json")
    assert said.code == 0, said.err
    assert [m["shot"] for m in said.json["made"]] == ["002"] and said.json["reused"] == 1
    again = call("render", folder, "--json")
    assert again.code == 0 and again.json["made"] == [] and again.json["reused"] == 2


def test_render_of_chosen_shots(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    shutil.rmtree(folder / "takes")
    said = call("render", folder, "--shots", "2", "--json", "--seed", "5")
    assert [m["shot"] for m in said.json["made"]] == ["002"]
    assert [t.request.seed for t in FolderProjectFiles(folder).takes()] == [5]


def test_keyframes_makes_variants(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    assert call("keyframes", folder, "--json").json["made"] == []
    said = call("keyframes", folder, "--shots", "001", "--variants", 2, "--json")
    assert [m["shot"] for m in said.json["made"]] == ["001", "001"]
    assert len(FolderProjectFiles(folder).keyframes("001")) == 3


def test_film_goes_into_the_project_or_where_it_is_told(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    inside = call("film", folder, "--quality", "fast", "--json")
    assert inside.code == 0 and Path(inside.json["file"]).parent == folder / "film"
    outside = call("film", folder, "-o", made / "cut.mp4", "--preset", "fast")
    assert outside.code == 0 and "19 frames" in outside.out and str(made / "cut.mp4") in outside.out
    assert len(decoded(made / "cut.mp4")) == 19


def test_film_names_what_is_missing(call: Call, made: Path) -> None:
    shutil.rmtree(made / "film.kinoloom" / "takes" / "001")
    said = call("film", made / "film.kinoloom")
    assert said.code == 1 and "001" in said.err and "render" in said.err.lower()


def test_status_shows_every_job(call: Call, made: Path) -> None:
    said = call("status", made / "film.kinoloom", "--json")
    runs = said.json["runs"]
    assert [run["title"] for run in runs] == ["Render", "Film"] and {run["state"] for run in runs} == {"ended"}
    assert {job["state"] for run in runs for job in run["jobs"]} == {"done"}
    assert "Shot 001" in call("status", made / "film.kinoloom").out


def test_doctor_looks_at_everything(call: Call) -> None:
    said = call("doctor", "--json")
    findings = {f["check"]: f for f in said.json["findings"]}
    assert {"python", "av", "gradio", "encoder libx264", "encoder aac", "animatic engine", "settings"} <= set(findings)
    assert findings["animatic engine"]["ok"], findings["animatic engine"]
    assert said.code == 0 and said.json["ok"]


def test_doctor_names_what_is_wrong_with_a_cure(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("KINOLOOM_GENERAL__PROJECTS_FOLDER", str(blocked))
    monkeypatch.setenv("KINOLOOM_FILM__QUALITY", "best")
    said = call("doctor", "--json")
    bad = {f["check"]: f for f in said.json["findings"] if not f["ok"]}
    assert said.code == 1 and not said.json["ok"]
    assert set(bad) == {"projects folder", "settings"}
    assert all(f["cure"] for f in bad.values()) and not bad["settings"]["needed"]
    assert "PROBLEM" in call("doctor").out


def test_the_studio_refuses_a_port_that_is_taken(call: Call) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = call("serve", "--port", port, "--no-browser")
    assert said.code in (1, 2) and str(port) in said.err and len(said.err.splitlines()) == 1


def test_without_a_command_the_studio_is_started(call: Call, made: Path) -> None:
    seen: list[dict[str, Any]] = []

    def served(studio: Any, choose: Any, cache: Path, **options: Any) -> None:
        seen.append({"project": choose("").files.root, **options})

    assert call("--no-browser", "--project", made / "film.kinoloom", server=served).code == 0
    assert call("serve", "--host", "localhost", "--port", "0", server=served).code == 0
    assert call(server=served).code == 0
    assert seen[0]["project"] == made / "film.kinoloom" and seen[0]["open_browser"] is False
    assert (seen[1]["host"], seen[1]["port"]) == ("localhost", 0)
    assert (seen[2]["port"], seen[2]["open_browser"], seen[2]["look"]) == (7860, True, "dark")


def test_work_of_a_studio_that_is_ended_goes_on_at_the_next_start(call: Call, tmp_path: Path) -> None:
    folder = long_project(tmp_path, call, shots=1)

    def ended(studio: Any, choose: Any, cache: Path, **options: Any) -> None:
        project = choose("")
        studio.generation.render(project)
        raise KeyboardInterrupt

    def started(studio: Any, choose: Any, cache: Path, **options: Any) -> None:
        project = choose("")
        resumed.extend(job.title for job in studio.jobs.jobs(project.id) if not job.ended)
        studio.jobs.stop_project(project.id)

    resumed: list[str] = []
    assert call("serve", "--project", folder, server=ended).code == 130
    assert set(states(call, folder)) == {"interrupted"}
    assert call("serve", "--project", folder, server=started).code == 0
    assert resumed == ["Keyframe 001", "Shot 001"]


# -- interruption, and several processes ---------------------------------------------------------------------------------


def long_project(folder: Path, call: Call, shots: int = 3) -> Path:
    board = write_board(
        folder, shots=[{"shot_id": f"00{n}", "prompt": f"house {n}", "duration": 40} for n in range(1, shots + 1)]
    )
    assert call("new", folder / "long", "--from", board, "--size", "640x360").code == 0
    return folder / "long"


def until(found: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def states(call: Call, folder: Path) -> list[str]:
    return [job["state"] for run in call("status", folder, "--json").json["runs"] for job in run["jobs"]]


@pytest.fixture
def working(tmp_path: Path, call: Call) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A project with long shots, and a process that renders it."""
    folder = long_project(tmp_path, call)
    process = start("render", folder, cwd=tmp_path)
    try:
        until(lambda: "running" in states(call, folder))
        yield folder, process
    finally:
        process.kill()
        process.communicate()


def test_interrupted_work_is_saved_and_goes_on(call: Call, working: tuple[Path, subprocess.Popen[str]]) -> None:
    folder, process = working
    until(lambda: len(list((folder / "keyframes").rglob("*.png"))) >= 3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err and "Interrupted" in err.splitlines()[-1]
    assert set(states(call, folder)) <= {"done", "cancelled"}
    pictures = listing(folder / "keyframes")
    with app.compose() as kinoloom:
        project = kinoloom.studio.projects.open(folder)
        for shot in project.board.shots:
            kinoloom.studio.storyboards.edit(project, shot.id, {"seconds": "0.2"})
    said = call("render", folder, "--json")
    assert said.code == 0 and len(said.json["made"]) == 3, said.err
    assert listing(folder / "keyframes") == pictures, "a picture that was there was drawn again"


def test_one_process_stops_the_work_of_another(call: Call, working: tuple[Path, subprocess.Popen[str]]) -> None:
    folder, process = working
    refused = call("render", folder)
    assert refused.code == 1 and "another Kinoloom" in refused.err and str(process.pid) in refused.err
    running = call("status", folder, "--json").json["runs"][-1]
    assert running["state"] == "active"
    last = running["jobs"][-1]["id"]
    began = time.monotonic()
    said = call("cancel", folder, last[:8], "--json")
    assert said.code == 0 and [j["id"] for j in said.json["jobs"]] == [last]
    assert said.json["jobs"][0]["state"] == "cancelled"
    assert time.monotonic() - began < 5
    assert process.poll() is None, "only that job was to be stopped"
    assert call("cancel", folder).code == 0
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1 and "were stopped" in err.splitlines()[-1]
    assert list((folder / "runs").glob("*.cancel")) == []
    assert "Nothing to stop" in call("cancel", folder).out


def test_work_of_a_killed_process_is_shown_as_interrupted_and_can_be_cancelled(
    call: Call, working: tuple[Path, subprocess.Popen[str]]
) -> None:
    folder, process = working
    process.kill()
    process.communicate()
    assert "interrupted" in states(call, folder)
    said = call("cancel", folder, "--json")
    assert said.code == 0 and {j["state"] for j in said.json["jobs"]} == {"cancelled"}
    assert set(states(call, folder)) <= {"done", "cancelled"}
    assert list((folder / "runs").glob("*.cancel")) == []


def left_behind(folder: Path, owner: str) -> Run:
    """A run as a process called `owner` would have left it."""
    files = FolderProjectFiles(folder)
    project = files.read("project", Project)
    assert project is not None
    first = Job(
        id="11111111-0000", run="r1", project=project.id, kind="segment", title="Shot 001", shot="001",
        backend="animatic", created="2026-01-01T00:00:00Z", phase=Running(started="2026-01-01T00:00:00Z"),
    )  # fmt: skip
    second = first.replace(id="22222222-0000", after=(first.id,), phase=Queued(), title="Film")
    run = Run(
        id="r1", project=project.id, title="Render", created="2026-01-01T00:00:00Z", owner=owner, jobs=(first, second)
    )
    files.write("runs/r1", run)
    return run


def test_a_render_closes_what_a_dead_process_left(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    pid = own_name().partition("@")
    left_behind(folder, f"{pid[0]}@{pid[2].rpartition(':')[0]}:long-ago")
    assert call("render", folder).code == 0
    run = FolderProjectFiles(folder).read("runs/r1", Run)
    assert run is not None and run.ended and {j.phase.kind for j in run.jobs} == {"cancelled"}


def test_cancelling_one_job_of_a_dead_process_ends_what_needs_it(call: Call, made: Path) -> None:
    folder = made / "film.kinoloom"
    left_behind(folder, "")
    assert call("cancel", folder, "1111").code == 0
    run = FolderProjectFiles(folder).read("runs/r1", Run)
    assert run is not None and [j.phase.kind for j in run.jobs] == ["cancelled", "cancelled"]
