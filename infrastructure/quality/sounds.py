"""The sound of a file, measured as it is decoded: levels, clipping, silence, when it begins and ends."""

from __future__ import annotations

import numpy as np
from av import AudioFrame, AudioStream
from numpy.typing import NDArray

from domain.quality.figures import Sound

_SILENCE = 0.001
"""-60 dB of full scale."""
_FULL = 0.999


class SoundMeter:
    """Takes the frames of one audio stream in order."""

    def __init__(self, stream: AudioStream) -> None:
        self._rate = int(stream.rate or 0)
        self._channels = int(stream.channels or 0)
        self._begins: float | None = None
        self._samples = self._clipped = 0
        self._peak = self._squares = 0.0
        self._quiet = self._longest = 0

    def observe(self, frame: AudioFrame) -> None:
        """Add one frame."""
        values = _values(frame)
        if not values.size:
            return
        if self._begins is None:
            self._begins = float(frame.time or 0)
        loud = np.abs(values)
        self._samples += frame.samples
        self._peak = max(self._peak, float(loud.max()))
        self._squares += float(np.square(values).mean()) * frame.samples
        full = loud >= _FULL
        # one sample at full scale is a peak; two in a row are a flat top
        self._clipped += int((full[..., 1:] & full[..., :-1]).sum()) // max(1, len(values))
        if float(loud.max()) < _SILENCE:
            self._quiet += frame.samples
            self._longest = max(self._longest, self._quiet)
        else:
            self._quiet = 0

    def result(self, picture_begins: float) -> Sound:
        """What was heard; `picture_begins` is the time of the first frame in the file, seconds."""
        rate = max(1, self._rate)
        return Sound(
            rate=self._rate, channels=self._channels, begins=(self._begins or 0.0) - picture_begins,
            seconds=self._samples / rate, peak=self._peak, loudness=(self._squares / max(1, self._samples)) ** 0.5,
            clipped=self._clipped / max(1, self._samples), silent_seconds=self._longest / rate,
        )  # fmt: skip


def _values(frame: AudioFrame) -> NDArray[np.float32]:
    """Samples as -1 to 1, channels by rows (a packed format is one row)."""
    samples = frame.to_ndarray()
    if samples.dtype == np.uint8:
        return (np.asarray(samples, np.float32) - 128) / np.float32(128)
    full = np.float32({"int16": 2**15, "int32": 2**31}.get(str(samples.dtype), 1))
    return np.asarray(samples, np.float32) / full
