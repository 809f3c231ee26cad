"""Where one clip of a shot continues another: matching its colours, and fading out what still differs.

The frame that a continuation repeats shows the same picture twice, so the two can be compared sample by sample: a line
fitted through them (ordinary least squares, per plane) is the change of exposure and colour. It is bounded, and used
only where it makes the measured difference smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy
from av.video.frame import VideoFrame
from PIL import Image

from domain.cut.finish import Match
from domain.cut.reel import Material, Source
from infrastructure.media import clips
from infrastructure.media.conform import Conform, Picture
from infrastructure.media.planes import Layout, Planes, Sheet, frame_of, layout, planes_of, rounded, solid

_SIZE = Picture(192, 108, "yuv444p", "stretch")
_STEEPEST, _SHIFT = 0.10, 8.0
"""Bounds of a match: slope 1 ± 0.10, and at most 8 of 255 levels at black or neutral colour."""

_ENOUGH = 0.95
"""A match has to bring the difference down to this part of it."""


class Line(NamedTuple):
    """Per plane: samples are multiplied by `slopes` around black or neutral, then shifted, in 8-bit levels."""

    slopes: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shifts: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def after(self, first: Line) -> Line:
        """This line applied to what `first` gives, within the bounds."""
        slopes = tuple(a * b for a, b in zip(self.slopes, first.slopes, strict=True))
        shifts = tuple(a * b + c for a, b, c in zip(self.slopes, first.shifts, self.shifts, strict=True))
        return bounded(slopes, shifts)

    def tables(self, kind: Layout) -> list[Any]:
        """What each sample becomes, per plane."""
        level = 1 << (kind.bits - 8)
        samples = numpy.arange(kind.peak + 1, dtype=numpy.float64)
        found = []
        for zero, slope, shift in zip((16, 128, 128), self.slopes, self.shifts, strict=True):
            found.append(rounded((samples - zero * level) * slope + (zero + shift) * level, kind))
        return found


STRAIGHT = Line()


def bounded(slopes: Any, shifts: Any) -> Line:
    """The line nearest to this one within the bounds."""
    low, high = 1 - _STEEPEST, 1 + _STEEPEST
    a, b, c = (min(max(float(slope), low), high) for slope in slopes)
    d, e, f = (min(max(float(shift), -_SHIFT), _SHIFT) for shift in shifts)
    return Line((a, b, c), (d, e, f))


def fitted(picture: Planes, wanted: Planes) -> Line:
    """The line that brings one small picture to the other; straight unless that makes them clearly more alike."""
    slopes, shifts = [], []
    for zero, have, want in zip((16.0, 128.0, 128.0), picture, wanted, strict=True):
        x, y = have.astype(numpy.float64).ravel() - zero, want.astype(numpy.float64).ravel() - zero
        spread = float(x.var())
        slope = float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 1 else 1.0
        slope = min(max(slope, 1 - _STEEPEST), 1 + _STEEPEST)
        slopes.append(slope)
        shifts.append(float(y.mean() - slope * x.mean()))
    line = bounded(slopes, shifts)
    kind = layout(_SIZE.pixels)
    matched = [table[plane] for table, plane in zip(line.tables(kind), picture, strict=True)]
    before, after = distance(picture, wanted), distance((matched[0], matched[1], matched[2]), wanted)
    return line if after < before * _ENOUGH else STRAIGHT


def distance(one: Planes, two: Planes) -> float:
    """Mean absolute difference of two pictures over their three planes, in samples."""
    pairs = zip(one, two, strict=True)
    return sum(float(numpy.abs(a.astype(numpy.float32) - b).mean()) for a, b in pairs) / 3


def matches(material: Material, match: Match, files: Mapping[str, Path]) -> list[Line]:
    """A line for every clip of a shot. Decodes the clips as far as needed; the lines depend on them alone."""
    lines: list[Line] = []
    for index, source in enumerate(material.sources):
        line = STRAIGHT
        if match == "keyframe" and source.start is not None:
            line = fitted(_small(files[source.clip.path], 0), _still(files[source.start.path]))
        elif match != "off" and index and source.repeats:
            before = material.sources[index - 1]
            last = _small(files[before.clip.path], before.first + before.count - 1)
            line = fitted(_small(files[source.clip.path], source.repeats - 1), last)
            # what it continues was itself matched, and the two are to be alike after that
            line = lines[-1].after(line)
        lines.append(line)
    return lines


def changed(frame: VideoFrame, tables: list[Any], picture: Picture) -> VideoFrame:
    """A new frame with every sample as the tables have it."""
    y, u, v = (table[plane] for table, plane in zip(tables, planes_of(frame), strict=True))
    return frame_of((y, u, v), picture)


class Residue:
    """What a continuation still differs by from the frame it repeats, laid over its first frames and fading out."""

    def __init__(self, last: VideoFrame, repeat: VideoFrame, frames: int, picture: Picture) -> None:
        self._last = last
        pairs = zip(planes_of(last), planes_of(repeat), strict=True)
        self._difference = [a.astype(numpy.int32) - b for a, b in pairs]
        self._frames = frames
        self._picture = picture
        self._worth: bool | None = None

    def over(self, frame: VideoFrame, number: int) -> VideoFrame:
        """The frame of that number after the seam (0-based). Nothing is laid over if the seam's step would grow."""
        if number >= self._frames or self._worth is False:
            return frame
        part = 1 - (number + 1) / (self._frames + 1)
        kind = layout(self._picture.pixels)
        y, u, v = (rounded(p + part * d, kind) for p, d in zip(planes_of(frame), self._difference, strict=True))
        if self._worth is None:
            last = planes_of(self._last)
            self._worth = distance((y, u, v), last) < distance(planes_of(frame), last)
            if not self._worth:
                return frame
        return frame_of((y, u, v), self._picture)


def repeated(source: Source) -> int:
    """The frame in the clip's file that shows again what the clip before it ended with."""
    return source.repeats - 1


def _small(path: Path, number: int) -> Planes:
    with clips.opened(path) as (container, stream):
        found: VideoFrame | None = None
        for index, frame in enumerate(container.decode(stream)):
            found = frame
            if index == number:
                break
        if found is None:
            return planes_of(solid("#000000", _SIZE))
        small = Conform(_SIZE)(found)
        y, u, v = (plane.copy() for plane in planes_of(small))
        return y, u, v


def _still(path: Path) -> Planes:
    with Image.open(path) as image:
        rgba = numpy.asarray(image.convert("RGBA").resize((_SIZE.width, _SIZE.height), Image.Resampling.BOX))
    frame = Sheet(rgba, _SIZE).over(solid("#000000", _SIZE))
    y, u, v = (plane.copy() for plane in planes_of(frame))
    return y, u, v
