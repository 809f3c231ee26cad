"""ComfyUI as a `VideoBackend`: a request becomes a graph, the graph a prompt on a server, its files a take."""

from __future__ import annotations

import contextlib
import logging
import threading
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
from domain.errors import BackendUnavailable, Conflict, NotFound, StudioError
from domain.request import GenerationRequest
from infrastructure.comfyui import follow
from infrastructure.comfyui.answers import OutputFile
from infrastructure.comfyui.pool import Member, Pool
from infrastructure.comfyui.server import ComfyServer, Refused

log = logging.getLogger(__name__)

BACKEND = "comfyui"
MOVES = 4
"""On how many servers a job is tried when they go away under it."""

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
        self.member: Member | None = None
        self._changed = threading.Condition()
        self._log: deque[BackendEvent] = deque()
        self.over = False

    @property
    def chain(self) -> str:
        """What should stay on one server: the shot."""
        return f"{self.request.label}:{self.request.workflow}" if self.request.label else self.id

    def say(self, event: BackendEvent) -> None:
        """Report; progress that nobody has taken gives way to newer progress. Nothing follows a terminal event."""
        with self._changed:
            if self.over:
                return
            if isinstance(event, (BackendProgress, BackendPreview)):
                self._log = deque(e for e in self._log if not isinstance(e, type(event)))
            self._log.append(event)
            self.over = isinstance(event, TERMINAL_EVENTS)
            self._changed.notify_all()

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


