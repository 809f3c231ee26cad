"""One job of the backend: what was asked for, and everything that was reported about it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.backend import TERMINAL_EVENTS, BackendEvent, BackendPreview, BackendProgress
from domain.errors import Cancelled
from domain.request import GenerationRequest
from infrastructure.comfyui.pool import Member


class RenderJob:
    """One job, and everything that was reported about it."""

    def __init__(
        self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path,
        before: RenderJob | None = None,
    ) -> None:  # fmt: skip
        self.id = job_id
        self.before = before
        """The same job as it was left a moment ago: it may still be on its way to a server."""
        self.finished = threading.Event()
        self.request = request
        self.inputs = dict(inputs)
        self.out = out
        self.stopped = threading.Event()
        self.began = 0.0
        self.kept = False
        """Whether it was only let go: the server may finish it."""
        self.member: Member | None = None
        self.left_on: Member | None = None
        """The server that it was let go on; it can still be stopped there."""
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
