"""Bringing decoded frames to the film's size, colours and pixel format, with FFmpeg's filters.

Frames come out in limited-range BT.709 with tags, upright, without transparency (over black), 8 or 10 bits deep.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

import av
from av.video.frame import VideoFrame

from domain.cut.finish import Fit
from infrastructure.media import colours

SCALING = "flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp"
_TURNS = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}
_EXACT_IN = "yuv420p|yuv422p|yuv444p|yuv420p10|yuv422p10|yuv444p10"

Chain = list[tuple[str, str | dict[str, str]]]
"""FFmpeg filters and their arguments, in order; a dictionary where a value must not be read as filter syntax."""


class Picture(NamedTuple):
    """What every frame of the film is: its size in pixels, its pixel format, and how other shapes are fitted."""

    width: int
    height: int
    pixels: str = "yuv420p"
    fit: Fit = "fill"


def run(graph: av.filter.Graph, frame: VideoFrame) -> VideoFrame:
    """One frame through a graph that gives one for each."""
    graph.push(frame)
    pulled = graph.pull()
    assert isinstance(pulled, VideoFrame)
    return pulled


def graph_of(frame: VideoFrame, chain: Chain) -> av.filter.Graph:
    """A graph that takes frames like this one through the chain."""
    graph = av.filter.Graph()
    last = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000))
    for name, arguments in [*chain, ("buffersink", "")]:
        named = arguments if isinstance(arguments, dict) else {}
        link = graph.add(name, arguments if isinstance(arguments, str) and arguments else None, **named)
        last.link_to(link)
        last = link
    graph.configure()
    return graph


def tagged(frame: VideoFrame) -> VideoFrame:
    """The frame, marked as limited-range BT.709 and without a wish for a picture type."""
    frame.colorspace = frame.color_primaries = frame.color_trc = colours.BT709
    frame.color_range = colours.LIMITED
    frame.pict_type = 0  # else the source's picture types would be asked of the encoder
    return frame


class Conform:
    """Conforms the frames of one clip. A frame that already is what the film needs is passed on as it is.

    By "fill" a clip of another shape is cropped evenly on both sides, by "fit" it gets black bars, by "stretch" it is
    distorted. Models work in multiples of 16 pixels, so their shape is nearly the film's, and black bars of a few
    pixels would show more than the loss.
    """

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._key: tuple[Any, ...] = ()
        self._graph: av.filter.Graph | None = None
        self._pushed = 0

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The frame as the film has it; `frame` itself may be changed."""
        key = (
            frame.width, frame.height, frame.format.name, int(frame.colorspace), int(frame.color_range), frame.rotation,
        )  # fmt: skip
        if key != self._key:
            chain = self._chain(frame)
            self._key, self._graph = key, graph_of(frame, chain) if chain else None
        if self._graph is not None:
            # the chain says how to read the frame; a tag that differs from the chain's input would be refused
            frame.colorspace = 2
            frame.color_range = 0
            frame.pts = self._pushed
            frame.time_base = Fraction(1, 1000)
            self._pushed += 1
            frame = run(self._graph, frame)
        return tagged(frame)

    def _chain(self, frame: VideoFrame) -> Chain:
        """Empty when the frame already is what the film needs."""
        target = self._picture
        chain: Chain = [("transpose", turn) for turn in _TURNS.get(round(frame.rotation) % 360, [])]
        width, height = frame.width, frame.height
        if len(chain) == 1:
            width, height = height, width
        rgb, full, matrix = colours.is_rgb(frame), colours.is_full_range(frame), colours.filter_matrix(frame)
        if colours.has_alpha(frame):
            # what is transparent is black, whatever colour is stored there; palettes have no other way to it
            chain += [("format", "rgba" if rgb else "yuva444p"), ("premultiply", "inplace=1")]
        wide, high = self._scaled(width, height)
        if rgb:
            chain.append(("scale", f"{wide}:{high}:{SCALING}:out_color_matrix=bt709:out_range=tv"))
        elif (wide, high) != (width, height):
            chain.append(("scale", f"{wide}:{high}:{SCALING}"))
        if wide > target.width or high > target.height:
            chain.append(("crop", f"{target.width}:{target.height}"))
        if not rgb and (full or matrix != "bt709"):
            # the exact matrix conversion knows these formats; deeper ones keep their bits up to it
            chain.append(("format", _EXACT_IN))
            same = "iprimaries=bt709:itrc=bt709:primaries=bt709:trc=bt709"
            chain.append(("colorspace", f"ispace={matrix}:irange={'pc' if full else 'tv'}:space=bt709:range=tv:{same}"))
        if wide < target.width or high < target.height:
            chain.append(("pad", f"{target.width}:{target.height}:-1:-1:black"))
        if chain or frame.format.name != target.pixels:
            # a change of format alone is a conversion as well, and rounds
            chain.append(("scale", f"iw:ih:{SCALING}"))
            chain.append(("format", target.pixels))
        return chain

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        """The size the clip is brought to before it is cropped or padded."""
        target = self._picture
        if target.fit == "stretch":
            return target.width, target.height
        factors = (Fraction(target.width, width), Fraction(target.height, height))
        if target.fit == "fit":
            factor = min(factors)
            wide, high = (max(2, 2 * round(side * factor / 2)) for side in (width, height))
            return min(wide, target.width), min(high, target.height)
        factor = max(factors)
        wide, high = (2 * math.ceil(Fraction(round(side * factor), 2)) for side in (width, height))
        return max(wide, target.width), max(high, target.height)
