"""Sounds made here, and what is measured in a finished file, with PyAV's own meter and not the program that mixed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy

from domain.project import Picked
from domain.sound.mixing import SAMPLE_RATE, Part
from domain.sound.tracks import Track


def write(
    path: Path, sound: Any, *, rate: int = SAMPLE_RATE, codec: str = "pcm_s16le", layout: str = "stereo",
    picture: Fraction | None = None, late: float = 0,
) -> Path:  # fmt: skip
    """A sound of (samples,) or (samples, channels) from -1 to 1, encoded at its `rate`; with a picture beside it at
    that many frames a second, and from `late` seconds on."""
    channels = av.AudioLayout(layout).nb_channels
    whole = sound if sound.ndim == 2 else numpy.repeat(sound[:, None], channels, 1)
    with av.open(str(path), "w") as output:
        frames: Any = None
        if picture is not None:
            frames = output.add_stream("libx264", rate=picture, options={"preset": "ultrafast"})
            frames.width, frames.height, frames.pix_fmt = 64, 48, "yuv420p"
        stream: Any = output.add_stream(codec, rate=rate, layout=layout)
        form = stream.codec_context.format.name
        for first in range(0, len(whole), rate // 2):
            block = numpy.ascontiguousarray(whole[first : first + rate // 2].T.astype(numpy.float32))
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, first + round(late * rate), Fraction(1, rate)
            for ready in av.AudioResampler(format=form, layout=layout, rate=rate).resample(frame):
                output.mux(stream.encode(ready))
        output.mux(stream.encode(None))
        for _ in range(0 if frames is None else math.ceil(len(whole) / rate * (picture or 0))):
            black = av.VideoFrame.from_ndarray(numpy.zeros((48, 64, 3), numpy.uint8), format="rgb24")
            output.mux(frames.encode(black))
        if frames is not None:
            output.mux(frames.encode(None))
    return path


def click(seconds: float, at: float, rate: int = SAMPLE_RATE) -> Any:
    """Silence with one sample that is loud."""
    sound = numpy.zeros(round(seconds * rate))
    sound[round(at * rate)] = 0.9
    return sound


def tone(seconds: float, hertz: float = 440, level: float = 0.25, rate: int = SAMPLE_RATE) -> Any:
    """A sine."""
    return level * numpy.sin(numpy.arange(round(seconds * rate)) * 2 * numpy.pi * hertz / rate)


def noise(seconds: float, level: float = 0.1, rate: int = SAMPLE_RATE, seed: int = 1) -> Any:
    """White noise of that mean level."""
    return numpy.clip(numpy.random.default_rng(seed).normal(0, level, round(seconds * rate)), -1, 1)


def decoded(path: Path) -> Any:
    """All samples of a file as it is, (samples, channels), with its rate unchanged."""
    with av.open(str(path)) as container:
        blocks: list[Any] = [frame.to_ndarray() for frame in container.decode(audio=0)]
        stream = container.streams.audio[0]
        scale = 2**31 if stream.format.name.startswith("s32") else 1
        if stream.format.is_planar:
            return numpy.concatenate(blocks, axis=1).T / scale
        return numpy.concatenate(blocks, axis=1).reshape(-1, stream.channels) / scale


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP)."""
    graph = av.filter.Graph()
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        source = graph.add_abuffer(template=stream, time_base=Fraction(1, stream.rate))
        form = graph.add("aformat", "sample_fmts=dbl:channel_layouts=stereo")
        meter, sink = graph.add("ebur128", "metadata=1:peak=true"), graph.add("abuffersink")
        for one, two in ((source, form), (form, meter), (meter, sink)):
            one.link_to(two)
        graph.configure()
        found: Mapping[str, str] = {}
        for frame in [*container.decode(stream), None]:
            graph.push(frame)
            while True:
                try:
                    measured = graph.pull()
                except (av.error.BlockingIOError, av.error.EOFError):
                    break
                found = dict(measured.metadata) or found
    peaks = [float(value) for key, value in found.items() if "true_peaks_ch" in key]
    return float(found["lavfi.r128.I"]), 20 * math.log10(max(peaks)) if peaks and max(peaks) > 0 else -math.inf


def strength(sound: Any, hertz: float, first: float, last: float) -> float:
    """How strong a frequency is between two times, in dB of full scale."""
    part = sound[int(first * SAMPLE_RATE) : int(last * SAMPLE_RATE), 0]
    wave = numpy.exp(-2j * numpy.pi * hertz * numpy.arange(len(part)) / SAMPLE_RATE)
    return float(20 * numpy.log10(max(1e-9, 2 * abs((part * wave).mean()))))


def loudest(sound: Any) -> int:
    """The place of the loudest sample."""
    return int(abs(sound[:, 0]).argmax())


def part(path: Path, track: Track = "clips", at: float = 0, seconds: float = 1, **fields: Any) -> Part:
    """A part of a mix."""
    place = Picked(path=path.name, sha256="0" * 64)
    whole = {"at": round(at * SAMPLE_RATE), "samples": round(seconds * SAMPLE_RATE)}
    return Part.model_validate({"track": track, "file": place} | whole | fields)
