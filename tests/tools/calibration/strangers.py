"""Scenes as somebody writes them in an afternoon who wants to try a checker: shapes, text, textures, test pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import av.filter
import cv2
import numpy as np

from tests.tools.calibration.worlds import Pixels, Scene, Shape

Colour = tuple[int, int, int]


def _colour(random: np.random.Generator, low: int = 30, high: int = 230) -> Colour:
    return (int(random.integers(low, high)), int(random.integers(low, high)), int(random.integers(low, high)))


def _array(values: Any) -> Any:
    return np.asarray(values, np.float32)


def _gradient(shape: Shape, first: Colour, second: Colour, angle: float = 1.2) -> Any:
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    t = (x / shape.width * np.cos(angle) + y / shape.height * np.sin(angle)) / (np.cos(angle) + np.sin(angle))
    ends = _array([first, second])
    return np.clip(ends[0] + (ends[1] - ends[0]) * t[..., None], 0, 255)


def _bytes(picture: Any) -> Pixels:
    made: Pixels = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    return made


def _at(*place: float) -> tuple[int, ...]:
    """Coordinates in sixteenths of a pixel, for `shift=4`."""
    return tuple(round(part * 16) for part in place)


def _polygon(picture: Pixels, points: Any, colour: Colour) -> None:
    cv2.fillPoly(picture, [np.round(np.asarray(points) * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)


def balls(shape: Shape) -> Iterator[Pixels]:
    """Balls that bounce before a gradient."""
    random = shape.random(1)
    ground = _bytes(_gradient(shape, _colour(random), _colour(random), random.uniform(0.1, 1.4)))
    size = min(shape.width, shape.height)
    radius = random.uniform(0.05, 0.13, 5) * size
    place = random.uniform(0.2, 0.8, (5, 2)) * (shape.width, shape.height)
    speed = random.uniform(-0.016, 0.016, (5, 2)) * size
    colours = [_colour(random, 10, 250) for _ in range(5)]
    for _ in range(shape.frames):
        picture = ground.copy()
        for i in range(5):
            place[i] += speed[i]
            for axis, end in enumerate((shape.width, shape.height)):
                if not radius[i] <= place[i, axis] <= end - radius[i]:
                    speed[i, axis] *= -1
                    place[i, axis] += 2 * speed[i, axis]
            cv2.circle(picture, _at(*place[i]), _at(radius[i])[0], colours[i], -1, cv2.LINE_AA, 4)
        yield picture


def polygons(shape: Shape) -> Iterator[Pixels]:
    """Polygons that turn in their places."""
    random = shape.random(3)
    ground = _bytes(_gradient(shape, _colour(random), _colour(random), random.uniform(0.1, 1.4)))
    made = [
        (
            random.uniform(0.15, 0.85, 2) * (shape.width, shape.height),
            random.uniform(0.08, 0.25) * shape.height,
            int(random.integers(3, 7)),
            random.uniform(-0.08, 0.08),
            _colour(random, 10, 250),
        )
        for _ in range(6)
    ]
    for frame in range(shape.frames):
        picture = ground.copy()
        for middle, radius, corners, speed, colour in made:
            angle = speed * frame + np.arange(corners) * 2 * np.pi / corners
            _polygon(picture, middle + radius * np.stack([np.cos(angle), np.sin(angle)], 1), colour)
        yield picture


def stars(shape: Shape) -> Iterator[Pixels]:
    """A flight through stars."""
    random = shape.random(6)
    place = random.uniform(-1, 1, (260, 3)).astype(np.float32)
    place[:, 2] = random.uniform(0.1, 1, 260)
    for _ in range(shape.frames):
        picture = np.zeros((shape.height, shape.width, 3), np.uint8)
        place[:, 2] -= 0.008
        place[place[:, 2] < 0.05, 2] = 1
        for x, y, depth in place:
            at = _at(shape.width * (0.5 + 0.3 * x / depth), shape.height * (0.5 + 0.3 * y / depth))
            light = int(255 * (1 - depth) ** 0.7)
            cv2.circle(picture, at, _at(shape.height / 500 / depth)[0], (light, light, light), -1, cv2.LINE_AA, 4)
        yield picture


def rising_text(shape: Shape) -> Iterator[Pixels]:
    """Lines of text that rise over a gradient."""
    random = shape.random(7)
    ground = _bytes(_gradient(shape, _colour(random, 10, 90), _colour(random, 10, 90)))
    words = ["lorem", "ipsum", "dolor", "sit amet", "consetetur", "elitr", "sed diam", "nonumy"]
    scale, step = shape.height / 400, shape.height / 9
    lines = [" ".join(random.choice(words, 3)) for _ in range(14)]
    tall = np.zeros((int(step * 15), shape.width), np.uint8)
    for number, line in enumerate(lines):
        place = (int(shape.width * 0.1), int(step * (number + 1)))
        cv2.putText(tall, line, place, cv2.FONT_HERSHEY_DUPLEX, scale, 255, max(1, round(scale * 2)), cv2.LINE_AA)
    for frame in range(shape.frames):
        move = _array([[1, 0, 0], [0, 1, shape.height * 0.6 - frame * shape.height / 180]])
        cover = cv2.warpAffine(tall, move, (shape.width, shape.height))[..., None].astype(np.float32) / 255
        yield _bytes(ground + (245 - ground) * cover)


def panned_noise(shape: Shape) -> Iterator[Pixels]:
    """A texture of smoothed noise, moved past."""
    random = shape.random(8)
    far = shape.frames * 2 + 8
    wide: Any = _array(random.standard_normal((shape.height, shape.width + far, 3)))
    wide = sum(cv2.GaussianBlur(wide, (0, 0), much * shape.height / 360) * much for much in (1.0, 3.0, 12.0))
    wide = 128 + 45 * wide / wide.std()
    for frame in range(shape.frames):
        move = _array([[1, 0, -frame * 1.7], [0, 1, 0]])
        yield _bytes(cv2.warpAffine(wide, move, (shape.width, shape.height), flags=cv2.INTER_CUBIC))


def tunnel(shape: Shape) -> Iterator[Pixels]:
    """Rings that come nearer."""
    random = shape.random(9)
    tone = _array(_colour(random, 90, 250)) / 255
    y, x = np.mgrid[0 : shape.height, 0 : shape.width].astype(np.float32)
    far = np.hypot(x - shape.width / 2, y - shape.height / 2) / shape.height + 0.02
    turn = np.arctan2(y - shape.height / 2, x - shape.width / 2)
    for frame in range(shape.frames):
        wave = np.sin(8 * np.log(far) - frame * 0.25) * np.sin(6 * turn + frame * 0.05)
        yield _bytes((128 + 120 * np.tanh(30 * wave))[..., None] * tone * np.clip(far * 4, 0, 1)[..., None])


def clock(shape: Shape) -> Iterator[Pixels]:
    """A clock's face whose hands turn."""
    random = shape.random(10)
    ground = _bytes(_gradient(shape, _colour(random, 120, 250), _colour(random, 120, 250)))
    middle, radius = _array([shape.width / 2, shape.height / 2]), shape.height * 0.4
    cv2.circle(ground, _at(*middle), _at(radius)[0], (250, 250, 250), -1, cv2.LINE_AA, 4)
    for hour in range(12):
        way = _array([np.sin(hour * np.pi / 6), -np.cos(hour * np.pi / 6)])
        ends = _at(*(middle + way * radius * 0.88)), _at(*(middle + way * radius * 0.98))
        cv2.line(ground, ends[0], ends[1], (20, 20, 20), 3, cv2.LINE_AA, 4)
    for frame in range(shape.frames):
        picture = ground.copy()
        for speed, long, thick in ((0.05, 0.85, 2), (0.004, 0.6, 5)):
            way = _array([np.sin(frame * speed), -np.cos(frame * speed)])
            cv2.line(picture, _at(*middle), _at(*(middle + way * radius * long)), (30, 30, 160), thick, cv2.LINE_AA, 4)
        yield picture


