"""The one decoding pass: every frame is handed to the meter once, sound beside it, and the file is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av import AudioFrame, Packet, VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from domain.errors import UnreadableMedia
from domain.quality.figures import FrameFigures, Stream
from domain.quality.values import Expectation
from domain.timing import MAX_RATE
from infrastructure.environment import cores
from infrastructure.media import clips, colours
from infrastructure.media.faults import explain
from infrastructure.quality.checksums import SliceSums, cut_short, damaged_ranges
from infrastructure.quality.measure import Meter
from infrastructure.quality.sounds import SoundMeter

_UNEVEN_KEPT = 32
_UNTIMED = frozenset({"avi"})
"""Containers that hold no times of presentation: the order of decoding numbers their frames."""
_THREADS = min(8, cores() + 1)
"""Decoding threads: each holds a frame, and a machine may have many more cores than this needs."""


@dataclass
class _Times:
    """Times of presentation: the steady step, and what is not on it."""

    base: Fraction
    first: int | None = None
    last: int = 0
    step: int = 0
    count: int = 0
    uneven: list[int] = field(default_factory=list)
    uneven_count: int = 0
    _nominal: Fraction = Fraction(0)

    def add(self, stamp: int | None, nominal: Fraction | None) -> float:
        """Count a frame; its time from the first, seconds. `nominal` is the rate that the container tells."""
        if stamp is None:
            stamp = self.last + self.step
        if self.first is None:
            self.first = stamp
            self._nominal = 1 / (nominal * self.base) if nominal else Fraction(0)
        else:
            step = stamp - self.last
            expected = float(self._nominal or self.step)
            if self.step and abs(step - expected) > 1 + expected / 50:
                self.uneven_count += 1
                if len(self.uneven) < _UNEVEN_KEPT:
                    self.uneven.append(self.count)
            self.step = self.step or step
        self.last = stamp
        self.count += 1
        return float((stamp - self.first) * self.base)

    def rate(self, told: Fraction | None) -> Fraction | None:
        """Frames per second, exact: what the container tells where the times bear it out, else from the times."""
        if self.first is None or self.count < 2 or self.last <= self.first:
            return told
        counted = (self.count - 1) / ((self.last - self.first) * self.base)
        if told and abs(counted - told) * (self.last - self.first) * self.base <= 1:
            return told
        return counted.limit_denominator(1001) if 1 <= counted <= MAX_RATE else None


class _Sums:
    """Which frames the file's own checksums say are not as they were written: for sure (FFV1), or somewhere among them
    (Matroska's clusters)."""

    def __init__(self, path: Path, codec: str) -> None:
        self._slices = SliceSums() if codec == "ffv1" else None
        self._ranges = [] if self._slices else damaged_ranges(path)
        self._sure: set[int] = set()
        self._among: set[int] = set()
        self.spans: list[tuple[int, int]] = []

    def packet(self, packet: Packet[Any]) -> None:
        """Count a packet of the picture."""
        if packet.pts is None or not packet.size:
            return
        if self._slices and self._slices.damaged(bytes(packet)):
            self._sure.add(packet.pts)
        at = packet.pos or 0
        if any(first <= at < last for first, last in self._ranges):
            self._among.add(packet.pts)

    def damaged(self, frame: VideoFrame, index: int) -> bool:
        """Whether this frame is damaged for sure."""
        if frame.pts in self._among:
            self._among.discard(frame.pts)
            if self.spans and self.spans[-1][1] == index - 1:
                self.spans[-1] = self.spans[-1][0], index
            elif len(self.spans) < _UNEVEN_KEPT:
                self.spans.append((index, index))
        return frame.pts in self._sure


Observe = Callable[[FrameFigures], None]


def examine(
    path: Path,
    begin: Callable[[Fraction | None], Observe],
    report: Callable[[int, int], None],
    expectation: Expectation | None = None,
) -> Stream:
    """Decode `path` once. `begin` gets the rate that the container tells and gives what takes the figures of every
    frame in order; `report` gets the frames done and those the container tells (0: unknown); the subjects
    of `expectation` are compared with their references.

    A file that breaks off or is damaged is measured as far as it goes and says so. Raises UnreadableMedia when it has
    no picture at all.
    """
    with clips.opened(path) as (container, stream):
        sound = container.streams.audio[0] if container.streams.audio else None
        hearing = SoundMeter(sound) if sound is not None else None
        told = _plausible(stream.average_rate or stream.guessed_rate)
        times = _Times(Fraction(stream.time_base or Fraction(1, 1000)))
        meter, size = Meter(expectation), 0
        untimed = container.format.name in _UNTIMED
        first: VideoFrame | None = None
        observe = begin(told)
        stream.codec_context.thread_count = _THREADS
        faults: list[tuple[int, str]] = []

        def failed(error: Exception) -> None:
            if not faults:  # the first one says why; a damaged file may have thousands
                faults.append((times.count, explain(error)[0]))

        sums = _Sums(path, stream.codec_context.name)
        for part in _parts(container, stream, hearing, failed, sums):
            if isinstance(part, int):
                size += part
                continue
            first = first or part
            seconds = times.add(part.dts if untimed else part.pts, told)
            damaged = part.is_corrupt or sums.damaged(part, times.count - 1)
            observe(meter.measure(part, times.count - 1, seconds, damaged=bool(damaged)))
            report(times.count, stream.frames)
        if not faults and cut_short(path):
            faults.append((times.count, "it is cut short"))
        if first is None:
            raise UnreadableMedia(f"{path.name} cannot be read: it holds no frame.", "Make it again.")
        rate = times.rate(told)
        seconds = float((times.last - (times.first or 0)) * times.base) + (1 / float(rate) if rate else 0)
        return Stream(
            name=path.name, size=path.stat().st_size, container=container.format.name.split(",")[0],
            codec=stream.codec_context.name.removeprefix("lib").replace("dav1d", "av1"), pix_fmt=first.format.name,
            width=first.width, height=first.height, frames=times.count, claimed=int(stream.frames), rate=rate,
            seconds=seconds, bit_rate=round(size * 8 / seconds) if seconds > 0 else 0,
            aspect=str(stream.sample_aspect_ratio or Fraction(1)),
            matrix=colours.matrix_name(int(first.colorspace)),
            primaries=colours.primaries_name(int(first.color_primaries)),
            transfer=colours.transfer_name(int(first.color_trc)),
            range="full" if colours.is_full_range(first) else "limited",
            uneven=tuple(times.uneven), uneven_count=times.uneven_count,
            broken_at=faults[0][0] if faults else None, broken_why=faults[0][1] if faults else "",
            unsound=tuple(sums.spans),
            sound=hearing.result(0.0 if untimed else float((times.first or 0) * times.base)) if hearing else None,
        )  # fmt: skip


def _parts(
    container: InputContainer,
    stream: VideoStream,
    hearing: SoundMeter | None,
    failed: Callable[[Exception], None],
    sums: _Sums,
) -> Iterator[VideoFrame | int]:
    """Frames of the picture as they are decoded, and the bytes of each of its packets. What cannot be decoded is told
    to `failed` and left out."""
    wanted = [stream, *container.streams.audio[:1]] if hearing else [stream]
    packets = container.demux(wanted)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.FFmpegError, OSError) as error:
            failed(error)
            return
        if packet.stream.type == "video":
            yield packet.size
            sums.packet(packet)
        try:
            decoded = packet.decode()
        except (av.FFmpegError, OSError) as error:
            failed(error)
            continue
        for frame in decoded:
            if isinstance(frame, VideoFrame):
                yield frame
            elif hearing and isinstance(frame, AudioFrame):
                hearing.observe(frame)


def _plausible(rate: Fraction | None) -> Fraction | None:
    if rate is None or not 1 <= rate <= MAX_RATE:
        return None
    return rate if rate.denominator <= 100_000 else rate.limit_denominator(1001)
