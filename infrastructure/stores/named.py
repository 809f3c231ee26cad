"""The files that documents of a project name: chosen for a shot, colouring the film, laid into its sound."""

from __future__ import annotations

from collections.abc import Iterator

from domain.condition import Pick
from domain.cut.document import Cut
from domain.cut.items import ShotItem
from domain.project import Selection
from domain.sound.tracks import SoundPlan
from domain.storyboard import Storyboard


def of_selection(selection: Selection, shots: set[str] | None) -> Iterator[Pick]:
    """What is picked for the shots of the film; those that were deleted keep their choices, and need nothing."""
    for shot, choice in selection.shots.items():
        if shots is not None and shot not in shots:
            continue
        for slot, picked in choice.keyframes.items():
            yield Pick(title=f"Shot {shot}, the {slot} picture that was picked", path=picked.path)
        for segment, take in choice.takes.items():
            title = f"Shot {shot}, segment {int(segment) + 1 if segment.isdecimal() else segment}, take {take}"
            yield Pick(title=title, path=f"takes/{shot}/{segment}/{take}/clip.mp4")


def of_board(board: Storyboard) -> Iterator[Pick]:
    """The masks of its shots."""
    for shot in board.shots:
        if shot.mask is not None:
            yield Pick(title=f"Shot {shot.id}, the mask of its picture", path=shot.mask.path)


def of_cut(cut: Cut) -> Iterator[Pick]:
    """The colour tables of a cut."""
    for path in tables(cut):
        yield Pick(title=f"The colour table {path.rpartition('/')[2]}", path=path)


def of_sound(plan: SoundPlan) -> Iterator[Pick]:
    """The sounds that are laid in a film."""
    for piece in plan.pieces:
        yield Pick(title=f"The sound {piece.title or piece.id}, laid in the film", path=piece.sound.path)


def tables(cut: Cut) -> dict[str, str]:
    """The colour tables of a cut and of what is parked: the hash of each by its path."""
    items = (*cut.items, *(parked.item for parked in cut.parked))
    grades = [cut.finish.grade, *(item.grade for item in items if isinstance(item, ShotItem))]
    return {grade.lut.path: grade.lut.sha256 for grade in grades if grade is not None and grade.lut is not None}
