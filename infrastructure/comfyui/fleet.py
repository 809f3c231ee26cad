"""The servers as they were last seen. Nothing here waits for one in a person's click: they are asked in the background,
and what they said is kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from domain.backend import Problem
from domain.engine import ServerInfo
from domain.errors import StudioError
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.pool import Member, Pool, ServerConfig
from infrastructure.comfyui.pulse import Pulse, told
from infrastructure.comfyui.server import ComfyServer

log = logging.getLogger(__name__)

KEEP_SECONDS = 0.5
"""How often the settings are looked at for changed servers, in answers that are wanted many times a second."""

_UNSEEN = ServerInfo(url="", reachable=False)


class Fleet:
    """Keeps the pool as the settings have it, and remembers how each server is and which nodes it has.

    `configs` tells at every call which servers are set up; `changed` is called when something new is known, `looked`
    after all servers were asked, in the thread that asked them.
    """

    def __init__(
        self, pool: Pool, configs: Callable[[], Sequence[ServerConfig]], changed: Callable[[], None],
        looked: Callable[[], None],
    ) -> None:  # fmt: skip
        self._pool, self._configs, self._changed, self._looked = pool, configs, changed, looked
        self._lock = threading.Lock()
        self._configured_at = float("-inf")
        self._defs: dict[str, NodeDefs] = {}
        self._seen: dict[str, ServerInfo] = {}
        self._looking = False
        self._pulse = Pulse(pool.members, self._seen_of, self._heard)
        pool.watch(self.refresh)

    # -- which there are -----------------------------------------------------------------------------------

    def servers(self) -> list[ServerInfo]:
        """The servers that are set up, as they were last seen, with what is set for each."""
        configs = self.configure()
        with self._lock:
            seen = dict(self._seen)
        return [
            seen.get(c.url, _UNSEEN).replace(
                url=c.url, title=c.title, on=c.on, queued=c.places - 1, login=bool(c.token or c.headers)
            )
            for c in configs
        ]  # fmt: skip

    def refresh(self) -> None:
        """Take changed settings over, now and then."""
        if time.monotonic() - self._configured_at > KEEP_SECONDS:
            self.configure()

    def configure(self) -> list[ServerConfig]:
        """Take changed settings over; every server that is set up, those that are switched off too."""
        self._configured_at = time.monotonic()
        configs = list(self._configs())
        if self._pool.configure([c for c in configs if c.on]):
            self._changed()
        return configs

    def reached(self) -> list[Member]:
        """The servers that answered when they were last asked."""
        members = self._pool.members()
        with self._lock:
            return [m for m in members if self._seen.get(m.config.url, _UNSEEN).reachable]

    def client(self, url: str, silence: float, login: ServerConfig | None = None) -> ComfyServer:
        """A connection of one's own, to be closed: with `login`, or else as the server is set up. Raises BadInput."""
        known = login or next((c for c in self._configs() if c.url == url), ServerConfig(url=url))
        return ComfyServer(
            url, token=known.token, headers=known.headers, connect=3.0, silence=silence, patience=60.0
        )  # fmt: skip

    # -- asking them ---------------------------------------------------------------------------------------

    @property
    def looking(self) -> bool:
        """Whether the servers are being asked."""
        with self._lock:
            return self._looking

    def look(self) -> None:
        """Ask all servers again, in the background."""
        self.configure()
        with self._lock:
            if self._looking:
                return
            self._looking = True
        threading.Thread(target=self._look, name="comfyui-look", daemon=True).start()

    def pulse(self) -> None:
        """Ask all servers for memory and queue alone, in the background."""
        self.configure()
        self._pulse.beat()

    def defs_of(self, server: ComfyServer) -> NodeDefs:
        """The server's nodes; asks it only whether it is still the same version. Raises BackendUnavailable."""
        info = server.object_info()
        with self._lock:
            known = self._defs.get(server.connection.address.base)
            if known is None or not known.is_of(info):
                self._defs[server.connection.address.base] = known = NodeDefs(info)
        return known

    def known_defs(self, member: Member) -> NodeDefs:
        """The nodes of a server that answered; asks nobody."""
        with self._lock:
            return self._defs[member.server.connection.address.base]

    def some_defs(self) -> NodeDefs:
        """The nodes of any server that was asked; none without one. Asks nobody."""
        with self._lock:
            return next(iter(self._defs.values()), NodeDefs())

    # -- inside --------------------------------------------------------------------------------------------

    def _seen_of(self, url: str) -> ServerInfo | None:
        with self._lock:
            return self._seen.get(url)

    def _heard(self, info: ServerInfo) -> None:
        """A server told how it is now; one that came or went is asked for all it has."""
        before = self._seen_of(info.url)
        if before is None or before.reachable != info.reachable:
            self.look()
        elif before != info:
            with self._lock:
                self._seen[info.url] = info
            self._changed()

    def _look(self) -> None:
        try:
            threads = [
                threading.Thread(target=self._look_at, args=(member,), name="comfyui-look-one", daemon=True)
                for member in self._pool.members()
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._looked()
        except Exception as error:
            # The end of the thread: what was known stays.
            log.warning("Asking the ComfyUI servers failed: %r", error)
        finally:
            with self._lock:
                self._looking = False
            self._changed()

    def _look_at(self, member: Member) -> None:
        info = ask(member.config.url, member.server)
        if info.reachable:
            try:
                self.defs_of(member.server)
            except StudioError as error:
                info = _silent(member.config.url, error)
        with self._lock:
            self._seen[member.config.url] = info
        self._changed()


def ask(url: str, server: ComfyServer) -> ServerInfo:
    """How a server is, asked now; one that does not answer is a finding too."""
    status = server.status()
    if status.failure is not None:
        return told(url, status)
    try:
        nodes = len(server.object_info(refresh=True))
    except StudioError as error:
        return _silent(url, error)
    return told(url, status).replace(nodes=nodes)


def _silent(url: str, error: StudioError) -> ServerInfo:
    return ServerInfo(url=url, reachable=False, problem=Problem(what=error.message, cure=error.cure))
