"""What scenes are made of: random landscapes, a camera over them, smooth noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Scene = Callable[["Shape"], Iterator[Pixels]]


@dataclass(frozen=True)
class Shape:
    """What a clip is to be: pixels, frames, and the seed of all that is random in it."""

    width: int
    height: int
    frames: int
    seed: int

    def random(self, salt: int = 0) -> np.random.Generator:
        """Random numbers of this clip; another `salt`, other numbers."""
        return np.random.default_rng([self.seed, salt])


def clouds(random: np.random.Generator, width: int, height: int, finest: int = 2) -> Any:
    """Smooth noise with detail of all sizes down to `finest` pixels, -1 to 1."""
    total, weight, cell = np.zeros((height, width), np.float32), 1.0, max(width, height) // 3
    while cell >= finest:
        coarse = random.standard_normal((height // cell + 3, width // cell + 3)).astype(np.float32)
        wide = cv2.resize(coarse, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
        total += weight * wide[:height, :width]
        weight, cell = weight * 0.62, cell // 2
    return total / np.abs(total).max()


def world(shape: Shape, salt: int = 0, dark: float = 1.0) -> Pixels:
    """A landscape, half as large again as the picture: sky, ranges of hills, houses with windows, trees, a field."""
    random = shape.random(salt)
    width, height = shape.width * 3 // 2, shape.height * 3 // 2
    sky = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, low = random.uniform(60, 230, 3), random.uniform(90, 250, 3)
    picture = np.repeat(top * (1 - sky) + low * sky, width, axis=1).astype(np.float32)
    picture += 18 * clouds(random, width, height, 8)[..., None]
    for layer in range(4):
        ridge = height * (0.35 + 0.13 * layer) + height * 0.09 * clouds(random, width, 8, 16)[3]
        mask = np.arange(height)[:, None] > ridge[None, :]
        colour = random.uniform(25, 190, 3)
        ground = colour + 26 * clouds(random, width, height)[..., None] * (1 + layer) / 2
        picture[mask] = ground[mask]
        for _ in range(5):
            left, base = int(random.integers(0, width)), int(ridge[int(random.integers(0, width))])
            _house(picture, random, left, base, max(12, int(height * random.uniform(0.05, 0.2))))
        for at in random.integers(0, width, 12):
            radius = int(height * random.uniform(0.012, 0.05))
            foot = int(ridge[int(at)])
            green = tuple(float(v) for v in random.uniform(20, 120, 3))
            cv2.line(picture, (int(at), foot), (int(at), foot + 2 * radius), (30, 40, 60), max(1, radius // 4))
            cv2.circle(picture, (int(at), foot - radius), radius, green, -1, cv2.LINE_AA)
    return np.asarray(np.clip(picture * dark, 0, 255), np.uint8)


def _house(picture: Any, random: np.random.Generator, left: int, base: int, size: int) -> None:
    wall = tuple(float(v) for v in random.uniform(40, 230, 3))
    cv2.rectangle(picture, (left, base - size), (left + size, base + size), wall, -1)
    pane = max(2, size // 7)
    light = tuple(float(v) for v in random.uniform(20, 255, 3))
    for row in range(3):
        for column in range(3):
            corner = left + pane + column * 2 * pane, base - size + pane + row * 2 * pane
            cv2.rectangle(picture, corner, (corner[0] + pane, corner[1] + pane), light, -1)


def shoot(source: Pixels, shape: Shape, x: float, y: float, zoom: float = 1, roll: float = 0) -> Pixels:
    """The picture seen at a place of the world, its middle at (x, y) as shares of the world, in between pixels."""
    middle = source.shape[1] * x, source.shape[0] * y
    move = cv2.getRotationMatrix2D(middle, roll, zoom)
    move[:, 2] += np.array([shape.width / 2 - middle[0], shape.height / 2 - middle[1]])
    flat: Any = cv2.warpAffine(
        source, move, (shape.width, shape.height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(flat, np.uint8)


def along(shape: Shape) -> Iterator[float]:
    """The time of each frame, 0 to 1."""
    return (i / max(1, shape.frames - 1) for i in range(shape.frames))


def ease(t: float) -> float:
    """A way that begins and ends slowly; `t` and the result are 0 to 1."""
    return t * t * (3 - 2 * t)
