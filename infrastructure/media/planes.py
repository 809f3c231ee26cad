"""Frames as numpy planes and back, and pictures painted into BT.709 planes by the textbook formula.

Planes are limited-range Y, U and V of the film's pixel format, 8 bits in uint8 or 10 in uint16.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy
from av.video.frame import VideoFrame

from infrastructure.media.conform import Picture, tagged

Planes = tuple[Any, Any, Any]
"""Y, U and V as two-dimensional arrays."""

_KR, _KB = 0.2126, 0.0722


class Layout(NamedTuple):
    """How a pixel format stores its planes: bits per sample, and by how much chroma is smaller."""

    bits: int
    across: int
    down: int

    @property
    def peak(self) -> int:
        """The largest sample value."""
        return (1 << self.bits) - 1

    @property
    def dtype(self) -> Any:
        """The numpy type of a sample."""
        return numpy.uint8 if self.bits == 8 else numpy.uint16


_LAYOUTS = {
    "yuv420p": Layout(8, 2, 2), "yuv422p": Layout(8, 2, 1), "yuv444p": Layout(8, 1, 1),
    "yuv420p10le": Layout(10, 2, 2), "yuv422p10le": Layout(10, 2, 1), "yuv444p10le": Layout(10, 1, 1),
}  # fmt: skip


def layout(pixels: str) -> Layout:
    """The layout of a pixel format that films are assembled in."""
    return _LAYOUTS[pixels]


def planes_of(frame: VideoFrame) -> Planes:
    """The frame's planes, without a copy: only for as long as the frame is kept."""
    kind = layout(frame.format.name)
    found = []
    for plane in frame.planes:
        row = plane.line_size // kind.dtype().itemsize
        found.append(
            numpy.frombuffer(cast(Any, plane), kind.dtype)[: row * plane.height].reshape(-1, row)[:, : plane.width]
        )
    return found[0], found[1], found[2]


def frame_of(planes: Planes, picture: Picture) -> VideoFrame:
    """A new frame with copies of these planes, tagged BT.709."""
    frame = VideoFrame(picture.width, picture.height, picture.pixels)
    for into, samples in zip(planes_of(frame), planes, strict=True):
        into[:] = samples
    return tagged(frame)


def rounded(samples: Any, kind: Layout) -> Any:
    """Real numbers as samples."""
    return numpy.clip(numpy.rint(samples), 0, kind.peak).astype(kind.dtype)


def solid(colour: str, picture: Picture) -> VideoFrame:
    """A frame of one colour, given as #rrggbb."""
    rgb = numpy.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], numpy.float32)
    kind = layout(picture.pixels)
    samples = rounded(_ycbcr(rgb.reshape(1, 1, 3), kind), kind).reshape(3)
    frame = VideoFrame(picture.width, picture.height, picture.pixels)
    for plane, sample in zip(planes_of(frame), samples, strict=True):
        plane[:] = sample
    return tagged(frame)


class Sheet:
    """An RGBA picture of the film's size, ready to be laid over frames: premultiplied planes with their opacity."""

    def __init__(self, rgba: Any, picture: Picture) -> None:
        self._picture = picture
        kind = layout(picture.pixels)
        opacity = rgba[..., 3].astype(numpy.float32) / 255
        rows = numpy.flatnonzero(opacity.any(1))
        # only the rows with something in them are worked on, in whole chroma samples
        self._top = int(rows[0]) // kind.down * kind.down if rows.size else 0
        self._end = min(picture.height, -(-(int(rows[-1]) + 1) // kind.down) * kind.down) if rows.size else 0
        part = slice(self._top, self._end)
        alpha = opacity[part]
        ycc = _ycbcr(rgba[part, :, :3].astype(numpy.float32), kind)
        self._alphas = [alpha] + [_shrunk(alpha, kind)] * 2
        chroma = [_shrunk(ycc[..., i] * alpha, kind) for i in (1, 2)]
        self._colours = [ycc[..., 0] * alpha, *chroma]

    def over(self, frame: VideoFrame, strength: float = 1) -> VideoFrame:
        """A new frame: this one with the sheet over it, at that part of its opacity (0 to 1)."""
        if self._end == self._top or strength <= 0:
            return frame
        kind = layout(self._picture.pixels)
        laid = frame_of(planes_of(frame), self._picture)
        for index, plane in enumerate(planes_of(laid)):
            down = kind.down if index else 1
            part = plane[self._top // down : self._end // down]
            mixed = part * (1 - strength * self._alphas[index]) + strength * self._colours[index]
            part[:] = rounded(mixed, kind)
        return laid


def _ycbcr(rgb: Any, kind: Layout) -> Any:
    """Limited-range BT.709 of 8-bit RGB, as real numbers (ITU-R BT.709-6, 3.2 to 3.4)."""
    red, green, blue = (rgb[..., i] / 255 for i in range(3))
    luma = _KR * red + (1 - _KR - _KB) * green + _KB * blue
    scale = 1 << (kind.bits - 8)
    u, v = (blue - luma) / (2 - 2 * _KB), (red - luma) / (2 - 2 * _KR)
    return numpy.stack([(luma * 219 + 16) * scale, (u * 224 + 128) * scale, (v * 224 + 128) * scale], -1)


def _shrunk(samples: Any, kind: Layout) -> Any:
    """Means over the samples that share one of chroma."""
    high, wide = samples.shape[0] // kind.down, samples.shape[1] // kind.across
    cells = samples[: high * kind.down, : wide * kind.across].reshape(high, kind.down, wide, kind.across)
    return cells.mean((1, 3))
