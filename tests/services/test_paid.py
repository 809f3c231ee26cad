"""Jobs that cost something: whatever breaks, none is sent twice unless somebody says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.backend import BackendFailure
from domain.errors import NotReady, StudioError
from domain.job import CHECK, MAKE_AGAIN, Failed, Job, Run, Unsure
from domain.retries import QueueRules, RetryPolicy
from services.projects import OpenProject
from tests.fakes.bench import Bench, phases, shot
from tests.fakes.comfy_studio import MortalBench
from tests.fakes.paid import FarSide, PaidBackend
from tests.fakes.waiting import until

RULES = QueueRules(retry=RetryPolicy(attempts=2, first=10, factor=2, longest=60))


class Story:
    """Studios on one project folder, one after another, and the one far side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.far = FarSide()
        self.benches: list[MortalBench] = []

    def studio(self) -> MortalBench:
        backend = PaidBackend(self.far)
        more: dict[str, Any] = {"paid": (backend.spec, lambda: backend)}
        bench = MortalBench(self.folder, owner=f"studio {len(self.benches)}", more=more)
        bench.rules = RULES
        self.benches.append(bench)
        return bench

    def begun(self, seconds: str = "12") -> tuple[MortalBench, OpenProject, Run]:
        """A studio whose first clip, of three that follow each other, was sent."""
        bench = self.studio()
        project = bench.project(shot(1, seconds), profile="wan2.2-14b", backend="paid", image_backend="fake")
        run = bench.studio.generation.render(project)
        assert run is not None
        until(lambda: self.far.submitted)
        return bench, project, run

    def crash(self) -> None:
        """The studio's process dies, and writes nothing more."""
        self.benches[-1].dead = True
        self.benches[-1].studio.jobs.close()

    def next(self, project: OpenProject) -> tuple[MortalBench, OpenProject]:
        bench = self.studio()
        return bench, bench.studio.projects.open(project.files.root)

    def close(self) -> None:
        self.far.gate.set()
        for bench in self.benches:
            bench.close()


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path)
    yield story
    story.close()


def first(bench: Bench, project: OpenProject) -> Job:
    return next(j for j in bench.studio.jobs.jobs(project.id) if j.kind == "segment" and j.segment == 0)


def unsure(bench: Bench, project: OpenProject) -> Job:
    until(lambda: isinstance(first(bench, project).phase, Unsure))
    return first(bench, project)


def all_made(bench: Bench, run: Run) -> bool:
    return set(phases(bench.wait(run))) == {"done"}


def test_where_it_goes_is_written_down_before_it_is_sent(story: Story) -> None:
    _, project, _ = story.begun()
    stored = next(j for j in project.files.runs()[-1].jobs if j.kind == "segment")
    assert stored.sent == "paid" and stored.id == story.far.submitted[0]


@pytest.mark.parametrize("finished_meanwhile", [False, True])
def test_after_a_crash_it_is_taken_up_and_not_sent_again(story: Story, finished_meanwhile: bool) -> None:
    _, project, run = story.begun()
    story.crash()
    if finished_meanwhile:
        story.far.gate.set()
    bench, project = story.next(project)
    assert bench.studio.generation.resume(project, free_only=True) == 0, "it is offered, and not done by itself"
    assert bench.studio.generation.resume(project) == 3
    story.far.gate.set()
    assert all_made(bench, run)
    assert len(story.far.submitted) == len(set(story.far.submitted)) == 3


def test_what_nobody_knows_any_more_waits_for_a_word(story: Story) -> None:
    _, project, run = story.begun()
    story.crash()
    story.far.forget()
    bench, project = story.next(project)
    bench.studio.generation.resume(project)
    job = unsure(bench, project)
    assert isinstance(job.phase, Unsure) and job.phase.offers == (CHECK, MAKE_AGAIN)
    assert "was sent to The paid service before the interruption" in job.phase.message
    assert phases(bench.wait_a_little(run)) == ["done", "unsure", "queued", "queued"]
    assert bench.studio.jobs.stuck(project.id).startswith(job.phase.message)

    bench.studio.jobs.accept(job.id, CHECK.id)
    assert unsure(bench, project).id == job.id
    assert bench.studio.jobs.retry(job.id).id == job.id, "to try again is to ask again"
    unsure(bench, project)
    assert len(story.far.submitted) == 1

    story.far.gate.set()
    again = bench.studio.jobs.accept(job.id, MAKE_AGAIN.id)
    assert again.id != job.id
    assert all_made(bench, run)
    assert len(story.far.submitted) == 4


