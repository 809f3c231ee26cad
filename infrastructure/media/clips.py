"""Reading clips with PyAV: what is in them, counted and not believed, and single frames out of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from domain.errors import UnreadableMedia
from domain.take import MediaInfo
from domain.timing import MAX_RATE
from infrastructure.media import colours, pictures
from infrastructure.media.faults import reading

log = logging.getLogger(__name__)

MAX_SIDE = 16384
"""Longest side of a clip that is decoded, in pixels."""

MAX_PIXELS = 40_000_000
"""Largest picture of a clip that is decoded, in pixels; decoders keep many of them in memory."""

MAX_STREAMS = 64
"""Most streams of a clip: pictures, sounds, subtitles."""

MAX_FRAMES = 5_000_000
"""Most frames of a clip that are counted: two days at 24 a second."""

_FEW_AT_ONCE = 9_000_000  # above this many pixels frames are decoded one after another, so that memory stays small

# FFmpeg also opens playlists and text formats that name other files and addresses; clips are none of these
REFUSED = {
    "hls",
    "concat",
    "dash",
    "image2",
    "image2pipe",
    "lavfi",
    "sdp",
    "rtsp",
    "tty",
    "subviewer",
    "webvtt",
    "srt",
}


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A clip and its video stream, decoded on all cores. Whatever goes wrong inside is raised as UnreadableMedia."""
    # no protocol but files: a playlist named .mp4 must not reach the network
    options = {"protocol_whitelist": "file"}
    with reading(path), av.open(str(path), options=options, metadata_errors="replace") as container:
        if set(container.format.name.split(",")) & REFUSED or not container.streams.video:
            raise UnreadableMedia(f"{path.name} cannot be read: there is no video in it.", "Choose a video file.")
        stream = container.streams.video[0]
        sides = 0 < stream.width <= MAX_SIDE and 0 < stream.height <= MAX_SIDE
        if not sides or stream.width * stream.height > MAX_PIXELS:
            raise UnreadableMedia(
                f"{path.name} cannot be read: {stream.width} x {stream.height} pixels is no size for a clip.",
                "Make it again, or choose another file.",
            )
        if len(container.streams) > MAX_STREAMS:
            raise UnreadableMedia(
                f"{path.name} cannot be read: it has {len(container.streams)} streams, no more than {MAX_STREAMS} "
                "are taken.", "Make it again with one picture and one sound.",
            )  # fmt: skip
        few = stream.width * stream.height > _FEW_AT_ONCE
        stream.thread_type = av.codec.context.ThreadType.SLICE if few else av.codec.context.ThreadType.AUTO
        yield container, stream


def probe(path: Path, *, quick: bool = False, report: Callable[[int], None] = lambda _: None) -> MediaInfo:
    """What is in a clip, every frame decoded. `quick` decodes without deblocking: same count, other pixels.
    `report` gets the frames counted so far.

    The rate is exact; a clip whose frames are unevenly long has the average rate and a warning in the log.
    """
    with opened(path) as (container, stream):
        if quick:
            stream.codec_context.options = {"skip_loop_filter": "all"}
        stamps: list[int | None] = []
        first: VideoFrame | None = None
        for frame in container.decode(stream):
            first = first or frame
            stamps.append(frame.pts)
            if len(stamps) > MAX_FRAMES:
                raise UnreadableMedia(f"{path.name} has more than {MAX_FRAMES:,} frames.", "Cut it into parts first.")
            report(len(stamps))
        if first is None:
            raise UnreadableMedia(f"{path.name} cannot be read: it holds no frame.", "Make it again.")
        rate, even = _rate(stamps, stream)
        if not even:
            log.warning("%s has frames of uneven length; its average rate is taken.", path)
        return _info(path, container, stream, first, len(stamps), rate)


def header(path: Path, frames: int) -> MediaInfo:
    """What is in a clip whose frames were counted already; one frame of it is decoded."""
    with opened(path) as (container, stream):
        first = next(iter(container.decode(stream)), None)
        if first is None:
            raise UnreadableMedia(f"{path.name} cannot be read: it holds no frame.", "Make it again.")
        return _info(path, container, stream, first, frames, _plausible(stream.average_rate or stream.guessed_rate))


