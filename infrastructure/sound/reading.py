"""Reading sound with PyAV: any rate and layout as 48 kHz stereo, in sync with the picture to the sample."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from domain.errors import UnreadableMedia
from domain.sound.files import MOST_PEAKS, SoundInfo
from domain.sound.mixing import SAMPLE_RATE, tempo
from infrastructure.media.clips import MAX_STREAMS, REFUSED
from infrastructure.media.faults import reading

QUIET = 10 ** (-50 / 20)
"""What is below this part of full scale (-50 dBFS) counts as silence."""

_PEAK_RATE = 20  # bars a second of a short sound
_PREROLL = 1.0  # seconds that are decoded before a place sought, for codecs that need what came before
_GAP = Fraction(1, 50)  # seconds that may be missing between two packets before silence is put there
_PORTION = 1 << 16


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    """A file and its first sound. Whatever goes wrong inside is raised as UnreadableMedia."""
    options = {"protocol_whitelist": "file"}
    with reading(path), av.open(str(path), options=options, metadata_errors="replace") as container:
        if set(container.format.name.split(",")) & REFUSED or len(container.streams) > MAX_STREAMS:
            raise UnreadableMedia(f"{path.name} cannot be read: it is no sound file.", "Choose a sound or video file.")
        if not container.streams.audio:
            raise UnreadableMedia(f"{path.name} cannot be read: there is no sound in it.", "Choose another file.")
        stream = container.streams.audio[0]
        if not 1 <= stream.rate <= 768_000 or not 1 <= stream.channels <= 64:
            raise UnreadableMedia(
                f"{path.name} cannot be read: {stream.rate} Hz with {stream.channels} channels is no sound.",
                "Convert it to WAV first.",
            )
        yield container, stream


def has_picture(container: InputContainer) -> bool:
    """Whether there is a moving picture in it, and not only a cover."""
    return any(not _is_cover(stream) for stream in container.streams.video)


def blocks(path: Path, start: Fraction = Fraction(0)) -> Iterator[Any]:
    """The sound of a file from `start` seconds on, as float32 arrays of (samples, 2) at 48 kHz.

    Seconds count from the file's first picture where it has one, else from its first sample. A sound that begins later
    is preceded by silence, and one with a gap is filled up.
    """
    wanted = math.floor(start * SAMPLE_RATE + Fraction(1, 2))
    with opened(path) as (container, stream):
        origin = _origin(container, stream)
        if start > 3 * _PREROLL and stream.time_base is not None:
            begin = origin + start - Fraction(_PREROLL)
            container.seek(int(begin / stream.time_base), stream=stream)
        resampler: Any = None
        place, due = 0, Fraction(0)
        for frame in container.decode(stream):
            stamp, base = frame.pts, frame.time_base
            time = due if stamp is None or base is None else stamp * Fraction(base)
            if resampler is None:
                resampler = _resampler()
                place = math.floor((time - origin) * SAMPLE_RATE + Fraction(1, 2))
                if place > wanted:
                    yield from _silence(place - wanted)
                    wanted = place
            elif time - due > _GAP:
                missing = math.floor((time - due) * SAMPLE_RATE)
                for block in _all(resampler.resample(None)):
                    yield from _from(block, place, wanted)
                    place += len(block)
                resampler = _resampler()
                yield from (b for quiet in _silence(missing) for b in _from(quiet, place, wanted))
                place += missing
            due = time + Fraction(frame.samples, frame.sample_rate)
            for block in _all(resampler.resample(frame)):
                yield from _from(block, place, wanted)
                place += len(block)
        if resampler is not None:
            for block in _all(resampler.resample(None)):
                yield from _from(block, place, wanted)
                place += len(block)


def stretched(source: Iterator[Any], speed: Fraction) -> Iterator[Any]:
    """The same sound at another speed, with its pitch kept."""
    if speed == 1:
        yield from source
        return
    graph = av.filter.Graph()
    last = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    steps: list[tuple[str, str | None]] = [("atempo", f"{factor:.9f}") for factor in tempo(speed)]
    for name, value in [*steps, ("aformat", "sample_fmts=fltp"), ("abuffersink", None)]:
        link = graph.add(name, value)
        last.link_to(link)
        last = link
    graph.configure()
    done = 0
    for block in source:
        frame = AudioFrame.from_ndarray(numpy.ascontiguousarray(block.T), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, done, Fraction(1, SAMPLE_RATE)
        done += len(block)
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def probe(path: Path) -> SoundInfo:
    """What is in a sound, found by decoding all of it. Raises UnreadableMedia."""
    with opened(path) as (_, stream):
        rate, channels = stream.rate, stream.channels
    loudest: list[float] = []  # of every hundredth of a second
    hop = SAMPLE_RATE // 100
    count, first, last = 0, -1, 0
    left = numpy.zeros(0, numpy.float32)
    for block in blocks(path):
        flat = numpy.abs(block).max(axis=1)
        loud = numpy.flatnonzero(flat > QUIET)
        if len(loud):
            first = count + int(loud[0]) if first < 0 else first
            last = count + int(loud[-1]) + 1
        count += len(flat)
        left = numpy.concatenate([left, flat])
        whole = len(left) // hop * hop
        loudest += left[:whole].reshape(-1, hop).max(axis=1).tolist()
        left = left[whole:]
    if len(left):
        loudest.append(float(left.max()))
    if not count:
        raise UnreadableMedia(f"{path.name} cannot be read: there is no sound in it.", "Choose another file.")
    seconds = Fraction(count, SAMPLE_RATE)
    return SoundInfo(
        seconds=seconds, rate=rate, channels=channels, first=Fraction(max(0, first), SAMPLE_RATE),
        end=Fraction(last, SAMPLE_RATE), peaks=_bars(loudest, max(1, min(MOST_PEAKS, round(seconds * _PEAK_RATE)))),
    )  # fmt: skip


def _bars(loudest: list[float], wanted: int) -> tuple[int, ...]:
    bars = []
    for number in range(wanted):
        first = number * len(loudest) // wanted
        part = loudest[first : max(first + 1, (number + 1) * len(loudest) // wanted)]
        bars.append(min(255, round(255 * max(part, default=0.0))))
    return tuple(bars)


def _origin(container: InputContainer, sound: AudioStream) -> Fraction:
    """The time from which seconds count: that of the first picture, or where there is none of the first sample."""
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    first: Any = pictures[0] if pictures else sound
    return Fraction(0) if None in (first.start_time, first.time_base) else first.start_time * Fraction(first.time_base)


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _resampler() -> Any:
    return av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)


def _all(frames: list[AudioFrame]) -> Iterator[Any]:
    for frame in frames:
        yield frame.to_ndarray().T


def _from(block: Any, place: int, wanted: int) -> Iterator[Any]:
    """What of the block, which begins at sample `place`, is from sample `wanted` on."""
    if place + len(block) > wanted:
        yield block[max(0, wanted - place) :]


def _silence(count: int) -> Iterator[Any]:
    for first in range(0, count, _PORTION):
        yield numpy.zeros((min(_PORTION, count - first), 2), numpy.float32)


def _pulled(graph: av.filter.Graph) -> Iterator[Any]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame.to_ndarray().T
