"""How busy the servers are: memory and queue, asked every few seconds while somebody looks or something is made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from domain.backend import Problem
from domain.engine import DeviceInfo, ServerInfo
from infrastructure.comfyui.pool import Member
from infrastructure.comfyui.status import ServerStatus


def told(url: str, status: ServerStatus) -> ServerInfo:
    """What a server says about itself, in the studio's words."""
    if status.failure is not None:
        problem = Problem(what=status.failure.message, cure=status.failure.cure)
        return ServerInfo(url=url, reachable=False, problem=problem)
    return ServerInfo(
        url=url, reachable=True, version=status.version, running=status.running, waiting=status.waiting,
        ours=status.ours, ahead=status.ahead,
        devices=tuple(DeviceInfo(name=d.name, memory=d.memory, free=d.free, own=d.own) for d in status.devices),
    )  # fmt: skip


class Pulse:
    """Asks each server at most one question at a time, so that a slow one is not flooded and holds up no other.

    `seen` gives what is known of a server, `keep` takes what it says now.
    """

    def __init__(
        self, members: Callable[[], Sequence[Member]], seen: Callable[[str], ServerInfo | None],
        keep: Callable[[ServerInfo], None],
    ) -> None:  # fmt: skip
        self._members, self._seen, self._keep = members, seen, keep
        self._lock = threading.Lock()
        self._asked: set[str] = set()

    def beat(self) -> None:
        """Ask every server that is not being asked; returns at once."""
        for member in self._members():
            url = member.config.url
            with self._lock:
                if url in self._asked:
                    continue
                self._asked.add(url)
            threading.Thread(target=self._ask, args=(member,), name="comfyui-pulse", daemon=True).start()

    def _ask(self, member: Member) -> None:
        url = member.config.url
        try:
            now, before = told(url, member.server.status()), self._seen(url)
            self._keep(now.replace(nodes=before.nodes) if now.reachable and before is not None else now)
        finally:
            with self._lock:
                self._asked.discard(url)
