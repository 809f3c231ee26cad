"""Strips of frames for the timeline."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from domain.errors import UnreadableMedia
from infrastructure.media import MediaTools


def ramp(path: Path, frames: int, width: int = 160, height: int = 90) -> None:
    """A clip that grows brighter from frame to frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            grey = np.full((height, width, 3), 10 + 200 * number // max(1, frames - 1), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))


def cells(path: Path, count: int) -> list[float]:
    """The brightness in the middle of each picture of a strip."""
    with Image.open(path) as strip:
        grey = np.asarray(strip.convert("L"), dtype=float)
    width = grey.shape[1] // count
    return [float(grey[:, k * width + width // 4 : k * width + 3 * width // 4].mean()) for k in range(count)]


def test_each_picture_is_the_middle_of_its_part(tmp_path: Path) -> None:
    ramp(tmp_path / "clip.mp4", 48)
    MediaTools().filmstrip(tmp_path / "clip.mp4", tmp_path / "strip.webp", 48, 12, 128)
    with Image.open(tmp_path / "strip.webp") as strip:
        assert strip.size == (12 * 128, 72)
    wanted = [10 + 200 * (4 * k + 2) // 47 for k in range(12)]
    assert np.abs(np.array(cells(tmp_path / "strip.webp", 12)) - wanted).max() < 8


@pytest.mark.parametrize("frames", [1, 3])
def test_a_short_clip_repeats_its_frames(tmp_path: Path, frames: int) -> None:
    ramp(tmp_path / "clip.mp4", frames)
    MediaTools().filmstrip(tmp_path / "clip.mp4", tmp_path / "strip.webp", frames, 6, 64)
    found = cells(tmp_path / "strip.webp", 6)
    assert found == sorted(found) and len({round(value / 20) for value in found}) == frames


def test_a_clip_with_fewer_frames_than_it_was_told(tmp_path: Path) -> None:
    ramp(tmp_path / "clip.mp4", 6)
    MediaTools().filmstrip(tmp_path / "clip.mp4", tmp_path / "strip.webp", 60, 6, 64)
    assert cells(tmp_path / "strip.webp", 6)[-1] == pytest.approx(cells(tmp_path / "strip.webp", 6)[1], abs=8)


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no clip")
    with pytest.raises(UnreadableMedia):
        MediaTools().filmstrip(tmp_path / "clip.mp4", tmp_path / "strip.webp", 10, 6, 64)
    assert not (tmp_path / "strip.webp").exists()
