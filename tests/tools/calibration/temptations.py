"""Clean clips that look a little like a defect: glass that mirrors, light that lives, soft lenses, time run fast."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape, along, clouds, ease, shoot, world


def shop_window(shape: Shape) -> Iterator[Pixels]:
    """A street is mirrored in a window that the camera passes."""
    inside, street = world(shape, 90, 0.8), world(shape, 91)
    for t in along(shape):
        behind = shoot(inside, shape, 0.45 + 0.08 * t, 0.5, 1.1)
        yield np.asarray(cv2.addWeighted(behind, 0.8, shoot(street, shape, 0.55 - 0.12 * t, 0.5), 0.3, 0), np.uint8)


def bus_in_glass(shape: Shape) -> Iterator[Pixels]:
    """A locked view through glass in which the mirror image of a bus passes."""
    view, bus = shoot(world(shape), shape, 0.5, 0.5), world(shape, 92)
    random = shape.random(92)
    for t in along(shape):
        at = int(shape.width * (1.3 - 2.6 * t))
        veil = np.zeros((shape.height, shape.width, 1), np.float32)
        veil[shape.height // 4 : shape.height * 3 // 4, max(0, at) : max(0, at + shape.width)] = 0.28
        seen = view * (1 - veil * 0.3) + shoot(bus, shape, 0.5 + 0.3 * t, 0.5) * veil
        yield np.clip(seen + random.normal(0, 1, (shape.height, shape.width, 1)), 0, 255).astype(np.uint8)


def dappled(shape: Shape) -> Iterator[Pixels]:
    """Driven along under trees: sun and shade by turns."""
    source, random = world(shape), shape.random(93)
    shade = clouds(random, shape.width * 4, 8, 8)[4]
    for i, t in enumerate(along(shape)):
        light = 0.8 + 0.3 * float(shade[i * 6 : i * 6 + shape.width // 2].mean())
        patch = 0.85 + 0.25 * shade[None, i * 12 : i * 12 + shape.width, None]
        yield np.clip(shoot(source, shape, 0.4 + 0.2 * t, 0.5) * light * patch, 0, 255).astype(np.uint8)


def headlights(shape: Shape) -> Iterator[Pixels]:
    """A car's light sweeps over a wall at night and goes."""
    wall = shoot(world(shape), shape, 0.5, 0.5).astype(np.float32)
    x = np.arange(shape.width)[None, :, None] / shape.width
    random = shape.random(94)
    for t in along(shape):
        beam = 0.12 + 0.9 * np.exp(-((x - (2.2 * t - 0.6)) ** 2) * 14)
        yield np.clip(wall * beam + random.normal(0, 1.5, (shape.height, shape.width, 1)), 0, 255).astype(np.uint8)


def sparks(shape: Shape) -> Iterator[Pixels]:
    """A grinder throws sparks in a dim hall."""
    source, random = world(shape, dark=0.4), shape.random(95)
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.48 + 0.03 * t, 0.5)
        for _ in range(int(40 + 30 * np.sin(i / 5))):
            angle, reach = random.uniform(-0.6, 0.5), random.uniform(0.05, 0.5)
            end = np.array([np.cos(angle), np.sin(angle)]) * reach * shape.width
            start = end * random.uniform(0.7, 0.95)
            foot = np.array([shape.width * 0.3, shape.height * 0.6])
            a, b = ((foot + part).astype(int) for part in (start, end))
            cv2.line(frame, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), (150, 220, 255), 1, cv2.LINE_AA)
        yield frame


