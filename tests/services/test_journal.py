"""The journal has one entry for each step of a job, with its ids."""

from __future__ import annotations

import logging

import pytest

from domain.job import Done, Failed, Job, Phase, Queued, Run, Running
from services.journal import Journal

RUNNING = Running(started="2026-01-01T00:00:00Z")
DONE = Done(finished="2026-01-01T00:00:01Z", seconds=1, result="001-aaaaaaaa")
FAILED = Failed(finished="2026-01-01T00:00:01Z", message="the server is gone")


def run(*phases: Phase) -> Run:
    jobs = tuple(
        Job(id=f"j{n}", run="r1", project="p1", kind="segment", title=f"Shot 00{n}", shot=f"00{n}", created="", phase=p)
        for n, p in enumerate(phases, 1)
    )
    return Run(id="r1", project="p1", title="Render", created="", jobs=jobs)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "services.journal")
    return caplog


def test_each_step_is_written_once(said: pytest.LogCaptureFixture) -> None:
    journal = Journal()
    for phases in (
        (Queued(), Queued()),
        (RUNNING, Queued()),
        (RUNNING.replace(fraction=0.5), Queued()),
        (DONE, RUNNING),
        (DONE, FAILED),
        (DONE, Queued(not_before="12:00", reason="the server is gone")),
        (DONE, Queued(not_before="12:05", reason="the server is gone")),
    ):
        journal.note(run(*phases))
    assert said.messages == [
        "Shot 001: queued",
        "Shot 002: queued",
        "Shot 001: begun",
        "Shot 001: done in 1.0 s, 001-aaaaaaaa",
        "Shot 002: begun",
        "Shot 002: failed: the server is gone",
        "Shot 002: waits until 12:00, because the server is gone",
        "Shot 002: waits until 12:05, because the server is gone",
    ]
    facts = vars(said.records[3])
    assert [facts[k] for k in ("project", "run", "job", "shot", "state")] == ["p1", "r1", "j1", "001", "done"]


def test_what_ended_before_a_restart_is_not_written_again(said: pytest.LogCaptureFixture) -> None:
    Journal().note(run(DONE, RUNNING))
    assert said.messages == ["Shot 002: begun"]
