"""Writing clips of the corpus, and examining them in this process."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

from domain.quality.figures import FrameFigures, Stream
from domain.quality.gate import Gate
from domain.quality.judge import Judge, Outcome
from domain.quality.values import Expectation
from infrastructure.quality.reader import examine
from tests.tools.calibration.worlds import Pixels

SHIPPED = Gate(id="shipped", title="As shipped")
"""Every check with its shipped limits."""


class Encoding(NamedTuple):
    """How a clip is written; `crf` is x264's quality."""

    rate: Fraction = Fraction(24)
    crf: int = 18
    codec: str = "libx264"
    preset: str = "veryfast"


USUAL = Encoding()
_SPEEDS = {
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libvpx-vp9": {"b": "0", "deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "10"},
}
ANYTHING = Expectation()


def write(path: Path, frames: Iterable[Pixels], encoding: Encoding = USUAL) -> Path:
    """Encode BGR frames as a tagged BT.709 clip."""
    with av.open(str(path), "w") as output:
        options = {"crf": str(encoding.crf), **_SPEEDS.get(encoding.codec, {"preset": encoding.preset})}
        stream: Any = None
        for frame in frames:
            if stream is None:
                stream = output.add_stream(encoding.codec, rate=encoding.rate, options=options)
                stream.height, stream.width = frame.shape[:2]
                stream.pix_fmt = "yuv420p"
                context = stream.codec_context
                context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")
            output.mux(stream.encode(picture.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)))
        output.mux(stream.encode(None))
    return path


def judge(path: Path, expectation: Expectation = ANYTHING, gate: Gate = SHIPPED) -> tuple[Outcome, Stream]:
    """Examine a clip without a worker."""
    judges: list[Judge] = []

    def begin(rate: Fraction | None) -> Any:
        judges.append(Judge(gate, expectation, float(rate or 24)))
        return judges[0].observe

    stream = examine(path, begin, lambda done, of: None, expectation)
    return judges[0].finish(stream), stream


def figures(path: Path) -> list[FrameFigures]:
    """The figures of every frame."""
    found: list[FrameFigures] = []
    examine(path, lambda rate: found.append, lambda done, of: None)
    return found
