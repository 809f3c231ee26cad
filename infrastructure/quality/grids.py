"""Blocks: steps on a grid of 8 pixels, which codecs leave, or on a wider one: squares of a mosaic, and blocks that
were made larger with the picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infrastructure.quality import combs, mosaics
from infrastructure.quality.regular import Spectrum, common
from infrastructure.quality.views import Bytes, Floats

CODECS = 8
"""Width of a codec's blocks, pixels."""
_WIDER, _LONGEST = 9.0, 32
"""Width of other blocks at least, and about at most, pixels: 8 at 1.25 to 4 times the size, and squares."""
_REGULAR, _SAME = 3.0, 0.03
"""How regular steps are that such a grid is followed for, both ways, see `Spectrum`; share by which its width may
change."""
_MOVED = 0.5
"""Pixels by which a picture moves that carries its own edges along."""
_HIDES, _CHANGED = 2.2, 0.3
"""Strength of a grid that hides motion, and levels by which the picture below it changes then."""
_OTHERWISE, _MOST, _EVERY = 0.03, 0.6, 8
"""Share by which a line of a grid differs from what it was up to so many frames before where the picture below it has
changed, and share of the lines that do."""
_STAYED = 3
"""Frames for which a grid has to stay while the picture moves. A facade's windows and a chessboard go with it."""
_ANY = 1.03
"""Strength of the 8-pixel grid of codecs that is worth a closer look."""
_HALF = CODECS // 2
"""Pixels to the middle between its lines. A picture that was made four times as large has steps there as well: its
pixels are squares, or the slopes between them have bends."""
_SURE = 24
"""Lines of it from which on it counts in full: things may lie on a few by chance."""
_MOST_LINES, _BESIDE, _SEEN = 1.25, 1.0, 0.75
"""By how many times the root of their number lines of a codec's grid on which steps are larger than beside them are
more than half of all; levels of steps beside them that do not show; and by how many levels they are larger where the
grid is seen."""
_THERE = 1.2
"""Strength of a grid whose way can be followed."""
_STRONG = 1.8
"""Strength of a grid that goes with the picture because it is of things in it. Codecs move weaker ones."""
_SQUARES = 2.5
"""Strength from which on a grid parts squares with hardly anything in them."""
_GOES = 6
"""Frames for which a grid of 8 pixels is not believed that has gone with the picture."""
_RENEWED = 24
"""Frames after which a codec begins a picture anew, at most: between them the blocks go with what moves, sideways say,
and then only the lines the other way stay where they are."""
_WORTH = 0.8
"""Weight of what is above 1, against the 8-pixel grid: there are fewer lines on a wider one."""


class Blocks(NamedTuple):
    """As `FrameFigures.blocks` and `FrameFigures.blocks_since`."""

    blocks: float
    blocks_since: int = 0


class _Grid:
    """The place and the strength of a grid, and for how long it has stayed while the picture moved."""

    def __init__(self, period: float) -> None:
        self.period, self.cornered = period, False
        self.stayed = self.age = self._count = 0
        self.known: tuple[float, float, float] | None = None
        self._lines: tuple[Floats, Floats] | None = None

    def lose(self) -> None:
        """It is not there in this frame."""
        self.known = self._lines = None
        self.stayed, self.age = min(0, self.stayed), 0

    def follow(
        self, x: float, y: float, value: float, sides: list[Floats], moved: tuple[float, float],
        changes: bool = False,
    ) -> None:  # fmt: skip
        """It is there, that strong; that the picture moves may not be seen, but that it `changes`."""
        self._count, self.age = self._count + 1, self.age + 1
        known, moves = self.known, max(map(abs, moved)) >= _MOVED
        if known is None or known[:2] != (x, y):
            went = moves and known is not None and min(known[2], value) > _STRONG
            went = went or (
                known is not None and min(known[2], value) > _THERE and _along(known, (x, y), moved, self.period)
            )
            self.stayed, self.age = -_GOES if went else min(0, self.stayed), 1
            self._lines = None
        elif moves or (changes and self._differ(sides, (x, y))):
            self.stayed += 1
        if self._lines is None or self._count % _EVERY == 0:
            one, other = (combs.on(side, place, self.period) for side, place in zip(sides, (x, y), strict=True))
            self._lines = one, other
        self.known = x, y, value

    def _differ(self, sides: list[Floats], places: tuple[float, float]) -> bool:
        """Whether most lines are other ones than shortly before: the whole picture below has changed, and not just
        something before a wall."""
        if self._lines is None:
            return False
        for old, side, place in zip(self._lines, sides, places, strict=True):
            new = combs.on(side, place, self.period)
            if len(new) != len(old) or np.mean(np.abs(new - old) > _OTHERWISE * old) < _MOST:
                return False
        return True


