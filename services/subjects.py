"""Who and what the shots of a film are to show alike, each with the picture it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import StudioError
from domain.project import Picked
from domain.prompting.cast import Present, present
from domain.quality.values import Kind, Subject
from domain.storyboard import CastKind, Shot, ShotSize
from domain.vocabulary import shot_size
from services.planning import ShotState
from services.projects import OpenProject

_KINDS: Mapping[CastKind, Kind] = {"characters": "character", "objects": "object", "locations": "location"}
_HARDLY: Mapping[CastKind, frozenset[ShotSize]] = {
    "characters": frozenset({"extreme_wide", "aerial"}),
    "objects": frozenset({"extreme_wide", "aerial"}),
    "locations": frozenset({"medium_close_up", "close_up", "extreme_close_up"}),
}
"""Framings that show little of one of that kind."""


@dataclass
class _Group:
    """One of the cast in one of its states, with the shots it is in; `alone` are those without another of its kind."""

    kind: CastKind
    who: Present
    shots: list[Shot] = field(default_factory=list)
    alone: set[str] = field(default_factory=set)

    def hardly(self, shot: Shot) -> bool:
        return shot_size(shot) in _HARDLY[self.kind]


def subjects_of(project: OpenProject, states: Iterable[ShotState]) -> tuple[Subject, ...]:
    """Every character, object and location of the film that has a picture, once for each state it is in.

    The picture is its reference sheet: the first of its references, the state's before its own. Without one it is the
    keyframe that stands for the first shot it is in, where it is the only one of its kind if there is such a shot. A
    state that looks different (other words, other clothes) and has no pictures of its own is not compared with the
    sheet. Those without a picture are left out.

    `states` are the film's shots, as `GenerationService.states` gives them.
    """
    known = {state.words.shot.id: state for state in states}
    found = []
    for group in _groups(known.values()):
        picture = next(_pictures(project, group, known), None)
        if picture is not None:
            found.append(
                Subject(
                    name=group.who.name, kind=_KINDS[group.kind], reference=str(picture),
                    shots=tuple(shot.id for shot in group.shots),
                    hardly=tuple(shot.id for shot in group.shots if group.hardly(shot)),
                )
            )  # fmt: skip
    return tuple(found)


def _groups(states: Iterable[ShotState]) -> list[_Group]:
    """In the order in which the film first shows them."""
    groups: dict[tuple[CastKind, str, str], _Group] = {}
    for state in states:
        shot = state.words.shot
        there = [one for one in present(shot, state.words.board) if one.kind in _KINDS]
        for one in there:
            key = (one.kind, one.entity.id, one.state.id if one.state else "")
            group = groups.setdefault(key, _Group(one.kind, one))
            group.shots.append(shot)
            if sum(other.kind == one.kind for other in there) == 1:
                group.alone.add(shot.id)
    return list(groups.values())


def _pictures(project: OpenProject, group: _Group, states: Mapping[str, ShotState]) -> Iterator[Path]:
    """What the group can be compared with and is there, the best first."""
    changed = group.who.state
    looks_other = changed is not None and bool(changed.description or changed.clothing) and not changed.references
    if not looks_other:
        for picked in group.who.references:
            yield from _there(project, picked)
    for shot in sorted(group.shots, key=lambda shot: (shot.id not in group.alone, group.hardly(shot))):
        keyframe = states[shot.id].keyframe("start") if states[shot.id].keyframes else None
        if keyframe is not None:
            yield from _there(project, keyframe)


def _there(project: OpenProject, picked: Picked) -> Iterator[Path]:
    try:
        path = project.files.path(picked)
    except StudioError:
        return  # gone from disk, which the project says elsewhere: the next picture takes its place
    if path.is_file():
        yield path
