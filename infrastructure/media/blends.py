"""Transitions that mix two frames: dissolve, fades through a colour, and wipes. All in the film's own samples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy
from av.video.frame import VideoFrame

from domain.cut.items import Direction
from infrastructure.media.conform import Picture
from infrastructure.media.planes import Planes, frame_of, layout, planes_of, rounded, solid


def mixed(one: VideoFrame, two: VideoFrame, part: float, picture: Picture) -> VideoFrame:
    """A new frame: `part` of the second (0 to 1), the rest of the first."""
    pairs = zip(planes_of(one), planes_of(two), strict=True)
    planes = tuple(cv2.addWeighted(a, 1 - part, b, part, 0) for a, b in pairs)
    return frame_of((planes[0], planes[1], planes[2]), picture)


def faded(out: VideoFrame, into: VideoFrame, progress: Fraction, colour: str, picture: Picture) -> VideoFrame:
    """The first fades into the colour in the first half, the second comes out of it in the second."""
    plain = solid(colour, picture)
    if 2 * progress <= 1:
        return mixed(out, plain, float(2 * progress), picture)
    return mixed(plain, into, float(2 * progress - 1), picture)


def wiped(
    out: VideoFrame, into: VideoFrame, progress: Fraction, direction: Direction, softness: float, picture: Picture
) -> VideoFrame:
    """The second is uncovered behind an edge that moves in that direction; `softness` is the edge's width."""
    kind = layout(picture.pixels)
    planes: list[Any] = []
    for a, b in zip(planes_of(out), planes_of(into), strict=True):
        side = a.shape[1] if direction in ("right", "left") else a.shape[0]
        place = (numpy.arange(side, dtype=numpy.float32) + 0.5) / side
        if direction in ("left", "up"):
            place = 1 - place
        width = max(softness, 1 / side)
        shown = numpy.clip((float(progress) * (1 + width) - place) / width, 0, 1)
        part = shown[None, :] if direction in ("right", "left") else shown[:, None]
        planes.append(rounded(a + part * (b.astype(numpy.float32) - a), kind))
    found: Planes = (planes[0], planes[1], planes[2])
    return frame_of(found, picture)
