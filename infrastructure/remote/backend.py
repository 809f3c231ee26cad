"""Services that charge for pictures as a `VideoBackend`: each request is sent once, and again only where the service
said that it did not take it.

Their answers come in the same breath as the request, and no job can be asked about afterwards; none of the services
documents an idempotency key for pictures. So this is no `TakesUp`: a job whose answer was lost is nobody's to send
again but a person's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from domain.backend import (
    BackendDone,
    BackendEvent,
    BackendFailure,
    BackendQueued,
    BackendSpec,
    BackendStarted,
    BackendStopped,
    Readiness,
)
from domain.errors import BackendUnavailable, BadInput, Cancelled, Conflict, DiskFull, NotFound, StudioError
from domain.prices import Price
from domain.request import GenerationRequest
from domain.retries import RetryPolicy
from infrastructure.redaction import Secrets
from infrastructure.remote.failures import NotTaken
from infrastructure.remote.fitting import asked, shape_of, store
from infrastructure.remote.job import RemoteJob
from infrastructure.remote.provider import Made, Provider

log = logging.getLogger(__name__)

LONGEST_WAIT = 900.0
"""Seconds beyond which a service that asks to wait is not waited for."""

_KEPT = 256
"""Ended jobs whose events can still be read again."""


class PictureBackend:
    """Draws with one `provider`. `rules` say how often and after which pauses a request that was not taken is sent
    again; `wait` waits for an event, at most so many seconds, and tells whether it came."""

    def __init__(
        self, provider: Provider, rules: Callable[[], RetryPolicy] = RetryPolicy,
        redact: Callable[[str], str] | None = None,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:  # fmt: skip
        self._provider = provider
        self._rules = rules
        self._redact = redact or Secrets().redact
        self._wait = wait
        self._lock = threading.Condition()
        self._jobs: dict[str, RemoteJob] = {}
        self._working: set[RemoteJob] = set()
        self._closed = False

    @property
    def spec(self) -> BackendSpec:
        """What the service can do, as it is set up now."""
        return self._provider.spec

    def price(self, request: GenerationRequest) -> Price | None:
        """About what the request costs; None when that is not known."""
        return self._provider.price(request)

    def preflight(self) -> Readiness:
        """Whether it is set up. The service itself is not asked: that would tell it of us before anybody draws."""
        return Readiness(problems=self._provider.problems())

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        """Take the job on. Raises Conflict when it is being worked on, and BadInput for anything but a picture."""
        if request.kind != "image":
            raise BadInput(f"{self._provider.title} makes no clips.", "Choose another backend in the Project tab.")
        with self._lock:
            if self._closed:
                raise BackendUnavailable("The studio is closing; nothing new is sent.")
            known = self._jobs.get(job_id)
            if known is not None and known.end is None:
                raise Conflict(f"The job {job_id} is being worked on already.")
            self._jobs.pop(job_id, None)
            job = self._jobs[job_id] = RemoteJob(job_id, request, inputs, out)
            for old in [i for i, j in self._jobs.items() if j.end is not None][: max(0, len(self._jobs) - _KEPT)]:
                del self._jobs[old]
        job.say(BackendQueued())
        threading.Thread(target=self._work, args=(job,), name=f"{self._provider.id}-{job_id[:8]}", daemon=True).start()

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        """What happens to the job, to its end. Raises NotFound."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"The backend for {self._provider.title} knows no job {job_id}.")
        return job.events()

    def cancel(self, job_id: str) -> None:
        """Stop waiting for the job. What was sent cannot be taken back, and may be charged."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and job.end is None:
                job.stopped.set()
                self._working.discard(job)  # its answer is not waited for by the next one
                self._lock.notify_all()
        if job is not None:
            job.say(BackendStopped())

    def recover(self, job_id: str) -> BackendEvent | None:
        """What became of a job of this process; None for those of another time: services tell nothing of them."""
        with self._lock:
            job = self._jobs.get(job_id)
        return None if job is None else job.end or BackendStarted()

    def close(self) -> None:
        """Wait for nothing any more."""
        with self._lock:
            self._closed = True
            jobs = list(self._jobs)
        for job_id in jobs:
            self.cancel(job_id)

    # -- a job's own thread --------------------------------------------------------------------------------

    def _work(self, job: RemoteJob) -> None:
        try:
            with self._lock:
                self._lock.wait_for(lambda: job.stopped.is_set() or len(self._working) < self._provider.spec.parallel)
                job.check()
                self._working.add(job)
            try:
                job.say(BackendStarted())
                event = self._made(job)
            finally:
                with self._lock:
                    self._working.discard(job)
                    self._lock.notify_all()
        except Cancelled:
            event = BackendStopped()
        except StudioError as error:
            again = getattr(error, "retry", not isinstance(error, BadInput))
            fault = "disk" if isinstance(error, DiskFull) else getattr(error, "fault", "")
            event = BackendFailure(
                message=self._redact(error.message), cure=self._redact(error.cure), retry=again, fault=fault
            )
        except Exception as error:
            # The boundary of the thread: one traceback, one sentence. It may have been sent before.
            log.exception("The job %s ended unexpectedly", job.id)
            what = self._redact(f"The job for {self._provider.title} ended unexpectedly: {error!r:.300}")
            event = BackendFailure(message=what, cure="The log has the details.", fault="network")
        job.say(event)

    def _made(self, job: RemoteJob) -> BackendEvent:
        self._provider.check(job.request)
        made = self._taken(job)
        job.check()
        request = job.request
        fit = asked(request.params)
        frame = (request.width, request.height)
        name, size = store(made.content, job.out, frame, fit, self._provider.title)
        fitted: dict[str, Any] = {"from": list(size), "to": list(frame), "how": "scale"}
        if shape_of(size) != shape_of(frame):
            fitted["how"] = fit.how
            if "focus" in request.params:
                fitted |= {"x": fit.x, "y": fit.y}
        price = self.price(request)
        told = {} if price is None else {"price": price.words}
        return BackendDone(image=name, info={"provider": self._provider.title, **made.info, "fitted": fitted, **told})

    def _taken(self, job: RemoteJob) -> Made:
        """The answer; sent again, after growing pauses, as long as the service did not take the request."""
        rules = self._rules()
        tries = 0
        while True:
            job.check()
            job.tell(f"{self._provider.title} is drawing")
            try:
                return self._provider.ask(job.request, job.inputs, job.id, job.stopped.is_set)
            except NotTaken as error:
                pause = rules.pause(tries)
                if pause is None or (error.after or 0) > LONGEST_WAIT:
                    raise
                tries += 1
                pause = max(pause, error.after or 0)
                words = f"{error.message} Tried again in {pause:.0f} s ({tries} of {rules.attempts})."
                job.tell(self._redact(words))
                if self._wait(job.stopped, pause):
                    raise Cancelled from None
