"""Interrupted commands, and commands of several processes on one project."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from domain.job import Job, Queued, Run, Running
from domain.project import Project
from infrastructure.environment import own_name
from infrastructure.stores.project_files import FolderProjectFiles
from tests.addons.terminal.support import Call, listing, long_project, start, states
from tests.fakes.listing import files_below
from tests.fakes.waiting import until


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
    until(lambda: sum(p.suffix == ".png" for p in files_below(folder / "keyframes")) >= 3)
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
