"""Looks at one server over HTTP while prompts of ours are there: what the queue and the history say is the truth."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from domain.errors import StudioError
from infrastructure.comfyui.answers import Past, Queue
from infrastructure.comfyui.connection import now
from infrastructure.comfyui.failures import Failure, failure_of, of_exception
from infrastructure.comfyui.faults import lost
from infrastructure.comfyui.follow import Job
from infrastructure.comfyui.listener import Listener

log = logging.getLogger(__name__)

EVERY = 0.6
"""Seconds between looks. An error must be known within a second, also when the socket is deaf."""

SHARE = 0.05
"""A look may take up to this share of the time: a queue with hundreds of large graphs is looked at less often."""

SOON = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Pauses between questions for the result of a prompt that the socket says is done."""


class Watcher:
    """A thread that looks while there is something to look for. `patience` is how many seconds without any answer
    make the prompts on a server lost."""

    def __init__(
        self,
        name: str,
        client_id: str,
        look: Callable[[], Queue],
        recall: Callable[[str], Past | None],
        listener: Listener,
        patience: float,
    ) -> None:
        self._name, self._client_id = name, client_id
        self._look, self._recall, self._listener, self._patience = look, recall, listener, patience
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._done: list[Job] = []
        self._now = False
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._silent_since: float | None = None
        self._deaf_since: float | None = None

    def add(self, job: Job) -> None:
        """Look after this prompt until its end is known."""
        with self._changed:
            self._jobs[job.id] = job
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name=f"comfy-look-{self._name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def drop(self, job: Job) -> None:
        """Look after it no longer."""
        with self._changed:
            if self._jobs.get(job.id) is job:
                del self._jobs[job.id]

    def nudge(self) -> None:
        """Look now: the socket was opened again, or something changed."""
        with self._changed:
            self._now = True
            self._changed.notify_all()

    def fetch(self, job: Job) -> None:
        """The socket says that it is done: fetch its result now."""
        with self._changed:
            self._done.append(job)
            self._changed.notify_all()

    def close(self, failure: Failure) -> None:
        """End the thread; prompts still followed end as lost."""
        with self._changed:
            self._stopped = True
            jobs, self._jobs = list(self._jobs.values()), {}
            self._changed.notify_all()
        for job in jobs:
            job.lose(failure)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _run(self) -> None:
        pause = EVERY
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopped or self._now or bool(self._done), pause if self._jobs else None
                )
                if self._stopped:
                    return
                done, self._done = self._done, []
                look, self._now = self._now or not done, False
            for job in done:
                self._fetch(job)
            if look:
                began = now()
                self._look_safely()
                pause = max(EVERY, (now() - began) / SHARE) if self._silent_since is None else EVERY
            with self._changed:
                self._jobs = {key: job for key, job in self._jobs.items() if not job.over}

    def _fetch(self, job: Job) -> None:
        """The history has the result a moment after the socket told of it."""
        for seconds in SOON:
            if job.over or self._stopped:
                return
            try:
                past = self._recall(job.id)
            except StudioError as error:
                log.debug("%s", error)
                return  # the looks go on, and tell when the server stays silent
            if past is not None:
                job.recall(past)
                return
            threading.Event().wait(seconds)

    def _look_safely(self) -> None:
        with self._changed:
            jobs = [job for job in self._jobs.values() if not job.over and job.sent]
        if not jobs:
            return
        began = now()
        try:
            unheard = self._look_around(jobs)
        except StudioError as error:
            self._silence(jobs, began, failure_of(error))
            return
        except Exception as error:
            failure = of_exception(error, self._name, "looking at its queue")
            log.warning("%s", failure.message)
            self._silence(jobs, began, failure)
            return
        self._silent_since = None
        self._listener.hurry()
        self._listen(unheard)

    def _look_around(self, jobs: list[Job]) -> bool:
        """Tell all of them how they stand; whether the socket should have told something and did not."""
        queue = self._look()
        ours = {job.id for job in jobs}
        unheard = False
        for job in jobs:
            if job.look(queue, ours, self._client_id):
                unheard |= queue.runs(job.id) and not job.heard_start
                continue
            past = self._recall(job.id)
            if past is not None:
                unheard |= not job.over and not job.heard_success
                job.recall(past)
            elif job.heard_success:
                job.forgotten()
            else:
                job.lose(lost(self._name, self._restarted(job)))
        return unheard

    def _restarted(self, job: Job) -> bool | None:
        """Whether the connection broke since the prompt was sent; None for one that was sent before this process."""
        if job.losses is None:
            return None
        return self._listener.losses > job.losses or not self._listener.open

    def _silence(self, jobs: list[Job], began: float, failure: Failure) -> None:
        if self._silent_since is None:
            self._silent_since = began
        seconds = now() - self._silent_since
        for job in jobs:
            if seconds >= self._patience:
                job.lose(failure)
            else:
                job.silent(round(seconds, 1), failure)

    def _listen(self, unheard: bool) -> None:
        """Whether the socket tells what HTTP shows. A server may forget a client that came back under its name."""
        if not unheard or not self._listener.open:
            self._deaf_since = None
        elif self._deaf_since is None:
            self._deaf_since = now()
        elif self._listener.heard_at < self._deaf_since:
            log.info("%s tells nothing over its WebSocket; it is opened again", self._name)
            self._deaf_since = None
            self._listener.renew()
        else:
            self._deaf_since = None
