"""Who and what the shots name: foreign names become ids of characters, objects and locations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.storyboard import Entity
from services.importing.naming import Names, safe_id
from services.importing.notes import Notes

MAX_ENTITIES = 1000
"""Most characters, objects or locations of a storyboard (as domain.storyboard has it)."""


class Cast:
    """The characters, objects or locations of one storyboard while it is read, found whatever their case.

    `what` is "character", "object", "location" or "look". Each entity keeps its foreign name in ``extras["name"]``, and
    ``extras["implied"]`` when only shots name it.
    """

    def __init__(self, what: str, known: Iterable[Entity] = ()) -> None:
        self._what = what
        self._names = Names()
        self._ids: dict[str, str] = {}
        self._entities: dict[str, Entity] = {}
        for entity in known:
            self._keep(self._names.give(entity.id), str(entity.extras.get("name", entity.id)), entity)

    def _keep(self, given: str, name: str, entity: Entity) -> None:
        for text in (name, entity.name, given):
            if text:
                self._ids.setdefault(text.casefold(), given)
        self._entities[given] = entity

    def add(self, name: str, notes: Notes, /, **fields: Any) -> str:
        """One more, described by the file itself; its id, made safe and unique with a note."""
        given = self._names.give(safe_id(name, f"{self._what}-{len(self._entities) + 1}"))
        if given != name:
            notes.add(f"got the id {given} here.", part=f"{self._what} {name}"[:80])
        extras = {"name": name} | fields.pop("extras", {})
        self._keep(given, name, Entity(id=given, name=fields.pop("name", name)[:200], extras=extras, **fields))
        return given

    def take(self, entity: Entity) -> str:
        """What is said of one elsewhere in the file, who may be known by name already; the id."""
        known, given = self._ids.get((entity.name or entity.id).casefold()), ""
        if known is None:
            given = self._names.give(entity.id)
            self._keep(given, entity.name or entity.id, entity.replace(id=given))
        else:
            old = self._entities[known]
            self._keep(known, entity.name, entity.replace(id=known, extras=old.extras))
        return known or given

    def find(self, name: str) -> str:
        """The id for a name that a shot uses; unknown ones are added without a description."""
        found = self._ids.get(name.casefold())
        if found is not None:
            return found
        given = self._names.give(safe_id(name, f"{self._what}-{len(self._entities) + 1}"))
        self._keep(given, name, Entity(id=given, name=name[:200], extras={"name": name, "implied": True}))
        return given

    def find_all(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ids for several names, each once."""
        return tuple(dict.fromkeys(self.find(name) for name in names))

    def foreign(self, entity_id: str) -> str:
        """The name that the file used for that id."""
        entity = self._entities.get(entity_id)
        return entity_id if entity is None else str(entity.extras.get("name") or entity.name or entity_id)

    def listed(self, notes: Notes) -> tuple[Entity, ...]:
        """All of them, at most as many as a storyboard holds."""
        if len(self._entities) > MAX_ENTITIES:
            notes.add(
                f"Shots name {len(self._entities)} of them; the first {MAX_ENTITIES} are listed.", part=f"{self._what}s"
            )
        return tuple(self._entities.values())[:MAX_ENTITIES]
