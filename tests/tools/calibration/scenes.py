"""Clean clips of one shot each. A scene is a function of size, length and seed that gives BGR frames, one by one."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape, along, clouds, ease, shoot, world

__all__ = ["Pixels", "Shape"]  # for those that make one scene


def pan(shape: Shape) -> Iterator[Pixels]:
    """A steady pan."""
    source, slope = world(shape), shape.random(9).uniform(-0.05, 0.05)
    return (shoot(source, shape, 0.4 + 0.2 * t, 0.5 + slope * t) for t in along(shape))


def eased_pan(shape: Shape) -> Iterator[Pixels]:
    """A pan that gathers speed, runs out, and holds."""
    source = world(shape)
    return (shoot(source, shape, 0.38 + 0.24 * ease(min(1, t * 1.4)), 0.5) for t in along(shape))


def zoom(shape: Shape) -> Iterator[Pixels]:
    """A zoom into a photograph."""
    source = world(shape)
    return (shoot(source, shape, 0.5, 0.5, 1 + 0.25 * t) for t in along(shape))


def handheld(shape: Shape) -> Iterator[Pixels]:
    """A camera held by hand."""
    source, random = world(shape), shape.random(3)
    way = np.cumsum(random.standard_normal((shape.frames, 3)), 0)
    way -= cv2.blur(way, (1, 31))
    for dx, dy, roll in way:
        yield shoot(source, shape, 0.5 + dx * 0.0016, 0.5 + dy * 0.0016, 1.02, roll * 0.08)


def night(shape: Shape) -> Iterator[Pixels]:
    """A dark town with lamps, slowly passed."""
    source = world(shape, dark=0.16)
    random = shape.random(4)
    for _ in range(40):
        at = int(random.integers(0, source.shape[1])), int(random.integers(source.shape[0] // 3, source.shape[0]))
        cv2.circle(source, at, max(2, shape.height // 150), (170, 220, 250), -1, cv2.LINE_AA)
    glow = cv2.GaussianBlur(source, (0, 0), shape.height / 60)
    source = np.asarray(cv2.addWeighted(source, 1, glow, 0.5, 0), np.uint8)
    return (shoot(source, shape, 0.45 + 0.08 * t, 0.5) for t in along(shape))


def fog(shape: Shape) -> Iterator[Pixels]:
    """A landscape in drifting fog, nearly without contrast."""
    source = world(shape)
    mist = clouds(shape.random(5), source.shape[1] * 2, source.shape[0], 32)
    for t in along(shape):
        offset = int(source.shape[1] * 0.3 * t)
        veil = 0.78 + 0.1 * mist[:, offset : offset + source.shape[1], None]
        yield shoot((source * (1 - veil) + 205 * veil).astype(np.uint8), shape, 0.45 + 0.06 * t, 0.5)


def whip(shape: Shape) -> Iterator[Pixels]:
    """A calm start, a very fast pan with motion blur, a calm end."""
    source = world(shape)
    wide = np.concatenate([source, source[:, ::-1], source], axis=1)

    def place(t: float) -> float:
        return 0.2 + 0.5 * ease(min(1, max(0, (t - 0.3) / 0.3))) + 0.02 * t

    for i in range(shape.frames):
        parts = [shoot(wide, shape, place((i + k / 8) / shape.frames), 0.5).astype(np.float32) for k in range(4)]
        yield np.mean(parts, axis=0).astype(np.uint8)


def chase(shape: Shape) -> Iterator[Pixels]:
    """Things that fly about quickly over a moving ground."""
    source, random = world(shape), shape.random(6)
    way = random.uniform(-1, 1, (14, 4))
    colours = random.uniform(0, 255, (14, 3))
    for t in along(shape):
        frame = shoot(source, shape, 0.4 + 0.2 * t, 0.5)
        for (x, y, vx, vy), colour in zip(way, colours, strict=True):
            at = int((x + vx * 4 * t) % 1 * shape.width), int((y + vy * 3 * t) % 1 * shape.height)
            cv2.circle(frame, at, shape.height // 14, tuple(float(v) for v in colour), -1, cv2.LINE_AA)
        yield frame


def follow(shape: Shape) -> Iterator[Pixels]:
    """A walker who stays in the middle while the ground passes."""
    source, random = world(shape), shape.random(7)
    coat = tuple(float(v) for v in random.uniform(20, 220, 3))
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.38 + 0.24 * t, 0.52)
        x, foot, unit = shape.width // 2, shape.height * 4 // 5, shape.height // 20
        swing = int(unit * np.sin(i * 0.5) * 1.2)
        for side in (swing, -swing):
            cv2.line(frame, (x, foot - 3 * unit), (x + side, foot), (30, 25, 40), max(2, unit // 2), cv2.LINE_AA)
        cv2.ellipse(frame, (x, foot - 5 * unit), (unit * 3 // 2, 3 * unit), 0, 0, 360, coat, -1, cv2.LINE_AA)
        cv2.circle(frame, (x, foot - 9 * unit), unit, (150, 180, 220), -1, cv2.LINE_AA)
        yield frame


def still(shape: Shape) -> Iterator[Pixels]:
    """A locked camera and nothing that moves."""
    frame = shoot(world(shape), shape, 0.5, 0.5)
    return (frame for _ in range(shape.frames))


def portrait(shape: Shape) -> Iterator[Pixels]:
    """A face that hardly moves before a ground out of focus; it blinks."""
    ground = cv2.GaussianBlur(shoot(world(shape), shape, 0.5, 0.5), (0, 0), shape.height / 40)
    size = shape.height // 4
    for i in range(shape.frames):
        frame = np.asarray(ground.copy(), np.uint8)
        x, y = shape.width // 2 + int(3 * np.sin(i / 17)), shape.height // 2 + int(2 * np.sin(i / 11))
        cv2.ellipse(frame, (x, y), (size * 3 // 4, size), 0, 0, 360, (140, 170, 215), -1, cv2.LINE_AA)
        cv2.ellipse(
            frame, (x, y - size * 2 // 3), (size * 4 // 5, size // 2), 0, 180, 360, (30, 45, 70), -1, cv2.LINE_AA
        )
        open_eye = 1 if i % 50 < 3 else size // 10
        for side in (-1, 1):
            cv2.ellipse(
                frame,
                (x + side * size // 3, y - size // 6),
                (size // 7, open_eye),
                0,
                0,
                360,
                (40, 30, 20),
                -1,
                cv2.LINE_AA,
            )
        cv2.ellipse(
            frame,
            (x, y + size // 2),
            (size // 4, size // 14 + int(size / 20 * (1 + np.sin(i / 3)))),
            0,
            0,
            360,
            (70, 60, 150),
            -1,
            cv2.LINE_AA,
        )
        yield frame


def grain(shape: Shape) -> Iterator[Pixels]:
    """A pan on coarse film."""
    random = shape.random(8)
    for frame in pan(shape):
        noise = random.normal(0, 9, (shape.height, shape.width, 1))
        yield np.clip(frame + noise, 0, 255).astype(np.uint8)


def horizon(shape: Shape) -> Iterator[Pixels]:
    """The sea: a straight line from side to side, exactly in the middle; a ship, waves."""
    random = shape.random(12)
    sea, sky = random.uniform(40, 110, 3), random.uniform(150, 240, 3)
    ripple = clouds(random, shape.width * 2, shape.height // 2, 4)
    middle = shape.height // 2
    for i, t in enumerate(along(shape)):
        frame = np.empty((shape.height, shape.width, 3), np.float32)
        frame[:middle] = sky - 30 * np.linspace(1, 0, middle)[:, None, None]
        waves = ripple[: shape.height - middle, i * 2 : i * 2 + shape.width]
        frame[middle:] = sea + 22 * waves[..., None]
        x = int(shape.width * (0.2 + 0.4 * t))
        cv2.rectangle(
            frame,
            (x, middle - shape.height // 12),
            (x + shape.width // 9, middle + shape.height // 60),
            (40, 40, 60),
            -1,
        )
        yield np.clip(frame, 0, 255).astype(np.uint8)


def doorway(shape: Shape) -> Iterator[Pixels]:
    """Dark walls with upright edges from top to bottom on both sides of a bright view, off the middle."""
    source = world(shape)
    wall = 36 + 8 * clouds(shape.random(13), shape.width, shape.height)
    left, right = int(shape.width * 0.21), int(shape.width * 0.7)
    for t in along(shape):
        frame = shoot(source, shape, 0.45 + 0.05 * t, 0.5)
        frame[:, :left] = wall[:, :left, None].astype(np.uint8)
        frame[:, right:] = (wall[:, right:, None] * 0.8).astype(np.uint8)
        yield frame


def rain(shape: Shape) -> Iterator[Pixels]:
    """A street in the rain."""
    source, random = world(shape, dark=0.6), shape.random(14)
    for t in along(shape):
        frame = shoot(source, shape, 0.47 + 0.03 * t, 0.5)
        veil = frame.copy()
        for x, y in zip(random.integers(0, shape.width, 160), random.integers(0, shape.height, 160), strict=True):
            cv2.line(veil, (int(x), int(y)), (int(x) + 2, int(y) + shape.height // 18), (210, 205, 200), 1, cv2.LINE_AA)
        yield np.asarray(cv2.addWeighted(frame, 0.6, veil, 0.4, 0), np.uint8)


def candle(shape: Shape) -> Iterator[Pixels]:
    """A room by candlelight that lives a little."""
    source, random = world(shape, dark=0.7), shape.random(15)
    light = cv2.blur(np.cumsum(random.normal(0, 0.02, (shape.frames, 1)), 0), (1, 7)).ravel()
    y, x = np.mgrid[0 : shape.height, 0 : shape.width]
    near = np.exp(-((x / shape.width - 0.5) ** 2 + (y / shape.height - 0.6) ** 2) * 5)[..., None]
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.48 + 0.02 * t, 0.5)
        yield np.clip(frame * (0.3 + near * (1 + np.clip(light[i], -0.15, 0.15))), 0, 255).astype(np.uint8)


def sunset(shape: Shape) -> Iterator[Pixels]:
    """A large smooth sky with a sun, dithered as a renderer would, and light that goes down slowly."""
    random = shape.random(16)
    y = np.linspace(0, 1, shape.height)[:, None, None]
    top, low = np.array([120, 60, 40]), np.array([70, 150, 245])
    for t in along(shape):
        frame = np.repeat((top * (1 - y) + low * y) * (1 - 0.25 * t), shape.width, axis=1)
        frame = frame + random.uniform(-0.7, 0.7, frame.shape[:2])[..., None]
        picture = np.clip(frame, 0, 255).astype(np.uint8)
        cv2.circle(
            picture,
            (shape.width * 2 // 3, int(shape.height * (0.5 + 0.2 * t))),
            shape.height // 9,
            (190, 230, 255),
            -1,
            cv2.LINE_AA,
        )
        cv2.rectangle(picture, (0, shape.height * 6 // 7), (shape.width, shape.height), (20, 22, 30), -1)
        yield picture
