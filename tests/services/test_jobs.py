"""The job service alone, with executors that do what the test says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from domain.errors import (
    BackendFailed,
    BackendUnavailable,
    BadInput,
    Cancelled,
    Conflict,
    DiskFull,
    NotFound,
    StudioError,
)
from domain.job import Done, Failed, JobOffer, Queued, Run, Running, Stopped
from services.job_context import JobContext
from services.run_book import KEEP_ENDED_RUNS
from tests.fakes.desk import WAIT, Desk
from tests.fakes.waiting import until


def test_jobs_of_a_lane_run_one_after_another_in_order(desk: Desk) -> None:
    run = desk.ended(desk.start(desk.job("a"), desk.job("b"), desk.job("c")))
    assert [line for line in desk.log if line.startswith("begin")] == ["begin a", "begin b", "begin c"]
    assert [job.phase.result for job in run.jobs if isinstance(job.phase, Done)] == ["made a", "made b", "made c"]


def test_a_lane_takes_as_many_as_it_has_places(desk: Desk) -> None:
    desk.lanes["gpu"] = 2
    for title in "abc":
        desk.gate(title)
    run = desk.start(desk.job("a"), desk.job("b"), desk.job("c"))
    assert desk.began("a").wait(WAIT) and desk.began("b").wait(WAIT)
    assert desk.kinds(run) == ["running", "running", "queued"]
    desk.gate("b").set()
    assert desk.began("c").wait(WAIT)
    assert isinstance(desk.phase("a"), Running)


def test_lanes_do_not_wait_for_each_other(desk: Desk) -> None:
    desk.gate("a")
    run = desk.start(desk.job("a"), desk.job("b"), desk.job("f", backend="film"))
    assert desk.began("f").wait(WAIT)
    assert desk.kinds(run)[:2] == ["running", "queued"]


def test_a_job_waits_for_those_it_needs_even_with_places_free(desk: Desk) -> None:
    desk.lanes["gpu"] = 4
    desk.gate("a")
    run = desk.start(desk.job("b", "a"), desk.job("a"), desk.job("c", "b"))
    assert desk.began("a").wait(WAIT)
    assert desk.kinds(run) == ["queued", "running", "queued"]
    desk.gate("a").set()
    desk.ended(run)
    assert [line for line in desk.log if line.startswith("begin")] == ["begin a", "begin b", "begin c"]


def test_the_job_that_most_others_wait_for_in_a_row_begins_first(desk: Desk) -> None:
    desk.gate("first")
    desk.start(desk.job("first"))
    assert desk.began("first").wait(WAIT)
    run = desk.start(
        desk.job("a"),
        desk.job("b1"), desk.job("b2", "b1"),
        desk.job("c1"), desk.job("c2", "c1"), desk.job("c3", "c2"),
        desk.job("d1"), desk.job("d2", "d1"), desk.job("d2'", "d1"),  # two, but not one after the other
        desk.job("e"),
    )  # fmt: skip
    desk.gate("first").set()
    desk.ended(run)
    begun = [line.removeprefix("begin ") for line in desk.log if line.startswith("begin")]
    assert begun == ["first", "c1", "b1", "c2", "d1", "a", "b2", "c3", "d2", "d2'", "e"]


def test_what_is_done_counts_no_more_for_the_order(desk: Desk) -> None:
    desk.gate("first")
    desk.start(desk.job("first"))
    assert desk.began("first").wait(WAIT)
    run = desk.start(desk.job("a"), desk.job("b"), desk.job("c", "b"), desk.job("d", "c"))
    desk.service.stop(["c"])
    desk.gate("first").set()
    desk.ended(run)
    assert [line for line in desk.log if line.startswith("begin")] == ["begin first", "begin a", "begin b"]


def test_jobs_of_one_workflow_follow_each_other_so_that_its_model_stays_loaded(desk: Desk) -> None:
    desk.gate("first")
    desk.start(desk.job("first", detail={"workflow": "wan"}))
    assert desk.began("first").wait(WAIT)
    run = desk.start(
        desk.job("k1", kind="keyframe", detail={"workflow": "wan", "image_workflow": "krea"}),
        desk.job("s1", "k1", detail={"workflow": "wan", "image_workflow": "krea"}),
        desk.job("k2", kind="keyframe", detail={"workflow": "wan", "image_workflow": "krea"}),
        desk.job("s2", "k2", detail={"workflow": "wan", "image_workflow": "krea"}),
        desk.job("t", detail={"workflow": "wan"}),
        desk.job("u", detail={"workflow": "wan"}),
    )
    desk.gate("first").set()
    desk.ended(run)
    begun = [line.removeprefix("begin ") for line in desk.log if line.startswith("begin")]
    assert begun == ["first", "t", "u", "k1", "k2", "s1", "s2"]


def test_each_lane_has_an_order_of_its_own(desk: Desk) -> None:
    desk.gate("first")
    desk.start(desk.job("first", detail={"workflow": "wan"}))
    assert desk.began("first").wait(WAIT)
    other = desk.start(
        desk.job("x", backend="other", detail={"workflow": "ltx"}),
        desk.job("y", backend="other", detail={"workflow": "wan"}),
        desk.job("z", backend="other", detail={"workflow": "ltx"}),
    )
    desk.ended(other)
    assert [line for line in desk.log if line.startswith("begin")][1:] == ["begin x", "begin z", "begin y"]


def test_jobs_that_wait_for_each_other_in_a_circle_stop_nobody_else(desk: Desk) -> None:
    run = desk.start(desk.job("a", "b"), desk.job("b", "a"), desk.job("c"))
    assert desk.began("c").wait(WAIT)
    assert desk.kinds(run)[:2] == ["queued", "queued"]
    desk.service.stop(["a", "b"])
    desk.ended(run)


def test_a_job_waits_for_a_job_of_another_run(desk: Desk) -> None:
    desk.gate("a")
    desk.start(desk.job("a"))
    film = desk.start(desk.job("film", "a", backend="film"))
    assert desk.began("a").wait(WAIT)
    assert isinstance(desk.phase("film"), Queued)
    desk.gate("a").set()
    assert desk.ended(film).jobs[0].phase.kind == "done"


def test_a_failure_ends_what_needs_it_and_nothing_else(desk: Desk) -> None:
    def fail(context: JobContext) -> str:
        raise BackendFailed("The card is on fire.", "Call somebody.")

    desk.how["a"] = fail
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a"), desk.job("c", "b"), desk.job("d")))
    a, b, c, d = run.jobs
    assert isinstance(a.phase, Failed) and (a.phase.message, a.phase.cure) == ("The card is on fire.", "Call somebody.")
    assert isinstance(b.phase, Stopped) and "a did not finish" in b.phase.message
    assert isinstance(c.phase, Stopped) and isinstance(d.phase, Done)
    assert "begin b" not in desk.log and "begin c" not in desk.log


@pytest.mark.logs_errors("an executor breaks on purpose")
def test_a_broken_executor_becomes_a_sentence(desk: Desk) -> None:
    desk.how["a"] = lambda context: str(1 // 0)
    phase = desk.ended(desk.start(desk.job("a"), desk.job("b"))).jobs[0].phase
    assert isinstance(phase, Failed)
    assert phase.message.startswith("a ended unexpectedly") and "ZeroDivisionError" in phase.message and phase.cure
    assert isinstance(desk.phase("b"), Done)


def test_a_waiting_job_is_stopped_with_what_needs_it(desk: Desk) -> None:
    desk.gate("a")
    desk.start(desk.job("a"))
    assert desk.began("a").wait(WAIT)
    run = desk.start(desk.job("b"), desk.job("c", "b"))
    desk.service.stop(["b"])
    assert desk.kinds(run) == ["cancelled", "cancelled"] and isinstance(desk.phase("a"), Running)
    desk.gate("a").set()
    desk.ended(run)
    assert "begin b" not in desk.log


def test_a_running_job_is_asked_to_stop_and_gives_its_place_away(desk: Desk) -> None:
    desk.gate("a")
    run = desk.start(desk.job("a"), desk.job("b"))
    assert desk.began("a").wait(WAIT)
    desk.service.stop(["a"])
    desk.service.stop(["a"])
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["cancelled", "done"]


def test_a_job_that_fails_because_it_was_stopped_counts_as_stopped(desk: Desk) -> None:
    def killed(context: JobContext) -> str:
        context.on_stop(desk.gate("killed").set)
        desk.gate("killed").wait(WAIT)
        raise BackendFailed("The worker process is gone.")

    desk.how["a"] = killed
    run = desk.start(desk.job("a"))
    assert desk.began("a").wait(WAIT)
    desk.service.stop(["a"])
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["cancelled"]


def test_a_backend_that_cannot_be_stopped_does_not_keep_the_others_from_it(desk: Desk) -> None:
    desk.lanes["gpu"] = 2

    def refuse() -> None:
        raise ZeroDivisionError

    def stubborn(context: JobContext) -> str:
        context.on_stop(refuse)
        desk.began("stubborn").set()
        desk.gate("b").wait(WAIT)
        context.check()
        return ""

    desk.how["a"] = stubborn
    desk.gate("b")
    run = desk.start(desk.job("a"), desk.job("b"))
    assert desk.began("b").wait(WAIT) and desk.began("stubborn").wait(WAIT)
    desk.service.stop(["a", "b"])
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["cancelled", "cancelled"]


def test_stopping_what_has_ended_changes_nothing(desk: Desk) -> None:
    run = desk.ended(desk.start(desk.job("a")))
    desk.service.stop(["a", "never heard of"])
    assert desk.kinds(run) == ["done"]


def test_stopping_a_project_leaves_the_others(desk: Desk) -> None:
    desk.gate("a")
    desk.gate("x")
    desk.lanes["gpu"] = 2
    one = desk.start(desk.job("a"), desk.job("b", "a"))
    other = desk.service.start("second", "Render", [desk.job("x", project="second")])
    assert desk.began("a").wait(WAIT) and desk.began("x").wait(WAIT)
    desk.service.stop_project("film")
    assert [j.phase.kind for j in desk.ended(one).jobs] == ["cancelled", "cancelled"]
    assert desk.kinds(other) == ["running"]


def test_many_jobs_are_stopped_with_one_write(desk: Desk) -> None:
    desk.gate("first")
    run = desk.start(desk.job("first"), *(desk.job(f"j{i}") for i in range(200)))
    assert desk.began("first").wait(WAIT)
    before = len(desk.saved)
    desk.service.stop([f"j{i}" for i in range(200)])
    assert len(desk.saved) == before + 1
    assert desk.kinds(run).count("cancelled") == 200


def test_pause_puts_what_runs_back_into_the_queue_within_a_second_and_resume_goes_on(desk: Desk) -> None:
    desk.gate("a")
    run = desk.start(desk.job("a"), desk.job("b"))
    assert desk.began("a").wait(WAIT)
    began = time.monotonic()
    desk.service.pause("film")
    while desk.kinds(run) != ["queued", "queued"]:
        assert time.monotonic() - began < 1
        time.sleep(0.005)
    assert [j.phase.kind for j in desk.disk[run.id].jobs] == ["queued", "queued"]
    assert desk.service.is_paused("film")
    desk.service.resume("film")
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["done", "done"]
    assert desk.log.count("begin a") == 2 and desk.log.count("begin b") == 1


def test_what_is_stopped_while_it_is_paused_is_told_so_for_good(desk: Desk) -> None:
    asked: list[bool] = []

    def work(context: JobContext) -> str:
        context.on_stop(lambda: asked.append(context.to_be_resumed))
        while not context.stopped:
            time.sleep(0.005)
        raise Cancelled

    desk.how["a"] = work
    run = desk.start(desk.job("a"))
    assert desk.began("a").wait(WAIT)
    desk.service.pause("film")
    while desk.kinds(run) != ["queued"]:
        time.sleep(0.005)
    desk.service.stop(["a"])
    assert desk.kinds(run) == ["cancelled"] and asked == [True, False]


def test_holds_of_several_are_let_go_one_by_one(desk: Desk) -> None:
    desk.service.hold("It is too hot.", by="temperature")
    desk.service.hold("It is far too hot.", by="temperature")
    desk.service.pause("film")
    assert [(h.by, h.reason) for h in desk.service.holds("film")] == [
        ("user", ""), ("temperature", "It is far too hot.")
    ]  # fmt: skip
    run = desk.start(desk.job("a"))
    desk.service.resume("film")
    assert desk.service.stuck("film") == "It is far too hot."
    desk.service.release(by="temperature")
    assert desk.service.stuck("film") == "" and [j.phase.kind for j in desk.ended(run).jobs] == ["done"]


def test_pausing_one_project_does_not_pause_another(desk: Desk) -> None:
    desk.service.pause("film")
    other = desk.service.start("second", "Render", [desk.job("x", project="second")])
    assert [j.phase.kind for j in desk.ended(other).jobs] == ["done"]


def fails_once(desk: Desk, title: str) -> None:
    tries: list[int] = []

    def work(context: JobContext) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise BackendFailed("Not this time.")
        return "made at last"

    desk.how[title] = work


def test_retry_queues_the_job_and_what_waited_for_it(desk: Desk) -> None:
    fails_once(desk, "a")
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a"), desk.job("c", "b")))
    again = desk.service.retry("a")
    assert again.id != "a" and again.run == run.id
    run = desk.ended(run)
    assert [j.phase.kind for j in run.jobs] == ["done", "done", "done"]
    assert len({j.id for j in run.jobs} & {"a", "b", "c"}) == 0, "an id that a backend has seen is used again"
    assert run.jobs[1].after == (run.jobs[0].id,)


def test_retry_reaches_what_waited_in_another_run(desk: Desk) -> None:
    fails_once(desk, "a")
    desk.ended(desk.start(desk.job("a")))
    film = desk.ended(desk.start(desk.job("film", "a", backend="film")))
    assert [j.phase.kind for j in film.jobs] == ["cancelled"]
    desk.service.retry("a")
    film = desk.ended(film)
    assert [j.phase.kind for j in film.jobs] == ["done"]
    assert desk.log.index("begin film") > len(desk.log) - 1 - desk.log[::-1].index("begin a")


def test_retry_of_what_waited_takes_what_it_needs_along(desk: Desk) -> None:
    fails_once(desk, "a")
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a")))
    desk.service.retry("b")
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["done", "done"]


def test_retry_leaves_what_is_done_alone(desk: Desk) -> None:
    fails_once(desk, "b")
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a")))
    assert desk.service.retry("a").id == "a"
    desk.service.retry("b")
    desk.ended(run)
    assert desk.log.count("begin a") == 1


def test_an_unknown_job_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.service.retry("nothing")
    with pytest.raises(NotFound):
        desk.service.wait("nothing")


def test_every_transition_is_saved_before_it_is_acted_on(desk: Desk) -> None:
    desk.ended(desk.start(desk.job("a"), desk.job("b", "a")))
    assert desk.log == [
        "save a=queued b=queued",
        "save a=running b=queued",
        "begin a",
        "save a=done b=queued",
        "save a=done b=running",
        "begin b",
        "save a=done b=done",
    ]


def test_progress_is_shown_but_not_saved(desk: Desk) -> None:
    def work(context: JobContext) -> str:
        context.report(0.5, "half")
        context.report(7.0)
        assert isinstance(desk.phase("a"), Running)
        desk.log.append(f"at {desk.phase('a').fraction} {desk.phase('a').detail}")  # type: ignore[union-attr]
        return ""

    desk.how["a"] = work
    desk.ended(desk.start(desk.job("a")))
    assert desk.log == ["save a=queued", "save a=running", "begin a", "at 0.99 half", "save a=done"]


def test_previews_are_numbered_and_go_with_the_job(desk: Desk) -> None:
    seen: list[tuple[int, str, bytes] | None] = []

    def work(context: JobContext) -> str:
        context.preview("image/png", b"1")
        context.preview("image/png", b"2")
        seen.append(desk.service.preview("a"))
        return ""

    desk.how["a"] = work
    desk.ended(desk.start(desk.job("a")))
    assert seen == [(2, "image/png", b"2")]
    assert desk.service.preview("a") is None


def test_what_cannot_be_written_down_is_not_begun(desk: Desk) -> None:
    desk.refuse = lambda run: any(job.phase.kind == "running" for job in run.jobs)
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a")))
    assert "begin a" not in desk.log
    assert isinstance(run.jobs[0].phase, Failed) and "The disk is full." in run.jobs[0].phase.message
    assert isinstance(run.jobs[1].phase, Stopped)


def test_a_run_that_cannot_be_saved_is_not_queued(desk: Desk) -> None:
    desk.refuse = lambda run: True
    with pytest.raises(Conflict):
        desk.start(desk.job("a"))
    assert desk.service.jobs() == []


def test_an_end_that_cannot_be_saved_still_is_one(desk: Desk) -> None:
    desk.refuse = lambda run: run.ended
    assert [j.phase.kind for j in desk.ended(desk.start(desk.job("a"))).jobs] == ["done"]


def test_wait_gives_up_after_its_time(desk: Desk) -> None:
    desk.gate("a")
    run = desk.start(desk.job("a"))
    assert not desk.service.wait(run.id, 0.05).ended


def test_wait_ends_when_the_run_is_cleared_from_the_view(desk: Desk) -> None:
    desk.gate("a")
    run = desk.start(desk.job("a"))
    found: list[Run] = []
    thread = threading.Thread(target=lambda: found.append(desk.service.wait(run.id, WAIT)))
    thread.start()
    desk.gate("a").set()
    desk.ended(run)
    desk.service.clear_ended("film")
    thread.join(WAIT)
    assert not thread.is_alive() and found


def test_the_queue_forgets_old_runs_but_no_open_one(desk: Desk) -> None:
    desk.gate("open")
    desk.lanes["gpu"] = 2
    run = desk.start(desk.job("open"))
    for i in range(KEEP_ENDED_RUNS + 5):
        desk.ended(desk.start(desk.job(f"j{i}")))
    desk.start(desk.job("last"))
    assert run.id in {r.id for r in desk.service.runs()}
    assert len(desk.service.runs()) <= KEEP_ENDED_RUNS + 3


def test_closing_leaves_unfinished_work_on_disk_as_unfinished(desk: Desk) -> None:
    desk.gate("b")
    run = desk.start(desk.job("a"), desk.job("b", "a"), desk.job("c", "b"))
    assert desk.began("b").wait(WAIT)
    desk.service.close()
    on_disk = [j.phase.kind for j in desk.disk[run.id].jobs]
    assert on_disk[0] == "done" and on_disk[1] in ("running", "queued") and on_disk[2] == "queued"
    assert "begin c" not in desk.log
    with pytest.raises(StudioError):
        desk.start(desk.job("d"))
    with pytest.raises(StudioError):
        desk.service.retry("b")


def test_what_was_stopped_before_closing_stays_stopped(desk: Desk) -> None:
    def slow_to_stop(context: JobContext) -> str:
        desk.gate("end").wait(WAIT)
        raise Cancelled

    desk.how["a"] = slow_to_stop
    run = desk.start(desk.job("a"))
    assert desk.began("a").wait(WAIT)
    desk.service.stop(["a"])
    closing = threading.Thread(target=desk.service.close)
    closing.start()
    desk.gate("end").set()
    closing.join(WAIT)
    assert [j.phase.kind for j in desk.disk[run.id].jobs] == ["cancelled"]


def test_what_finishes_while_closing_is_saved_as_done(desk: Desk) -> None:
    def finishes(context: JobContext) -> str:
        desk.gate("end").wait(WAIT)
        return "made"

    desk.lanes["gpu"] = 2
    desk.how["a"] = finishes
    desk.gate("b")
    run = desk.start(desk.job("a"), desk.job("b"))
    assert desk.began("a").wait(WAIT) and desk.began("b").wait(WAIT)
    closing = threading.Thread(target=desk.service.close)
    closing.start()
    desk.gate("b").wait(WAIT)
    desk.gate("end").set()
    closing.join(WAIT)
    kinds = [j.phase.kind for j in desk.disk[run.id].jobs]
    assert kinds[0] == "done" and kinds[1] in ("running", "queued")


def test_closing_lets_waiters_go(desk: Desk) -> None:
    desk.gate("a")
    run = desk.start(desk.job("a"), desk.job("b"))
    assert desk.began("a").wait(WAIT)
    thread = threading.Thread(target=lambda: desk.service.wait(run.id))
    thread.start()
    desk.service.close()
    thread.join(5)
    assert not thread.is_alive()


def test_another_process_goes_on_with_a_run_from_disk(desk: Desk) -> None:
    desk.gate("b")
    run = desk.start(desk.job("a"), desk.job("b", "a"), desk.job("c", "b"))
    assert desk.began("b").wait(WAIT)
    left = desk.disk[run.id]
    second = Desk("two")
    assert second.service.is_abandoned(left)
    second.alive.add("one")
    assert not second.service.is_abandoned(left), "its process still works on it"
    second.service.adopt(
        left.replace(jobs=tuple(j.replace(phase=Queued()) if j.phase.kind == "running" else j for j in left.jobs))
    )
    ended = second.ended(left)
    assert [j.phase.kind for j in ended.jobs] == ["done", "done", "done"]
    assert [line for line in second.log if line.startswith("begin")] == ["begin b", "begin c"]
    assert second.disk[run.id].owner == "two"
    assert not second.service.is_abandoned(ended)
    second.service.close()


def test_many_threads_at_once(desk: Desk) -> None:
    desk.lanes["gpu"] = 3
    at_once, most = [0], [0]
    lock = threading.Lock()

    def work(context: JobContext) -> str:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        for i in range(5):
            context.report(i / 5)
        with lock:
            at_once[0] -= 1
        return ""

    runs: list[Run] = []

    def one(number: int) -> None:
        titles = [f"{number}-{i}" for i in range(6)]
        desk.how |= dict.fromkeys(titles, work)
        run = desk.start(*(desk.job(t, *([titles[i - 1]] if i % 2 else [])) for i, t in enumerate(titles)))
        with lock:
            runs.append(run)
        if number % 3 == 0:
            desk.service.stop([titles[-1]])
        desk.service.jobs()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    for run in runs:
        ended = desk.ended(run)
        assert all(j.phase.kind in ("done", "cancelled") for j in ended.jobs)
        assert desk.disk[run.id] == ended
    assert most[0] <= 3


def test_changes_wake_those_who_wait(desk: Desk) -> None:
    seen = desk.changes.value
    assert desk.changes.wait(seen, 0.01) == seen
    desk.ended(desk.start(desk.job("a")))
    assert desk.changes.wait(seen, 0) > seen


# -- tried again by itself -------------------------------------------------------------------------------------------


def breaks(desk: Desk, title: str, times: int, error: Callable[[], StudioError]) -> None:
    left = [times]

    def work(context: JobContext) -> str:
        if left[0]:
            left[0] -= 1
            raise error()
        return "made at last"

    desk.how[title] = work


def out_of_reach() -> StudioError:
    return BackendUnavailable("The server is out of reach.", "Look at its plug.")


def test_what_was_out_of_reach_is_tried_again_after_growing_pauses(desk: Desk) -> None:
    breaks(desk, "a", 2, out_of_reach)
    run = desk.start(desk.job("a"), desk.job("b", "a"))
    for attempt, pause in ((1, 30), (2, 100)):
        until(lambda attempt=attempt: desk.service.job("a").attempts == attempt)  # type: ignore[misc]
        phase = desk.phase("a")
        assert isinstance(phase, Queued) and phase.reason == "The server is out of reach."
        assert phase == next(j.phase for j in desk.disk[run.id].jobs if j.id == "a"), "it is not written down"
        begun = desk.log.count("begin a")
        desk.clock.step(pause - 10)
        time.sleep(0.5)
        assert desk.log.count("begin a") == begun, "before its time"
        desk.clock.step(10)
        until(lambda begun=begun: desk.log.count("begin a") == begun + 1)  # type: ignore[misc]
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["done", "done"]


def test_tries_are_bounded_and_then_it_has_failed(desk: Desk) -> None:
    breaks(desk, "a", 99, out_of_reach)
    run = desk.start(desk.job("a"))
    for attempt in (1, 2):
        until(lambda attempt=attempt: desk.service.job("a").attempts == attempt)  # type: ignore[misc]
        desk.clock.step(100)
    phase = desk.ended(run).jobs[0].phase
    assert isinstance(phase, Failed) and phase.fault == "network" and desk.log.count("begin a") == 3


@pytest.mark.parametrize(
    "error",
    [
        BackendUnavailable("A model is missing.", retry=False),
        BackendUnavailable("No server is set up.", fault="unavailable"),
        BackendFailed("The card has no memory left.", fault="memory"),
        BackendFailed("The clip is not one."),
        BadInput("There is no such shot."),
    ],
)
def test_what_would_fail_again_is_not_tried_again(desk: Desk, error: StudioError) -> None:
    breaks(desk, "a", 1, lambda: error)
    run = desk.ended(desk.start(desk.job("a")))
    assert isinstance(run.jobs[0].phase, Failed) and desk.log.count("begin a") == 1


def test_the_time_of_the_next_try_outlives_the_studio(desk: Desk) -> None:
    breaks(desk, "a", 1, out_of_reach)
    run = desk.start(desk.job("a"))
    until(lambda: desk.service.job("a").attempts == 1)
    desk.service.close()
    second = Desk("two")
    second.service.adopt(desk.disk[run.id])
    time.sleep(0.3)
    assert "begin a" not in second.log
    second.clock.step(31)
    second.ended(run)
    second.service.close()


def test_a_clock_that_was_set_back_holds_nothing_up_for_long(desk: Desk) -> None:
    far = Queued(not_before="2031-01-01T00:00:00Z", reason="The server is out of reach.")
    run = desk.start(desk.job("a", phase=far))
    desk.clock.step(101)
    assert desk.ended(run).jobs[0].phase.kind == "done"


def test_a_job_that_waits_for_its_next_try_can_be_stopped(desk: Desk) -> None:
    breaks(desk, "a", 1, out_of_reach)
    run = desk.start(desk.job("a"))
    until(lambda: desk.service.job("a").attempts == 1)
    desk.service.stop(["a"])
    desk.clock.step(1000)
    assert desk.ended(run).jobs[0].phase.kind == "cancelled" and desk.log.count("begin a") == 1


# -- failures in a row, a full disk -----------------------------------------------------------------------------------


def test_after_failures_in_a_row_the_queue_is_held_and_says_why(desk: Desk) -> None:
    for title in "abcd":
        breaks(desk, title, 1, lambda: BackendFailed("Everything is black."))
    run = desk.start(*(desk.job(t) for t in "abcde"))
    until(lambda: bool(desk.service.holds("film")))
    hold = desk.service.holds("film")[0]
    assert hold.by == "failures" and hold.reason.startswith("3 jobs failed") and "Everything is black." in hold.reason
    assert desk.kinds(run) == ["failed"] * 3 + ["queued"] * 2
    assert desk.service.stuck("film") == hold.reason
    desk.service.resume("film")
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["failed"] * 4 + ["done"]
    assert not desk.service.holds("film")


def test_failures_with_good_ends_between_them_hold_nothing(desk: Desk) -> None:
    for title in "acegi":
        breaks(desk, title, 1, lambda: BackendFailed("Everything is black."))
    run = desk.ended(desk.start(*(desk.job(t) for t in "abcdefghij")))
    assert [j.phase.kind for j in run.jobs] == ["failed", "done"] * 5


def test_the_last_failures_of_a_queue_do_not_hold_what_comes_later(desk: Desk) -> None:
    for title in "abc":
        breaks(desk, title, 1, lambda: BackendFailed("Everything is black."))
    desk.ended(desk.start(*(desk.job(t) for t in "abc")))
    assert not desk.service.holds("film")


def test_a_full_disk_holds_the_queue_and_the_job_goes_on_later(desk: Desk) -> None:
    breaks(desk, "a", 1, lambda: DiskFull("There is no room for the clip.", "Make some."))
    run = desk.start(desk.job("a"), desk.job("b"))
    until(lambda: bool(desk.service.holds("film")))
    assert desk.kinds(run) == ["queued", "queued"] and desk.service.job("a").attempts == 0
    assert desk.service.stuck("film") == "There is no room for the clip. Make some."
    desk.service.release(project="film", by="disk")
    assert [j.phase.kind for j in desk.ended(run).jobs] == ["done", "done"]


def test_a_disk_that_is_too_full_for_a_state_holds_the_queue_too(desk: Desk) -> None:
    full = [True]

    def refuse(run: Run) -> bool:
        if full[0] and any(job.phase.kind == "running" for job in run.jobs):
            raise DiskFull("There is no room for the run.")
        return False

    desk.refuse = refuse
    run = desk.start(desk.job("a"))
    assert desk.kinds(run) == ["queued"] and "begin a" not in desk.log
    full[0] = False
    desk.service.resume("film")
    assert desk.ended(run).jobs[0].phase.kind == "done"


# -- what is offered ---------------------------------------------------------------------------------------------------


def test_an_offer_changes_that_job_alone_and_is_taken_once(desk: Desk) -> None:
    offer = JobOffer(id="size-50", title="Half", changes={"width": 64})
    breaks(desk, "a", 1, lambda: BackendFailed("No memory.", fault="memory", offers=(offer,)))
    run = desk.ended(desk.start(desk.job("a"), desk.job("b", "a")))
    with pytest.raises(BadInput):
        desk.service.accept("a", "size-25")
    again = desk.service.accept("a", "size-50")
    assert again.detail == {"width": 64}
    run = desk.ended(run)
    assert [j.phase.kind for j in run.jobs] == ["done", "done"] and run.jobs[1].detail == {}
    with pytest.raises(BadInput):
        desk.service.accept(again.id, "size-50")


def test_another_way_is_taken_when_there_is_one(desk: Desk) -> None:
    desk.service.register("segment", desk.work, lambda job, error: job.replace(backend="other", phase=Queued()))
    breaks(desk, "a", 1, lambda: BackendFailed("Not here."))
    run = desk.ended(desk.start(desk.job("a")))
    assert run.jobs[0].phase.kind == "done" and run.jobs[0].backend == "other"
