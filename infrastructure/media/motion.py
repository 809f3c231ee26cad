"""Frames between two frames by optical flow: slow motion, other frame rates, and morphing in place.

The flow is OpenCV's DIS (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016), both ways, on luma
of at most FLOW_SIDE pixels. What it cannot follow (something appears, light changes) is taken from the nearer frame.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy
from av.video.frame import VideoFrame

from infrastructure.media.conform import Picture
from infrastructure.media.planes import Layout, Planes, frame_of, layout, planes_of, rounded

FLOW_SIDE = 640
"""Longest side of the pictures in which motion is looked for, in pixels."""

_TRUSTED = 24.0
"""Difference between the two warped pictures, in 8-bit levels, up to which both are believed."""

_CHANGED = 6.0
"""Difference, in 8-bit levels, above which a place counts as changed in a morph."""

_FARTHEST = 0.06
"""How far a morph moves anything at most, as a part of the picture's longer side."""


class Between:
    """The frames between two neighbouring ones of a clip."""

    def __init__(self, one: VideoFrame, two: VideoFrame, picture: Picture) -> None:
        self._planes = _floats(one), _floats(two)
        self._picture = picture
        self._flows = _flow(self._planes[0][0], self._planes[1][0], layout(picture.pixels))

    def at(self, part: float) -> VideoFrame:
        """The frame at that part of the way, above 0 and below 1."""
        kind = layout(self._picture.pixels)
        one = _moved(self._planes[0], self._flows[0], -part)
        two = _moved(self._planes[1], self._flows[1], -(1 - part))
        level = 1 << (kind.bits - 8)
        doubt = cv2.GaussianBlur(numpy.abs(one[0] - two[0]) / level, (0, 0), 2)
        doubt = numpy.clip((doubt - _TRUSTED) / _TRUSTED, 0, 1)
        nearer = 0.0 if part < 0.5 else 1.0
        return _joined(one, two, part + doubt * (nearer - part), self._picture)


def morphed(out: VideoFrame, into: VideoFrame, progress: float, picture: Picture) -> VideoFrame:
    """The change of an object in its place, for a camera that stands still.

    Where both pictures are the same nothing moves. Where they differ, each is bent towards the other's shape while they
    are dissolved, slowly at both ends. Things that have no likeness in the other picture only dissolve.
    """
    kind = layout(picture.pixels)
    one, two = _floats(out), _floats(into)
    part = progress * progress * (3 - 2 * progress)
    level = 1 << (kind.bits - 8)
    difference = cv2.GaussianBlur(numpy.abs(one[0] - two[0]) / level, (0, 0), max(picture.width / 200, 1))
    changed = numpy.clip((difference - _CHANGED) / _CHANGED, 0, 1)
    changed = cv2.GaussianBlur(changed, (0, 0), max(picture.width / 100, 1))[..., None]
    farthest = _FARTHEST * max(picture.width, picture.height)
    bent = []
    for flow in _flow(one[0], two[0], kind):
        smooth = cv2.GaussianBlur(flow, (0, 0), max(picture.width / 200, 1))
        length = numpy.maximum(numpy.linalg.norm(smooth, axis=2, keepdims=True), 1e-6)
        bent.append(smooth * numpy.minimum(1, farthest / length) * changed)
    first = _moved(one, bent[0], -part)
    second = _moved(two, bent[1], -(1 - part))
    return _joined(first, second, numpy.float32(part), picture)


def _floats(frame: VideoFrame) -> Planes:
    y, u, v = (plane.astype(numpy.float32) for plane in planes_of(frame))
    return y, u, v


def _flow(one: Any, two: Any, kind: Layout) -> tuple[Any, Any]:
    """Where the pixels of each go in the other, in pixels of the full picture."""
    height, width = one.shape
    factor = min(1.0, FLOW_SIDE / max(width, height))
    size = (max(16, round(width * factor)), max(16, round(height * factor)))
    level = 1 << (kind.bits - 8)
    small = [
        numpy.clip(cv2.resize(luma, size, interpolation=cv2.INTER_AREA) / level, 0, 255).astype(numpy.uint8)
        for luma in (one, two)
    ]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    scale = numpy.array([width / size[0], height / size[1]], numpy.float32)

    def full(a: Any, b: Any) -> Any:
        return cv2.resize(dis.calc(a, b, numpy.empty(0)), (width, height), interpolation=cv2.INTER_LINEAR) * scale

    return full(small[0], small[1]), full(small[1], small[0])


def _moved(planes: Planes, flow: Any, part: float) -> Planes:
    """The planes with every pixel taken from `part` of its flow away."""
    found = []
    for plane in planes:
        high, wide = plane.shape
        here = flow if plane.shape == flow.shape[:2] else cv2.resize(flow, (wide, high), interpolation=cv2.INTER_AREA)
        x = numpy.arange(wide, dtype=numpy.float32)[None, :] + here[..., 0] * (part * wide / flow.shape[1])
        y = numpy.arange(high, dtype=numpy.float32)[:, None] + here[..., 1] * (part * high / flow.shape[0])
        found.append(cv2.remap(plane, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
    return found[0], found[1], found[2]


def _joined(one: Planes, two: Planes, part: Any, picture: Picture) -> VideoFrame:
    """`part` of the second and the rest of the first, where `part` is a number or one for each pixel of luma."""
    kind = layout(picture.pixels)
    found = []
    for a, b in zip(one, two, strict=True):
        here = part
        if getattr(part, "ndim", 0) and part.shape != a.shape:
            here = cv2.resize(part.astype(numpy.float32), a.shape[::-1], interpolation=cv2.INTER_AREA)
        found.append(rounded(a + here * (b - a), kind))
    return frame_of((found[0], found[1], found[2]), picture)
