"""What a film gets to be heard and read: its mix, and its subtitles in the way that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from domain.cut.reel import Reel
from domain.delivery import Delivery
from domain.sound.report import MixReport
from domain.sound.subtitles import Caption
from domain.sound.tracks import SoundPlan, Subtitles, check_subtitles
from services.cut import CutView
from services.job_context import JobContext
from services.projects import OpenProject


class Mixer(Protocol):
    """Makes the sound of a film."""

    def plan(self, project: OpenProject) -> SoundPlan:
        """What is wished for."""
        ...

    def mix(
        self, project: OpenProject, cut: CutView, target: Path, context: JobContext, loudness: str = ""
    ) -> MixReport:
        """Write the finished mix, as long as the film, to `target`; nothing for a silent film. `loudness` instead of
        the one that is wished for."""
        ...

    def captions(self, project: OpenProject, cut: CutView) -> tuple[Caption, ...]:
        """The subtitles of the film."""
        ...

    def store_captions(self, captions: Sequence[Caption], rate: Fraction, film: Path) -> None:
        """Write the subtitles as files beside a film."""
        ...

    def look(self, project: OpenProject, cut: CutView) -> str:
        """A hash of everything that is heard, as `MixReport.look`."""
        ...


@dataclass(frozen=True)
class FilmSound:
    """`mix` is the file with the finished mix; None: the film is silent. `share` of the work is done with it."""

    mix: Path | None = None
    report: MixReport | None = None
    captions: tuple[Caption, ...] = ()
    way: Subtitles = "none"
    share: float = 0

    def seen(self, reel: Reel) -> Reel:
        """The reel with the subtitles that are written into its picture."""
        return reel.replace(captions=self.captions) if self.way == "burn" else reel

    @property
    def track(self) -> tuple[Caption, ...]:
        """The subtitles that become a track of the file."""
        return self.captions if self.way == "track" else ()


SHARE = 0.15
"""The part of a film's time that its sound takes, about."""


def made(
    mixer: Mixer | None, project: OpenProject, cut: CutView, how: Delivery, folder: Path, context: JobContext
) -> FilmSound:
    """Mix what the delivery can take, in `folder`; what the job asks for stands over the project's wishes."""
    if mixer is None:
        return FilmSound()
    detail = context.job.detail
    wish = str(detail.get("subtitles", "")) or mixer.plan(project).subtitles
    captions = mixer.captions(project, cut)
    way = check_subtitles(wish)
    if not captions or (way == "track" and not how.audible):
        way = "none"
    if not how.audible:
        return FilmSound(captions=captions, way=way)
    target = folder / "mix.wav"
    report = mixer.mix(project, cut, target, context, str(detail.get("loudness", "")))
    heard = target.exists()
    return FilmSound(target if heard else None, report, captions, way, SHARE if heard else 0)
