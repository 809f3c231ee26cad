"""The servers of one studio: who is free, who is gone, and which one a job goes to.

Every server gets one prompt to run and, unless it is set otherwise, one to wait behind it, so that it never idles
between two; a chain stays on the server that has its last frame and models; a server that does not answer is asked by
one job at a time until it does. Jobs that wait get their places in the order in which they came.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from domain.base import Value
from domain.errors import BackendUnavailable, BadInput
from infrastructure.comfyui.failures import Failure
from infrastructure.comfyui.server import ComfyServer

log = logging.getLogger(__name__)

PLACES = 2
"""Prompts of ours on one server: one running, one waiting."""

AHEAD = 1
"""Jobs per server beyond its places: one fetches what it made while the next is being sent."""

SILENCE = 20.0
"""Seconds that an answer may take. A server that loads a large model may hold its answers back for some seconds."""

PATIENCE = 120.0
"""Seconds that a server which answered before may be gone until its jobs give it up: a ComfyUI with many custom nodes
takes about a minute to start."""

NEW_PATIENCE = 30.0
"""The same for a server that has not answered since the studio was started: its address may be wrong."""

RESTS = (1.0, 2.0, 4.0)
"""Seconds between two tries of a server that does not answer."""

HOMES = 4096
"""Chains whose last server is remembered."""


class ServerConfig(Value):
    """How to reach a server: `token` is sent as Authorization: Bearer, `headers` as they are. `places` is how many
    prompts of ours it may have at once; one that is not `on` gets none."""

    url: str
    token: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    title: str = ""
    places: int = Field(default=PLACES, ge=1)
    on: bool = True


@dataclass(eq=False)
class Member:
    """A server in the pool. `held` is the chains of the jobs that have a place on it, `fetching` how many more use
    it. `down_since` is set while it does not answer; `trouble` is what it failed with last."""

    config: ServerConfig
    server: ComfyServer
    held: list[str] = field(default_factory=list)
    fetching: int = 0
    last_work: str = ""
    leaving: bool = False
    answered: bool = False
    failures: int = 0
    down_since: float | None = None
    failed_at: float = 0.0
    rests_until: float = 0.0
    trouble: Failure | None = None

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return self.server.name

    @property
    def unused(self) -> bool:
        """Whether nobody works with it."""
        return not self.held and not self.fetching


class Seat:
    """A job's place on a server. `served` gives the place to the next while the results are fetched; `leave` ends it.
    Both may be called twice."""

    def __init__(self, pool: Pool, member: Member, chain: str) -> None:
        self._pool, self.member, self.chain = pool, member, chain
        self.places, self.uses = True, True

    def served(self) -> None:
        """The server has done its part."""
        self._pool.release(self, whole=False)

    def leave(self) -> None:
        """The job has ended, or goes on elsewhere."""
        self._pool.release(self, whole=True)


@dataclass(eq=False)
class _Ticket:
    """Somebody who waits for a place."""

    chain: str
    work: str
    avoid: frozenset[str]
    unfit: frozenset[str]
    since: float


class Pool:
    """Hands out places. Thread-safe; `configure` may come at any time."""

    def __init__(
        self,
        make: Callable[[ServerConfig], ComfyServer] | None = None,
        now: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
        new_patience: float = NEW_PATIENCE,
    ) -> None:
        self._make = make or (
            lambda config: ComfyServer(
                config.url, token=config.token, headers=config.headers, silence=SILENCE, patience=patience
            )
        )
        self.now = now
        self._patience, self._new_patience = patience, new_patience
        self._changed = threading.Condition()
        self._members: list[Member] = []
        self._waiting: list[_Ticket] = []
        self._home: dict[str, str] = {}
        self._refresh: Callable[[], object] = lambda: None
        self._closed = False
        self._wanted: dict[str, ServerConfig] = {}

    # -- which servers there are -------------------------------------------------------------------------------

    def watch(self, refresh: Callable[[], object]) -> None:
        """Call `refresh` now and then while somebody waits: it may `configure`, when the settings have changed."""
        self._refresh = refresh

    def configure(self, configs: Sequence[ServerConfig]) -> bool:
        """Use these servers from now on; whether that changed anything. One that is gone from the list finishes what
        it has and is let go then."""
        gone: list[Member] = []
        with self._changed:
            wanted = {config.url: config for config in configs}
            if self._closed or list(wanted.items()) == list(self._wanted.items()):
                return False
            self._wanted = wanted
            for member in list(self._members):
                if not member.leaving and wanted.get(member.config.url) != member.config:
                    member.leaving = True
                    if member.unused:
                        self._members.remove(member)
                        gone.append(member)
            there = {member.config.url: member for member in self._members if not member.leaving}
            leaving = [member for member in self._members if member.leaving]
            used = [there.get(url) or self._new(config) for url, config in wanted.items()]
            self._members = [*(member for member in used if member is not None), *leaving]
            self._changed.notify_all()
        for member in gone:
            member.server.close()
        return True

    def members(self) -> list[Member]:
        """The servers in use, in the order in which they were set up."""
        with self._changed:
            return [member for member in self._members if not member.leaving]

    def lanes(self) -> int:
        """How many jobs all servers together keep busy; at least 1, so that a job can say what is wrong."""
        return max(1, sum(member.config.places + AHEAD for member in self.members()))

    def close(self) -> None:
        """Let all servers go. Prompts that run there go on."""
        with self._changed:
            self._closed = True
            members, self._members = self._members, []
            self._changed.notify_all()
        for member in members:
            member.server.close()

    # -- places --------------------------------------------------------------------------------------------------

    def take(
        self,
        chain: str,
        work: str,
        stopped: Callable[[], bool],
        avoid: Collection[str] = (),
        unfit: Collection[str] = (),
        since: float | None = None,
    ) -> Seat | None:
        """A place for a job of `chain`; None when `stopped()` turned true or there is no server that could be used.
        `work` names what it loads (the workflow): of servers that are as good otherwise, the one that has it loaded
        comes first. `avoid` names servers (by URL) to go round while there are others, `unfit` those that cannot do
        it. Raises BackendUnavailable when none of them has answered for longer than is worth waiting, and that was
        tried after `since` (by `now`; the moment of the call when None).
        """
        ticket = _Ticket(chain, work, frozenset(avoid), frozenset(unfit), self.now() if since is None else since)
        with self._changed:
            self._waiting.append(ticket)
        try:
            while not stopped():
                self._refresh()
                with self._changed:
                    if not self.usable(ticket.unfit):
                        return None
                    member = self._turn(ticket)
                    if member is not None:
                        return self._seated(member, ticket)
                    failure = self.hopeless(ticket.unfit, ticket.since)
                    if failure is not None:
                        raise BackendUnavailable(failure.message, failure.cure)
                    self._changed.wait(0.25)
            return None
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def join(self, member: Member, chain: str) -> Seat:
        """A place on this server for a job that it has already, whether there is one or not."""
        with self._changed:
            return self._seated(member, _Ticket(chain, member.last_work, frozenset(), frozenset(), 0))

    def release(self, seat: Seat, *, whole: bool) -> None:
        """What `Seat` says."""
        member, close = seat.member, False
        with self._changed:
            if seat.places:
                seat.places = False
                member.held.remove(seat.chain)
                member.fetching += 1
            if whole and seat.uses:
                seat.uses = False
                member.fetching -= 1
                if member.leaving and member.unused and member in self._members:
                    self._members.remove(member)
                    close = True
            self._changed.notify_all()
        if close:
            member.server.close()

    def usable(self, unfit: Collection[str] = ()) -> list[Member]:
        """The servers that are set up, but for these."""
        with self._changed:
            return [m for m in self._members if not m.leaving and m.config.url not in unfit]

    def free_beside(self, member: Member, unfit: Collection[str] = ()) -> bool:
        """Whether another server that answers has a place."""
        with self._changed:
            return any(
                m is not member and m.down_since is None and len(m.held) < m.config.places for m in self.usable(unfit)
            )

    # -- who answers ---------------------------------------------------------------------------------------------

    def failed(self, member: Member, failure: Failure) -> None:
        """It did not answer: it rests, and then one job at a time tries it."""
        with self._changed:
            now = self.now()
            if member.down_since is None:
                log.warning("%s does not answer: %s", member.name, failure.message)
                member.down_since = now
            member.rests_until = now + RESTS[min(member.failures, len(RESTS) - 1)]
            member.failures += 1
            member.failed_at, member.trouble = now, failure
            self._changed.notify_all()

    def works(self, member: Member) -> None:
        """It answered."""
        with self._changed:
            if member.down_since is not None:
                log.info("%s answers again", member.name)
            member.answered, member.failures, member.down_since, member.trouble = True, 0, None, None
            member.rests_until = 0.0
            self._changed.notify_all()

    def hopeless(self, unfit: Collection[str] = (), since: float = 0) -> Failure | None:
        """What to tell when every server that could be used has not answered for longer than is worth waiting, and
        one of them was tried in vain after `since`; None while there is hope."""
        with self._changed:
            members, now = self.usable(unfit), self.now()
            if not members:
                return None
            for member in members:
                patience = self._patience if member.answered else self._new_patience
                if member.down_since is None or now - member.down_since < patience:
                    return None
            last = max(members, key=lambda m: m.failed_at)
            if last.trouble is None or last.failed_at < since:
                return None
            if len(members) == 1:
                return last.trouble
            what = f"None of the {len(members)} ComfyUI servers answers. {last.trouble.message}"
            return last.trouble.replace(message=what)

    # -- inside; the caller holds the lock -----------------------------------------------------------------------

    def _new(self, config: ServerConfig) -> Member | None:
        try:
            return Member(config, self._make(config))
        except BadInput as error:
            # An address written by hand into a file; the others work all the same.
            log.warning("%r is left out: %s", config.url[:200], error)
            return None

    def _seated(self, member: Member, ticket: _Ticket) -> Seat:
        member.held.append(ticket.chain)
        member.last_work = ticket.work
        self._home.pop(ticket.chain, None)
        self._home[ticket.chain] = member.config.url
        while len(self._home) > HOMES:
            del self._home[next(iter(self._home))]
        return Seat(self, member, ticket.chain)

    def _turn(self, ticket: _Ticket) -> Member | None:
        """The best free server, unless somebody who came before could have a place."""
        for other in self._waiting:
            if other is ticket:
                return self._best(ticket)
            if self._best(other) is not None:
                return None
        return None

    def _best(self, ticket: _Ticket) -> Member | None:
        now = self.now()
        free = [
            m for m in self.usable(ticket.unfit)
            if len(m.held) < (m.config.places if m.down_since is None else 1) and m.rests_until <= now
        ]  # fmt: skip
        # A server that does not answer is tried again only by those who have no other.
        free = [m for m in free if m.config.url not in ticket.avoid] or free
        home = self._home.get(ticket.chain)

        def rank(member: Member) -> tuple[bool, int, bool, bool]:
            # An idle server beats the chain's own when that one is busy: the last frame is uploaded in no time.
            return (
                member.down_since is not None, len(member.held), member.config.url != home,
                member.last_work != ticket.work,
            )  # fmt: skip

        return min(free, key=rank, default=None)
