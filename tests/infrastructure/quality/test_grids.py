"""Grids that stay, grids that go with the picture, and pictures that come back."""

from __future__ import annotations

import numpy as np

from infrastructure.quality.grids import Grids
from infrastructure.quality.returns import Returns
from infrastructure.quality.views import Floats


def _profile(length: int, period: int, place: int) -> Floats:
    steps = np.full(length, 2.0, np.float32)
    steps[place::period] = 14.0
    return steps


def _strength(period: int, moving: bool, frames: int = 12) -> float:
    """The last of several frames with a grid that goes along with a picture, or stays in it."""
    grids, seen = Grids(), 1.0
    for i in range(frames):
        place = 3 * i % period if moving else 5
        seen = grids.observe(_profile(640, period, place), _profile(360, period, place), (3.0, 3.0), 4.0)
    return seen


def test_a_grid_that_stays_while_the_picture_moves_is_blocks() -> None:
    assert _strength(8, moving=False) > 2
    assert _strength(12, moving=False) > 2


def test_a_grid_that_goes_with_the_picture_is_of_things_in_it() -> None:
    assert _strength(8, moving=True) == 1
    assert _strength(12, moving=True) == 1


def test_a_picture_is_known_again_after_a_jump_although_it_has_moved() -> None:
    random = np.random.default_rng(3)
    wide, other = (random.normal(0, 20, (48, 120)).astype(np.float32) for _ in range(2))
    first, moved, between = wide[:, 20:100].copy(), wide[:, 26:106].copy(), other[:, :80].copy()
    kept = first.copy()
    returns = Returns()
    for i in range(4):
        assert returns.observe(i, 2, first, first) is None

    assert returns.observe(4, 30, first, between) is None
    for i in range(5, 9):
        returns.observe(i, 2, between, between)
    back = returns.observe(9, 30, between, moved)

    assert back is not None
    assert back.left == 4
    assert back.alike > 0.8
    assert np.array_equal(first, kept)  # what it is given stays as it was
