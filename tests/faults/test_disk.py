"""A disk that is full at each kind of write, one that is read-only, and a folder that goes away."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.errors import DiskFull, NotFound, StudioError
from domain.job import Queued
from infrastructure.processes import PACKAGES
from services.space import SpaceKeeper
from tests.fakes.bench import Bench, phases, shot

MOUNTED = 'mount -t tmpfs -o size=6m kinoloom "$1" && exec "$0" -m tests.faults.full_disk "$1" "$2"'


def _may_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "x", "/mnt"], capture_output=True).returncode == 0


@pytest.fixture(scope="module", params=["real", "limited"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every kind of write said and changed on a full disk; under "full", what the system calls that."""
    if sys.platform == "win32":
        pytest.skip("neither can a disk be mounted here nor writing be forbidden")
    root, outside = tmp_path_factory.mktemp("disk"), tmp_path_factory.mktemp("outside")
    real = request.param == "real"
    if real and not _may_mount():
        pytest.skip("nothing may be mounted here; the other way runs everywhere")
    command = [sys.executable, str(root), str(outside)]
    command = ["unshare", "-rm", "sh", "-c", MOUNTED, *command] if real else [
        sys.executable, "-m", "tests.faults.full_disk", str(root), str(outside)
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=PACKAGES, capture_output=True, text=True, timeout=120,
        env=os.environ | {"PYTHONPATH": str(PACKAGES), "DISK": "real" if real else "limited"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"full": "the disk is full" if real else "the disk takes no file as large as that"}


SENTENCES = {
    "document": r"Saving storyboard\.json failed: {full}\.",
    "selection": r"Saving selection\.json failed: {full}\.",
    "run": r"Rendering was not started: it needs about|Noting who renders in this project failed: {full}\.|Saving .* failed",
    "keyframe": r"(image\.png could not be made: {full}\.|Making a folder for work in progress failed: {full}\.)",
    "take": r"Storing a take of shot 001 failed: {full}\.",
    "sidecar": r"Storing a take of shot 001 failed: {full}\.",
    "last frame": r"other\.png could not be made: {full}\.",
    "film": r"(film-01\.mp4 could not be made|Making room for film-01\.mp4 failed): {full}\.",
    "thumbnail": r"No small picture could be made of .*\.png: .* could not be made: {full}\.",
    "settings": r"(?i)settings\.yaml .*(No space left|File too large)",
    "upload": r"The file cannot be stored: (No space left on device|File too large)\.",
    "trash": r"Deleting Take .* of shot 001 failed: {full}\.",
    "new project": r"Saving project\.json failed: {full}\.",
}


@pytest.mark.parametrize("write", SENTENCES)
def test_a_full_disk_is_said_and_leaves_everything_as_it_was(told: dict[str, Any], write: str) -> None:
    found = told[write]
    assert re.search(SENTENCES[write].format(full=told["full"]), found["words"]), found["words"]
    assert found["changed"] == [], "what was there is as it was, and nothing half written is left"
    if told["full"] == "the disk is full" and write not in ("thumbnail", "settings", "upload"):
        assert found["kind"] == "DiskFull"


def test_a_full_disk_loses_log_entries_and_no_work(told: dict[str, Any]) -> None:
    assert re.match(r"A log entry of kinoloom line \d+ was lost: ", told["log"]["words"])


def test_with_room_again_the_work_goes_on(told: dict[str, Any]) -> None:
    assert set(told["afterwards"]["jobs"]) <= {"done"}
    assert set(told["afterwards"]["render"]) == {"done"} and told["afterwards"]["takes"] == 2


# -- before it is full -----------------------------------------------------------------------------------------------


def test_a_run_that_does_not_fit_is_refused_before_it_starts(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    tight = SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=project.files.free_bytes())
    with pytest.raises(
        DiskFull, match=r"Rendering was not started: it needs about \d+ MiB, and the disk of .* has .* free"
    ) as caught:
        tight.need(project, tight.clips(project, [24, 24]), "Rendering")
    assert "Free some space" in caught.value.cure
    assert bench.studio.jobs.jobs() == [] and project.files.runs() == []


def test_a_disk_that_runs_full_holds_the_queue_until_there_is_room(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"), shot(2))
    run = bench.studio.generation.render(project)
    assert run is not None
    free = project.files.free_bytes()
    full = SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=2 * free)
    full.look()
    full.look()
    (hold,) = bench.studio.jobs.holds(project.id)
    assert hold.by == "disk" and re.search(
        r"is almost full: .* are free\. Free some space; the queue then goes on", hold.reason
    )
    SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=free * 3 // 4).look()
    assert bench.studio.jobs.holds(project.id), "a little room is not enough: it would start and stop again and again"
    SpaceKeeper(bench.studio.projects, bench.studio.jobs, reserve=1).look()
    assert bench.studio.jobs.holds(project.id) == ()
    bench.backend.let_go.set()
    assert set(phases(bench.wait(run))) == {"done"}


def test_a_job_that_meets_a_full_disk_waits_and_goes_on(bench: Bench) -> None:
    """The disk of this computer runs full while a clip is made: the backend says so, the job goes back to the queue."""
    project = bench.project(shot(1))
    bench.wait(bench.studio.generation.draw_keyframes(project))

    def full(_: object) -> None:
        raise DiskFull(
            "Storing a take of shot 001 failed: the disk is full.", "Free some space and do it again; nothing was lost."
        )

    bench.backend.on_submit = full
    run = bench.studio.generation.render(project)
    assert run is not None
    for _ in range(1000):
        if bench.studio.jobs.holds(project.id):
            break
        bench.studio.jobs.wait(run.id, 0.01)
    (hold,) = bench.studio.jobs.holds(project.id)
    assert hold.by == "disk" and "the disk is full. Free some space" in hold.reason
    job = bench.studio.jobs.wait(run.id, 0).jobs[0]
    assert isinstance(job.phase, Queued) and "the disk is full" in job.phase.reason and job.attempts == 0
    bench.backend.on_submit = None
    bench.studio.space.look()
    assert set(phases(bench.wait(run))) == {"done"} and len(project.files.takes()) == 1


# -- a folder that cannot be written or is not there --------------------------------------------------------------------


READ_ONLY = """
import sys
from pathlib import Path
from domain.errors import StudioError
from tests.fakes.bench import running
with running(Path(sys.argv[2])) as bench:
    project = bench.studio.projects.open(Path(sys.argv[1]))
    print(len(project.board.shots), len(project.files.takes()))
    for work in (
        lambda: bench.studio.storyboards.edit(project, "001", {"title": "x"}),
        lambda: bench.studio.generation.render(project, again=True),
    ):
        try:
            work()
        except StudioError as error:
            print(error)
"""
MOUNT_READ_ONLY = 'mount --bind "$2" "$2" && mount -o remount,ro,bind "$2" && exec "$0" -c "$1" "$2" "$3"'


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare to mount a folder read-only")
def test_a_read_only_folder_can_be_looked_at_and_says_why_not_more(bench: Bench, tmp_path: Path) -> None:
    if not _may_mount():
        pytest.skip("nothing may be mounted here")
    project = bench.project(shot(1))
    bench.render(project)
    (tmp_path / "other").mkdir()
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", MOUNT_READ_ONLY, sys.executable, READ_ONLY, str(project.files.root), str(tmp_path / "other")],
        cwd=PACKAGES, capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": str(PACKAGES)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    seen, *words = done.stdout.splitlines()
    assert seen == "1 1", "looking works"
    assert len(words) == 2
    for said in words:
        assert re.search(r"failed: the disk is read-only\. Move the project to a folder that can be written\.", said), (
            said
        )


def test_a_folder_that_was_moved_in_the_middle_is_said_and_not_begun_anew(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    run = bench.studio.generation.render(project)
    assert run is not None
    moved = project.files.root.with_name("moved")
    project.files.root.rename(moved)
    words = r"The project's folder .* is not there any more, so nothing was stored\. Was it moved or renamed, or its disk unplugged\?"
    with pytest.raises(NotFound, match=words):
        bench.studio.storyboards.edit(project, "001", {"title": "x"})
    bench.backend.let_go.set()
    ended = bench.wait(run)
    assert set(phases(ended)) <= {"failed", "cancelled"}
    assert not project.files.root.exists(), "nothing is made where the folder was"
    again = bench.studio.projects.open(moved)
    assert again.board.shots and phases(bench.render(again))[-1] == "done"


def test_a_disk_that_was_unplugged_leaves_an_empty_place_alone(bench: Bench) -> None:
    project = bench.project(shot(1))
    away = project.files.root.with_name("unplugged")
    project.files.root.rename(away)
    project.files.root.mkdir()  # the place where the disk was mounted
    for work in (
        lambda: bench.studio.storyboards.edit(project, "001", {"title": "x"}),
        lambda: bench.studio.generation.render(project),
        lambda: bench.studio.generation.draw_keyframes(project),
        lambda: project.change_project(name="x"),
    ):  # fmt: skip
        with pytest.raises(StudioError, match=r"not there any more"):
            work()
    assert list(project.files.root.iterdir()) == []
    project.files.root.rmdir()
    away.rename(project.files.root)
    bench.studio.storyboards.edit(project, "001", {"title": "back"})
    assert project.board.shot("001").title == "back"
