"""Bars at the picture's edges."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from domain.quality.figures import Bars
from infrastructure.quality.views import View

_SECTIONS = 8
"""Parts of a bar's length that are compared."""
_DARK, _BLACK = 40, 8
"""Levels below which a bar is called dark, and black."""
_EVEN, _SAME = 0.008, 6
"""By how much the sizes of two bars, as shares, and their levels differ, at most."""
_PURE = 2.0
"""Levels by which a bar that is not dark differs along its length, at most: beside a window on a screen there is a
gradient."""
_BRIGHT, _ALONE = 0.6, 0.8
"""Share of its length in which the picture begins sharply behind a bar that is not dark, or has no counterpart."""


class _Bar(NamedTuple):
    """Plain rows at an edge: how many as a share, their level, the share of their length in which the picture begins
    sharply behind them, and by how many levels they differ along it."""

    depth: float = 0.0
    level: float = 0.0
    sharp: float = 0.0
    uneven: float = 0.0


def bars(view: View) -> Bars:
    """Rows and columns from each edge inwards that are plain, up to where the picture begins sharply."""
    sides, alone = [], 0.0
    for rows in (view.mid, view.mid.T):
        one, other = pair = _bar(rows), _bar(rows[::-1])
        alike = abs(one.depth - other.depth) <= _EVEN and abs(one.level - other.level) <= _SAME
        if not alike:
            alone = max(alone, sum(bar.depth for bar in pair if bar.level <= _BLACK and bar.sharp > _ALONE))
        sides += [bar.depth if bar.level < _DARK or (alike and _one_colour(one, other)) else 0.0 for bar in pair]
    top, bottom, left, right = sides
    return Bars(top, bottom, left, right, alone)


def _one_colour(one: _Bar, other: _Bar) -> bool:
    """Whether bars that are not dark are both of one colour, and the picture begins behind them all along, or at one of
    them where both are the very same."""
    if max(one.uneven, other.uneven) > _PURE:
        return False
    same = abs(one.level - other.level) < _PURE / 2 and abs(one.depth - other.depth) < _EVEN / 2
    return min(one.sharp, other.sharp) > _BRIGHT or (same and max(one.sharp, other.sharp) > _BRIGHT)


def _bar(rows: Any) -> _Bar:
    count = len(rows) * 2 // 5
    part = rows[:count]
    level = float(part[0].mean())
    plain = (part.std(1) < 3) & (abs(part.mean(1) - level) < _SAME) & ((part.max(1) < _DARK) | (level >= _DARK))
    ends = np.flatnonzero(~plain)
    depth = int(ends[0]) if len(ends) else count
    if depth == 0 or depth >= count - 2:
        return _Bar()
    begins = np.abs(rows[depth + 2].astype(np.int16) - int(part[:depth].mean()))
    sharp = float((begins > 12).mean())
    if sharp <= 0.3:
        return _Bar()
    along = cv2.resize(np.ascontiguousarray(part[:depth]), (_SECTIONS, 1), interpolation=cv2.INTER_AREA).astype(float)
    return _Bar(depth / len(rows), float(part[:depth].mean()), sharp, float(np.ptp(along)))
