"""What a server answers about its queue and its past, as values: `/queue`, `/history/{id}`, `/api/jobs/{id}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.base import Value, canonical_hash

Json = Any


class OutputFile(Value):
    """A file that an output node wrote. `cached` tells that an earlier run wrote it and that it may be gone."""

    node: str
    list: str
    filename: str
    subfolder: str = ""
    folder: str = "output"
    animated: bool = False
    cached: bool = False

    @property
    def params(self) -> dict[str, str]:
        """The query of `/view` for it."""
        return {"filename": self.filename, "subfolder": self.subfolder, "type": self.folder}


def files_of(outputs: Json, cached: frozenset[str] = frozenset()) -> tuple[OutputFile, ...]:
    """All files in a prompt's outputs, whatever their list is called (images, gifs, audio, video …)."""
    found = []
    for node, entry in outputs.items() if isinstance(outputs, Mapping) else ():
        for name, listed in entry.items() if isinstance(entry, Mapping) else ():
            animated = entry.get("animated")
            for number, item in enumerate(listed if isinstance(listed, (list, tuple)) else ()):
                if isinstance(item, Mapping) and isinstance(item.get("filename"), str):
                    flags = animated if isinstance(animated, (list, tuple)) else ()
                    found.append(
                        OutputFile(
                            node=str(node), list=str(name), filename=item["filename"],
                            subfolder=str(item.get("subfolder") or ""), folder=str(item.get("type") or "output"),
                            animated=bool(flags[number]) if number < len(flags) else False,
                            cached=str(node) in cached,
                        )
                    )  # fmt: skip
    return tuple(found)


MARK = "kinoloom_graph"
"""Entry of a prompt's `extra_data`, which servers keep as it is: `mark_of` the graph that was sent."""


def mark_of(graph: Mapping[str, Json]) -> str:
    """What tells one graph from another: a hash over all of it."""
    return canonical_hash({"graph": graph})


@dataclass(frozen=True)
class Given:
    """What a server was given under an id: the graph, and the mark that was sent with it, empty where there is none."""

    graph: Mapping[str, Json] = field(repr=False, default_factory=dict)
    mark: str = ""

    def is_of(self, graph: Mapping[str, Json]) -> bool:
        """Whether that was this graph; not so when nobody can tell."""
        return self.mark == mark_of(graph) if self.mark else bool(self.graph) and self.graph == graph


@dataclass(frozen=True)
class QueueEntry:
    """A prompt that waits or runs. `number` decides the order; `client` is who sent it."""

    id: str
    number: float
    client: str
    graph: Mapping[str, Json] = field(repr=False, default_factory=dict)
    mark: str = ""

    @property
    def given(self) -> Given:
        """What was sent."""
        return Given(self.graph, self.mark)

    @classmethod
    def read(cls, raw: Json) -> QueueEntry | None:
        """From `[number, id, graph, extra data, outputs]`; None when it is something else."""
        if not isinstance(raw, (list, tuple)) or len(raw) < 2:
            return None
        extra = raw[3] if len(raw) > 3 and isinstance(raw[3], Mapping) else {}
        graph = raw[2] if len(raw) > 2 and isinstance(raw[2], Mapping) else {}
        number = raw[0] if isinstance(raw[0], (int, float)) else 0
        return cls(str(raw[1]), float(number), str(extra.get("client_id") or ""), graph, _mark(extra))


@dataclass(frozen=True)
class Queue:
    """All prompts that run or wait, each in the order in which they come."""

    running: tuple[QueueEntry, ...] = ()
    pending: tuple[QueueEntry, ...] = ()

    @classmethod
    def read(cls, raw: Json) -> Queue:
        """From the answer of `/queue`. Raises ValueError when it is no such answer."""
        if not isinstance(raw, Mapping) or "queue_running" not in raw:
            raise ValueError("no queue")
        running = [e for r in raw.get("queue_running") or () if (e := QueueEntry.read(r))]
        pending = [e for r in raw.get("queue_pending") or () if (e := QueueEntry.read(r))]
        # The server lists its heap, whose order is not the order of work.
        return cls(tuple(running), tuple(sorted(pending, key=lambda e: (e.number, e.id))))

    def runs(self, job_id: str) -> bool:
        """Whether that prompt is being run."""
        return any(e.id == job_id for e in self.running)

    def ahead(self, job_id: str) -> tuple[QueueEntry, ...] | None:
        """What runs or comes before a waiting prompt; None when it does not wait."""
        ids = [e.id for e in self.pending]
        return (*self.running, *self.pending[: ids.index(job_id)]) if job_id in ids else None

    def find(self, job_id: str) -> QueueEntry | None:
        """The entry of that prompt, running or waiting."""
        return next((e for e in (*self.running, *self.pending) if e.id == job_id), None)


