"""Whether the parts of a frame were in the one before, wherever they have moved: a flight's are, those of noise not."""

from __future__ import annotations

import cv2
import numpy as np

from infrastructure.quality.views import Bytes, View

_CHANGED = 0.5
"""Step, as a share of contrast, from which on it is measured in any picture; motion of large things makes less."""
_FINE, _FINE_CHANGED = 0.2, 0.1
"""Share of contrast in a mosaic below which a picture is all fine texture, and the step from which on it is measured
there."""
_SCALES = ((48, 32, 4, 3), (40, 10, 3, 2))
"""Side of a tile, how far it is looked for, columns and rows, pixels: in the view of 640 pixels, and in that of 160, in
which the tiles are so much larger that coarse blobs are not alike by chance."""
_PLAIN, _FEW = 4.0, 3
"""Contrast of a tile, levels, below which it is not looked for, and tiles from which something can be told."""


class Boiling:
    """Holds one view."""

    def __init__(self) -> None:
        self._last: tuple[Bytes, Bytes] | None = None

    def observe(self, view: View, step: float, contrast: float, structure: float) -> float:
        """Correlation, -1 to 1, of the tiles of this frame with what they resemble most in the one before: the median,
        at the finer or the coarser scale, whichever is less. 0 where it is not measured: see above, and where there is
        too little to be seen. `step` and `contrast` in levels; all as in `FrameFigures`."""
        last, self._last = self._last, (view.mid, view.small)
        least = _FINE_CHANGED if structure < _FINE else _CHANGED
        if last is None or last[0].shape != view.mid.shape or step < least * contrast:
            return 0.0
        pairs = zip(last, self._last, _SCALES, strict=True)
        found = [alike for before, now, scale in pairs if (alike := _found(before, now, *scale)) is not None]
        return min(found, default=0.0)


def _found(before: Bytes, now: Bytes, side: int, reach: int, columns: int, rows: int) -> float | None:
    """The median of the tiles' best correlations; None where too few have contrast."""
    height, width = now.shape
    side = min(side, height // 2, width // 2)
    alike = []
    for row in range(rows):
        for column in range(columns):
            top, left = ((length - side) * (2 * at + 1) // (2 * count)
                         for length, at, count in ((height, row, rows), (width, column, columns)))  # fmt: skip
            tile = now[top : top + side, left : left + side]
            if cv2.meanStdDev(tile)[1][0, 0] < _PLAIN:
                continue
            around = before[max(0, top - reach) : top + side + reach, max(0, left - reach) : left + side + reach]
            alike.append(cv2.minMaxLoc(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED))[1])
    return float(np.median(alike)) if len(alike) >= _FEW else None
