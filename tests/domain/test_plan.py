"""The arithmetic of segments: worked numbers, and what holds for every length, rate and model."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from types import FrameType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.plan import (
    GenerationPlan,
    PlannedSegment,
    PlannedShot,
    Segment,
    ShotTiming,
    boundary_slot,
    split,
    time_shot,
    time_storyboard,
)
from domain.profile import Mode, ModelProfile
from domain.profiles import PROFILES, animatic_profile
from domain.storyboard import Shot, Storyboard
from domain.timing import film_frames, native_frames
from tests.domain.test_timing import lengths, rates

NTSC = Fraction(24000, 1001)

WORKED: list[tuple[str, str, Any, int, int, list[int], list[int]]] = [
    ("wan2.2-14b", "0.5", 24, 12, 8, [9], [8]),
    ("wan2.2-14b", "3.1", 24, 74, 50, [53], [50]),
    ("wan2.2-14b", "5", 24, 120, 80, [81], [80]),
    ("wan2.2-14b", "5", NTSC, 120, 81, [81], [81]),
    ("wan2.2-14b", "8", 24, 192, 128, [65, 65], [65, 63]),
    ("wan2.2-14b", "12.3", 24, 295, 197, [69, 65, 65], [69, 64, 64]),
    ("wan2.2-14b", "29.97", 25, 749, 480, [81] * 6, [81, 80, 80, 80, 80, 79]),
    ("wan2.2-5b", "0.5", 24, 12, 12, [13], [12]),
    ("wan2.2-5b", "3.1", 24, 74, 74, [77], [74]),
    ("wan2.2-5b", "5", 24, 120, 120, [121], [120]),
    ("wan2.2-5b", "5", NTSC, 120, 121, [121], [121]),
    ("wan2.2-5b", "8", 24, 192, 192, [97, 97], [97, 95]),
    ("wan2.2-5b", "12.3", 24, 295, 295, [101, 101, 97], [101, 100, 94]),
    ("wan2.2-5b", "29.97", 25, 749, 720, [121] * 6, [121, 120, 120, 120, 120, 119]),
    ("ltx-2", "0.5", 24, 12, 12, [17], [12]),
    ("ltx-2", "3.1", 24, 74, 74, [81], [74]),
    ("ltx-2", "5", 24, 120, 120, [121], [120]),
    ("ltx-2", "5", NTSC, 120, 121, [121], [121]),
    ("ltx-2", "8", 24, 192, 192, [97, 97], [97, 95]),
    ("ltx-2", "12.3", 24, 295, 295, [105, 97, 97], [105, 96, 94]),
    ("ltx-2", "29.97", 25, 749, 720, [121] * 6, [121, 120, 120, 120, 120, 119]),
    ("minimax-h3", "0.5", 24, 12, 12, [124], [12]),
    ("minimax-h3", "3.1", 24, 74, 74, [124], [74]),
    ("minimax-h3", "5", 24, 120, 120, [124], [120]),
    ("minimax-h3", "5", NTSC, 120, 121, [124], [121]),
    ("minimax-h3", "8", 24, 192, 192, [192], [192]),
    ("minimax-h3", "12.3", 24, 295, 295, [311], [295]),
    ("minimax-h3", "29.97", 25, 749, 720, [362, 362], [362, 358]),
]


@pytest.mark.parametrize(("model", "seconds", "rate", "film", "native", "generate", "keep"), WORKED)
def test_the_worked_numbers(
    model: str, seconds: str, rate: Any, film: int, native: int, generate: list[int], keep: list[int]
) -> None:
    timing = time_shot("001", Fraction(seconds), Fraction(rate), PROFILES[model], "chain")
    assert (timing.frames, timing.native) == (film, native)
    assert [s.generate for s in timing.segments] == generate
    assert [s.keep for s in timing.segments] == keep


@st.composite
def profiles(draw: st.DrawFn) -> ModelProfile:
    """A model of any grid, limits, rate and overlap that a profile accepts."""
    a, b = draw(st.integers(1, 20)), draw(st.integers(0, 20))
    low = draw(st.integers(1, 150))
    high = low + draw(st.integers(0, 300))
    overlap = draw(st.integers(0, 20))
    try:
        return ModelProfile(id="m", title="M", rate=draw(rates), a=a, b=b, n_min=low, n_max=high, overlap=overlap)
    except ValidationError:
        assume(False)
        raise


known = st.sampled_from(list(PROFILES.values()))
modes: st.SearchStrategy[Mode] = st.sampled_from(["chain", "keyframe"])


@given(lengths, rates, profiles() | known, modes, st.booleans())
def test_segments_give_every_frame_once_on_the_grid(
    seconds: Fraction, rate: Fraction, profile: ModelProfile, mode: Mode, has_end: bool
) -> None:
    timing = time_shot("001", seconds, rate, profile, mode, has_end=has_end)
    segments = timing.segments
    assert timing.native == native_frames(film_frames(seconds, rate), profile.rate, rate)
    assert sum(s.keep for s in segments) == timing.native
    assert [s.index for s in segments] == list(range(len(segments)))
    for index, segment in enumerate(segments):
        assert segment.generate == segment.drop + segment.keep + segment.surplus
        assert profile.on_grid(segment.generate)
        assert segment.keep >= 1
        assert segment.drop == (profile.overlap if index else 0)
        assert segment.first == sum(s.keep for s in segments[:index])
    assert all(s.surplus == 0 for s in segments[:-1])


@given(st.integers(1, 5_000), profiles() | known)
def test_segments_are_fewest_balanced_and_waste_least(native: int, profile: ModelProfile) -> None:
    made = split(native, profile)
    fewest = 1
    while fewest * profile.longest - (fewest - 1) * profile.overlap < native:
        fewest += 1
    assert len(made) == fewest
    assert made == sorted(made, reverse=True)
    assert made[0] - made[-1] in (0, profile.a)
    surplus = sum(made) - (len(made) - 1) * profile.overlap - native
    assert 0 <= surplus < profile.a or set(made) == {profile.shortest}


@given(st.integers(1, 400), known)
def test_no_other_choice_of_lengths_gives_fewer_frames(native: int, profile: ModelProfile) -> None:
    # By trying all lengths on the grid: how few frames can be generated with that many segments?
    made = split(native, profile)
    grid = [n for n in range(profile.shortest, profile.longest + 1) if profile.on_grid(n)]
    sums = {0}
    for _ in made:
        sums = {total + n for total in sums for n in grid}
    needed = native + (len(made) - 1) * profile.overlap
    assert sum(made) == min(total for total in sums if total >= needed)


@given(lengths, rates)
def test_the_animatic_makes_any_shot_in_one_go_without_surplus(seconds: Fraction, rate: Fraction) -> None:
    timing = time_shot("001", seconds, rate, animatic_profile(rate), "chain")
    (segment,) = timing.segments
    assert (segment.generate, segment.keep, segment.surplus) == (timing.frames, timing.frames, 0)
    assert timing.native == timing.frames


# -- modes ----------------------------------------------------------------------------------------------------------

WAN = PROFILES["wan2.2-14b"]


def ends(timing: ShotTiming) -> list[tuple[str, str, str, str]]:
    """Where each segment starts and ends."""
    return [(s.start, s.start_slot, s.end, s.end_slot) for s in timing.segments]


def test_a_chain_starts_from_the_keyframe_and_then_from_what_was_made() -> None:
    timing = time_shot("001", Fraction(12), Fraction(24), WAN, "chain")
    assert ends(timing) == [
        ("keyframe", "start", "none", ""),
        ("previous", "", "none", ""),
        ("previous", "", "none", ""),
    ]
    timing = time_shot("001", Fraction(12), Fraction(24), WAN, "chain", has_end=True)
    assert ends(timing)[-1] == ("previous", "", "keyframe", "end")
    assert ends(timing)[0] == ("keyframe", "start", "none", "")


@pytest.mark.parametrize("has_end", [True, False])
def test_keyframe_mode_has_a_picture_at_every_boundary(has_end: bool) -> None:
    timing = time_shot("001", Fraction(12), Fraction(24), WAN, "keyframe", has_end=has_end)
    assert ends(timing) == [
        ("keyframe", "start", "keyframe", "mid-1"), ("keyframe", "mid-1", "keyframe", "mid-2"), ("keyframe", "mid-2", "keyframe", "end"),
    ]  # fmt: skip


def test_single_mode_refuses_what_does_not_fit_in_one_go() -> None:
    short = time_shot("001", Fraction(5), Fraction(24), WAN, "single", has_end=True)
    assert ends(short) == [("keyframe", "start", "keyframe", "end")]
    assert short.problem == ""
    long = time_shot("001", Fraction(6), Fraction(24), WAN, "single")
    assert long.segments == ()
    assert "Longer than Wan 2.2 14B makes in one go (81 frames, 5.06 s)" in long.problem
    assert (long.frames, long.native) == (144, 96)


def test_a_mode_that_the_model_lacks_is_a_problem_and_no_error() -> None:
    timing = time_shot("001", Fraction(1), Fraction(24), WAN.replace(modes=("chain",)), "keyframe")
    assert (timing.segments, timing.problem) == ((), "Wan 2.2 14B has no keyframe mode.")


def test_boundary_slots() -> None:
    assert [boundary_slot(i, 3) for i in range(4)] == ["start", "mid-1", "mid-2", "end"]
    assert [boundary_slot(i, 1) for i in range(2)] == ["start", "end"]


# -- storyboards ----------------------------------------------------------------------------------------------------


def board(count: int) -> Storyboard:
    """A storyboard of that many shots of different lengths."""
    return Storyboard(shots=tuple(Shot(id=f"{i:05d}", seconds=Fraction(i % 97 + 1, 7)) for i in range(count)))


def test_a_storyboard_is_timed_shot_by_shot_in_order() -> None:
    film = board(20)
    timings = time_storyboard(film, Fraction(24), WAN, "chain", frozenset({"00003"}))
    assert [t.shot for t in timings] == [s.id for s in film.shots]
    assert sum(t.frames for t in timings) == film.frames(Fraction(24))
    assert [t.shot for t in timings if t.segments[-1].end == "keyframe"] == ["00003"]


def calls_in(work: Callable[[], object]) -> int:
    """How many functions are called while `work` runs; unlike time, the same on a busy machine."""
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_ten_thousand_shots_take_ten_times_the_work_of_a_thousand() -> None:
    def plan(film: Storyboard) -> Callable[[], object]:
        return lambda: time_storyboard(film, Fraction(24), WAN, "chain")

    small, large = (calls_in(plan(board(count))) for count in (970, 9_700))
    assert 9 < large / small < 10.5
    assert len(time_storyboard(board(10_000), NTSC, WAN, "keyframe")) == 10_000


# -- the plan as a value ----------------------------------------------------------------------------------------------


def segment(index: int = 0) -> Segment:
    return Segment(index=index, generate=5, drop=0, keep=5, surplus=0, first=0, start="keyframe", end="none")


@pytest.mark.parametrize(
    ("states", "problem", "worst"),
    [(["done", "done"], "", "done"), (["done", "waiting"], "", "waiting"), (["waiting", "ready"], "", "ready"),
     (["ready", "stale"], "", "stale"), (["stale", "blocked"], "", "blocked"), (["done"], "no", "blocked"), ([], "", "done")],
)  # fmt: skip
def test_a_shot_is_in_the_worst_state_of_its_segments(states: list[Any], problem: str, worst: str) -> None:
    segments = tuple(PlannedSegment(segment=segment(i), state=state) for i, state in enumerate(states))
    assert PlannedShot(shot="001", frames=5, native=5, segments=segments, problem=problem).state == worst


def test_a_plan_survives_json() -> None:
    timings = time_storyboard(board(5), NTSC, WAN, "chain")
    plan = GenerationPlan(
        rate=NTSC, native_rate=Fraction(16), profile=WAN.id, backend="b", mode="chain", width=1280, height=720,
        shots=tuple(
            PlannedShot(shot=t.shot, frames=t.frames, native=t.native,
                        segments=tuple(PlannedSegment(segment=s, state="ready") for s in t.segments))
            for t in timings
        ),
    )  # fmt: skip
    again = GenerationPlan.model_validate_json(plan.model_dump_json())
    assert again == plan
    assert again.frames == sum(t.frames for t in timings)
    assert again.shot("00002") == plan.shots[2]
    assert again.shot("nobody") is None