class Grids:
    """Follows the 8-pixel grid of codecs, and a wider one."""

    def __init__(self) -> None:
        self._count = 0
        self._even = False
        self._codec: _Codec | None = None
        self._eight, self._wide = _Grid(CODECS), _Grid(0)

    def observe(self, luma: Bytes, across: Floats, down: Floats, moved: tuple[float, float], step: float) -> Blocks:
        """How much larger steps are on a grid than beside it, 1 and more, as `FrameFigures.blocks`: medians over its
        lines, so that a few real edges on them do not count, at the best of its places, both ways. 1 for wide grids
        that have not been seen to stay, unless they are a mosaic's, and for one of 8 pixels that goes with the picture.

        `luma` is the plane at full size, `across` and `down` are mean steps between its neighbouring columns and rows,
        levels; `moved` is the motion of the picture, pixels, and `step` its difference to the frame before, levels."""
        self._count += 1
        profiles, best = [across, down], 1.0
        if min(map(len, profiles)) >= 6 * CODECS:
            value = self._codecs(profiles, moved)
            best = value if self._eight.stayed >= 0 and not _is_of_things(luma, self._eight) else 1.0
        looks = self._even or self._count % 2  # what begins is seen a frame later at most
        spectra = self._regular(profiles) if looks else None
        self._even = spectra is not None
        if spectra is None:
            self._wide.lose()
            return Blocks(best)
        wide, since = 1 + _WORTH * (self._wider(profiles, spectra, moved, step > _CHANGED) - 1), 0
        stays = self._wide.stayed >= _STAYED and wide > best
        if stays and not _is_of_things(luma, self._wide, joints=True):
            best, since = wide, self._wide.age - 1
        return Blocks(max(best, mosaics.strength(luma, profiles, spectra)), since)

    def _regular(self, profiles: list[Floats]) -> list[Spectrum] | None:
        """How regular the steps are both ways; None where they are not one way, as in nearly all pictures."""
        if min(map(len, profiles)) < 6 * _LONGEST:
            return None
        short, long = sorted(profiles, key=len)
        found = {id(short): Spectrum(short)}
        if found[id(short)].most() < _REGULAR:
            return None
        found[id(long)] = Spectrum(long)
        return [found[id(profile)] for profile in profiles] if found[id(long)].most() >= _REGULAR else None

    def _codecs(self, profiles: list[Floats], moved: tuple[float, float]) -> float:
        sides = [combs.close(profile) for profile in profiles]
        if combs.too_few(sides, CODECS):
            self._eight.lose()
            return 1.0
        (x, one), (y, other) = (combs.comb(side, CODECS) for side in sides)
        if any(_every_other(side, place) for side, place in zip(sides, (x, y), strict=True)):
            self._eight.lose()
            return 1.0
        x, one, y, other = self._remembered(x, one, y, other)
        value = float(np.sqrt(one * other))
        self._eight.follow(x, y, value, sides, moved)
        if value <= _ANY:
            return value
        many = min(1.0, min(map(len, sides)) / CODECS / _SURE)
        between = [max(1.0, float(np.median(combs.on(side, (place + _HALF) % CODECS, CODECS))))
                   for side, place in zip(sides, (x, y), strict=True)]  # fmt: skip
        return 1 + many * (_visible(value / float(np.sqrt(np.prod(between))), profiles, (x, y)) - 1)

    def _wider(
        self, profiles: list[Floats], spectra: list[Spectrum], moved: tuple[float, float], changes: bool
    ) -> float:
        sides = [combs.ratios(profile) for profile in profiles]
        width, regular = common(spectra[0], spectra[1], _WIDER)
        if regular < _REGULAR or combs.too_few(sides, width):
            self._wide.lose()
            return 1.0
        if abs(self._wide.period - width) > _SAME * width:
            corner = combs.cornered(sides, width)
            self._wide = _Grid(corner if corner else combs.refined(sides, width))
            self._wide.cornered = bool(corner)
        period = self._wide.period
        (x, one), (y, other) = (combs.comb(side, period) for side in sides)
        value, places = float(np.sqrt(one * other)), (float(x), float(y))
        corner = combs.from_corner(sides, period)
        cornered = self._wide.cornered and corner >= combs.AS_STRONG * value
        if cornered:
            value, places = max(value, corner), (period - 1, period - 1)
        self._wide.follow(*places, value, sides, moved, changes and (cornered or value > _HIDES))
        heights = [combs.height(profile, place, period) for profile, place in zip(profiles, places, strict=True)]
        return 1 + (value - 1) * min(1.0, float(np.sqrt(np.prod(heights))) / _SEEN)

    def _remembered(self, x: int, one: float, y: int, other: float) -> tuple[int, float, int, float]:
        """The 8-pixel grid as it was when a codec last began the picture anew, where one way of it is still there and
        the other is just too faint to be seen."""
        codec = self._codec
        if codec is None or self._count - codec.seen > _RENEWED or min(one, other) >= _THERE:
            if min(one, other) >= _THERE:
                self._codec = _Codec(self._count, x, one, y, other)
            return x, one, y, other
        if one < _THERE <= other and y == codec.y:
            return codec.x, codec.one, y, other
        if other < _THERE <= one and x == codec.x:
            return x, one, codec.y, codec.other
        return x, one, y, other


