"""Editing the storyboard: each edit is stored at once and can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from domain.errors import BadInput
from domain.storyboard import Entity, MotionSampling, Overrides, Presets, Sampling, Shot, Storyboard
from domain.timing import film_frames
from services.casting import new_entity
from services.changes import ChangeCounter
from services.projects import OpenProject, blank_shot, checked

_NESTED: dict[str, type[Presets] | type[Sampling] | type[MotionSampling] | type[Overrides]] = {
    "presets": Presets,
    "overrides": Overrides,
    "image": Sampling,
    "video": MotionSampling,
}


Cast = Literal["characters", "objects"]
"""The kinds of which a shot lists several."""


class StoryboardService:
    """Add, edit, duplicate, delete, reorder, undo and redo. Every method raises BadInput or NotFound in words."""

    def __init__(self, changes: ChangeCounter) -> None:
        self._changes = changes

    def add(self, project: OpenProject, after: str | None = None, **fields: Any) -> Shot:
        """A new shot behind `after`, or at the end."""
        made: list[Shot] = []

        def make(board: Any) -> Any:
            shot = blank_shot(board, after).replace(**fields)
            made[:] = [shot]
            return board.with_new(shot, after)

        project.change_board("adding a shot", make)
        self._changes.bump()
        return made[0]

    def edit(self, project: OpenProject, shot_id: str, changes: Mapping[str, Any]) -> Shot:
        """Change fields of a shot. Nested fields are written with a dot: "presets.camera", "video.seed"."""
        project.change_board(f"editing shot {shot_id}", lambda b: b.with_shot(edited(b.shot(shot_id), changes)))
        self._changes.bump()
        return project.board.shot(shot_id)

    def duplicate(self, project: OpenProject, shot_id: str) -> Shot:
        """A copy of the shot behind it, under a free id."""
        made: list[Shot] = []

        def make(board: Any) -> Any:
            copy = board.shot(shot_id).replace(id=board.free_id(shot_id))
            made[:] = [copy]
            return board.with_new(copy, shot_id)

        project.change_board(f"duplicating shot {shot_id}", make)
        self._changes.bump()
        return made[0]

    def split(self, project: OpenProject, shot_id: str, at: int) -> Shot:
        """Make two shots of one: it ends before its film frame `at` (1 to its last), and the new one behind it has the
        rest with the same words, cast and presets. Pictures and takes stay with the first, and so do its lines, which
        are spoken once; the second begins with a picture of its own. Raises BadInput when one would be empty."""
        made: list[Shot] = []

        def make(board: Storyboard) -> Storyboard:
            shot, rate = board.shot(shot_id), project.project.rate
            frames = film_frames(shot.seconds, rate)
            if not 1 <= at < frames:
                raise BadInput(
                    f"Shot {shot_id} of {frames} frames cannot be split before frame {at}.",
                    "Both parts need a frame at least.",
                )
            rest = shot.replace(
                id=board.free_id(shot_id), seconds=(frames - at) / rate, carry=None, mask=None, dialogue=""
            )
            made[:] = [rest]
            return board.with_shot(shot.replace(seconds=at / rate)).with_new(rest, shot_id)

        project.change_board(f"splitting shot {shot_id}", make)
        self._changes.bump()
        return made[0]

    def delete(self, project: OpenProject, shot_id: str) -> None:
        """Take the shot out of the film; its pictures and takes stay on disk, and undo brings it back."""
        project.change_board(f"deleting shot {shot_id}", lambda b: b.without([shot_id]))
        self._changes.bump()

    def reorder(self, project: OpenProject, shot_ids: list[str]) -> None:
        """Put the shots into this order."""
        project.change_board("reordering", lambda b: b.reordered(shot_ids))
        self._changes.bump()

    def move(self, project: OpenProject, shot_id: str, by: int) -> None:
        """Move a shot `by` places; stops at the ends."""
        ids = [shot.id for shot in project.board.shots]
        place = project.board.position(shot_id)
        ids.insert(min(max(place + by, 0), len(ids) - 1), ids.pop(place))
        self.reorder(project, ids)

    def describe(self, project: OpenProject, **changes: Any) -> None:
        """Change the storyboard's own fields: title, description, style, never."""
        project.change_board("editing the storyboard", lambda b: b.replace(**changes))
        self._changes.bump()

    def cast(self, project: OpenProject, shot_id: str, kind: Cast, name: str) -> Entity:
        """Put someone or something into a shot by name; who is not in the storyboard yet becomes part of it."""
        name = " ".join(name.split())
        if not name:
            raise BadInput("A name is needed.", "Write one and try again.")
        made: list[Entity] = []

        def make(board: Storyboard) -> Storyboard:
            wanted = name.casefold()
            known = board.entities(kind)
            entity = next((e for e in known if wanted in (e.name.casefold(), e.id.casefold())), None)
            if entity is None:
                entity = new_entity(board, kind, name)
                board = board.with_entity(kind, entity)
            made[:] = [entity]
            shot = board.shot(shot_id)
            there: tuple[str, ...] = getattr(shot, kind)
            return board if entity.id in there else board.with_shot(shot.replace(**{kind: (*there, entity.id)}))

        project.change_board(f"adding {name} to shot {shot_id}", make)
        self._changes.bump()
        return made[0]

    def undo(self, project: OpenProject) -> str:
        """Take the last edit back; what it was, empty when there was none."""
        what = project.undo()
        self._changes.bump()
        return what

    def redo(self, project: OpenProject) -> str:
        """Make the last undone edit again; what it is, empty when there was none."""
        what = project.redo()
        self._changes.bump()
        return what


def edited(shot: Shot, changes: Mapping[str, Any]) -> Shot:
    """The shot with `changes` applied. Raises BadInput naming the field."""
    flat: dict[str, Any] = {}
    for key, value in changes.items():
        outer, dot, inner = key.partition(".")
        if not dot:
            if key not in Shot.model_fields or key == "id":
                raise BadInput(f"A shot has no field {key!r} that can be edited.")
            flat[key] = value
            continue
        if outer not in _NESTED or inner not in _NESTED[outer].model_fields:
            raise BadInput(f"A shot has no field {key!r} that can be edited.")
        base = flat.get(outer, getattr(shot, outer))
        flat[outer] = checked(partial(base.replace, **{inner: value}), f"Shot {shot.id}")
    return checked(lambda: shot.replace(**flat), f"Shot {shot.id}")
