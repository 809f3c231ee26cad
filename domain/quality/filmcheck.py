"""A film's check: the report about its file, and how each of its clips came to be, with counts that add up."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from domain.base import Value
from domain.quality.acting import Attempt, Chain
from domain.quality.values import QualityReport


class ClipRecord(Value):
    """One segment of a shot in the film: the take that is seen, what made it, and every try of its making.

    `spent` is in seconds; `card` is what was known of the graphics card when it was made, in words. `instead` says
    what was made otherwise than planned, `enlarged` how a clip that memory made smaller came to the film's size; both
    are sentences, or empty. `tries` is empty for clips that were never checked.
    """

    segment: int = Field(ge=0)
    take: str
    seed: int
    backend: str
    workflow: str = ""
    model: str = ""
    width: int = 0
    height: int = 0
    frames: int = 0
    spent: float = Field(default=0, ge=0)
    card: str = ""
    instead: str = ""
    enlarged: str = ""
    tries: tuple[Attempt, ...] = ()


class ShotRecord(Value):
    """One shot of the film: where it stands (film frames), its clips, and what its joins look like."""

    shot: str
    title: str = ""
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    clips: tuple[ClipRecord, ...] = ()
    chain: Chain | None = None


class Counts(Value):
    """Of all clips in the film. `tries` = `kept` + `unusable`, and `tries` = `checked` + `retakes`.

    `clips` = `checked` + `unchecked`; `failing` are those whose standing take does not pass.
    """

    clips: int = 0
    checked: int = 0
    unchecked: int = 0
    tries: int = 0
    retakes: int = 0
    kept: int = 0
    unusable: int = 0
    failing: int = 0


class FilmCheck(Value):
    """What a film's check found, and what had been done before."""

    report: QualityReport
    shots: tuple[ShotRecord, ...] = ()
    counts: Counts = Counts()


def counted(shots: Iterable[ShotRecord]) -> Counts:
    """The counts over the clips of these shots; a shot that is seen twice counts once."""
    clips = {(shot.shot, clip.segment, clip.take): clip for shot in shots for clip in shot.clips}
    checked = [clip for clip in clips.values() if clip.tries]
    tries = [attempt for clip in checked for attempt in clip.tries]
    return Counts(
        clips=len(clips), checked=len(checked), unchecked=len(clips) - len(checked), tries=len(tries),
        retakes=sum(1 for a in tries if a.number), kept=sum(1 for a in tries if a.take),
        unusable=sum(1 for a in tries if not a.take),
        failing=sum(1 for clip in checked if any(a.take == clip.take and not a.passed for a in clip.tries)),
    )  # fmt: skip


def counts_in_words(counts: Counts) -> str:
    """The counts as one sentence; empty where no clip was checked."""
    if not counts.checked:
        return ""
    said = f"{_many(counts.checked, 'clip')} checked, made in {_many(counts.tries, 'try', 'tries')}"
    if counts.retakes:
        said += f": {_many(counts.retakes, 'retake')}, {counts.kept} kept, {counts.unusable} unusable"
    said += f"; {counts.failing} of the clips in the film {'does' if counts.failing == 1 else 'do'} not pass"
    return said + (f"; {counts.unchecked} not checked." if counts.unchecked else ".")


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"
