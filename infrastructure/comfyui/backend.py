"""ComfyUI as a `VideoBackend`: a request becomes a graph, the graph a prompt on a server, its files a take.

A job goes to one server at a time and moves on when that one goes away. What it left there is stopped as soon as the
server answers again; a prompt of somebody else is never touched.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from domain.backend import (
    BackendEvent,
    BackendFailure,
    BackendQueued,
    BackendSpec,
    BackendStarted,
    BackendStopped,
    Problem,
    Readiness,
)
from domain.errors import BackendUnavailable, BadInput, Cancelled, Conflict, DiskFull, NotFound, StudioError
from domain.request import GenerationRequest
from infrastructure.comfyui import follow
from infrastructure.comfyui.leg import Build, Forgot, Gone, Leg, Unfit
from infrastructure.comfyui.pool import Member, Pool, Seat
from infrastructure.comfyui.renderjob import RenderJob
from infrastructure.redaction import Secrets

log = logging.getLogger(__name__)

BACKEND = "comfyui"
LOSSES = 3
"""How often a server may go away under a job: it may be the job that brings them down."""

MOVE_WAITING = 20.0
"""Seconds of silence after which a job that has not begun goes to a server that is free."""

MOVE_REFUSED = 5.0
"""The same when nothing listens there any more: its prompts went with it, begun or not."""

STOPPING = 600.0
"""Seconds during which a server that does not answer is told again to stop a job."""

LOOK = 3.0
"""Seconds that the servers have to say whether they have a job from before a restart."""

_KEPT = 256
"""Ended jobs whose events can still be read again."""


class ComfyBackend:
    """Renders on the servers of `pool`. `specs` gives what a workflow can do, `build` makes its prompts.

    `move_waiting` and `move_refused` are after how many seconds of silence a job goes elsewhere.
    """

    def __init__(
        self, pool: Pool, specs: Callable[[str], BackendSpec], build: Build, move_waiting: float = MOVE_WAITING,
        move_refused: float = MOVE_REFUSED, redact: Callable[[str], str] | None = None,
    ) -> None:  # fmt: skip
        self._redact = redact or Secrets().redact
        self._move_waiting, self._move_refused = move_waiting, move_refused
        self._pool = pool
        self._specs = specs
        self._build = build
        self._lock = threading.Lock()
        self._jobs: dict[str, RenderJob] = {}
        self._closed = threading.Event()

    @property
    def spec(self) -> BackendSpec:
        """What the first workflow can do; the registry asks for each workflow by itself."""
        return self._specs("")

    def preflight(self) -> Readiness:
        """Ready when a server is set up; whether it answers is found when it is used, and said then."""
        if self._pool.members():
            return Readiness()
        return Readiness(
            problems=(
                Problem(
                    what="No ComfyUI server is set up.",
                    cure="Add its address in Servers (a ComfyUI on this computer is http://127.0.0.1:8188).",
                ),
            )
        )

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        """Take the job on. Raises Conflict when it is being worked on already."""
        with self._lock:
            if self._closed.is_set():
                raise BackendUnavailable("The studio is closing; nothing new is sent.")
            known = self._jobs.get(job_id)
            if known is not None and not known.over:
                raise Conflict(f"The job {job_id} is being worked on already.")
            self._jobs.pop(job_id, None)
            job = self._jobs[job_id] = RenderJob(job_id, request, inputs, out, known)
            for old in [i for i, j in self._jobs.items() if j.over][: max(0, len(self._jobs) - _KEPT)]:
                del self._jobs[old]
        threading.Thread(target=self._work, args=(job,), name=f"comfyui-{job_id[:8]}", daemon=True).start()

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        """What happens to the job, to its end. Raises NotFound."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(f"The ComfyUI backend knows no job {job_id}.")
        return job.events()

    def cancel(self, job_id: str) -> None:
        """Stop the job: our prompt is taken out of the server's queue or interrupted, never another. Returns at once:
        the server may need seconds to leave its node, and nobody waits for that."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or (job.over and job.left_on is None):
            return
        job.stopped.set()
        member, job.left_on = job.left_on or job.member, None
        if member is not None:
            self._stop_there(job, member)
        job.say(BackendStopped())

    def leave(self, job_id: str) -> None:
        """Work on the job no longer, but let the server: submitting it again under its id takes up what was made."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is not None and not job.over:
            job.kept = True
            job.stopped.set()
            member = job.left_on = job.member
            if member is not None:
                member.server.leave(job.id)
            job.say(BackendStopped())

    def withdraw(self, job_id: str) -> None:
        """Stop a job of an earlier process on whichever server has it; returns at once."""
        for member in self._pool.members():
            self._tell_to_stop(member, job_id, lambda: job_id not in self._jobs)

    def recover(self, job_id: str) -> BackendEvent | None:
        """What became of a job from before a restart: waiting or running, or None when no server knows it.

        A finished one counts as running: submitting it again under its id fetches what was made.
        """
        found = self._found(job_id)
        if found is None:
            return None
        event = found[1]
        return BackendQueued(position=event.ahead) if isinstance(event, follow.Waiting) else BackendStarted()

    def close(self) -> None:
        """Let the servers go. What they work on goes on there, and is found again under its id."""
        with self._lock:
            self._closed.set()
            jobs = list(self._jobs.values())
        for job in jobs:
            self.leave(job.id)
        self._pool.close()

    # -- a job's own thread --------------------------------------------------------------------------------

    def _work(self, job: RenderJob) -> None:
        if job.before is not None:
            job.before.finished.wait()  # what it was sending may be what is looked for now
            job.before = None
        try:
            event = self._carry_out(job)
        except Cancelled:
            event = BackendStopped()
        except StudioError as error:
            again = getattr(error, "retry", not isinstance(error, BadInput))
            fault = "disk" if isinstance(error, DiskFull) else getattr(error, "fault", "")
            event = BackendFailure(message=error.message, cure=error.cure, retry=again, fault=fault)
        except Exception as error:
            # The boundary of the thread: one traceback, one sentence.
            log.exception("The job %s ended unexpectedly", job.id)
            event = BackendFailure(message=f"The ComfyUI job ended unexpectedly: {error!r:.300}", cure="Try again.")
        if isinstance(event, BackendFailure):  # a server's own words may repeat what it was greeted with
            event = event.replace(message=self._redact(event.message), cure=self._redact(event.cure))
        job.say(BackendStopped() if job.stopped.is_set() else event)
        job.finished.set()

    def _carry_out(self, job: RenderJob) -> BackendEvent:
        """Server after server, until one has done it or there is no use in going on."""
        left: list[Member] = []
        try:
            return self._tried(job, left)
        finally:
            job.member = None
            if not job.kept:
                for member in left:
                    self._stop_there(job, member)

    def _tried(self, job: RenderJob, left: list[Member]) -> BackendEvent:
        """`left` are servers that may still have it while the job is elsewhere."""
        avoid: list[str] = []
        unfit: dict[str, BackendFailure] = {}
        losses = 0
        job.began = self._pool.now()
        job.tell("waiting for a server")
        known = self._known_to(job)
        while True:
            seat = self._seat(job, known, avoid, unfit)
            if seat is None:
                job.check()
                return self._nowhere(unfit)
            member = job.member = seat.member
            for other in [m for m in left if m is not member]:
                self._stop_there(job, other)
            left.clear()
            job.begin()
            try:
                return Leg(
                    self._pool, self._build, job, seat, unfit, self._stop_there, self._move_waiting, self._move_refused
                ).run()
            except Unfit as error:
                unfit[member.config.url] = error.failure
            except Gone as error:
                job.check()
                failure = error.failure
                if not isinstance(error, Forgot):
                    self._pool.failed(member, failure)
                    left.append(member)
                losses += error.begun
                if losses >= LOSSES:
                    what = f"{failure.message} The same happened {losses - 1} times before with this job."
                    cure = "It may need more memory than the server has: choose a smaller size or fewer frames."
                    return BackendFailure(message=what, cure=cure, fault="memory")
                job.tell(f"{failure.message} Trying again.")
                avoid.append(member.config.url)
            finally:
                seat.leave()
            known = None

    def _seat(
        self, job: RenderJob, known: Member | None, avoid: list[str], unfit: Mapping[str, BackendFailure]
    ) -> Seat | None:  # fmt: skip
        """A place for the job; None when there is none to wait for. Raises BackendUnavailable."""
        if known is not None:
            # A server has it from before a restart: its place is used there, whoever else is free.
            return self._pool.join(known, job.chain)
        return self._pool.take(job.chain, job.request.workflow, job.stopped.is_set, avoid, unfit, job.began)

    def _nowhere(self, unfit: Mapping[str, BackendFailure]) -> BackendFailure:
        if not unfit:
            return BackendFailure(
                message="No ComfyUI server is set up.", cure="Add its address in Servers.", retry=False,
                fault="unavailable",
            )  # fmt: skip
        first = next(iter(unfit.values()))
        if len(unfit) == 1:
            return first
        return first.replace(message=f"None of the {len(unfit)} servers can do this. {first.message}")

    def _known_to(self, job: RenderJob) -> Member | None:
        """The server that has the job from before a restart of ours; with one server, sending it finds it."""
        if len(self._pool.members()) < 2:
            return None
        found = self._found(job.id)
        return found[0] if found is not None else None

    def _found(self, job_id: str) -> tuple[Member, follow.Event] | None:
        """The server that knows the job, and how it stands there. All are asked at once, and none is waited for."""
        asked = [m for m in self._pool.members() if m.down_since is None]
        answers: queue.Queue[tuple[Member, follow.Event | None]] = queue.Queue()

        def ask(member: Member) -> None:
            try:
                answers.put((member, member.server.find(job_id)))
            except StudioError:
                answers.put((member, None))

        for member in asked:
            threading.Thread(target=ask, args=(member,), name="comfyui-find", daemon=True).start()
        end = time.monotonic() + LOOK
        for _ in asked:
            try:
                member, event = answers.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                return None
            if isinstance(event, (follow.Waiting, follow.Started, follow.Progressed, follow.Succeeded)):
                return member, event
        return None

    def _stop_there(self, job: RenderJob, member: Member) -> None:
        """Stop what a server has of the job, now or when it answers again, unless the job comes back to it."""
        self._tell_to_stop(member, job.id, lambda: job.stopped.is_set() or job.member is not member)

    def _tell_to_stop(self, member: Member, job_id: str, still: Callable[[], bool]) -> None:
        """In a thread of its own, for as long as that is `still` wanted."""

        def stop() -> None:
            end = time.monotonic() + STOPPING
            while time.monotonic() < end and still():
                try:
                    member.server.cancel(job_id)
                    return
                except StudioError as error:
                    log.info("%s could not be told to stop %s: %s", member.name, job_id, error)
                if self._closed.wait(2.0):
                    return

        threading.Thread(target=stop, name=f"comfyui-stop-{job_id[:8]}", daemon=True).start()
