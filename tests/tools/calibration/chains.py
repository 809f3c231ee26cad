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

HOSTS = (
    "pan", "handheld", "night", "whip", "running", "parallax", "portrait", "still", "grain", "rain", "flat_art",
    "cartoon", "line_art", "low_key", "crowd", "candle", "fog", "crane", "sunset", "campfire",
)  # fmt: skip
"""Clean kinds that chains are made of: motion of every speed and none, night, grain, weather, drawings."""
STEADY = 5
"""Clean chains of each seed."""
JOINED = 5
"""Clips of each seed that are continued in three ways."""
PER = 16
"""Frames in a segment."""

CLIPS = Encoding(crf=18)
"""How the segments of a chain are encoded unless something else is said."""

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


def sharpen(amount: float) -> Hop:
    """Edges overdrawn a little more each hop, as by upscalers and sharpening decoders."""

    def change(frame: Pixels, hops: int) -> Pixels:
        soft = cv2.GaussianBlur(frame, (0, 0), 1.2).astype(np.float32)
        return np.asarray(np.clip(frame + amount * hops * (frame - soft), 0, 255), np.uint8)

    return change


DRIFTS: dict[str, tuple[Hop, Hop, Hop]] = {
    "gain down": (gain(0.995), gain(0.98), gain(0.95)),
    "gain up": (gain(1.005), gain(1.02), gain(1.05)),
    "gamma down": (gamma(1.006), gamma(1.025), gamma(1.06)),
    "gamma up": (gamma(0.994), gamma(0.975), gamma(0.94)),
    "hue left": (hue(0.4), hue(1.5), hue(4)),
    "hue right": (hue(-0.4), hue(-1.5), hue(-4)),
    "blur": (blur(0.25), blur(0.7), blur(1.3)),
    "sharpening": (sharpen(0.05), sharpen(0.15), sharpen(0.4)),
    "noise": (noise(0.5), noise(1.6), noise(4)),
}
"""Each at three strengths per hop; over eight hops the last two show plainly."""


def hosts(seed: int, count: int) -> tuple[str, ...]:
    """So many of HOSTS; four seeds in a row have all of them."""
    return tuple(HOSTS[(seed * count + number) % len(HOSTS)] for number in range(count))


def chained(camera: str, shape: Shape, hop: Hop | None = None, per: int = PER) -> Iterator[Pixels]:
    """A camera's clip in segments of `per` frames, the hop applied once more from segment to segment."""
    for i, frame in enumerate(KINDS[camera].scene(shape)):
        yield hop(frame, i // per) if hop else frame


def segmented(path: Path, frames: Iterator[Pixels], per: int = PER, encoding: Encoding = CLIPS) -> Path:
    """A clip whose segments were encoded one by one, as a shot's takes are, and joined by copying packets."""
    everything = list(frames)
    with TemporaryDirectory() as folder, av.open(str(path), "w") as output:
        stream: Any = None
        begins = 0
        for first in range(0, len(everything), per):
            part = write(Path(folder) / f"{first}.mp4", everything[first : first + per], encoding)
            with av.open(str(part)) as source:
                given: Any = source.streams.video[0]
                stream = stream or output.add_stream_from_template(given)
                ends = begins
                for packet in source.demux(given):
                    if packet.dts is None or packet.pts is None:
                        continue
                    ends = max(ends, begins + packet.pts + (packet.duration or 1))
                    packet.pts, packet.dts, packet.stream = packet.pts + begins, packet.dts + begins, stream
                    output.mux(packet)
                begins = ends
    return path


def examined(frames: Iterator[Pixels], count: int, per: int = PER, encoding: Encoding = CLIPS) -> Outcome:
    """What is said about a chain of so many frames."""
    joins = tuple(range(per, count, per))
    with TemporaryDirectory() as folder:
        path = segmented(Path(folder) / "chain.mp4", frames, per, encoding)
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
        """Whether the three can be told from each other by their worst joins, and from what counts as visible. A lossy
        hop after another may have nothing left to lose, so not every one of them shows."""
        return min(self.lossless) > min(self.lossy) > max(self.cut) and min(self.lossless) > 0.5 > max(self.cut)


def joins(host: str, seed: int) -> Joins:
    """One clip, three ways to continue; the loss is that of clips at rates from 23 to 35."""
    other, crf = HOSTS[(HOSTS.index(host) + 7) % len(HOSTS)], (23, 28, 35)[seed % 3]
    shape = Shape(480, 272, 4 * PER, seed * 11 + HOSTS.index(host))
    clean, strange = (
        list(KINDS[name].scene(s)) for name, s in ((host, shape), (other, Shape(480, 272, 4 * PER, seed + 9000)))
    )
    lossy = []
    for i, frame in enumerate(clean):
        for _ in range(i // PER):
            frame = through_video(frame, crf)
        lossy.append(frame)
    cut = [strange[i] if i // PER % 2 else frame for i, frame in enumerate(clean)]
    clips = Encoding(crf=(12, 16, 20, 23)[seed % 4])
    scores = [
        tuple(s.score for s in examined(iter(part), len(clean), PER, clips).seams) for part in (clean, lossy, cut)
    ]
    return Joins(*scores)


class Drifts(NamedTuple):
    """One chain with three strengths of one drift: how far each had gone at the end, and from which frame a fresh
    picture was asked for (None: not)."""

    kind: str
    totals: tuple[float, ...]
    reanchor: tuple[int | None, ...]

    def ranked(self) -> bool:
        """Whether a stronger drift is told as stronger."""
        weak, medium, strong = self.totals
        return weak < medium < strong

    def early(self) -> bool:
        """Whether the strongest was told before its half was over."""
        return self.reanchor[2] is not None and self.reanchor[2] <= 4 * PER


def drifts(kind: str, seed: int) -> Drifts:
    """A chain of nine segments."""
    shape = Shape(480, 272, 9 * PER, seed * 13 + 5)
    host = HOSTS[(seed * len(DRIFTS) + list(DRIFTS).index(kind)) % len(HOSTS)]
    if host == "line_art" and kind.startswith("hue"):  # ink on paper has none
        host = "flat_art"
    outcomes = [examined(chained(host, shape, hop), shape.frames).drift for hop in DRIFTS[kind]]
    return Drifts(
        kind, tuple(found[0].points[-1].total for found in outcomes), tuple(found[0].reanchor for found in outcomes)
    )


def clean_chain(host: str, seed: int) -> tuple[float, int]:
    """The worst total of a clean chain of twenty segments, and how many findings about seams and drift it got."""
    shape = Shape(480, 272, 20 * PER, seed * 17 + HOSTS.index(host))
    outcome = examined(chained(host, shape), shape.frames)
    told = [finding for finding in outcome.findings if finding.check in ("seam", "drift")]
    return max(point.total for drift in outcome.drift for point in drift.points), len(told)
