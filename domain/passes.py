"""Passes over takes: clips that were made of a take's clip, larger or with more pictures, and lie beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field

from domain.base import Value
from domain.cut.finish import Fit
from domain.project import Picked
from domain.request import GenerationRequest
from domain.take import MediaInfo

PassKind = Literal["upscale", "interpolate"]
PASS_KINDS: tuple[PassKind, ...] = ("upscale", "interpolate")
"""In the order in which they are made: each takes the result of the one before it."""

MOST_TIMES = 8
"""The most pictures that are made of one."""

ROUGH_TIMES = 4
"""How many are made of one where no number up to MOST_TIMES puts a picture on every frame of the film."""


class PassClip(Value):
    """A clip made of another. `source` is the clip that was worked over, a take's own or that of the pass before.

    `clip` lies in the take's folder. It stands as long as `fingerprint` is that of the request the film asks for now.
    """

    name: str
    kind: PassKind
    source: Picked
    clip: Picked
    request: GenerationRequest
    fingerprint: str
    info: MediaInfo
    size: int = Field(default=0, ge=0)
    backend_info: dict[str, Any] = Field(default_factory=dict)
    made: str = ""
    seconds: float = Field(default=0, ge=0)


def frames_after(frames: int, times: int) -> int:
    """How many pictures a clip has once `times - 1` were put between each two of it."""
    return (frames - 1) * times + 1


def times_for(positions: Iterable[Fraction]) -> int:
    """How many pictures are to be made of one, so that those at these positions (in frames) are among them.

    The exact number where it is at most MOST_TIMES, else ROUGH_TIMES. 16 frames a second shown at 24 need three: the
    film takes every second of the 48.
    """
    times = math.lcm(1, *{position.denominator for position in positions})
    return times if times <= MOST_TIMES else ROUGH_TIMES


def enlarged(width: int, height: int, film_width: int, film_height: int, fit: Fit) -> tuple[int, int] | None:
    """The even size at which a clip is as large in the film as it can be seen; None when it is already.

    It keeps its shape, so that `fit` does to it what it does to the clip as it is.
    """
    across, down = Fraction(film_width, width), Fraction(film_height, height)
    if fit == "stretch":
        return (film_width, film_height) if max(across, down) > 1 else None
    scale = max(across, down) if fit == "fill" else min(across, down)
    if scale <= 1:
        return None
    return math.ceil(width * scale / 2) * 2, math.ceil(height * scale / 2) * 2
