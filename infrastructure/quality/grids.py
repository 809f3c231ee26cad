"""Blocks: steps on a grid of 8 pixels, which codecs leave, or on a wider one: squares of a mosaic, and blocks that
were made larger with the picture."""

from __future__ import annotations

import numpy as np

from infrastructure.quality.views import Floats

CODECS = 8
"""Width of a codec's blocks, pixels."""
PERIODS = (10, 12, 16, 20, 24, 32)
"""Widths of other blocks that are looked for, pixels: 8 at 1.25, 1.5, 2, 2.5, 3 and 4 times the size, and squares."""
_UNSEEN = 1.5
"""Levels that a step may be high without showing."""
_MOVED = 0.5
"""Pixels by which a picture moves that carries its own edges along."""
_HIDES, _CHANGED = 2.2, 0.3
"""Strength of a grid that hides motion, and levels by which the picture below it changes then."""
_OTHERWISE, _MOST, _EVERY = 0.03, 0.6, 8
"""Share by which a line of a grid differs from what it was up to so many frames before where the picture below it has
changed, and share of the lines that do."""
_STAYED = 3
"""Frames for which a grid has to stay while the picture moves. A facade's windows and a chessboard go with it."""
_FAINT = 1.1
"""How much larger steps are on a grid that is worth looking at."""
_THERE = 1.2
"""Strength of a grid whose way can be followed."""
_STRONG = 1.8
"""Strength of a grid that goes with the picture because it is of things in it. Codecs move weaker ones."""
_GOES = 6
"""Frames for which a grid of 8 pixels is not believed that has gone with the picture."""
_WORTH = 0.8
"""Weight of what is above 1, against the 8-pixel grid: there are fewer lines on a wider one."""


class Grids:
    """Holds the place and the strength of the best grid of each period."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[int, int, float]] = {}
        self._lines: dict[int, tuple[Floats, Floats]] = {}
        self._count = 0
        self._stayed = dict.fromkeys((CODECS, *PERIODS), 0)

    def observe(self, across: Floats, down: Floats, moved: tuple[float, float], step: float) -> float:
        """How much larger steps are on a grid than beside it, 1 and more, as `FrameFigures.blocks`: medians over its
        lines, so that a few real edges on them do not count, at the best of its places, both ways. 1 for wide grids
        that have not been seen to stay, and for one of 8 pixels that goes with the picture.

        `across` and `down` are mean steps between neighbouring columns and rows, levels; `moved` is the motion of the
        picture, pixels, and `step` its difference to the frame before, levels."""
        self._count += 1
        best, moves = 1.0, max(map(abs, moved)) >= _MOVED
        sides = [_close(profile) for profile in (across, down) if len(profile) >= 6 * CODECS]
        if len(sides) == 2:
            value = self._follow(CODECS, sides, moves, moved)
            best = max(best, value if self._stayed[CODECS] >= 0 else 1.0)
        sides = [_ratios(profile) for profile in (across, down) if len(profile) >= 6 * PERIODS[-1]]
        for period in PERIODS if len(sides) == 2 else ():
            value = self._follow(period, sides, moves, moved, step > _CHANGED)
            if self._stayed[period] >= _STAYED:
                best = max(best, 1 + _WORTH * (value - 1))
        return best

    def _follow(
        self, period: int, sides: list[Floats], moves: bool, moved: tuple[float, float], changes: bool = False
    ) -> float:
        """How strong the best grid of a period is; counts for how long it has stayed while the picture moved. Under a
        strong one its motion may not be seen, but that it changes."""
        if any(2 * period * np.count_nonzero(side > _FAINT) < len(side) for side in sides):
            self._places.pop(period, None)  # too few lines stand out for half of any grid
            self._lines.pop(period, None)
            self._stayed[period] = min(0, self._stayed[period])
            return 1.0
        (x, one), (y, other) = (_comb(side, period) for side in sides)
        value, known = float(np.sqrt(one * other)), self._places.get(period)
        if known is None or known[:2] != (x, y):
            went = moves and known is not None and min(known[2], value) > _STRONG
            went = went or (
                known is not None and min(known[2], value) > _THERE and _along(known, (x, y), moved, period)
            )
            self._stayed[period] = -_GOES if went else min(0, self._stayed[period])
            self._lines.pop(period, None)
        elif moves or (changes and value > _HIDES and _differ(self._lines.get(period), sides, period, (x, y))):
            self._stayed[period] += 1
        if period not in self._lines or self._count % _EVERY == 0:
            self._lines[period] = sides[0][x::period], sides[1][y::period]
        self._places[period] = x, y, value
        return value


def _along(known: tuple[int, int, float], now: tuple[int, int], moved: tuple[float, float], period: int) -> bool:
    """Whether a grid has moved as the picture has, by a pixel and more."""
    if max(map(abs, moved)) < 0.75:
        return False
    off = [(new - old - round(way)) % period for old, new, way in zip(known[:2], now, moved, strict=True)]
    return all(min(part, period - part) <= 1 for part in off)


def _differ(before: tuple[Floats, Floats] | None, sides: list[Floats], period: int, places: tuple[int, int]) -> bool:
    """Whether most lines of a grid are other ones than shortly before: the whole picture below it has changed,
    and not just something before a wall."""
    if before is None:
        return False
    for old, side, place in zip(before, sides, places, strict=True):
        new = side[place::period]
        if len(new) != len(old) or np.mean(np.abs(new - old) > _OTHERWISE * old) < _MOST:
            return False
    return True


def _ratios(profile: Floats) -> Floats:
    """Steps against those 3 and 4 pixels beside them: enlarging spreads a step over its neighbours."""
    beside = (np.roll(profile, 3) + np.roll(profile, -3) + np.roll(profile, 4) + np.roll(profile, -4)) / 4
    return np.asarray((profile + _UNSEEN) / (beside + _UNSEEN), np.float32)


def _close(profile: Floats) -> Floats:
    """Steps against those 1 and 2 pixels beside them."""
    beside = (np.roll(profile, 1) + np.roll(profile, -1) + np.roll(profile, 2) + np.roll(profile, -2)) / 4
    return np.asarray((profile + _UNSEEN) / (beside + _UNSEEN), np.float32)


def _comb(ratios: Floats, period: int) -> tuple[int, float]:
    """The place of the best grid, and the median over its lines."""
    usable = len(ratios) // period * period
    lines = np.ascontiguousarray(ratios[:usable].reshape(-1, period).T)
    medians = np.partition(lines, lines.shape[1] // 2, axis=1)[:, lines.shape[1] // 2]
    place = int(medians.argmax())
    return place, float(medians[place])
