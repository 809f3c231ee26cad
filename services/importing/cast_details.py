"""What foreign formats have no field for about the cast: states over time, clothing, voice, aliases, further kinds.

In words it goes into a description; whole, into a list of our own under "kinoloom", which is read back.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from domain.storyboard import CAST, MAX_TEXT, CastKind, Entity, Storyboard
from services.importing.gcv_shot import Casts
from services.importing.notes import Notes

_ASIDE = frozenset({"id", "references", "extras", "states"})
"""Fields that are compared otherwise, or belong to the project the storyboard came from."""


def span(first: str, last: str) -> str:
    """From which shot to which, in words: "shots 001 to 023", "shots from 024 on"."""
    if first and last:
        return f"shot {first}" if first == last else f"shots {first} to {last}"
    return f"shots from {first} on" if first else f"shots until {last}" if last else "all shots"


def in_words(entity: Entity) -> str:
    """Its sentence; of one that changes, each state's with the shots it holds for."""
    told = [entity.description] if entity.description else []
    told += [f"{s.description.rstrip('. ')} ({span(s.first, s.last)})." for s in entity.states if s.description]
    return " ".join(told)[:MAX_TEXT]


def same_person(one: Entity, other: Entity) -> bool:
    """Whether both are told the same about, reference pictures apart."""
    fields = [name for name in Entity.model_fields if name not in _ASIDE]
    states = [[s.replace(references=()) for s in e.states] for e in (one, other)]
    return states[0] == states[1] and all(getattr(one, f) == getattr(other, f) for f in fields)


def untold(board: Storyboard, back: Storyboard) -> dict[str, list[dict[str, Any]]]:
    """The entities of `board` that `back`, which was read from an export, does not say the same about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in CAST:
        known = {_called(e): e for e in back.entities(kind)}
        for entity in board.entities(kind):
            other = known.get(_called(entity))
            if other is None or not same_person(entity, other):
                plain = entity.replace(
                    references=(), extras={}, states=tuple(s.replace(references=()) for s in entity.states)
                )
                found.setdefault(kind, []).append(plain.model_dump(mode="json", exclude_defaults=True))
    return found


def read_cast(given: object, casts: Casts, notes: Notes) -> set[str]:
    """Take that list in; what is none of ours is left alone, with a note. The ids of the characters in it."""
    told: set[str] = set()
    if not isinstance(given, dict):
        return told
    kinds: dict[CastKind, Any] = {
        "characters": casts.characters, "objects": casts.objects, "locations": casts.locations, "looks": casts.looks,
    }  # fmt: skip
    for kind, cast in kinds.items():
        listed = given.get(kind)
        for entry in listed[:1000] if isinstance(listed, list) else []:
            try:
                entity = Entity.model_validate({**entry, "references": (), "extras": {}})
            except (ValidationError, TypeError):
                notes.add("holds something that is no part of a cast; it was not used.", field=f"kinoloom.cast.{kind}")
                continue
            taken = cast.take(entity)
            told |= {taken} if kind == "characters" else set()
    return told


def _called(entity: Entity) -> str:
    return (entity.name or entity.id).casefold()
