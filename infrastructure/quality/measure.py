"""One frame in, one record of figures out."""

from __future__ import annotations

from av import VideoFrame

from domain.quality.continuity import Naming
from domain.quality.figures import FrameFigures
from domain.quality.seams import AROUND
from domain.quality.values import Expectation
from infrastructure.quality import layout, texture, tone
from infrastructure.quality.change import NEW_SHOT, Changes
from infrastructure.quality.grids import Grids
from infrastructure.quality.signatures import EVERY, Signature, seen
from infrastructure.quality.signs import Staying
from infrastructure.quality.steps import Stepping
from infrastructure.quality.stirring import Stirring
from infrastructure.quality.travel import Travelling
from infrastructure.quality.views import View, view


class Meter:
    """Measures frames in order; its memory does not grow with their number. `expectation` tells which subjects are
    named where. Raises UnreadableMedia about the picture of a subject."""

    def __init__(self, expectation: Expectation | None = None) -> None:
        expectation = expectation or Expectation()
        self._naming = Naming(expectation)
        self._signatures = [Signature(subject) for subject in expectation.subjects]
        self._changes = Changes(None if expectation.cuts is None else frozenset(expectation.cuts))
        self._staying = Staying()
        self._borders = layout.Borders()
        self._stepping = Stepping()
        self._travelling = Travelling(expectation.joins, AROUND)
        self._grids = Grids()
        self._stirring = Stirring()
        self._crispness = texture.Crispness()

    def measure(self, frame: VideoFrame, index: int, seconds: float, *, damaged: bool = False) -> FrameFigures:
        """The figures of the next frame; `seconds` is its time from the first, `damaged` what the file says of it."""
        now = view(frame, index, seconds)
        change = self._changes.observe(now)
        if change.likeness < NEW_SHOT:
            self._staying.forget()
            self._borders.forget()
        sign = self._staying.observe(now)
        detail, maps = texture.measure(now)
        moved = change.shift[0] * now.luma.shape[1], change.shift[1] * now.luma.shape[0]
        return FrameFigures(
            index=index, seconds=seconds, damaged=damaged, lines=self._borders.observe(now),
            bars=layout.bars(now), overlay=sign.share, overlay_since=sign.since, likenesses=self._likenesses(now),
            **self._grids.observe(now.luma, maps.across, maps.down, moved, change.step)._asdict(),
            steps=self._stepping.observe(now, maps, change.shift), travel=self._travelling.observe(now),
            **tone.measure(now)._asdict(), **detail._asdict(), **change._asdict(),
            crisp=self._crispness.observe(maps), **self._stirring.observe(now)._asdict(),
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
