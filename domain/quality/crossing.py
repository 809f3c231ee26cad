"""How the motion crosses a join: whether the picture hops, stands still, leaps ahead or turns round there, measured
against what it does on both sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from domain.quality.figures import FrameFigures, Travel

_RADIUS = 0.33
"""Mean distance of a picture's parts from its middle, as a share of its width: brings zoom and turn to shares of it."""
_NEAR = 3
"""Frames on each side of one that say what is to be expected of it."""
_USUAL = 1.5
"""How much further than the others a frame may stray before it counts as a hop."""
_ALONG = 0.001
"""Least motion of all tiles together (root of the sum of squares), as a share of the width, that has a direction."""
_MOVES = 0.002
"""Least motion of all tiles together in which a stop can be seen."""
_STOOD, _UNEVEN = 0.35, 0.4
"""Share of the usual way below which a frame stands still, and share of the way of every other frame but one."""
_GOES = 0.35
"""Share of the usual way that the frames beside a stop have at least: what turns round slows down before."""
_RESTS = 0.4
"""The same of all others but one: an encoder lets a slow motion rest and catches up with it."""
_LONGEST = 5
"""Frames in a row that stand still at a join, at most."""
_LEAPT, _FURTHEST, _STRAYED = 1.6, 14.0, 0.3
"""Multiples of the expected way that are a leap, and the share of it that may go elsewhere."""
_LEAP = 0.008
"""Least of what it goes further, all tiles together, as a share of the width: an encoder that lets a slow motion rest
before the join catches up with it there."""
_ALONG_WITH, _MOSTLY = 0.3, 0.8
"""Share of its side's motion that a frame has at least, and how many of a side's frames, where motion turns round."""
_TURNED, _STEADY, _SUDDEN = -0.5, 0.6, 1.5
"""Cosine of both sides' motion, the share of its side's motion that each frame near the join has, and how much more
than elsewhere the motion changes."""

Motion = tuple[float, ...]


class Crossing(NamedTuple):
    """`jump`: how far the picture hops beyond its motion and its usual unrest, the mean over its parts, as a share of
    its width. `repeated`: it stands still at the join; `dropped`: it leaps ahead; `reversed`: it goes back."""

    jump: float = 0
    repeated: bool = False
    dropped: bool = False
    reversed: bool = False


def crossing(before: Sequence[FrameFigures], after: Sequence[FrameFigures]) -> Crossing:
    """What the motion does between the last frames of one segment and the first of the next."""
    ways = [frame.travel for frame in (*before, *after)]
    at = len(before)
    here = ways[at]
    if here is None:
        return Crossing()
    held = _held(ways, at)
    ahead = _progress(ways, at, held)
    others = [p for n in range(1, len(ways) - 1) if n not in held and (p := _progress(ways, n, held)) is not None]
    dropped = False
    if ahead is not None and len(others) >= 2 * _NEAR:
        uneven = max(abs(other.ratio - 1) for other in others)
        leaps = _LEAPT < ahead.ratio < _FURTHEST and ahead.further > _LEAP
        dropped = leaps and ahead.left < _STRAYED and ahead.ratio - 1 > 2 * uneven
    return Crossing(_jump(ways, at, held), _stands(ways, at, held), dropped, _reversed(ways, at, held))


def _held(ways: Sequence[Travel | None], at: int) -> set[int]:
    """The frame at the join and, where it stands still, those after it that do so too: they say nothing about the
    motion."""
    held = {at}
    usual = median(_steadily(way.tiles) for way in ways if way is not None)
    for n in range(at, min(len(ways), at + _LONGEST)):
        way = ways[n]
        if way is None or _steadily(way.tiles) > _STOOD * usual:
            break
        held.add(n)
    return held


def _stands(ways: Sequence[Travel | None], at: int, held: set[int]) -> bool:
    """The picture stands still at the join, and hardly anywhere else."""
    here = ways[at]
    others = sorted(_steadily(way.tiles) for n, way in enumerate(ways) if n not in held and way is not None)
    if here is None or len(others) < 2 * _NEAR or median(others) < _MOVES:
        return False
    before, after = _around(ways, at, held)
    beside = min((_steadily(near[0].tiles) for near in (before, after) if near), default=0.0)
    still = _steadily(here.tiles) < min(_STOOD * median(others), _UNEVEN * others[1])
    return still and others[1] > _RESTS * median(others) and beside > _GOES * median(others)


def _steadily(tiles: Sequence[tuple[float, float] | None]) -> float:
    """As `_length`, without the two tiles that move most: where little can be tracked, a point that was lost would
    outweigh the others."""
    squares = sorted(tile[0] ** 2 + tile[1] ** 2 for tile in tiles if tile is not None)
    return math.sqrt(sum(squares[:-2]))


def _common(way: Travel) -> Motion:
    return way.x, way.y, way.zoom * _RADIUS, way.turn * _RADIUS


def _size(motion: Motion) -> float:
    return math.sqrt(sum(part * part for part in motion))


def _length(tiles: Sequence[tuple[float, float] | None]) -> float:
    return math.sqrt(sum(tile[0] ** 2 + tile[1] ** 2 for tile in tiles if tile is not None))


