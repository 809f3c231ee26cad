"""What noise has not: parts that were in the frame before."""

from __future__ import annotations

import numpy as np
import pytest
from av import VideoFrame

from domain.quality.figures import FrameFigures
from infrastructure.quality.measure import Meter


def second(first: np.ndarray, then: np.ndarray) -> FrameFigures:
    """What is measured of the second of two frames of grey levels."""
    meter = Meter()
    frames = [VideoFrame.from_ndarray(np.repeat(grey[..., None], 3, axis=2), format="bgr24") for grey in (first, then)]
    return [meter.measure(frame, i, i / 24) for i, frame in enumerate(frames)][1]


@pytest.mark.parametrize("cell", [1, 8])
def test_a_texture_that_moves_is_found_again_and_noise_is_not(cell: int) -> None:
    source = np.random.default_rng(3)
    wide, other = (
        source.integers(0, 256, (360 // cell, 680 // cell)).astype(np.uint8).repeat(cell, 0).repeat(cell, 1)
        for _ in range(2)
    )

    moved = second(wide[:, :640], wide[:, 20:660])
    noise = second(wide[:, :640], other[:, :640])

    assert moved.again > 0.9
    assert noise.again < 0.3
    assert noise.step > 0.7 * noise.contrast


def test_a_mirror_picture_over_a_picture_makes_it_symmetric() -> None:
    blobs = np.random.default_rng(4).integers(0, 256, (18, 32)).astype(np.uint8).repeat(20, 0).repeat(20, 1)
    mixed = (blobs // 2 + blobs[:, ::-1] // 2).astype(np.uint8)

    assert second(blobs, blobs).mirrored < 0.5
    assert second(blobs, mixed).mirrored > 0.9
