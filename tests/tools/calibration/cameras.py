"""Clean clips that are hard for their camera: shake, parallax, focus, time, and things that pass close by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape, along, clouds, ease, shoot, world


def tilt(shape: Shape) -> Iterator[Pixels]:
    """From the ground up to the sky."""
    source = world(shape)
    return (shoot(source, shape, 0.5, 0.64 - 0.28 * ease(t)) for t in along(shape))


def crane(shape: Shape) -> Iterator[Pixels]:
    """Up, back and a little round, all at once."""
    source = world(shape)
    return (shoot(source, shape, 0.5 + 0.04 * t, 0.58 - 0.1 * t, 1.35 - 0.3 * ease(t), 5 * t) for t in along(shape))


def running(shape: Shape) -> Iterator[Pixels]:
    """A camera that is run with: wild shake with motion blur."""
    source, random = world(shape), shape.random(31)
    phases = random.uniform(0, 6, 3)
    for i in range(shape.frames):
        parts = []
        for k in range(4):
            s = (i + k / 8) / 24
            x = 0.5 + 0.016 * np.sin(9 * s + phases[0]) + 0.05 * s / 4
            y = 0.5 + 0.02 * abs(np.sin(8 * s + phases[1])) - 0.01
            parts.append(shoot(source, shape, x, y, 1.05, 1.5 * np.sin(7 * s + phases[2])).astype(np.float32))
        yield np.mean(parts, axis=0).astype(np.uint8)


def parallax(shape: Shape) -> Iterator[Pixels]:
    """Trees close by pass before hills far away."""
    source, random = world(shape), shape.random(32)
    trunks = [(random.uniform(0, 2.2), random.uniform(0.02, 0.06), random.uniform(1.2, 2.2)) for _ in range(7)]
    bark = clouds(random, 64, shape.height)
    for t in along(shape):
        frame = shoot(source, shape, 0.42 + 0.08 * t, 0.5)
        for place, wide, speed in sorted(trunks, key=lambda trunk: trunk[2]):
            left = int((place - 0.5 * speed * t) * shape.width)
            right = left + int(wide * shape.width)
            if right > 0 and left < shape.width:
                cut = frame[:, max(0, left) : min(shape.width, right)]
                cut[:] = (46 + 22 * np.resize(bark.T, (cut.shape[1], shape.height)).T[..., None]).astype(np.uint8)
        yield frame


def train_window(shape: Shape) -> Iterator[Pixels]:
    """Out of a train: far hills creep, poles fly past with motion blur."""
    source, random = world(shape), shape.random(33)
    every, phase = random.uniform(0.9, 1.4), random.uniform(0, 1)
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.42 + 0.14 * t, 0.5)
        at = ((i / 24 + phase) % every) / 0.2  # a pole crosses in a fifth of a second
        if at < 1:
            x, reach = int(shape.width * (1 - at)), shape.width // 14
            pole = np.zeros((1, shape.width), np.float32)
            pole[:, max(0, x - reach) : x + reach] = 0.75
            veil = np.asarray(cv2.blur(pole, (max(3, reach), 1))).reshape(1, -1, 1)
            frame = (frame * (1 - veil) + 40 * veil).astype(np.uint8)
        yield frame


def passer(shape: Shape) -> Iterator[Pixels]:
    """A locked camera; somebody walks through close to it and hides most of the view for a moment."""
    frame, random = shoot(world(shape), shape, 0.5, 0.5), shape.random(34)
    coat = random.uniform(20, 120, 3)
    cloth = clouds(random, shape.width, shape.height)[..., None] * 16 + coat
    for t in along(shape):
        seen = frame.copy()
        left = int(shape.width * (1.2 - 3.0 * t))
        right = left + int(0.55 * shape.width)
        if right > 0 and left < shape.width:
            inner = slice(max(0, left), min(shape.width, right))
            seen[shape.height // 12 :, inner] = np.clip(cloth[shape.height // 12 :, : inner.stop - inner.start], 0, 255)
        yield seen


def small_mover(shape: Shape) -> Iterator[Pixels]:
    """A locked camera on a landscape in which only a bird moves; sensor noise."""
    frame, random = shoot(world(shape), shape, 0.5, 0.5), shape.random(35)
    size = max(2, shape.height // 60)
    for i, t in enumerate(along(shape)):
        seen = np.clip(frame + random.normal(0, 1.2, (shape.height, shape.width, 1)), 0, 255).astype(np.uint8)
        x, y = int(shape.width * (0.1 + 0.7 * t)), int(shape.height * (0.2 + 0.05 * np.sin(i / 6)))
        wing = int(size * np.sin(i * 0.8))
        cv2.line(seen, (x - size, y - wing), (x, y), (30, 30, 30), 2, cv2.LINE_AA)
        cv2.line(seen, (x, y), (x + size, y - wing), (30, 30, 30), 2, cv2.LINE_AA)
        yield seen


def slow_motion(shape: Shape) -> Iterator[Pixels]:
    """A pan of a fraction of a pixel a frame, as of a high-speed camera."""
    source, slope = world(shape), shape.random(36).uniform(0.05, 0.25)
    for i in range(shape.frames):
        yield shoot(source, shape, 0.5 + i * slope / source.shape[1], 0.5)


def rack_focus(shape: Shape) -> Iterator[Pixels]:
    """The focus goes from a figure in front to the view behind it."""
    view = shoot(world(shape), shape, 0.5, 0.5)
    random = shape.random(37)
    near = (np.asarray([90, 110, 160]) + 40 * clouds(random, shape.width, shape.height, 2)[..., None]).astype(
        np.float32
    )
    mask = np.zeros((shape.height, shape.width), np.float32)
    cv2.ellipse(
        mask, (shape.width // 3, shape.height), (shape.width // 6, shape.height * 3 // 4), 0, 0, 360, 1, -1, cv2.LINE_AA
    )
    for i, t in enumerate(along(shape)):
        pull = ease(min(1, max(0, (t - 0.3) / 0.4)))
        far_blur, near_blur = (1 - pull) * shape.height / 70, pull * shape.height / 50
        back = _soft(view, far_blur)
        front, cover = _soft(near, near_blur), _soft(mask, near_blur)[..., None]
        sway = np.array([[1, 0, 2 * np.sin(i / 15)], [0, 1, 0]], np.float32)
        cover = cv2.warpAffine(cover, sway, (shape.width, shape.height)).reshape(shape.height, shape.width, 1)
        yield np.clip(back * (1 - cover) + front * cover, 0, 255).astype(np.uint8)


def _soft(picture: Any, sigma: float) -> Any:
    return cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.3 else picture


def cockpit(shape: Shape) -> Iterator[Pixels]:
    """A car's dashboard stays in front while the road comes nearer."""
    source, random = world(shape), shape.random(38)
    board = np.clip(50 + 20 * clouds(random, shape.width, shape.height)[..., None], 0, 255).astype(np.uint8)
    edge = shape.height * (0.72 + 0.06 * np.cos(np.linspace(-2, 2, shape.width)))
    mask = np.arange(shape.height)[:, None] > edge[None]
    for t in along(shape):
        frame = shoot(source, shape, 0.5, 0.45, 1 + 0.9 * t)
        frame[mask] = np.broadcast_to(board, frame.shape)[mask]
        for k in range(3):
            middle = int(shape.width * (0.25 + 0.12 * k)), int(shape.height * 0.88)
            cv2.circle(frame, middle, shape.height // 18, (150, 150, 150), 2, cv2.LINE_AA)
            tip = np.array([np.cos(3 + t * (k + 1)), np.sin(3 + t * (k + 1))]) * shape.height / 22
            cv2.line(frame, middle, (int(middle[0] + tip[0]), int(middle[1] + tip[1])), (60, 60, 230), 2, cv2.LINE_AA)
        yield frame


def crowd(shape: Shape) -> Iterator[Pixels]:
    """A square with many walkers, seen from a balcony, handheld."""
    source, random = world(shape), shape.random(39)
    start, speed = random.uniform(0, 1, (60, 2)), random.uniform(-0.16, 0.16, (60, 2)) * [1, 0.3]
    coats = random.uniform(20, 230, (60, 3))
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.5 + 0.003 * np.sin(i / 7), 0.6 + 0.002 * np.sin(i / 5))
        for (x, y), (vx, vy), coat in zip(start, speed, coats, strict=True):
            at = int((x + vx * t) % 1 * shape.width), int((0.3 + 0.7 * ((y + vy * t) % 1)) * shape.height)
            unit = max(2, shape.height // 50)
            cv2.ellipse(frame, at, (unit, 2 * unit), 0, 0, 360, tuple(float(v) for v in coat), -1, cv2.LINE_AA)
            cv2.circle(frame, (at[0], at[1] - 3 * unit), unit * 2 // 3, (150, 180, 220), -1, cv2.LINE_AA)
        yield frame


def lift(shape: Shape) -> Iterator[Pixels]:
    """A facade with floors and windows in even rows goes by; the rows repeat every few pixels."""
    random = shape.random(40)
    cell = max(8, shape.height // 12 // 8 * 8)
    rows, columns = shape.height * 2 // cell + 2, shape.width * 3 // 2 // cell + 2
    wall = np.zeros((rows * cell, columns * cell, 3), np.uint8)
    wall[:] = random.uniform(90, 170, 3).astype(np.uint8)
    wall = np.clip(wall + 9 * clouds(random, wall.shape[1], wall.shape[0])[..., None], 0, 255).astype(np.uint8)
    for r in range(rows):
        for c in range(columns):
            lit = random.uniform(20, 240, 3) if random.random() < 0.3 else np.array([60, 50, 45])
            y, x = r * cell + cell // 4, c * cell + cell // 5
            wall[y : y + cell // 2, x : x + cell * 3 // 5] = lit.astype(np.uint8)
    return (shoot(wall, shape, 0.5 + 0.02 * t, 0.3 + 0.3 * t, 1.0, 0.4) for t in along(shape))
