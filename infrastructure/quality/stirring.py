"""What moves before a camera that stands: the busiest parts of a picture, and how far over it they lie."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from infrastructure.quality.views import Bytes, Floats, View

_TILE = 16
"""Side of a tile in the view of 640 pixels."""
_FIELDS = 4
"""Fields that the picture is parted into, each way."""
_BUSIEST = 0.02
"""Share of the tiles that counts as the busiest."""
_MOVING = 2.0
"""Mean difference in levels from which something moves in a tile: encoders leave about one in one that rests."""


class Stir(NamedTuple):
    """Units and ranges as in `domain.quality.figures.FrameFigures`."""

    busy: float = 0
    spread: float = 0


class Stirring:
    """Holds one view."""

    def __init__(self) -> None:
        self._last: Bytes | None = None

    def observe(self, view: View) -> Stir:
        """What differs from the frame before, tile by tile; a mean over the whole picture hides it where most of it
        rests."""
        last, self._last = self._last, view.mid
        if last is None or last.shape != view.mid.shape:
            return Stir()
        columns, rows = (max(_FIELDS, side // _TILE) for side in reversed(last.shape))
        high, wide = last.shape[0] // rows // 2 * 2, last.shape[1] // columns  # whole pixels, which is faster
        one, other = (part[: rows * high : 2, : columns * wide] for part in (view.mid, last))  # every other row
        difference = cv2.absdiff(one, other).astype(np.float32)
        tiles = np.asarray(cv2.resize(difference, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
        count = max(2, round(_BUSIEST * tiles.size))
        busiest = np.partition(tiles.ravel(), tiles.size - count)[-count:]
        return Stir(busy=float(busiest.mean()), spread=_spread(tiles))


def _spread(tiles: Floats) -> float:
    """Share of 4 x 4 fields in which a tile moves."""
    rows, columns = (np.linspace(0, side, _FIELDS, endpoint=False).astype(int) for side in tiles.shape)
    most = np.maximum.reduceat(np.maximum.reduceat(tiles, rows, axis=0), columns, axis=1)
    return float(np.mean(most > _MOVING))
