"""Fitting pictures into the film's frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fitting import Fit, cut, inside, same_shape

SIZES = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
POINT = st.floats(0, 1)


@given(SIZES, SIZES, POINT, POINT)
def test_the_cut_lies_in_the_picture_and_has_the_frames_shape(
    picture: tuple[int, int], frame: tuple[int, int], x: float, y: float
) -> None:
    left, upper, right, lower = cut(picture, frame, Fit(x=x, y=y))
    assert 0 <= left < right <= picture[0] and 0 <= upper < lower <= picture[1]
    assert (right - left) * frame[1] == pytest.approx((lower - upper) * frame[0], rel=1e-6)
    assert right - left == pytest.approx(picture[0]) or lower - upper == pytest.approx(picture[1]), (
        "no more than needed"
    )


@given(SIZES, SIZES)
def test_all_of_the_picture_lies_in_the_middle_of_the_frame(picture: tuple[int, int], frame: tuple[int, int]) -> None:
    left, upper, width, height = inside(picture, frame)
    assert width == frame[0] or height == frame[1]
    assert 0 <= frame[0] - width - 2 * left <= 1 and 0 <= frame[1] - height - 2 * upper <= 1
    assert abs(width - height * picture[0] / picture[1]) <= max(1.0, picture[0] / picture[1])


@pytest.mark.parametrize(
    ("picture", "same"),
    [((1280, 720), True), ((640, 360), True), ((1281, 720), True), ((1000, 720), False), ((9, 16), False)],
)
def test_a_pixel_is_no_other_shape(picture: tuple[int, int], same: bool) -> None:
    assert same_shape(picture, (1280, 720)) is same


def test_the_focus_decides_what_is_cut_off() -> None:
    assert cut((400, 100), (100, 100), Fit(x=0)) == (0, 0, 100, 100)
    assert cut((400, 100), (100, 100), Fit()) == (150, 0, 250, 100)
    assert cut((400, 100), (100, 100), Fit(x=1)) == (300, 0, 400, 100)
