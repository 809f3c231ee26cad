"""What a server is and has: version, graphics cards, queue, limits, installed models, node classes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from domain.base import Value
from domain.errors import BackendUnavailable, StudioError
from infrastructure.comfyui.answers import Queue
from infrastructure.comfyui.connection import Connection
from infrastructure.comfyui.failures import Failure, failure_of, talking


class Device(Value):
    """A graphics card, or the processor; memory in bytes. `own` is what the server itself holds."""

    name: str
    type: str = ""
    memory: int = 0
    free: int = 0
    own: int = 0


class ServerStatus(Value):
    """How a server is. With `failure` it could not be asked, and the rest is empty. `ours` and `others` are prompts
    that run or wait, `running` and `waiting` those of everybody; `ahead` are those of others before the first of ours.
    """

    server: str
    failure: Failure | None = None
    version: str = ""
    devices: tuple[Device, ...] = ()
    ours: int = 0
    others: int = 0
    running: int = 0
    waiting: int = 0
    ahead: int = 0
    features: dict[str, Any] = Field(default_factory=dict)
    upload_limit: int | None = None
    listening: bool = False

    @property
    def reachable(self) -> bool:
        """Whether it answered."""
        return self.failure is None


class Facts:
    """What is asked of one server, some of it once. `ours` tells whether a queued prompt is this process's."""

    def __init__(self, connection: Connection, client_id: str) -> None:
        self._connection, self._client_id = connection, client_id
        self._lock = threading.Lock()
        self._nodes: tuple[str, Mapping[str, Any]] | None = None
        self._features: dict[str, Any] | None = None

    def status(self, ours: frozenset[str], listening: bool) -> ServerStatus:
        """How it is now; a server that cannot be asked is a status too. `ours` are ids of our prompts."""
        try:
            return self._status(ours, listening)
        except StudioError as error:
            return ServerStatus(server=self._connection.name, failure=failure_of(error))

    def _status(self, ours: frozenset[str], listening: bool) -> ServerStatus:
        stats = self._stats()
        queue = self.queue()
        entries = (*queue.running, *queue.pending)
        mine = [e.client == self._client_id or e.id in ours for e in entries]
        own = sum(mine)
        features = self.features(refresh=True)
        return ServerStatus(
            server=self._connection.name, version=_version(stats), devices=_devices(stats), ours=own,
            others=len(entries) - own, running=len(queue.running), waiting=len(queue.pending),
            ahead=mine.index(True) if own else 0, features=features, upload_limit=_limit(features), listening=listening,
        )  # fmt: skip

    def _stats(self) -> Mapping[str, Any]:
        doing = "asking for its state"
        answer = self._connection.ask("system_stats", doing=doing, tries=2)
        if not isinstance(answer, Mapping) or "system" not in answer or "devices" not in answer:
            raise BackendUnavailable(
                f"{self._connection.name} answers, but is no ComfyUI.", "Check the address, its port and its path."
            )
        return answer

    def queue(self) -> Queue:
        """What runs and waits now."""
        doing = "asking for its queue"
        with talking(self._connection.name, doing):
            return Queue.read(self._connection.ask("queue", doing=doing, tries=1))

    def features(self, refresh: bool = False) -> dict[str, Any]:
        """What the server says it can do; empty for servers too old to say."""
        if self._features is None or refresh:
            answer = self._connection.ask("features", doing="asking for its features")
            self._features = answer if isinstance(answer, dict) else {}
        return self._features

    @property
    def upload_limit(self) -> int | None:
        """The most bytes it takes at once, if it says."""
        return _limit(self.features())

    def models(self, folder: str) -> tuple[str, ...] | None:
        """Files installed in a folder of its models; None when it has no such folder."""
        answer = self._connection.ask(f"models/{folder}", doing=f"asking for its models in {folder}")
        return tuple(str(name) for name in answer) if isinstance(answer, list) else None

    def model_folders(self) -> tuple[str, ...]:
        """Names of its folders of models."""
        answer = self._connection.ask("models", doing="asking for its folders")
        return tuple(str(name) for name in answer) if isinstance(answer, list) else ()

    def object_info(self, refresh: bool = False) -> Mapping[str, Any]:
        """All node classes, asked for once per version of the server, and again with `refresh` (a model or a custom
        node was installed)."""
        with self._lock:
            version = _version(self._stats())
            if self._nodes is None or refresh or self._nodes[0] != version:
                answer = self._connection.ask("object_info", doing="asking for its nodes")
                if not isinstance(answer, dict):
                    raise BackendUnavailable(f"{self._connection.name} does not tell its nodes.", "Check the address.")
                self._nodes = version, answer
            return self._nodes[1]

    def template(self, name: str) -> Any:
        """A workflow that the server itself offers (`index` for the list of them), or None."""
        return self._connection.ask(f"templates/{name}.json", doing=f"asking for its template {name}")


def _version(stats: Mapping[str, Any]) -> str:
    system = stats.get("system")
    return str(system.get("comfyui_version") or "") if isinstance(system, Mapping) else ""


def _devices(stats: Mapping[str, Any]) -> tuple[Device, ...]:
    return tuple(
        Device(
            name=str(d.get("name") or ""), type=str(d.get("type") or ""),
            memory=int(d.get("vram_total") or 0), free=int(d.get("vram_free") or 0),
            own=int(d.get("torch_vram_total") or 0),
        )
        for d in stats.get("devices") or ()
        if isinstance(d, Mapping)
    )  # fmt: skip


def _limit(features: Mapping[str, Any]) -> int | None:
    limit = features.get("max_upload_size")
    return int(limit) if isinstance(limit, (int, float)) and limit > 0 else None
