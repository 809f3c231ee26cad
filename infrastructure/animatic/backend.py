"""The animatic engine as a VideoBackend: jobs wait here and are drawn in worker processes of their own."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from domain.backend import (
    TERMINAL_EVENTS,
    BackendDone,
    BackendEvent,
    BackendFailure,
    BackendPreview,
    BackendProgress,
    BackendQueued,
    BackendSpec,
    BackendStarted,
    BackendStopped,
    Problem,
    Readiness,
)
from domain.errors import BackendFailed, Conflict, NotFound
from domain.profiles import ANIMATIC, PROFILES
from domain.request import GenerationRequest
from infrastructure.processes import Message, WorkerGone, WorkerProcess

VERSION = "1"
FIELDS = frozenset(
    {
        "prompt", "title", "size", "label", "characters", "objects", "location", "image.seed", "span",
        "style", "lighting", "mood", "time_of_day", "composition", "color_grade", "camera", "motion", "motion_strength",
    }
)  # fmt: skip
_WORKER = "infrastructure.animatic.worker"
_NEEDED = {"av": "PyAV", "cv2": "OpenCV", "numpy": "NumPy", "PIL": "Pillow"}
log = logging.getLogger(__name__)
_KEPT = 256
"""Ended jobs whose events can still be read again."""


class _Job:
    """One job and everything that was reported about it."""

    def __init__(self, job_id: str, order: dict[str, Any]) -> None:
        self.id = job_id
        self.order = order
        self.changed = threading.Condition()
        self.log: list[BackendEvent] = []
        self.ended = False

    def report(self, event: BackendEvent) -> bool:
        """Add an event, unless the job has ended; whether it was added."""
        with self.changed:
            if self.ended:
                return False
            self.log.append(event)
            self.ended = isinstance(event, TERMINAL_EVENTS)
            self.changed.notify_all()
            return True

    def events(self) -> Iterator[BackendEvent]:
        for index in itertools.count():
            with self.changed:
                self.changed.wait_for(lambda i=index: len(self.log) > i)  # type: ignore[misc]
                event = self.log[index]
            yield event
            if isinstance(event, TERMINAL_EVENTS):
                return


def find_missing() -> list[str]:
    """Names of the libraries that the worker needs and that are not installed; loads none of them."""
    return [name for module, name in _NEEDED.items() if importlib.util.find_spec(module) is None]


def _event(message: Message) -> BackendEvent | None:
    if message.get("kind") == "error":  # nothing that `jobs.work` expects
        what = f"The animatic engine failed: {message.get('message', '')}"
        return BackendFailure(message=what, cure="Try again; the log has the details.", retry=True)
    match message.get("event"):
        case "started":
            return BackendStarted()
        case "progress":
            return BackendProgress(fraction=message["fraction"], detail=message.get("detail", ""))
        case "preview":
            return BackendPreview(mime="image/jpeg", data=bytes.fromhex(message["data"]))
        case "done":
            names = {k: message.get(k, "") for k in ("clip", "last", "image")}
            return BackendDone(**names, info=message.get("info", {}))
        case "failed":
            return BackendFailure(
                message=message["message"], cure=message.get("cure", ""), retry=message["retry"],
                fault=message.get("fault", ""),
            )  # fmt: skip
    return None


class AnimaticBackend:
    """Draws storyboard panels and moves a camera through them. Needs nothing but this machine's processor.

    `parallel` worker processes are started when first needed and end with this process.
    """

    def __init__(self, parallel: int | Callable[[], int] = 2) -> None:
        """Start nothing yet; `parallel` jobs (1 to 64, or what it gives at that moment) are worked on at once."""
        self._parallel = parallel
        self._spec = BackendSpec(
            id=ANIMATIC,
            title="Animatic (built in)",
            kinds=frozenset({"image", "video"}),
            profiles=(ANIMATIC, *PROFILES),
            fields=FIELDS,
            free=True,
            takes_end=True,
            version=VERSION,
        )
        self._lock = threading.RLock()
        self._jobs: dict[str, _Job] = {}
        self._waiting: deque[_Job] = deque()
        self._working: dict[str, WorkerProcess] = {}
        self._idle: list[WorkerProcess] = []
        self._closed = False

    @property
    def spec(self) -> BackendSpec:
        """What this backend can do."""
        wanted = self._parallel if isinstance(self._parallel, int) else self._parallel()
        return self._spec if self._spec.parallel == wanted else self._spec.replace(parallel=wanted)

    def preflight(self) -> Readiness:
        """Whether the libraries that draw and encode are installed."""
        missing = find_missing()
        if not missing:
            return Readiness()
        what = f"The animatic engine needs {', '.join(missing)}."
        return Readiness(problems=(Problem(what=what, cure="Install Kinoloom again: python -m pip install kinoloom"),))

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        """Take the job on and return at once. Raises Conflict for a job that it works on, BackendFailed when closed."""
        order = {
            "job": job_id,
            "request": request.model_dump(mode="json", include=_SENT),
            "rate": [request.rate.numerator, request.rate.denominator],
            "inputs": {name: str(path) for name, path in inputs.items()},
            "out": str(out),
        }
        job = _Job(job_id, order)
        with self._lock:
            if self._closed:
                raise BackendFailed("The animatic engine has been closed.")
            known = self._jobs.pop(job_id, None)
            if known is not None and not known.ended:
                self._jobs[job_id] = known
                raise Conflict(f"The animatic engine works on job {job_id} already.")
            self._jobs[job_id] = job
            self._waiting.append(job)
            job.report(BackendQueued(position=len(self._waiting) - 1))
            self._forget()
            self._start()

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        """What happens to the job, from its beginning to its one terminal event. Raises NotFound for unknown ids."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"The animatic engine knows no job {job_id}.")
        return job.events()

    def cancel(self, job_id: str) -> None:
        """Stop the job at once by ending its worker; without effect when it has ended or is unknown."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or job.ended:
                return
            with contextlib.suppress(ValueError):
                self._waiting.remove(job)
            worker = self._working.pop(job_id, None)
        if worker is not None:
            worker.kill()  # first, so that nothing is written after the job is reported as stopped
        job.report(BackendStopped())
        with self._lock:
            self._start()

    def recover(self, job_id: str) -> BackendEvent | None:
        """The latest event of a job of this process; None for any other: jobs end with the process."""
        with self._lock:
            job = self._jobs.get(job_id)
        return job.log[-1] if job else None

    def close(self) -> None:
        """Stop all jobs and end all workers; may be called twice."""
        with self._lock:
            self._closed = True
            workers = [*self._working.values(), *self._idle]
            self._working.clear()
            self._idle.clear()
            self._waiting.clear()
            jobs = list(self._jobs.values())
        for worker in workers:
            worker.kill()
        for job in jobs:
            job.report(BackendStopped())

    def _forget(self) -> None:
        ended = [i for i, job in self._jobs.items() if job.ended]
        for job_id in ended[: max(0, len(ended) - _KEPT)]:
            del self._jobs[job_id]

    def _start(self) -> None:
        """Give waiting jobs to free workers. The lock is held."""
        while self._waiting and not self._closed and len(self._working) < self.spec.parallel:
            job = self._waiting.popleft()
            while self._idle and not self._idle[-1].alive:
                self._idle.pop()
            try:
                worker = self._idle.pop() if self._idle else self._new_worker()
            except OSError as error:
                job.report(BackendFailure(message=f"The animatic engine could not start a process: {error}."))
                continue
            self._working[job.id] = worker
            with contextlib.suppress(WorkerGone):  # the thread that listens to it is told as well
                worker.send(job.order)

    def _new_worker(self) -> WorkerProcess:
        worker = WorkerProcess(_WORKER, env={"OMP_NUM_THREADS": "1"})  # each is one of several; they share the cores
        threading.Thread(target=self._listen, args=(worker,), name=f"animatic {worker.pid}", daemon=True).start()
        return worker

    def _listen(self, worker: WorkerProcess) -> None:
        for message in worker.lines():
            self._heard(worker, message)
        worker.kill()  # it has ended; this releases what is left of it
        self._gone(worker)

    def _job_of(self, worker: WorkerProcess) -> _Job | None:
        """What the worker works on. The lock is held."""
        return next((self._jobs[i] for i, w in self._working.items() if w is worker), None)

    def _heard(self, worker: WorkerProcess, message: Message) -> None:
        event = _event(message)
        with self._lock:
            job = self._job_of(worker)
            if job is None or event is None:
                return
            if isinstance(event, TERMINAL_EVENTS):
                del self._working[job.id]
                self._idle.append(worker)
        job.report(event)
        if job.ended:
            with self._lock:
                self._start()

    def _gone(self, worker: WorkerProcess) -> None:
        """A worker has ended: its job, if it was not taken from it before, has failed."""
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
            job = self._job_of(worker)
            if job is None:
                return
            del self._working[job.id]
        cause = worker.cause()
        log.warning("An animatic worker ended while it worked on job %s: %s\n%s", job.id, cause, worker.words())
        message = "The animatic engine's worker process ended unexpectedly" + (f": {cause}" if cause else "")
        job.report(
            BackendFailure(message=message.rstrip(".") + ".", cure="Try again; the log has the details.", retry=True)
        )
        with self._lock:
            self._start()


_SENT = {"kind", "label", "prompt", "seed", "width", "height", "frames", "params"}
