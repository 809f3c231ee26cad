"""Drift along a chain of segments: what its joins add up to, and how much the picture has left its beginning.

What a camera sees changes by itself; what changes at a join does not. So the steps at the joins are summed up, with
their signs, and a clean chain of any length stays near zero while a hop that always darkens adds up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from domain.quality.figures import FrameFigures
from domain.quality.values import Drift, DriftPoint, Seam

MINDED = {
    "mean": 10.0, "middle": 14.0, "contrast": 0.16, "cb": 6.0, "cr": 6.0, "hue": 9.0, "sharpness": 0.3, "noise": 0.9,
}  # fmt: skip
"""How much of each a viewer begins to mind when nothing else has changed, in the units of `Seam`."""
_EARLY = 0.6
"""Share of the limit from which the next fresh picture is due: there one still fits."""


def total(parts: dict[str, float]) -> float:
    """All parts in one figure, 1 where a viewer begins to mind."""
    return math.sqrt(sum((parts[name] / minded) ** 2 for name, minded in MINDED.items()))


class Chains:
    """Follows chains through a film: a chain begins at each cut, and its segments at each join."""

    def __init__(self, joins: Sequence[int], limit: float) -> None:
        self._joins, self._limit = frozenset(joins), limit
        self._first = self._last = 0
        self._points: list[DriftPoint] = [DriftPoint(frame=0)]
        self._alike: dict[int, float] = {}

    def observe(self, frame: FrameFigures, cut: bool) -> Iterator[Drift]:
        """Count a frame; the chain that a cut has ended."""
        if cut and frame.index not in self._joins:
            yield from self.close()
            self._first, self._points, self._alike = frame.index, [DriftPoint(frame=frame.index)], {}
        if frame.index in self._joins:
            self._alike[frame.index] = frame.alike
        self._last = frame.index

    def join(self, seam: Seam) -> None:
        """Add what a join adds."""
        before = self._points[-1]
        parts = {name: getattr(before, name) + getattr(seam, name) for name in MINDED}
        point = DriftPoint(frame=seam.frame, alike=self._alike.pop(seam.frame, 1), total=total(parts), **parts)
        self._points.append(point)

    def close(self) -> Iterator[Drift]:
        """The chain so far, when it has joins."""
        if len(self._points) < 2:
            return
        over = any(point.total > self._limit for point in self._points)
        early = next((point.frame for point in self._points if point.total > _EARLY * self._limit), None)
        yield Drift(first=self._first, last=self._last, points=tuple(self._points), reanchor=early if over else None)
