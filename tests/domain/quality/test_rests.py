"""Pictures that rest again and again, and those that were stopped."""

from __future__ import annotations

from typing import Any

from tests.domain.quality.frames import clip, found, judged

RESTS: dict[str, Any] = {"step": 0.01, "step_peak": 2.0, "motion": 0.005, "busy": 0.2, "spread": 0.0, "residue": 0.0}
MOVES: dict[str, Any] = {"step": 3.0, "step_peak": 60.0, "motion": 2.5, "busy": 12.0, "spread": 0.8}
JUMPS: dict[str, Any] = MOVES | {"step": 12.0, "motion": 9.0, "busy": 40.0}


def _page(i: int) -> dict[str, Any]:
    """Scrolled for ten frames of every 30."""
    return MOVES if i % 30 < 10 else RESTS


def test_what_rests_again_and_again_and_goes_on_is_made_so() -> None:
    assert found(judged(clip(118, _page))) == [("doubled", 10, 117)]


def test_two_rests_are_told_each() -> None:
    assert found(judged(clip(70, _page))) == [("frozen", 10, 29), ("frozen", 40, 59)]


def test_rests_after_which_the_picture_jumps_are_told_each() -> None:
    def stutters(i: int) -> dict[str, Any]:
        return JUMPS if i % 30 == 0 and i else _page(i)

    assert [check for check, _, _ in found(judged(clip(118, stutters)))] == ["frozen"] * 3 + ["doubled"] * 0 + [
        "frozen"
    ]


def test_a_few_stops_in_a_long_shot_are_told_each() -> None:
    def mostly_moves(i: int) -> dict[str, Any]:
        return RESTS if i % 80 >= 70 else MOVES

    assert [check for check, _, _ in found(judged(clip(318, mostly_moves)))] == ["frozen"] * 4
