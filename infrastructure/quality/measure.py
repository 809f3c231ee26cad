"""One frame in, one record of figures out."""

from __future__ import annotations

from collections import deque

from av import VideoFrame

from domain.quality.continuity import Naming
from domain.quality.figures import FrameFigures, is_jump
from domain.quality.seams import AROUND
from domain.quality.values import Expectation
from infrastructure.quality import layout, margins, texture, tone
from infrastructure.quality.boiling import Boiling
from infrastructure.quality.change import NEW_SHOT, Changes
from infrastructure.quality.grids import Grids
from infrastructure.quality.signatures import EVERY, Signature, seen
from infrastructure.quality.signs import Staying
from infrastructure.quality.steps import Stepping
from infrastructure.quality.stirring import Stirring
from infrastructure.quality.travel import Travelling
from infrastructure.quality.views import View, view

_LATELY = 3
"""Frames before a cut whose steps it stands out from."""


class Meter:
    """Measures frames in order; its memory does not grow with their number. `expectation` tells which subjects are
    named where. Raises UnreadableMedia about the picture of a subject."""

    def __init__(self, expectation: Expectation | None = None) -> None:
        expectation = expectation or Expectation()
        self._naming = Naming(expectation)
        self._signatures = [Signature(subject) for subject in expectation.subjects]
        self._changes = Changes(None if expectation.cuts is None else frozenset(expectation.cuts))
        self._lately: deque[float] = deque([0.0], maxlen=_LATELY)
        self._staying = Staying()
        self._borders = layout.Borders()
        self._stepping = Stepping()
        self._travelling = Travelling(expectation.joins, AROUND)
        self._grids = Grids()
        self._stirring = Stirring()
        self._boiling = Boiling()
        self._crispness = texture.Crispness()
        self._focus = texture.Focus()

    def measure(self, frame: VideoFrame, index: int, seconds: float, *, damaged: bool = False) -> FrameFigures:
        """The figures of the next frame; `seconds` is its time from the first, `damaged` what the file says of it."""
        now = view(frame, index, seconds)
        change = self._changes.observe(now)
        if change.likeness < NEW_SHOT:
            self._borders.forget()
            if is_jump(change.step, self._lately):  # no wild motion, in which a sign stays
                self._staying.forget()
        self._lately.append(change.step)
        sign = self._staying.observe(now)
        detail, maps = texture.measure(now)
        light = tone.measure(now)
        moved = change.shift[0] * now.luma.shape[1], change.shift[1] * now.luma.shape[0]
        return FrameFigures(
            index=index, seconds=seconds, damaged=damaged, lines=self._borders.observe(now),
            bars=margins.bars(now), overlay=sign.share, overlay_since=sign.since, likenesses=self._likenesses(now),
            **self._grids.observe(now.luma, maps.across, maps.down, moved, change.step)._asdict(),
            steps=self._stepping.observe(now, maps, change.shift), travel=self._travelling.observe(now),
            **light._asdict(), **detail._asdict(), **change._asdict(),
            crisp=self._crispness.observe(maps), refocused=self._focus.observe(maps),
            **self._stirring.observe(now)._asdict(),
            again=self._boiling.observe(now, change.step, light.contrast, light.structure),
        )  # fmt: skip

    def _likenesses(self, now: View) -> tuple[float | None, ...]:
        named = () if now.index % EVERY else self._naming.at(now.index)
        if not named:
            return ()
        picture = seen(now)
        return tuple(
            signature.likeness(picture) if number in named else None
            for number, signature in enumerate(self._signatures)
        )
