"""The course of one prompt, from what the socket says and what HTTP shows, as events that end exactly once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from domain.base import Value
from infrastructure.comfyui import messages as m
from infrastructure.comfyui.answers import OutputFile, Past, Queue, files_of
from infrastructure.comfyui.failures import Failure
from infrastructure.comfyui.faults import interrupted, of_node_error
from infrastructure.comfyui.progress import Meter


class Waiting(Value):
    """In the server's queue: `ahead` prompts come first, `ours` of them sent by this process."""

    kind: Literal["waiting"] = "waiting"
    ahead: int
    ours: int


class Started(Value):
    """The server works on it."""

    kind: Literal["started"] = "started"


class Progressed(Value):
    """`fraction` of the whole, below 1; which node, and which of its steps when it has several."""

    kind: Literal["progress"] = "progress"
    fraction: float = Field(ge=0, lt=1)
    node: str = ""
    title: str = ""
    step: int = 0
    steps: int = 0


class Previewed(Value):
    """A picture of the work so far."""

    kind: Literal["preview"] = "preview"
    mime: str
    image: bytes = Field(repr=False)
    node: str = ""


class Silent(Value):
    """The server does not answer, for `seconds` so far; the prompt may be running all the same."""

    kind: Literal["silent"] = "silent"
    seconds: float
    failure: Failure


class Succeeded(Value):
    """Terminal: the files are on the server. `seconds` by its clock; `cached` when nothing had to be run."""

    kind: Literal["succeeded"] = "succeeded"
    files: tuple[OutputFile, ...]
    seconds: float = 0
    cached: bool = False


class Failed(Value):
    """Terminal: a node failed."""

    kind: Literal["failed"] = "failed"
    failure: Failure


class Interrupted(Value):
    """Terminal: stopped on the server, by us (`ours`) or by somebody else."""

    kind: Literal["interrupted"] = "interrupted"
    ours: bool
    failure: Failure


class Lost(Value):
    """Terminal: the server restarted, forgot the prompt, or was out of reach for too long."""

    kind: Literal["lost"] = "lost"
    failure: Failure


Event = Waiting | Started | Progressed | Previewed | Silent | Succeeded | Failed | Interrupted | Lost
Ended = Succeeded | Failed | Interrupted | Lost
TERMINAL = (Succeeded, Failed, Interrupted, Lost)
LATEST = (Progressed, Previewed, Waiting, Silent)
"""Events of which only the latest that nobody has taken is worth keeping."""


class Course:
    """Turns messages and looks into events. No input or output; not for two threads at once."""

    def __init__(self, job_id: str, graph: Mapping[str, Any] | None = None) -> None:
        self.id = job_id
        self.graph: Mapping[str, Any] = graph or {}
        self.cancelled = False
        self.over: Ended | None = None
        self.heard_success = False
        self.heard_start = False
        self._started = False
        self._waiting: Waiting | None = None
        self._meter = Meter(self.graph)
        self._shown: Progressed | None = None
        self._outputs: dict[str, Any] = {}
        self._cached: frozenset[str] = frozenset()
        self._node = ""

    def know(self, graph: Mapping[str, Any]) -> None:
        """The graph, when it was not known from the beginning."""
        if not self.graph and graph:
            self.graph, self._meter = graph, Meter(graph)

    # -- from the socket -------------------------------------------------------------------------------------------

    def hear(self, message: m.Message) -> list[Event]:
        """What a message about this prompt means."""
        if self.over:
            return []
        if isinstance(message, m.ExecutionStart):
            self.heard_start = True
            return self._start()
        if isinstance(message, m.ExecutionCached):
            self._cached = frozenset(message.data.nodes)
            self._meter.cached(self._cached)
            return self._start()
        if isinstance(message, m.ProgressState):
            return [*self._start(), *self._states(message.data.nodes)]
        if isinstance(message, m.Progress):
            data = message.data
            node = data.node or self._node
            fraction = self._meter.step(node, data.value, data.max)
            return [*self._start(), *self._show(fraction, node, int(data.value), int(data.max))]
        if isinstance(message, m.Executing) and message.data.node is not None:
            self._node = message.data.node
            return [*self._start(), *self._show(self._meter.fraction, self._node)]
        if isinstance(message, m.Executed):
            self._outputs[message.data.node] = message.data.output or {}
        elif isinstance(message, m.Preview):
            return [*self._start(), Previewed(mime=message.mime, image=message.image, node=message.node or self._node)]
        elif isinstance(message, m.ExecutionSuccess):
            self.heard_success = True
            return self._start()
        elif isinstance(message, m.ExecutionError):
            return self._fail(message.data.model_dump())
        elif isinstance(message, m.ExecutionInterrupted):
            return self._interrupt(message.data.node_id, message.data.node_type)
        return []

    # -- from HTTP -------------------------------------------------------------------------------------------------

    def look(self, queue: Queue, ours: Collection[str], client: str) -> list[Event] | None:
        """What the queue says; None when the prompt is not in it. `ours` are the ids of this process's prompts."""
        if self.over:
            return []
        if queue.runs(self.id):
            return self._start()
        ahead = queue.ahead(self.id)
        if ahead is None:
            return None
        if self._started:
            return []
        waiting = Waiting(ahead=len(ahead), ours=sum(e.client == client or e.id in ours for e in ahead))
        if waiting == self._waiting:
            return []
        self._waiting = waiting
        return [waiting]

    def recall(self, past: Past) -> list[Event]:
        """How it ended, by the server's memory."""
        if self.over:
            return []
        self.know(past.graph)
        error, stopped = past.said("execution_error"), past.said("execution_interrupted")
        if past.ok:
            return self._end(
                Succeeded(files=past.files, seconds=past.seconds, cached=bool(past.graph) and self._all_cached(past))
            )
        if stopped is not None:
            return self._interrupt(str(stopped.get("node_id") or ""), str(stopped.get("node_type") or ""))
        return self._fail(error or {"exception_message": "the server gave no reason"})

    def forgotten(self) -> list[Event]:
        """It ended well by the socket's word, and the server's memory of it is gone."""
        return self._end(Succeeded(files=files_of(self._outputs, self._cached)))

    def lose(self, failure: Failure) -> list[Event]:
        """It is gone, or nobody can tell."""
        if self.cancelled and failure.cause in ("removed", "restarted", "gone"):
            return self._interrupt("", "")
        return self._end(Lost(failure=failure))

    def silent(self, seconds: float, failure: Failure) -> list[Event]:
        """The server does not answer."""
        return [] if self.over else [Silent(seconds=seconds, failure=failure)]

    # -- inside ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _all_cached(past: Past) -> bool:
        return past.cached >= {str(node) for node in past.outputs} and bool(past.cached)

    def _start(self) -> list[Event]:
        if self._started:
            return []
        self._started = True
        return [Started()]

    def _states(self, nodes: Mapping[str, m.NodeState]) -> list[Event]:
        fraction = self._meter.state(nodes)
        node = next((key for key, state in nodes.items() if state.state == "running"), "")
        if not node:
            return self._show(fraction, self._shown.node if self._shown else "")
        shown = nodes[node].display_node_id or node
        return self._show(fraction, shown, int(nodes[node].value), int(nodes[node].max))

    def _show(self, fraction: float, node: str, step: int = 0, steps: int = 0) -> list[Event]:
        entry = self.graph.get(node)
        entry = entry if isinstance(entry, Mapping) else {}
        meta = entry.get("_meta")
        title = str(meta.get("title") or "") if isinstance(meta, Mapping) else ""
        step, steps = (step, steps) if steps > 1 else (0, 0)
        shown = Progressed(
            fraction=round(fraction, 4), node=node, title=title or str(entry.get("class_type") or ""),
            step=step, steps=steps,
        )  # fmt: skip
        last = self._shown
        if last is not None and (shown == last or (shown.fraction == last.fraction and node == last.node and not step)):
            return []
        self._shown = shown
        return [shown]

    def _fail(self, data: Mapping[str, Any]) -> list[Event]:
        failure = of_node_error(data, self.graph)
        if failure.cause == "interrupted":
            return self._interrupt(str(data.get("node_id") or ""), str(data.get("node_type") or ""))
        return self._end(Failed(failure=failure))

    def _interrupt(self, node: str, kind: str) -> list[Event]:
        return self._end(Interrupted(ours=self.cancelled, failure=interrupted(node, kind, self.graph)))

    def _end(self, event: Ended) -> list[Event]:
        if self.over:
            return []
        self.over = event
        return [event]


