"""Mosaics: pictures in squares of one tone each, of any width."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from infrastructure.quality.regular import Spectrum
from infrastructure.quality.views import Bytes, Floats

_REGULAR = 3.5
"""How regular the steps across the picture are, at least, both ways, see `Spectrum`."""
_ALIKE = 1.15
"""Factor within which squares are as wide as they are high."""
_UNSEEN = 0.5
"""Levels that a step may be high without showing."""
_UNEVEN = 1.7
"""How much larger the mean of the steps is than their median, at least, where most of them lie within squares."""
_FLAT = 3.5
"""How much larger steps are on the grid than within squares, at least."""
_TONES, _NEIGHBOURS = 12, 0.3
"""Tones, four levels apart, that squares of a picture have at least, and how much neighbours are alike: the squares of
a chessboard are not, tiles have few."""
_PALETTE, _ALL, _MOST, _ALIKE_TO = 12, 0.97, 0.88, 4
"""Tones of which the squares of a drawing are that is made of large pixels, all of them, or most and where neighbours
are the same to so many levels; such shares of the squares."""
_FLAT_AREAS = 0.65
"""Share of neighbours that are the same then."""
_EDGE, _MIXED_BY, _MIXED = 12, 3, 0.4
"""Levels between the squares on both sides of another one that are an edge; by how many of them that one lies between
them where it is mixed of both, as squares are that were averaged; and share of the edges where it does not in drawings,
at most."""
_RINGING, _MORTAR, _SKIP = 5, 0.25, 4
"""Levels by which encoders overshoot at an edge, share of the lines along which something else lies than beside them,
at most, and every how many rows that is looked for."""


class Grid(NamedTuple):
    """Lines at `place` + n * `width`, pixels; steps on them and between them, levels."""

    width: float
    place: float
    on: float
    between: float


def strength(luma: Bytes, profiles: list[Floats], spectra: list[Spectrum]) -> float:
    """How much larger steps are on the lines of a mosaic than within its squares, about 4 to 20; 1 where there is none.

    `luma` is the plane at full size; `profiles` are mean steps between its columns and its rows, levels, and `spectra`
    say how regular they are.
    """
    if any(profile.mean() < _UNEVEN * np.median(profile) for profile in profiles):
        return 1.0
    if min(spectrum.most() for spectrum in spectra) < _REGULAR:
        return 1.0
    one, other = (_grid(profile, part.width()) for profile, part in zip(profiles, spectra, strict=True))
    if not 1 / _ALIKE < one.width / other.width < _ALIKE:
        return 1.0
    value = float(np.sqrt(np.prod([(grid.on + _UNSEEN) / (grid.between + _UNSEEN) for grid in (one, other)])))
    if value < _FLAT or not _is_picture(luma, one, other):
        return 1.0
    return 1.0 if has_mortar(luma, (one.place, one.width), (other.place, other.width)) else value


def _grid(profile: Floats, about: float) -> Grid:
    """Where lines of about that distance have the largest steps; they may lie a pixel off."""
    near = cv2.dilate(profile.reshape(1, -1), np.ones((1, 3), np.uint8)).ravel()
    best, lines = Grid(about, 0, 0, 0), np.zeros(0, int)
    for step in range(-4, 5):
        width = about + step * about * about / len(profile) / 3
        places = np.arange(0, width, 0.5)
        table = np.rint(places[:, None] + width * np.arange(int((len(profile) - 1) / width))).astype(int)
        table = np.minimum(table, len(profile) - 1)
        on = np.median(near[table], axis=1)
        place = int(on.argmax())
        if on[place] > best.on:
            best, lines = Grid(width, float(places[place]), float(on[place]), 0), table[place]
    within = np.ones(len(profile), bool)
    reach = 2 if about > 6 else 1
    for off in range(-reach, reach + 1):
        within[np.clip(lines + off, 0, len(profile) - 1)] = False
    return best._replace(between=float(profile[within].mean()) if within.any() else best.on)


def _is_picture(luma: Bytes, across: Grid, down: Grid) -> bool:
    """Whether the squares have many tones, and neighbours like ones, and they are no pixels of a drawing."""
    tones = _tones(luma, (across.place, across.width), (down.place, down.width))
    many = len(np.unique(tones // 4)) >= _TONES
    off = tones - tones.mean()
    alike = float((off[:, 1:] * off[:, :-1]).sum() / max(1.0, float((off * off).sum())))
    return many and alike >= _NEIGHBOURS and not _few_and_unmixed(tones)


def is_drawn(luma: Bytes, across: tuple[float, float], down: tuple[float, float]) -> bool:
    """Whether the squares between the lines of a grid are the pixels of a drawing that was made larger: they have few
    tones, and those along its edges are not mixed of both sides. `across` and `down` as in `has_mortar`."""
    return _few_and_unmixed(_tones(luma, across, down))


def _tones(luma: Bytes, across: tuple[float, float], down: tuple[float, float]) -> Floats:
    """What is in the middle of each square, levels."""
    places = []
    for (place, width), length in ((down, luma.shape[0]), (across, luma.shape[1])):
        places.append(np.rint(np.arange(place + 1 + width / 2, length - 1, width)).astype(int))
    return np.asarray(luma[np.ix_(*places)], np.float32)


def _few_and_unmixed(tones: Floats) -> bool:
    counts = np.sort(np.bincount((tones // 4).astype(int).ravel(), minlength=64))
    share = float(counts[-_PALETTE:].sum()) / tones.size
    flat = float(np.mean([np.mean(np.abs(np.diff(tones, axis=axis)) <= _ALIKE_TO) for axis in (0, 1)]))
    edges = mixed = 0
    for part in (tones, tones.T):
        one, middle, other = part[:, :-2], part[:, 1:-1], part[:, 2:]
        edge = np.abs(one - other) >= _EDGE
        low, high = np.minimum(one, other) + _MIXED_BY, np.maximum(one, other) - _MIXED_BY
        edges += int(np.count_nonzero(edge))
        mixed += int(np.count_nonzero(edge & (low < middle) & (middle < high)))
    few = share >= _ALL or (share >= _MOST and flat >= _FLAT_AREAS)
    return few and mixed <= _MIXED * edges


def has_mortar(luma: Bytes, across: tuple[float, float], down: tuple[float, float]) -> bool:
    """Whether something else lies along the lines of a grid than on either side of them, as between bricks and tiles.
    `across` and `down` are the place of the first upright and lying line and the distance of the next, pixels."""
    shares = []
    for (place, width), picture in ((across, luma), (down, luma.T)):
        rows = np.ascontiguousarray(picture[::_SKIP])
        beside = 3 if width >= 9 else max(1, int(width / 2) - 1)
        lines = np.rint(np.arange(place, rows.shape[1] - 1, width)).astype(int)
        lines = lines[(lines >= beside) & (lines < rows.shape[1] - beside - 2)]
        if not len(lines):
            continue
        one, other = rows[:, lines - beside].astype(np.int16), rows[:, lines + beside + 1].astype(np.int16)
        low, high = np.minimum(one, other) - _RINGING, np.maximum(one, other) + _RINGING
        between = np.stack([rows[:, lines + off] for off in range(-beside + 1, beside + 1)])
        shares.append(float(np.mean((between.min(0) < low) | (between.max(0) > high))))
    return max(shares, default=0.0) > _MORTAR
