"""ComfyUI as a `VideoBackend`: a request becomes a graph, the graph a prompt on a server, its files a take.

A job goes to one server at a time and moves on when that one goes away. What it left there is stopped as soon as the
server answers again; a prompt of somebody else is never touched.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

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
from domain.errors import BackendUnavailable, BadInput, Cancelled, Conflict, NotFound, StudioError
from domain.request import GenerationRequest
from infrastructure.comfyui import follow
from infrastructure.comfyui.answers import OutputFile
from infrastructure.comfyui.failures import Failure, failure_of
from infrastructure.comfyui.pool import Member, Pool, Seat
from infrastructure.comfyui.server import ComfyServer, Refused

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


class Prompt(Protocol):
    """A graph ready to be sent, and where its results come out."""

    @property
    def graph(self) -> Mapping[str, Any]:
        """The graph in API format."""
        ...

    @property
    def writer(self) -> str:
        """The node that writes the clip or picture."""
        ...

    @property
    def last_frame(self) -> str:
        """The node that saves the lossless last frame; empty when there is none."""
        ...

    @property
    def workflow(self) -> Any:
        """The editor's format of it, for the saved files; None when there is none."""
        ...

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What this server would refuse."""
        ...


Build = Callable[[GenerationRequest, str, Mapping[str, str], ComfyServer], Prompt]
"""From request, job id, names of the uploaded pictures by input, and the server to build for. Raises BadInput."""


class _Job:
    """One job, and everything that was reported about it."""

    def __init__(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        self.id = job_id
        self.request = request
        self.inputs = dict(inputs)
        self.out = out
        self.stopped = threading.Event()
        self.began = 0.0
        self.kept = False
        """Whether it was only let go: the server may finish it."""
        self.member: Member | None = None
        self.over = False
        self._changed = threading.Condition()
        self._log: deque[BackendEvent] = deque()
        self._fraction = 0.0

    @property
    def chain(self) -> str:
        """What should stay on one server: the shot."""
        return f"{self.request.label}:{self.request.workflow}" if self.request.label else self.id

    def check(self) -> None:
        """Raise Cancelled when it was stopped."""
        if self.stopped.is_set():
            raise Cancelled

    def begin(self) -> None:
        """It starts from nothing, on another server for example."""
        with self._changed:
            self._fraction = 0.0

    def say(self, event: BackendEvent) -> None:
        """Report; progress that nobody has taken gives way to newer progress, and never goes back. Nothing follows a
        terminal event."""
        with self._changed:
            if self.over:
                return
            if isinstance(event, BackendProgress):
                self._fraction = max(self._fraction, event.fraction)
                event = event.replace(fraction=self._fraction)
            if isinstance(event, (BackendProgress, BackendPreview)):
                self._log = deque(e for e in self._log if not isinstance(e, type(event)))
            self._log.append(event)
            self.over = isinstance(event, TERMINAL_EVENTS)
            self._changed.notify_all()

    def tell(self, words: str, fraction: float = 0.0) -> None:
        """Report what is being done."""
        self.say(BackendProgress(fraction=fraction, detail=words))

    def events(self) -> Iterator[BackendEvent]:
        """What happens, to its end; the end can be read again."""
        while True:
            with self._changed:
                while not self._log:
                    self._changed.wait(1.0)
                event = self._log[0]
                if not isinstance(event, TERMINAL_EVENTS):
                    self._log.popleft()
            yield event
            if isinstance(event, TERMINAL_EVENTS):
                return


class _Gone(Exception):
    """The server went away under the job, or does not answer. `begun` tells that it was working on it."""

    def __init__(self, failure: Failure, begun: bool = False) -> None:
        super().__init__(failure.message)
        self.failure, self.begun = failure, begun


class _Forgot(_Gone):
    """The server answers, but knows nothing of the job any more: it was restarted."""


class _Unfit(Exception):
    """This server cannot do the job; another may."""

    def __init__(self, failure: BackendFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class ComfyBackend:
    """Renders on the servers of `pool`. `specs` gives what a workflow can do, `build` makes its prompts.

    `move_waiting` and `move_refused` are after how many seconds of silence a job goes elsewhere.
    """

    def __init__(
        self, pool: Pool, specs: Callable[[str], BackendSpec], build: Build, move_waiting: float = MOVE_WAITING,
        move_refused: float = MOVE_REFUSED,
    ) -> None:  # fmt: skip
        self._move_waiting, self._move_refused = move_waiting, move_refused
        self._pool = pool
        self._specs = specs
        self._build = build
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
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
            job = self._jobs[job_id] = _Job(job_id, request, inputs, out)
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
        if job is None or job.over:
            return
        job.stopped.set()
        member = job.member
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
            job.say(BackendStopped())

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

    def _work(self, job: _Job) -> None:
        try:
            event = self._carry_out(job)
        except Cancelled:
            event = BackendStopped()
        except StudioError as error:
            again = getattr(error, "retry", not isinstance(error, BadInput))
            event = BackendFailure(message=error.message, cure=error.cure, retry=again)
        except Exception as error:
            # The boundary of the thread: one traceback, one sentence.
            log.exception("The job %s ended unexpectedly", job.id)
            event = BackendFailure(message=f"The ComfyUI job ended unexpectedly: {error!r:.300}", cure="Try again.")
        job.say(BackendStopped() if job.stopped.is_set() else event)

    def _carry_out(self, job: _Job) -> BackendEvent:
        """Server after server, until one has done it or there is no use in going on."""
        left: list[Member] = []
        try:
            return self._tried(job, left)
        finally:
            job.member = None
            if not job.kept:
                for member in left:
                    self._stop_there(job, member)

    def _tried(self, job: _Job, left: list[Member]) -> BackendEvent:
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
                return self._on(job, seat, attached=known is member, unfit=unfit)
            except _Unfit as error:
                unfit[member.config.url] = error.failure
            except _Gone as error:
                job.check()
                failure = error.failure
                if not isinstance(error, _Forgot):
                    self._pool.failed(member, failure)
                    left.append(member)
                losses += error.begun
                if losses >= LOSSES:
                    what = f"{failure.message} The same happened {losses - 1} times before with this job."
                    cure = "It may need more memory than the server has: choose a smaller size or fewer frames."
                    return BackendFailure(message=what, cure=cure)
                job.tell(f"{failure.message} Trying again.")
                avoid.append(member.config.url)
            finally:
                seat.leave()
            known = None

    def _seat(
        self, job: _Job, known: Member | None, avoid: list[str], unfit: Mapping[str, BackendFailure]
    ) -> Seat | None:  # fmt: skip
        """A place for the job; None when there is none to wait for. Raises BackendUnavailable."""
        if known is not None:
            # A server has it from before a restart: its place is used there, whoever else is free.
            return self._pool.join(known, job.chain)
        return self._pool.take(job.chain, job.request.workflow, job.stopped.is_set, avoid, unfit, job.began)

    def _nowhere(self, unfit: Mapping[str, BackendFailure]) -> BackendFailure:
        if not unfit:
            return BackendFailure(
                message="No ComfyUI server is set up.", cure="Add its address in Servers.", retry=False
            )  # fmt: skip
        first = next(iter(unfit.values()))
        if len(unfit) == 1:
            return first
        return first.replace(message=f"None of the {len(unfit)} servers can do this. {first.message}")

    def _known_to(self, job: _Job) -> Member | None:
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

    def _stop_there(self, job: _Job, member: Member) -> None:
        """Stop what a server has of the job, now or when it answers again, unless the job comes back to it."""

        def stop() -> None:
            end = time.monotonic() + STOPPING
            while time.monotonic() < end and (job.stopped.is_set() or job.member is not member):
                try:
                    member.server.cancel(job.id)
                    return
                except StudioError as error:
                    log.info("%s could not be told to stop %s: %s", member.name, job.id, error)
                if self._closed.wait(2.0):
                    return

        threading.Thread(target=stop, name=f"comfyui-stop-{job.id[:8]}", daemon=True).start()

    # -- a job on one server -------------------------------------------------------------------------------

    def _on(
        self, job: _Job, seat: Seat, *, attached: bool, unfit: Mapping[str, BackendFailure]
    ) -> BackendEvent:  # fmt: skip
        """From upload to download. Raises _Gone and _Unfit."""
        member = seat.member
        job.tell(f"{member.name}: preparing")
        with _reaching():
            names = {}
            for name, path in job.inputs.items():
                job.check()
                names[name] = member.server.upload(path)
        prompt = self._prompt(job, member, names)
        job.check()
        if not attached:
            self._send(job, member, prompt)
        self._pool.works(member)
        try:
            succeeded = self._followed(job, seat, prompt, unfit)
        finally:
            member.server.leave(job.id)
        if not isinstance(succeeded, follow.Succeeded):
            return succeeded
        seat.served()
        return self._fetched(job, member, prompt, succeeded, unfit)

    def _prompt(self, job: _Job, member: Member, names: Mapping[str, str]) -> Prompt:
        """The graph for this server. Raises _Unfit when it lacks something."""
        try:
            prompt = self._build(job.request, job.id, names, member.server)
            if prompt.problems:
                # It may have been installed since the server was asked.
                member.server.object_info(refresh=True)
                prompt = self._build(job.request, job.id, names, member.server)
        except BackendUnavailable as error:
            status = member.server.status()
            if status.failure is not None:
                raise _Gone(status.failure) from error
            raise _Unfit(
                BackendFailure(message=f"{member.name}: {error.message}", cure=error.cure, retry=False)
            ) from error
        if prompt.problems:
            first = prompt.problems[0]
            more = f" And {len(prompt.problems) - 1} more." if len(prompt.problems) > 1 else ""
            raise _Unfit(BackendFailure(message=f"{member.name}: {first.what}{more}", cure=first.cure, retry=False))
        return prompt

    def _send(self, job: _Job, member: Member, prompt: Prompt) -> None:
        """Give it to the server. Raises _Gone, _Unfit, and Cancelled when it was stopped meanwhile."""
        targets = [prompt.writer, *([prompt.last_frame] if prompt.last_frame else [])]
        with _reaching():
            # It may be there from before a restart of ours, or from before the server went silent.
            answer = member.server.submit(
                job.id, prompt.graph, workflow=prompt.workflow, targets=targets, again=True
            )  # fmt: skip
        if isinstance(answer, Refused):
            raise _Unfit(_failed(member, answer.failure))
        if job.stopped.is_set():
            if not job.kept:
                self._stop_there(job, member)
            raise Cancelled

    def _followed(
        self, job: _Job, seat: Seat, prompt: Prompt, unfit: Mapping[str, BackendFailure]
    ) -> follow.Succeeded | BackendEvent:
        """Until its end there, or until it is better off elsewhere. Raises _Gone."""
        member = seat.member
        begun = False
        for event in member.server.follow(job.id, prompt.graph):
            told = self._told(event, member)
            if told is not None:
                job.say(told)
            begun |= isinstance(event, (follow.Started, follow.Progressed, follow.Previewed))
            match event:
                case follow.Succeeded():
                    return event
                case follow.Failed(failure=failure):
                    return _failed(member, failure)
                case follow.Interrupted(ours=ours):
                    if ours or job.stopped.is_set():
                        return BackendStopped()
                    what = f"{member.name}: somebody else stopped this job on the server."
                    return BackendFailure(message=what, cure="Render it again.")
                case follow.Silent(seconds=seconds, failure=failure):
                    refused = failure.cause == "refused" and seconds >= self._move_refused
                    if (refused or (seconds >= self._move_waiting and not begun)) and self._pool.free_beside(
                        member, unfit
                    ):
                        raise _Gone(failure, begun)
                case follow.Lost(failure=failure):
                    job.check()
                    if failure.cause == "removed":
                        return _failed(member, failure)
                    kind = _Forgot if failure.cause in ("restarted", "gone") else _Gone
                    raise kind(failure, begun)
        raise AssertionError("follow ended without saying how")

    @staticmethod
    def _told(event: follow.Event, member: Member) -> BackendEvent | None:
        """What the person is told while it goes on."""
        match event:
            case follow.Waiting(ahead=ahead, ours=ours):
                others = ahead - ours
                whose = f", {others} of them others'" if others > 0 else ""
                place = f"{ahead} ahead{whose}" if ahead else "next"
                return BackendProgress(fraction=0, detail=f"{member.name}: {place}")
            case follow.Started():
                return BackendStarted()
            case follow.Progressed(fraction=fraction, title=title, step=step, steps=steps):
                doing = f"{title} {step} of {steps}" if steps > 1 else title
                return BackendProgress(fraction=fraction, detail=f"{member.name}: {doing}")
            case follow.Previewed(mime=mime, image=image):
                return BackendPreview(mime=mime, data=image)
            case follow.Silent(seconds=seconds):
                return BackendProgress(fraction=0, detail=f"{member.name} has not answered for {seconds:.0f} s")
            case _:
                return None

    # -- results -------------------------------------------------------------------------------------------

    def _fetched(
        self, job: _Job, member: Member, prompt: Prompt, event: follow.Succeeded, unfit: Mapping[str, BackendFailure]
    ) -> BackendEvent:
        """Bring the files here; their length is checked on the way."""
        main = _of_node(event.files, prompt.writer)
        if main is None:
            what = f"{member.name}: the workflow ended without writing its result."
            return BackendFailure(message=what, cure="Look at the workflow's output node, and render it again.")
        info: dict[str, Any] = {
            "server": member.config.url, "server_seconds": event.seconds, "cached": event.cached, "file": main.filename,
        }  # fmt: skip
        video = job.request.kind == "video"
        suffix = Path(main.filename).suffix.lower() or (".mp4" if video else ".png")
        if video and suffix != ".mp4":
            what = f"{member.name}: the workflow wrote {main.filename}, and clips are needed as mp4."
            return BackendFailure(message=what, cure="Let its output node write mp4.", retry=False)
        name = f"{'clip' if video else 'image'}{suffix}"
        self._download(job, member, main, name, unfit)
        if not video:
            return BackendDone(image=name, info=info)
        last = _of_node(event.files, prompt.last_frame) if prompt.last_frame else None
        if last is not None:
            self._download(job, member, last, "last.png", unfit)
        info["last_frame"] = "saved by the same run" if last is not None else "decoded from the clip"
        return BackendDone(clip=name, last="last.png" if last is not None else "", info=info)

    def _download(
        self, job: _Job, member: Member, file: OutputFile, name: str, unfit: Mapping[str, BackendFailure]
    ) -> None:
        """Fetch one file. A server that goes away meanwhile is waited for, because the file lies on its disk, unless
        another could make it anew. Raises _Gone."""

        def report(done: int, of: int | None) -> None:
            job.check()
            share = f"{done * 100 // of} %" if of else f"{done // 1000} kB"
            job.tell(f"{member.name}: fetching {name}, {share}", 0.98)

        while True:
            job.check()
            try:
                with _reaching():
                    member.server.download(file, job.out / name, report)
                self._pool.works(member)
                return
            except _Gone as error:
                self._pool.failed(member, error.failure)
                if self._pool.free_beside(member, unfit) or self._pool.hopeless() is not None:
                    raise
                job.tell(f"{error.failure.message} Trying again.", 0.98)
                job.stopped.wait(1.0)


@contextlib.contextmanager
def _reaching() -> Iterator[None]:
    """Turn "the server cannot be reached" into _Gone, and "it never will be" into _Unfit."""
    try:
        yield
    except BackendUnavailable as error:
        if error.retry:
            raise _Gone(failure_of(error)) from error
        raise _Unfit(BackendFailure(message=error.message, cure=error.cure, retry=False)) from error


def _failed(member: Member, failure: Failure) -> BackendFailure:
    return BackendFailure(message=f"{member.name}: {failure.message}", cure=failure.cure, retry=failure.retry)


def _of_node(files: tuple[OutputFile, ...], node: str) -> OutputFile | None:
    """The file that a node wrote; of several the last, previews only when there is nothing else."""
    own = [f for f in files if f.node == node]
    kept = [f for f in own if f.folder == "output"] or own
    return kept[-1] if kept else None
