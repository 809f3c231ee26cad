"""Fitting a foreign picture to the film's size without distorting it: pure arithmetic, in pixels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.base import Value

Size = tuple[int, int]


class Fit(Value):
    """How a picture of another shape fills the film's frame.

    "fill" cuts off what stands over, around the point of focus (`x`, `y`, 0 to 1 from the upper left); "fit" shows all
    of it on black; "extend" shows all of it on a soft enlargement of itself.
    """

    how: Literal["fill", "fit", "extend"] = "fill"
    x: float = Field(default=0.5, ge=0, le=1)
    y: float = Field(default=0.5, ge=0, le=1)


def same_shape(picture: Size, frame: Size) -> bool:
    """Whether the picture, scaled to cover the frame, stands over by no more than a pixel."""
    scale = max(frame[0] / picture[0], frame[1] / picture[1])
    return picture[0] * scale - frame[0] <= 1 and picture[1] * scale - frame[1] <= 1


def cut(picture: Size, frame: Size, fit: Fit) -> tuple[float, float, float, float]:
    """The largest box of the frame's shape inside the picture, as near to the focus as it can be: left, upper, right,
    lower."""
    scale = min(picture[0] / frame[0], picture[1] / frame[1])
    width, height = frame[0] * scale, frame[1] * scale
    left = max(0.0, min(fit.x * picture[0] - width / 2, picture[0] - width))
    upper = max(0.0, min(fit.y * picture[1] - height / 2, picture[1] - height))
    return left, upper, min(left + width, picture[0]), min(upper + height, picture[1])


def inside(picture: Size, frame: Size) -> tuple[int, int, int, int]:
    """Where all of the picture lies in the middle of the frame: left, upper, width, height."""
    scale = min(frame[0] / picture[0], frame[1] / picture[1])
    width = min(frame[0], max(1, round(picture[0] * scale)))
    height = min(frame[1], max(1, round(picture[1] * scale)))
    return (frame[0] - width) // 2, (frame[1] - height) // 2, width, height