class _Codec(NamedTuple):
    """Where the 8-pixel grid was both ways, how strong, and in which frame that was last seen."""

    seen: int
    x: int
    one: float
    y: int
    other: float


def _is_of_things(luma: Bytes, grid: _Grid, joints: bool = False) -> bool:
    """Whether a grid with hardly anything between its lines is of large pixels of a drawing, or, where `joints` are
    looked for, has something along its lines, as tiles in rows have."""
    if grid.known is None:
        return True
    x, y = ((place, grid.period) for place in grid.known[:2])
    drawn = grid.known[2] >= _SQUARES and mosaics.is_drawn(luma, x, y)
    return drawn or (joints and mosaics.has_mortar(luma, x, y))


def _along(
    known: tuple[float, float, float], now: tuple[float, float], moved: tuple[float, float], period: float
) -> bool:
    """Whether a grid has moved as the picture has, by a pixel and more."""
    if max(map(abs, moved)) < 0.75:
        return False
    off = [(new - old - round(way)) % period for old, new, way in zip(known[:2], now, moved, strict=True)]
    return all(min(part, period - part) <= 1 for part in off)


def _every_other(ratios: Floats, place: int) -> bool:
    """Whether only every other line of the 8-pixel grid is there: then it is of things, or a wider one."""
    lines = ratios[place::CODECS]
    weaker, stronger = sorted((float(np.median(lines[::2])), float(np.median(lines[1::2]))))
    return weaker < _ANY and stronger > _STRONG


def _visible(value: float, profiles: list[Floats], places: tuple[int, int]) -> float:
    """How strong the 8-pixel grid at those places is, `value` by the medians of its lines: by how much steps on it are
    larger than beside it and than half-way between its lines, as a share of these, where they are on most lines; less
    where it is too faint to be seen. A few lines with real edges do not count more than others."""
    most, levels, shares = True, [], []
    for profile, place in zip(profiles, places, strict=True):
        beside = (np.roll(profile, 1) + np.roll(profile, -1) + np.roll(profile, 2) + np.roll(profile, -2)) / 4
        usable = len(profile) // CODECS * CODECS
        steps, around = (part[:usable].reshape(-1, CODECS) for part in (profile, beside))
        near, half = around[:, place], (place + _HALF) % CODECS
        larger = steps[:, place] - near - max(0.0, float(np.median(steps[:, half] - around[:, half])))
        most = most and int(np.count_nonzero(larger > 0)) >= len(larger) / 2 + _MOST_LINES * np.sqrt(len(larger))
        held = max(0.0, float(np.minimum(larger, np.quantile(larger, 0.9)).mean()))
        levels.append(held)
        shares.append(held / (float(near.mean()) + _BESIDE))
    if not most:
        return value
    strength = max(value - 1, float(np.sqrt(shares[0] * shares[1])))
    return 1 + strength * min(1.0, float(np.sqrt(levels[0] * levels[1])) / _SEEN)
