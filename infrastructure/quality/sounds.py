"""The sound of a file, measured as it is decoded: levels, clipping, silence, when it begins and ends."""

from __future__ import annotations

import numpy as np
from av import AudioFrame, AudioStream
from numpy.typing import NDArray

from domain.quality.figures import Sound

_SILENCE = 0.001
"""-60 dB of full scale."""
_EXACT = ("pcm", "flac", "alac", "wavpack", "tta", "mlp", "truehd")
"""How the names of codecs begin that give back the samples they got."""
_TOP = 0.95
"""Share of full scale from which on a flat top is taken for clipping."""
_STEP = 2**-15
"""Samples as near as this are equal: one step of 16 bits."""
_CORNER = 6
"""Steps that the wave rises by before a flat top, at least: a slow wave is level at its top, but comes there slowly."""
_FLAT = 3
"""Equal samples in a row that make a flat top, at least."""
_BLOCK = 4096
"""Samples that are judged together where the codec is lossy."""
_ARC = 0.75
"""Mean of half a wave over its peak: 0.64 in a pure tone, near 1 where its top was cut off. Lossy codecs leave ripples
on a flat top, so that no two samples there are equal, but not much of its area."""
_SHORT = 6
"""Samples that half a wave has to have for that."""
_LOUD, _OVERSHOOT = 0.93, 1.25
"""Peaks that a wave which was cut off at full scale has after a lossy codec. One that goes further overshoots."""
_ROUGH = 0.3
"""Change from sample to sample as a share of the wave's root mean square: noise has more, tones, speech, music less."""
_NOISE = 0.02
"""Share of the loud samples of noise that goes beyond full scale though it was not clipped."""


class SoundMeter:
    """Takes the frames of one audio stream in order.

    Clipping is told by flat tops near full scale: equal samples in a row after a steep rise where the codec is
    lossless; in lossy ones by half waves that are squarer than those of any tone, and by noise that often goes beyond
    full scale. A decoder's overshoots alone are none.
    """

    def __init__(self, stream: AudioStream) -> None:
        self._rate = int(stream.rate or 0)
        self._channels = int(stream.channels or 0)
        self._exact = stream.codec_context.name.startswith(_EXACT)
        self._begins: float | None = None
        self._samples = 0
        self._clipped = 0.0
        self._peak = self._squares = 0.0
        self._quiet = self._longest = 0
        self._block: list[NDArray[np.float32]] = []

    def observe(self, frame: AudioFrame) -> None:
        """Add one frame."""
        values = _values(frame)
        if not values.size:
            return
        if self._begins is None:
            self._begins = float(frame.time or 0)
        peak = float(np.abs(values).max())
        self._samples += frame.samples
        self._peak = max(self._peak, peak)
        self._squares += float(np.square(values).mean()) * frame.samples
        self._block.append(values)
        if sum(part.shape[1] for part in self._block) >= _BLOCK:
            self._judge()
        if peak < _SILENCE:
            self._quiet += frame.samples
            self._longest = max(self._longest, self._quiet)
        else:
            self._quiet = 0

    def result(self, picture_begins: float) -> Sound:
        """What was heard; `picture_begins` is the time of the first frame in the file, seconds."""
        self._judge()
        rate = max(1, self._rate)
        return Sound(
            rate=self._rate, channels=self._channels, begins=(self._begins or 0.0) - picture_begins,
            seconds=self._samples / rate, peak=self._peak, loudness=(self._squares / max(1, self._samples)) ** 0.5,
            clipped=self._clipped / max(1, self._samples), silent_seconds=self._longest / rate,
        )  # fmt: skip

    def _judge(self) -> None:
        rows = {part.shape[0] for part in self._block}
        block, self._block = self._block, []
        if len(rows) == 1:  # the number of channels may change within a file: such a block is left out
            values = np.concatenate(block, axis=1)
            judge = _cut_off if self._exact else _squared
            self._clipped += float(np.mean([judge(row) for row in values]))


def _cut_off(wave: NDArray[np.float32]) -> int:
    """How many samples lie in flat tops near full scale: runs of equal ones that the wave comes to steeply."""
    if len(wave) < _FLAT + 2 or float(np.abs(wave).max()) < _TOP:
        return 0
    steps = np.abs(np.diff(wave))
    level = (steps <= 1.01 * _STEP) & (np.abs(wave[1:]) >= _TOP) & (np.abs(wave[:-1]) >= _TOP)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], level, [False])).astype(np.int8)))
    first, last = edges[::2], edges[1::2]  # the run is wave[first] to wave[last]
    before = steps[np.maximum(first - 1, 0)] * (first > 0)
    after = steps[np.minimum(last, len(steps) - 1)] * (last < len(steps))
    flat = (last - first + 1 >= _FLAT) & (np.maximum(before, after) >= _CORNER * _STEP)
    return int((last - first + 1)[flat].sum())


def _squared(wave: NDArray[np.float32]) -> int:
    """How many samples of a block lie in tops that were cut off before it was encoded."""
    loud = np.abs(wave)
    if float(loud.max()) < _LOUD:
        return 0
    if np.square(np.diff(wave)).mean() > _ROUGH**2 * np.square(wave).mean():
        full = loud >= 1
        count = int((full[1:] & full[:-1]).sum())
        return int(full.sum()) if count > _NOISE * int((loud > 0.5).sum()) else 0
    turns = np.flatnonzero(np.diff(np.signbit(wave).astype(np.int8))) + 1
    if len(turns) < 2:
        return 0
    loud = loud[: turns[-1]]
    peaks = np.maximum.reduceat(loud, turns[:-1])
    lengths = np.diff(turns)
    means = np.add.reduceat(loud, turns[:-1]) / lengths
    cut = (peaks > _LOUD) & (peaks < _OVERSHOOT) & (means > _ARC * peaks) & (lengths >= _SHORT)
    return int((lengths * means / np.maximum(peaks, _SILENCE))[cut].sum())


def _values(frame: AudioFrame) -> NDArray[np.float32]:
    """Samples as -1 to 1, channels by rows."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, max(1, frame.layout.nb_channels)).T
    if samples.dtype == np.uint8:
        return (np.asarray(samples, np.float32) - 128) / np.float32(128)
    full = np.float32({"int16": 2**15, "int32": 2**31}.get(str(samples.dtype), 1))
    return np.asarray(samples, np.float32) / full
