"""Fine detail at full size: sharpness, noise, codec blocks, banding."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from infrastructure.quality.views import Bytes, Floats, View

_TILES = (16, 9)
_UNSEEN = 1.5
"""Levels that a step may be high without showing."""
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


class Texture(NamedTuple):
    """Units and ranges as in `domain.quality.figures.FrameFigures`."""

    sharpness: float
    noise: float
    blocks: float
    bands: float


def measure(view: View) -> Texture:
    """Every second row and column pair of the full plane, which is enough for statistics and half the work."""
    luma = view.luma
    rows = np.ascontiguousarray(luma[::2])
    across = _steps(rows[:, 1:], rows[:, :-1])
    columns = np.ascontiguousarray(luma[:, : luma.shape[1] // 2 * 2].reshape(luma.shape[0], -1, 2)[:, :, 0])
    down = _steps(columns[1:], columns[:-1])
    return Texture(
        sharpness=_sharpness(luma, across, down),
        noise=_noise(luma) * view.scale,
        blocks=float(np.sqrt(_grid(across, 0) * _grid(down, 1))),
        bands=_bands(luma),
    )


def _steps(one: Bytes, other: Bytes) -> Bytes:
    return np.asarray(cv2.absdiff(one, other), np.uint8)


def _energy(steps: Bytes) -> Floats:
    """Mean squared step per tile."""
    squared = cv2.multiply(steps, steps, dtype=cv2.CV_32F)
    return np.asarray(cv2.resize(squared, _TILES, interpolation=cv2.INTER_AREA), np.float32)


def _sharpness(luma: Bytes, across: Bytes, down: Bytes) -> float:
    """The root of the energy of gradients at full size over that at an eighth of it, scaled: an edge of height h and
    width w has the energy h²/w, at an eighth of the size h²·8/max(w/8, 1). The mean of the sharpest fifth of those
    tiles that have edges; 0 where none has.
    """
    height, width = luma.shape
    size = max(16, width // 8), max(9, height // 8)
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
    fine = _energy(across) + _energy(down)
    coarse = _energy(_steps(small[:, 1:], small[:, :-1])) + _energy(_steps(small[1:], small[:-1]))
    usable = coarse > max(4.0, float(coarse.mean()) * 0.2)
    if not usable.any():
        return 0.0
    ratios = np.sort(np.sqrt(8 * fine[usable] / coarse[usable]))
    return float(ratios[-max(1, len(ratios) // 5) :].mean())


def _noise(luma: Bytes) -> float:
    """Immerkaer, "Fast noise variance estimation" (1996), on the smoothest sixth of the tiles of the middle half."""
    height = luma.shape[0]
    part = np.ascontiguousarray(luma[height // 4 : height - height // 4])
    response = np.abs(cv2.filter2D(part, cv2.CV_16S, _LAPLACE)).astype(np.float32)
    tiles = np.sort(cv2.resize(response, (16, 6), interpolation=cv2.INTER_AREA).ravel())
    return float(tiles[: len(tiles) // 6].mean() * np.sqrt(np.pi / 2) / 6)


def _grid(steps: Bytes, axis: int) -> float:
    """How much larger steps are at every eighth place than at the places beside it; the best of the eight phases.

    Medians over the grid's lines: a few real edges on the grid do not count. `steps` is every second row (axis 0) or
    column (axis 1), so that the other direction has its full resolution.
    """
    profile = cv2.reduce(steps, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
    if len(profile) < 48:
        return 1.0
    usable = len(profile) // 8 * 8
    beside = (np.roll(profile, 1) + np.roll(profile, -1) + np.roll(profile, 2) + np.roll(profile, -2)) / 4
    ratios = ((profile + _UNSEEN) / (beside + _UNSEEN))[:usable].reshape(-1, 8)
    return float(np.median(ratios, axis=0).max())


def _bands(luma: Bytes) -> float:
    """Share of the sampled lines in staircases: four and more steps of 3 to 30 levels in a row and in the same
    direction, with flat runs of 5 pixels to a third of the line between them.
    """
    lines = max(1, luma.shape[0] // 45)
    upright = max(1, luma.shape[1] // 80)
    wide = _stairs(np.ascontiguousarray(luma[lines // 2 :: lines]))
    high = _stairs(np.ascontiguousarray(luma[:, upright // 2 :: upright].T))
    return max(wide, high)


def _stairs(rows: Bytes) -> float:
    length = rows.shape[1]
    padded = np.pad(rows, ((0, 0), (0, 2)), mode="edge").astype(np.int16)
    padded[:, -1] += 100  # a step no staircase goes over: it ends every line
    flat = padded.ravel()
    # three pixels apart: encoders soften a step over several
    at = np.flatnonzero(np.abs(flat[3:] - flat[:-3]) >= 3)
    if len(at) < 4:
        return 0.0
    begins = np.flatnonzero(np.diff(at, prepend=-9) > 1)  # the first place of each run of neighbouring steps
    tops = at[np.append(begins[1:] - 1, len(at) - 1)] + 3  # where the level after it is reached
    feet = at[begins]
    treads = feet[1:] - tops[:-1]
    level = np.abs(flat[feet[1:]] - flat[tops[:-1]]) <= 2
    rises = flat[tops] - flat[feet]
    small = (np.abs(rises) >= 3) & (np.abs(rises) <= 30)
    alike = rises[1:] * rises[:-1] > 0
    pairs = small[1:] & small[:-1] & alike & level & (treads >= 5) & (treads <= length // 3)
    if len(pairs) < 3:
        return 0.0
    chained = pairs[2:] & pairs[1:-1] & pairs[:-2]
    member = np.zeros(len(pairs), bool)
    for place in range(3):
        member[place : len(pairs) - 2 + place] |= chained
    return float(treads[member].sum() / rows.size)
