"""What lengths and sizes a model makes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import NotFound
from domain.profile import ModelProfile
from domain.profiles import ANIMATIC, PROFILES, profile_for
from tests.domain.test_plan import profiles


@given(profiles())
def test_the_grid_is_that_of_its_formula(profile: ModelProfile) -> None:
    grid = [
        n for k in range(profile.n_max + 1)
        if profile.n_min <= (n := profile.a * k + profile.b) <= profile.n_max
    ]  # fmt: skip
    assert (profile.shortest, profile.longest) == (grid[0], grid[-1])
    assert [n for n in range(profile.n_max + 30) if profile.on_grid(n)] == grid


@pytest.mark.parametrize(
    "fields",
    [{"n_min": 6, "n_max": 8, "a": 4, "b": 1}, {"n_min": 50, "n_max": 40}, {"n_max": 5, "overlap": 5}, {"n_max": 0}, {"n_max": 9, "a": 0},
     {"n_max": 9, "rate": 0}, {"n_max": 9, "modes": ("other",)}],
)  # fmt: skip
def test_a_profile_that_can_make_nothing_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelProfile.model_validate({"id": "m", "title": "M", "rate": 24} | fields)


@given(
    st.integers(64, 8192), st.integers(64, 8192), st.sampled_from([1, 2, 16, 32, 64]), st.integers(64 * 64, 4096 * 2160)
)
def test_sizes_are_multiples_and_no_smaller_than_the_film_where_they_fit(
    width: int, height: int, step: int, limit: int
) -> None:
    profile = ModelProfile(id="m", title="M", rate=24, n_max=9, size_multiple=step, max_pixels=limit)
    wide, high = profile.fit_size(width, height)
    assert wide % step == 0 and high % step == 0
    assert wide > 0 and high > 0
    if width * height <= limit:
        assert width <= wide < width + step
        assert height <= high < height + step
    elif min(wide, high) > step:
        assert wide * high <= limit


@pytest.mark.parametrize(
    ("model", "film", "made"),
    [("wan2.2-14b", (1280, 720), (1280, 720)), ("ltx-2", (1920, 1080), (1920, 1088)), ("ltx-2", (1280, 720), (1280, 768)),
     ("wan2.2-14b", (1920, 1080), (1280, 720)), ("minimax-h3", (720, 1280), (736, 1280))],
)  # fmt: skip
def test_worked_sizes(model: str, film: tuple[int, int], made: tuple[int, int]) -> None:
    assert PROFILES[model].fit_size(*film) == made


def test_profiles_are_found_by_id() -> None:
    assert profile_for("ltx-2", Fraction(25)).rate == 24
    assert profile_for(ANIMATIC, Fraction(25)).rate == 25
    with pytest.raises(NotFound, match=r"Choose one of: animatic, wan2\.2-14b"):
        profile_for("sora", Fraction(24))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: str(p.id))
def test_shipped_profiles_lie_on_their_own_limits(profile: ModelProfile) -> None:
    assert (profile.shortest, profile.longest) == (profile.n_min, profile.n_max)
    assert ModelProfile.model_validate_json(profile.model_dump_json()) == profile
