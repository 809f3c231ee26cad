"""Who, where and with what, as a language model names them: carried from part to part and merged by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.names import free_name, slug
from domain.storyboard import CastKind, Entity, Storyboard
from services.writing.shapes import Cast, CastMember

_MOST = 200
"""Most of a kind that a model may bring in."""

_REMEMBERED = 40
_SHORT = 300
_NOBODY = frozenset({"none", "n/a", "null", "unknown", "nobody", "-", "niemand", "keine"})


class Company:
    """The cast so far. Whoever is known keeps name and description; a model can add to them and never change them."""

    def __init__(self, board: Storyboard) -> None:
        self.board = board

    def learn(self, cast: Cast) -> None:
        """Take in whom an answer describes."""
        for kind, members in self._lists(cast):
            for member in members:
                self._learn(kind, member)

    def ids(self, kind: CastKind, names: Iterable[str]) -> tuple[str, ...]:
        """The ids of those named, who are taken in where nobody knows them yet; each once, at most a hundred."""
        found = (self._learn(kind, CastMember(name=name)) for name in names if name.strip())
        return tuple(dict.fromkeys(i for i in found if i))[:100]

    def memory(self) -> dict[str, list[dict[str, str]]]:
        """Who and where is known, for the next question."""
        return {
            kind: [{"name": e.name or e.id, "description": e.description[:_SHORT]} for e in entities[-_REMEMBERED:]]
            for kind in ("characters", "locations", "objects")
            if (entities := self.board.entities(kind))
        }

    def name(self, kind: CastKind, entity_id: str) -> str:
        """What an entity is called; its id where it has no name or is not known."""
        return next((e.name or e.id for e in self.board.entities(kind) if e.id == entity_id), entity_id)

    @staticmethod
    def _lists(cast: Cast) -> Sequence[tuple[CastKind, Sequence[CastMember]]]:
        return (("characters", cast.characters), ("locations", cast.locations), ("objects", cast.objects))

    def _learn(self, kind: CastKind, member: CastMember) -> str:
        """The id of somebody, known before or from now on; empty for nobody."""
        name = member.name.strip().lstrip("@").strip()
        if not name or name.casefold() in _NOBODY:
            return ""
        known = self.board.entities(kind)
        same = next((e for e in known if name.casefold() in _words(e)), None)
        if same is None:
            if len(known) >= _MOST:
                return ""
            given = free_name(slug(name, kind.removesuffix("s")), {e.id for e in known})
            also = tuple(dict.fromkeys(a for a in member.also if a.strip() and a.casefold() != name.casefold()))
            made = Entity(id=given, name=name, description=member.description, aliases=also[:10])
            self.board = self.board.with_entity(kind, made)
            return given
        if member.description and not same.description:
            self.board = self.board.with_entity(kind, same.replace(description=member.description))
        return same.id


def _words(entity: Entity) -> set[str]:
    return {w.casefold() for w in (entity.name, entity.id, *entity.aliases) if w}
