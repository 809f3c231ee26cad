"""Seeded noise: paper, washes and the soft masks that colour bleeds through."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from infrastructure.animatic.planes import Pixels, View

_TILE = 512
"""Side of the repeating texture tiles, in pixels; a tile covers one frame height."""


def _octave(rng: np.random.Generator, cells: int, size: int) -> npt.NDArray[np.float32]:
    grid = rng.random((cells, cells), dtype=np.float32)
    wide = cv2.resize(np.tile(grid, (3, 3)), (size * 3, size * 3), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide[size : 2 * size, size : 2 * size], dtype=np.float32)


def _even(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    low, high = np.percentile(values, (1, 99))
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), dtype=np.float32)


@lru_cache(maxsize=2)
def _tile(kind: str) -> npt.NDArray[np.float32]:
    """A repeating tile of values 0 to 1: "wash" with blooms and pooling, or "brush" with strokes along one way."""
    rng = np.random.default_rng(20)
    if kind == "brush":
        fine = cv2.GaussianBlur(np.tile(rng.random((_TILE, _TILE), dtype=np.float32), (1, 3)), (0, 0), 8, sigmaY=2.2)
        strokes = _even(np.asarray(fine[:, _TILE : 2 * _TILE], dtype=np.float32))
        return _even(strokes * 0.7 + _octave(rng, 9, _TILE) * 0.5)
    blooms = _octave(rng, 5, _TILE) * 0.5 + _octave(rng, 11, _TILE) * 0.3 + _octave(rng, 31, _TILE) * 0.14
    ridge = 1 - np.abs(_octave(rng, 7, _TILE) * 2 - 1)
    grain = rng.random((_TILE, _TILE), dtype=np.float32)
    tooth = cv2.GaussianBlur(np.tile(grain, (3, 3)), (0, 0), 0.8)[_TILE : 2 * _TILE, _TILE : 2 * _TILE]
    return _even(np.asarray(blooms * 0.8 + ridge**6 * 0.04 + (tooth - 0.5) * 0.85, dtype=np.float32))


def wash(view: View, strength: float, kind: str = "wash", shift: float = 0.0) -> Pixels:
    """Factors (255 = unchanged) of a texture lying on a plane: one channel, as large as the view's canvas.

    `strength` 0 to 1 is how much its darkest spots take away; `shift` moves it, so that planes differ.
    """
    tile = np.round(255 * (1 - strength * (1 - _tile(kind)))).astype(np.uint8)
    per = _TILE / view.scale
    width, height = view.size
    turn = 0.6 if kind == "brush" else 0.0  # strokes run aslant, as a right hand paints
    cos, sin = math.cos(turn) * per, math.sin(turn) * per
    x, y = (view.left + shift) * _TILE, (view.top + shift * 0.7) * _TILE
    back = np.array([[cos, -sin, x * cos / per - y * sin / per], [sin, cos, x * sin / per + y * cos / per]])
    return np.asarray(
        cv2.warpAffine(
            tile, back, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_WRAP
        ),
        dtype=np.uint8,
    )


def clouds(width: int, height: int, seed: int) -> Pixels:
    """Soft blotches for a mask: height x width, every value from 0 to 255 taken by about as many pixels."""
    rng = np.random.default_rng(seed)
    total = np.zeros((144, 256), dtype=np.float32)
    for cells, share in ((4, 0.6), (9, 0.28), (21, 0.12)):
        grid = rng.random((cells, round(cells * 1.6) + 1), dtype=np.float32)
        total += share * cv2.resize(grid, (256, 144), interpolation=cv2.INTER_CUBIC)
    ranks = np.empty(total.size, dtype=np.float32)
    ranks[np.argsort(total.ravel(), kind="stable")] = np.linspace(0, 255, total.size, dtype=np.float32)
    small = cv2.GaussianBlur(ranks.reshape(total.shape), (0, 0), 2)
    return np.asarray(np.clip(np.round(cv2.resize(small, (width, height))), 0, 255), dtype=np.uint8)
