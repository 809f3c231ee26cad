"""Guards this computer's graphics cards: holds the queue while one is too hot, or while other programs need it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import Field

from domain.base import Value
from domain.engine import DeviceInfo
from domain.monitor import CardReading
from services.ports import Clock

_log = logging.getLogger(__name__)

TEMPERATURE, MEMORY = "temperature", "memory"
"""Under which names the queue is held."""

BACK = 5
"""Percentage points of memory that must be free again before the queue goes on: else it would stutter."""

SILENT_SECONDS = 60.0
"""How long a hold outlasts a card that tells nothing any more."""


class GuardLimits(Value):
    """When to hold and when to go on: degrees Celsius, and the share of a card's memory, in percent, that other
    programs may hold. 0 turns a limit off."""

    pause_at: int = Field(default=85, ge=0)
    resume_at: int = Field(default=80, ge=0)
    memory: int = Field(default=0, ge=0, le=100)


class Queue(Protocol):
    """The queue as the guard sees it: `services.jobs.JobService`."""

    def hold(self, reason: str, *, by: str) -> None:
        """Start nothing more, in any project."""
        ...

    def release(self, *, by: str) -> None:
        """Let go of that hold."""
        ...


class Guard:
    """Looks whenever it is handed readings. `own` gives the devices of ComfyUI servers on this computer: what they
    hold is for our own work and counts as free."""

    def __init__(
        self, queue: Queue, limits: Callable[[], GuardLimits], own: Callable[[], Sequence[DeviceInfo]], clock: Clock
    ) -> None:
        self._queue, self._limits, self._own, self._clock = queue, limits, own, clock
        self._held: dict[str, float] = {}

    def look(self, cards: Sequence[CardReading]) -> None:
        """Hold the queue or let it go on, by these readings."""
        limits = self._limits()
        self._turn(TEMPERATURE, limits.pause_at > 0, self._too_hot(cards, limits))
        self._turn(MEMORY, limits.memory > 0, self._too_full(cards, limits))

    def _turn(self, by: str, wanted: bool, reason: str | None) -> None:
        """`reason` is why to hold, empty when all is well, None when nobody can tell."""
        now = self._clock.monotonic()
        if not wanted:
            reason = ""
        if reason is None:
            if now - self._held.get(by, now) < SILENT_SECONDS:
                return
            reason = ""
        if reason:
            if by not in self._held:
                _log.warning("The queue is held: %s", reason)
                self._queue.hold(reason, by=by)
            self._held[by] = now
        elif self._held.pop(by, None) is not None:
            _log.info("The queue is no longer held by the %s of a graphics card", by)
            self._queue.release(by=by)

    def _too_hot(self, cards: Sequence[CardReading], limits: GuardLimits) -> str | None:
        known = [(card.celsius, card.name) for card in cards if card.celsius is not None]
        if not known:
            return None
        hottest, name = max(known)
        calm = min(limits.resume_at, limits.pause_at - 1)
        limit = calm if TEMPERATURE in self._held else limits.pause_at - 1
        if hottest <= limit:
            return ""
        return f"{name} is too hot ({hottest} °C). Work goes on by itself when it has cooled down to {calm} °C."

    def _too_full(self, cards: Sequence[CardReading], limits: GuardLimits) -> str | None:
        known = [card for card in cards if card.memory]
        if not known:
            return None
        devices = self._own()
        limit = max(0, limits.memory - BACK) if MEMORY in self._held else limits.memory
        for card in known:
            share = 100 * others(card, known, devices) / card.memory
            if share > limit:
                return (
                    f"Other programs hold {share:.0f} % of the memory of {card.name}. Work goes on by itself when it "
                    f"is {max(0, limits.memory - BACK)} % or less."
                )
        return ""


def others(card: CardReading, cards: Sequence[CardReading], devices: Sequence[DeviceInfo]) -> int:
    """Bytes of a card's memory that neither are free nor belong to our own servers. Servers call a card
    "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync"; several of one name are told apart by their number."""
    alike = [c for c in cards if c.name == card.name]
    mine = [d for d in devices if card.name in d.name]
    if len(alike) > 1:
        mine = [d for d in mine if d.name.startswith(f"cuda:{card.index} ")]
    return max(0, card.used - sum(d.own for d in mine))
