"""Drift along a chain of segments: what its joins add up to, and how much the picture has left its beginning.

What a camera sees changes by itself; what changes at a join does not. So the steps at the joins are summed up, with
their signs: a hop that always darkens adds up. What an encoder does at each join it takes back until the next one: so
only as much counts as the picture has really moved from one segment to the other. A clean chain of any length stays
near zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.quality.figures import FrameFigures
from domain.quality.values import Drift, DriftPoint, Seam

MINDED = {
    "mean": 10.0, "middle": 16.0, "contrast": 0.16, "cb": 6.0, "cr": 6.0, "hue": 9.0, "saturation": 0.25,
    "sharpness": 0.3, "noise": 0.9,
}  # fmt: skip
"""How much of each a viewer begins to mind when nothing else has changed, in the units of `Seam`."""
_MASKED = 0.15
"""Loss or gain of sharpness, as a logarithm, that another view may hide: by no more than this the steps of sharpness
may exceed what is seen of it in the whole picture."""
_WORN, _IN_A_ROW = 0.02, 3
"""Loss of sharpness from one segment to the next, as a logarithm, and how many of them follow each other in a chain
that wears out."""
_LOST = 0.1
"""Least of what it has lost then, and keeps lost."""
_EARLY = 0.6
"""Share of the limit from which the next fresh picture is due: there one still fits."""


def total(parts: dict[str, float]) -> float:
    """All parts in one figure, 1 where a viewer begins to mind."""
    return math.sqrt(sum((parts[name] / minded) ** 2 for name, minded in MINDED.items()))


@dataclass
class _Segment:
    """One segment: its first frame, the likeness of that to the chain's first, and the sums over its frames of where
    each part has got to, and of the logarithm of sharpness as it is seen."""

    first: int
    alike: float
    sums: dict[str, float]
    seen: float = 0
    frames: int = 0

    def level(self, name: str) -> float:
        """Where a part is in it, on the whole."""
        return self.sums[name] / max(1, self.frames)

    @property
    def sharp(self) -> tuple[float, float]:
        """Logarithms of its sharpness: of what is in the picture, and of the picture."""
        return self.level("sharpness"), self.seen / max(1, self.frames)


class Chains:
    """Follows chains through a film: a chain begins at each cut, and its segments at each join."""

    def __init__(self, joins: Sequence[int], limit: float) -> None:
        self._joins, self._limit = frozenset(joins), limit
        self._begin(0)

    def _begin(self, first: int) -> None:
        self._first = self._last = first
        self._course = dict.fromkeys(MINDED, 0.0)
        self._segments = [_Segment(first, 1.0, dict.fromkeys(MINDED, 0.0))]
        self._seams: list[Seam] = []

    def observe(self, frame: FrameFigures, cut: bool) -> Iterator[Drift]:
        """Count a frame; the chain that a cut has ended."""
        if cut and frame.index not in self._joins:
            yield from self.close()
            self._begin(frame.index)
        elif frame.index in self._joins:
            self._segments.append(_Segment(frame.index, frame.alike, dict.fromkeys(MINDED, 0.0)))
        self._last = frame.index
        segment = self._segments[-1]
        segment.frames += 1
        segment.seen += math.log(max(frame.sharpness, 0.02))
        for name in MINDED:
            self._course[name] += getattr(frame.steps, name) if frame.index > self._first else 0.0
            segment.sums[name] += self._course[name]

    def join(self, seam: Seam) -> None:
        """Count what a join adds."""
        self._seams.append(seam)

    def close(self) -> Iterator[Drift]:
        """The chain so far, when it has joins."""
        points = [DriftPoint(frame=self._first), *self._points()]
        if len(points) < 2:
            return
        over = any(point.total > self._limit for point in points)
        early = next((point.frame for point in points if point.total > _EARLY * self._limit), None)
        yield Drift(first=self._first, last=self._last, points=tuple(points), reanchor=early if over else None)

    def _points(self) -> Iterator[DriftPoint]:
        added, first = dict.fromkeys(MINDED, 0.0), self._segments[0]
        places, worn = {segment.first: segment for segment in self._segments}, self._worn()
        for seam in self._seams:
            segment = places.get(seam.frame)
            if segment is None:
                continue
            parts = {}
            for name in MINDED:
                added[name] += getattr(seam, name)
                parts[name] = _lesser(added[name], segment.level(name) - first.level(name))
            seen = segment.sharp[1] - first.sharp[1]
            parts["sharpness"] = max(min(0.0, seen) - _MASKED, min(max(0.0, seen) + _MASKED, parts["sharpness"]))
            if seam.frame in worn:
                parts["sharpness"] = min(parts["sharpness"], worn[seam.frame])
            yield DriftPoint(frame=seam.frame, alike=segment.alike, total=total(parts), **parts)

    def _worn(self) -> dict[int, float]:
        """How much sharpness was lost up to each segment, by its first frame, since the first of those that each lost
        some, one after the other: in a soft or lossy film the steps at the joins drown in what the encoder does, but
        not what they come to."""
        lost: dict[int, float] = {}
        begin = since = None
        for number in range(1, len(self._segments)):
            loses = all(now < before - _WORN for now, before in self._pair(number, number - 1))
            begin = (number - 1 if begin is None else begin) if loses else None
            if since is None and begin is not None and number - begin >= _IN_A_ROW:
                since = begin
            if since is None:
                continue
            loss = max(now - before for now, before in self._pair(number, since))
            if loss < -_LOST:
                lost[self._segments[number].first] = loss
            else:
                since = None
        return lost

    def _pair(self, number: int, other: int) -> Iterator[tuple[float, float]]:
        return zip(self._segments[number].sharp, self._segments[other].sharp, strict=True)


def _lesser(one: float, other: float) -> float:
    """The smaller of two that go the same way, else 0."""
    return min(one, other, key=abs) if one * other > 0 else 0.0
