"""Black results are told from dark ones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from domain.errors import UnreadableMedia
from infrastructure.media import MediaTools


def clip(path: Path, *levels: int) -> Path:
    """A clip of grey frames."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("h264", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in levels:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="rgb24")
            out.mux(stream.encode(frame.reformat(format="yuv420p")))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("levels", "black"), [((0, 0, 0), True), ((0, 0, 40), False), ((30, 0, 0), False), ((12,), False)]
)
def test_a_clip_is_black_when_every_frame_is(tmp_path: Path, levels: tuple[int, ...], black: bool) -> None:
    assert MediaTools().is_black(clip(tmp_path / "clip.mp4", *levels)) is black


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P"])
def test_a_picture_is_black_when_every_pixel_is(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGB", (40, 30))
    picture.convert(mode).save(tmp_path / "black.png")
    picture.putpixel((39, 29), (0, 0, 60))
    picture.convert(mode).save(tmp_path / "dark.png")
    assert MediaTools().is_black(tmp_path / "black.png")
    assert not MediaTools().is_black(tmp_path / "dark.png")


def test_what_is_neither_is_said(tmp_path: Path) -> None:
    for name in ("x.mp4", "x.png"):
        (tmp_path / name).write_text("text")
        with pytest.raises(UnreadableMedia):
            MediaTools().is_black(tmp_path / name)
