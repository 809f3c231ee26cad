"""The picture of one shot item, from its clips: decoded once and in order, at any rational position."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.video.frame import VideoFrame

from domain.cut.finish import Finish
from domain.cut.reel import Material
from domain.errors import MediaFailed, UnreadableMedia
from infrastructure.media import clips
from infrastructure.media.blends import mixed
from infrastructure.media.conform import Conform, Picture
from infrastructure.media.motion import Between
from infrastructure.media.planes import layout
from infrastructure.media.seams import STRAIGHT, Line, Residue, changed, repeated

Paint = Callable[[VideoFrame], VideoFrame]


class ShotReader:
    """Frames of a shot at positions that never go backwards. One decoder is open at a time; close it when done.

    `paint` is applied to every native frame (a grade). Raises MediaFailed naming the shot.
    """

    def __init__(
        self, material: Material, files: Mapping[str, Path], picture: Picture, finish: Finish, lines: list[Line],
        paint: Paint | None = None,
    ) -> None:  # fmt: skip
        self._material = material
        self._files = files
        self._picture = picture
        self._finish = finish
        self._tables = [None if line == STRAIGHT else line.tables(layout(picture.pixels)) for line in lines]
        self._paint = paint
        self._stream: Iterator[VideoFrame] | None = None
        self._next = 0  # the native frame that the stream gives next
        self._held: dict[int, VideoFrame] = {}
        self._between: tuple[int, Between] | None = None
        self.position = Fraction(-1)

    def at(self, position: Fraction) -> VideoFrame:
        """The frame at a native position; outside the shot the nearest one. The frame may be given again: a copy is
        needed to change it."""
        self.position = position
        last = self._material.count - 1
        number = min(max(math.floor(position), 0), last)
        part = float(position - number) if 0 <= position < last else 0.0
        if self._finish.retime == "repeat" or part < 1e-6:
            return self._frame(number)
        one, two = self._frame(number), self._frame(number + 1)
        if self._finish.retime == "blend":
            return mixed(one, two, part, self._picture)
        if self._between is None or self._between[0] != number:
            self._between = (number, Between(one, two, self._picture))
        return self._between[1].at(part)

    def close(self) -> None:
        """Close the clip that is open."""
        if self._stream is not None:
            self._stream.close()  # type: ignore[attr-defined]
            self._stream = None

    def _frame(self, number: int) -> VideoFrame:
        if number not in self._held:
            if self._stream is None:
                self._next = number
                self._stream = self._read(number)
            while number not in self._held:
                self._held = {k: v for k, v in self._held.items() if k == self._next - 1}
                try:
                    frame = next(self._stream)
                except UnreadableMedia as error:
                    raise MediaFailed(f"Shot {self._material.shot}: {error.message}", error.cure) from error
                self._held[self._next] = frame if self._paint is None else self._paint(frame)
                self._next += 1
        return self._held[number]

    def _read(self, first: int) -> Iterator[VideoFrame]:
        """The shot's native frames from `first` on."""
        index, _ = self._material.at(first)
        sources = self._material.sources
        blend = self._finish.seam
        if index and sources[index].repeats and first - sources[index].offset < blend:
            index -= 1  # the seam's blend needs what the clip before it ended with
        last: VideoFrame | None = None
        for place in range(index, len(sources)):
            source = sources[place]
            residue: Residue | None = None
            given = 0
            # without a blend nothing in front of the first frame is looked at
            watch = repeated(source) if blend and last is not None and source.repeats else -1
            for number, frame in self._decoded(place, first, watch):
                if number < 0:
                    assert last is not None
                    residue = Residue(last, frame, blend, self._picture)
                    continue
                if residue is not None:
                    frame = residue.over(frame, number)
                given = number + 1
                if source.offset + number >= first:
                    yield frame
                if number == source.count - 1:
                    last = frame
            if last is not None and given == source.count:
                for number in range(source.count, source.count + source.hold):
                    if source.offset + number >= first:
                        yield last
            if given < source.count:
                path = self._files[source.clip.path]
                raise MediaFailed(
                    f"Shot {self._material.shot}: {path.name} is shorter than its take says.", "Make this take again."
                )

    def _decoded(self, place: int, first: int, watch: int) -> Iterator[tuple[int, VideoFrame]]:
        """The source's frames from the shot's native frame `first` on, its last in any case, by their number in the
        source; -1 for the file's frame `watch`."""
        source = self._material.sources[place]
        conform = Conform(self._picture)
        tables = self._tables[place]
        blend = self._finish.seam
        with clips.opened(self._files[source.clip.path]) as (container, stream):
            for index, frame in enumerate(container.decode(stream)):
                number = index - source.first
                wanted = number >= first - source.offset or number == source.count - 1 or number < blend
                if index == watch:
                    yield -1, self._matched(conform(frame), tables)
                elif 0 <= number < source.count and wanted:
                    yield number, self._matched(conform(frame), tables)
                if number == source.count - 1:
                    return

    def _matched(self, frame: VideoFrame, tables: list[Any] | None) -> VideoFrame:
        return frame if tables is None else changed(frame, tables, self._picture)
