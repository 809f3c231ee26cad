"""Pictures over pictures, colours that flash, light that pulses, grain, and shots that begin blurred."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin
from typing import Any

import pytest

from domain.quality.figures import FrameFigures, Match, Return
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


@pytest.mark.parametrize(("slopes", "told"), [((0.77, 0.83), True), ((0.83, 0.77), False)])
def test_weak_steps_have_to_thin_what_lies_outside_of_them(slopes: tuple[float, float], told: bool) -> None:
    """A head that jerks twice, and looks as before, thins either way as it happens."""
    made = exposed(30, 49, Return(30, 0.9))
    thin, other = slopes
    into, out = {"kept": thin, "kept_next": other}, {"kept": other, "kept_next": thin}

    frames = clip(96, lambda i: made(i) | {30: into, 50: out}.get(i, {}))

    assert ("ghost" in {check for check, _, _ in found(judged(frames))}) is told


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


@pytest.mark.parametrize(("step", "told"), [(0.01, False), (1.5, True)])
def test_an_empty_ground_that_is_drawn_on_line_by_line_is_no_defect(step: float, told: bool) -> None:
    """The lines are too thin for percentiles."""
    ground = {"low": 59.0, "middle": 59.0, "high": 59.0, "peak": 59.0, "contrast": 0.5, "step": step, "motion": 0.0}

    frames = clip(96, lambda i: ground | ({"peak": 135.0, "contrast": 2.5} if i > 13 else {}))

    assert ("plain" in {check for check, _, _ in found(judged(frames))}) is told


@pytest.mark.parametrize(("sharper", "told"), [(0.0, True), (0.12, False)])
def test_a_picture_that_gets_sharp_elsewhere_is_no_loss_of_sharpness(sharper: float, told: bool) -> None:
    frames = clip(96, lambda i: {"sharpness": 0.8, "refocused": sharper if i > 50 else 0.0} if i >= 40 else {})

    assert [check for check, _, _ in found(judged(frames))] == (["softer"] if told else [])


@pytest.mark.parametrize(("coarse", "told"), [(31.5, True), (21.0, False)])
def test_fine_contrast_that_blur_takes_away_is_no_other_light(coarse: float, told: bool) -> None:
    """`coarse` is what a mosaic of the picture has left of its contrast."""
    blurred = {"sharpness": 0.5, "contrast": 32.0, "structure": coarse / 32}

    assert found(judged(spoilt(blurred, 40, 50))) == ([("softer", 40, 50)] if told else [])


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


@pytest.mark.parametrize(("again", "told"), [(0.1, True), (0.8, False)])
def test_specks_that_are_found_again_elsewhere_are_no_noise(again: float, told: bool) -> None:
    """A flight through leaves changes as much, and every part of it is in the frame before."""
    change = {"structure": 0.3, "step": 40.0, "likeness": 0.1, "again": again}

    assert ("noise" in {check for check, _, _ in found(judged(spoilt(change, 30, 50)))}) is told


TORN: dict[str, Any] = {"step": 20.0, "residue": 16.0, "likeness": 0.3, "likes": (0.25,), "spread": 1.0}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"likes": (0.7,)}, True),
        ({"likes": (0.3,)}, False),  # a cut on the move: what was before does not come back
        ({"likes": (0.7,), "residue": 1.0}, False),  # the camera jerks
    ],
)
def test_one_frame_that_is_torn_is_told_however_fast_the_motion_is(after: dict[str, Any], told: bool) -> None:
    moving = {"likeness": 0.8, "likes": (0.65, 0.5), "step": 15.0, "residue": 9.0, "spread": 1.0}
    frames = clip(60, lambda i: {30: TORN, 31: TORN | after}.get(i, moving if i else {}))
    if "residue" in after:
        frames[30] = replace(frames[30], residue=1.0)

    assert [one for one in found(judged(frames)) if one[0] == "flash"] == ([("flash", 30, 30)] if told else [])


@pytest.mark.parametrize(("shaken", "told"), [(False, True), (True, False)])
def test_a_picture_that_hops_away_and_back_all_the_time_is_shaken(shaken: bool, told: bool) -> None:
    def change(i: int) -> dict[str, Any]:
        hop = {"step": 16.0, "residue": 1.0, "likeness": 0.6}
        back = {"back": (14.0, 15.0, 16.0, 1.0)}
        return hop | back if i in (40, 43) else hop if shaken and i in (22, 31, 36) else {"back": (3.0, 5.0, 6.0, 7.0)}

    assert ("flash" in {check for check, _, _ in found(judged(clip(72, change)))}) is told


@pytest.mark.parametrize(("contrast", "told"), [(38.0, True), (60.0, False)])
def test_a_picture_mirrored_over_itself_is_told_and_no_sign_that_is_shown(contrast: float, told: bool) -> None:
    change = {"mirrored": 0.95, "contrast": contrast}

    assert found(judged(spoilt(change, 30, 49))) == ([("ghost", 30, 49)] if told else [])


def test_fine_lines_over_a_picture_are_another_picture_though_it_stays_like_itself() -> None:
    """Bricks at half leave half of a picture everywhere, and hardly show in a thumbnail."""
    calm = {"step": 1.5, "residue": 0.4, "likeness": 0.999, "match": Match(0.98, 0.99, 0.02, 0.99, 0.02)}
    into = {"step": 30.0, "residue": 13.0, "likeness": 0.92, "kept": 0.51, "kept_next": 1.69, "kept_spread": 0.01}

    def change(i: int) -> dict[str, Any]:
        thinned = calm | ({"contrast": 25.0} if 30 <= i <= 49 else {})
        out = into | {"kept": 1.69, "kept_next": 0.51, "kept_spread": 0.13, "kept_next_spread": 0.01}
        like = {"match": Match(0.94, 0.5, 0.02, 1.77, 0.12)} if 30 <= i < 42 else {}
        return thinned | like | (into if i == 30 else out if i == 50 else {})

    assert ("ghost", 30, 49) in found(judged(clip(96, change)))


def test_a_picture_that_stays_over_itself_begins_where_motion_is_halved() -> None:
    def change(i: int) -> dict[str, Any]:
        out = {"step": 16.0, "residue": 8.0, "kept": 0.95, "kept_next": 0.6, "likeness": 0.8, "kept_next_spread": 0.1}
        out |= {"kept_spread": 0.1, "contrast": 52.0}
        return out if i == 60 else {"step": 1.5} if 36 <= i < 60 else {"step": 3.0}

    assert [one for one in found(judged(clip(96, change))) if one[0] == "ghost"] == [("ghost", 35, 59)]


@pytest.mark.parametrize(("rise", "told"), [(0.99, False), (0.5, True)])
def test_a_lamp_that_goes_on_is_no_end_of_a_double_exposure(rise: float, told: bool) -> None:
    """It thins what was before, against what it shows, as a picture does that has gone."""
    out = {"step": 40.0, "residue": 38.0, "kept": 1.03, "kept_next": 0.76, "likeness": 0.88, "kept_next_spread": 0.1}
    frames = clip(96, lambda i: out | {"rise": rise, "contrast": 56.0} if i == 40 else {"residue": 1.0})

    assert ("ghost" in {check for check, _, _ in found(judged(frames))}) is told


def test_pictures_that_change_every_fourth_frame_are_no_double_exposures() -> None:
    """Once that can be known."""

    def change(i: int) -> dict[str, Any]:
        return IN | {"returned": Return(i - 4, 0.9)} if i % 4 == 0 and i else {"step": 0.05, "residue": 0.02}

    assert all(first < 12 for check, first, _ in found(judged(clip(96, change))) if check == "ghost")


@pytest.mark.parametrize(("fields", "told"), [(1, False), (12, True)])
def test_brightness_that_changes_in_a_part_is_no_flicker(fields: int, told: bool) -> None:
    """A few flakes close to the camera."""

    def change(i: int) -> dict[str, Any]:
        jump = 4.0 * (-1) ** i
        cells = tuple(110 + (jump * 12 / fields if n < fields else 0) for n in range(12))
        return {"mean": 110 + jump, "step": 9.0, "cells": cells} if i else {}

    assert ("flicker" in {check for check, _, _ in found(judged(clip(96, change)))}) is told
