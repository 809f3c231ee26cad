"""Clean clips of several shots, and pictures that are divided because somebody wanted them to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration.scenes import pan
from tests.tools.calibration.worlds import Pixels, Shape, along, shoot, world


def fades(shape: Shape) -> Iterator[Pixels]:
    """From black, and to black, half a second each."""
    length = min(12, shape.frames // 4)
    for i, frame in enumerate(pan(shape)):
        light = min(1.0, i / length, (shape.frames - 1 - i) / length)
        yield (frame * light).astype(np.uint8)


def fade_through_black(shape: Shape) -> Iterator[Pixels]:
    """One shot fades out, the next one in."""
    middle = shape.frames // 2
    first, second = world(shape), world(shape, 50)
    for i in range(shape.frames):
        light = min(1.0, max(0, abs(i - middle) - 3) / 14)
        yield (shoot(first if i < middle else second, shape, 0.4 + 0.15 * i / shape.frames, 0.5) * light).astype(
            np.uint8
        )


def cuts(shape: Shape) -> Iterator[Pixels]:
    """Four shots with hard cuts."""
    sources = [world(shape, salt, dark) for salt, dark in ((20, 1.0), (21, 0.5), (22, 1.0), (23, 0.8))]
    each = shape.frames // 4
    for i in range(shape.frames):
        part = min(3, i // each)
        t = (i - part * each) / each
        yield shoot(sources[part], shape, 0.42 + 0.1 * t * (-1) ** part, 0.5, 1 + 0.3 * (part % 2))


def split(shape: Shape) -> Iterator[Pixels]:
    """Two pictures side by side, as ordered."""
    first, second = world(shape, 30), world(shape, 31, 0.6)
    for t in along(shape):
        frame = shoot(first, shape, 0.4 + 0.1 * t, 0.5)
        frame[:, shape.width // 2 :] = shoot(second, shape, 0.5 - 0.05 * t, 0.5)[:, shape.width // 2 :]
        yield frame


def fade_to_white(shape: Shape) -> Iterator[Pixels]:
    """One shot goes out into white, the next one comes out of it."""
    middle = shape.frames // 2
    first, second = world(shape, 70), world(shape, 71)
    for i, t in enumerate(along(shape)):
        light = min(1.0, max(0, abs(i - middle) - 2) / 12)
        seen = shoot(first if i < middle else second, shape, 0.42 + 0.1 * t, 0.5)
        yield (seen * light + 250 * (1 - light)).astype(np.uint8)


def dissolve(shape: Shape) -> Iterator[Pixels]:
    """Two shots with an ordered cross-fade of `DISSOLVE` of the clip's length in its middle."""
    first, second = world(shape, 72), world(shape, 73, 0.8)
    begins, ends = dissolve_place(shape)
    for i, t in enumerate(along(shape)):
        share = min(1.0, max(0.0, (i - begins + 1) / (ends - begins + 2)))
        a, b = shoot(first, shape, 0.4 + 0.1 * t, 0.5), shoot(second, shape, 0.6 - 0.1 * t, 0.5, 1.1)
        yield np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8)


def dissolve_place(shape: Shape) -> tuple[int, int]:
    """First and last mixed frame of `dissolve`."""
    return shape.frames // 2 - shape.frames // 8, shape.frames // 2 + shape.frames // 8


def letterboxed(shape: Shape) -> Iterator[Pixels]:
    """A wide film with bars above and below, as ordered."""
    depth = shape.height // 8
    for frame in pan(shape):
        frame[:depth] = frame[-depth:] = 0
        yield frame


def quick_cuts(shape: Shape) -> Iterator[Pixels]:
    """A fast montage: a hard cut every half second, bright and dark, near and far."""
    random, source, part = shape.random(74), world(shape, 75), -1
    for i in range(shape.frames):
        if i // 12 != part:
            part = i // 12
            source = world(shape, 80 + part, float(random.uniform(0.35, 1)))
        t = i % 12 / 12
        yield shoot(source, shape, 0.45 + 0.04 * t, 0.5, 1 + 0.6 * (part % 2))


def reverse_angles(shape: Shape) -> Iterator[Pixels]:
    """A talk: there and back between two calm pictures, every second or so."""
    first, second = shoot(world(shape, 76), shape, 0.5, 0.5), shoot(world(shape, 77), shape, 0.5, 0.5)
    random: Any = shape.random(78)
    noise = random.normal(0, 2, (4, shape.height, shape.width, 1))
    for i in range(shape.frames):
        frame = (first if i // 22 % 2 == 0 else second).copy()
        head = shape.width // (3 if i // 22 % 2 == 0 else 2), shape.height // 2 + int(3 * np.sin(i / 6))
        cv2.ellipse(frame, head, (shape.height // 8, shape.height // 6), 0, 0, 360, (140, 170, 215), -1, cv2.LINE_AA)
        yield np.clip(frame + noise[i % 4], 0, 255).astype(np.uint8)
