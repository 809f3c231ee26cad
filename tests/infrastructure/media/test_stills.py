"""Single frames as small pictures: exactly those that were asked for, wherever key frames lie."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from domain.errors import UnreadableMedia
from infrastructure.media import MediaTools
from infrastructure.media.stills import stills
from tests.infrastructure.media.synth import BITS, make_clip


def number_in(picture: bytes) -> int:
    """The number that a frame of `make_clip` carries, read from a small picture of it."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    width, height = image.size
    bits = [image.getpixel(((2 * i + 1) * width // (2 * BITS), height // 2)) > 128 for i in range(BITS)]  # type: ignore[operator]
    return sum(1 << i for i, bit in enumerate(bits) if bit)


@pytest.mark.parametrize(("gop", "rate"), [(10, Fraction(24)), (400, Fraction(24)), (250, Fraction(24000, 1001))])
def test_each_frame_is_the_one_that_was_asked_for(tmp_path: Path, gop: int, rate: Fraction) -> None:
    options = {"preset": "veryfast", "crf": "18", "g": str(gop), "sc_threshold": "0"}
    clip = make_clip(tmp_path / "c.mp4", 420, rate=rate, options=options)
    wanted = [0, 1, 5, 5, 120, 121, 300, 419]
    found = stills(clip, wanted, 160)
    expected = {n: number_in(picture) for n, picture in found.items()}
    assert expected == {n: n for n in set(wanted)}


def test_frames_that_are_not_there_are_left_out_and_pictures_are_small(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", 12)
    found = MediaTools().stills(clip, [-1, 3, 12, 500], 80)
    assert list(found) == [3] and Image.open(io.BytesIO(found[3])).size == (80, 48)
    assert MediaTools().stills(clip, [], 80) == {}
    (tmp_path / "x.mp4").write_bytes(b"nothing")
    with pytest.raises(UnreadableMedia):
        stills(tmp_path / "x.mp4", [1], 80)
