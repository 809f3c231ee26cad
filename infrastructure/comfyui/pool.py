"""The servers of one studio: who is free, who is gone, and which one a job goes to.

Every server gets one prompt to run and one to wait behind it, so that it never idles between two; a chain stays on
the server that has its last frame and models; a server that does not answer gets nothing until it does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from domain.base import Value
from infrastructure.comfyui.server import ComfyServer

log = logging.getLogger(__name__)

PLACES = 2
"""Prompts of ours on one server: one running, one waiting."""

REST = 15.0
"""Seconds during which a server that did not answer gets no new work."""


class ServerConfig(Value):
    """How to reach a server. `places` is how many prompts of ours it may have at once."""

    url: str
    token: str = ""
    places: int = PLACES


@dataclass
class Member:
    """A server in the pool. `held` is the chains of the jobs that have a place on it."""

    config: ServerConfig
    server: ComfyServer
    held: list[str] = field(default_factory=list)
    last_work: str = ""
    rests_until: float = 0.0
    leaving: bool = False

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return self.server.name


class Pool:
    """Hands out places. Thread-safe; `configure` may come at any time."""

    def __init__(
        self,
        make: Callable[[ServerConfig], ComfyServer] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make or (lambda config: ComfyServer(config.url, token=config.token))
        self._now = now
        self._changed = threading.Condition()
        self._members: list[Member] = []
        self._home: dict[str, str] = {}

    def configure(self, configs: Sequence[ServerConfig]) -> None:
        """Use these servers from now on. One that is gone from the list finishes what it has and is let go then."""
        gone: list[Member] = []
        with self._changed:
            wanted = {config.url: config for config in configs}
            for member in list(self._members):
                if wanted.get(member.config.url) != member.config:
                    member.leaving = True
                    if not member.held:
                        self._members.remove(member)
                        gone.append(member)
            there = {member.config.url for member in self._members if not member.leaving}
            for url, config in wanted.items():
                if url not in there:
                    self._members.append(Member(config, self._make(config)))
            self._changed.notify_all()
        for member in gone:
            member.server.close()

    def members(self) -> list[Member]:
        """The servers in use, in the order in which they were set up."""
        with self._changed:
            return [member for member in self._members if not member.leaving]

    def places(self) -> int:
        """How many prompts all servers together take at once; at least 1, so that a job can say what is wrong."""
        return max(1, sum(member.config.places for member in self.members()))

    def take(
        self,
        chain: str,
        work: str,
        stopped: Callable[[], bool],
        avoid: Iterable[str] = (),
        patience: float | None = None,
    ) -> Member | None:
        """A place for a job of `chain`; None when `stopped()` turned true, there is no server, or none was free for
        `patience` seconds. `work` names what it loads (the workflow): a server that has it loaded comes first.

        `avoid` names servers (by URL) to go round while there are others.
        """
        shunned = frozenset(avoid)
        end = None if patience is None else self._now() + patience
        with self._changed:
            while not stopped():
                if not any(not m.leaving for m in self._members):
                    return None
                member = self._best(chain, work, shunned)
                if member is not None:
                    member.held.append(chain)
                    member.last_work = work
                    self._home[chain] = member.config.url
                    return member
                if end is not None and self._now() >= end:
                    return None
                self._changed.wait(0.25)
        return None

    def give_back(self, member: Member, chain: str) -> None:
        """The job has ended, or goes on elsewhere."""
        with self._changed:
            if chain in member.held:
                member.held.remove(chain)
            finished = member.leaving and not member.held and member in self._members
            if finished:
                self._members.remove(member)
            self._changed.notify_all()
        if finished:
            member.server.close()

    def rest(self, member: Member, seconds: float = REST) -> None:
        """Give the server nothing new for a while: it did not answer."""
        with self._changed:
            log.warning("%s does not answer; it gets no new work for %.0f s", member.name, seconds)
            member.rests_until = self._now() + seconds

    def resting(self, member: Member) -> bool:
        """Whether the server did not answer lately."""
        with self._changed:
            return member.rests_until > self._now()

    def close(self) -> None:
        """Let all servers go. Prompts that run there go on."""
        with self._changed:
            members, self._members = self._members, []
            self._changed.notify_all()
        for member in members:
            member.server.close()

    def _best(self, chain: str, work: str, shunned: frozenset[str]) -> Member | None:
        """The caller holds the lock."""
        now = self._now()
        free = [
            m for m in self._members
            if not m.leaving and len(m.held) < m.config.places and m.rests_until <= now
        ]  # fmt: skip
        # A server that rests is waited for: it may only be starting again.
        free = [m for m in free if m.config.url not in shunned] or free
        home = self._home.get(chain)

        def rank(member: Member) -> tuple[int, bool, bool, float]:
            # An idle server beats the chain's own when that one is busy: the last frame is uploaded in no time.
            busy = len(member.held)
            return busy, member.config.url != home, member.last_work != work, member.rests_until

        return min(free, key=rank, default=None)
