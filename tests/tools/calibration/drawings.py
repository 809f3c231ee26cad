"""Clean clips that are drawn: ink, flat colours, lettering, screens."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape, along, clouds, shoot


def line_art(shape: Shape) -> Iterator[Pixels]:
    """Ink on paper, zoomed slowly."""
    random = shape.random(10)
    paper = np.full((shape.height * 3 // 2, shape.width * 3 // 2, 3), 244, np.uint8)
    for _ in range(60):
        points = np.cumsum(random.normal(0, shape.height / 22, (24, 2)), 0)
        points = (points + random.uniform(0, 1, 2) * [paper.shape[1], paper.shape[0]]).astype(np.int32)
        cv2.polylines(paper, [points], False, (25, 25, 25), max(1, shape.height // 250), cv2.LINE_AA)
    return (shoot(paper, shape, 0.5, 0.5 + 0.02 * t, 1 + 0.12 * t) for t in along(shape))


def flat_art(shape: Shape) -> Iterator[Pixels]:
    """Flat colours with hard edges that pass at different speeds, as in paper animation."""
    random = shape.random(11)
    tones = [tuple(float(v) for v in random.uniform(40, 230, 3)) for _ in range(5)]
    ridges = [clouds(random, shape.width * 2, 8, 24)[3] for _ in range(4)]
    for t in along(shape):
        frame = np.full((shape.height, shape.width, 3), tones[0], np.uint8)
        for layer, (ridge, tone) in enumerate(zip(ridges, tones[1:], strict=True)):
            start = int(t * shape.width * 0.12 * (layer + 1))
            line = shape.height * (0.4 + 0.14 * layer) + shape.height * 0.12 * ridge[start : start + shape.width]
            frame[np.arange(shape.height)[:, None] > line[None]] = tone
        yield frame


def cartoon(shape: Shape) -> Iterator[Pixels]:
    """Flat colours with black outlines; a figure walks over a ground that stands, each drawing shown twice."""
    random = shape.random(61)
    ground = np.empty((shape.height, shape.width, 3), np.uint8)
    ground[:] = random.uniform(120, 250, 3).astype(np.uint8)
    hills = (shape.height * (0.6 + 0.12 * clouds(random, shape.width, 8, 16)[3])).astype(int)
    ground[np.arange(shape.height)[:, None] > hills[None]] = random.uniform(40, 180, 3).astype(np.uint8)
    for x in range(1, shape.width):
        cv2.line(ground, (x - 1, int(hills[x - 1])), (x, int(hills[x])), (10, 10, 10), max(1, shape.height // 200))
    coat = tuple(float(v) for v in random.uniform(60, 255, 3))
    for i in range(shape.frames):
        frame, drawing, unit = ground.copy(), i // 2 * 2, shape.height // 16
        x, y = int(shape.width * (0.1 + 0.8 * drawing / shape.frames)), int(shape.height * 0.62)
        swing = int(unit * np.sin(drawing * 0.5))
        for side in (swing, -swing):
            cv2.line(frame, (x, y + 2 * unit), (x + side, y + 5 * unit), (10, 10, 10), max(2, unit // 3), cv2.LINE_AA)
        for part, size, tone in (((x, y), (unit, 2 * unit), coat), ((x, y - 3 * unit), (unit, unit), (170, 200, 240))):
            cv2.ellipse(frame, part, size, 0, 0, 360, tone, -1, cv2.LINE_AA)
            cv2.ellipse(frame, part, size, 0, 0, 360, (10, 10, 10), max(1, unit // 8), cv2.LINE_AA)
        yield frame


def title_card(shape: Shape) -> Iterator[Pixels]:
    """White lettering on black that fades in, stands, and fades out."""
    card = np.zeros((shape.height, shape.width, 3), np.uint8)
    scale = shape.height / 360
    for row, text in enumerate(("THE LIGHTHOUSE", "a film in four parts")):
        (wide, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale * (1.2 - 0.5 * row), 2)
        place = (shape.width - wide) // 2, int(shape.height * (0.48 + 0.14 * row))
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(card, text, place, font, scale * (1.2 - 0.5 * row), (235, 235, 235), 2, cv2.LINE_AA)
    length = max(6, shape.frames // 6)
    for i in range(shape.frames):
        light = min(1.0, (i + 1) / length, (shape.frames - i) / length)
        yield (card * light).astype(np.uint8)


def credits(shape: Shape) -> Iterator[Pixels]:
    """Small lettering rolls up on black, a whole number of pixels a frame."""
    random = shape.random(62)
    roll = np.zeros((shape.height * 3, shape.width, 3), np.uint8)
    for y in range(shape.height // 3, shape.height * 3, max(14, shape.height // 12)):
        text = "".join(random.choice(list("ABCDEFGHIKLMNOPRSTUVW ")) for _ in range(int(random.integers(12, 26))))
        place = int(shape.width * 0.3), y
        cv2.putText(roll, text, place, cv2.FONT_HERSHEY_SIMPLEX, shape.height / 720, (225, 225, 225), 1, cv2.LINE_AA)
    step = max(1, shape.height // 240)
    return (roll[i * step : i * step + shape.height] for i in range(shape.frames))


def screen(shape: Shape) -> Iterator[Pixels]:
    """A recording of a program: bars along the edges, a list, and text that is typed."""
    random = shape.random(63)
    page = np.full((shape.height, shape.width, 3), 246, np.uint8)
    page[: shape.height // 14] = (90, 70, 50)
    page[shape.height // 14 :, : shape.width // 5] = (228, 224, 220)
    rows = np.arange(shape.height // 7, shape.height * 9 // 10, max(10, shape.height // 18))
    for y in rows:
        end = int(shape.width * random.uniform(0.06, 0.16))
        cv2.line(page, (shape.width // 40, int(y)), (end, int(y)), (120, 120, 120), max(2, shape.height // 120))
    for i in range(shape.frames):
        typed = i * 3
        for line, y in enumerate(rows):
            length = min(60, max(0, typed - 60 * line))
            if length:
                left = shape.width // 4
                cv2.line(
                    page, (left, int(y)), (left + int(shape.width * 0.68 * length / 60), int(y)), (60, 60, 60),
                    max(2, shape.height // 110), cv2.LINE_4,
                )  # fmt: skip
        frame = page.copy()
        pointer = int(shape.width * (0.5 + 0.3 * np.sin(i / 20))), int(shape.height * (0.5 + 0.2 * np.cos(i / 17)))
        cv2.circle(frame, pointer, max(2, shape.height // 80), (0, 0, 0), -1, cv2.LINE_AA)
        yield frame


def puppet(shape: Shape) -> Iterator[Pixels]:
    """Stop motion: figures of clay that are moved a little every third frame, the light a trifle uneven."""
    random = shape.random(64)
    table = np.clip(120 + 30 * clouds(random, shape.width, shape.height)[..., None] + [10, 0, -20], 0, 255)
    place, light = random.uniform(0.3, 0.7, (3, 2)), 1.0
    colours = random.uniform(40, 230, (3, 3))
    for i in range(shape.frames):
        if i % 3 == 0:
            place = place + random.uniform(-0.008, 0.012, (3, 2))
            light = 1 + random.uniform(-0.004, 0.004)
        frame = table * light
        for (x, y), colour in zip(place, colours, strict=True):
            at = int(x * shape.width), int(y * shape.height)
            cv2.circle(frame, at, shape.height // 10, tuple(float(v) for v in colour), -1, cv2.LINE_AA)
            cv2.circle(frame, (at[0] - 8, at[1] - 8), shape.height // 40, (250, 250, 250), -1, cv2.LINE_AA)
        yield np.clip(frame, 0, 255).astype(np.uint8)
