"""Seams of real clips: a lossless continuation, one through lossy files, and a hard cut; faults that are planted at a
join; and what joins add up to."""

from __future__ import annotations

from functools import cache

import pytest

from tests.tools.calibration import chains, joining
from tests.tools.calibration.worlds import Pixels, Shape


def test_the_score_separates_lossless_lossy_and_cut() -> None:
    found = chains.joins("handheld", 21)

    assert found.apart(), found
    assert min(found.lossless) > 0.7
    assert min(found.lossy) < min(found.lossless) - 0.2
    assert max(found.cut) < 0.1


@cache
def _host() -> list[Pixels]:
    return joining.hosted("parallax", 21)


_MOTION = [f for f in joining.FAULTS if "larger" in f.words or "round" in f.words or " frame" in f.words]


@pytest.mark.parametrize("fault", _MOTION, ids=lambda fault: fault.words)
def test_a_fault_of_the_motion_at_a_join_is_told_by_its_name(fault: joining.Fault) -> None:
    found, told = joining.seam(_host(), fault, 12)

    assert told, found
    assert joining.named(found, fault), found


def test_a_clean_join_is_left_alone() -> None:
    found, told = joining.seam(_host(), joining.CLEAN, 12)

    assert not told
    assert found.score > 0.8
    assert not joining.named(found, joining.CLEAN)


def test_a_blurring_hop_is_seen_in_sharpness() -> None:
    shape = Shape(320, 192, 5 * 12, 21)
    (drift,) = chains.examined(chains.chained("pan", shape, chains.blur(0.8), 12), shape.frames, 12).drift

    assert drift.points[-1].sharpness < -0.3
    assert drift.reanchor is not None
