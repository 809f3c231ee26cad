"""A job service over nothing, with executors that do what the test says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from domain.errors import Conflict
from domain.job import Job, Phase, Run
from domain.retries import QueueRules, RetryPolicy
from services.changes import ChangeCounter
from services.job_context import JobContext
from services.jobs import JobService
from tests.fakes.clock import FakeClock

WAIT = 20.0


class Desk:
    """A job service whose jobs run until the test lets them, and a record of everything that happened, in order."""

    def __init__(self, owner: str = "one", lanes: int = 1) -> None:
        self.clock = FakeClock()
        self.changes = ChangeCounter()
        self.lanes: dict[str, int] = {}
        self.default_lanes = lanes
        self.log: list[str] = []
        self.saved: list[Run] = []
        self.disk: dict[str, Run] = {}
        self.refuse: Callable[[Run], bool] = lambda run: False
        self.gates: dict[str, threading.Event] = {}
        self.begun: dict[str, threading.Event] = {}
        self.how: dict[str, Callable[[JobContext], str]] = {}
        self.alive: set[str] = set()
        self.rules = QueueRules(retry=RetryPolicy(attempts=2, first=30, factor=4, longest=100), hold_after=3)
        self.service = JobService(
            self.clock, self.changes, self.save, lambda b: self.lanes.get(b, self.default_lanes), owner,
            lambda who: who in self.alive, lambda: self.rules,
        )  # fmt: skip
        for kind in ("keyframe", "segment"):
            self.service.register(kind, self.work)

    def save(self, run: Run) -> None:
        if self.refuse(run):
            raise Conflict("The disk is full.", "Free some space.")
        self.saved.append(run)
        self.disk[run.id] = run
        self.log.append("save " + " ".join(f"{j.title}={j.phase.kind}" for j in run.jobs))

    def gate(self, title: str) -> threading.Event:
        return self.gates.setdefault(title, threading.Event())

    def began(self, title: str) -> threading.Event:
        return self.begun.setdefault(title, threading.Event())

    def work(self, context: JobContext) -> str:
        title = context.job.title
        self.log.append(f"begin {title}")
        self.began(title).set()
        if title in self.how:
            return self.how[title](context)
        gate = self.gates.get(title)
        if gate is not None:
            context.on_stop(gate.set)
            assert gate.wait(WAIT), "the test forgot to open a gate"
            context.check()
        return f"made {title}"

    def job(self, title: str, *after: str, **fields: Any) -> Job:
        return Job.model_validate(
            {
                "id": title, "run": "", "project": "film", "kind": "segment", "title": title, "backend": "gpu",
                "after": after, "created": self.clock.now(),
            }
            | fields
        )  # fmt: skip

    def start(self, *jobs: Job) -> Run:
        return self.service.start("film", "Render", jobs)

    def ended(self, run: Run) -> Run:
        found = self.service.wait(run.id, WAIT)
        assert found.ended, [j.phase for j in found.jobs]
        return found

    def phase(self, title: str) -> Phase:
        return self.service.job(title).phase

    def kinds(self, run: Run) -> list[str]:
        return [j.phase.kind for j in self.service.wait(run.id, 0).jobs]
