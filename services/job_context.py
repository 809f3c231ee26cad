"""What the job service and those who do the jobs say to each other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from domain.errors import Cancelled, StudioError
from domain.job import HeldQueue, Job, Run

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """What a job gave: the name of the artefact, and what a person should know of it, in words."""

    result: str
    note: str = ""


@dataclass(frozen=True)
class Again:
    """The job is to be done once more, with `changes` to its detail and for that reason; a bounded number of times."""

    reason: str
    changes: Mapping[str, str | int] = field(default_factory=dict)


class Reporting(Protocol):
    """Where a job's context passes on what its executor tells."""

    def progress(self, job: Job, fraction: float, detail: str) -> None:
        """How far the job is."""
        ...

    def show(self, job_id: str, mime: str, data: bytes) -> None:
        """A small picture of the work so far."""
        ...

    def sending(self, job: Job, backend: str) -> Job:
        """Write down where the job is about to be sent."""
        ...

    def step_aside(self, job_id: str) -> None:
        """Let another job of that backend begin, though this one goes on."""
        ...


class JobContext:
    """What an executor gets: its job, a way to report, and whether it was asked to stop."""

    def __init__(self, job: Job, service: Reporting) -> None:
        self.job = job
        self._service = service
        self._stopped = threading.Event()
        self._to_be_resumed = False
        self._on_stop: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def report(self, fraction: float, detail: str = "") -> None:
        """`fraction` of the work done, 0 to 1; held below 1 until the job is done."""
        self._service.progress(self.job, min(max(fraction, 0.0), 0.99), detail)

    def preview(self, mime: str, data: bytes) -> None:
        """Show a small picture of the work so far."""
        self._service.show(self.job.id, mime, data)

    def sending(self, backend: str) -> None:
        """Write down that the job is about to be sent to a backend that costs something. Raises what saving raises;
        it must not be sent then."""
        self.job = self._service.sending(self.job, backend)

    def step_aside(self) -> None:
        """Tell that the backend has done its part: the next job may begin there while this one is finished."""
        self._service.step_aside(self.job.id)

    @property
    def stopped(self) -> bool:
        """Whether the job was asked to stop."""
        return self._stopped.is_set()

    def check(self) -> None:
        """Raise Cancelled when the job was asked to stop."""
        if self.stopped:
            raise Cancelled

    def on_stop(self, action: Callable[[], None]) -> None:
        """Call `action` when the job is asked to stop; at once when it already was. Called again when a job that was
        to be resumed is stopped for good after all."""
        with self._lock:
            self._on_stop.append(action)
            if not self.stopped:
                return
        action()

    @property
    def to_be_resumed(self) -> bool:
        """Whether it was stopped only for now: the queue is held, or the studio closes."""
        return self._to_be_resumed

    def stop(self, *, resume_later: bool = False) -> None:
        """Ask the job to stop; with `resume_later` it goes on another time, unless it was asked for good before."""
        with self._lock:
            before = self.stopped
            if before and (resume_later or not self._to_be_resumed):
                return
            self._to_be_resumed = resume_later
            self._stopped.set()
            actions = list(self._on_stop)
        for action in actions:
            try:
                action()
            except Exception as error:
                # One backend that cannot be reached must not keep the others from being stopped.
                _log.warning("Stopping %s: %s", self.job.title, error)


class Executor(Protocol):
    """Does one job and names its result. Raises StudioError, Cancelled included."""

    def __call__(self, context: JobContext) -> str | Made | Again:
        """Do the job; the result names the artefact, or says that it is to be done once more."""
        ...


class Remedy(Protocol):
    """Says how a job that failed for good can be done in another way."""

    def __call__(self, job: Job, error: StudioError) -> Job | None:
        """The job as it is to be tried now; None when there is no other way."""
        ...


class RunSaver(Protocol):
    """Stores a run in its project."""

    def __call__(self, run: Run) -> None:
        """Write the run's file; returns when it is safe on disk."""
        ...


class HoldStore(Protocol):
    """Keeps the holds of a project's queue that outlive the studio."""

    def load(self, project: str) -> HeldQueue | None:
        """What was stored for that project; None when it is not open."""
        ...

    def save(self, project: str, held: HeldQueue) -> None:
        """Store them."""
        ...
