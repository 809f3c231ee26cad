"""A silent sound track of exact length, so that every player and editor takes the film; AAC, 48 kHz, stereo.

Silence is encoded once: every AAC packet of it is the same 1024 samples, so one packet is written again and again.
"""

from __future__ import annotations

import math
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

SAMPLE_RATE = 48_000
"""Samples per second."""

_PACKET = 1024


class SilentTrack:
    """Writes silence into a container, up to a time or to its end of `frames` film frames at `rate`."""

    def __init__(self, container: OutputContainer, frames: int, rate: Fraction) -> None:
        self._container = container
        self.samples = math.floor(frames / rate * SAMPLE_RATE + Fraction(1, 2))
        self._stream: AudioStream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=64_000)
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


def _silent_packet() -> bytes:
    context = av.CodecContext.create("aac", "w")
    context.sample_rate = SAMPLE_RATE
    context.layout = "stereo"
    context.format = "fltp"
    context.bit_rate = 64_000
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
