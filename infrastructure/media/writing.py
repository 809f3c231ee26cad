"""Writing frames as files of each kind: films, moving pictures for the web, and numbered stills."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame
from PIL import Image

from infrastructure.media import clips, colours
from infrastructure.media.encoders import Wish, open_stream
from infrastructure.media.faults import making, reading
from infrastructure.media.sound import Track

Report = Callable[[int], None]
"""Gets the frames done."""


def write_film(
    frames: Iterator[VideoFrame], output: av.container.OutputContainer, wish: Wish, encoder: str,
    track: Callable[[], Track | None], report: Report, called: str,
) -> None:  # fmt: skip
    """Encode the frames and the sound into a container."""
    stream = open_stream(output, wish, encoder)
    sound = track()
    for number, frame in enumerate(frames):
        shown = frame if frame.format.name == stream.pix_fmt else frame.reformat(format=stream.pix_fmt)
        shown.pts = number
        shown.time_base = 1 / wish.rate
        with making(Path(called)):  # a full disk is not the clip's fault
            output.mux(stream.encode(shown))
        report(number + 1)
        if sound is not None:
            sound.write((number + 1) / wish.rate)
    with making(Path(called)):
        output.mux(stream.encode(None))
    if sound is not None:
        sound.write()


def write_gif(frames: Iterator[VideoFrame], target: Path, wish: Wish, report: Report, called: str) -> None:
    """A GIF with a palette of its own for each frame, so that none has to be kept for a common one."""
    graph: av.filter.Graph | None = None
    with making(Path(called)), av.open(str(target), "w", format="gif") as output:
        stream = open_stream(output, wish, "gif")
        for number, frame in enumerate(frames):
            if graph is None:
                graph = _palette(frame)
            frame.colorspace, frame.color_range = 2, 0
            frame.pts, frame.time_base = number, Fraction(1, 1000)
            graph.push(frame)
            picture = graph.pull()
            assert isinstance(picture, VideoFrame)
            picture.pts, picture.time_base = number, 1 / wish.rate
            output.mux(stream.encode(picture))
            report(number + 1)
        output.mux(stream.encode(None))


def write_stills(frames: Iterator[VideoFrame], folder: Path, report: Report, called: str) -> None:
    """Numbered PNG files, from 000001.png on."""
    with making(Path(called)):
        folder.mkdir()
        for number, frame in enumerate(frames, 1):
            colours.to_picture(frame).save(folder / f"{number:06d}.png", "PNG", compress_level=3)
            report(number)


def count_encoded(path: Path) -> int:
    """How many frames are in a film that was just encoded: its packets, if they stand at even times; the last of them
    are decoded."""
    with clips.opened(path) as (container, stream):
        stamps = sorted(p.pts for p in container.demux(stream) if p.size and p.pts is not None)
        assert stream.time_base is not None
        rate = stream.average_rate or stream.guessed_rate
        if rate is None or any(
            abs((stamp - stamps[0]) * stream.time_base - number / rate) * rate > 0.01
            for number, stamp in enumerate(stamps)
        ):
            return -1
    with clips.opened(path) as (container, stream):
        container.seek(stamps[-1], stream=stream)
        last = -1
        for frame in container.decode(stream):
            last = frame.pts if frame.pts is not None else last
    return len(stamps) if last == stamps[-1] else -1


def count_moving(path: Path) -> int:
    """How many frames a GIF or WebP shows, for as long as they are shown: equal frames may be stored once."""
    with reading(path), Image.open(path) as image:
        return int(getattr(image, "n_frames", 1))


def _palette(frame: VideoFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000))
    rgb = graph.add(
        "scale", "iw:ih:flags=accurate_rnd+full_chroma_int+full_chroma_inp:in_color_matrix=bt709:in_range=tv"
    )
    form, split = graph.add("format", "rgb24"), graph.add("split")
    make, use = graph.add("palettegen", "stats_mode=single"), graph.add("paletteuse", "new=1:dither=sierra2_4a")
    sink = graph.add("buffersink")
    source.link_to(rgb)
    rgb.link_to(form)
    form.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(make, 1, 0)
    make.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph


def picked(frames: Iterator[VideoFrame], wanted: int, step: Fraction) -> Iterator[VideoFrame]:
    """`wanted` frames: number j is the film's frame floor(j * step)."""
    last: VideoFrame | None = None
    number = -1
    for j in range(wanted):
        place = math.floor(j * step)
        while number < place:
            following = next(frames, None)
            if following is None:
                break
            last, number = following, number + 1
        if last is not None:
            yield last
