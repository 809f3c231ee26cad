"""A project folder: its layout, its artefacts, and what happens when others work in it too."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

from domain.errors import BadInput, Conflict, DamagedFile, NewerFile, NotFound, StudioError, UnsafePath
from domain.job import Run
from domain.project import Picked, Project, UiState
from domain.request import GenerationRequest
from domain.storyboard import Storyboard
from domain.take import Keyframe, MediaInfo, Take
from infrastructure.processes import PACKAGES
from infrastructure.stores.project_files import FolderProjectFiles
from services.ports import ProjectFiles

NOTHING = Picked(path="x", sha256="0" * 64)
REQUEST = GenerationRequest(
    kind="video", backend="animatic", workflow="w", profile="animatic", seed=1, seed_rule="fixed:1",
    width=64, height=64, rate=Fraction(24),
)  # fmt: skip


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def files(tmp_path: Path) -> FolderProjectFiles:
    """An empty project folder."""
    (tmp_path / "film one").mkdir()
    return FolderProjectFiles(tmp_path / "film one")


def keyframe(shot: str = "001", slot: str = "start", made: str = "") -> Keyframe:
    """A keyframe before it is stored."""
    return Keyframe(name="wish", shot=shot, slot=slot, image=NOTHING, width=8, height=8, made=made)


def take(shot: str = "001", segment: int = 0, made: str = "") -> Take:
    """A take before it is stored."""
    info = MediaInfo(width=8, height=8)
    return Take(
        id="wish",
        shot=shot,
        segment=segment,
        clip=NOTHING,
        last=NOTHING,
        request=REQUEST,
        fingerprint="f",
        info=info,
        made=made,
    )


def picture(files: FolderProjectFiles, content: bytes) -> Path:
    """A picture in a workspace."""
    path = files.workspace("job") / "image.png"
    path.write_bytes(content)
    return path


def clip_and_last(files: FolderProjectFiles, content: bytes) -> tuple[Path, Path]:
    """A clip and last frame in a workspace."""
    folder = files.workspace("job")
    (folder / "out.mp4").write_bytes(content)
    (folder / "end.png").write_bytes(b"last " + content)
    return folder / "out.mp4", folder / "end.png"


def test_it_is_what_the_services_ask_for(files: FolderProjectFiles) -> None:
    port: ProjectFiles = files
    assert port.root.name == "film one"
    assert (port.keyframes(), port.takes(), port.runs(), port.films()) == ([], [], [], [])
    assert names(port.root) == [], "looking makes nothing"


def test_documents_lie_where_the_format_says(files: FolderProjectFiles) -> None:
    files.write("project", Project(id="one", name="One"))
    files.write("ui", UiState(tab="film"))
    run = Run(id="r-1", project="one", title="All", created="2026-01-01T00:00:00Z")
    files.write("runs/r-1", run)
    assert json.loads((files.root / "runs" / "r-1.json").read_text())["schema"] == "kinoloom/run"
    assert files.read("project", Project) == Project(id="one", name="One")
    assert files.read("runs/r-1", Run) == run
    assert files.read("selection", UiState) is None
    assert names(files.root) == [".kinoloom", "backups", "project.json", "runs", "ui.json"]


@pytest.mark.parametrize(
    "name", ["../x", "a/b/c", "/etc/x", "runs/../../x", "keyframes/001", "takes/x", "", "con", ".kinoloom/x"]
)
def test_documents_have_plain_names(files: FolderProjectFiles, name: str) -> None:
    with pytest.raises(UnsafePath):
        files.read(name, UiState)
    with pytest.raises(UnsafePath):
        files.write(name, UiState())


def test_damage_is_set_aside_and_restored_through_the_project(files: FolderProjectFiles) -> None:
    files.write("ui", UiState(tab="film"))
    (files.root / "ui.json").write_text("{")
    with pytest.raises(DamagedFile, match="can be restored"):
        files.read("ui", UiState)
    assert len(files.backups("ui", UiState)) == 1
    assert files.restore("ui", UiState) == UiState(tab="film") == files.read("ui", UiState)
    (files.root / "ui.json").write_text('{"schema": "kinoloom/ui", "version": 2}')
    with pytest.raises(NewerFile):
        files.read("ui", UiState)


def test_runs_come_oldest_first_without_the_unreadable(files: FolderProjectFiles) -> None:
    for name, day in (("b", "02"), ("a", "03"), ("c", "01")):
        files.write(f"runs/{name}", Run(id=name, project="p", title="", created=f"2026-01-{day}T00:00:00Z"))
    (files.root / "runs" / "d.json").write_text("broken")
    (files.root / "runs" / "..hidden.json").write_text("{}")
    assert [run.id for run in files.runs()] == ["c", "b", "a"]
    assert [run.id for run in files.runs()] == ["c", "b", "a"]


def test_a_keyframe_gets_its_final_name_path_and_hash(files: FolderProjectFiles) -> None:
    content = b"picture one"
    source = picture(files, content)
    stored = files.add_keyframe(keyframe(), source)
    digest = hashlib.sha256(content).hexdigest()
    assert stored.name == f"start_001_{digest[:8]}"
    assert stored.image == Picked(path=f"keyframes/001/{stored.name}.png", sha256=digest)
    assert files.path(stored.image).read_bytes() == content
    assert not source.exists(), "moved"
    sidecar = json.loads((files.root / "keyframes" / "001" / f"{stored.name}.json").read_text())
    assert sidecar["schema"] == "kinoloom/keyframe"
    assert files.keyframes("001") == [stored] == FolderProjectFiles(files.root).keyframes()


def test_names_are_never_used_again(files: FolderProjectFiles) -> None:
    first = files.add_keyframe(keyframe(), picture(files, b"same"))
    second = files.add_keyframe(keyframe(), picture(files, b"same"))
    other = files.add_keyframe(keyframe(slot="mid-1"), picture(files, b"same"))
    end = files.add_keyframe(keyframe(slot="end"), picture(files, b"same"))
    assert len({first.name, second.name, other.name, end.name}) == 4
    assert (other.name[:9], end.name[:7]) == ("mid-1_001", "end_001")
    one = files.add_take(take(), *clip_and_last(files, b"same"))
    two = files.add_take(take(), *clip_and_last(files, b"same"))
    elsewhere = files.add_take(take(segment=1), *clip_and_last(files, b"same"))
    assert (one.id[:4], two.id[:4], elsewhere.id[:4]) == ("001-", "002-", "001-")
    shutil.rmtree(files.root / "takes" / "001" / "0" / one.id)
    assert files.add_take(take(), *clip_and_last(files, b"new")).id.startswith("003-")


def test_a_take_appears_whole(files: FolderProjectFiles) -> None:
    clip, last = clip_and_last(files, b"clip")
    stored = files.add_take(take(), clip, last)
    folder = files.root / "takes" / "001" / "0" / stored.id
    assert names(folder) == ["clip.mp4", "last.png", "take.json"]
    assert files.path(stored.clip).read_bytes() == b"clip"
    assert files.path(stored.last).read_bytes() == b"last clip"
    assert stored.last.sha256 == hashlib.sha256(b"last clip").hexdigest()
    assert (clip.exists(), last.exists()) == (False, False)
    assert files.takes("001") == [stored] == FolderProjectFiles(files.root).takes()
    assert [p.name for p in (files.root / ".kinoloom" / "work").iterdir() if p.name.startswith("take")] == []


def test_what_cannot_be_stored_stays_where_it_was(files: FolderProjectFiles) -> None:
    clip, last = clip_and_last(files, b"clip")
    (files.root / "takes").write_text("a file in the way")
    with pytest.raises(StudioError, match="Storing a take of shot 001 failed"):
        files.add_take(take(), clip, last)
    assert clip.exists()
    assert last.exists()
    with pytest.raises(BadInput, match="not there"):
        files.add_keyframe(keyframe(), files.root / "missing.png")
    with pytest.raises(UnsafePath):
        files.add_keyframe(keyframe(slot="../x"), picture(files, b"x"))
    (files.root / "takes").unlink()
    (files.root / "takes").symlink_to("/tmp")
    with pytest.raises(UnsafePath):
        files.add_take(take(), clip, last)
    with pytest.raises(StudioError):
        files.add_take(take(), clip, last.with_name("gone.png"))
    assert files.takes() == []


def test_lists_are_oldest_first_and_by_shot(files: FolderProjectFiles) -> None:
    late = files.add_keyframe(keyframe(made="2026-01-02T00:00:00Z"), picture(files, b"1"))
    early = files.add_keyframe(keyframe(made="2026-01-01T00:00:00Z"), picture(files, b"2"))
    other = files.add_keyframe(keyframe("0010", made="2026-01-01T12:00:00Z"), picture(files, b"3"))
    assert files.keyframes() == [early, other, late]
    assert files.keyframes("001") == [early, late]
    assert files.keyframes("002") == []
    for number in range(12):
        files.add_take(take(), *clip_and_last(files, b"%d" % number))
    assert [t.id[:3] for t in files.takes("001")] == [f"{n:03d}" for n in range(1, 13)]


def test_hostile_and_broken_sidecars_are_left_out_and_told_once(
    files: FolderProjectFiles, caplog: pytest.LogCaptureFixture
) -> None:
    good = files.add_keyframe(keyframe(), picture(files, b"good"))
    taken = files.add_take(take(), *clip_and_last(files, b"clip"))
    folder = files.root / "keyframes" / "001"
    sidecar = json.loads((folder / f"{good.name}.json").read_text())

    def write(name: str, **changes: object) -> None:
        (folder / f"{name}.json").write_text(json.dumps(sidecar | {"name": name} | changes))

    (folder / "broken.json").write_text("{")
    write("elsewhere", image={"path": "../../../etc/passwd", "sha256": "0" * 64})
    write("orphan", image={"path": "keyframes/001/orphan.png", "sha256": "0" * 64})
    write("newer", version=9)
    write("moved", shot="002")
    (folder / "plain.png").write_bytes(b"a picture without sidecar")
    half = files.root / "takes" / "001" / "0" / "009-aaaaaaaa"
    shutil.copytree(files.root / "takes" / "001" / "0" / taken.id, half)
    (half / "clip.mp4").unlink()
    with caplog.at_level(logging.WARNING):
        again = FolderProjectFiles(files.root, refresh=0)
        assert again.keyframes() == [good]
        assert again.takes() == [taken]
        told = [record.getMessage() for record in caplog.records]
        for name in ("broken", "elsewhere", "orphan", "newer", "moved", "009-aaaaaaaa"):
            assert sum(f"/{name}" in line for line in told) == 1, told
        os.utime(folder)
        assert again.keyframes() == [good]
        assert len(caplog.records) == len(told), "told once"
    assert (folder / "broken.json").exists(), "sidecars stay where they are"


ADDER = """
import sys
from pathlib import Path
from tests.infrastructure.stores.test_project_files import *
files = FolderProjectFiles(Path(sys.argv[1]))
for number in range(8):
    files.add_take(take(), *clip_and_last(files, sys.argv[2].encode() + b"%d" % number))
    files.add_keyframe(keyframe(), picture(files, sys.argv[2].encode() + b"%d" % number))
