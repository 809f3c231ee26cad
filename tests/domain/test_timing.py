"""Exact time: what is read, how it rounds, and that JSON gives it back."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.project import Project
from domain.storyboard import Shot
from domain.timing import (
    MAX_RATE,
    MAX_SECONDS,
    film_frames,
    native_frames,
    native_index,
    parse_rate,
    parse_seconds,
    rate_label,
    rate_text,
    seconds_label,
    timecode,
)

NTSC = Fraction(24000, 1001)
rates = st.sampled_from(
    [Fraction(16), Fraction(24), Fraction(25), Fraction(30), NTSC, Fraction(30000, 1001)]
) | st.fractions(1, MAX_RATE, max_denominator=1001)
lengths = st.fractions(Fraction(1, 1000), 4000, max_denominator=1000)


@pytest.mark.parametrize(
    ("written", "exact"),
    [(24, Fraction(24)), ("24", Fraction(24)), ("24/1", Fraction(24)), ("24000/1001", NTSC), (23.976, NTSC), ("23.98", NTSC),
     (" 23.976 ", NTSC), ("29.97", Fraction(30000, 1001)), (29.97, Fraction(30000, 1001)), ("47.952", Fraction(48000, 1001)),
     (59.94, Fraction(60000, 1001)), ("119.88", Fraction(120000, 1001)), (12.5, Fraction(25, 2)), (Fraction(50), Fraction(50))],
)  # fmt: skip
def test_rates_are_read_exactly_and_ntsc_by_name(written: Any, exact: Fraction) -> None:
    assert parse_rate(written) == exact


@pytest.mark.parametrize(
    ("written", "exact"),
    [(3.1, Fraction(31, 10)), ("3.1", Fraction(31, 10)), (5, Fraction(5)), ("1/3", Fraction(1, 3)), (0.1, Fraction(1, 10)),
     (Decimal("2.50"), Fraction(5, 2)), (86400, Fraction(86400)), ("1e1", Fraction(10)), (29.97, Fraction(2997, 100))],
)  # fmt: skip
def test_lengths_are_read_as_they_are_written(written: Any, exact: Fraction) -> None:
    assert parse_seconds(written) == exact


@pytest.mark.parametrize(
    "nonsense",
    [0, -1, "", " ", "abc", None, True, False, [], {}, float("nan"), float("inf"), float("-inf"), "NaN", "inf", "1/0", "0/5", "1/2/3",
     1e308, "1e999", "9" * 100, "1e-40", Decimal("Infinity"), 10**400],
)  # fmt: skip
def test_nonsense_is_refused_as_rate_and_as_length(nonsense: Any) -> None:
    with pytest.raises(ValueError):
        parse_rate(nonsense)
    with pytest.raises(ValueError):
        parse_seconds(nonsense)


@pytest.mark.parametrize("written", [Fraction(999, 1000), MAX_RATE + 1, "100000001/4000000"])
def test_rates_that_no_film_has_are_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="frame rate"):
        parse_rate(written)


def test_a_day_is_the_longest_shot() -> None:
    assert parse_seconds(MAX_SECONDS) == MAX_SECONDS
    with pytest.raises(ValueError, match="at most 86400"):
        parse_seconds(MAX_SECONDS + Fraction(1, 1000))


@pytest.mark.parametrize(
    ("seconds", "rate", "frames"),
    [("5", 24, 120), ("3.1", 24, 74), ("0.5", 24, 12), ("12.3", 24, 295), ("29.97", 25, 749), ("5", NTSC, 120),
     # exactly half a frame goes up, a hair less goes down
     ("1/48", 24, 1), ("3/48", 24, 2), ("5/48", 24, 3), ("0.1", 25, 3), ("0.1", 15, 2), ("0.0999", 15, 1),
     # never no frame at all
     ("0.001", 24, 1), ("1/1000000", 1, 1)],
)  # fmt: skip
def test_film_frames_round_half_up(seconds: str, rate: Any, frames: int) -> None:
    assert film_frames(parse_seconds(seconds), Fraction(rate)) == frames


@given(lengths, rates)
def test_film_frames_are_the_nearest_count(seconds: Fraction, rate: Fraction) -> None:
    frames = film_frames(seconds, rate)
    assert frames >= 1
    assert frames == 1 or -Fraction(1, 2) < frames - seconds * rate <= Fraction(1, 2)


@given(st.integers(1, 20_000), rates, rates)
def test_native_frames_are_the_fewest_that_cover_the_shot(frames: int, native: Fraction, rate: Fraction) -> None:
    needed = native_frames(frames, native, rate)
    assert needed * rate >= frames * native > (needed - 1) * rate


@given(st.integers(1, 2_000), rates, rates)
def test_every_film_frame_shows_one_native_frame_in_order(frames: int, native: Fraction, rate: Fraction) -> None:
    shown = [native_index(j, native, rate) for j in range(frames)]
    assert len(shown) == frames
    assert shown[0] == 0
    assert shown == sorted(shown)
    assert shown[-1] < native_frames(frames, native, rate)
    if native >= rate:
        assert len(set(shown)) == frames
    else:
        assert all(after - before <= 1 for before, after in pairwise(shown))


def test_equal_rates_show_every_frame_once() -> None:
    assert [native_index(j, NTSC, NTSC) for j in range(500)] == list(range(500))


@pytest.mark.parametrize(
    ("frames", "rate", "text"),
    [(0, 24, "00:00:00:00"), (23, 24, "00:00:00:23"), (24, 24, "00:00:01:00"), (24, NTSC, "00:00:01:00"), (90_000, 25, "01:00:00:00"),
     (29, Fraction(30000, 1001), "00:00:00:29"), (-5, 24, "00:00:00:00")],
)  # fmt: skip
def test_timecode_counts_at_the_nearest_whole_rate(frames: int, rate: Any, text: str) -> None:
    assert timecode(frames, Fraction(rate)) == text


def test_labels() -> None:
    assert [rate_label(r) for r in (Fraction(24), NTSC, Fraction(25, 2))] == ["24", "23.976", "12.5"]
    assert [seconds_label(s) for s in (Fraction(5), Fraction(31, 10), Fraction(1, 3))] == ["5 s", "3.1 s", "0.333 s"]
    assert rate_text(NTSC) == "24000/1001"


@given(st.fractions(Fraction(1, 10**6), MAX_SECONDS))
def test_any_length_survives_json(seconds: Fraction) -> None:
    if len(f"{seconds.numerator}/{seconds.denominator}") > 64:
        return
    shot = Shot(id="001", seconds=seconds)
    assert Shot.model_validate_json(json.dumps(shot.to_json())).seconds == seconds


@given(st.fractions(1, MAX_RATE, max_denominator=100_000))
def test_any_rate_survives_json(rate: Fraction) -> None:
    project = Project(id="p", name="P", rate=rate)
    assert Project.model_validate_json(json.dumps(project.to_json())).rate == rate


def test_json_has_plain_numbers_where_they_are_exact() -> None:
    shown = {s: Shot(id="001", seconds=s).to_json()["seconds"] for s in ("5", "3.1", "1/3")}
    assert shown == {"5": 5, "3.1": 3.1, "1/3": "1/3"}
    assert isinstance(shown["5"], int)
