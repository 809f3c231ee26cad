"""One job of a backend that asks a service: what was asked for, and everything that was reported about it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.backend import TERMINAL_EVENTS, BackendEvent, BackendProgress
from domain.errors import Cancelled
from domain.request import GenerationRequest


class RemoteJob:
    """Its events can be read from any thread, and its end again and again."""

    def __init__(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        self.id = job_id
        self.request = request
        self.inputs = dict(inputs)
        self.out = out
        self.stopped = threading.Event()
        self._changed = threading.Condition()
        self._log: list[BackendEvent] = []

    @property
    def end(self) -> BackendEvent | None:
        """Its terminal event; None while it is worked on."""
        with self._changed:
            return self._log[-1] if self._log and isinstance(self._log[-1], TERMINAL_EVENTS) else None

    def check(self) -> None:
        """Raise Cancelled when it was stopped."""
        if self.stopped.is_set():
            raise Cancelled

    def say(self, event: BackendEvent) -> None:
        """Report. Nothing follows a terminal event."""
        with self._changed:
            if not (self._log and isinstance(self._log[-1], TERMINAL_EVENTS)):
                self._log.append(event)
            self._changed.notify_all()

    def tell(self, words: str) -> None:
        """Report what is being done; services say nothing about how far they are."""
        self.say(BackendProgress(fraction=0.0, detail=words))

    def events(self) -> Iterator[BackendEvent]:
        """What happened and happens, to its end."""
        place = 0
        while True:
            with self._changed:
                while len(self._log) <= place:
                    self._changed.wait(1.0)
                event = self._log[place]
            place += 1
            yield event
            if isinstance(event, TERMINAL_EVENTS):
                return
