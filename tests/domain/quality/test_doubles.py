"""Two pictures in one, told by what is left of the one half a second before, and by light and colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.quality.figures import LAG, Match
from domain.quality.kinks import bend, other_end
from domain.quality.remains import Remains
from domain.quality.values import Expectation
from tests.domain.quality.frames import clip, found, judged

OWN = (40.0, 90, 130, 60, 180, 150, 70, 110, 200, 90, 60, 120)
OTHER = (150.0, 60, 90, 170, 80, 40, 190, 60, 100, 130, 150, 70)
"""Mean luma of two pictures in 4 x 3 fields."""
COUNT = 110


def shares(first: int, last: int, most: float, ramp: int) -> list[float]:
    """The share of the other picture in each frame: up and down again within `ramp` frames each."""
    return [most * min(1.0, max(0, min(i - first, last - i) + 1) / (ramp + 1)) for i in range(COUNT)]


def mixed(share: Sequence[float], own: float = 1.0, after: float = 1.0) -> Callable[[int], dict[str, Any]]:
    """What is measured of that, the structures of both pictures being as strong; `own` and `after` are what is left of
    a picture by motion alone, before and after."""

    def energies(before: int, now: int) -> tuple[float, float, float]:
        (a, b), (c, d) = ((1 - part, part) for part in (share[before], share[now]))
        return a * a + b * b, c * c + d * d, a * c + b * d

    def change(i: int) -> dict[str, Any]:
        before, now, both = energies(max(0, i - 1), i)
        cells = tuple((1 - share[i]) * a + share[i] * b for a, b in zip(OWN, OTHER, strict=True))
        figures = {"cells": cells, "kept": both / before, "kept_next": both / now}
        if i < LAG:
            return figures
        before, now, both = energies(i - LAG, i)
        alike = both / (before * now) ** 0.5 * own
        forth, back = both / before * own, both / now * after
        gone = share[i] < share[i - LAG]
        spread = (0.35, 0.08) if gone else (0.08, 0.35)
        return figures | {"match": Match(alike, forth, spread[0], back, spread[1])}

    return change


@pytest.mark.parametrize(
    ("first", "last", "most", "ramp"), [(30, 59, 0.5, 0), (30, 59, 0.45, 8), (34, 57, 0.5, 4), (40, 44, 0.5, 0)]
)
def test_a_double_exposure_is_told_however_slowly_it_comes_and_goes(
    first: int, last: int, most: float, ramp: int
) -> None:
    frames = clip(COUNT, mixed(shares(first, last, most, ramp)))

    [(check, told_first, told_last)] = found(judged(frames, Expectation(cuts=())))

    assert check == "ghost"
    assert abs(told_first - first) <= 1
    assert abs(told_last - last) <= 1


def test_one_that_stays_lasts_to_the_end_of_the_shot() -> None:
    frames = clip(COUNT, mixed(shares(40, 400, 0.5, 0)))

    assert found(judged(frames, Expectation(cuts=()))) == [("ghost", 40, COUNT - 1)]


def test_haze_and_light_that_goes_are_no_other_picture() -> None:
    gain = [1 - 0.5 * min(1.0, max(0, min(i - 40, 70 - i)) / 10) for i in range(COUNT)]

    def change(i: int) -> dict[str, Any]:
        cells = tuple(gain[i] * a + (1 - gain[i]) * 180 for a in OWN)
        ratio = gain[i] / gain[max(0, i - LAG)]
        match = Match(0.9, 0.9 * ratio, 0.08, 0.9 / ratio, 0.3 / ratio) if i >= LAG else None
        return {"cells": cells, "match": match}

    assert found(judged(clip(COUNT, change), Expectation(cuts=()))) == []


def test_parts_that_are_not_found_again_are_no_other_picture_by_themselves() -> None:
    """A camera goes round something: each frame is like the one before it, and nothing is thinned."""
    made = mixed(shares(30, 59, 0.5, 4))
    frames = clip(COUNT, lambda i: made(i) | {"kept": 0.97, "kept_next": 0.97})

    assert found(judged(frames, Expectation(cuts=()))) == []


@pytest.mark.parametrize(("near", "told"), [((24, 92), (40, 75)), ((41, 74), (41, 74))])
def test_another_picture_begins_and_ends_where_the_first_one_is_thinned(
    near: tuple[int, int], told: tuple[int, int]
) -> None:
    """Where the parts are not found again well before and after, as when they move wildly."""
    remains = Remains()
    for frame in clip(COUNT, mixed(shares(40, 75, 0.5, 8))):
        remains.observe(frame)

    assert all(abs(one - other) <= 1 for one, other in zip(remains.ends(*near), told, strict=True))


def rising(first: int, last: int, slope: float, drift: float) -> Mapping[int, tuple[float, float]]:
    """A course that rises from `first` to `last`, and drifts all the time."""
    part = {i: slope * max(0, min(i, last + 1) - first + 1) for i in range(90)}
    return {i: (drift * i + part[i], 50 - 0.5 * part[i]) for i in range(90)}


@settings(max_examples=25, deadline=None)
@given(
    first=st.integers(30, 40),
    length=st.integers(12, 30),
    slope=st.floats(0.5, 9) | st.floats(-9, -0.5),
    drift=st.floats(-1, 1),
    off=st.integers(-4, 4),
)
def test_both_ends_of_a_steady_change_are_found_near_by(
    first: int, length: int, slope: float, drift: float, off: int
) -> None:
    last = first + length - 1
    course = rising(first, last, slope, drift)

    assert bend(course, first + off, 5, leaving=False) == first
    assert bend(course, last + off, 5, leaving=True) == last
    assert other_end(course, first, 40, leaving=False) == last
    assert other_end(course, last, 40, leaving=True) == first


def test_a_straight_course_has_no_end() -> None:
    course = {i: (3.0 * i, 20.0) for i in range(90)}

    assert bend(course, 40, 5, leaving=False) == 40
    assert other_end(course, 40, 30, leaving=False) is None
