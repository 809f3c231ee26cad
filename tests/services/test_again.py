"""A job that is to be done once more, and one that leaves its place to the next while it is finished."""

from __future__ import annotations

import threading

from domain.job import Done, Queued, Running, Stopped
from services.job_context import Again, JobContext, Made
from services.queue_order import whose_turn
from tests.fakes.desk import WAIT, Desk


def test_a_job_is_done_once_more_under_its_id_before_what_waits_for_it(desk: Desk) -> None:
    calls: list[str] = []

    def work(context: JobContext) -> str | Made | Again:
        calls.append(context.job.call)
        number = context.job.retake
        if number < 2:
            return Again(f"try {number} was bad", {"retake": number + 1})
        return Made("the third", "made three times")

    desk.how["a"] = work  # type: ignore[assignment]
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a")))
    first, second = run.jobs
    assert isinstance(first.phase, Done) and (first.phase.result, first.phase.note) == ("the third", "made three times")
    assert first.id == "a" and first.retake == 2 and isinstance(second.phase, Done)
    assert calls[0] == "a" and len(set(calls)) == 3  # a backend is never asked for the one before
    assert [line for line in desk.log if line.startswith("begin")] == ["begin a"] * 3 + ["begin b"]
    waits = [j.phase for r in desk.saved for j in r.jobs if j.id == "a" and isinstance(j.phase, Queued)]
    assert {p.reason for p in waits} >= {"try 0 was bad", "try 1 was bad"}


def test_what_was_stopped_is_not_done_once_more(desk: Desk) -> None:
    begun, go = threading.Event(), threading.Event()

    def work(context: JobContext) -> str | Made | Again:
        begun.set()
        assert go.wait(WAIT)
        return Again("it was bad", {"retake": 1})

    desk.how["a"] = work  # type: ignore[assignment]
    run = desk.start(desk.job("a"))
    assert begun.wait(WAIT)
    desk.service.stop(["a"])
    go.set()
    assert isinstance(desk.ended(run).jobs[0].phase, Stopped)


def test_a_job_that_steps_aside_lets_the_next_one_begin(desk: Desk) -> None:
    go = threading.Event()

    def work(context: JobContext) -> str:
        context.step_aside()
        assert go.wait(WAIT)
        return "made a"

    desk.how["a"] = work
    desk.gate("b")
    run = desk.start(desk.job("a"), desk.job("b"), desk.job("c"))
    assert desk.began("b").wait(WAIT)
    assert isinstance(desk.phase("a"), Running) and desk.kinds(run) == ["running", "running", "queued"]
    go.set()
    desk.gate("b").set()
    assert all(isinstance(job.phase, Done) for job in desk.ended(run).jobs)


def test_only_those_aside_take_no_place() -> None:
    desk = Desk()
    jobs = {job.id: job for job in (desk.job("a"), desk.job("b"), desk.job("c"))}

    def turn(running: set[str], aside: set[str]) -> list[str]:
        return [j.id for j in whose_turn(jobs, running, lambda _: False, lambda _: 1, {}, aside)]

    assert turn({"a"}, set()) == [] and turn({"a"}, {"a"}) == ["b"] and turn({"a", "b"}, {"a"}) == []
