"""Another picture that shines through, in the ways editors and models mix: over, added, screened, the lighter one, still
or moving, at once or fading in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np

from tests.tools.calibration import cameras, scenes
from tests.tools.calibration.planting import FAINT, GROSS, MOVING, PLAIN, Planted
from tests.tools.calibration.spoiling import Frames, Spoil
from tests.tools.calibration.worlds import Pixels, Scene, Shape

Mix = Callable[[Any, Any, float], Any]
"""Two pictures and the share of the second, 0 to 1, give a third."""


def over(a: Any, b: Any, share: float) -> Any:
    """Weighed, as two layers of which the upper is partly transparent."""
    return a * (1 - share) + b * share


def added(a: Any, b: Any, share: float) -> Any:
    """Light added to light, cut off at white."""
    return a + b * share


def screened(a: Any, b: Any, share: float) -> Any:
    """As two projectors on one screen."""
    return 255 - (255 - a) * (255 - b * share) / 255


def lighter(a: Any, b: Any, share: float) -> Any:
    """The lighter of both, in every pixel."""
    return a * (1 - share) + np.maximum(a, b) * share


def multiplied(a: Any, b: Any, share: float) -> Any:
    """As two slides in one projector."""
    return a * (1 - share) + a * b / 255 * share


def exposed(
    mix: Mix,
    share: float,
    count: int,
    other: Scene = scenes.pan,
    ramp: int = 0,
    still: bool = False,
    until: bool = False,
) -> Spoil:
    """Another picture in `count` frames (0: to the end; `until`: from the beginning); `ramp` frames lead to the full
    share and back."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        last = at if until else min(len(frames), at + (count or len(frames))) - 1
        first = 0 if until else at
        seen = list(other(Shape(shape.width, shape.height, shape.frames, shape.seed + 4646)))
        changed = []
        for i, frame in enumerate(frames):
            near = min(i - first, last - i) + 1
            if near > 0:
                part = share * min(1.0, near / (ramp + 1))
                mixed = mix(frame.astype(np.float32), seen[0 if still else i].astype(np.float32), part)
                frame = np.clip(mixed, 0, 255).astype(np.uint8)
            changed.append(frame)
        return changed, last

    return spoil


def planted() -> Iterator[Planted]:
    """Double exposures and cross-fades."""
    for strength, words, spoil in (
        (PLAIN, "half and half, 12 frames", exposed(over, 0.5, 12, cameras.crowd)),
        (PLAIN, "another picture added at 60%", exposed(added, 0.6, 16)),
        (PLAIN, "another picture screened at 70%", exposed(screened, 0.7, 20)),
        (PLAIN, "the lighter of two at 90%", exposed(lighter, 0.9, 16)),
        (GROSS, "two slides in one projector", exposed(multiplied, 1.0, 20)),
        (PLAIN, "a still picture at 45%", exposed(over, 0.45, 24, still=True)),
        (PLAIN, "a double exposure of 50% that comes and goes in 4 frames", exposed(over, 0.5, 24, ramp=4)),
        (PLAIN, "a double exposure of 45% that comes and goes in 8 frames", exposed(over, 0.45, 30, ramp=8)),
        (PLAIN, "a handheld picture at 40%", exposed(over, 0.4, 20, scenes.handheld)),
        (PLAIN, "5 frames at 50%", exposed(over, 0.5, 5)),
        (FAINT, "3 frames at 35%", exposed(over, 0.35, 3)),
        (GROSS, "half and half to the end", exposed(over, 0.5, 0, scenes.zoom)),
    ):
        yield Planted("ghost", strength, words, spoil)
    spoil = exposed(screened, 0.8, 0, until=True)
    yield Planted("ghost", PLAIN, "another picture screened at 80% from the beginning on", spoil, until=True)
    yield Planted("ghost", PLAIN, "a cross-fade of 14 frames into a crowd", crossed(14, cameras.crowd))
    yield Planted("ghost", PLAIN, "a cross-fade of 24 frames into a zoom", crossed(24, scenes.zoom))
    yield Planted("ghost", PLAIN, "a cross-fade of 12 frames into a night", crossed(12, scenes.night))
    yield Planted("ghost", PLAIN, "a cross-fade of 30 frames into a still", crossed(30, scenes.still), hosts=MOVING)


def crossed(count: int, other: Scene) -> Spoil:
    """A cross-fade of `count` frames into another scene."""

    def spoil(frames: Frames, at: int, shape: Shape) -> tuple[Frames, int]:
        seen = list(other(Shape(shape.width, shape.height, shape.frames, shape.seed + 3434)))
        mixed: list[Pixels] = []
        for i, (a, b) in enumerate(zip(frames, seen, strict=True)):
            share = min(1.0, max(0.0, (i - at + 1) / (count + 1)))
            mixed.append(np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8))
        return mixed, at + count - 1

    return spoil
