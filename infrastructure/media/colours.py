"""Which matrix a clip was written with, and exact conversion by it.

ComfyUI writes limited-range BT.601 without tags at every size, so an untagged clip is read as BT.601; films are written
as BT.709 with tags. FFmpeg's fast paths round down and darken by up to three levels; the flags here make it round.
"""

from __future__ import annotations

from typing import Any, cast

from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from PIL import Image

BT709 = 1
"""Code of BT.709 for matrix, primaries and transfer (ITU-T H.273)."""

LIMITED = 1
"""Code of limited range in FFmpeg."""

_NAMES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "bt601",
    7: "smpte240m",
    9: "bt2020",
    11: "dci-p3",
    12: "p3-d65",
}
_TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "bt601", 7: "smpte240m", 8: "linear", 13: "srgb", 14: "bt2020",
    15: "bt2020", 16: "pq", 18: "hlg",
}  # fmt: skip
_SWSCALE = {"bt709": Colorspace.ITU709, "fcc": Colorspace.FCC, "smpte240m": Colorspace.SMPTE240M, "bt2020": 9}
_FILTER = {"bt709": "bt709", "fcc": "fcc", "smpte240m": "smpte240m", "bt2020": "bt2020nc"}
_EXACT = (
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
)


def matrix_name(code: int) -> str:
    """The matrix by its H.273 code: "bt709", "bt601" …; empty when untagged or unknown."""
    return _NAMES.get(code, "")


def primaries_name(code: int) -> str:
    """The primaries by their H.273 code: "bt709", "bt2020" …; empty when untagged, the code itself when uncommon."""
    return _told(_PRIMARIES, code)


def transfer_name(code: int) -> str:
    """How light is coded, by its H.273 code: "bt709", "srgb", "pq" (SMPTE ST 2084), "hlg" (ARIB STD-B67) …; empty when
    untagged, the code itself when uncommon."""
    return _told(_TRANSFERS, code)


def _told(names: dict[int, str], code: int) -> str:
    return "" if code in (0, 2) else names.get(code, f"code {code}")


def is_full_range(frame: VideoFrame) -> bool:
    """Whether black is 0 and white is 255 in this frame, rather than 16 and 235."""
    return int(frame.color_range) == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def is_rgb(frame: VideoFrame) -> bool:
    """Whether the frame holds no YCbCr."""
    return bool(frame.format.is_rgb) or frame.format.name.startswith(("gbr", "pal8"))


def has_alpha(frame: VideoFrame) -> bool:
    """Whether parts of the frame can be transparent."""
    return frame.format.name.startswith(("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya", "pal8"))


def filter_matrix(frame: VideoFrame) -> str:
    """The matrix to read this frame with, as FFmpeg's colorspace filter calls it."""
    return _FILTER.get(matrix_name(int(frame.colorspace)), "smpte170m")


def to_picture(frame: VideoFrame) -> Image.Image:
    """The frame as an upright sRGB picture, read with its matrix and range."""
    options: dict[str, Any] = {"format": "rgb24", "interpolation": _EXACT}
    if not is_rgb(frame):
        matrix = _SWSCALE.get(matrix_name(int(frame.colorspace)), Colorspace.ITU601)
        options |= {
            "src_colorspace": matrix,
            "dst_colorspace": matrix,
            "src_color_range": ColorRange.JPEG if is_full_range(frame) else ColorRange.MPEG,
            "dst_color_range": ColorRange.JPEG,
        }
    picture = Image.fromarray(cast(Any, VideoReformatter().reformat(frame, **options).to_ndarray()))
    # a phone turns the picture by a note in the file
    turn = round(frame.rotation) % 360
    return picture.rotate(turn, expand=True) if turn in (90, 180, 270) else picture
