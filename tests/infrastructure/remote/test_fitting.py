"""Sizes: what is asked for fits the service's rules and the film's shape, whatever the film."""

from __future__ import annotations

from math import log

from hypothesis import given
from hypothesis import strategies as st

from infrastructure.remote.fitting import nearest, on_grid, shape_of
from infrastructure.remote.openai import FIXED, FREE
from infrastructure.remote.stability import SHAPES

SIDES = st.integers(2, 16_384)


@given(SIDES, SIDES)
def test_a_size_on_the_grid_keeps_its_rules(width: int, height: int) -> None:
    made = on_grid((width, height), FREE)
    assert made[0] % 16 == 0 == made[1] % 16
    assert max(made) <= FREE.longest and made[0] * made[1] <= FREE.most
    assert max(made) <= 3 * min(made)


@given(st.integers(256, 2560), st.integers(256, 1440))
def test_a_film_that_the_grid_can_cover_is_covered(width: int, height: int) -> None:
    made = on_grid((width, height), FREE)
    if width <= 2.9 * height and height <= 2.9 * width and (width + 16) * (height + 16) <= FREE.most:
        assert made[0] >= width and made[1] >= height
        assert made[0] * made[1] >= FREE.least * 0.97


@given(SIDES, SIDES)
def test_no_other_shape_is_nearer(width: int, height: int) -> None:
    for allowed in (FIXED, SHAPES):
        apart = {n: abs(log(w / h) - log(width / height)) for n, (w, h) in allowed.items()}
        assert apart[nearest((width, height), allowed)] <= min(apart.values()) + 1e-5


def test_of_one_shape_the_smallest_that_covers_the_film_is_asked_for() -> None:
    allowed = {"s": (512, 512), "m": (1024, 1024), "l": (2048, 2048)}
    assert [nearest((n, n), allowed) for n in (300, 600, 1024, 1500, 4000)] == ["s", "m", "m", "l", "l"]


def test_shapes_in_words() -> None:
    assert [shape_of(s) for s in ((1920, 1080), (1536, 1024), (7, 7))] == ["16:9", "3:2", "1:1"]
