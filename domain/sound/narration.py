"""Fitting narration to its shots: every line is heard whole, one after another, as near to its wish as can be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

from domain.base import canonical_hash
from domain.cut.items import ShotItem
from domain.cut.reel import Reel
from domain.sound.files import SoundInfo
from domain.sound.tracks import Line, Voice

PAUSE = Fraction(1, 10)
"""Seconds of quiet between two lines at least."""

MARGIN = Fraction(1, 20)
"""Seconds kept before the first and behind the last sound of what was spoken, so that no letter is clipped."""

Fit = Literal["fits", "moved", "short"]


class Window(NamedTuple):
    """Where a shot stands in the film, in film frames."""

    first: int
    frames: int

    @property
    def end(self) -> int:
        """The first frame behind it."""
        return self.first + self.frames


class Fitted(NamedTuple):
    """A line in the film: its first frame, its frames (rounded up), and whether its shot has room for it.

    "moved": it could not begin where it was wished, or the line before pushed it past its shot's end; "short": it is
    longer than its shot and runs on over what follows.
    """

    line: Line
    first: int
    frames: int
    window: Window
    fit: Fit

    @property
    def end(self) -> int:
        """The first frame behind it."""
        return self.first + self.frames


def fingerprint(text: str, voice: Voice, maker: str) -> str:
    """What was spoken is known by: the words, the voice, and the program or service (`maker`) that speaks."""
    return canonical_hash({"text": text.strip(), "voice": voice.to_json(), "maker": maker})


def heard(info: SoundInfo) -> tuple[Fraction, Fraction]:
    """From when to when something spoken is used: without the silence around it, but for MARGIN."""
    if info.end <= info.first:
        return Fraction(0), info.seconds
    return max(Fraction(0), info.first - MARGIN), min(info.seconds, info.end + MARGIN)


def frames_of(seconds: Fraction, rate: Fraction) -> int:
    """Film frames that something of that length needs."""
    return max(1, math.ceil(seconds * rate))


def windows(reel: Reel) -> dict[str, Window]:
    """Where the shots stand, by shot: its first item, with those of the same shot that follow without a break."""
    found: dict[str, Window] = {}
    before = ""
    for placed in reel.placed:
        shot = placed.item.shot if isinstance(placed.item, ShotItem) else ""
        if shot and shot not in found:
            found[shot] = Window(placed.first, placed.frames)
        elif shot and shot == before and found[shot].end == placed.first:
            found[shot] = Window(found[shot].first, found[shot].frames + placed.frames)
        before = shot
    return found


def fitted(
    lines: Iterable[Line], places: Mapping[str, Window], lengths: Mapping[str, Fraction], rate: Fraction
) -> list[Fitted]:
    """Every line that was spoken and whose shot is in the film, in film order. `lengths` are seconds, by shot.

    None overlaps another and none begins before its shot does; all are whole.
    """
    pause = math.ceil(PAUSE * rate)
    free = 0
    found: list[Fitted] = []
    there = [line for line in lines if line.shot in places and line.shot in lengths]
    for line in sorted(there, key=lambda line: places[line.shot]):
        window, frames = places[line.shot], frames_of(lengths[line.shot], rate)
        wish = min(window.first + line.offset, window.end - 1)
        latest = max(window.first, window.end - frames)
        first = max(min(wish, latest), free)
        if frames > window.frames:
            fit: Fit = "short"
        else:
            fit = "fits" if first == wish and first + frames <= window.end else "moved"
        found.append(Fitted(line, first, frames, window, fit))
        free = first + frames + pause
    return found