class ComfyBackend:
    """Renders on the servers of `pool`. `specs` gives what a workflow can do, `build` makes its prompts."""

    def __init__(self, pool: Pool, specs: Callable[[str], BackendSpec], build: Build) -> None:
        self._pool = pool
        self._specs = specs
        self._build = build
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        self._closed = False

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
            if self._closed:
                raise BackendUnavailable("The studio is closing; nothing new is sent.")
            known = self._jobs.get(job_id)
            if known is not None and not known.over:
                raise Conflict(f"The job {job_id} is being worked on already.")
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
        """Stop the job: our prompt is taken out of the server's queue or interrupted, never another."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or job.over:
            return
        job.stopped.set()
        member = job.member
        if member is not None:
            try:
                member.server.cancel(job_id)
            except StudioError as error:
                log.warning("%s could not be told to stop %s: %s", member.name, job_id, error)
        # The server may need seconds to leave its node; the person does not wait for that.
        job.say(BackendStopped())

    def recover(self, job_id: str) -> BackendEvent | None:
        """What became of a job from before a restart: waiting or running, or None when no server knows it.

        A finished one counts as running: submitting it again under its id fetches what was made.
        """
        for member in self._pool.members():
            with contextlib.suppress(StudioError):
                found = member.server.find(job_id)
                if isinstance(found, follow.Waiting):
                    return BackendQueued(position=found.ahead)
                if isinstance(found, (follow.Started, follow.Progressed, follow.Succeeded)):
                    return BackendStarted()
        return None

    def close(self) -> None:
        """Let the servers go. What they work on goes on there, and is found again under its id."""
        with self._lock:
            self._closed = True
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stopped.set()
            job.say(BackendStopped())
        self._pool.close()

    # -- a job's own thread --------------------------------------------------------------------------------

    def _work(self, job: _Job) -> None:
        try:
            event = self._carry_out(job)
        except StudioError as error:
            event = BackendFailure(message=error.message, cure=error.cure)
        except Exception as error:
            # The boundary of the thread: one traceback, one sentence.
            log.exception("The job %s ended unexpectedly", job.id)
            event = BackendFailure(message=f"The ComfyUI job ended unexpectedly: {error!r:.300}", cure="Try again.")
        job.say(BackendStopped() if job.stopped.is_set() and not isinstance(event, BackendDone) else event)

    def _carry_out(self, job: _Job) -> BackendEvent:
        avoid: list[str] = []
        trouble: BackendFailure | None = None
        known = self._known_to(job)
        for _ in range(MOVES):
            member = self._pool.take(job.chain, job.request.workflow, job.stopped.is_set, avoid)
            if member is None:
                break
            if known is not None and known is not member and known in self._pool.members():
                # A server has it from before a restart: its place is used there, whoever else is free.
                self._pool.give_back(member, job.chain)
                member = known
                member.held.append(job.chain)
            job.member = member
            try:
                event = self._on(job, member, attached=known is member)
            except BackendUnavailable as error:
                event = BackendFailure(message=error.message, cure=error.cure)
                self._pool.rest(member)
                avoid.append(member.config.url)
                trouble, known = event, None
                continue
            finally:
                self._pool.give_back(member, job.chain)
                job.member = None
            if isinstance(event, BackendFailure) and event.message.startswith(_GONE):
                self._pool.rest(member)
                avoid.append(member.config.url)
                trouble, known = event.replace(message=event.message.removeprefix(_GONE)), None
                continue
            return event
        if job.stopped.is_set():
            return BackendStopped()
        return trouble or BackendFailure(
            message="No ComfyUI server is set up.", cure="Add its address in Servers.", retry=False
        )

    def _known_to(self, job: _Job) -> Member | None:
        """The server that has the job from before a restart of ours; with one server, sending it finds it."""
        members = [m for m in self._pool.members() if not self._pool.resting(m)]
        for member in members if len(members) > 1 else ():
            with contextlib.suppress(StudioError):
                if member.server.find(job.id) is not None:
                    return member
        return None

    def _on(self, job: _Job, member: Member, *, attached: bool) -> BackendEvent:
        """The job on one server, from upload to download."""
        server = member.server
        job.say(BackendProgress(fraction=0, detail=f"{member.name}: preparing"))
        names = {name: server.upload(path) for name, path in job.inputs.items()}
        prompt = self._build(job.request, job.id, names, server)
        if prompt.problems:
            first = prompt.problems[0]
            more = f" And {len(prompt.problems) - 1} more." if len(prompt.problems) > 1 else ""
            return BackendFailure(message=f"{member.name}: {first.what}{more}", cure=first.cure, retry=False)
        if job.stopped.is_set():
            return BackendStopped()
        if not attached:
            targets = [prompt.writer, *([prompt.last_frame] if prompt.last_frame else [])]
            answer = server.submit(job.id, prompt.graph, workflow=prompt.workflow, targets=targets, again=True)
            if isinstance(answer, Refused):
                failure = answer.failure
                return BackendFailure(
                    message=f"{member.name}: {failure.message}", cure=failure.cure, retry=failure.retry
                )
        if job.stopped.is_set():
            server.cancel(job.id)
            return BackendStopped()
        for event in server.follow(job.id, prompt.graph):
            told = self._told(event, member)
            if told is not None:
                job.say(told)
            match event:
                case follow.Succeeded():
                    return self._fetched(job, member, prompt, event)
                case follow.Failed(failure=failure):
                    return BackendFailure(
                        message=f"{member.name}: {failure.message}", cure=failure.cure, retry=failure.retry
                    )
                case follow.Interrupted(ours=ours):
                    if ours or job.stopped.is_set():
                        return BackendStopped()
                    return BackendFailure(
                        message=f"{member.name}: somebody else stopped this job on the server.", cure="Render it again."
                    )
                case follow.Lost(failure=failure):
                    if job.stopped.is_set():
                        return BackendStopped()
                    return BackendFailure(message=_GONE + failure.message, cure=failure.cure)
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

    def _fetched(self, job: _Job, member: Member, prompt: Prompt, event: follow.Succeeded) -> BackendEvent:
        """Bring the files here; their length is checked on the way."""
        main = _of_node(event.files, prompt.writer)
        if main is None:
            return BackendFailure(
                message=f"{member.name}: the workflow ended without writing its result.",
                cure="Nothing had to be run and its files are gone; render it again under another seed.",
            )
        info: dict[str, Any] = {
            "server": member.config.url, "server_seconds": event.seconds, "cached": event.cached, "file": main.filename,
        }  # fmt: skip
        suffix = Path(main.filename).suffix.lower() or (".mp4" if job.request.kind == "video" else ".png")
        stem = "clip" if job.request.kind == "video" else "image"
        self._download(job, member, main, f"{stem}{suffix}")
        if job.request.kind == "image":
            return BackendDone(image=f"{stem}{suffix}", info=info)
        last = _of_node(event.files, prompt.last_frame) if prompt.last_frame else None
        if last is not None:
            self._download(job, member, last, "last.png")
        info["last_frame"] = "saved by the same run" if last is not None else "decoded from the clip"
        return BackendDone(clip=f"{stem}{suffix}", last="last.png" if last is not None else "", info=info)

    @staticmethod
    def _download(job: _Job, member: Member, file: OutputFile, name: str) -> None:
        def report(done: int, of: int | None) -> None:
            share = f"{done * 100 // of} %" if of else f"{done // 1000} kB"
            job.say(BackendProgress(fraction=0.98, detail=f"{member.name}: fetching {name}, {share}"))

        member.server.download(file, job.out / name, report)


_GONE = "\x00"
"""Marks a failure after which another server is tried."""


def _of_node(files: tuple[OutputFile, ...], node: str) -> OutputFile | None:
    """The file that a node wrote; of several the last, previews only when there is nothing else."""
    own = [f for f in files if f.node == node]
    kept = [f for f in own if f.folder == "output"] or own
    return kept[-1] if kept else None