"""


def test_two_processes_that_add_lose_and_overwrite_nothing(files: FolderProjectFiles) -> None:
    version = files.version()
    adders = [
        subprocess.Popen(
            [sys.executable, "-c", ADDER, str(files.root), letter], cwd=PACKAGES, env=os.environ | {"PYTHONPATH": "."}
        )
        for letter in "ab"
    ]
    assert [adder.wait(30) for adder in adders] == [0, 0]
    deadline = time.monotonic() + 2.5
    while len(files.takes()) < 16 and time.monotonic() < deadline:
        time.sleep(0.1)
    takes, keyframes = files.takes(), files.keyframes()
    assert (len(takes), len(keyframes)) == (16, 16)
    assert sorted(t.id[:3] for t in takes) == [f"{n:03d}" for n in range(1, 17)]
    for t in takes:
        assert hashlib.sha256(files.path(t.clip).read_bytes()).hexdigest() == t.clip.sha256
    for k in keyframes:
        assert hashlib.sha256(files.path(k.image).read_bytes()).hexdigest() == k.image.sha256
    assert files.version() > version


def test_threads_that_add_get_different_numbers(files: FolderProjectFiles) -> None:
    (files.root / "project.json").write_text("{}")  # what tells a project from a folder that is gone
    ids: list[str] = []

    def add(letter: bytes) -> None:
        for number in range(5):
            ids.append(files.add_take(take(), *clip_and_last(files, letter + b"%d" % number)).id)

    threads = [threading.Thread(target=add, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(i[:3] for i in ids) == [f"{n:03d}" for n in range(1, 16)]


def test_the_version_grows_with_every_change_and_only_then(files: FolderProjectFiles) -> None:
    files = FolderProjectFiles(files.root, refresh=0.0)
    other = FolderProjectFiles(files.root)
    seen = files.version()

    def grew() -> bool:
        nonlocal seen
        before, seen = seen, files.version()
        assert files.version() == seen, "once per change"
        return seen > before

    assert not grew()
    files.write("ui", UiState(tab="a"))
    assert grew()
    assert not grew()
    stored = other.add_keyframe(keyframe(), picture(other, b"x"))
    assert grew()
    assert files.keyframes() == [stored]
    kept = other.add_take(take(), *clip_and_last(other, b"x"))
    assert grew()
    other.write("runs/one", Run(id="one", project="p", title="", created=""))
    assert grew()
    other.film_path("film").write_bytes(b"film")
    assert grew()
    (files.root / "storyboard.json").write_text("edited by hand")
    assert grew()
    shutil.rmtree(files.root / "takes" / "001" / "0" / kept.id)
    assert grew()
    assert files.takes() == []
    shutil.rmtree(files.root / "keyframes")
    assert grew()
    assert files.keyframes() == []
    assert not grew()


def test_what_another_process_did_is_seen_within_two_seconds(files: FolderProjectFiles) -> None:
    files.version()
    other = FolderProjectFiles(files.root)
    stored = other.add_keyframe(keyframe(), picture(other, b"x"))
    end = time.monotonic() + 2
    while not files.keyframes() and time.monotonic() < end:
        time.sleep(0.05)
    assert files.keyframes() == [stored]


def test_three_hundred_shots_are_quick_to_look_at(files: FolderProjectFiles) -> None:
    first = files.add_keyframe(keyframe("000"), picture(files, b"x"))
    taken = files.add_take(take("000"), *clip_and_last(files, b"x"))
    for number in range(1, 300):
        shot = f"{number:03d}"
        for folder, old in (("keyframes", f"keyframes/000/{first.name}"), ("takes", f"takes/000/0/{taken.id}/take")):
            text = (
                (files.root / f"{old}.json")
                .read_text()
                .replace('"000"', f'"{shot}"')
                .replace(f"{folder}/000", f"{folder}/{shot}")
            )
            place = files.root / old.replace(f"{folder}/000", f"{folder}/{shot}")
            place.parent.mkdir(parents=True)
            place.with_suffix(".json").write_text(text)
            names = ("clip.mp4", "last.png") if folder == "takes" else (f"{first.name}.png",)
            for name in names:
                (place.parent / name).touch()
    again = FolderProjectFiles(files.root)
    assert (len(again.keyframes()), len(again.takes())) == (300, 300)
    old_enough = time.time() - 60
    for folder, _, _ in os.walk(files.root):
        os.utime(folder, (old_enough, old_enough))
    looking = FolderProjectFiles(files.root, refresh=0)  # at every question
    looking.version()

    def quickest(work: object, times: int = 15) -> float:
        spent = []
        for _ in range(times):
            begin = time.perf_counter()
            work()  # type: ignore[operator]
            spent.append(time.perf_counter() - begin)
        return min(spent)

    assert quickest(looking.version) < 0.02  # 0.004 s on a quiet machine
    assert quickest(again.keyframes) < 0.001
    assert quickest(lambda: again.takes("007")) < 0.001


def test_paths_of_artefacts_stay_inside(files: FolderProjectFiles) -> None:
    (files.root.parent / "secret").touch()
    for path in ("../secret", "/etc/passwd", "film/../../secret", ".kinoloom/work"):
        with pytest.raises(UnsafePath):
            files.path(NOTHING.replace(path=path))
    with pytest.raises(NotFound, match=r"x\.png"):
        files.path(NOTHING.replace(path="keyframes/001/x.png"))


def test_films(files: FolderProjectFiles) -> None:
    for name, age in (("b", 100), ("a", 50), ("c", 200)):
        files.film_path(name).write_bytes(b"film")
        os.utime(files.film_path(name), (time.time() - age,) * 2)
    (files.root / "film" / ".d.mp4.1-ab.kinoloom-tmp").touch()
    (files.root / "film" / "a.report.json").touch()
    assert [path.name for path in files.films()] == ["c.mp4", "b.mp4", "a.mp4"]
    assert files.film_path("a.mp4") == files.film_path("a")
    for name in ("../x", "a/b", "", ".mp4", "x" * 80):
        with pytest.raises(UnsafePath):
            files.film_path(name)


def test_a_conflict_between_two_windows_on_one_project(files: FolderProjectFiles) -> None:
    other = FolderProjectFiles(files.root)
    files.write("ui", UiState(tab="a"))
    assert other.read("ui", UiState) == UiState(tab="a")
    other.write("ui", UiState(tab="b"))
    with pytest.raises(Conflict):
        files.write("ui", UiState(tab="c"))
    assert files.read("ui", UiState) == UiState(tab="b")
    files.write("ui", UiState(tab="c"))


def test_a_project_may_be_moved(files: FolderProjectFiles, tmp_path: Path) -> None:
    stored = files.add_take(take(), *clip_and_last(files, b"clip"))
    files.root.rename(tmp_path / "elsewhere")
    moved = FolderProjectFiles(tmp_path / "elsewhere")
    assert moved.takes() == [stored]
    assert moved.path(stored.clip).read_bytes() == b"clip"


def test_a_storyboard_of_the_first_version_is_read_and_kept_when_it_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "film").mkdir()
    old = {
        "schema": "kinoloom/storyboard", "version": 1,
        "shots": [{"id": "001", "prompt": "Ann waits.", "characters": ["ann"]}],
        "characters": [{"id": "ann", "name": "Ann", "description": "a tall woman", "seed": 7, "strength": 0.5}],
    }  # fmt: skip
    (tmp_path / "film" / "storyboard.json").write_text(json.dumps(old), encoding="utf-8")
    files = FolderProjectFiles(tmp_path / "film")
    board = files.read("storyboard", Storyboard)
    assert board is not None and board.characters[0].description == "a tall woman"
    assert (board.characters[0].states, board.looks, board.shots[0].carry) == ((), (), None)
    files.write("storyboard", board.replace(title="New"))
    written = json.loads((tmp_path / "film" / "storyboard.json").read_text("utf-8"))
    assert (written["version"], written["title"]) == (2, "New")
    kept = [p.read_text("utf-8") for p in (tmp_path / "film" / "backups" / "storyboard").rglob("*") if p.is_file()]
    assert json.dumps(old) in kept