def hills(shape: Shape) -> Iterator[Pixels]:
    """Three rows of hills, each at its own speed, under a sun."""
    random = shape.random(11)
    sky = _bytes(_gradient(shape, (235, 190, 120), (160, 200, 250), 1.55))
    cv2.circle(sky, (int(shape.width * 0.7), int(shape.height * 0.25)), shape.height // 12, (170, 240, 255), -1, 16)
    rows = []
    for row in range(3):
        waves = random.uniform(0.6, 3, 4), random.uniform(0, 6, 4), random.uniform(0.01, 0.04, 4)
        rows.append((waves, 0.5 + 0.16 * row, (0.6 + row) * 1.1, (60 + 10 * row, 150 - 35 * row, 90 - 25 * row)))
    x = np.arange(shape.width + 1, dtype=np.float32)
    for frame in range(shape.frames):
        picture = sky.copy()
        for (many, begin, high), base, speed, colour in rows:
            place = (x + frame * speed * shape.width / 640) / shape.width * 2 * np.pi
            top = (base + (high[:, None] * np.sin(many[:, None] * place + begin[:, None])).sum(0)) * shape.height
            edge = np.stack([x, top], 1)
            _polygon(picture, np.vstack([edge, [[shape.width, shape.height], [0, shape.height]]]), colour)
        yield picture


def skyline(shape: Shape) -> Iterator[Pixels]:
    """Towers with lit windows, moved past by night."""
    random = shape.random(12)
    far = shape.width + shape.frames * 2
    city = np.zeros((shape.height, far, 3), np.uint8)
    city[:] = (50, 25, 15)
    left, unit = 0, max(4, shape.height // 60)
    while left < far:
        wide, high = int(random.integers(8, 22)) * unit, int(random.uniform(0.3, 0.85) * shape.height)
        cv2.rectangle(city, (left, shape.height - high), (left + wide, shape.height), _colour(random, 15, 60), -1)
        for x in range(left + unit, left + wide - unit, 2 * unit):
            for y in range(shape.height - high + unit, shape.height, 3 * unit):
                if random.uniform() < 0.4:
                    cv2.rectangle(city, (x, y), (x + unit - 1, y + unit), (120, 220, 250), -1)
        left += wide + int(random.integers(0, 3)) * unit
    for frame in range(shape.frames):
        move = _array([[1, 0, -frame * 1.3], [0, 1, 0]])
        yield _bytes(cv2.warpAffine(city, move, (shape.width, shape.height), flags=cv2.INTER_LINEAR))


def walker(shape: Shape) -> Iterator[Pixels]:
    """A stick figure that walks over a meadow past a house."""
    random = shape.random(15)
    ground = _bytes(_gradient(shape, (240, 200, 150), (250, 240, 220), 1.55))
    low, unit = int(shape.height * 0.7), shape.height / 10
    ground[low:] = (70, 160, 90)
    left = int(shape.width * random.uniform(0.1, 0.6))
    cv2.rectangle(ground, (left, low - int(2.5 * unit)), (left + int(3 * unit), low), (90, 120, 200), -1)
    roof = [
        (left - unit / 2, low - 2.5 * unit),
        (left + 3.5 * unit, low - 2.5 * unit),
        (left + 1.5 * unit, low - 4 * unit),
    ]
    _polygon(ground, roof, (50, 50, 130))
    for frame in range(shape.frames):
        picture = ground.copy()
        x, y, swing = shape.width * frame / shape.frames, low + unit * 1.5, np.sin(frame * 0.35) * 0.6
        hip, neck = (x, y - 1.6 * unit), (x, y - 3 * unit)
        lines = [(hip, neck)]
        for way in (-1, 1):
            lines.append((hip, (x + way * swing * unit, y)))
            lines.append((neck, (x - way * swing * unit, y - 1.9 * unit)))
        for begin, end in lines:
            cv2.line(picture, _at(*begin), _at(*end), (20, 20, 20), max(2, int(unit / 5)), cv2.LINE_AA, 4)
        cv2.circle(picture, _at(x, y - 3.5 * unit), _at(unit / 2)[0], (20, 20, 20), -1, cv2.LINE_AA, 4)
        yield picture


def chart(shape: Shape) -> Iterator[Pixels]:
    """Bars of a chart that grow and shrink."""
    random = shape.random(19)
    ground = np.full((shape.height, shape.width, 3), 245, np.uint8)
    for line in range(1, 8):
        cv2.line(ground, (0, shape.height * line // 8), (shape.width, shape.height * line // 8), (210, 210, 210), 1)
    colours, speed = [_colour(random) for _ in range(8)], random.uniform(0.03, 0.09, 8)
    for frame in range(shape.frames):
        picture = ground.copy()
        for bar in range(8):
            high = shape.height * (0.45 + 0.35 * np.sin(frame * speed[bar] + bar))
            left, right = shape.width * (bar + 0.6) / 9, shape.width * (bar + 1.2) / 9
            low = shape.height * 0.95
            _polygon(picture, [(left, low - high), (right, low - high), (right, low), (left, low)], colours[bar])
        yield picture


def fireflies(shape: Shape) -> Iterator[Pixels]:
    """Dots of light that wander in the dark."""
    random = shape.random(20)
    place = random.uniform(0, 1, (60, 2)) * (shape.width, shape.height)
    heading = random.uniform(0, 6.3, 60)
    ground = _bytes(_gradient(shape, (40, 22, 12), (18, 30, 14), 1.4))
    for frame in range(shape.frames):
        picture = ground.copy()
        heading += random.normal(0, 0.2, 60)
        place += np.stack([np.cos(heading), np.sin(heading)], 1) * shape.height / 300
        for number, (x, y) in enumerate(place):
            light = 0.6 + 0.4 * np.sin(frame * 0.15 + number)
            colour = (int(90 * light), int(240 * light), int(220 * light))
            cv2.circle(picture, _at(x, y), _at(shape.height / 140)[0], colour, -1, cv2.LINE_AA, 4)
        yield picture


def source(name: str, options: str) -> Scene:
    """What one of FFmpeg's sources of video shows (ffmpeg-filters, "Video Sources")."""

    def scene(shape: Shape) -> Iterator[Pixels]:
        graph = av.filter.Graph()
        begin = graph.add(name, f"s={shape.width}x{shape.height}:{options.format(seed=shape.seed % 10000)}")
        turned, end = graph.add("format", "bgr24"), graph.add("buffersink")
        begin.link_to(turned)
        turned.link_to(end)
        graph.configure()
        for _ in range(shape.frames):
            frame: Any = graph.vpull()
            yield frame.to_ndarray(format="bgr24")

    scene.__name__ = name
    return scene


SCENES: tuple[Scene, ...] = (
    balls, polygons, stars, rising_text, panned_noise, tunnel, clock, hills, skyline, walker, chart,
    fireflies, source("testsrc2", "rate=24"), source("mandelbrot", "rate=24"),
)  # fmt: skip
"""All of them."""
