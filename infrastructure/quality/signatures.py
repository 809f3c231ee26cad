"""Signatures of colour and structure, by which a shot is compared with the reference of what it is to show.

Without a trained model: colours in CIELAB and directions of edges. That tells another coat or another room, not another
face; the confidence says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.quality.values import Subject
from infrastructure.media import pictures
from infrastructure.quality.views import View

METHOD = "colours and directions of edges"
"""How likeness is told, in words."""
CONFIDENCE = {"character": 0.3, "object": 0.35, "location": 0.5}
"""How much the method can know of each kind, 0 to 1."""
EVERY = 6
"""Of so many frames one is compared."""

_SIZE = 96
_BINS = (6, 12, 12)
_RANGES = [0, 256, 64, 192, 64, 192]
_DIRECTIONS = 12
_PART = 0.06
"""Share of the picture that a character or object fills at least, to be there."""


class Signature:
    """The reference of one subject. Raises UnreadableMedia when its picture cannot be read."""

    def __init__(self, subject: Subject) -> None:
        pixels = np.asarray(pictures.small(Path(subject.reference), _SIZE, _SIZE).convert("RGB"))
        self._whole = subject.kind == "location"
        lab = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB))
        self._colours = _colours(lab, None if self._whole else _figure(lab))
        self._edges = _directions(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))

    def likeness(self, view: View) -> float:
        """0 to 1: for a place the overlap of all colours and directions, for a figure the share of its colours that
        are to be found somewhere in the picture."""
        colours = _colours(_lab(view), None)
        if not self._whole:
            return float(np.minimum(self._colours, colours / _PART).sum())
        edges = float(np.minimum(self._edges, _directions(view.small)).sum())
        return 0.6 * float(np.minimum(self._colours, colours).sum()) + 0.4 * edges


def _lab(view: View) -> Any:
    """The thumbnail in CIELAB, by the matrix of BT.709."""
    red, blue = view.tiny + 1.5748 * view.cr, view.tiny + 1.8556 * view.cb
    green = (view.tiny - 0.2126 * red - 0.0722 * blue) / 0.7152
    pixels = np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.uint8)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)


def _figure(lab: Any) -> NDArray[np.uint8] | None:
    """Where a picture differs from the colours along its edge; None when that is hardly anything or nearly all."""
    edge = np.concatenate([lab[:3].reshape(-1, 3), lab[:, :3].reshape(-1, 3), lab[:, -3:].reshape(-1, 3)])
    ground = np.median(edge.astype(np.float32), axis=0)
    mask = (np.abs(lab.astype(np.float32) - ground).sum(-1) > 36).astype(np.uint8)
    return mask if 0.05 < mask.mean() < 0.95 else None


def _colours(lab: Any, mask: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """A histogram with the sum 1, softened so that a shade to the side still counts."""
    counts = np.asarray(cv2.calcHist([lab], [0, 1, 2], mask, list(_BINS), _RANGES), np.float32)
    for axis in range(3):
        padded = np.take(counts, np.clip(np.arange(-1, counts.shape[axis] + 1), 0, counts.shape[axis] - 1), axis)
        low, middle, high = (np.take(padded, np.arange(place, place + counts.shape[axis]), axis) for place in range(3))
        counts = 0.25 * low + 0.5 * middle + 0.25 * high
    return counts / max(1e-6, float(counts.sum()))


def _directions(grey: Any) -> NDArray[np.float64]:
    """How much of all edges runs in each direction; the sum is 1."""
    x, y = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    angle = np.mod(np.arctan2(y, x), np.pi) / np.pi * _DIRECTIONS
    counts = np.bincount(
        np.minimum(angle.ravel().astype(int), _DIRECTIONS - 1), np.hypot(x, y).ravel(), minlength=_DIRECTIONS
    )
    return np.asarray(counts / max(1e-6, counts.sum()))
