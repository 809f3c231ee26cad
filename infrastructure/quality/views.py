"""A decoded frame in the few sizes that the measures share, each made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from infrastructure.media import colours

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

MID = 640
"""Longest side of the view that layout and tone are measured in, pixels."""
SMALL = 160
"""Longest side of the view for motion."""
TINY = (80, 48)
"""Size of the thumbnail that frames are compared by, whatever their shape."""

_PLANAR = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray", "grayj"}
_TO_FULL = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class View:
    """One frame. `luma` is the file's own plane and range (`scale` brings its differences to full range); all others
    are full range."""

    index: int
    seconds: float
    luma: Bytes
    scale: float
    mid: Bytes
    small: Bytes
    tiny: Floats
    fine: Floats
    """`tiny` without its coarse structure."""
    cb: Floats
    cr: Floats


def view(frame: VideoFrame, index: int, seconds: float) -> View:
    """Prepare a frame of any format; `seconds` is its time from the first."""
    full = colours.is_full_range(frame)
    if frame.format.name not in _PLANAR:
        if colours.is_rgb(frame):
            frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
            full = False
        else:  # the range stays
            frame = frame.reformat(format="yuv420p", src_color_range=_range(full), dst_color_range=_range(full))
    luma = _plane(frame, 0)
    mid = cv2.resize(luma, _within(luma.shape, MID), interpolation=cv2.INTER_AREA)
    if not full:
        mid = cv2.LUT(mid, _TO_FULL)
    small = cv2.resize(mid, _within(mid.shape, SMALL), interpolation=cv2.INTER_AREA)
    tiny = cv2.resize(mid, TINY, interpolation=cv2.INTER_AREA).astype(np.float32)
    cb, cr = _chroma(frame, 1 if full else 255 / 224)
    return View(
        index=index, seconds=seconds, luma=luma, scale=1 if full else 255 / 219, mid=_bytes(mid), small=_bytes(small),
        tiny=tiny, fine=tiny - cv2.blur(tiny, (15, 15)), cb=cb, cr=cr,
    )  # fmt: skip


def _range(full: bool) -> ColorRange:
    return ColorRange.JPEG if full else ColorRange.MPEG


def _plane(frame: VideoFrame, number: int) -> Bytes:
    plane = frame.planes[number]
    rows: Bytes = np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * plane.height]
    return rows.reshape(plane.height, plane.line_size)[:, : plane.width]


def _chroma(frame: VideoFrame, scale: float) -> tuple[Floats, Floats]:
    """Both colour differences around 0, as thumbnails."""
    if frame.format.name.startswith("gray"):
        nothing = np.zeros((TINY[1], TINY[0]), np.float32)
        return nothing, nothing
    if frame.format.name == "nv12":
        plane = frame.planes[1]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        pair = [rows[:, 0 : plane.width * 2 : 2], rows[:, 1 : plane.width * 2 : 2]]
    else:
        pair = [_plane(frame, 1), _plane(frame, 2)]
    blue, red = (
        (cv2.resize(np.ascontiguousarray(plane), TINY, interpolation=cv2.INTER_AREA).astype(np.float32) - 128) * scale
        for plane in pair
    )
    return blue.astype(np.float32), red.astype(np.float32)


def _within(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Width and height that fit, never enlarged."""
    height, width = shape[:2]
    factor = min(1.0, longest / max(width, height))
    return max(8, round(width * factor)), max(8, round(height * factor))


def _bytes(pixels: Any) -> Bytes:
    return np.asarray(pixels, dtype=np.uint8)
