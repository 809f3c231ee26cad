"""Signatures of colour and structure, by which a shot is compared with the reference of what it is to show.

Without a trained model: names of colours under the light taken out, and where the edges run. That tells another coat or
another room, not another face; the confidence says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.quality.values import Subject
from infrastructure.media import pictures
from infrastructure.quality import palettes
from infrastructure.quality.palettes import Floats
from infrastructure.quality.views import SMALL, TINY, View

METHOD = "colours and directions of edges"
"""How likeness is told, in words."""
CONFIDENCE = {"character": 0.4, "object": 0.35, "location": 0.5}
"""How much the method can know of each kind, 0 to 1; docs/quality.md has what it was measured on."""
EVERY = 6
"""Of so many frames one is compared."""

_DIRECTIONS, _ROWS, _COLUMNS = 8, 3, 4
_LAYOUT = (8, 5)
_ENOUGH = 3.0
"""A colour of the picture is explained when the reference has a third of it: framings show more and less of a coat."""
_PART = 0.06
"""Share of the picture that a figure fills at least, to be there."""
_FIGURE = ((0.0, 0.0), (0.55, 0.4), (0.75, 0.85), (1.0, 1.0))
_PLACE = ((0.0, 0.0), (0.4, 0.45), (0.5, 0.85), (1.0, 1.0))
"""What is measured, and the likeness it stands for: set so that of the same 19 in 20 lie above 0.85."""


class Seen(NamedTuple):
    """A picture prepared for comparing. `names` are its colours (see `palettes`) with the light taken out, `figure` how
    much each place looks like a figure before a ground; both of the size TINY. `grey` is full range."""

    names: palettes.Names
    figure: Floats
    tones: Floats
    grey: NDArray[np.uint8]


def seen(view: View) -> Seen:
    """A frame, for comparing."""
    red, blue = view.tiny + 1.5748 * view.cr, view.tiny + 1.8556 * view.cb
    green = (view.tiny - 0.2126 * red - 0.0722 * blue) / 0.7152  # BT.709
    return _prepared(np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.float32), view.small)


def as_seen(picture: NDArray[np.uint8]) -> Seen:
    """An sRGB picture of any size, for comparing."""
    height, width = picture.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    small = cv2.resize(
        picture, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    tiny = np.asarray(cv2.resize(picture, TINY, interpolation=cv2.INTER_AREA), np.float32)
    return _prepared(tiny, np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8))


def _prepared(pixels: Floats, grey: NDArray[np.uint8]) -> Seen:
    lab = palettes.in_even_light(pixels)
    return Seen(palettes.names(lab), palettes.figure(lab), lab, grey)


class Signature:
    """The reference of one subject. Raises UnreadableMedia when its picture cannot be read."""

    def __init__(self, subject: Subject) -> None:
        picture = np.asarray(pictures.small(Path(subject.reference), SMALL, SMALL).convert("RGB"))
        self._place = subject.kind == "location"
        tiny = np.asarray(cv2.resize(picture, TINY, interpolation=cv2.INTER_AREA), np.float32)
        own = _prepared(tiny, np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))
        cut_out = None if self._place else palettes.before_plain_ground(tiny)
        if cut_out is not None:
            mask, lab = cut_out
            self._colours = palettes.histogram(palettes.names(lab), mask)
        else:
            self._colours = palettes.histogram(own.names, _ground(own) if self._place else own.figure)
        self._edges = _directions(own.grey) if self._place else None
        self._layout = _layout(own.tones)

    def likeness(self, picture: Seen) -> float:
        """0 to 1, from 0.85 on the same as far as can be told. For a figure: how much of the colours that stand out
        before the ground are the reference's, and how much of the reference's are to be found. For a place: its edges,
        its light and dark parts and its colours."""
        if self._edges is None:
            before, all_of = (
                palettes.histogram(picture.names, w) for w in (picture.figure, np.ones_like(picture.figure))
            )
            explained = float(np.minimum(before, _ENOUGH * self._colours).sum())
            found = float(np.minimum(self._colours, all_of / _PART).sum())
            return _scaled((explained * found) ** 0.5, _FIGURE)
        edges = float(np.minimum(self._edges, _directions(picture.grey)).sum())
        layout = max(0.0, float((self._layout * _layout(picture.tones)).mean()))
        colours = float(np.minimum(self._colours, palettes.histogram(picture.names, _ground(picture))).sum())
        return _scaled(0.4 * edges + 0.35 * layout + 0.25 * colours, _PLACE)


def _ground(picture: Seen) -> Floats:
    """How much each place counts for the place around a figure."""
    return (1 - 0.8 * picture.figure).astype(np.float32)


def _scaled(measured: float, points: tuple[tuple[float, float], ...]) -> float:
    return float(np.interp(measured, [x for x, _ in points], [y for _, y in points]))


def _layout(tones: Floats) -> Floats:
    """Where it is lighter, redder and yellower than elsewhere in the picture: a mosaic without means and contrasts."""
    mosaic = np.asarray(cv2.resize(tones, _LAYOUT, interpolation=cv2.INTER_AREA))
    spread = mosaic.std((0, 1)) + 1e-3
    return np.asarray((mosaic - mosaic.mean((0, 1))) / spread, np.float32)


def _directions(grey: Any) -> NDArray[np.float64]:
    """How much of all edges runs in each direction, in each of 3 x 4 parts of the picture; the sum is 1. Edges are
    steps of ratios, so that light and shade count alike, and no single one counts for many."""
    logs = np.log(np.asarray(grey, np.float32) + 8)
    x, y = cv2.Sobel(logs, cv2.CV_32F, 1, 0), cv2.Sobel(logs, cv2.CV_32F, 0, 1)
    strength = np.hypot(x, y)
    strength = np.minimum(strength, np.percentile(strength, 95))
    angle = np.mod(np.arctan2(y, x), np.pi) / np.pi * _DIRECTIONS
    low = np.floor(angle).astype(np.intp)
    part = angle - low
    rows, columns = np.indices(strength.shape)
    cell = rows * _ROWS // strength.shape[0] * _COLUMNS + columns * _COLUMNS // strength.shape[1]
    length = _ROWS * _COLUMNS * _DIRECTIONS
    counts = np.zeros(length)
    for step, share in ((0, 1 - part), (1, part)):
        place = cell * _DIRECTIONS + (low + step) % _DIRECTIONS
        counts += np.bincount(place.ravel(), (strength * share).ravel(), minlength=length)
    return np.asarray(counts / max(1e-6, counts.sum()))
