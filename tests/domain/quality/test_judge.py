"""From figures to findings, without a picture."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.quality.checks import CHECKS
from domain.quality.figures import Bars, Blend, Line, Sound
from domain.quality.gate import Gate, Rule
from domain.quality.judge import MOST
from domain.quality.values import Expectation, Span
from tests.domain.quality.frames import BLACK, clip, found, judged

STILL = {"step": 0.02, "step_peak": 1.0, "shift": (0.0, 0.0), "residue": 0.0}
PANEL = Line("v", 0.5, 0.98, 0.8, 0.005, 0.4, 40, 40, exact=0.95)
UNEQUAL = PANEL._replace(place=0.62, varied=0.6, gutter=0, before=2, stirs=0.01)
BOARD = Line("h", 0.07, 0.98, 0.1, 0.02, 0.4, 40, 3)


def spoilt(change: dict[str, Any], first: int, last: int, count: int = 96) -> Any:
    return clip(count, lambda i: change if first <= i <= last else {})


def test_a_sound_clip_has_no_findings() -> None:
    outcome = judged(clip(240))

    assert outcome.findings == ()
    assert outcome.verdict.passed
    assert {curve.name for curve in outcome.curves} >= {"mean", "step", "sharpness"}


@pytest.mark.parametrize(
    ("change", "first", "last", "check"),
    [
        (BLACK, 40, 40, "black"),
        (BLACK, 0, 3, "black"),
        (BLACK, 90, 95, "black"),
        ({"low": 120, "high": 122, "peak": 123, "middle": 121, "contrast": 0.5}, 40, 44, "plain"),
        ({"structure": 0.05}, 30, 60, "noise"),
        (STILL, 40, 52, "frozen"),
        ({"sharpness": 0.6}, 40, 50, "softer"),
        ({"blocks": 2.4}, 0, 95, "blocks"),
        ({"bands": 0.3}, 20, 60, "bands"),
        ({"lines": (PANEL,)}, 0, 95, "panels"),
        ({"bars": Bars(0.1, 0.1, 0, 0)}, 0, 95, "letterbox"),
        ({"bars": Bars(0, 0, 0.1, 0.1)}, 10, 95, "letterbox"),
        ({"bars": Bars(0.1, 0.02, 0, 0, 0.12)}, 10, 95, "letterbox"),
        ({"lines": (PANEL._replace(varied=0.0, gutter=0, before=2),)}, 0, 95, "panels"),
        ({"lines": (PANEL._replace(covered=0.7, differing=0, gutter=0, same=0.9),)}, 0, 95, "panels"),
        ({"lines": (PANEL._replace(varied=0, gutter=0, before=0, stirs=0.01),)}, 0, 95, "panels"),  # a dark half
        ({"lines": (UNEQUAL,)}, 0, 95, "panels"),
        ({"lines": (UNEQUAL._replace(axis="h", place=0.5, varied=0.25),)}, 0, 95, "panels"),
        ({"overlay": 0.01}, 30, 95, "overlay"),
        ({"damaged": True}, 30, 32, "decodes"),
        ({"octave": 0.55}, 0, 95, "soft"),
        ({"octave": 0.64, "edge": 3.0}, 0, 95, "soft"),
    ],
)
def test_a_planted_figure_is_found_at_its_place(change: dict[str, Any], first: int, last: int, check: str) -> None:
    assert found(judged(spoilt(change, first, last))) == [(check, first, last)]


@pytest.mark.parametrize(
    ("change", "first", "last"),
    [
        (STILL, 40, 43),  # a few equal frames are nothing
        ({"sharpness": 1.2}, 40, 60),
        ({"sharpness": 0.6, "crisp": 1.0}, 40, 50),  # glints went out: the rest is as sharp as before
        ({"octave": 0.6, "edge": 1.3}, 0, 95),  # a shallow focus
        ({"blocks": 1.3, "residue": 8.0}, 0, 95),  # nobody sees weak blocks in wild motion
        ({"bars": Bars(0.1, 0.02, 0, 0)}, 0, 95),  # a dark sky is no bar: the ground is not as dark
        ({"bars": Bars(0.1, 0.1, 0, 0)}, 40, 44),
        ({"lines": (PANEL,)}, 40, 44),
        ({"lines": (PANEL._replace(place=0.62, varied=0.0, gutter=0, before=2),)}, 0, 95),  # a wall beside a view
        ({"lines": (PANEL._replace(varied=0.0, gutter=0, before=2, after=2),)}, 0, 95),  # two plain colours
        ({"lines": (PANEL._replace(follows=0.9),)}, 0, 95),  # a bar of a window: the view goes on behind it
        ({"lines": (PANEL,)}, 20, 48),  # gone after less than a third of its shot
        ({"lines": (PANEL._replace(differing=0.02),)}, 0, 95),  # a pole before one picture
        ({"lines": tuple(BOARD._replace(place=place) for place in (0.07, 0.37, 0.67))}, 0, 95),  # shelves
        ({"lines": (BOARD._replace(gutter=0, after=40),)}, 0, 95),  # a roof at the upper edge
        ({"lines": (PANEL._replace(place=0.62, varied=0, before=6, after=6),)}, 0, 95),  # the frame of a mirror
        ({"lines": (UNEQUAL._replace(exact=0.5),)}, 0, 95),  # a trunk, whose bark is uneven
        ({"lines": (UNEQUAL._replace(stirs=0),)}, 0, 95),  # a pillar before a view
        ({"lines": (UNEQUAL._replace(axis="h", place=0.5, varied=0.1),)}, 0, 95),  # a horizon
        ({"lines": (PANEL._replace(gutter=0, ends=0),)}, 0, 95),  # a box that is nearly as high as the picture
        ({"lines": (PANEL._replace(axis="h", place=0.95),)}, 0, 95),  # a plank
        ({"step": 9.0, "likeness": 0.2}, 30, 60),  # a whip pan
    ],
)
def test_what_only_resembles_a_defect_is_none(change: dict[str, Any], first: int, last: int) -> None:
    assert found(judged(spoilt(change, first, last))) == []


def light(i: int) -> float:
    """Out and in again around frame 48, black from 44 to 52."""
    return min(1.0, max(0.0, (abs(i - 48) - 4) / 12))


def test_black_that_was_faded_to_is_wanted_up_to_a_length() -> None:
    def faded(i: int) -> dict[str, Any]:
        return {
            "high": 228 * light(i),
            "peak": 240 * light(i),
            "mean": 110 * light(i),
            "contrast": 48 * light(i),
            "middle": 104 * light(i),
        }

    assert found(judged(clip(96, faded))) == []
    short = Gate(id="short", title="Short", rules={"black": Rule(limits={"faded": 0.1})})
    assert [check for check, _, _ in found(judged(clip(96, faded), gate=short))] == ["black"]


def test_nothing_but_black_is_told_once_and_says_why() -> None:
    outcome = judged(clip(48, lambda i: BLACK))

    assert found(outcome) == [("nan_black", 0, 47)]
    assert "VAE" in outcome.findings[0].sentence + outcome.findings[0].cure


def test_motion_that_runs_out_is_not_frozen() -> None:
    def eased(i: int) -> dict[str, Any]:
        speed = max(0.0, 3.0 * (60 - i) / 60)
        return {"step": speed, "motion": speed, "step_peak": 40.0 if i < 60 else 0.0} if i else {}

    assert found(judged(clip(96, eased))) == []


def test_a_still_shot_is_sound_unless_motion_was_ordered() -> None:
    frames = clip(96, lambda i: STILL)

    assert found(judged(frames)) == []
    assert found(judged(frames, Expectation(moving=True))) == [("motionless", 0, 95)]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_flash_is_one_finding_however_it_is_looked_at(count: int) -> None:
    def flashed(i: int) -> dict[str, Any]:
        if 40 <= i < 40 + count:
            return {"mean": 170.0, "back": (60.0 if i == 40 else 3.0, 60.0, 60.0, 60.0, 60.0), "likeness": 0.9}
        if i == 40 + count:
            return {"back": tuple(60.0 if lag < count else 5.0 for lag in range(5)), "likeness": 0.9}
        return {}

    assert found(judged(clip(96, flashed))) == [("flash", 40, 39 + count)]


def test_a_cut_is_told_only_where_none_was_ordered() -> None:
    def cut(i: int) -> dict[str, Any]:
        across = {"back": tuple(60.0 if lag >= i - 48 else 3.0 for lag in range(5))} if 48 <= i < 53 else {}
        return across | ({"likeness": 0.02, "step": 60.0} if i == 48 else {})

    frames = clip(96, cut)

    assert judged(frames).cuts == (48,)
    assert found(judged(frames)) == []
    assert found(judged(frames, Expectation(cuts=()))) == [("cut", 48, 48)]
    assert found(judged(frames, Expectation(cuts=(48,)))) == []


def test_flashing_that_can_harm_is_counted_by_the_second() -> None:
    def strobe(pairs: int) -> Any:
        half = 24 // (2 * pairs)
        return lambda i: {"brighter": 0.9} if i % (2 * half) == 0 else {"darker": 0.9} if i % (2 * half) == half else {}

    assert [check for check, _, _ in found(judged(clip(96, strobe(6))))] == ["harmful"]
    assert found(judged(clip(96, strobe(2)))) == []


def test_brightness_that_motion_changes_is_no_flicker() -> None:
    def lit(step: float) -> Any:
        return lambda i: {"mean": 110.0 + 4 * (i % 2), "step": step, "back": (0.9 * step,) * min(3, i)}

    assert found(judged(clip(96, lit(5.0)))) == [("flicker", 1, 94)]
    assert found(judged(clip(96, lit(14.0)))) == []


def test_a_hole_in_fast_motion_is_a_flash_and_a_fade_through_black_is_none() -> None:
    def torn(i: int) -> dict[str, Any]:
        far = {1: 20.0 if i in (40, 41) else 8.0, 2: 26.0 if i in (40, 42) else 15.0, 3: 21.0}
        return {"step": far[1], "back": tuple(far.values())[: min(3, i)]}

    def faded(i: int) -> dict[str, Any]:
        light = min(6, abs(i - 40))
        back = tuple(12.0 * abs(light - min(6, abs(i - lag - 40))) for lag in range(1, min(5, i) + 1))
        return {"mean": 12.0 * light + 18, "contrast": 8.0 * light + 10, "step": 12.0, "back": back}

    assert found(judged(clip(96, torn))) == [("flash", 40, 40)]
    assert found(judged(clip(96, faded))) == []


def test_a_mixture_is_extended_to_the_whole_fade() -> None:
    def fade(i: int) -> dict[str, Any]:
        middle = i - 12
        share = (middle - 39) / 11
        if 0.2 <= share <= 0.8:
            return {"blend": Blend(middle, 24, 0.1, share, 0.1, 0.75)}
        return {}

    assert found(judged(clip(96, fade))) == [("ghost", 40, 49)]
    # an ordered one explains it, also where its ends are told half its length away; another one does not
    for first, told in ((40, []), (45, []), (35, []), (46, [("ghost", 40, 49)]), (60, [("ghost", 40, 49)])):
        ordered = Expectation(fades=(Span(first=first, last=first + 9),))
        assert found(judged(clip(96, fade), ordered)) == told
    # two short ones explain it together, and not with a gap between them
    for first, told in ((47, []), (50, [("ghost", 40, 49)])):
        spans = Span(first=38, last=42), Span(first=first, last=first + 4)
        assert found(judged(clip(96, fade), Expectation(fades=spans))) == told


@pytest.mark.parametrize(("residue", "told"), [(10.0, [("ghost", 40, 59)]), (5.0, [])])
def test_a_double_exposure_is_the_stretch_between_its_two_steps(residue: float, told: list[Any]) -> None:
    """Steps that the motion of the whole picture explains are those of a shaken camera."""

    def exposed(i: int) -> dict[str, Any]:
        steps = {40: {"kept": 0.55, "kept_next": 1.0}, 60: {"kept": 1.0, "kept_next": 0.55}}
        return {"step": 20.0, "likeness": 0.7, "residue": residue} | steps[i] if i in steps else {}

    assert found(judged(clip(96, exposed))) == told


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"broken_at": 96, "broken_why": "damaged"}, "decodes"),
        ({"claimed": 97}, "count"),
        ({"uneven": (4,), "uneven_count": 1}, "even"),
        ({"aspect": "4/3"}, "shape"),
        ({"matrix": ""}, "tags"),
        ({"transfer": ""}, "tags"),
        ({"transfer": "pq", "primaries": "bt2020"}, "tags"),
    ],
)
def test_a_damaged_file_is_told(changes: dict[str, Any], check: str) -> None:
    assert [name for name, _, _ in found(judged(clip(96), **changes))] == [check]


def heard(**changes: Any) -> Sound:
    base = {"rate": 48000, "channels": 2, "begins": 0.0, "seconds": 4.0, "peak": 0.8, "loudness": 0.1, "clipped": 0.0}
    return Sound.model_validate(base | {"silent_seconds": 0.0} | changes)


@pytest.mark.parametrize(
    ("sound", "wanted", "told"),
    [
        (heard(), True, False),
        (None, None, False),
        (None, True, True),
        (heard(begins=0.4), None, True),
        (heard(seconds=3.0), None, True),
        (heard(clipped=0.01), None, True),
        (heard(peak=0.0), True, True),
        (heard(peak=0.0), None, True),
        (heard(peak=0.0), False, False),
    ],
)
def test_sound_is_judged_by_what_was_ordered(sound: Sound | None, wanted: bool | None, told: bool) -> None:
    outcome = judged(clip(96), Expectation(sound=wanted), sound=sound)

    assert [name for name, _, _ in found(outcome)] == (["sound"] if told else [])


def test_what_was_ordered_decides_count_rate_and_size() -> None:
    ordered = Expectation(frames=100, rate="25", width=1280, height=720)

    assert {name for name, _, _ in found(judged(clip(96), ordered))} == {"count", "rate", "size"}


def test_a_severe_finding_explains_what_follows_from_it() -> None:
    change = BLACK | {"likeness": 0.0, "step": 90.0, "blocks": 3.0, "overlay": 0.02}

    assert found(judged(spoilt(change, 40, 44), Expectation(cuts=()))) == [("black", 40, 44)]


def test_shots_are_named() -> None:
    ordered = Expectation(cuts=(48,), shots=("001", "002"))
    outcome = judged(spoilt({"blocks": 3.0}, 60, 80), ordered)

    assert [finding.shot for finding in outcome.findings] == ["002"]


def test_a_hopeless_film_does_not_fill_the_memory() -> None:
    outcome = judged(clip(4000, lambda i: BLACK if i % 20 == 10 else {}))

    assert len(outcome.findings) == MOST
    assert "more of these" in outcome.findings[-1].sentence
    assert all(len(curve.values) <= 513 for curve in outcome.curves)


@settings(max_examples=15)
@given(st.integers(1, 1500))
def test_curves_cover_every_frame(count: int) -> None:
    for curve in judged(clip(count)).curves:
        assert (len(curve.values) - 1) * curve.stride < count <= len(curve.values) * curve.stride


def test_a_gate_decides_what_a_finding_means() -> None:
    frames = spoilt({"blocks": 2.4}, 0, 95)
    strict = Gate(id="a", title="A", rules={"blocks": Rule(severity="fail")})
    lax = Gate(id="b", title="B", rules={"blocks": Rule(limits={"ratio": 3})})
    deaf = Gate(id="c", title="C", rules={"blocks": Rule(severity="off")})

    assert judged(frames).verdict.passed
    assert not judged(frames, gate=strict).verdict.passed
    assert judged(frames, gate=lax).findings == judged(frames, gate=deaf).findings == ()


def test_every_check_says_what_to_do() -> None:
    assert all(check.cure and check.source and check.title for check in CHECKS.values())
