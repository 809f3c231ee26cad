"""Grids that stay, grids that go with the picture, and pictures that come back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from infrastructure.quality.grids import Grids
from infrastructure.quality.returns import Returns
from infrastructure.quality.views import Bytes, Floats


def _profile(length: int, period: int, place: int) -> Floats:
    steps = np.full(length, 2.0, np.float32)
    steps[place::period] = 14.0
    return steps


def _strength(period: int, moving: bool, frames: int = 12) -> float:
    """The last of several frames with a grid that goes along with a picture, or stays in it."""
    grids, seen, plain = Grids(), 1.0, np.zeros((360, 640), np.uint8)
    for i in range(frames):
        place = 3 * i % period if moving else 5
        seen = grids.observe(plain, _profile(639, period, place), _profile(359, period, place), (3.0, 3.0), 4.0).blocks
    return seen


def test_a_grid_that_stays_while_the_picture_moves_is_blocks() -> None:
    assert _strength(8, moving=False) > 2
    assert _strength(12, moving=False) > 2


def _blocks(picture: Bytes, frames: int = 1, moved: float = 0.0) -> float:
    """The last of so many frames of a picture, between which it is said to have moved."""
    grids, seen = Grids(), 1.0
    across, down = (np.abs(np.diff(picture.astype(np.float32), axis=axis)).mean(1 - axis) for axis in (1, 0))
    for _ in range(frames):
        seen = grids.observe(picture, across, down, (moved, moved), 4.0).blocks
    return seen


def _photograph(width: int, height: int) -> Bytes:
    """Something with the tones of a picture."""
    coarse = np.random.default_rng(4).normal(120, 60, (9, 16)).astype(np.float32)
    return np.asarray(np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 255), np.uint8)


@pytest.mark.parametrize(("columns", "rows"), [(40, 22), (53, 30), (91, 51)])
def test_a_mosaic_is_told_in_its_first_frame_whatever_the_width_of_its_squares(columns: int, rows: int) -> None:
    squares = cv2.resize(_photograph(640, 360), (columns, rows), interpolation=cv2.INTER_AREA)
    mosaic = np.asarray(cv2.resize(squares, (640, 360), interpolation=cv2.INTER_NEAREST), np.uint8)

    assert _blocks(_photograph(640, 360)) < 1.1
    assert _blocks(mosaic) > 3


def test_tiles_with_joints_and_a_board_of_two_tones_are_no_mosaic() -> None:
    squares = cv2.resize(_photograph(640, 360), (40, 22), interpolation=cv2.INTER_AREA)
    tiles = np.asarray(cv2.resize(squares, (640, 352), interpolation=cv2.INTER_NEAREST), np.uint8)
    tiles[::16], tiles[:, ::16] = 235, 235
    y, x = np.indices((352, 640))
    board = np.asarray(((x // 16 + y // 16) % 2) * 160 + 40, np.uint8)

    assert _blocks(tiles, 8, moved=3.0) < 1.24
    assert _blocks(board) < 1.24


def test_packed_blocks_made_larger_by_a_fraction_are_told_once_they_have_stayed() -> None:
    noise = np.random.default_rng(5).normal(0, 6, (270, 480))
    packed = _photograph(480, 270) + np.repeat(np.repeat(noise[:34, :60], 8, 0), 8, 1)[:270, :480]
    larger = np.asarray(np.clip(cv2.resize(packed, (640, 360), interpolation=cv2.INTER_LINEAR), 0, 255), np.uint8)

    assert _blocks(larger, 1) < 1.24
    assert _blocks(larger, 8, moved=3.0) > 1.24


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
