"""Which takes of a shot's segments belong together, so that a whole shot can be shown otherwise than it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.take import Take
from services.cut.material import ShotStock

Series = tuple[Take, ...]
"""A take of every segment of a shot, in order."""


def series(found: ShotStock, takes: Iterable[Take]) -> tuple[list[Series], int]:
    """The whole series of a shot besides the one that is shown, the newest first, and how many takes are in none.

    A segment that goes on from the one before belongs to the take whose last frame it starts from; one that starts from
    a keyframe goes with the takes that are shown. A series is whole when every segment has a take that is as long as
    the plan asks for, and of the same rate. Every take of the shot has to be there already (`found.lacks` is empty).
    """
    shown = {take.id for take in found.takes}
    able = sorted((t for t in takes if _fits(t, found)), key=lambda t: (t.made, t.id), reverse=True)
    whole: list[Series] = []
    seen = {(take.segment, take.id) for take in found.takes}
    lone = 0
    for take in able:
        if (take.segment, take.id) in seen:
            continue
        made = _through(take, found, able)
        if made is None or {t.id for t in made} == shown:
            lone += 1
        else:
            whole.append(made)
            seen |= {(t.segment, t.id) for t in made}
    return whole, lone


def _through(take: Take, found: ShotStock, takes: Sequence[Take]) -> Series | None:
    """The whole series that a take is in; None when a segment before or behind it has no take."""
    segments = [entry.segment for entry in found.planned.segments]
    made = [take]
    for number in range(take.segment, 0, -1):
        joined = segments[number].start == "previous"
        here = (t for t in takes if t.segment == number - 1 and _continues(made[0], t))
        before = next(here, None) if joined else found.takes[number - 1]
        if before is None:
            return None
        made.insert(0, before)
    for number in range(take.segment + 1, len(segments)):
        joined = segments[number].start == "previous"
        here = (t for t in takes if t.segment == number and _continues(t, made[-1]))
        after = next(here, None) if joined else found.takes[number]
        if after is None:
            return None
        made.append(after)
    return tuple(made)


def _continues(take: Take, before: Take) -> bool:
    """Whether a take was started from the last frame of another."""
    return take.request.start == before.last


def _fits(take: Take, found: ShotStock) -> bool:
    segments = found.planned.segments
    if take.segment >= len(segments) or take.request.rate != found.material.rate:
        return False
    segment = segments[take.segment].segment
    return take.info.frames >= segment.drop + segment.keep
