"""Clean clips that are hard for their light and weather: snow, water, fire, smoke, glare, darkness."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape, along, clouds, shoot, world


def snow(shape: Shape) -> Iterator[Pixels]:
    """Large flakes fall before a bright landscape."""
    source, random = world(shape), shape.random(41)
    source = np.asarray(cv2.addWeighted(source, 0.6, np.full_like(source, 225), 0.4, 0), np.uint8)
    flakes = random.uniform(0, 1, (220, 4))
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.48 + 0.03 * t, 0.5)
        for x, y, depth, phase in flakes:
            radius = max(1, int(shape.height * (0.002 + 0.008 * depth**3)))
            fall = (y + i * (0.004 + 0.012 * depth)) % 1
            sway = x + 0.01 * np.sin(i / 9 + 6 * phase)
            at = int(sway * shape.width), int(fall * shape.height)
            cv2.circle(frame, at, radius, (250, 248, 245), -1, cv2.LINE_AA)
        yield frame


def water(shape: Shape) -> Iterator[Pixels]:
    """The surface of a lake: waves in several directions, and glints that come and go."""
    random = shape.random(42)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32) / shape.height
    ways = random.uniform(-1, 1, (7, 2)) * random.uniform(8, 60, (7, 1))
    deep = random.uniform(30, 110, 3)
    ripple = clouds(random, shape.width * 2, shape.height)[..., None]
    for i in range(shape.frames):
        near = 0.3 + y
        level = sum(
            np.sin((x * wx + y * wy) / near + i * (0.08 + 0.03 * k)) / (k + 1.5) for k, (wx, wy) in enumerate(ways)
        )
        frame = deep + 26 * np.asarray(level)[..., None] + 40 * (1 - y[..., None])
        frame = frame + 34 * y[..., None] * ripple[:, i * 2 : i * 2 + shape.width]
        frame = frame + 190 * np.clip(6 * np.asarray(level) - 8, 0, 1)[..., None]
        yield np.clip(frame, 0, 255).astype(np.uint8)


def lake(shape: Shape) -> Iterator[Pixels]:
    """Hills over a straight shore below the middle, mirrored in slightly moving water."""
    source, random = world(shape), shape.random(43)
    shore = int(shape.height * random.uniform(0.56, 0.64))
    rows = np.arange(shape.height - shore)
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.45 + 0.04 * t, 0.45)
        mirror = frame[shore - 1 - np.minimum(rows, shore - 1)].astype(np.float32)
        for row in rows:
            mirror[row] = np.roll(mirror[row], int(3 * np.sin(row / 4 + i / 5)), axis=0)
        frame[shore:] = (mirror * 0.6 + 20).astype(np.uint8)
        yield frame


def campfire(shape: Shape) -> Iterator[Pixels]:
    """A fire at night: flames leap, and the faces of things around it get brighter and darker with them."""
    source, random = world(shape, dark=0.8), shape.random(44)
    beat = cv2.blur(random.normal(0, 1, (shape.frames + 8, 1)), (1, 3)).ravel()
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    near = np.exp(-(((x / shape.width - 0.5) * 1.6) ** 2 + (y / shape.height - 0.75) ** 2) * 5)[..., None]
    view = shoot(source, shape, 0.5, 0.5).astype(np.float32)
    tongues = random.uniform(0, 6, 9)
    for i in range(shape.frames):
        light = 0.55 + 0.09 * np.clip(beat[i], -1.2, 1.2)
        frame = view * (0.08 + near * light * np.array([0.5, 0.8, 1.1]))
        for k, phase in enumerate(tongues):
            high = shape.height * (0.1 + 0.06 * np.sin(i * 0.7 + phase) + 0.05 * np.sin(i * 1.9 + 2 * phase))
            foot = int(shape.width * (0.42 + 0.02 * k)), int(shape.height * 0.82)
            top = foot[0] + int(5 * np.sin(i * 0.9 + phase)), int(foot[1] - high)
            cv2.line(frame, foot, top, (40, 150 + 8 * k, 250), max(3, shape.width // 60), cv2.LINE_AA)
        yield np.clip(cv2.GaussianBlur(frame, (0, 0), 0.8), 0, 255).astype(np.uint8)


def smoke(shape: Shape) -> Iterator[Pixels]:
    """Smoke drifts thickly through a landscape and clears again."""
    source, random = world(shape), shape.random(45)
    veil = np.clip(0.4 + clouds(random, shape.width * 3, shape.height, 16), 0, 1)[..., None]
    for t in along(shape):
        at = int(shape.width * 1.9 * t)
        cover = veil[:, at : at + shape.width] * 0.9 * np.sin(np.pi * t)
        yield (shoot(source, shape, 0.48 + 0.03 * t, 0.5) * (1 - cover) + 190 * cover).astype(np.uint8)


def backlight(shape: Shape) -> Iterator[Pixels]:
    """Black figures walk before a blinding sky; the sun flares as they pass it."""
    random = shape.random(46)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    sun = np.exp(-(((x / shape.width - 0.55) * 1.7) ** 2 + (y / shape.height - 0.45) ** 2) * 9)[..., None]
    ridge = shape.height * (0.72 + 0.06 * clouds(random, shape.width, 8, 16)[3])
    ground = np.arange(shape.height)[:, None] > ridge[None]
    for i, t in enumerate(along(shape)):
        frame = np.clip(150 + 160 * sun * np.array([0.8, 0.95, 1.0]), 0, 255).astype(np.uint8)
        frame[ground] = (14, 12, 16)
        for k in range(3):
            foot = int(shape.width * (0.1 + 0.22 * k + 0.4 * t)), int(shape.height * 0.76)
            unit = shape.height // 22
            for side in (1, -1):
                step = int(side * unit * np.sin(i * 0.45 + k))
                cv2.line(frame, (foot[0], foot[1] - 3 * unit), (foot[0] + step, foot[1]), (12, 12, 14), unit // 2 + 1)
            middle = foot[0], foot[1] - 5 * unit
            cv2.ellipse(frame, middle, (unit, 3 * unit), 0, 0, 360, (12, 12, 14), -1, cv2.LINE_AA)
            cv2.circle(frame, (foot[0], foot[1] - 9 * unit), unit, (12, 12, 14), -1, cv2.LINE_AA)
        yield frame


def starfield(shape: Shape) -> Iterator[Pixels]:
    """Space: small stars on black that come nearer."""
    random = shape.random(47)
    stars = random.uniform(-1, 1, (500, 2)) * random.uniform(0.1, 1, (500, 1))
    for t in along(shape):
        frame = np.zeros((shape.height, shape.width, 3), np.uint8)
        for x, y in stars * (1 + 0.5 * t):
            at = int((0.5 + x / 2) * shape.width), int((0.5 + y / 2) * shape.height)
            cv2.circle(frame, at, max(1, shape.height // 400), (235, 235, 235), -1, cv2.LINE_AA)
        yield frame


def fireworks(shape: Shape) -> Iterator[Pixels]:
    """Rockets burst in the night sky, and the light of each goes out slowly."""
    random = shape.random(48)
    town = shoot(world(shape, dark=0.12), shape, 0.5, 0.5).astype(np.float32)
    bursts = [
        (8 + k * 17, random.uniform(0.2, 0.8), random.uniform(0.15, 0.5), random.uniform(80, 255, 3)) for k in range(6)
    ]
    for i in range(shape.frames):
        frame = town.copy()
        for begins, x, y, colour in bursts:
            age = i - begins
            if not 0 <= age < 30:
                continue
            light = np.exp(-age / 9)
            frame += town * light * 0.3
            for angle in np.linspace(0, 6.28, 40):
                reach = shape.height * 0.22 * (1 - np.exp(-age / 6)) * (0.7 + 0.3 * np.sin(5 * angle))
                at = (
                    int(x * shape.width + reach * np.cos(angle)),
                    int(y * shape.height + reach * np.sin(angle) + age**2 / 16),
                )
                cv2.circle(
                    frame, at, max(1, shape.height // 180), tuple(float(v * light) for v in colour), -1, cv2.LINE_AA
                )
        yield np.clip(frame, 0, 255).astype(np.uint8)


def lamp_goes_on(shape: Shape) -> Iterator[Pixels]:
    """A dark room in which somebody switches the light on, and it stays on."""
    source, random = world(shape), shape.random(49)
    at = int(shape.frames * random.uniform(0.35, 0.65))
    for i, t in enumerate(along(shape)):
        light = 0.25 if i < at else min(1.0, 0.6 + 0.2 * (i - at))
        yield (shoot(source, shape, 0.48 + 0.03 * t, 0.5) * light).astype(np.uint8)


def leaves(shape: Shape) -> Iterator[Pixels]:
    """Foliage in the wind: fine detail everywhere, all of it trembling."""
    random = shape.random(50)
    wide, high = shape.width + 40, shape.height + 40
    tree = np.zeros((high, wide, 3), np.uint8)
    tree[:] = (30, 60, 35)
    for _ in range(5000):
        at = int(random.integers(0, wide)), int(random.integers(0, high))
        size = int(random.integers(2, max(3, shape.height // 50)))
        tone = random.uniform(0.4, 1.3)
        colour = (40 * tone, 130 * tone, 75 * tone)
        cv2.ellipse(tree, at, (size, size // 2 + 1), float(random.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    for i in range(shape.frames):
        sway = 3 * np.sin(i / 6 + x / 60) + 2 * np.sin(i / 3 + y / 25)
        yield np.asarray(cv2.remap(tree, x + 20 + sway, y + 20 + sway / 2, cv2.INTER_LINEAR), np.uint8)


def high_key(shape: Shape) -> Iterator[Pixels]:
    """Nearly all of it white: a pan over a bright room."""
    source = world(shape)
    source = np.asarray(235 + (source.astype(np.float32) - 128) * 0.13, np.uint8)
    return (shoot(source, shape, 0.42 + 0.12 * t, 0.5) for t in along(shape))


def low_key(shape: Shape) -> Iterator[Pixels]:
    """Nearly all of it black: a figure at the edge of a lamp's light."""
    source, random = world(shape, dark=0.35), shape.random(51)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    spot = np.exp(-(((x / shape.width - 0.62) * 3) ** 2 + ((y / shape.height - 0.5) * 2.2) ** 2) * 2)[..., None]
    for t in along(shape):
        frame = shoot(source, shape, 0.47 + 0.05 * t, 0.5) * spot + random.normal(0, 1, (shape.height, shape.width, 1))
        yield np.clip(frame + 3, 0, 255).astype(np.uint8)


