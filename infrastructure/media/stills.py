"""Single frames of a clip as small pictures, found by decoding no more of it than is needed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame
from PIL import Image

from infrastructure.media import clips, colours

_FAR = 96
"""Frames from which on it is quicker to jump to a key frame than to decode what lies between."""


def stills(clip: Path, frames: Sequence[int], width: int) -> dict[int, bytes]:
    """WebP pictures of these frames (0-based), at most `width` pixels wide, by number. Raises UnreadableMedia."""
    wanted = sorted({frame for frame in frames if frame >= 0})
    found: dict[int, bytes] = {}
    if not wanted:
        return found
    with clips.opened(clip) as (container, stream):
        rate, base = stream.average_rate or Fraction(24), stream.time_base or Fraction(1, 1000)
        begin = stream.start_time or 0
        place, number = 0, 0

        def number_of(frame: VideoFrame) -> int:
            return round((frame.pts - begin) * base * rate) if frame.pts is not None else number

        while place < len(wanted):
            if wanted[place] - number > _FAR:
                container.seek(int(begin + wanted[place] / rate / base), stream=stream, backward=True)
            before = place
            for frame in container.decode(stream):
                number = number_of(frame)
                while place < len(wanted) and wanted[place] < number:
                    place += 1  # it has no frame of that number
                if place < len(wanted) and wanted[place] == number:
                    found[number] = _small(frame, width)
                    place += 1
                number += 1
                # not before something was found: key frames may lie further apart than that
                if place == len(wanted) or (place > before and wanted[place] - number > _FAR):
                    break
            else:
                break  # the clip ends here
    return found


def _small(frame: VideoFrame, width: int) -> bytes:
    picture = colours.to_picture(frame)
    if picture.width > width:
        height = max(1, round(width * picture.height / picture.width))
        picture = picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=76, method=2)
    return out.getvalue()
