"""Pictures that fall into panels, as models draw them when they misunderstand: grids, comic pages, variations."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from tests.tools.calibration.scenes import pan
from tests.tools.calibration.spoiling import Frames, Spoil
from tests.tools.calibration.worlds import Shape, shoot, world


def panels(rows: int, columns: int, gutter: float, ink: int) -> Spoil:
    """A grid of moving pictures; `gutter` as a share of the height."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        edge = round(gutter * shape.height)
        width, height = shape.width // columns, shape.height // rows
        parts = [
            list(pan(Shape(width, height, shape.frames, shape.seed * 31 + part))) for part in range(rows * columns)
        ]
        made = []
        for i in range(shape.frames):
            frame = np.full((shape.height, shape.width, 3), ink, np.uint8)
            for part, clip in enumerate(parts):
                y, x = part // columns * height, part % columns * width
                inner = clip[i][edge // 2 : height - edge // 2, edge // 2 : width - edge // 2]
                frame[
                    y + edge // 2 : y + edge // 2 + inner.shape[0], x + edge // 2 : x + edge // 2 + inner.shape[1]
                ] = inner
            made.append(frame)
        return made, len(frames) - 1

    return spoil


def variations(gutter: float, ink: int) -> Spoil:
    """Four views of the same things in a grid, as models draw when they misunderstand: one palette, one light."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        edge, width, height = max(2, round(gutter * shape.height)), shape.width // 2, shape.height // 2
        part = Shape(width, height, shape.frames, shape.seed)
        source = world(part)
        made = []
        for i in range(len(frames)):
            frame = np.full((shape.height, shape.width, 3), ink, np.uint8)
            for k, (x, y) in enumerate(((0.42, 0.5), (0.55, 0.48), (0.46, 0.55), (0.6, 0.5))):
                seen = shoot(source, part, x + 0.0006 * i, y, 1 + 0.15 * k)
                top, left = k // 2 * height + edge // 2, k % 2 * width + edge // 2
                frame[top : top + height - edge, left : left + width - edge] = seen[: height - edge, : width - edge]
            made.append(frame)
        return made, len(frames) - 1

    return spoil


def comic(gutter: float, ink: int) -> Spoil:
    """A page of pictures of differing sizes that hardly move: one wide above, three below, a border around."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        edge, middle = max(3, round(gutter * shape.height)), shape.height * 11 // 20
        third = shape.width // 3
        boxes = [(0, 0, shape.width, middle)]
        boxes += [(k * third, middle, (k + 1) * third, shape.height) for k in range(3)]
        made = [np.full((shape.height, shape.width, 3), ink, np.uint8) for _ in frames]
        for k, (left, top, right, bottom) in enumerate(boxes):
            part = Shape(right - left - 2 * edge, bottom - top - 2 * edge, shape.frames, shape.seed * 37 + k)
            source = world(part)
            for i, frame in enumerate(made):
                seen = shoot(source, part, 0.5, 0.5, 1 + 0.0006 * i)
                frame[top + edge : top + edge + part.height, left + edge : left + edge + part.width] = seen
        return made, len(frames) - 1

    return spoil


def split(
    upright: tuple[float, ...], level: tuple[float, ...], gutter: float = 0, ink: int = 0, move: int = 0
) -> Spoil:
    """Unequal pictures parted at places of the width and of the height; `gutter` as a share of the height. `move` is
    what their cameras do: 0 all stand but for a trace, 1 each goes its own way, 2 only the first one pans."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        half = round(gutter * shape.height / 2)
        across = [0, *(round(x * shape.width) for x in upright), shape.width]
        down = [0, *(round(y * shape.height) for y in level), shape.height]
        made = [np.full((shape.height, shape.width, 3), ink, np.uint8) for _ in frames]
        boxes = [(x, y, right, low) for y, low in pairwise(down) for x, right in pairwise(across)]
        for k, (x, y, right, low) in enumerate(boxes):
            left, top = x + (half if x else 0), y + (half if y else 0)
            right, low = right - (half if right < shape.width else 0), low - (half if low < shape.height else 0)
            part = Shape(right - left, low - top, shape.frames, shape.seed * 41 + k)
            source, random = world(part, k), part.random(3)
            way = random.uniform(-0.12, 0.12, 2) * (move == 1 or (move == 2 and k == 0))
            for i, frame in enumerate(made):
                t = i / max(1, len(made) - 1) - 0.5
                seen = shoot(source, part, 0.5 + way[0] * t, 0.5 + way[1] * t / 2, 1.02 + 0.01 * t)
                frame[top:low, left:right] = seen
        return made, len(frames) - 1

    return spoil


def repeated(rows: int, columns: int) -> Spoil:
    """The clip itself, made small, again and again beside and below itself."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        size = shape.width // columns, shape.height // rows
        small = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames]
        tiled = [np.tile(frame, (rows, columns, 1)) for frame in small]
        whole = [cv2.resize(frame, (shape.width, shape.height)) for frame in tiled]
        return [np.asarray(frame, np.uint8) for frame in whole], len(frames) - 1

    return spoil


def blurred_sides(share: float) -> Spoil:
    """An upright clip in a wide one, its sides filled with itself, large and blurred; `share` of the width is left."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        wide = round(share * shape.width)
        left = (shape.width - wide) // 2
        made = []
        for frame in frames:
            cut = frame[:, left : left + wide]
            ground = cv2.resize(cut, (shape.width, shape.height * shape.width // wide))
            top = (ground.shape[0] - shape.height) // 2
            soft = cv2.GaussianBlur(ground[top : top + shape.height], (0, 0), shape.height / 25)
            whole = np.asarray(soft, np.uint8)
            whole[:, left : left + wide] = cut
            made.append(whole)
        return made, len(frames) - 1

    return spoil
