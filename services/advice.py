"""Advice on a project's storyboard, without what somebody has read and put away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from domain.advice import RULES, Advice, advise
from domain.base import Value
from domain.cut.document import Cut
from domain.cut.items import ShotItem
from domain.errors import NotFound
from domain.importing import ImportResult
from domain.plan import PlannedShot
from services.projects import OpenProject

DOCUMENT = "advice"
"""The project's document with what was put away."""

_KEPT = 2000


class Dismissed(Value):
    """Keys of advice that is not to be given again, oldest first (the last 2000)."""

    keys: tuple[str, ...] = Field(default=(), max_length=_KEPT)


def dismissed(project: OpenProject) -> tuple[str, ...]:
    """Keys of what was put away."""
    return (project.files.read(DOCUMENT, Dismissed) or Dismissed()).keys


def project_advice(
    project: OpenProject, planned: Iterable[PlannedShot] = (), *, every: bool = False
) -> tuple[Advice, ...]:
    """What is to be said about the storyboard; with `every` also what was put away. The cut tells where transitions
    lie, `planned` how long chains get."""
    return advise(
        project.board, softened=_softened(project.files.read("cut", Cut) or Cut()),
        chains={shot.shot: longest_chain(shot) for shot in planned},
        dismissed=() if every else frozenset(dismissed(project)),
    )  # fmt: skip


def import_advice(result: ImportResult) -> tuple[Advice, ...]:
    """What is to be said about a storyboard that is in no project."""
    return advise(result.storyboard, softened=frozenset(one.shot for one in result.transitions))


def dismiss(project: OpenProject, key: str, planned: Iterable[PlannedShot] = ()) -> None:
    """Put one piece away for good; it comes back when other shots are concerned. `planned` as for `project_advice`.
    Raises NotFound for one that is not given now."""
    if key not in {advice.key for advice in project_advice(project, planned)}:
        raise NotFound("That advice is no longer given.", "Reload the page.")
    project.change(
        DOCUMENT, Dismissed, lambda d: d if key in d.keys else Dismissed(keys=(*d.keys, key)[-_KEPT:]), Dismissed()
    )


def restore(project: OpenProject) -> int:
    """Give all advice again that was put away; how many pieces those are."""
    count = len(dismissed(project))
    if count:
        project.change(DOCUMENT, Dismissed, lambda d: Dismissed(), Dismissed())
    return count


def longest_chain(shot: PlannedShot) -> int:
    """How many segments of the shot continue each other at most; 1 where none does."""
    longest = run = 0
    for entry in shot.segments:
        run = run + 1 if entry.segment.start == "previous" else 1
        longest = max(longest, run)
    return longest


def advice_document(found: Iterable[Advice]) -> dict[str, Any]:
    """The advice as one JSON document for programs."""
    return {"advice": [{**one.to_json(), "title": RULES[one.rule], "key": one.key} for one in found]}


def advice_lines(found: tuple[Advice, ...], name: str) -> Iterator[str]:
    """The advice as lines for people."""
    for one in found:
        yield f"{_places(one.shots)}  {RULES[one.rule]}: {one.sentence} {one.cure}"
    count = len(found)
    yield (
        f"{name}: nothing to say." if not count else f"{name}: {count} {'piece' if count == 1 else 'pieces'} of advice."
    )


def by_shot(found: Iterable[Advice]) -> Mapping[str, tuple[Advice, ...]]:
    """The advice of every shot it is about; of shots in a row it is with the first and the last."""
    shots: dict[str, tuple[Advice, ...]] = {}
    for one in found:
        for shot in dict.fromkeys((one.shots[0], one.shots[-1])):
            shots[shot] = (*shots.get(shot, ()), one)
    return shots


def _places(shots: tuple[str, ...]) -> str:
    return shots[0] if len(shots) == 1 else f"{shots[0]}-{shots[-1]}"


def _softened(cut: Cut) -> frozenset[str]:
    """Shots into which a transition leads."""
    return frozenset(item.shot for item in cut.items if isinstance(item, ShotItem) and item.into is not None)
