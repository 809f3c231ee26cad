"""What there is to cut: the takes of every shot as one run of native frames, and what is lacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from domain.cut.document import Note
from domain.cut.items import ShotItem
from domain.cut.reel import Material, Source
from domain.plan import PlannedShot
from domain.take import Take
from services.planning import ShotState

Lack = Literal["", "blocked", "missing", "short"]


@dataclass(frozen=True)
class ShotStock:
    """The material of a shot with the takes behind it, by segment.

    `lacks` says why there is no film of it yet: the plan cannot make it, a segment has no take, or a take is too short
    for the shot as it is now or of another rate; empty when all takes are there. `stale`: they are, but their inputs
    changed since.
    """

    planned: PlannedShot
    takes: tuple[Take, ...]
    material: Material
    lacks: Lack
    stale: bool


def stock(state: ShotState, chosen: Mapping[str, str] | None = None) -> ShotStock:
    """The stock of a shot with the takes that stand for it, or with those chosen by segment number."""
    planned = state.plan()
    by_place = {(take.segment, take.id): take for take in state.takes}
    takes: list[Take] = []
    for entry in planned.segments:
        number = entry.segment.index
        other = by_place.get((number, (chosen or {}).get(str(number), "")))
        take = other or by_place.get((number, entry.take))
        if take is not None:
            takes.append(take)
    rate = state.setup.profile.rate
    lacks = _lacks(planned, takes, rate)
    stale = not lacks and any(
        entry.state != "done" and take.id == entry.take for entry, take in zip(planned.segments, takes, strict=True)
    )
    material = Material(
        shot=planned.shot, frames=planned.frames, rate=rate, sources=() if lacks else sources_of(planned, takes)
    )
    return ShotStock(planned, tuple(takes), material, lacks, stale)


def gone_takes(item: ShotItem, state: ShotState) -> list[Note]:
    """A note for every take that was chosen for the item and is no longer there."""
    there = {(str(take.segment), take.id) for take in state.takes}
    return [
        Note(item=item.id, text=f"Shot {item.shot}: the take chosen here for segment {int(segment) + 1} is gone.")
        for segment, take in item.takes.items()
        if (segment, take) not in there
    ]


def _lacks(planned: PlannedShot, takes: Sequence[Take], rate: Fraction) -> Lack:
    if planned.problem:
        return "blocked"
    if len(takes) < len(planned.segments):
        return "blocked" if planned.state == "blocked" else "missing"
    for entry, take in zip(planned.segments, takes, strict=True):
        if take.info.frames < entry.segment.drop + entry.segment.keep or take.request.rate != rate:
            return "short"
    return ""


def sources_of(planned: PlannedShot, takes: Sequence[Take]) -> tuple[Source, ...]:
    """The clips of a shot, given a take of every segment. What the last has beyond its kept frames is its handle."""
    last = len(takes) - 1
    return tuple(
        Source(
            segment=entry.segment.index, take=take.id, clip=take.clip, first=entry.segment.drop,
            count=take.info.frames - entry.segment.drop if index == last else entry.segment.keep,
            offset=entry.segment.first, repeats=entry.segment.drop if index else 0,
            start=take.request.start if entry.segment.start == "keyframe" else None,
        )
        for index, (entry, take) in enumerate(zip(planned.segments, takes, strict=True))
    )  # fmt: skip
