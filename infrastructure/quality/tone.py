"""Brightness, contrast and colour of one frame, and whether there is a picture at all."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from infrastructure.quality.views import View


class Tone(NamedTuple):
    """Units and ranges as in `domain.quality.figures.FrameFigures`."""

    mean: float
    contrast: float
    low: float
    high: float
    peak: float
    middle: float
    cb: float
    cr: float
    colourful: float
    structure: float
    scatter: float


def measure(view: View) -> Tone:
    """All from one histogram of luma at 640 pixels and the colour thumbnails."""
    counts = cv2.calcHist([view.mid], [0], None, [256], [0, 256]).ravel()
    share = np.cumsum(counts) / counts.sum()
    low, middle, high, peak = (float(np.searchsorted(share, part)) for part in (0.01, 0.5, 0.99, 0.9995))
    mean, deviation = (float(part[0, 0]) for part in cv2.meanStdDev(view.mid))
    mosaic = cv2.resize(view.mid, (20, 11), interpolation=cv2.INTER_AREA).astype(np.float32)
    half = deviation / 2
    below = int(middle - half) - 1
    near = share[min(255, int(middle + half))] - (share[below] if below >= 0 else 0)
    return Tone(
        mean=mean, contrast=deviation, low=low, high=high, peak=peak, middle=middle,
        cb=float(view.cb.mean()), cr=float(view.cr.mean()), colourful=float(np.hypot(view.cb, view.cr).mean()),
        structure=float(mosaic.std()) / max(deviation, 0.5), scatter=float(1 - near),
    )  # fmt: skip
