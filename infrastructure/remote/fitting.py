"""Which size to ask a service for, and how its picture becomes one of the film's size: never distorted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, gcd, log, sqrt
from pathlib import Path
from typing import Any

from domain.errors import BackendFailed, StudioError, UnreadableMedia
from domain.fitting import Fit, Size, same_shape
from infrastructure.stores import atomic

CENTRE = 50
"""The middle of a picture, in percent of its width or height."""


@dataclass(frozen=True)
class Grid:
    """Sizes of which any may be asked for: sides in multiples of `step` pixels, between `least` and `most` pixels in
    all, no side over `longest`, no side more than `ratio` times the other."""

    step: int
    least: int
    most: int
    longest: int
    ratio: float


def nearest(frame: Size, allowed: Mapping[str, Size]) -> str:
    """The name of the allowed size whose shape is nearest to the frame's (by the ratio of the ratios); of several the
    smallest that covers the frame, else the largest."""
    wanted = log(frame[0] / frame[1])

    def rank(name: str) -> tuple[float, int]:
        width, height = allowed[name]
        area = width * height
        covers = width >= frame[0] and height >= frame[1]
        return round(abs(log(width / height) - wanted), 6), area if covers else 10**12 - area

    return min(allowed, key=rank)


def on_grid(frame: Size, grid: Grid) -> Size:
    """The size to ask for: the frame's shape, not smaller than the frame unless the grid's limits force it; what the
    shape lacks to the grid's ratio is cut off afterwards."""
    width, height = float(frame[0]), float(frame[1])
    width, height = max(width, height / grid.ratio), max(height, width / grid.ratio)
    if width * height < grid.least:
        scale = sqrt(grid.least / (width * height))
        width, height = width * scale, height * scale
    made = (_up(width, grid.step), _up(height, grid.step))
    if made[0] * made[1] > grid.most or max(made) > grid.longest:
        scale = min(sqrt(grid.most / (width * height)), grid.longest / max(width, height))
        made = (_down(width * scale, grid.step), _down(height * scale, grid.step))
    while made[0] > made[1] * grid.ratio or made[1] > made[0] * grid.ratio:  # rounding may have passed the limit
        made = (made[0] - grid.step, made[1]) if made[0] > made[1] else (made[0], made[1] - grid.step)
    return made


def shape_of(size: Size) -> str:
    """A shape in words: "16:9"."""
    part = gcd(*size)
    return f"{size[0] // part}:{size[1] // part}"


def options(how: str, across: int = CENTRE, down: int = CENTRE) -> dict[str, Any]:
    """How pictures are fitted, as it goes into a request; the focus in percent, left out where it is the middle, so
    that pictures of earlier versions stand."""
    focus = {} if how != "fill" or (across, down) == (CENTRE, CENTRE) else {"focus": [across, down]}
    return {"fit": how, **focus}


def asked(params: Mapping[str, Any]) -> Fit:
    """The fit that a request asks for."""
    how = params.get("fit")
    across, down = params.get("focus") or (CENTRE, CENTRE)
    return Fit(how=how if how in ("fit", "extend") else "fill", x=across / 100, y=down / 100)


def store(content: bytes, out: Path, frame: Size, fit: Fit, title: str) -> tuple[str, Size]:
    """Write an answer's picture into `out` in the frame's size; its file name, and the size it came in.

    Raises BackendFailed for what is no picture, damaged or too large, and DiskFull.
    """
    from infrastructure.media import pictures  # with its libraries: only what draws needs them

    raw, target = out / "answer", out / "image.png"
    with atomic.storing("Storing the picture"):
        atomic.write_bytes(raw, content)
    try:
        size = pictures.check(raw)
        if size == frame:
            pictures.to_png(raw, target)
        else:
            pictures.to_frame(raw, target, frame, Fit() if same_shape(size, frame) else fit)
    except UnreadableMedia as error:
        why = error.message.partition(" cannot be read: ")[2] or error.message
        raise BackendFailed(f"What {title} sent is no picture that can be used: {why}", "Draw it again.") from error
    finally:
        try:
            raw.unlink(missing_ok=True)
        except OSError as error:
            raise StudioError(f"A temporary file could not be removed: {error.strerror}.") from error
    return target.name, size


def _up(value: float, step: int) -> int:
    return max(step, ceil(value / step - 1e-9) * step)


def _down(value: float, step: int) -> int:
    return max(step, floor(value / step + 1e-9) * step)
