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
    grids, seen = Grids(), 1.0
    picture = np.zeros((360, 640), np.uint8) if moving else _photograph(640, 360)
    for i in range(frames):
        place = 3 * i % period if moving else 5
        across, down = _profile(639, period, place), _profile(359, period, place)
        seen = grids.observe(picture, across, down, (3.0, 3.0), 4.0).blocks
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


def test_packed_blocks_made_larger_are_told_in_a_slow_zoom_if_they_begin_in_the_corner() -> None:
    random, scene = np.random.default_rng(5), _photograph(400, 225)
    grids, seen = {True: Grids(), False: Grids()}, {True: 1.0, False: 1.0}
    for i in range(8):
        steps = np.repeat(np.repeat(random.normal(0, 6, (29, 50)), 8, 0), 8, 1)[:225]
        picture = cv2.resize(scene[i : 225 - i, i : 400 - i], (400, 225)) + steps + random.normal(0, 4, (225, 400))
        larger = np.asarray(np.clip(cv2.resize(picture, (640, 360)), 0, 255), np.uint8)
        for corner, each in grids.items():
            part = larger if corner else np.ascontiguousarray(larger[5:, 5:])
            across, down = (np.abs(np.diff(part.astype(np.float32), axis=axis)).mean(1 - axis) for axis in (1, 0))
            seen[corner] = each.observe(part, across, down, (0.1, 0.1), 2.0).blocks

    assert seen[True] > 1.24
    assert seen[False] < 1.24  # windows of a house may lie like that


def test_large_pixels_of_a_drawing_and_a_picture_made_four_times_as_large_are_no_blocks() -> None:
    random = np.random.default_rng(6)
    life = np.asarray(np.repeat(np.repeat(random.random((45, 80)) < 0.3, 8, 0), 8, 1) * 200 + 20, np.uint8)
    small = np.asarray(cv2.GaussianBlur(random.normal(0, 1, (90, 160)), (0, 0), 2) * 400 + 120, np.float32)
    sky = np.clip(np.repeat(np.linspace(200, 120, 45) // 12 * 12, 80).reshape(45, 80), 0, 255)
    sky[30:][random.random((15, 80)) < 0.5] = 40
    game = np.asarray(np.repeat(np.repeat(sky, 8, 0), 8, 1), np.uint8)
    larger = np.asarray(np.clip(cv2.resize(small, (640, 360), interpolation=cv2.INTER_LINEAR), 0, 255), np.uint8)

    assert max(map(_blocks, (life, game, larger))) < 1.24


def test_a_codec_s_wide_grid_is_not_told_where_its_steps_cannot_be_seen() -> None:
    y, x = np.indices((360, 640))
    checks = (y // 16 + x // 16) % 2
    faint, seen = (np.asarray(_photograph(640, 360) * 0.9 + 8 + high * checks, np.uint8) for high in (1, 9))

    assert _blocks(faint, 8, moved=3.0) < 1.24
    assert _blocks(seen, 8, moved=3.0) > 1.24


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
