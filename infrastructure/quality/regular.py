"""Lines that lie at even distances, of whatever width, found by the harmonics of the steps across them."""

from __future__ import annotations

import cv2
import numpy as np

from infrastructure.quality.views import Floats

NARROW, WIDE = 4, 48
"""Distances that are looked for, pixels."""
LINES = 6
"""Lines that there are at least."""
_HARMONICS, _STANDS_OUT = 4, 0.8
"""Harmonics that are added up, and share of the largest sum from which on a wider distance is taken: half and a third
of it have many of its harmonics."""
_UNSEEN = 0.5
"""Levels that a step may be high without showing."""
_OFF = (0.96, 0.98, 1.0, 1.02, 1.04)
"""Factors within which two distances are the same."""


class Spectrum:
    """How regular the steps of a profile are: by distance, the mean amplitude of its first harmonics, in standard
    deviations. Natural pictures have 3 at most, and seldom both ways at one distance."""

    def __init__(self, profile: Floats) -> None:
        beside = (np.roll(profile, 2) + np.roll(profile, -2)) / 2
        spikes = np.clip(np.log((profile + _UNSEEN) / (beside + _UNSEEN)), 0, 1)
        spikes = spikes - spikes.mean()
        size = 2 << len(spikes).bit_length()
        scale = max(1e-3, float(spikes.std())) * np.sqrt(len(spikes))
        amplitudes = np.abs(np.fft.rfft(spikes, size)) / scale
        peaks = cv2.dilate(amplitudes.reshape(1, -1).astype(np.float32), np.ones((1, 3), np.uint8)).ravel()
        places = np.arange(size // NARROW, -(-size // min(WIDE, len(profile) // LINES)) - 1, -1)
        total, count = np.zeros(len(places)), np.zeros(len(places))
        for harmonic in range(1, _HARMONICS + 1):
            inside = places * harmonic < len(peaks)
            total[inside] += peaks[places[inside] * harmonic]
            count += inside
        self.widths = (size / places).astype(np.float32)
        """Ascending."""
        self.strengths = (total / count).astype(np.float32)

    def most(self) -> float:
        """The largest strength."""
        return float(self.strengths.max())

    def width(self) -> float:
        """The widest distance that stands out."""
        return _widest(self.widths, self.strengths)

    def near(self, widths: Floats) -> Floats:
        """The strengths at those distances, or near them."""
        found = [np.interp(widths * off, self.widths, self.strengths, 0, 0) for off in _OFF]
        return np.asarray(np.max(found, axis=0), np.float32)


def common(one: Spectrum, other: Spectrum, narrowest: float) -> tuple[float, float]:
    """The distance that stands out in both, and its strength in the one where it is weaker."""
    weaker = np.minimum(one.strengths, other.near(one.widths))
    weaker = np.where(one.widths >= narrowest, weaker, 0)
    return _widest(one.widths, weaker), float(weaker.max())


def _widest(widths: Floats, strengths: Floats) -> float:
    widest = widths[strengths >= _STANDS_OUT * strengths.max()].max()
    return float(widths[int(np.where(widths > 0.93 * widest, strengths, 0).argmax())])
