"""A service that charges for every clip it is sent: the far side, which lives on, and the backend that talks to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

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
from domain.errors import BackendUnavailable, NotFound
from domain.request import GenerationRequest
from tests.fakes.backend import fake_spec, plain, read_png, write_clip, write_png


class FarSide:
    """What charges: `submitted` are the ids of all jobs that it was sent, each time it was sent one.

    `out_of_reach` breaks every call, `loses_answers` breaks that many submissions after they arrived; `gate` holds the
    jobs up until it is set; `ended` gives another end to a job.
    """

    def __init__(self) -> None:
        self.submitted: list[str] = []
        self.cancelled: list[str] = []
        self.known: dict[str, tuple[GenerationRequest, bytes]] = {}
        self.ended: dict[str, BackendEvent] = {}
        self.gate = threading.Event()
        self.out_of_reach = False
        self.loses_answers = 0

    def reach(self) -> None:
        if self.out_of_reach:
            raise BackendUnavailable("The paid service cannot be reached.", "Look at the network.")

    def submit(self, job_id: str, request: GenerationRequest, start: bytes) -> None:
        self.reach()
        self.submitted.append(job_id)
        self.known[job_id] = (request, start)
        if self.loses_answers:
            self.loses_answers -= 1
            raise BackendUnavailable("The connection to the paid service broke.", "Look at the network.")

    def forget(self) -> None:
        """As if it had never been sent anything."""
        self.known.clear()


class PaidBackend:
    """Implements VideoBackend, GoesOnAlone and TakesUp. Another one on the same far side is a later process."""

    def __init__(self, far: FarSide) -> None:
        self.far = far
        self._followed: dict[str, tuple[Path, threading.Event]] = {}

    @property
    def spec(self) -> BackendSpec:
        return fake_spec(id="paid", title="The paid service", kinds=frozenset({"video"}), free=False, parallel=4)

    def preflight(self) -> Readiness:
        return Readiness()

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        self._followed[job_id] = (out, threading.Event())
        self.far.submit(job_id, request, inputs["start"].read_bytes() if "start" in inputs else b"")

    def attach(self, job_id: str, request: GenerationRequest, out: Path) -> None:
        self._followed[job_id] = (out, threading.Event())

    def recover(self, job_id: str) -> BackendEvent | None:
        self.far.reach()
        if job_id in self.far.ended:
            return self.far.ended[job_id]
        if job_id not in self.far.known:
            return None
        return BackendStarted() if self.far.gate.is_set() else BackendQueued()

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        if job_id not in self._followed:
            raise NotFound(f"The paid service knows no job {job_id}.")
        out, left = self._followed[job_id]
        yield BackendStarted()
        while not self.far.gate.wait(0.01):
            if left.is_set():
                yield BackendStopped()
                return
            if self.far.out_of_reach:
                yield BackendFailure(message="The paid service cannot be reached.", fault="network")
                return
        request, start = self.far.known[job_id]
        first = plain(request.width, request.height, request.seed)
        if start:
            (out / "start.png").write_bytes(start)
            first = read_png(out / "start.png")
        last = write_clip(
            out / "clip.mp4", first, request.width, request.height, request.frames, request.rate, request.seed
        )
        write_png(out / "last.png", last)
        yield BackendDone(clip="clip.mp4", last="last.png", info={"made by": "the paid service"})

    def cancel(self, job_id: str) -> None:
        if job_id in self._followed:
            self.far.cancelled.append(job_id)
            self._followed[job_id][1].set()

    def leave(self, job_id: str) -> None:
        if job_id in self._followed:
            self._followed[job_id][1].set()

    def withdraw(self, job_id: str) -> None:
        self.far.cancelled.append(job_id)

    def close(self) -> None:
        for _, left in self._followed.values():
            left.set()
