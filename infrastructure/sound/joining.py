"""Putting what was spoken one after another into one file, with quiet in between."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy

from domain.sound.mixing import SAMPLE_RATE
from domain.sound.narration import heard
from infrastructure.media.faults import making
from infrastructure.sound.reading import blocks, probe


def join(parts: Sequence[Path], pause: Fraction, target: Path) -> None:
    """Write the parts into `target`, WAV of 48 kHz, stereo and 16 bits, each without the silence around it and `pause`
    seconds of silence between two. Raises UnreadableMedia about a part, MediaFailed and DiskFull."""
    with making(target), wave.open(str(target), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for number, part in enumerate(parts):
            if number:
                file.writeframes(bytes(4 * round(pause * SAMPLE_RATE)))
            first, last = heard(probe(part))
            left = round((last - first) * SAMPLE_RATE)
            for block in blocks(part, first):
                taken = numpy.clip(block[:left], -1, 1)
                file.writeframes((taken * 32767).astype("<i2").tobytes())
                left -= len(taken)
                if left <= 0:
                    break