class Job:
    """One prompt that is followed: its course, and the events that nobody has taken yet. For many threads."""

    def __init__(self, job_id: str, graph: Mapping[str, Any] | None, sent: bool) -> None:
        self.id = job_id
        self.sent = sent
        """Whether the server has it; before that its absence there means nothing."""
        self.losses: int | None = None
        """How often the socket had been lost when it was sent; None when an earlier process sent it."""
        self._course = Course(job_id, graph)
        self._events: deque[Event] = deque()
        self._changed = threading.Condition()

    @property
    def over(self) -> bool:
        """Whether its end is known."""
        return self._course.over is not None

    @property
    def heard_success(self) -> bool:
        """Whether the socket told of a good end."""
        return self._course.heard_success

    @property
    def heard_start(self) -> bool:
        """Whether the socket told of its beginning."""
        return self._course.heard_start

    def cancelled(self) -> None:
        """We asked the server to stop it."""
        with self._changed:
            self._course.cancelled = True

    def hear(self, message: m.Message) -> None:
        """A message of the socket about it."""
        with self._changed:
            self._put(self._course.hear(message))

    def look(self, queue: Queue, ours: Collection[str], client: str) -> bool:
        """What the queue says; whether it is in it."""
        with self._changed:
            entry = queue.find(self.id)
            if entry is not None:
                self._course.know(entry.graph)
            events = self._course.look(queue, ours, client)
            self._put(events or [])
            return events is not None

    def recall(self, past: Past) -> None:
        """How it ended, by the server's memory."""
        with self._changed:
            self._put(self._course.recall(past))

    def forgotten(self) -> None:
        """It ended well, and the server's memory of it is gone."""
        with self._changed:
            self._put(self._course.forgotten())

    def lose(self, failure: Failure) -> None:
        """It is gone, or nobody can tell."""
        with self._changed:
            self._put(self._course.lose(failure))

    def silent(self, seconds: float, failure: Failure) -> None:
        """The server does not answer."""
        with self._changed:
            self._put(self._course.silent(seconds, failure))

    def events(self) -> Iterator[Event]:
        """What happens, ending with the one terminal event. Blocks between events."""
        while True:
            with self._changed:
                while not self._events and self._course.over is None:
                    self._changed.wait(3600)
                # Whoever follows once more after the end gets the end again.
                event = self._events.popleft() if self._events else self._course.over
            assert event is not None
            yield event
            if isinstance(event, TERMINAL):
                return

    def _put(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, LATEST):
                kept = [e for e in self._events if type(e) is not type(event)]
                self._events = deque(kept)
            self._events.append(event)
        if events:
            self._changed.notify_all()