def confetti(shape: Shape) -> Iterator[Pixels]:
    """Coloured paper falls thickly before a stage."""
    source, random = world(shape, dark=0.5), shape.random(96)
    bits, inks = random.uniform(0, 1, (300, 4)), random.uniform(30, 255, (300, 3))
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.5, 0.5, 1 + 0.1 * t)
        for (x, y, speed, phase), ink in zip(bits, inks, strict=True):
            at = (
                int((x + 0.02 * np.sin(i / 4 + 6 * phase)) * shape.width),
                int((y + i * 0.012 * (0.5 + speed)) % 1 * shape.height),
            )
            axes = max(1, shape.height // 70), max(1, int(shape.height / 70 * abs(np.sin(i / 3 + 9 * phase))))
            cv2.ellipse(frame, at, axes, 360 * phase, 0, 360, tuple(float(v) for v in ink), -1, cv2.LINE_AA)
        yield frame


def shaken_zoom(shape: Shape) -> Iterator[Pixels]:
    """A long lens that is pulled in by hand."""
    source, random = world(shape), shape.random(97)
    way = cv2.blur(random.normal(0, 1, (shape.frames, 2)), (1, 3))
    for t, (dx, dy) in zip(along(shape), way, strict=True):
        yield shoot(source, shape, 0.5 + 0.006 * float(dx), 0.5 + 0.006 * float(dy), 1 + 0.9 * ease(t))


def soft_portrait(shape: Shape) -> Iterator[Pixels]:
    """A face through a diffusing lens: sharp, with a veil of its own blurred light; the camera drifts."""
    source = world(shape)
    for i, t in enumerate(along(shape)):
        frame = cv2.GaussianBlur(shoot(source, shape, 0.47 + 0.04 * t, 0.5), (0, 0), shape.height / 50)
        face = shape.width // 2 + int(4 * np.sin(i / 13)), shape.height // 2
        cv2.ellipse(frame, face, (shape.height // 5, shape.height // 4), 0, 0, 360, (150, 175, 215), -1, cv2.LINE_AA)
        for side in (-1, 1):
            eye = face[0] + side * shape.height // 13, face[1] - shape.height // 20
            cv2.circle(frame, eye, shape.height // 40, (40, 30, 20), -1, cv2.LINE_AA)
            cv2.circle(frame, (eye[0] + 1, eye[1] - 1), max(1, shape.height // 160), (250, 250, 250), -1, cv2.LINE_AA)
        glow = cv2.GaussianBlur(frame, (0, 0), shape.height / 40)
        yield np.asarray(cv2.addWeighted(frame, 0.7, glow, 0.35, 0), np.uint8)


def bokeh(shape: Shape) -> Iterator[Pixels]:
    """Discs of light out of focus behind a sharp twig in the wind."""
    random = shape.random(98)
    discs, inks = random.uniform(0, 1, (40, 3)), random.uniform(60, 255, (40, 3))
    for i, t in enumerate(along(shape)):
        layer = np.full((shape.height, shape.width, 3), 22, np.float32)
        for (x, y, size), ink in zip(discs, inks, strict=True):
            disc = np.zeros_like(layer)
            at = int((x + 0.05 * t) % 1 * shape.width), int(y * shape.height)
            cv2.circle(
                disc, at, int(shape.height * (0.03 + 0.05 * size)), tuple(float(v) for v in ink), -1, cv2.LINE_AA
            )
            layer += 0.6 * disc
        frame = np.clip(cv2.GaussianBlur(layer, (0, 0), 2), 0, 255).astype(np.uint8)
        for k in range(9):
            foot = np.array([shape.width * 0.1 * k, shape.height])
            tip = foot + np.array([shape.width * 0.12 + 6 * np.sin(i / 6 + k), -shape.height * (0.4 + 0.04 * k)])
            cv2.line(frame, (int(foot[0]), int(foot[1])), (int(tip[0]), int(tip[1])), (30, 50, 40), 2, cv2.LINE_AA)
        yield frame


def underwater(shape: Shape) -> Iterator[Pixels]:
    """A reef under moving webs of light, blue and hazy."""
    source, random = world(shape), shape.random(99)
    web = clouds(random, shape.width * 2, shape.height * 2, 8)
    for i, t in enumerate(along(shape)):
        a = web[i : i + shape.height, i * 2 : i * 2 + shape.width]
        b = web[shape.height - i : 2 * shape.height - i, 200 : 200 + shape.width]
        light = np.clip(1 - 5 * np.abs(a + b), 0, 1)[..., None]
        frame = shoot(source, shape, 0.45 + 0.06 * t, 0.5 + 0.01 * np.sin(i / 20)) * 0.55 + np.array([90, 60, 10])
        yield np.clip(frame + 45 * light, 0, 255).astype(np.uint8)


def on_threes(shape: Shape) -> Iterator[Pixels]:
    """A drawn figure that changes every third frame before a ground that pans on ones."""
    source = world(shape)
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.42 + 0.1 * t, 0.5)
        step = i // 3 * 3
        at = (
            int(shape.width * (0.2 + 0.5 * step / shape.frames)),
            int(shape.height * (0.6 - 0.08 * abs(np.sin(step / 4)))),
        )
        cv2.circle(frame, at, shape.height // 8, (60, 160, 240), -1, cv2.LINE_AA)
        cv2.circle(frame, at, shape.height // 8, (10, 10, 10), 3, cv2.LINE_AA)
        yield frame


def time_lapse(shape: Shape) -> Iterator[Pixels]:
    """Clouds race over a town while the light goes from noon to dusk."""
    view, random = shoot(world(shape), shape, 0.5, 0.5).astype(np.float32), shape.random(101)
    sky = clouds(random, shape.width * 4, shape.height, 8)
    fall = np.clip(1.2 - np.arange(shape.height)[:, None] / shape.height * 2, 0, 1)
    for i, t in enumerate(along(shape)):
        at = int(i * shape.width / 40)
        cover = (np.clip(sky[:, at : at + shape.width] * 2, 0, 1) * fall)[..., None]
        shade = 1 - 0.15 * float(cover.mean())
        yield np.clip((view * (1 - cover) + 235 * cover) * (1 - 0.5 * t) * shade, 0, 255).astype(np.uint8)


def fast_crowd(shape: Shape) -> Iterator[Pixels]:
    """A crossing filmed slowly and shown fast: walkers are streaks of several places."""
    view, random = shoot(world(shape), shape, 0.5, 0.6), shape.random(102)
    start, speed, coats = (
        random.uniform(0, 1, (40, 2)),
        random.uniform(-2, 2, (40, 2)),
        random.uniform(20, 230, (40, 3)),
    )
    unit = max(2, shape.height // 40)
    for t in along(shape):
        total = np.zeros(view.shape, np.float32)
        for k in range(4):
            frame, s = view.copy(), t + k / 8 / shape.frames
            for (x, y), (vx, vy), coat in zip(start, speed, coats, strict=True):
                at = int((x + vx * s) % 1 * shape.width), int((0.35 + 0.6 * ((y + 0.3 * vy * s) % 1)) * shape.height)
                cv2.ellipse(frame, at, (unit, 2 * unit), 0, 0, 360, tuple(float(v) for v in coat), -1, cv2.LINE_AA)
            total += frame
        yield (total / 4).astype(np.uint8)


def passing_train(shape: Shape) -> Iterator[Pixels]:
    """A train with lit windows rushes past close to the camera for a second, then the view is free again."""
    source, random = world(shape), shape.random(103)
    cars = np.full((shape.height, shape.width * 12, 3), (70, 60, 110), np.uint8)
    for x in range(0, cars.shape[1], shape.width // 5):
        ink = tuple(float(v) for v in random.uniform(120, 250, 3))
        right = x + shape.width // 8
        cv2.rectangle(cars, (x, shape.height // 4), (right, shape.height // 2), ink, -1)
    step, begins = shape.width // 6, shape.frames // 3
    for i, t in enumerate(along(shape)):
        frame = shoot(source, shape, 0.48 + 0.03 * t, 0.5)
        head = (i - begins) * step
        if 0 < head < 9 * shape.width:
            left, right = max(0, shape.width - head), min(shape.width, 8 * shape.width + shape.width - head)
            if right > left:
                begin = max(0, head - shape.width) + (left - max(0, shape.width - head))
                part = cars[:, begin : begin + right - left]
                blurred = cv2.blur(part, (max(3, step // 3), 1))
                frame[shape.height // 8 :, left : left + blurred.shape[1]] = blurred[shape.height // 8 :]
        yield frame


def door_opens(shape: Shape) -> Iterator[Pixels]:
    """From a dark room a door is thrown open within five frames; daylight comes in."""
    room, outside = world(shape, 104, 0.22), world(shape, 105)
    begins = shape.frames // 3
    for i, t in enumerate(along(shape)):
        frame = shoot(room, shape, 0.48 + 0.02 * t, 0.5)
        open_by = ease(min(1.0, max(0.0, (i - begins) / 5)))
        wide = int(shape.width * 0.3 * open_by)
        left = int(shape.width * 0.35)
        frame = np.clip(frame * (1 + open_by), 0, 255).astype(np.uint8)
        if wide:
            frame[shape.height // 6 :, left : left + wide] = shoot(outside, shape, 0.5, 0.5)[
                shape.height // 6 :, left : left + wide
            ]
        yield frame


def club(shape: Shape) -> Iterator[Pixels]:
    """Beams of colour swing slowly over dancers in the dark."""
    source, random = world(shape, dark=0.35), shape.random(106)
    inks, phase = random.uniform(0.2, 1.6, (4, 3)), random.uniform(0, 6, 4)
    x = np.arange(shape.width)[None, :, None] / shape.width
    for i, t in enumerate(along(shape)):
        light = 0.5 + sum(
            ink * np.exp(-((x - 0.5 - 0.5 * np.sin(i / 14 + p)) ** 2) * 40) for ink, p in zip(inks, phase, strict=True)
        )
        frame = shoot(source, shape, 0.48 + 0.03 * t, 0.55 + 0.004 * abs(np.sin(i / 4)))
        yield np.clip(frame * light, 0, 255).astype(np.uint8)


def curtain(shape: Shape) -> Iterator[Pixels]:
    """A thin curtain moves before a window; the view behind it is seen through it."""
    source, random = world(shape), shape.random(107)
    folds = clouds(random, shape.width * 2, 8, 8)[4]
    for i, t in enumerate(along(shape)):
        at = int(30 + 25 * np.sin(i / 12))
        veil = np.clip(0.45 + 0.5 * folds[at : at + shape.width], 0.15, 0.8)[None, :, None]
        yield (shoot(source, shape, 0.47 + 0.03 * t, 0.5) * (1 - veil) + 225 * veil).astype(np.uint8)


def cloth(shape: Shape) -> Iterator[Pixels]:
    """A close look at cloth that the camera glides over slowly: even threads all over the picture."""
    random = shape.random(108)
    y, x = np.mgrid[0 : shape.height * 3 // 2, 0 : shape.width * 3 // 2].astype(np.float32)
    weave = 35 * np.sin(x / 2.1) * np.sin(y / 2.3) + 30 * clouds(random, x.shape[1], x.shape[0], 6)
    linen = np.clip(random.uniform(70, 180, 3) + weave[..., None], 0, 255).astype(np.uint8)
    return (shoot(linen, shape, 0.45 + 0.08 * t, 0.5, 1.0, 2.0) for t in along(shape))
