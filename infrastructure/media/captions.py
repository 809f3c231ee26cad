"""Subtitles as a track of a film file: timed text after 3GPP TS 26.245, which players call mov_text.

A sample is the number of the text's bytes, as two bytes with the higher first, and the text in UTF-8. Time without a
subtitle has an empty sample, which the muxer writes by itself.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
from av.container import OutputContainer

from domain.sound.subtitles import Caption, milliseconds
from infrastructure.media.sound import Track

_CLOCK = Fraction(1, 1000)

# the encoder, which only writes the track's header, does not open without a style
_STYLE = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


class TextTrack:
    """The captions of a film at `rate`, in order."""

    def __init__(self, container: OutputContainer, captions: Sequence[Caption], rate: Fraction) -> None:
        self._container = container
        self._rate = rate
        self._stream: Any = container.add_stream("mov_text")
        self._stream.codec_context.subtitle_header = _STYLE
        self._stream.time_base = _CLOCK
        self._left = list(captions)

    def write(self, until: Fraction | None = None) -> None:
        """Write what begins before `until` seconds, or all that is left."""
        while self._left and (until is None or self._left[0].first / self._rate < until):
            caption = self._left.pop(0)
            words = caption.text.encode()
            packet = av.Packet(struct.pack(">H", len(words)) + words)
            packet.stream = self._stream
            packet.time_base = _CLOCK
            packet.pts = packet.dts = milliseconds(caption.first, self._rate)
            packet.duration = milliseconds(caption.end, self._rate) - packet.pts
            packet.is_keyframe = True
            self._container.mux_one(packet)


class Together:
    """Several tracks, written along with the picture."""

    def __init__(self, *tracks: Track) -> None:
        self._tracks = tracks

    def write(self, until: Fraction | None = None) -> None:
        """Write what begins before `until` seconds, or all that is left."""
        for track in self._tracks:
            track.write(until)
