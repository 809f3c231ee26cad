"""The field's words, and how free text and the keys of older tools map onto them."""

from __future__ import annotations

from typing import get_args

import pytest

from domain.storyboard import MotionSampling, Presets, Shot, ShotSize
from domain.vocabulary import (
    CAMERA_LABELS,
    PRESET_CHOICES,
    SIZE_LABELS,
    CameraMove,
    camera_from_text,
    camera_move,
    motion_amount,
    shot_camera,
    shot_size,
    size_from_text,
)


def test_every_move_and_size_has_a_label_and_every_preset_its_keys() -> None:
    assert set(CAMERA_LABELS) == set(get_args(CameraMove))
    assert set(SIZE_LABELS) == set(get_args(ShotSize))
    assert set(PRESET_CHOICES) == set(Presets.model_fields) - {"camera"}


@pytest.mark.parametrize("move", get_args(CameraMove))
def test_a_move_is_known_by_key_and_label_and_read_out_of_its_own_words(move: CameraMove) -> None:
    assert camera_move(move) == (move, 1.0)
    assert camera_move(CAMERA_LABELS[move]) == (move, 1.0)
    assert camera_from_text(f"wide shot, {CAMERA_LABELS[move].lower()}") == move


@pytest.mark.parametrize("size", get_args(ShotSize))
def test_a_size_is_read_out_of_its_own_words(size: ShotSize) -> None:
    assert size_from_text(f"{SIZE_LABELS[size].lower()} shot") == size
    assert size_from_text(f"{SIZE_LABELS[size]} shot, pan left") == size


@pytest.mark.parametrize(
    ("key", "move", "slow"),
    [("slow_push", "dolly_in", True), ("slow_pan", "pan_right", True), ("slow_dolly", "dolly_in", True), ("macro_pan", "pan_right", True),
     ("Push-In", "dolly_in", False), (" pan left ", "pan_left", False), ("crane", "crane_up", False), ("none", "static", False)],
)  # fmt: skip
def test_keys_of_older_tools_are_known(key: str, move: str, slow: bool) -> None:
    found = camera_move(key)
    assert found is not None
    assert found[0] == move
    assert (found[1] < 1) is slow


@pytest.mark.parametrize("key", ["", "macro_unknown_key", "wide"])
def test_unknown_keys_hold_the_camera_still(key: str) -> None:
    assert camera_move(key) is None
    assert shot_camera(Shot(id="1", presets=Presets(camera=key))) == ("static", 1.0)


@pytest.mark.parametrize(
    ("words", "move"),
    [("slow push in on her face", "dolly_in"), ("pulls back", "dolly_out"), ("slow pan to the right", "pan_right"), ("locked off", "static"),
     ("the camera circles him", "orbit"), ("zooms in", "zoom_in"), ("zooming out", "zoom_out"), ("tilts down", "tilt_down"),
     ("crane down to the door", "crane_down"), ("handheld", "handheld"), ("tracking shot", "tracking"), ("close-up", ""), ("a panda", ""), ("", "")],
)  # fmt: skip
def test_moves_are_read_out_of_text(words: str, move: str) -> None:
    assert camera_from_text(words) == move


@pytest.mark.parametrize(
    ("words", "size"),
    [("macro shot", "extreme_close_up"), ("two shot", "medium"), ("ECU", "extreme_close_up"), ("MCU of Ann", "medium_close_up"), ("CU", "close_up"),
     ("establishing shot", "extreme_wide"), ("seen from above", "aerial"), ("wide_shot", "wide"), ("low angle", None), ("focus on cups", None)],
)  # fmt: skip
def test_sizes_are_read_out_of_text(words: str, size: str | None) -> None:
    assert size_from_text(words) == size


def test_a_shot_is_framed_as_set_else_by_preset_else_by_its_words_else_medium() -> None:
    assert shot_size(Shot(id="1", size="aerial", title="close-up")) == "aerial"
    assert shot_size(Shot(id="1", presets=Presets(composition="wide_shot"), title="close-up")) == "wide"
    assert shot_size(Shot(id="1", title="close-up", prompt="wide")) == "close_up"
    assert shot_size(Shot(id="1", prompt="a wide plain")) == "wide"
    assert shot_size(Shot(id="1", description="macro")) == "extreme_close_up"
    assert shot_size(Shot(id="1", presets=Presets(composition="low_angle"))) == "medium"


@pytest.mark.parametrize(
    ("motion", "strength", "amount"),
    [("", None, 1), ("", 0.5, 1), ("", 0, 0), ("subtle", None, 0.6), ("fast_motion", 0, 0), ("dynamic", 1, 2.7), ("", 10, 2),
     ("own_word", None, 1)],
)  # fmt: skip
def test_motion_is_preset_times_strength_and_zero_holds_the_frame(
    motion: str, strength: float | None, amount: float
) -> None:
    shot = Shot(id="1", presets=Presets(motion=motion), video=MotionSampling(motion_strength=strength))
    assert motion_amount(shot) == pytest.approx(amount)
