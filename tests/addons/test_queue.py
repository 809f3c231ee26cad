"""The Queue tab without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from addons.api import Action, PartData
from addons.queue.model import list_act, list_view
from addons.session import ProjectCache, Session, View
from domain.errors import NotFound
from services.projects import OpenProject
from tests.fakes.bench import Bench, running, shot


class Window:
    """A window on a project: what it shows, and what is done in it."""

    def __init__(self, bench: Bench, project: OpenProject) -> None:
        self.bench = bench
        self.session = Session("w", project, project.ui)
        self.cache = ProjectCache()

    @property
    def view(self) -> View:
        return View(self.bench.studio, self.session, self.cache)

    def show(self) -> PartData:
        return list_view(self.view)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return [dict(item) for item in self.show().items if (item["k"] == "run") == (kind == "run")]

    def act(self, verb: str, item: str = "") -> str:
        reply = list_act(self.view, Action("queue.list", verb, item))
        return reply.said if reply else ""


def wait_until_running(bench: Bench, project: OpenProject, count: int = 1) -> None:
    jobs = bench.studio.jobs
    for _ in range(2000):
        if sum(job.phase.kind == "running" for job in jobs.jobs(project.id)) >= count:
            return
        bench.studio.changes.wait(bench.studio.changes.value, 0.01)
    raise AssertionError("nothing runs")


def test_an_empty_queue_says_so(bench: Bench) -> None:
    shown = Window(bench, bench.project()).show()
    assert shown.items == []
    assert shown.head["running"] == shown.head["waiting"] == shown.head["failed"] == 0


def test_done_jobs_are_counted_and_listed_only_when_unfolded(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    window = Window(bench, project)
    run = bench.render(project)
    (row,) = window.rows("run")
    assert (row["s"], row["n"], row["of"]) == ("done", 4, 4)
    assert window.rows("job") == []
    window.act("unfold", row["id"])
    found = window.rows("job")
    assert [job["id"] for job in found] == [job.id for job in run.jobs]
    assert all(job["s"] == "done" and job["th"].startswith(f"/media/{project.id}/") for job in found)
    window.act("unfold", row["id"])
    assert window.rows("job") == []


def test_a_failure_is_told_with_its_cure_and_can_be_tried_again(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[fail]"))
    window = Window(bench, project)
    bench.wait(bench.studio.generation.render(project))
    keyframe, clip = window.rows("job")
    assert (keyframe["s"], keyframe["m"], keyframe["c"]) == (
        "failed",
        "The fake was told to fail.",
        "Change the words.",
    )
    assert clip["s"] == "cancelled" and "Keyframe 001" in clip["m"]
    bench.studio.storyboards.edit(project, "001", {"prompt": "a calm house"})
    window.act("retry", keyframe["id"])
    bench.wait(bench.studio.jobs.runs(project.id)[0])
    assert window.show().head["failed"] == 0
    assert [row["s"] for row in window.rows("run")] == ["done"]


def test_the_filters_show_what_they_say(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[fail]"), shot(2, prompt="[slow]"))
    window = Window(bench, project)
    bench.studio.generation.render(project)
    wait_until_running(bench, project)
    for _ in range(1000):
        if window.show().head["failed"]:
            break
        bench.studio.changes.wait(bench.studio.changes.value, 0.01)
    window.act("filter", "failed")
    assert [job["s"] for job in window.rows("job")] == ["failed"]
    window.act("filter", "running")
    assert {job["s"] for job in window.rows("job")} == {"running", "queued"}
    window.act("filter", "nonsense")
    assert window.show().head["filter"] == "running"


def test_stop_one_a_run_and_all(bench: Bench) -> None:
    project = bench.project(*(shot(n, prompt="[slow]") for n in (1, 2, 3)))
    window = Window(bench, project)
    run = bench.studio.generation.draw_keyframes(project)
    assert run is not None
    wait_until_running(bench, project, 2)
    window.act("stop", window.rows("job")[0]["id"])
    assert "stopped" in window.act("stop-all").lower()
    ended = bench.wait(run)
    assert {job.phase.kind for job in ended.jobs} == {"cancelled"}
    second = bench.studio.generation.draw_keyframes(project)
    assert second is not None
    window.act("stop-run", f"run-{second.id}")
    assert {job.phase.kind for job in bench.wait(second).jobs} == {"cancelled"}


def test_pause_holds_back_and_resume_goes_on(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project)
    window.act("pause", project.id)
    run = bench.studio.generation.render(project)
    assert [p["paused"] for p in window.show().head["projects"]] == [True]
    assert {job["s"] for job in window.rows("job")} == {"queued"}
    window.act("resume", project.id)
    assert bench.wait(run).ended


def test_every_open_project_is_in_the_queue(bench: Bench) -> None:
    one, two = bench.project(shot(1), name="one"), bench.project(shot(1), name="two")
    bench.render(one)
    bench.render(two)
    assert {row["p"] for row in Window(bench, one).rows("run")} == {"one", "two"}


def test_cleared_runs_are_found_again_among_the_earlier_ones(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project)
    bench.render(project)
    window.act("clear")
    assert window.show().items == [] and window.show().head["earlier"] == 1
    window.act("earlier")
    (row,) = window.rows("run")
    assert row["old"] == 1 and row["s"] == "done"


def test_a_run_of_a_program_that_is_gone_can_go_on(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        project = first.project(shot(1, prompt="[slow]"))
        first.studio.generation.render(project)
        wait_until_running(first, project)
        folder = project.files.root
        first.studio.jobs.close()
    with running(tmp_path, owner="two") as second:
        window = Window(second, second.studio.projects.open(folder))
        (row,) = window.rows("run")
        assert row["s"] == "interrupted"
        second.backend.let_go.set()
        assert window.act("go-on") == "2 jobs wait again."
        second.wait(second.studio.jobs.runs()[0])
        assert [row["s"] for row in window.rows("run")] == ["done"]


def test_a_run_of_a_program_that_lives_is_left_to_it(tmp_path: Path) -> None:
    with running(tmp_path) as first, running(tmp_path, owner="two") as second:
        project = first.project(shot(1, prompt="[slow]"))
        first.studio.generation.render(project)
        wait_until_running(first, project)
        second.alive.add("one")
        window = Window(second, second.studio.projects.open(project.files.root))
        assert [row["s"] for row in window.rows("run")] == ["elsewhere"]


@pytest.mark.parametrize("verb", ["stop", "retry", "stop-run", "unfold", "show", "pause", "resume"])
def test_unknown_ids_are_refused(bench: Bench, verb: str) -> None:
    window = Window(bench, bench.project(shot(1)))
    with pytest.raises(NotFound):
        window.act(verb, "../../etc/passwd")


def test_show_goes_to_the_shot(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    run = bench.render(project, "002")
    window = Window(bench, project)
    reply = list_act(window.view, Action("queue.list", "show", run.jobs[-1].id))
    assert reply is not None and (reply.tab, reply.project) == ("video", project.id)
    assert window.session.ui.shot == "002"


def test_rows_are_small(bench: Bench) -> None:
    project = bench.project(*(shot(n) for n in range(1, 21)))
    bench.studio.jobs.pause(project.id)
    bench.studio.generation.render(project)
    rows = Window(bench, project).rows("job")
    assert len(rows) == 40
    assert max(len(json.dumps(row)) for row in rows) <= 400