def _info(
    path: Path, container: InputContainer, stream: VideoStream, first: VideoFrame, frames: int, rate: Fraction | None
) -> MediaInfo:
    sound = container.streams.audio[0] if container.streams.audio else None
    seconds = Fraction(0)
    if sound is not None and sound.duration and sound.time_base:
        seconds = sound.duration * sound.time_base
    sideways = round(first.rotation) % 180 == 90
    return MediaInfo(
        width=first.height if sideways else first.width,
        height=first.width if sideways else first.height,
        frames=frames,
        rate=rate,
        codec=stream.codec_context.name.removeprefix("lib").replace("dav1d", "av1"),
        pix_fmt=first.format.name,
        matrix=colours.matrix_name(int(first.colorspace)),
        bit_rate=int(stream.bit_rate or container.bit_rate or 0),
        audio=sound is not None,
        audio_frames=round(seconds * rate) if rate else 0,
        size=path.stat().st_size,
    )


def last_frame(clip: Path, target: Path) -> None:
    """Decode the last frame into a PNG. The whole clip is decoded: seeking trusts an index that may be wrong."""
    with opened(clip) as (container, stream):
        last: VideoFrame | None = None
        for frame in container.decode(stream):
            last = frame
        if last is None:
            raise UnreadableMedia(f"{clip.name} cannot be read: it holds no frame.", "Make it again.")
        picture = colours.to_picture(last)
    pictures.save_png(picture, target)


def thumbnail(clip: Path, target: Path, width: int) -> None:
    """A WebP of the first frame, at most `width` pixels wide."""
    with opened(clip) as (container, stream):
        # frame threads would decode several frames ahead for one
        stream.thread_type = av.codec.context.ThreadType.SLICE
        first = next(iter(container.decode(stream)), None)
        if first is None:
            raise UnreadableMedia(f"{clip.name} cannot be read: it holds no frame.", "Make it again.")
        picture = colours.to_picture(first)
    pictures.save_small(picture, target, width)


def filmstrip(clip: Path, target: Path, frames: int, count: int, width: int) -> None:
    """A WebP of `count` frames side by side, each `width` pixels wide: picture k is the frame in the middle of the
    k-th of `count` equal parts of a clip of `frames` frames."""
    wanted = [max(0, frames) * (2 * k + 1) // (2 * count) for k in range(count)]
    found: list[Image.Image] = []
    with opened(clip) as (container, stream):
        for number, frame in enumerate(container.decode(stream)):
            while len(found) < count and wanted[len(found)] <= number:
                picture = found[-1] if found and wanted[len(found) - 1] == number else colours.to_picture(frame)
                height = max(1, round(width * picture.height / picture.width))
                found.append(picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2))
            if len(found) == count:
                break
    if not found:
        raise UnreadableMedia(f"{clip.name} cannot be read: it holds no frame.", "Make it again.")
    strip = Image.new("RGB", (width * count, found[0].height))
    for place in range(count):
        strip.paste(found[min(place, len(found) - 1)], (width * place, 0))
    pictures.save_small(strip, target, strip.width)


def _rate(stamps: list[int | None], stream: VideoStream) -> tuple[Fraction | None, bool]:
    """Frames per second, exact, and whether the frames are evenly long (within one tick of the time base)."""
    known = [stamp for stamp in stamps if stamp is not None]
    steps = {b - a for a, b in pairwise(known)}
    average = stream.average_rate or stream.guessed_rate
    even = not steps or max(steps) - min(steps) <= 1
    if len(steps) == 1 and stream.time_base:
        step = steps.pop()
        exact = 1 / (step * stream.time_base) if step > 0 else None
        # time bases such as 1/1000 cannot say 24000/1001; the container's word is better then
        if exact is not None and (average is None or abs(exact - average) < average / 1000) and exact.denominator == 1:
            return _plausible(exact), even
    return _plausible(average), even


def _plausible(rate: Fraction | None) -> Fraction | None:
    if rate is None or not 1 <= rate <= MAX_RATE:
        return None
    return rate if rate.denominator <= 100_000 else rate.limit_denominator(1001)
