"""Clean clips full of straight lines, frames within the frame and lettering that belongs to what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Shape, along, clouds, shoot, world


def window(shape: Shape) -> Iterator[Pixels]:
    """A window in a dark wall, with a cross of bars in its middle; it snows, and the camera stands."""
    view, random = shoot(world(shape), shape, 0.5, 0.5), shape.random(91)
    wall, side = 80 + 25 * clouds(random, shape.width, shape.height), shape.height // 9
    within = slice(side, shape.height - side), slice(side, shape.width - side)
    bar, flakes = shape.height // 40, random.uniform(0, 1, (120, 3))
    wood = tuple(float(v) for v in random.uniform(40, 210, 3))
    for i in range(shape.frames):
        frame = view.copy()
        for x, y, depth in flakes:
            at = int(x * shape.width), int((y + i * (0.004 + 0.012 * depth)) % 1 * shape.height)
            cv2.circle(frame, at, max(1, int(shape.height * 0.008 * depth)), (250, 248, 245), -1, cv2.LINE_AA)
        middle = shape.width // 2, shape.height // 2
        cv2.rectangle(frame, (middle[0] - bar, 0), (middle[0] + bar, shape.height), wood, -1)
        cv2.rectangle(frame, (0, middle[1] - bar), (shape.width, middle[1] + bar), wood, -1)
        room = np.repeat(wall[..., None], 3, axis=2).astype(np.uint8)
        room[within] = frame[within]
        yield room


def shelves(shape: Shape) -> Iterator[Pixels]:
    """A wall of books that the camera passes slowly: boards from side to side, upright spines."""
    random = shape.random(92)
    wall = np.full((shape.height * 3 // 2, shape.width * 3 // 2, 3), 40, np.uint8)
    step = wall.shape[0] // 5
    for top in range(0, wall.shape[0], step):
        x = 0
        while x < wall.shape[1]:
            wide, high = int(random.integers(6, 26) * shape.height / 360), int(step * random.uniform(0.55, 0.85))
            colour = tuple(float(v) for v in random.uniform(20, 220, 3))
            cv2.rectangle(wall, (x, top + step - high), (x + wide - 1, top + step), colour, -1)
            x += wide
        cv2.rectangle(wall, (0, top), (wall.shape[1], top + step // 12), (60, 90, 130), -1)
    grain = 8 * clouds(random, wall.shape[1], wall.shape[0])[..., None]
    wall = np.clip(wall + grain, 0, 255).astype(np.uint8)
    return (shoot(wall, shape, 0.42 + 0.14 * t, 0.5) for t in along(shape))


def fence(shape: Shape) -> Iterator[Pixels]:
    """Upright pickets from top to bottom before a field; somebody walks behind them, the camera stands."""
    view, random = shoot(world(shape), shape, 0.5, 0.5), shape.random(93)
    coat, every = tuple(float(v) for v in random.uniform(20, 230, 3)), shape.width // 9
    for t in along(shape):
        frame = view.copy()
        at = int(shape.width * (-0.1 + 1.2 * t)), int(shape.height * 0.6)
        cv2.ellipse(frame, at, (shape.height // 14, shape.height // 5), 0, 0, 360, coat, -1, cv2.LINE_AA)
        for x in range(every // 3, shape.width, every):
            cv2.rectangle(frame, (x, 0), (x + every // 3, shape.height), (205, 215, 220), -1)
        yield frame


def tiles(shape: Shape) -> Iterator[Pixels]:
    """A tiled wall, exactly upright, and the shadow of a hand that passes over it; the camera stands."""
    random = shape.random(94)
    cell = shape.height // 6
    wall = np.zeros((shape.height, shape.width, 3), np.float32)
    for y in range(0, shape.height, cell):
        for x in range(0, shape.width, cell):
            wall[y : y + cell - 2, x : x + cell - 2] = random.uniform(150, 235) + random.uniform(-8, 8, 3)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    for t in along(shape):
        shade = np.exp(-(((x / shape.width - t) * 5) ** 2 + ((y / shape.height - 0.5) * 3) ** 2))
        yield np.clip(wall * (1 - 0.5 * shade[..., None]), 0, 255).astype(np.uint8)


def bricks(shape: Shape) -> Iterator[Pixels]:
    """Along a wall of bricks, held by hand."""
    random = shape.random(95)
    wall = np.full((shape.height * 3 // 2, shape.width * 3 // 2, 3), 150, np.uint8)
    high = max(6, shape.height // 18)
    for row, y in enumerate(range(0, wall.shape[0], high)):
        for x in range(-high * 2 * (row % 2) // 2, wall.shape[1], high * 2):
            colour = np.array([60, 75, 150]) + random.uniform(-25, 25)
            cv2.rectangle(wall, (x + 1, y + 1), (x + high * 2 - 2, y + high - 2), tuple(map(float, colour)), -1)
    for i, t in enumerate(along(shape)):
        yield shoot(wall, shape, 0.43 + 0.14 * t, 0.5 + 0.002 * np.sin(i / 5), 1, 0.15 * np.sin(i / 9))


def court(shape: Shape) -> Iterator[Pixels]:
    """A tennis court straight from above: white lines from side to side, a ball and two players."""
    random = shape.random(96)
    ground = np.empty((shape.height, shape.width, 3), np.float32)
    ground[:] = random.uniform(50, 150, 3)
    ground += 5 * clouds(random, shape.width, shape.height)[..., None]
    thick = max(2, shape.height // 150)
    lawn = np.clip(ground, 0, 255).astype(np.uint8)
    for x in (0.12, 0.3, 0.5, 0.7, 0.88):
        cv2.line(lawn, (int(x * shape.width), 0), (int(x * shape.width), shape.height), (240, 240, 240), thick)
    for y in (0.1, 0.5, 0.9):
        cv2.line(lawn, (0, int(y * shape.height)), (shape.width, int(y * shape.height)), (240, 240, 240), thick)
    for i, t in enumerate(along(shape)):
        frame = lawn.copy()
        ball = int(shape.width * (0.5 + 0.4 * np.sin(i / 8))), int(shape.height * (0.5 + 0.2 * np.sin(i / 13)))
        cv2.circle(frame, ball, shape.height // 60, (60, 240, 230), -1, cv2.LINE_AA)
        for side, phase in ((0.16, 0), (0.84, 2)):
            at = int(side * shape.width), int(shape.height * (0.5 + 0.25 * np.sin(4 * t + phase)))
            cv2.circle(frame, at, shape.height // 25, (40, 40, 200), -1, cv2.LINE_AA)
        yield frame


def book_page(shape: Shape) -> Iterator[Pixels]:
    """A printed page in two columns, slowly neared."""
    random = shape.random(97)
    page = np.full((shape.height * 3 // 2, shape.width * 3 // 2, 3), (215, 235, 242), np.uint8)
    line = max(10, shape.height // 22)
    for y in range(line * 2, page.shape[0] - line, line):
        for column in range(2):
            left = int(page.shape[1] * (0.06 + 0.48 * column))
            text = "".join(random.choice(list("abcdefghiklmnoprstuv   ")) for _ in range(34))
            size = shape.height / 900
            cv2.putText(page, text, (left, y), cv2.FONT_HERSHEY_COMPLEX, size, (30, 30, 30), 1, cv2.LINE_AA)
    return (shoot(page, shape, 0.5, 0.45 + 0.1 * t, 1 + 0.2 * t, 0.4) for t in along(shape))


def television(shape: Shape) -> Iterator[Pixels]:
    """A television set in a dim room; the film on it moves, the camera stands, a lamp flickers a little."""
    random = shape.random(98)
    room = (shoot(world(shape, 3, 0.3), shape, 0.5, 0.5) * 0.6 + 12).astype(np.uint8)
    room = np.asarray(cv2.GaussianBlur(room, (0, 0), shape.height / 90), np.uint8)
    part = Shape(shape.width * 2 // 5, shape.height * 2 // 5, shape.frames, shape.seed + 1)
    source, left, top = world(part), int(shape.width * random.uniform(0.2, 0.4)), shape.height // 4
    rim = shape.height // 45
    for t in along(shape):
        frame = room.copy()
        corner = left + part.width + rim, top + part.height + rim
        cv2.rectangle(frame, (left - rim, top - rim), corner, (18, 18, 18), -1)
        frame[top : top + part.height, left : left + part.width] = shoot(source, part, 0.4 + 0.2 * t, 0.5)
        yield frame


def mirror(shape: Shape) -> Iterator[Pixels]:
    """A woman before a tall mirror that fills the right of the picture to its full height; she sways in both."""
    random = shape.random(99)
    wall: Any = 120 + 25 * clouds(random, shape.width, shape.height)[..., None] + random.uniform(-40, 40, 3)
    room = shoot(world(shape, 2, 0.7), shape, 0.5, 0.5)
    edge, rim = int(shape.width * 0.62), max(3, shape.height // 50)
    coat = tuple(float(v) for v in random.uniform(20, 220, 3))
    for i in range(shape.frames):
        frame = np.clip(wall, 0, 255).astype(np.uint8)
        frame[:, edge:] = cv2.GaussianBlur(room, (0, 0), 1.5)[:, edge:]
        frame[:, edge - rim : edge] = (40, 80, 110)
        sway = int(shape.height * 0.02 * np.sin(i / 8))
        for x, size in ((edge - shape.width // 6 + sway, 6), (edge + shape.width // 7 - sway, 8)):
            high = shape.height // size
            cv2.ellipse(frame, (x, shape.height * 3 // 4), (high // 2, high * 2), 0, 0, 360, coat, -1, cv2.LINE_AA)
            cv2.circle(frame, (x, shape.height * 3 // 4 - high * 5 // 2), high // 2, (150, 180, 220), -1, cv2.LINE_AA)
        yield frame


def stripes(shape: Shape) -> Iterator[Pixels]:
    """A striped curtain that moves in a draught."""
    random = shape.random(101)
    count, phase = int(random.integers(7, 15)), random.uniform(0, 6)
    one, other = random.uniform(20, 120, 3), random.uniform(140, 240, 3)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    for i in range(shape.frames):
        bent = x / shape.width + 0.012 * np.sin(i / 9 + phase + 2 * y / shape.height)
        edge = np.clip(np.sin(2 * np.pi * count * bent) * 8, -1, 1)[..., None] / 2 + 0.5
        fold = 18 * np.sin(14 * bent + i / 12)[..., None]
        yield np.clip(one * edge + other * (1 - edge) + fold, 0, 255).astype(np.uint8)


def chessboard(shape: Shape) -> Iterator[Pixels]:
    """A chessboard straight from above that fills the picture; one piece slides over it."""
    random = shape.random(102)
    cell_x, cell_y = shape.width / 8, shape.height / 8
    board = np.empty((shape.height, shape.width, 3), np.uint8)
    tones = random.uniform(30, 90, 3), random.uniform(160, 235, 3)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width]
    dark = ((x // cell_x + y // cell_y) % 2 < 1)[..., None]
    board[:] = np.where(dark, tones[0], tones[1]).astype(np.uint8)
    for t in along(shape):
        frame = board.copy()
        for row, column in ((1, 2), (6, 5), (4, 1)):
            at = int((column + 0.5) * cell_x), int((row + 0.5) * cell_y)
            cv2.circle(frame, at, int(cell_y / 3), (25, 25, 30), -1, cv2.LINE_AA)
        at = int(shape.width * (0.1 + 0.8 * t)), int(shape.height * (0.9 - 0.8 * t))
        cv2.circle(frame, at, int(cell_y / 3), (230, 230, 225), -1, cv2.LINE_AA)
        yield frame


def shop_sign(shape: Shape) -> Iterator[Pixels]:
    """A pan over a street with lettering on its houses: what is written belongs to the picture and moves with it."""
    source, random = world(shape), shape.random(103)
    for text in ("BAKERY", "HOTEL", "CINEMA", "BOOKS", "CAFE", "OPEN", "Nr. 42", "FISH"):
        at = int(random.uniform(0.1, 0.8) * source.shape[1]), int(random.uniform(0.3, 0.8) * source.shape[0])
        size = shape.height / 360 * random.uniform(0.6, 1.4)
        ink = tuple(float(v) for v in random.uniform(0, 255, 3))
        cv2.putText(source, text, at, cv2.FONT_HERSHEY_DUPLEX, size, ink, max(1, int(size * 2)), cv2.LINE_AA)
    return (shoot(source, shape, 0.42 + 0.16 * t, 0.5 + 0.02 * t) for t in along(shape))
