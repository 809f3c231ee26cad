from __future__ import annotations

from collections.abc import Sequence

from domain.monitor import CardReading

GIB = 2**30


def card(celsius: int | None = 50, used: int = 2, index: int = 0, name: str = "NVIDIA GeForce RTX 4090") -> CardReading:
    """A card of 24 GiB with `used` GiB in use."""
    return CardReading(index=index, name=name, celsius=celsius, memory=24 * GIB, used=used * GIB, busy=97)


class FakeSensors:
    """Tells what it is set to. `read_count` is how often it was asked."""

    def __init__(self, *cards: CardReading) -> None:
        self.cards: Sequence[CardReading] = cards
        self.read_count = 0

    def read(self) -> Sequence[CardReading]:
        self.read_count += 1
        return self.cards
