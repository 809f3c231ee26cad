"""Keeps an eye on machines: reads the graphics cards, asks the servers how busy they are, and counts what was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlsplit

from domain.engine import DeviceInfo
from domain.monitor import CardReading, Throughput
from domain.take import Take
from services.changes import ChangeCounter
from services.ports import Clock, Engine, Sensors
from services.watching import Watcher

EVERY = 3.0
"""Seconds between two looks."""

WATCHED_SECONDS = 12.0
"""How long the servers are asked after somebody looked at the monitor last. A window looks whenever something changed,
so for the second half of this time every look counts as a change: who is still there looks again."""

HOUR = 3600.0


class Monitor(Watcher):
    """Looks at cards and servers in a thread of its own, from `start` to `close`.

    Cards are read each time, because the guard needs it; servers are asked only while `busy()` or while somebody
    looks. `guard` gets every reading.
    """

    def __init__(
        self, sensors: Sensors, engine: Engine | None, clock: Clock, changes: ChangeCounter,
        busy: Callable[[], bool], every: float = EVERY,
    ) -> None:  # fmt: skip
        super().__init__("the machines", every)
        self._sensors, self._engine, self._clock, self._changes, self._busy = sensors, engine, clock, changes, busy
        self._guards: list[Callable[[tuple[CardReading, ...]], None]] = []
        self._cards: tuple[CardReading, ...] = ()
        self._watched = float("-inf")

    def tell(self, guard: Callable[[tuple[CardReading, ...]], None]) -> None:
        """Hand every reading of the cards to `guard`."""
        self._guards.append(guard)

    def cards(self) -> tuple[CardReading, ...]:
        """This computer's graphics cards as they were read last; somebody looks at them."""
        self._watched = self._clock.monotonic()
        return self._cards

    def local_devices(self) -> tuple[DeviceInfo, ...]:
        """The devices of the servers on this computer."""
        servers = self._engine.servers() if self._engine is not None else ()
        return tuple(device for server in servers if is_here(server.url) for device in server.devices)

    def look(self) -> None:
        """Look once."""
        cards = tuple(self._sensors.read())
        since = self._clock.monotonic() - self._watched
        watched = since < WATCHED_SECONDS
        if watched and (cards != self._cards or since >= WATCHED_SECONDS / 2):
            self._cards = cards
            self._changes.bump()
        self._cards = cards
        if self._engine is not None and (watched or self._busy()):
            self._engine.pulse()
        for guard in self._guards:
            guard(cards)


def is_here(url: str) -> bool:
    """Whether an address is this computer itself."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def throughput(takes: Iterable[Take], now: str) -> Throughput:
    """What was made in the hour before `now` (UTC, ISO 8601). The pace counts from when the first of these clips was
    begun, so that it is true from the first minutes on."""
    end = _seconds(now)
    lately = [take for take in takes if end - HOUR < _seconds(take.made) <= end]
    if not lately:
        return Throughput()
    begun = min(_seconds(take.made) - take.seconds for take in lately)
    hours = min(HOUR, max(60.0, end - begun)) / HOUR
    frames = sum(take.info.frames for take in lately)
    return Throughput(
        clips=len(lately), frames=frames, frames_per_minute=frames / hours / 60, clips_per_hour=len(lately) / hours
    )


def _seconds(when: str) -> float:
    try:
        return datetime.fromisoformat(when).timestamp()
    except ValueError:
        return float("-inf")  # from a file that somebody wrote by hand: not lately
