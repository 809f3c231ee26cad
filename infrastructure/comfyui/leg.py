"""A job on one server, from the upload of its pictures to the download of what was made."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from domain.backend import (
    BackendDone,
    BackendEvent,
    BackendFailure,
    BackendPreview,
    BackendProgress,
    BackendStarted,
    BackendStopped,
    Problem,
)
from domain.errors import BackendUnavailable, Cancelled
from domain.request import GenerationRequest
from infrastructure.comfyui import follow
from infrastructure.comfyui.answers import OutputFile
from infrastructure.comfyui.failures import Failure, failure_of
from infrastructure.comfyui.pool import Member, Pool, Seat
from infrastructure.comfyui.renderjob import RenderJob
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.verdicts import Accepted, Outdated, Refused

log = logging.getLogger(__name__)

CLEARING = 0.25
"""Seconds between two looks whether a server has let go of what it works on."""


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


class Gone(Exception):
    """The server went away under the job, or does not answer. `begun` tells that it was working on it."""

    def __init__(self, failure: Failure, begun: bool = False) -> None:
        super().__init__(failure.message)
        self.failure, self.begun = failure, begun


class Forgot(Gone):
    """The server answers, but knows nothing of the job any more: it was restarted."""


class Unfit(Exception):
    """This server cannot do the job; another may."""

    def __init__(self, failure: BackendFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Leg:
    """One job on one server. `unfit` are the servers that cannot do it; `waiting` and `refused` are after how many
    seconds of silence it is better off elsewhere, `stop_there` stops what a server has of a job."""

    def __init__(
        self, pool: Pool, build: Build, job: RenderJob, seat: Seat, unfit: Mapping[str, BackendFailure],
        stop_there: Callable[[RenderJob, Member], None], waiting: float, refused: float,
    ) -> None:  # fmt: skip
        self._pool, self._build, self._job, self._seat = pool, build, job, seat
        self._member, self._unfit, self._stop_there = seat.member, unfit, stop_there
        self._move_waiting, self._move_refused = waiting, refused

    def run(self) -> BackendEvent:
        """How it ended. Raises Gone and Unfit, and Cancelled when it was stopped."""
        job, member = self._job, self._member
        log.info("%s takes the job %s", member.name, job.id, extra={"job": job.id, "server": member.name})
        job.tell(f"{member.name}: preparing")
        with _reaching():
            names = {}
            for name, path in job.inputs.items():
                job.check()
                names[name] = member.server.upload(path)
        prompt = self._prompt(names)
        job.check()
        self._send(prompt)
        self._pool.works(member)
        try:
            succeeded = self._followed(prompt)
        finally:
            member.server.leave(job.id)
        if not isinstance(succeeded, follow.Succeeded):
            return succeeded
        self._seat.served()
        return self._fetched(prompt, succeeded)

    def _prompt(self, names: Mapping[str, str]) -> Prompt:
        """The graph for this server. Raises Unfit when it lacks something."""
        try:
            prompt = self._build(self._job.request, self._job.id, names, self._member.server)
            if prompt.problems:
                # It may have been installed since the server was asked.
                self._member.server.object_info(refresh=True)
                prompt = self._build(self._job.request, self._job.id, names, self._member.server)
        except BackendUnavailable as error:
            status = self._member.server.status()
            if status.failure is not None or error.retry:
                raise Gone(status.failure or failure_of(error)) from error
            raise Unfit(
                BackendFailure(message=error.message, cure=error.cure, retry=False, fault="unavailable")
            ) from error
        if prompt.problems:
            first = prompt.problems[0]
            more = f" And {len(prompt.problems) - 1} more." if len(prompt.problems) > 1 else ""
            what = f"{self._member.name}: {first.what}{more}"
            raise Unfit(BackendFailure(message=what, cure=first.cure, retry=False, fault="unavailable"))
        return prompt

    def _send(self, prompt: Prompt) -> None:
        """Give it to the server. Raises Gone, Unfit, and Cancelled when it was stopped meanwhile."""
        # It may be there from before a restart of ours, or from before the server went silent.
        answer = self._submitted(prompt, again=True)
        if isinstance(answer, Outdated):
            self._clear()
            answer = self._submitted(prompt, again=False)
        if isinstance(answer, Refused):
            raise Unfit(_failed(self._member, answer.failure))
        if self._job.stopped.is_set():
            if not self._job.kept:
                self._stop_there(self._job, self._member)
            raise Cancelled

    def _submitted(self, prompt: Prompt, *, again: bool) -> Accepted | Refused | Outdated:
        targets = [prompt.writer, *([prompt.last_frame] if prompt.last_frame else [])]
        with _reaching():
            return self._member.server.submit(
                self._job.id, prompt.graph, workflow=prompt.workflow, targets=targets, again=again
            )  # fmt: skip

    def _clear(self) -> None:
        """Stop what the server works on under this id: it was sent before the workflow was changed, and its result
        would pass for one of the workflow as it is now."""
        server = self._member.server
        self._job.tell(f"{self._member.name}: the workflow was changed; what was made with the old one is left there")
        with _reaching():
            server.cancel(self._job.id)
            while server.queue().find(self._job.id) is not None:
                self._job.stopped.wait(CLEARING)
                self._job.check()

    def _followed(self, prompt: Prompt) -> follow.Succeeded | BackendEvent:
        """Until its end there, or until it is better off elsewhere. Raises Gone."""
        begun = False
        for event in self._member.server.follow(self._job.id, prompt.graph):
            told = self._told(event)
            if told is not None:
                self._job.say(told)
            begun |= isinstance(event, (follow.Started, follow.Progressed, follow.Previewed))
            match event:
                case follow.Succeeded():
                    return event
                case follow.Failed(failure=failure):
                    return _failed(self._member, failure)
                case follow.Interrupted(ours=ours):
                    if ours or self._job.stopped.is_set():
                        return BackendStopped()
                    what = f"{self._member.name}: somebody else stopped this job on the server."
                    return BackendFailure(message=what, cure="Render it again.")
                case follow.Silent(seconds=seconds, failure=failure):
                    refused = failure.cause == "refused" and seconds >= self._move_refused
                    if (refused or (seconds >= self._move_waiting and not begun)) and self._free_beside():
                        raise Gone(failure, begun)
                case follow.Lost(failure=failure):
                    self._job.check()
                    if failure.cause == "removed":
                        return _failed(self._member, failure)
                    kind = Forgot if failure.cause in ("restarted", "gone") else Gone
                    raise kind(failure, begun)
        raise AssertionError("follow ended without saying how")

    def _told(self, event: follow.Event) -> BackendEvent | None:
        """What the person is told while it goes on."""
        match event:
            case follow.Waiting(ahead=ahead, ours=ours):
                others = ahead - ours
                whose = f", {others} of them others'" if others > 0 else ""
                place = f"{ahead} ahead{whose}" if ahead else "next"
                return BackendProgress(fraction=0, detail=f"{self._member.name}: {place}")
            case follow.Started():
                return BackendStarted()
            case follow.Progressed(fraction=fraction, title=title, step=step, steps=steps):
                doing = f"{title} {step} of {steps}" if steps > 1 else title
                return BackendProgress(fraction=fraction, detail=f"{self._member.name}: {doing}")
            case follow.Previewed(mime=mime, image=image):
                return BackendPreview(mime=mime, data=image)
            case follow.Silent(seconds=seconds):
                return BackendProgress(fraction=0, detail=f"{self._member.name} has not answered for {seconds:.0f} s")
            case _:
                return None

    # -- results -------------------------------------------------------------------------------------------

    def _fetched(self, prompt: Prompt, event: follow.Succeeded) -> BackendEvent:
        """Bring the files here; their length is checked on the way."""
        main = _of_node(event.files, prompt.writer)
        if main is None:
            what = f"{self._member.name}: the workflow ended without writing its result."
            return BackendFailure(message=what, cure="Look at the workflow's output node, and render it again.")
        info: dict[str, Any] = {
            "server": self._member.config.url, "server_seconds": event.seconds, "cached": event.cached,
            "file": main.filename,
        }  # fmt: skip
        video = self._job.request.kind == "video"
        suffix = Path(main.filename).suffix.lower() or (".mp4" if video else ".png")
        if video and suffix != ".mp4":
            what = f"{self._member.name}: the workflow wrote {main.filename}, and clips are needed as mp4."
            return BackendFailure(message=what, cure="Let its output node write mp4.", retry=False)
        name = f"{'clip' if video else 'image'}{suffix}"
        self._download(main, name)
        if not video:
            return BackendDone(image=name, info=info)
        last = _of_node(event.files, prompt.last_frame) if prompt.last_frame else None
        if last is not None:
            self._download(last, "last.png")
        info["last_frame"] = "saved by the same run" if last is not None else "decoded from the clip"
        return BackendDone(clip=name, last="last.png" if last is not None else "", info=info)

    def _download(self, file: OutputFile, name: str) -> None:
        """Fetch one file. A server that goes away meanwhile is waited for, because the file lies on its disk, unless
        another could make it anew. Raises Gone."""

        def report(done: int, of: int | None) -> None:
            self._job.check()
            share = f"{done * 100 // of} %" if of else f"{done // 1000} kB"
            self._job.tell(f"{self._member.name}: fetching {name}, {share}", 0.98)

        while True:
            self._job.check()
            try:
                with _reaching():
                    self._member.server.download(file, self._job.out / name, report)
                self._pool.works(self._member)
                return
            except Gone as error:
                self._pool.failed(self._member, error.failure)
                if self._free_beside() or self._pool.hopeless() is not None:
                    raise
                self._job.tell(f"{error.failure.message} Trying again.", 0.98)
                self._job.stopped.wait(1.0)

    def _free_beside(self) -> bool:
        return self._pool.free_beside(self._member, self._unfit)


@contextlib.contextmanager
def _reaching() -> Iterator[None]:
    """Turn "the server cannot be reached" into Gone, and "it never will be" into Unfit."""
    try:
        yield
    except BackendUnavailable as error:
        if error.retry:
            raise Gone(failure_of(error)) from error
        unfit = BackendFailure(message=error.message, cure=error.cure, retry=False, fault="unavailable")
        raise Unfit(unfit) from error


def _failed(member: Member, failure: Failure) -> BackendFailure:
    what = f"{member.name}: {failure.message}"
    return BackendFailure(message=what, cure=failure.cure, retry=failure.retry, fault=failure.fault)


def _of_node(files: tuple[OutputFile, ...], node: str) -> OutputFile | None:
    """The file that a node wrote; of several the last, previews only when there is nothing else."""
    own = [f for f in files if f.node == node]
    kept = [f for f in own if f.folder == "output"] or own
    return kept[-1] if kept else None
