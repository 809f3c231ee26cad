"""Joining by decoding and encoding once: conform in time, size and colour, then H.264 BT.709 with tags.

The way for clips of any origin; see `copying` for clips that already are what the film needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from domain.errors import MediaFailed, UnreadableMedia
from infrastructure.media import clips, colours
from infrastructure.media.faults import making
from infrastructure.media.quality import QUALITIES
from infrastructure.media.reel import Piece, total
from infrastructure.media.silence import SilentTrack


class Format(NamedTuple):
    """What the film is to be: pixels, frames per second, and one of `QUALITIES`."""

    width: int
    height: int
    rate: Fraction
    quality: str


def encode(
    pieces: Sequence[Piece], output: OutputContainer, film: Format, report: Callable[[int], None], called: str
) -> None:
    """Write video and silence of the whole film into `output`; `report` gets the frames done after each frame.

    Raises MediaFailed about the shot whose clip cannot be read, or about the film, which errors call `called`.
    """
    stream = _stream(output, film)
    sound = SilentTrack(output, total(pieces), film.rate)
    done = 0
    for piece in pieces:
        shown = 0
        try:
            with clips.opened(piece.path) as (container, source):
                conform = _Conform(film)
                last = max(piece.repeats)
                for index, frame in enumerate(container.decode(source)):
                    times = piece.repeats.get(index, 0)
                    picture = conform(frame) if times else frame
                    for _ in range(times):
                        picture.pts = done
                        picture.time_base = 1 / film.rate
                        with making(Path(called)):  # a full disk is not the clip's fault
                            output.mux(stream.encode(picture))
                        done += 1
                        report(done)
                    shown += times
                    if index == last:
                        break
        except UnreadableMedia as error:
            raise MediaFailed(f"Shot {piece.shot}: {error.message}", error.cure) from error
        if shown != piece.frames:
            raise MediaFailed(
                f"Shot {piece.shot}: {piece.path.name} is shorter than its take says.", "Make this take again."
            )
        sound.write(done / film.rate)
    output.mux(stream.encode(None))
    sound.write()


def _stream(output: OutputContainer, film: Format) -> VideoStream:
    preset, crf = QUALITIES[film.quality]
    options = {"preset": preset, "crf": str(crf), "x264-params": "open-gop=0"}
    stream: VideoStream = output.add_stream("libx264", rate=film.rate, options=options)
    stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / film.rate
    context.gop_size = max(1, math.ceil(film.rate * 2))
    context.colorspace = context.color_primaries = context.color_trc = colours.BT709
    context.color_range = colours.LIMITED
    return stream


class _Conform:
    """Brings frames to the film's size and to limited-range BT.709 yuv420p.

    A clip of another aspect fills the frame and is cropped evenly on both sides: models work in multiples of 16 pixels,
    so their aspect is nearly the film's, and black bars of a few pixels would show more than the loss.
    """

    def __init__(self, film: Format) -> None:
        self._film = film
        self._key: tuple[Any, ...] = ()
        self._graph: av.filter.Graph | None = None
        self._pushed = 0

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        key = (frame.width, frame.height, frame.format.name, int(frame.colorspace), int(frame.color_range))
        if key != self._key:
            self._key, self._graph = key, self._built(frame)
        if self._graph is not None:
            # the chain says how to read the frame; a tag that differs from the chain's input would be refused
            frame.colorspace = 2
            frame.color_range = 0
            frame.pts = self._pushed
            frame.time_base = 1 / self._film.rate
            self._pushed += 1
            self._graph.push(frame)
            pulled = self._graph.pull()
            assert isinstance(pulled, VideoFrame)
            frame = pulled
        frame.colorspace = frame.color_primaries = frame.color_trc = colours.BT709
        frame.color_range = colours.LIMITED
        frame.pict_type = 0  # else the source's picture types would be asked of the encoder
        return frame

    def _built(self, frame: VideoFrame) -> av.filter.Graph | None:
        chain = self._chain(frame)
        if not chain:
            return None
        graph = av.filter.Graph()
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=1 / self._film.rate
        )
        for name, arguments in [*chain, ("buffersink", "")]:
            link = graph.add(name, arguments) if arguments else graph.add(name)
            last.link_to(link)
            last = link
        graph.configure()
        return graph

    def _chain(self, frame: VideoFrame) -> list[tuple[str, str]]:
        """FFmpeg filters and their arguments; empty when the frame already is what the film needs."""
        chain: list[tuple[str, str]] = []
        rgb, full, matrix = colours.is_rgb(frame), colours.is_full_range(frame), colours.filter_matrix(frame)
        wide, high = self._covering(frame.width, frame.height)
        exact = "flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp"
        if rgb:
            chain.append(("scale", f"{wide}:{high}:{exact}:out_color_matrix=bt709:out_range=tv"))
        elif (wide, high) != (frame.width, frame.height):
            chain.append(("scale", f"{wide}:{high}:{exact}"))
        if (wide, high) != (self._film.width, self._film.height):
            chain.append(("crop", f"{self._film.width}:{self._film.height}"))
        if not rgb and (full or matrix != "bt709"):
            # the exact matrix conversion knows these formats; deeper ones keep their bits up to it
            chain.append(("format", "yuv420p|yuv422p|yuv444p|yuv420p10|yuv422p10|yuv444p10"))
            same = "iprimaries=bt709:itrc=bt709:primaries=bt709:trc=bt709"
            chain.append(("colorspace", f"ispace={matrix}:irange={'pc' if full else 'tv'}:space=bt709:range=tv:{same}"))
        if chain or frame.format.name != "yuv420p":
            chain.append(("format", "yuv420p"))
        return chain

    def _covering(self, width: int, height: int) -> tuple[int, int]:
        """The smallest even size of the clip's aspect that covers the film's frame."""
        factor = max(Fraction(self._film.width, width), Fraction(self._film.height, height))
        wide, high = (2 * math.ceil(Fraction(round(side * factor), 2)) for side in (width, height))
        return max(wide, self._film.width), max(high, self._film.height)