@dataclass(frozen=True)
class Past:
    """How a prompt ended. `messages` are the server's own words: (kind, data)."""

    id: str
    ok: bool
    messages: tuple[tuple[str, Mapping[str, Json]], ...]
    outputs: Mapping[str, Json]
    graph: Mapping[str, Json] = field(repr=False, default_factory=dict)
    mark: str = ""

    @property
    def given(self) -> Given:
        """What was sent."""
        return Given(self.graph, self.mark)

    def said(self, kind: str) -> Mapping[str, Json] | None:
        """The data of the message of that kind, if there was one."""
        return next((data for name, data in self.messages if name == kind), None)

    @property
    def cached(self) -> frozenset[str]:
        """The nodes that were not run anew."""
        data = self.said("execution_cached")
        return frozenset(map(str, (data or {}).get("nodes") or ()))

    @property
    def files(self) -> tuple[OutputFile, ...]:
        """All files that the prompt's output nodes name."""
        return files_of(self.outputs, self.cached)

    @property
    def seconds(self) -> float:
        """How long it ran, by the server's clock; 0 when it does not say."""
        stamps = [d["timestamp"] for _, d in self.messages if isinstance(d.get("timestamp"), (int, float))]
        return max(0.0, (max(stamps) - min(stamps)) / 1000) if stamps else 0.0

    @classmethod
    def read(cls, job_id: str, raw: Json) -> Past | None:
        """From the answer of `/history/{id}`; None when the server remembers no such prompt."""
        entry = raw.get(job_id) if isinstance(raw, Mapping) else None
        if not isinstance(entry, Mapping):
            return None
        prompt = entry.get("prompt")
        graph = prompt[2] if isinstance(prompt, (list, tuple)) and len(prompt) > 2 else {}
        extra = prompt[3] if isinstance(prompt, (list, tuple)) and len(prompt) > 3 else {}
        return cls._made(job_id, entry.get("status"), entry.get("outputs"), graph, extra)

    @classmethod
    def read_job(cls, job_id: str, raw: Json) -> Past | None:
        """From the answer of `/api/jobs/{id}`; None while it waits or runs."""
        if not isinstance(raw, Mapping) or raw.get("status") not in ("completed", "failed", "cancelled", "error"):
            return None
        status = raw.get("execution_status")
        if not isinstance(status, Mapping):
            status = {"status_str": "success" if raw["status"] == "completed" else "error", "messages": []}
            error = raw.get("execution_error")
            if isinstance(error, Mapping):
                status["messages"].append(["execution_error", error])
        workflow = raw.get("workflow")
        graph = workflow.get("prompt") if isinstance(workflow, Mapping) else {}
        extra = workflow.get("extra_data") if isinstance(workflow, Mapping) else {}
        return cls._made(job_id, status, raw.get("outputs"), graph, extra)

    @classmethod
    def _made(cls, job_id: str, status: Json, outputs: Json, graph: Json, extra: Json) -> Past:
        # Old servers leave the status out; then outputs are there exactly when all went well.
        status = status if isinstance(status, Mapping) else {"status_str": "success"}
        messages = tuple(
            (str(m[0]), m[1])
            for m in status.get("messages") or ()
            if isinstance(m, (list, tuple)) and len(m) == 2 and isinstance(m[1], Mapping)
        )
        return cls(
            job_id, status.get("status_str") == "success", messages,
            outputs if isinstance(outputs, Mapping) else {}, graph if isinstance(graph, Mapping) else {},
            _mark(extra),
        )  # fmt: skip


def _mark(extra: Json) -> str:
    return str(extra.get(MARK) or "") if isinstance(extra, Mapping) else ""
