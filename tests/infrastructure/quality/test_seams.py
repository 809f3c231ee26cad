"""Seams of real clips: a lossless continuation, one through lossy files, and a hard cut; and what they add up to."""

from __future__ import annotations

from tests.tools.calibration import chains
from tests.tools.calibration.worlds import Shape


def test_the_score_separates_lossless_lossy_and_cut() -> None:
    found = chains.joins("handheld", 21)

    assert found.apart(), found
    assert min(found.lossless) > 0.7
    assert min(found.lossy) < min(found.lossless) - 0.2
    assert max(found.cut) < 0.1


def test_a_blurring_hop_is_seen_in_sharpness() -> None:
    shape = Shape(320, 192, 5 * 12, 21)
    (drift,) = chains.examined(chains.chained("pan", shape, chains.blur(0.8), 12), shape.frames, 12).drift

    assert drift.points[-1].sharpness < -0.3
    assert drift.reanchor is not None
