"""Pictures that stand still again and again: slides, a page that is scrolled, drawings that rest between two moves."""

from __future__ import annotations

from collections.abc import Iterator

from domain.quality.tracking import Found, Order

_AGAIN, _MUCH = 3, 0.2
"""Rests in a shot, and share of its frames, from which on to rest is its way."""
_MOST = 32
"""Rests that are held back at most."""


class Rests:
    """Holds back what stands still until its shot is over. Where a shot rests again and again and goes on each time as
    it went before, it is made so, and that is told once, as a note."""

    def __init__(self, order: Order) -> None:
        self._limit = order.limit("doubled", "share")
        self._found: list[Found] = []
        self._first = 0

    def add(self, found: Found) -> Iterator[Found]:
        """One more rest; what is told before the shot is over because there are so many."""
        self._found.append(found)
        if len(self._found) == _MOST:
            yield from self.end(found.last)

    def end(self, last: int) -> Iterator[Found]:
        """What is told of the shot that ends with that frame."""
        found, self._found = self._found, []
        first, self._first = self._first, last + 1
        share = sum(one.last - one.first + 1 for one in found) / max(1, last - first + 1)
        if len(found) < _AGAIN or share < _MUCH:
            yield from found
            return
        yield Found(
            "doubled", found[0].first, found[-1].last, share, self._limit, "share",
            f"The picture stands still {len(found)} times and goes on.",
        )  # fmt: skip
