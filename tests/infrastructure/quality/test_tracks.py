"""What is left of the picture of half a second ago."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest
from av import VideoFrame

from domain.quality.figures import LAG, Match
from infrastructure.quality.tracks import Tracks
from infrastructure.quality.views import view
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.worlds import Pixels, Shape

SHAPE = Shape(320, 192, 96, 7)
OTHER = next(iter(KINDS["pan"].scene(Shape(320, 192, 1, 99))))


def matched(host: str, change: Callable[[Pixels], Pixels] = lambda frame: frame) -> Match:
    """Of a clip whose last frame is changed."""
    tracks, match = Tracks(), None
    for i, pixels in enumerate(islice(KINDS[host].scene(SHAPE), LAG + 1)):
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(change(pixels) if i == LAG else pixels), format="bgr24")
        match = tracks.observe(view(frame, i, i / 24))
        assert (match is None) == (i < LAG)
    assert match is not None
    return match


@pytest.mark.parametrize("host", ["pan", "handheld"])
def test_a_picture_that_moves_is_found_again_whole(host: str) -> None:
    match = matched(host)

    assert match.alike > 0.85
    assert match.kept == pytest.approx(1, abs=0.15)
    assert match.kept_back == pytest.approx(1, abs=0.15)


def test_another_picture_leaves_its_share_of_it_everywhere() -> None:
    match = matched("pan", lambda frame: np.asarray(frame * 0.6 + OTHER * 0.4, np.uint8))

    assert match.kept == pytest.approx(0.6, abs=0.1)
    assert match.spread < min(0.25, match.spread_back)


def test_less_contrast_leaves_it_alike() -> None:
    match = matched("pan", lambda frame: np.asarray(frame * 0.5 + 60, np.uint8))

    assert match.alike > 0.85
    assert match.kept == pytest.approx(0.5, abs=0.1)
    assert match.kept_back == pytest.approx(2, abs=0.4)