def test_unsure_stays_so_over_a_restart_and_can_be_stopped(story: Story) -> None:
    _, project, run = story.begun()
    story.crash()
    story.far.forget()
    bench, project = story.next(project)
    bench.studio.generation.resume(project)
    unsure(bench, project)
    bench.studio.jobs.close()
    bench, project = story.next(project)
    assert bench.studio.generation.resume(project, free_only=True) == 0
    bench.studio.generation.resume(project)
    bench.studio.jobs.stop([unsure(bench, project).id])
    assert phases(bench.wait(run)) == ["done", "cancelled", "cancelled", "cancelled"]
    assert len(story.far.submitted) == 1


def test_an_answer_that_was_lost_on_the_way_sends_nothing_twice(story: Story) -> None:
    story.far.loses_answers = 1
    story.far.gate.set()
    bench, project, run = story.begun()
    until(lambda: first(bench, project).attempts == 1)
    bench.clock.step(15)
    assert all_made(bench, run)
    assert len(story.far.submitted) == len(set(story.far.submitted)) == 3


def test_out_of_reach_for_too_long_it_is_unsure_and_found_again_later(story: Story) -> None:
    bench, project, run = story.begun()
    story.far.out_of_reach = True
    for attempt in (1, 2):
        until(lambda attempt=attempt: first(bench, project).attempts == attempt)  # type: ignore[misc]
        bench.clock.step(60)
    job = unsure(bench, project)
    story.far.out_of_reach = False
    story.far.gate.set()
    bench.studio.jobs.accept(job.id, CHECK.id)
    assert all_made(bench, run)
    assert len(story.far.submitted) == len(set(story.far.submitted)) == 3


def test_a_pause_leaves_it_there_and_resume_takes_it_up(story: Story) -> None:
    bench, project, run = story.begun()
    began = time.monotonic()
    bench.studio.jobs.pause(project.id)
    until(lambda: phases(bench.wait_a_little(run)) == ["done", "queued", "queued", "queued"])
    assert time.monotonic() - began < 1
    assert story.far.cancelled == []
    story.far.gate.set()
    bench.studio.jobs.resume(project.id)
    assert all_made(bench, run)
    assert len(story.far.submitted) == len(set(story.far.submitted)) == 3


def test_a_stop_after_a_pause_reaches_the_far_side(story: Story) -> None:
    bench, project, run = story.begun()
    bench.studio.jobs.pause(project.id)
    until(lambda: first(bench, project).phase.kind == "queued")
    bench.studio.jobs.stop_project(project.id)
    bench.wait(run)
    assert story.far.cancelled == story.far.submitted


def test_a_new_render_does_not_send_what_an_old_one_sent(story: Story) -> None:
    _, project, _ = story.begun()
    story.crash()
    bench, project = story.next(project)
    with pytest.raises(NotReady, match="may be paid for already"):
        bench.studio.generation.render(project)
    assert len(story.far.submitted) == 1


def test_the_command_line_takes_it_up_too(story: Story) -> None:
    _, project, run = story.begun()
    story.crash()
    story.far.gate.set()
    bench, project = story.next(project)
    setup = bench.studio.generation.setup(project)
    runs = bench.commands.claim_to_render(project, setup)
    assert runs == [run.id]
    assert bench.studio.generation.render(project) is None
    bench.commands.raise_unfinished(bench.commands.follow(runs, lambda jobs: None))
    assert len(story.far.submitted) == len(set(story.far.submitted)) == 3


def test_the_command_line_says_what_is_unsure_and_sends_it_again_when_told(story: Story) -> None:
    _, project, run = story.begun()
    story.crash()
    story.far.forget()
    bench, project = story.next(project)
    bench.commands.claim(project)  # of a command that does not render: what may be paid for stays open
    with pytest.raises(StudioError, match="what became of it is not known"):
        bench.commands.follow([run.id], lambda jobs: None)
    bench.studio.jobs.close()
    assert len(story.far.submitted) == 1

    story.far.gate.set()
    bench, project = story.next(project)
    runs = bench.commands.claim_to_render(project, bench.studio.generation.setup(project))
    jobs = bench.commands.follow(runs, lambda jobs: None, make_again=True)
    assert "unsure" not in {job.phase.kind for job in jobs}
    assert len(story.far.submitted) == 2


def test_a_failure_there_is_told_and_only_a_person_sends_it_again(story: Story) -> None:
    _, project, run = story.begun("4")
    story.crash()
    story.far.ended[story.far.submitted[0]] = BackendFailure(message="The prompt was refused.", retry=True)
    bench, project = story.next(project)
    bench.studio.generation.resume(project)
    failed = bench.wait(run).jobs[1].phase
    assert isinstance(failed, Failed) and failed.message == "The prompt was refused."
    story.far.gate.set()
    bench.studio.jobs.retry(first(bench, project).id)
    assert all_made(bench, run) and len(story.far.submitted) == 2
