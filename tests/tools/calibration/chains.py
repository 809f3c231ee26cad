"""Chains of segments whose joins are clean or lossy, and what drifts along them by how much."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import av
import cv2
import numpy as np

from domain.quality.judge import Outcome
from domain.quality.values import Expectation
from tests.tools.calibration.clips import Encoding, judge, write
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.worlds import Pixels, Shape

CAMERAS = ("pan", "handheld", "zoom", "tilt", "follow", "crowd")
PER = 16
"""Frames in a segment."""

Hop = Callable[[Pixels, int], Pixels]
"""A frame after so many hops."""


def gain(factor: float) -> Hop:
    """Brighter or darker by a factor each hop."""
    return lambda frame, hops: np.asarray(np.clip(frame * factor**hops, 0, 255), np.uint8)


def gamma(power: float) -> Hop:
    """Middle tones lifted or lowered each hop."""

    def change(frame: Pixels, hops: int) -> Pixels:
        table = np.clip(255 * (np.arange(256) / 255) ** (power**hops), 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(frame, table), np.uint8)

    return change


def hue(degrees: float) -> Hop:
    """All colours turned each hop."""

    def change(frame: Pixels, hops: int) -> Pixels:
        turned: Any = cv2.cvtColor(frame, cv2.COLOR_BGR2HSV_FULL)
        turned[..., 0] = (turned[..., 0].astype(np.int16) + round(degrees * hops * 256 / 360)) % 256
        return np.asarray(cv2.cvtColor(turned, cv2.COLOR_HSV2BGR_FULL), np.uint8)

    return change


def blur(pixels: float) -> Hop:
    """A little softer each hop; blurs add up by their squares."""

    def change(frame: Pixels, hops: int) -> Pixels:
        return np.asarray(cv2.GaussianBlur(frame, (0, 0), pixels * hops**0.5), np.uint8) if hops else frame

    return change


def noise(levels: float) -> Hop:
    """More grain each hop."""
    random = np.random.default_rng(5)

    def change(frame: Pixels, hops: int) -> Pixels:
        if not hops:
            return frame
        grain = random.normal(0, levels * hops**0.5, (*frame.shape[:2], 1))
        return np.asarray(np.clip(frame + grain, 0, 255), np.uint8)

    return change


DRIFTS: dict[str, tuple[Hop, Hop, Hop]] = {
    "gain": (gain(0.995), gain(0.98), gain(0.95)),
    "gamma": (gamma(1.006), gamma(1.025), gamma(1.06)),
    "hue": (hue(0.4), hue(1.5), hue(4)),
    "blur": (blur(0.25), blur(0.7), blur(1.3)),
    "noise": (noise(0.5), noise(1.6), noise(4)),
}
"""Each at three strengths per hop; over eight hops the last two show plainly."""


def chained(camera: str, shape: Shape, hop: Hop | None = None, per: int = PER) -> Iterator[Pixels]:
    """A camera's clip in segments of `per` frames, the hop applied once more from segment to segment."""
    for i, frame in enumerate(KINDS[camera].scene(shape)):
        yield hop(frame, i // per) if hop else frame


def examined(frames: Iterator[Pixels], count: int, per: int = PER) -> Outcome:
    """What is said about a chain of so many frames."""
    joins = tuple(range(per, count, per))
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "chain.mp4", frames, Encoding(crf=16))
        return judge(path, Expectation(cuts=(), joins=joins))[0]


def through_video(frame: Pixels, crf: int = 23) -> Pixels:
    """The frame as it comes out of an untagged, lossy clip, read as ComfyUI's own nodes would."""
    store = io.BytesIO()
    with av.open(store, "w", format="mp4") as output:
        stream: Any = output.add_stream("libx264", rate=24, options={"crf": str(crf), "preset": "veryfast"})
        stream.height, stream.width = frame.shape[:2]
        stream.pix_fmt = "yuv420p"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")))
        output.mux(stream.encode(None))
    store.seek(0)
    with av.open(store, "r") as source:
        return np.asarray(next(source.decode(video=0)).to_ndarray(format="bgr24"), np.uint8)


class Joins(NamedTuple):
    """Scores of the joins of one clip, continued without loss, through lossy clips, and cut."""

    lossless: tuple[float, ...]
    lossy: tuple[float, ...]
    cut: tuple[float, ...]

    def apart(self) -> bool:
        """Whether the three can be told from each other by their scores, and from what counts as visible."""
        return min(self.lossless) > max(self.lossy) > max(self.cut) and min(self.lossless) > 0.5 > max(self.cut)


def joins(seed: int) -> Joins:
    """One camera, three ways to continue."""
    camera, other = CAMERAS[seed % len(CAMERAS)], CAMERAS[(seed + 1) % len(CAMERAS)]
    shape = Shape(480, 272, 4 * PER, seed * 11 + 1)
    clean, strange = (
        list(KINDS[name].scene(s)) for name, s in ((camera, shape), (other, Shape(480, 272, 4 * PER, seed + 9000)))
    )
    lossy = []
    for i, frame in enumerate(clean):
        for _ in range(i // PER):
            frame = through_video(frame)
        lossy.append(frame)
    cut = [strange[i] if i // PER % 2 else frame for i, frame in enumerate(clean)]
    scores = [tuple(s.score for s in examined(iter(part), len(clean)).seams) for part in (clean, lossy, cut)]
    return Joins(*scores)


class Drifts(NamedTuple):
    """One chain with three strengths of one drift: how far each had gone at the end, and from which frame a fresh
    picture was asked for (None: not)."""

    kind: str
    totals: tuple[float, ...]
    reanchor: tuple[int | None, ...]

    def ranked(self) -> bool:
        """Whether a stronger drift is told as stronger."""
        return list(self.totals) == sorted(self.totals)

    def early(self) -> bool:
        """Whether the strongest was told before its half was over."""
        return self.reanchor[2] is not None and self.reanchor[2] <= 4 * PER


def drifts(kind: str, seed: int) -> Drifts:
    """A chain of nine segments."""
    shape = Shape(480, 272, 9 * PER, seed * 13 + 5)
    outcomes = [examined(chained(CAMERAS[seed % len(CAMERAS)], shape, hop), shape.frames).drift for hop in DRIFTS[kind]]
    return Drifts(
        kind, tuple(found[0].points[-1].total for found in outcomes), tuple(found[0].reanchor for found in outcomes)
    )


def clean_chain(seed: int) -> tuple[float, int]:
    """The worst total of a clean chain of twenty segments, and how many findings it got."""
    shape = Shape(480, 272, 20 * PER, seed * 17 + 3)
    outcome = examined(chained(CAMERAS[seed % len(CAMERAS)], shape), shape.frames)
    return max(point.total for drift in outcome.drift for point in drift.points), len(outcome.findings)