def saturated(shape: Shape) -> Iterator[Pixels]:
    """A street of neon signs: full colours, hard edges, a slow pan."""
    source, random = world(shape, dark=0.3), shape.random(52)
    for _ in range(60):
        x, y = int(random.integers(0, source.shape[1])), int(random.integers(0, source.shape[0]))
        colour = tuple(float(v) for v in np.roll([255, random.uniform(0, 120), 0], int(random.integers(0, 3))))
        wide = int(random.integers(8, max(9, shape.width // 10)))
        cv2.rectangle(source, (x, y), (x + wide, y + shape.height // 20), colour, -1 if random.random() < 0.5 else 3)
    return (shoot(source, shape, 0.42 + 0.14 * t, 0.5) for t in along(shape))


def black_and_white(shape: Shape) -> Iterator[Pixels]:
    """An old film: grey, grainy, its light breathing a little."""
    source, random = cv2.cvtColor(world(shape), cv2.COLOR_BGR2GRAY), shape.random(53)
    grey = np.asarray(cv2.cvtColor(source, cv2.COLOR_GRAY2BGR), np.uint8)
    for i, t in enumerate(along(shape)):
        frame = shoot(grey, shape, 0.44 + 0.1 * t, 0.5) * (1 + 0.01 * np.sin(i / 5))
        yield np.clip(frame + random.normal(0, 7, (shape.height, shape.width, 1)), 0, 255).astype(np.uint8)
