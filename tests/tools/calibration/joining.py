"""Faults planted at the joins of a chain, in moving film, and clean joins of the same film beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cv2
import numpy as np

from domain.quality.seams import VISIBLE
from domain.quality.values import Expectation, Seam
from tests.tools.calibration.chains import segmented
from tests.tools.calibration.clips import judge
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.worlds import Pixels, Shape

HOSTS = (
    "pan", "handheld", "zoom", "night", "parallax", "running", "crane", "tilt", "follow", "crowd", "rain", "grain",
    "train_window", "eased_pan", "snow", "small", "upright", "line_art", "hills", "skyline", "polygons", "balls",
)  # fmt: skip
"""Clean kinds that move: every speed, night, grain, weather, drawings, small and upright pictures, and things that move
before a camera that stands."""
HOSTED = 11
"""Of these in each seed; two seeds in a row have all of them."""
SHAKEN = {"handheld", "running", "small", "upright"}
"""Here the picture turns round and hops by itself from frame to frame: nobody sees it do so once more."""
SLOW = {"rain", "snow"}
"""The camera moves by a fifth of a pixel in a frame: nobody sees four of them missing, or that it goes back."""
PER = 20
"""Frames on each side of the join."""
_REST = 2 * PER + 8
"""Frames that a host needs, so that some can be left out."""

Frames = Sequence[Pixels]


class Fault(NamedTuple):
    """What is wrong at a join, in words; `after` makes the frames of the later segment from all of a host's frames and
    the place of the join. `named` are the parts of the seam one of which has to name it; `lost` the hosts in which
    nobody could see it."""

    words: str
    after: Callable[[Frames, int], Frames]
    named: tuple[str, ...]
    lost: frozenset[str] = frozenset()


def _each(change: Callable[[Pixels], Any]) -> Callable[[Frames, int], Frames]:
    return lambda frames, at: [np.clip(change(frame), 0, 255).astype(np.uint8) for frame in frames[at:]]


def _moved(share: float, direction: tuple[float, float]) -> Callable[[Pixels], Any]:
    def move(frame: Pixels) -> Any:
        height, width = frame.shape[:2]
        by = np.array([[1, 0, share * width * direction[0]], [0, 1, share * width * direction[1]]], np.float32)
        return cv2.warpAffine(frame, by, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    return move


def _zoomed(share: float) -> Callable[[Pixels], Any]:
    def zoom(frame: Pixels) -> Any:
        height, width = frame.shape[:2]
        by = cv2.getRotationMatrix2D((width / 2, height / 2), 0, 1 + share)
        return cv2.warpAffine(frame, by, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    return zoom


def _softened(frame: Pixels) -> Any:
    return cv2.GaussianBlur(frame, (0, 0), max(frame.shape[:2]) / 400)


_JUMP = ("jump", "dropped", "picture")
_LIGHT, _COLOUR = ("mean", "middle", "contrast"), ("cb", "cr", "hue", "mean")
_LOST = frozenset(SHAKEN | SLOW)
FAULTS = (
    Fault("the picture is 3 % to one side", _each(_moved(0.03, (1, 0))), _JUMP),
    Fault("the picture is 3 % lower", _each(_moved(0.03, (0, 1))), _JUMP),
    Fault("the picture is 1.5 % to one side", _each(_moved(0.015, (-0.8, 0.6))), _JUMP, frozenset(SHAKEN)),
    Fault("the picture is 3 % larger", _each(_zoomed(0.03)), _JUMP, frozenset(SHAKEN)),
    Fault("the motion turns round", lambda frames, at: frames[: at - 1][::-1], ("reversed",), _LOST),
    Fault("one frame twice", lambda frames, at: frames[at - 1 :], ("repeated",)),
    Fault("one frame four times", lambda frames, at: [*[frames[at - 1]] * 3, *frames[at:]], ("repeated",)),
    Fault("four frames left out", lambda frames, at: frames[at + 4 :], ("dropped", "jump"), _LOST),
    Fault("6 % brighter", _each(lambda frame: frame * 1.06 + 3), _LIGHT),
    Fault("8 % darker", _each(lambda frame: frame * 0.92), _LIGHT),
    Fault("warmer", _each(lambda frame: frame + np.array([-9.0, 0, 9.0])), _COLOUR),
    Fault("softer", _each(_softened), ("sharpness", "detail")),
)  # fmt: skip
"""Everything that is planted."""
CLEAN = Fault("nothing", lambda frames, at: frames[at:], ())


def hosted(host: str, seed: int) -> list[Pixels]:
    """The frames of a host, and some to spare."""
    kind = KINDS[host]
    shape = kind.shape(Shape(480, 272, 96, seed * 19 + HOSTS.index(host)))
    return [frame for frame, _ in zip(kind.scene(shape), range(20 + _REST), strict=False)][20:]


def hosts(seed: int) -> tuple[str, ...]:
    """Some of HOSTS."""
    return tuple(HOSTS[(seed * HOSTED + number) % len(HOSTS)] for number in range(HOSTED))


def seam(frames: Frames, fault: Fault, size: int = PER) -> tuple[Seam, bool]:
    """The seam between the first `size` frames and what the fault makes of those after them, and whether a finding tells
    of it."""
    film = [*frames[:size], *list(fault.after(frames, size))[:size]]
    with TemporaryDirectory() as folder:
        path = segmented(Path(folder) / "joined.mp4", iter(film), size)
        outcome, _ = judge(path, Expectation(cuts=(), joins=(size,)))
    return outcome.seams[0], any(finding.check == "seam" for finding in outcome.findings)


class Told(NamedTuple):
    """What was told of one join: the fault in words, whether a finding tells of it, and whether the seam names it; of a
    clean join, whether it is told or named as anything."""

    words: str
    told: bool
    named: bool


def faults(host: str, seed: int) -> list[Told]:
    """A host's clean join, then each fault that can be seen in it."""
    frames, found = hosted(host, seed), []
    for fault in (CLEAN, *FAULTS):
        if host not in fault.lost:
            made, told = seam(frames, fault)
            found.append(Told(fault.words, told, named(made, fault)))
    return found


def named(found: Seam, fault: Fault) -> bool:
    """Whether a seam names what was planted. Flags say so by themselves, figures where they are plainly visible by half;
    at a clean join any flag counts."""
    flags = {name for name in ("repeated", "dropped", "reversed") if getattr(found, name)}
    if not fault.named:
        return bool(flags)
    return any(name in flags or abs(getattr(found, name)) > VISIBLE.get(name, 2) / 2 for name in fault.named)
