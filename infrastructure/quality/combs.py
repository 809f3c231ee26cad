"""Lines at even distances in a profile: mean steps between the neighbouring columns of a picture, or its rows."""

from __future__ import annotations

import numpy as np

from infrastructure.quality.views import Floats

_UNSEEN = 1.5
"""Levels that a step may be high without showing."""
_FAINT = 1.1
"""How much larger steps are on a grid that is worth looking at."""
AS_STRONG, _OFF, _TRIED = 0.97, 0.012, 49
"""Strength of a grid that begins in the corner, as a share of the best one's: a codec's does that made larger with the
picture, and a wall does so by chance. How far from a width it is looked for, as a share, and at how many widths."""


def too_few(sides: list[Floats], period: float) -> bool:
    """Whether too few lines stand out for half of any grid."""
    return any(2 * period * np.count_nonzero(side > _FAINT) < len(side) for side in sides)


def on(side: Floats, place: float, period: float) -> Floats:
    """What lies on the lines of a grid."""
    lines = np.rint(place + period * np.arange(int((len(side) - 1 - place) / period) + 1)).astype(int)
    return np.asarray(side[lines], np.float32)


def comb(ratios: Floats, period: float) -> tuple[int, float]:
    """The place of the best grid, and the median over its lines."""
    lines = [on(ratios, place, period) for place in range(int(period))]
    shortest = min(map(len, lines))
    table = np.stack([part[:shortest] for part in lines])
    medians = np.partition(table, shortest // 2, axis=1)[:, shortest // 2]
    place = int(medians.argmax())
    return place, float(medians[place])


def refined(sides: list[Floats], width: float) -> float:
    """A width known to a pixel in a hundred, to a pixel over the whole picture."""
    longest = max(map(len, sides))
    near = [width + step * width * width / longest / 4 for step in range(-6, 7)]
    return max([float(round(width)), *near], key=lambda period: sum(comb(side, period)[1] for side in sides))


def from_corner(sides: list[Floats], period: float) -> float:
    """How strong a grid is that begins in the corner of the picture."""
    return float(np.sqrt(np.prod([np.median(on(side, period - 1, period)) for side in sides])))


def cornered(sides: list[Floats], width: float) -> float:
    """The width of a grid that begins in the corner, near another one; 0 where it is weaker than the best."""
    near = width * (1 + np.linspace(-_OFF, _OFF, _TRIED))
    strengths = [from_corner(sides, float(period)) for period in near]
    best = int(np.argmax(strengths))
    period = refined(sides, width)
    usual = float(np.sqrt(np.prod([comb(side, period)[1] for side in sides])))
    return float(near[best]) if strengths[best] >= AS_STRONG * usual else 0.0


def ratios(profile: Floats) -> Floats:
    """Steps against those 3 and 4 pixels beside them: enlarging spreads a step over its neighbours."""
    beside = (np.roll(profile, 3) + np.roll(profile, -3) + np.roll(profile, 4) + np.roll(profile, -4)) / 4
    return np.asarray((profile + _UNSEEN) / (beside + _UNSEEN), np.float32)


def close(profile: Floats) -> Floats:
    """Steps against those 1 and 2 pixels beside them."""
    beside = (np.roll(profile, 1) + np.roll(profile, -1) + np.roll(profile, 2) + np.roll(profile, -2)) / 4
    return np.asarray((profile + _UNSEEN) / (beside + _UNSEEN), np.float32)


def height(profile: Floats, place: float, period: float) -> float:
    """By how many levels steps are larger on the lines of a wide grid than beside them, over the three pixels that
    enlarging spreads them over. A few lines with real edges do not count more than others."""
    beside = (np.roll(profile, 3) + np.roll(profile, -3) + np.roll(profile, 4) + np.roll(profile, -4)) / 4
    larger = profile - beside
    spread = np.asarray(larger + np.roll(larger, 1) + np.roll(larger, -1), np.float32)
    lines = on(spread, place, period)
    return max(0.0, float(np.minimum(lines, np.quantile(lines, 0.9)).mean()))
