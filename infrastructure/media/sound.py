"""The sound of a film file, as long as its picture to the sample: silence, or a finished mix; 48 kHz, stereo.

Silence is encoded once: every AAC packet of it is the same 1024 samples, so one packet is written again and again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import av
import numpy
from av.audio.stream import AudioStream
from av.container import OutputContainer

from domain.sound.mixing import SAMPLE_RATE, sample_at
from infrastructure.media.faults import reading

_PACKET = 1024
_SILENT_RATE = 64_000


class Track(Protocol):
    """A sound track that is written along with the picture, so that a player finds both in one place."""

    def write(self, until: Fraction | None = None) -> None:
        """Write what begins before `until` seconds, or all that is left."""
        ...


class SilentTrack:
    """Silence in AAC, up to its end of `frames` film frames at `rate`."""

    def __init__(self, container: OutputContainer, frames: int, rate: Fraction) -> None:
        self._container = container
        self.samples = sample_at(frames, rate)
        self._stream: AudioStream = container.add_stream(
            "aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=_SILENT_RATE
        )
        self._stream.codec_context.open()
        self._payload = _silent_packet()
        self._written = 0

    def write(self, until: Fraction | None = None) -> None:
        """Write packets that begin before `until` seconds, or all that are left."""
        end = self.samples if until is None else min(self.samples, math.ceil(until * SAMPLE_RATE))
        while self._written < end:
            packet = av.Packet(self._payload)
            packet.stream = self._stream
            packet.time_base = Fraction(1, SAMPLE_RATE)
            packet.pts = packet.dts = self._written
            packet.duration = min(_PACKET, self.samples - self._written)
            packet.is_keyframe = True
            self._container.mux_one(packet)
            self._written += _PACKET


class MixedTrack:
    """The mix in `source` (silence without one), as AAC or PCM, cut or filled with silence to `frames` film frames."""

    def __init__(
        self, container: OutputContainer, source: Path | None, frames: int, rate: Fraction, *, pcm: bool, bit_rate: int
    ) -> None:
        self._container = container
        self.samples = sample_at(frames, rate)
        self._stream: Any = container.add_stream("pcm_s24le" if pcm else "aac", rate=SAMPLE_RATE, layout="stereo")
        if not pcm:
            self._stream.codec_context.bit_rate = bit_rate
        self._format, kind = ("s32", "i4") if pcm else ("fltp", "f4")
        self._dtype = numpy.dtype(kind)
        self._blocks = _blocks(source, self._format)
        self._written = 0
        self._left = numpy.zeros((2, 0), self._dtype)

    def write(self, until: Fraction | None = None) -> None:
        """Encode what begins before `until` seconds, or all that is left."""
        end = self.samples if until is None else min(self.samples, math.ceil(until * SAMPLE_RATE))
        while self._written < end:
            count = min(_PACKET, self.samples - self._written)
            while self._left.shape[1] < count:
                block = next(self._blocks, None)
                if block is None:
                    block = numpy.zeros((2, count - self._left.shape[1]), self._dtype)
                self._left = numpy.concatenate([self._left, block], axis=1)
            samples, self._left = self._left[:, :count], self._left[:, count:]
            packed = samples if self._format == "fltp" else samples.T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(numpy.ascontiguousarray(packed), format=self._format, layout="stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.pts = self._written
            frame.time_base = Fraction(1, SAMPLE_RATE)
            self._mux(self._stream.encode(frame))
            self._written += count
        if until is None:
            self._mux(self._stream.encode(None))

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            # the encoder fills its last packet up; the film ends before
            if packet.pts is not None and packet.duration and packet.pts + packet.duration > self.samples:
                packet.duration = max(1, self.samples - packet.pts)
            self._container.mux_one(packet)


def _blocks(source: Path | None, form: str) -> Iterator[Any]:
    """The samples of a sound file, as two channels at 48 kHz, in whatever portions they come."""
    if source is None:
        return
    with reading(source), av.open(str(source), options={"protocol_whitelist": "file"}) as container:
        resampler = av.AudioResampler(format=form, layout="stereo", rate=SAMPLE_RATE)
        for frame in container.decode(audio=0):
            yield from (_channels(one, form) for one in resampler.resample(frame))
        yield from (_channels(one, form) for one in resampler.resample(None))


def _channels(frame: av.AudioFrame, form: str) -> Any:
    samples = frame.to_ndarray()
    return samples if form == "fltp" else samples.reshape(-1, 2).T


def _silent_packet() -> bytes:
    context = av.CodecContext.create("aac", "w")
    context.sample_rate = SAMPLE_RATE
    context.layout = "stereo"
    context.format = "fltp"
    context.bit_rate = _SILENT_RATE
    context.time_base = Fraction(1, SAMPLE_RATE)
    context.open()
    packets: list[bytes] = []
    for index in range(4):
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=_PACKET)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = SAMPLE_RATE
        frame.pts = index * _PACKET
        frame.time_base = Fraction(1, SAMPLE_RATE)
        packets += [bytes(packet) for packet in context.encode(frame)]
    packets += [bytes(packet) for packet in context.encode(None)]
    return packets[2]  # past the encoder's start-up