def _around(ways: Sequence[Travel | None], n: int, without: set[int]) -> tuple[list[Travel], list[Travel]]:
    """The nearest frames before and after one, without those at the join."""
    before = [way for k in range(n - 1, -1, -1) if k not in without and (way := ways[k]) is not None]
    after = [way for k in range(n + 1, len(ways)) if k not in without and (way := ways[k]) is not None]
    return before[:_NEAR], after[:_NEAR]


def _jump(ways: Sequence[Travel | None], at: int, held: set[int]) -> float:
    """`Crossing.jump`."""

    def stray(n: int) -> float | None:
        way = ways[n]
        before, after = _around(ways, n, held)
        if way is None or not before or not after:
            return None
        near = [(a + b) / 2 for a, b in zip(_common(before[0]), _common(after[0]), strict=True)]
        return _size(tuple(a - b for a, b in zip(_common(way), near, strict=True)))

    here = stray(at)
    others = [s for n in range(len(ways)) if n not in held and (s := stray(n)) is not None]
    if here is None or len(others) < _NEAR:
        return 0.0
    return max(0.0, here - _USUAL * max(others))


class _Progress(NamedTuple):
    """How a frame's motion relates to what its neighbours make expect: the multiple of it that it goes, the share that
    goes elsewhere, and by how much it goes further, all tiles together (root of the sum of squares)."""

    ratio: float
    left: float
    further: float


def _progress(ways: Sequence[Travel | None], n: int, without: set[int]) -> _Progress | None:
    way = ways[n]
    before, after = _around(ways, n, without)
    if way is None or not before or not after:
        return None
    along = expected = length = 0.0
    one, other = _field(before), _field(after)
    for tile, a, b in zip(way.tiles, one, other, strict=True):
        if tile is None or a is None or b is None:
            continue
        x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        along += tile[0] * x + tile[1] * y
        expected += x * x + y * y
        length += tile[0] ** 2 + tile[1] ** 2
    if expected < _ALONG**2:
        return None
    ratio = along / expected
    further = math.sqrt(length) - math.sqrt(expected)
    return _Progress(ratio, 1 - along * along / max(1e-12, expected * length), further)


def _field(ways: Sequence[Travel]) -> list[tuple[float, float] | None]:
    """The motion of each tile, the median of these frames."""
    found: list[tuple[float, float] | None] = []
    for tiles in zip(*(way.tiles for way in ways), strict=True):
        known = [tile for tile in tiles if tile is not None]
        found.append((median(t[0] for t in known), median(t[1] for t in known)) if known else None)
    return found


def _reversed(ways: Sequence[Travel | None], at: int, held: set[int]) -> bool:
    """The parts of the picture move one way before the join and the other way after it, all at once."""
    before, after = _around(ways, at, held)
    if len(before) < _NEAR or len(after) < _NEAR:
        return False
    one, other = _field(before), _field(after)
    if min(_length(one), _length(other)) < _ALONG or _cosine(one, other) > _TURNED:
        return False
    if not 0.4 < _length(one) / _length(other) < 2.5:
        return False
    for field, near in ((one, before), (other, after)):  # what turns by itself slows down before
        if any(_share(way.tiles, field) < _STEADY for way in near):
            return False
    for field, side in ((one, ways[:at]), (other, [way for n, way in enumerate(ways) if n > max(held)])):
        shares = [_share(way.tiles, field) for way in side if way is not None]
        if sum(share > _ALONG_WITH for share in shares) < _MOSTLY * len(shares):
            return False  # a camera that runs along turns round all the time
    changes = [
        _length(_difference(a.tiles, b.tiles))
        for n in range(len(ways) - 2)
        if not held & {n, n + 1, n + 2} and (a := ways[n]) is not None and (b := ways[n + 2]) is not None
    ]
    return _length(_difference(one, other)) > _SUDDEN * max(changes, default=0.0)


def _difference(
    one: Sequence[tuple[float, float] | None], other: Sequence[tuple[float, float] | None]
) -> list[tuple[float, float] | None]:
    return [
        (a[0] - b[0], a[1] - b[1]) if a is not None and b is not None else None
        for a, b in zip(one, other, strict=True)
    ]  # fmt: skip


def _products(
    one: Sequence[tuple[float, float] | None], other: Sequence[tuple[float, float] | None]
) -> tuple[float, float, float]:
    """Sums over the tiles that both have: one by the other, one by itself, the other by itself."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return (
        sum(a[0] * b[0] + a[1] * b[1] for a, b in both), sum(a[0] ** 2 + a[1] ** 2 for a, _ in both),
        sum(b[0] ** 2 + b[1] ** 2 for _, b in both),
    )  # fmt: skip


def _cosine(one: Sequence[tuple[float, float] | None], other: Sequence[tuple[float, float] | None]) -> float:
    along, first, second = _products(one, other)
    return along / math.sqrt(first * second) if first * second > 0 else 0.0


def _share(tiles: Sequence[tuple[float, float] | None], field: Sequence[tuple[float, float] | None]) -> float:
    """How much of a field's motion these tiles have."""
    along, _, length = _products(tiles, field)
    return along / length if length else 0.0
