"""Pictures over pictures, colours that flash, light that pulses, grain, and shots that begin blurred."""

from __future__ import annotations

from math import pi, sin
from typing import Any

import pytest

from domain.quality.figures import FrameFigures, Return
from domain.quality.values import Expectation
from tests.domain.quality.frames import clip, found, judged


def spoilt(change: dict[str, Any], first: int, last: int) -> list[FrameFigures]:
    """A clip of 96 frames, some of which are changed."""
    return clip(96, lambda i: change if first <= i <= last else {})


IN: dict[str, Any] = {
    "step": 30.0, "residue": 14.0, "kept": 0.55, "kept_next": 0.52, "kept_spread": 0.3, "kept_next_spread": 0.3,
    "likeness": 0.53,
}  # fmt: skip
"""A step that changes all of the picture, and does not tell by itself which side is the mixture."""


def exposed(first: int, last: int, back: Return | None) -> Any:
    """Two such steps; after the second the picture is `back`."""

    def change(i: int) -> dict[str, Any]:
        return IN if i == first else IN | {"returned": back} if i == last + 1 else {"residue": 1.0}

    return change


def test_a_picture_that_is_back_after_two_steps_had_another_one_over_it() -> None:
    assert found(judged(clip(96, exposed(30, 49, Return(30, 0.9))))) == [("ghost", 30, 49)]


@pytest.mark.parametrize(
    "change",
    [
        {"residue": 5.0},  # the camera jerks: its motion explains most of the steps
        {"kept": 0.97, "kept_next": 0.98, "likeness": 0.97},  # something small comes and goes
        {"likeness": 0.1},  # a cut there and back
    ],
)
def test_steps_that_are_no_mixing_are_no_double_exposure(change: dict[str, Any]) -> None:
    made = exposed(30, 49, Return(30, 0.9))

    frames = clip(96, lambda i: made(i) | (change if i in (30, 50) else {}))

    assert "ghost" not in {check for check, _, _ in found(judged(frames))}


def test_light_with_another_picture_in_it_that_comes_and_goes_is_a_double_exposure() -> None:
    def change(i: int) -> dict[str, Any]:
        step = IN | {"kept": 0.75, "kept_next": 0.7, "likeness": 0.7}
        return step | {"rise": 0.99} if i == 30 else step | {"rise": 0.01} if i == 50 else {}

    assert found(judged(clip(96, change))) == [("ghost", 30, 49)]


def test_a_frame_in_another_colour_is_a_flash() -> None:
    assert found(judged(spoilt({"cb": -40.0, "cr": 50.0}, 40, 41))) == [("flash", 40, 41)]


@pytest.mark.parametrize(("swing", "every", "told"), [(14, 12, True), (3, 12, False)])
def test_light_that_pulses_evenly_flickers(swing: float, every: float, told: bool) -> None:
    light = [110 + swing * sin(2 * pi * i / every) for i in range(120)]
    frames = clip(120, lambda i: {"mean": light[i], "step": 1 + abs(light[i] - light[i - 1])} if i else {})

    assert [check for check, _, _ in found(judged(frames))] == (["flicker"] if told else [])


def test_a_shot_that_begins_blurred_and_becomes_sharp_at_once_is_told() -> None:
    assert found(judged(spoilt({"sharpness": 0.7}, 0, 11))) == [("softer", 0, 11)]


@pytest.mark.parametrize(("peak", "told"), [(14.0, True), (80.0, False)])
def test_grain_is_no_motion_where_motion_was_ordered(peak: float, told: bool) -> None:
    frames = clip(48, lambda i: {"step": 2.0, "step_peak": peak, "back": (0.5,) * min(i, 5), "alike": 0.999})

    checks = {check for check, _, _ in found(judged(frames, Expectation(cuts=(), moving=True)))}

    assert ("motionless" in checks) is told


@pytest.mark.parametrize(("even", "told"), [(True, True), (False, False)])
def test_blobs_are_noise_where_every_frame_has_others_of_the_same_brightness(even: bool, told: bool) -> None:
    def change(i: int) -> dict[str, Any]:
        mean = 110.0 if even else 110.0 + 60 * (i % 3)
        return {"mean": mean, "structure": 0.5, "step": 40.0, "likeness": 0.0} if 30 <= i <= 50 else {}

    assert ("noise" in {check for check, _, _ in found(judged(clip(96, change)))}) is told
