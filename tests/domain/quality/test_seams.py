"""Joins and what they add up to."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quality.figures import FrameFigures, Steps, Travel
from domain.quality.values import Expectation, Seam
from tests.domain.quality.frames import clip, found, judged


def wobble(i: int, salt: int) -> float:
    """Numbers between -0.5 and 0.5 that look random."""
    return (i * 7919 + salt * 104729) % 101 / 101 - 0.5


def chain(hops: int, per_hop: dict[str, float], per: int = 20) -> list[FrameFigures]:
    """A chain whose light wanders by itself, whose figures stray a little, and that changes by so much at each hop."""

    def frame(i: int) -> dict[str, Any]:
        strays = {"mean": 0.4, "middle": 0.6, "contrast": 0.006, "sharpness": 0.02, "noise": 0.05, "hue": 0.1}
        steps = {
            name: size * (wobble(i, salt) - wobble(i - 1, salt)) for salt, (name, size) in enumerate(strays.items())
        }
        steps["mean"] += 12 * (math.sin(i / 90) - math.sin((i - 1) / 90))
        if i and i % per == 0:
            for name, size in per_hop.items():
                steps[name] += size
        sharpness = 1.4 * math.exp(per_hop.get("sharpness", 0) * (i // per))
        return {"steps": Steps(**steps), "step": 3.0, "sharpness": sharpness} if i else {}

    return clip(hops * per, frame)


def seams(frames: list[FrameFigures], per: int = 20) -> tuple[Seam, ...]:
    return judged(frames, Expectation(cuts=(), joins=tuple(range(per, len(frames), per)))).seams


def test_a_clean_chain_of_twenty_is_not_flagged() -> None:
    frames = chain(20, {})
    outcome = judged(frames, Expectation(cuts=(), joins=tuple(range(20, 400, 20))))

    assert len(outcome.seams) == 19
    assert min(seam.score for seam in outcome.seams) > 0.8
    (drift,) = outcome.drift
    assert drift.reanchor is None
    assert max(point.total for point in drift.points) < 0.7
    assert found(outcome) == []


@pytest.mark.parametrize("part", ["mean", "contrast", "sharpness", "noise", "hue"])
def test_drift_is_ranked_by_strength_and_flagged_early(part: str) -> None:
    steps = {"mean": 2.0, "contrast": 0.04, "sharpness": -0.07, "noise": 0.22, "hue": 2.5}
    expected = Expectation(cuts=(), joins=tuple(range(20, 160, 20)))
    weak, medium, strong = (judged(chain(8, {part: steps[part] * strength}), expected) for strength in (0.25, 0.5, 1))
    last = [outcome.drift[0].points[-1].total for outcome in (weak, medium, strong)]
    assert last == sorted(last)
    assert last[-1] > 1
    assert strong.drift[0].reanchor is not None
    assert strong.drift[0].reanchor <= 120
    assert "drift" in {check for check, _, _ in found(strong)}


def test_what_is_taken_back_until_the_next_join_is_no_drift() -> None:
    """An encoder begins each segment sharp and ends it softer."""
    frames = chain(20, {"sharpness": 0.12})
    fading = [replace(f, steps=f.steps._replace(sharpness=f.steps.sharpness - 0.12 / 20)) for f in frames]
    (drift,) = judged(fading, Expectation(cuts=(), joins=tuple(range(20, 400, 20)))).drift
    assert max(point.total for point in drift.points) < 0.7
    (kept,) = judged(frames, Expectation(cuts=(), joins=tuple(range(20, 400, 20)))).drift
    assert kept.points[-1].total > 5


def travel(speed: float, zoom: float = 0, unrest: float = 0, i: int = 0) -> Travel:
    """The picture moves to the right."""
    x, y = speed + unrest * wobble(i, 1), unrest * wobble(i, 2)
    return Travel(x, y, zoom, 0, ((x, y),) * 40)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"step": 0.02, "step_peak": 1.0, "residue": 0.0}, "repeated"),
        ({"travel": travel(0.00001)}, "repeated"),
        ({"travel": travel(0.006)}, "dropped"),
        ({"travel": travel(0.015)}, "dropped"),
    ],
)
def test_a_stumble_at_a_join_is_named(change: dict[str, Any], part: str) -> None:
    frames = clip(40, lambda i: {"travel": travel(0.003, unrest=0.0004, i=i)} | (change if i == 20 else {}))
    (seam,) = seams(frames)

    assert {name for name in ("repeated", "dropped", "reversed") if getattr(seam, name)} == {part}
    assert seam.score < 0.5


def test_a_picture_that_rests_by_itself_is_not_repeated_at_a_join() -> None:
    """What moves by less than a pixel, or is drawn on twos."""
    rest = {"travel": travel(0.00001), "step": 0.0, "step_peak": 0.0, "residue": 0.0}
    moving = {"travel": travel(0.003)}
    (seam,) = seams(clip(40, lambda i: rest if i in (13, 20, 27) else moving))
    assert not seam.repeated
    (seam,) = seams(clip(40, lambda i: rest if i in (20, 21, 22) else moving))
    assert seam.repeated


@pytest.mark.parametrize("hop", [travel(0.003, zoom=0.06), travel(-0.02), travel(0.06)])
def test_a_picture_that_hops_at_a_join_is_told(hop: Travel) -> None:
    (seam,) = seams(clip(40, lambda i: {"travel": hop if i == 20 else travel(0.003, unrest=0.0004, i=i)}))

    assert seam.jump > 0.01
    assert seam.score < 0.5


@given(st.floats(0, 0.02), st.floats(0, 0.01), st.floats(0, 0.01))
def test_motion_of_any_unrest_is_no_fault_by_itself(speed: float, unrest: float, zoom: float) -> None:
    """A camera held by hand hops, stops and turns round all the time."""
    (seam,) = seams(clip(40, lambda i: {"travel": travel(speed, zoom * wobble(i, 3), unrest, i)}))

    assert seam.score > 0.5


def test_what_comes_into_the_picture_is_no_step() -> None:
    """The whole picture gets brighter while it pans; what both frames show does not."""
    (seam,) = seams(clip(40, lambda i: {"mean": 90 + 1.5 * max(0, i - 16), "contrast": 30 + i, "cb": 0.5 * i}))

    assert seam.score == 1


def test_motion_that_turns_round_at_a_join_is_named() -> None:
    (seam,) = seams(clip(40, lambda i: {"travel": travel(0.004 if i < 20 else -0.004, unrest=0.0005, i=i)}))

    assert seam.reversed
    assert seam.score < 0.5

    (slowly,) = seams(clip(40, lambda i: {"travel": travel(0.0005 * (20 - i))}))

    assert not slowly.reversed
    assert slowly.score > 0.9


@given(st.floats(0.5, 60))
def test_a_larger_jump_of_brightness_never_scores_better(levels: float) -> None:
    def stepped(size: float) -> Seam:
        (seam,) = seams(clip(40, lambda i: {"steps": Steps(mean=size if i == 20 else 0)}))
        return seam

    assert stepped(levels * 1.5).score <= stepped(levels).score <= 1
    assert stepped(levels).mean == pytest.approx(levels)


def test_a_chain_that_wears_out_in_small_steps_is_told() -> None:
    """In a soft film no join shows, but each segment is a little softer than the one before; one that only goes soft
    and sharp again is not worn."""
    joins = Expectation(cuts=(), joins=tuple(range(20, 160, 20)))

    def softening(per: float) -> list[FrameFigures]:
        frames = chain(8, {})
        return [
            replace(f, sharpness=f.sharpness * math.exp(per * f.index), steps=f.steps._replace(sharpness=per))
            for f in frames
        ]  # fmt: skip

    (worn,) = judged(softening(-0.006), joins).drift
    assert worn.reanchor is not None
    assert worn.points[-1].sharpness < -0.5
    (kept,) = judged(softening(0), joins).drift
    assert kept.points[-1].total < 0.7


def test_a_cut_ends_a_chain() -> None:
    outcome = judged(chain(8, {"mean": 2.0}), Expectation(cuts=(80,), joins=(20, 40, 60, 100, 120, 140)))

    assert [(drift.first, drift.last) for drift in outcome.drift] == [(0, 79), (80, 159)]
    assert [len(drift.points) for drift in outcome.drift] == [4, 4]
