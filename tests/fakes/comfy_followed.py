"""Follows prompts in threads, for the tests."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from infrastructure.comfyui.follow import TERMINAL, Event, Started
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.verdicts import Accepted
from tests.fakes import comfy_graphs as graphs

Graph = dict[str, Any]


class Followed:
    """A prompt that is followed in a thread, with the time of each event."""

    def __init__(self, server: ComfyServer, job_id: str, graph: Graph | None = None) -> None:
        self.events: list[Event] = []
        self.at: list[float] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(server.follow(job_id, graph),), daemon=True)
        self._thread.start()

    def _run(self, events: Iterator[Event]) -> None:
        for event in events:
            with self._changed:
                self.events.append(event)
                self.at.append(time.monotonic())
                self._changed.notify_all()

    def wait(self, fits: Callable[[Event], bool], seconds: float = 10) -> Event:
        """The first event that fits."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(fits, self.events)), seconds), self.kinds
        return next(filter(fits, self.events))

    def started(self) -> None:
        self.wait(lambda e: isinstance(e, Started))

    def end(self, seconds: float = 15) -> Event:
        event = self.wait(lambda e: isinstance(e, TERMINAL), seconds)
        self._thread.join(5)
        assert not self._thread.is_alive()
        assert sum(isinstance(e, TERMINAL) for e in self.events) == 1
        assert self.events[-1] is event
        return event

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in itertools.groupby(e.kind for e in self.events)]


def sent(server: ComfyServer, graph: Graph, **how: Any) -> tuple[str, Followed]:
    """Submitted and followed."""
    job_id = graphs.job_id()
    result = server.submit(job_id, graph, **how)
    assert isinstance(result, Accepted), result
    return job_id, Followed(server, job_id)


def name() -> str:
    return uuid.uuid4().hex[:8]
