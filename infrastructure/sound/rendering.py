"""Summing the parts of a mix into stems, block by block; memory depends on how many sound at once, not on the length.

A stem is FLAC with 24 bits, HEADROOM below what it is, so that sums above full scale are kept.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy

from domain.sound.mixing import SAMPLE_RATE, Fade, Mix, Part
from infrastructure.media.faults import making
from infrastructure.sound.reading import QUIET, blocks, stretched

Stem = Literal["all", "speech", "music", "rest"]
HEADROOM = 8.0
"""By how much a stem is quieter than the mix: 18 dB."""

BLOCK = SAMPLE_RATE // 2
"""Samples that are summed at once."""

_WINDOW = SAMPLE_RATE // 10


def stems_of(mix: Mix) -> dict[Stem, list[Part]]:
    """Which parts are summed together: music and speech apart where one gives way to the other."""
    tracks = {part.track for part in mix.parts}
    if not (mix.ducking.on and {"music", "narration"} <= tracks):
        return {"all": list(mix.parts)}
    found: dict[Stem, list[Part]] = {"speech": [], "music": []}
    for part in mix.parts:
        stem: Stem = {"narration": "speech", "music": "music"}.get(part.track, "rest")  # type: ignore[assignment]
        found.setdefault(stem, []).append(part)
    return found


def render(
    mix: Mix, files: Mapping[str, Path], folder: Path, report: Callable[[float], None]
) -> tuple[dict[Stem, Path], float | None]:
    """Write the stems into `folder`; where they are, and the level of the speech in dBFS while somebody speaks (None:
    nobody does). `files` has the path of each of the mix's files; `report` gets the part that is done.

    Raises UnreadableMedia about a file, MediaFailed and DiskFull about writing.
    """
    groups = stems_of(mix)
    paths: dict[Stem, Path] = {name: folder / f"{name}.flac" for name in groups}
    level = _Level()
    with ExitStack() as stack:
        writers = {name: stack.enter_context(_Writer(path)) for name, path in paths.items()}
        mixers = {name: _Sum(parts, files) for name, parts in groups.items()}
        for mixer in mixers.values():
            stack.callback(mixer.close)
        for first in range(0, mix.samples, BLOCK):
            count = min(BLOCK, mix.samples - first)
            for name, mixer in mixers.items():
                block = mixer.block(first, count)
                if name == "speech":
                    level.hear(block)
                writers[name].write(block)
            report((first + count) / mix.samples)
    return paths, level.decibels


class _Live:
    """A part that is heard now, read as the film goes on."""

    def __init__(self, part: Part, path: Path) -> None:
        self.part = part
        self._source = stretched(_limited(path, part), part.speed)
        self._left = numpy.zeros((0, 2), numpy.float32)
        self._gain = numpy.float32(10 ** (part.gain / 20))

    def add(self, into: Any, first: int, count: int) -> None:
        """Add what is heard within film samples `first` to `first + count` to the block."""
        at, until = max(self.part.at, first), min(self.part.end, first + count)
        sound = self._take(until - at) * self._gain
        for fade in self.part.fades:
            _fade(sound, fade, at)
        into[at - first : until - first] += sound

    def close(self) -> None:
        """Close its file."""
        self._source.close()  # type: ignore[attr-defined]

    def _take(self, count: int) -> Any:
        held, there = [self._left], len(self._left)
        while there < count:
            block = next(self._source, None)
            if block is None:
                block = numpy.zeros((count - there, 2), numpy.float32)
            held.append(block)
            there += len(block)
        whole = numpy.concatenate(held)
        self._left = whole[count:]
        return whole[:count].copy()


class _Sum:
    """The sum of some parts, asked for in order."""

    def __init__(self, parts: list[Part], files: Mapping[str, Path]) -> None:
        self._files = files
        self._waiting = [(part.at, number, part) for number, part in enumerate(parts)]
        heapq.heapify(self._waiting)
        self._live: list[_Live] = []

    def block(self, first: int, count: int) -> Any:
        """Film samples `first` to `first + count`."""
        while self._waiting and self._waiting[0][0] < first + count:
            part = heapq.heappop(self._waiting)[2]
            self._live.append(_Live(part, self._files[part.file.path]))
        into = numpy.zeros((count, 2), numpy.float32)
        for live in self._live:
            live.add(into, first, count)
        for live in [live for live in self._live if live.part.end <= first + count]:
            self._live.remove(live)
            live.close()
        return into

    def close(self) -> None:
        """Close every file that is open."""
        for live in self._live:
            live.close()


class _Writer:
    """A stem that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> _Writer:
        """Opens the file."""
        with making(self._path):
            self._container = av.open(str(self._path), "w", format="flac")
            self._stream: Any = self._container.add_stream("flac", rate=SAMPLE_RATE, layout="stereo", format="s32")
            self._stream.codec_context.options = {"compression_level": "0"}
        self._done = 0
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Finishes the file, or only closes it after a fault."""
        try:
            if kind is None:
                with making(self._path):
                    self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()

    def write(self, block: Any) -> None:
        """Append a block."""
        scaled = numpy.clip(block * (1 / HEADROOM), -1, 1 - 2**-23).astype(numpy.float64)
        packed = (numpy.rint(scaled * 2**23).astype(numpy.int32) << 8).reshape(1, -1)
        with making(self._path):
            frame = av.AudioFrame.from_ndarray(numpy.ascontiguousarray(packed), format="s32", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._done, Fraction(1, SAMPLE_RATE)
            self._done += len(block)
            self._container.mux(self._stream.encode(frame))


class _Level:
    """The level of speech, from the tenths of a second in which there is any."""

    def __init__(self) -> None:
        self._power = 0.0
        self._windows = 0

    def hear(self, block: Any) -> None:
        """Listen to more."""
        whole = len(block) // _WINDOW * _WINDOW
        if whole:
            power = (block[:whole].astype(numpy.float64) ** 2).mean(axis=1).reshape(-1, _WINDOW).mean(axis=1)
            spoken = power[power > QUIET**2]
            self._power += float(spoken.sum())
            self._windows += len(spoken)

    @property
    def decibels(self) -> float | None:
        """The mean level so far, dBFS."""
        return 10 * math.log10(self._power / self._windows) if self._windows else None


def _limited(path: Path, part: Part) -> Iterator[Any]:
    """What of the file the part needs."""
    left = math.ceil(part.samples * part.speed) + SAMPLE_RATE // 10
    for block in blocks(path, part.start):
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _fade(sound: Any, fade: Fade, at: int) -> None:
    """Apply a fade to sound that begins at film sample `at`, in place."""
    begin, end = fade.first - at, fade.first + fade.samples - at
    over = slice(max(0, begin), max(0, min(len(sound), end)))
    steps = (numpy.arange(over.start, max(over.start, over.stop)) - begin + 0.5) / fade.samples
    curve = numpy.sin(steps * (math.pi / 2)) if fade.rises else numpy.cos(steps * (math.pi / 2))
    sound[over.start : over.start + len(steps)] *= curve[:, None].astype(numpy.float32)
    if fade.rises:
        sound[: max(0, begin)] = 0
    else:
        sound[max(0, end) :] = 0
