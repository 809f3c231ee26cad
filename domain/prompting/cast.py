"""Who and what is in a shot: what it lists, and what its words name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.project import Picked
from domain.storyboard import CAST, SHOT_FIELDS, CastKind, Entity, EntityState, Shot, Storyboard


@dataclass(frozen=True)
class Present:
    """One of the cast in a shot, in the state it is in there. `named` is what the shot's words call it first: the name
    for an @mark, else as it is written; empty when they do not name it."""

    kind: CastKind
    entity: Entity
    state: EntityState | None
    named: str

    @property
    def name(self) -> str:
        """What it is called here."""
        return (self.state.name if self.state else "") or self.entity.name or self.entity.id

    @property
    def description(self) -> str:
        """Its sentence here; empty when there is none."""
        return (self.state.description if self.state else "") or self.entity.description

    @property
    def clothing(self) -> str:
        """What it wears here."""
        return (self.state.clothing if self.state else "") or self.entity.clothing

    @property
    def negative(self) -> str:
        """What it must not look like here."""
        return (self.state.negative if self.state else "") or self.entity.negative

    @property
    def references(self) -> tuple[Picked, ...]:
        """Its reference pictures here, the sheet first."""
        return (self.state.references if self.state else ()) or self.entity.references


def state_in(entity: Entity, shot_id: str, board: Storyboard) -> EntityState | None:
    """The state that the entity is in in that shot; None when none of its states holds it."""
    places = board.places
    place = places.get(shot_id)
    for state in entity.states:
        if place is None:
            if not state.first and not state.last:
                return state
            continue
        low = places.get(state.first) if state.first else 0
        high = places.get(state.last) if state.last else place
        if low is not None and high is not None and low <= place <= high:
            return state
    return None


def present(shot: Shot, board: Storyboard) -> tuple[Present, ...]:
    """Everyone and everything in the shot, each once: characters, objects, location, look; what is listed before what
    only the words name. Names that are not in the storyboard stand for themselves."""
    mentioned = board.mentions.find(shot.prompt)
    found: list[Present] = []
    for kind in CAST:
        known = {entity.id: entity for entity in board.entities(kind)}
        given = getattr(shot, SHOT_FIELDS[kind])
        listed = ((given,) if given else ()) if isinstance(given, str) else tuple(given)
        named = {m.id: "" if m.marked else shot.prompt[m.start : m.end] for m in reversed(mentioned) if m.kind == kind}
        marked = {m.id for m in mentioned if m.kind == kind and m.marked}
        single = kind in ("locations", "looks") and listed  # a shot has one; its words may name others in passing
        order = [*listed, *(m.id for m in mentioned if m.kind == kind and not single)]
        for entity_id in dict.fromkeys(order):
            entity = known.get(entity_id, Entity.model_construct(id=entity_id))
            state = state_in(entity, shot.id, board)
            there = state is not None or not entity.states or entity.description
            if entity_id in listed or entity_id in marked or there:
                one = Present(kind, entity, state, "")
                found.append(replace(one, named=named[entity_id] or one.name) if entity_id in named else one)
    return tuple(found)


def spoken_names(text: str, board: Storyboard, shot: Shot) -> str:
    """The text with every @mark resolved to the name of whom it marks."""
    out, place = [], 0
    for mention in board.mentions.find(text):
        if not mention.marked:
            continue
        entity = board.entity(_kind(mention.kind), mention.id)
        name = Present(_kind(mention.kind), entity, state_in(entity, shot.id, board), "").name
        out += [text[place : mention.start], name]
        place = mention.end
    return "".join([*out, text[place:]])


def shots_of(kind: CastKind, entity_id: str, board: Storyboard) -> tuple[str, ...]:
    """The shots that one of the cast is in, in film order."""
    return tuple(
        shot.id
        for shot in board.shots
        if any(p.kind == kind and p.entity.id == entity_id for p in present(shot, board))
    )


def _kind(text: str) -> CastKind:
    return next(kind for kind in CAST if kind == text)
