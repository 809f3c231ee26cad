"""Pictures that go away in one jump and come back in another: what stood between lay over them or in their place."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np

from domain.quality.figures import Return, is_jump
from infrastructure.quality.views import TINY, Floats

_KEPT = 4
"""Pictures before a jump that are remembered."""
_LONGEST = 160
"""Frames after which they are forgotten."""
_LIKE = 0.55
"""Likeness from which on a picture counts as the same."""


class Returns:
    """Holds four thumbnails."""

    def __init__(self) -> None:
        self._left: deque[tuple[int, Floats]] = deque(maxlen=_KEPT)
        self._steps: deque[float] = deque(maxlen=3)
        self._window = np.asarray(cv2.createHanningWindow(TINY, cv2.CV_32F), np.float32)

    def observe(self, index: int, step: float, before: Floats, now: Floats) -> Return | None:
        """Compare a frame that differs from the one before it by a jump of `step` levels with those before earlier
        jumps; `before` and `now` are fine structure. None where there is no jump, or nothing to compare with."""
        before_it = list(self._steps)
        self._steps.append(step)
        if len(before_it) < 3 or not is_jump(step, before_it):
            return None
        best: Return | None = None
        for left, picture in self._left:  # of those that are like it, the latest
            if index - left <= _LONGEST:
                alike = self._alike(picture, now)
                if best is None or alike > min(best.alike, _LIKE):
                    best = Return(left, alike)
        self._left.append((index, before))
        return best

    def _alike(self, a: Floats, b: Floats) -> float:
        """Correlation where they lie over each other best: unmoved, or moved as phase correlation says."""
        (x, y), _ = cv2.phaseCorrelate(a.copy(), b.copy(), self._window)  # it writes into what it is given
        found = []
        for dx, dy in ((0.0, 0.0), (x, y)):
            if abs(dx) > TINY[0] / 3 or abs(dy) > TINY[1] / 3:
                continue
            move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
            moved = cv2.warpAffine(a, move, TINY, flags=cv2.INTER_LINEAR)
            left, top = int(np.ceil(abs(dx))), int(np.ceil(abs(dy)))
            inner = slice(top, TINY[1] - top), slice(left, TINY[0] - left)
            p, q = moved[inner], b[inner]
            found.append(float((p * q).sum() / np.sqrt(max(1e-6, float((p * p).sum() * (q * q).sum())))))
        return max(found)
