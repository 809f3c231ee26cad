"""What the sharpness of a picture's tiles says of its focus."""

from __future__ import annotations

import numpy as np

from infrastructure.quality.texture import Focus, Maps
from infrastructure.quality.views import Floats

NOTHING: Floats = np.zeros(1, np.float32)


def _refocused(left: tuple[float, float], right: tuple[float, float], moved: int = 0) -> float:
    """The share after a second in which both halves of the picture go from one sharpness to another, and by so many
    tiles to one side."""
    focus, share = Focus(), 0.0
    for i in range(25):
        tiles = np.empty((9, 16), np.float32)
        tiles[:, :8], tiles[:, 8:] = (side[0] + (side[1] - side[0]) * i / 24 for side in (left, right))
        maps = Maps(np.roll(tiles, moved * (i == 24), 1), NOTHING, NOTHING, NOTHING)
        share = focus.observe(maps)
    return share


def test_focus_that_goes_from_one_half_to_the_other_is_told_from_blur_and_from_motion() -> None:
    assert _refocused((1.4, 0.5), (0.4, 0.9)) > 0.4
    assert _refocused((1.4, 0.5), (0.4, 0.3)) == 0
    assert _refocused((1.4, 1.4), (0.4, 0.4), moved=1) < 0.1
