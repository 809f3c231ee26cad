"""Pictures that fall into panels, as models draw them when they misunderstand: grids, comic pages, variations."""

from __future__ import annotations

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
