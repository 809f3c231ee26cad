"""What becomes of every job, written into the log as it happens: one entry for each change of phase."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

from domain.job import Done, Failed, Job, Phase, Queued, Run, Running, Stopped, Unsure

_log = logging.getLogger(__name__)

_current: ContextVar[Mapping[str, str | int]] = ContextVar("current", default=MappingProxyType({}))

RUNS_KNOWN = 500
"""Runs that are followed at a time; of those before, the least recently stored are forgotten."""


class Journal:
    """Follows runs as they are stored. Entries carry the ids of project, run and job, so that a log can be sorted.

    Safe for threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, dict[str, tuple[str, str]]] = OrderedDict()

    def note(self, run: Run) -> None:
        """Write down what changed since the run was last seen."""
        with self._lock:
            before = self._known.pop(run.id, None)
            # of a run from before a restart, what had ended then was written down then
            steps = before or {job.id: _step(job.phase) for job in run.jobs if job.ended}
            changed = [job for job in run.jobs if steps.get(job.id) != _step(job.phase)]
            self._known[run.id] = {job.id: _step(job.phase) for job in run.jobs}
            while len(self._known) > RUNS_KNOWN:
                self._known.popitem(last=False)
        for job in changed:
            _log.info("%s: %s", job.title, _words(job), extra=about(job) | {"state": job.phase.kind})


def log_for(job: Job) -> None:
    """From here on, what this thread logs is about the job; the thread ends with it."""
    _current.set(about(job))


def current() -> Mapping[str, str | int]:
    """What this thread works on, if that was said."""
    return _current.get()


def about(job: Job) -> dict[str, str | int]:
    """What an entry about the job carries besides its words."""
    return {
        "project": job.project, "run": job.run, "job": job.id, "kind": job.kind, "shot": job.shot,
        "segment": job.segment, "backend": job.backend,
    }  # fmt: skip


def _step(phase: Phase) -> tuple[str, str]:
    """What tells one phase from another; how far a job is does not."""
    return phase.kind, phase.not_before if isinstance(phase, Queued) else ""


def _words(job: Job) -> str:
    match job.phase:
        case Queued(not_before=when, reason=reason):
            return f"waits until {when}, because {reason}" if when else "queued"
        case Running():
            return "begun"
        case Done(seconds=seconds, result=result):
            return f"done in {seconds:.1f} s, {result}"
        case Failed(message=message):
            return f"failed: {message}"
        case Unsure(message=message):
            return f"not known what became of it: {message}"
        case Stopped(message=message):
            return f"stopped: {message}"
