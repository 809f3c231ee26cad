"""Frames that repeat the one before, as encoders leave them, and what only looks like it."""

from __future__ import annotations

from typing import Any

from domain.quality.values import Expectation
from tests.domain.quality.frames import clip, found, judged

CROWD: dict[str, Any] = {"step": 1.2, "step_peak": 52.0, "motion": 1.2, "busy": 9.5, "spread": 0.8, "residue": 1.2}
"""Many walkers before a locked camera."""
MENDED: dict[str, Any] = {"step": 0.3, "step_peak": 10.0, "motion": 0.25, "busy": 2.4, "spread": 0.4, "residue": 0.3}
"""The same frame again, as an encoder leaves it: nothing is quite equal."""
RESTS: dict[str, Any] = {"step": 0.01, "step_peak": 2.0, "motion": 0.005, "busy": 0.2, "spread": 0.0, "residue": 0.0}


def test_repeats_that_an_encoder_has_mended_are_told_by_the_busiest_parts() -> None:
    every_other = clip(80, lambda i: MENDED if i % 2 else CROWD)
    every_third = clip(80, lambda i: MENDED if i % 3 == 0 else CROWD)

    for frames in (every_other, every_third):
        assert [check for check, _, _ in found(judged(frames))] == ["doubled"]


def test_a_crowd_that_rests_all_at_once_to_the_end_is_frozen() -> None:
    def stopped(i: int) -> dict[str, Any]:
        return CROWD if i < 64 else MENDED if i == 64 else RESTS

    assert found(judged(clip(80, stopped))) == [("frozen", 64, 79)]


def test_what_moves_slowly_after_much_has_moved_is_not_frozen() -> None:
    slow = RESTS | {"step": 0.14, "step_peak": 5.0, "motion": 0.1, "busy": 1.2}

    assert found(judged(clip(96, lambda i: slow if i > 40 else CROWD | {"busy": 60.0}))) == []


def test_a_still_picture_that_an_encoder_renews_is_not_frozen() -> None:
    renewed = RESTS | {"step": 1.1, "step_peak": 5.0, "motion": 1.1, "busy": 2.5}

    assert found(judged(clip(96, lambda i: renewed if i % 10 == 0 else RESTS))) == []


def test_what_hardly_moved_and_jumps_after_a_rest_was_frozen() -> None:
    hardly = RESTS | {"step": 0.04, "step_peak": 30.0, "motion": 0.03, "busy": 2.0}
    jump = RESTS | {"step": 0.4, "step_peak": 98.0, "motion": 0.4, "busy": 14.6, "spread": 0.5}

    def talking(i: int) -> dict[str, Any]:
        return jump if i == 48 else RESTS if 38 <= i < 48 else hardly

    assert found(judged(clip(96, talking))) == [("frozen", 38, 47)]


def test_a_first_frame_that_is_held_and_jumps_is_frozen_as_well_as_cut() -> None:
    def held(i: int) -> dict[str, Any]:
        return {"step": 36.0, "likeness": 0.1} if i == 15 else RESTS if 0 < i < 15 else {}

    assert found(judged(clip(80, held), Expectation(cuts=()))) == [("frozen", 1, 14), ("cut", 15, 15)]
    assert found(judged(clip(80, held))) == []  # a still shot before another one
