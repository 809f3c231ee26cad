"""The storyboard's cast: characters, objects, locations and looks, with their states and reference pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import BadInput, NotFound
from domain.names import free_name, slug
from domain.project import Picked
from domain.prompting import shots_of
from domain.storyboard import CAST, CastKind, Entity, EntityState, Storyboard
from services.changes import ChangeCounter
from services.projects import OpenProject, checked

FIELDS = frozenset(Entity.model_fields) - {"id", "states", "references", "extras"}
"""Fields of an entity that `edit` changes."""

STATE_FIELDS = frozenset(EntityState.model_fields) - {"id", "references"}


class CastService:
    """Every method stores at once, as one step that can be undone, and raises BadInput or NotFound in words."""

    def __init__(self, changes: ChangeCounter) -> None:
        self._changes = changes

    def add(self, project: OpenProject, kind: CastKind, name: str) -> Entity:
        """One more of that kind, under a free id."""
        name = " ".join(name.split())
        if not name:
            raise BadInput("A name is needed.", "Write one and try again.")
        made: list[Entity] = []

        def make(board: Storyboard) -> Storyboard:
            made[:] = [new_entity(board, kind, name)]
            return board.with_entity(kind, made[0])

        self._change(project, f"adding {name}", make)
        return made[0]

    def edit(self, project: OpenProject, kind: CastKind, entity_id: str, changes: Mapping[str, Any]) -> Entity:
        """Change fields of an entity."""
        for field in changes:
            if field not in FIELDS:
                raise BadInput(f"There is no field {field[:40]!r} that can be edited.")
        return self._edited(project, kind, entity_id, lambda e: e.replace(**changes))

    def delete(self, project: OpenProject, kind: CastKind, entity_id: str) -> None:
        """Take an entity out of the storyboard and out of the shots that list it; its pictures stay on disk."""
        self._change(project, f"deleting {entity_id}", lambda b: b.without_entity(kind, entity_id))

    def add_state(self, project: OpenProject, kind: CastKind, entity_id: str) -> EntityState:
        """A further state, from the shot behind the last one's end."""
        board = project.board
        entity = board.entity(kind, entity_id)
        ids = [shot.id for shot in board.shots]
        last = entity.states[-1].last if entity.states else ""
        first = ids[min(ids.index(last) + 1, len(ids) - 1)] if last in ids else ""
        name = free_name("state-1", {s.id for s in entity.states})
        state = EntityState(id=name, first=first)
        self._edited(project, kind, entity_id, lambda e: e.replace(states=(*e.states, state)))
        return state

    def edit_state(
        self, project: OpenProject, kind: CastKind, entity_id: str, state_id: str, changes: Mapping[str, Any]
    ) -> Entity:
        """Change fields of a state; its ends are ids of shots, or empty."""
        for field, value in changes.items():
            if field not in STATE_FIELDS:
                raise BadInput(f"A state has no field {field[:40]!r} that can be edited.")
            if field in ("first", "last") and value and value not in project.board.places:
                raise BadInput(f"There is no shot {str(value)[:40]!r}.", "Choose one of the storyboard, or none.")
        return self._with_state(project, kind, entity_id, state_id, lambda s: s.replace(**changes))

    def delete_state(self, project: OpenProject, kind: CastKind, entity_id: str, state_id: str) -> None:
        """Take a state away."""
        entity = project.board.entity(kind, entity_id)
        _state(entity, state_id)
        self._edited(
            project, kind, entity_id, lambda e: e.replace(states=tuple(s for s in e.states if s.id != state_id))
        )

    def add_reference(
        self, project: OpenProject, kind: CastKind, entity_id: str, picture: Picked, state_id: str = ""
    ) -> Entity:
        """Let a picture of the project be a reference, as the last of them; of a state with `state_id`."""
        project.files.path(picture)
        return self._references(
            project, kind, entity_id, state_id, lambda old: old if picture in old else (*old, picture)
        )

    def remove_reference(
        self, project: OpenProject, kind: CastKind, entity_id: str, path: str, state_id: str = ""
    ) -> Entity:
        """Let a picture no longer be a reference; it stays in the project."""
        return self._references(project, kind, entity_id, state_id, lambda old: tuple(p for p in old if p.path != path))

    def choose_sheet(
        self, project: OpenProject, kind: CastKind, entity_id: str, path: str, state_id: str = ""
    ) -> Entity:
        """Let one of the references be the sheet: the one that is sent."""
        return self._references(
            project, kind, entity_id, state_id, lambda old: tuple(sorted(old, key=lambda p: p.path != path))
        )

    def shots(self, project: OpenProject) -> dict[tuple[CastKind, str], tuple[str, ...]]:
        """The shots that each of the cast is in, listed or named, in film order."""
        board = project.board
        return {(kind, e.id): shots_of(kind, e.id, board) for kind in CAST for e in board.entities(kind)}

    # -- inside --------------------------------------------------------------------------------------------

    def _references(
        self, project: OpenProject, kind: CastKind, entity_id: str, state_id: str,
        make: Callable[[tuple[Picked, ...]], tuple[Picked, ...]],
    ) -> Entity:  # fmt: skip
        if state_id:
            return self._with_state(
                project, kind, entity_id, state_id, lambda s: s.replace(references=make(s.references))
            )
        return self._edited(project, kind, entity_id, lambda e: e.replace(references=make(e.references)))

    def _with_state(
        self, project: OpenProject, kind: CastKind, entity_id: str, state_id: str,
        make: Callable[[EntityState], EntityState],
    ) -> Entity:  # fmt: skip
        def change(entity: Entity) -> Entity:
            _state(entity, state_id)
            return entity.replace(states=tuple(make(s) if s.id == state_id else s for s in entity.states))

        return self._edited(project, kind, entity_id, change)

    def _edited(self, project: OpenProject, kind: CastKind, entity_id: str, make: Callable[[Entity], Entity]) -> Entity:
        def change(board: Storyboard) -> Storyboard:
            entity = board.entity(kind, entity_id)
            return board.with_entity(kind, checked(lambda: make(entity), entity.name or entity.id))

        self._change(project, f"editing {entity_id}", change)
        return project.board.entity(kind, entity_id)

    def _change(self, project: OpenProject, what: str, make: Callable[[Storyboard], Storyboard]) -> None:
        project.change_board(what, make)
        self._changes.bump()


def new_entity(board: Storyboard, kind: CastKind, name: str) -> Entity:
    """An entity of that name under an id that no other of its kind has."""
    taken = {e.id for e in board.entities(kind)}
    return Entity(id=free_name(slug(name, "somebody"), taken), name=name)


def as_kind(text: str) -> CastKind:
    """The kind of that name. Raises NotFound."""
    found = next((kind for kind in CAST if kind == text), None)
    if found is None:
        raise NotFound("There is no such part of the storyboard.", "Reload the page.")
    return found


def _state(entity: Entity, state_id: str) -> EntityState:
    found = next((s for s in entity.states if s.id == state_id), None)
    if found is None:
        raise NotFound(f"{entity.name or entity.id} has no state {state_id[:40]!r}.", "Reload the page.")
    return found
