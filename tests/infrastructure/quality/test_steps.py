"""What is different from frame to frame, motion left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from av import VideoFrame

from domain.quality.figures import NO_STEPS, Steps
from infrastructure.quality import texture
from infrastructure.quality.change import Changes
from infrastructure.quality.steps import Stepping
from infrastructure.quality.views import view
from tests.tools.calibration import chains
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.worlds import Pixels, Shape

AT = 6


def steps(host: str, change: Callable[[Pixels], Pixels] = lambda frame: frame) -> list[Steps]:
    """Of a clip that is changed from frame AT on."""
    stepping, changes, found = Stepping(), Changes(), []
    for i, pixels in enumerate(KINDS[host].scene(Shape(320, 192, 12, 7))):
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(change(pixels) if i >= AT else pixels), format="bgr24")
        now = view(frame, i, i / 24)
        found.append(stepping.observe(now, texture.measure(now)[1], changes.observe(now).shift))
    return found


@pytest.mark.parametrize("host", ["pan", "handheld"])
def test_motion_and_what_comes_into_the_picture_are_no_steps(host: str) -> None:
    first, *rest = steps(host)
    assert first == NO_STEPS
    for name, most in {"mean": 1.0, "middle": 1.0, "cb": 0.7, "cr": 0.7, "hue": 2.0, "contrast": 0.06}.items():
        assert max(abs(getattr(step, name)) for step in rest) < most, name


def shown(change: Callable[[Pixels], Pixels], part: str) -> tuple[float, float]:
    """The part of the step at AT, and the largest elsewhere."""
    found = [getattr(step, part) for step in steps("pan", change)]
    return found[AT], max(abs(value) for i, value in enumerate(found) if i != AT)


@pytest.mark.parametrize(
    ("change", "part", "expected"),
    [
        (lambda frame: np.asarray(frame * 0.9, np.uint8), "contrast", pytest.approx(np.log(0.9), abs=0.04)),
        (lambda frame: np.asarray(np.minimum(frame, 240) + 12.0, np.uint8), "mean", pytest.approx(12, abs=1.5)),
        (lambda frame: chains.hue(10)(frame, 1), "hue", pytest.approx(10, abs=3)),
    ],
)
def test_a_step_is_measured_in_its_unit(change: Callable[[Pixels], Pixels], part: str, expected: Any) -> None:
    here, elsewhere = shown(change, part)
    assert here == expected
    assert abs(here) > 3 * elsewhere


@pytest.mark.parametrize("part", ["sharpness", "detail"])
def test_a_loss_of_sharpness_and_of_detail_is_seen(part: str) -> None:
    here, elsewhere = shown(lambda frame: np.asarray(cv2.GaussianBlur(frame, (0, 0), 1), np.uint8), part)
    assert here < -0.2 and abs(here) > 2 * elsewhere


def test_grain_is_seen() -> None:
    here, elsewhere = shown(lambda frame: chains.noise(6)(frame, 1), "noise")
    assert here > 0.5 and here > 3 * elsewhere


def test_likeness_is_to_the_first_frame_of_the_ordered_shot() -> None:
    """A cut to nearly the same view, which no picture tells, and one flash, which is no cut."""
    frames = [*KINDS["pan"].scene(Shape(320, 192, 12, 7))]
    frames[3] = np.full_like(frames[3], 255)
    known, unknown = Changes(frozenset({6})), Changes()
    for i, pixels in enumerate(frames):
        now = view(VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="bgr24"), i, i / 24)
        told, guessed = known.observe(now).alike, unknown.observe(now).alike
        if i == 4:
            assert told < 0.9
            assert guessed == pytest.approx(1), "guessed from the flash on"
        if i == 6:
            assert told == pytest.approx(1)
            assert guessed < 0.9
