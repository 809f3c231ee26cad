"""The storyboard: shots in order, and who and what appears in them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.base import Value
from domain.colours import told_of
from domain.errors import BadInput, NotFound
from domain.mentions import Mentions
from domain.names import SafeName, is_safe_name
from domain.project import Picked
from domain.timing import Rate, Seconds, film_frames

MAX_SHOTS = 20_000
"""Most shots a storyboard may have."""

MAX_TEXT = 20_000
"""Longest text field, in characters."""

CastKind = Literal["characters", "objects", "locations", "looks"]
CAST: tuple[CastKind, ...] = ("characters", "objects", "locations", "looks")
"""The four kinds of entities, as the storyboard names its lists of them."""

SHOT_FIELDS: dict[CastKind, str] = {
    "characters": "characters", "objects": "objects", "locations": "location", "looks": "look",
}  # fmt: skip
"""The field of a shot in which it names entities of that kind."""

MAX_REFERENCES = 20
"""Most reference pictures of one entity."""

ShotSize = Literal[
    "extreme_wide", "wide", "full", "medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up",
    "over_shoulder", "aerial",
]  # fmt: skip
"""How much of the subject the frame holds, widest first; the last two say where the camera stands."""


class Presets(Value):
    """The preset keys of a shot; empty means unset. Keys Kinoloom does not know are kept and passed on."""

    style: str = Field(default="", max_length=80)
    lighting: str = Field(default="", max_length=80)
    mood: str = Field(default="", max_length=80)
    time_of_day: str = Field(default="", max_length=80)
    composition: str = Field(default="", max_length=80)
    color_grade: str = Field(default="", max_length=80)
    camera: str = Field(default="", max_length=80)
    motion: str = Field(default="", max_length=80)


class Sampling(Value):
    """How a picture is sampled. `seed`: None = chosen by Kinoloom and stable, -1 = another each time, else fixed."""

    seed: int | None = Field(default=None, ge=-1, lt=2**64)
    steps: int | None = Field(default=None, ge=1, le=1000)
    cfg: float | None = Field(default=None, ge=0, le=100)


class MotionSampling(Sampling):
    """How a clip is sampled. `motion_strength`: 0 (still) to 1 (strong); None = unset, 0 is a value."""

    motion_strength: float | None = Field(default=None, ge=0, le=10)


class EntityState(Value):
    """How someone or something is from the shot `first` to the shot `last` (both included; empty: from the beginning,
    to the end). What is filled in here stands in place of the entity's own."""

    id: SafeName
    name: str = Field(default="", max_length=200)
    first: str = Field(default="", max_length=64)
    last: str = Field(default="", max_length=64)
    description: str = Field(default="", max_length=MAX_TEXT)
    clothing: str = Field(default="", max_length=MAX_TEXT)
    negative: str = Field(default="", max_length=MAX_TEXT)
    references: tuple[Picked, ...] = Field(default=(), max_length=MAX_REFERENCES)


class Entity(Value):
    """A character, object, location or look: its sentence goes word for word into the prompts of shots that name it.

    `seed` begins its series (None: it has none, -1: another each time): with `seeds` "stepped" its shots get numbers
    within the thousand that begins there, with "fixed" all get the same. The first of `references` is its sheet.
    `lora` is a model file's name, `strength` how strongly it acts. `voice` is how it speaks, in words. `aliases` are
    further words that name it. `states` are told apart by their shots; the first that holds a shot is the one.
    """

    id: SafeName
    name: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=MAX_TEXT)
    clothing: str = Field(default="", max_length=MAX_TEXT)
    style: str = Field(default="", max_length=MAX_TEXT)
    negative: str = Field(default="", max_length=MAX_TEXT)
    voice: str = Field(default="", max_length=1000)
    aliases: tuple[str, ...] = Field(default=(), max_length=50)
    seed: int | None = Field(default=None, ge=-1, lt=2**64)
    seeds: Literal["stepped", "fixed"] = "stepped"
    references: tuple[Picked, ...] = Field(default=(), max_length=MAX_REFERENCES)
    lora: str = Field(default="", max_length=400)
    strength: float | None = Field(default=None, ge=-10, le=10)
    states: tuple[EntityState, ...] = Field(default=(), max_length=100)
    extras: dict[str, Any] = Field(default_factory=dict)

    @field_validator("aliases")
    @classmethod
    def _short(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not alias.strip() or len(alias) > 200 for alias in value):
            raise ValueError("an alias has 1 to 200 characters")
        return value


class Overrides(Value):
    """Prompts written by hand in place of the composed ones; empty: composed."""

    image: str = Field(default="", max_length=MAX_TEXT)
    video: str = Field(default="", max_length=MAX_TEXT)
    negative: str = Field(default="", max_length=MAX_TEXT)


class Shot(Value):
    """One shot. Its `id` is its slate: stable under reordering, the name of its folders.

    `dialogue` has one line for each speech ("MARA: It is coming."), `sound` what else is heard; both reach models that
    make sound. `look` names one of the storyboard's looks. `carry` is how much of the picked start frame of the shot
    before goes into this one's (None or 0: nothing, 1: all); where a workflow knows no amounts, it is a reference.
    `mask` is white where that picture is drawn anew (None: everywhere).
    """

    id: SafeName
    title: str = Field(default="", max_length=400)
    prompt: str = Field(default="", max_length=MAX_TEXT)
    description: str = Field(default="", max_length=MAX_TEXT)
    negative: str = Field(default="", max_length=MAX_TEXT)
    seconds: Seconds = Fraction(4)
    size: ShotSize | None = None
    presets: Presets = Presets()
    characters: tuple[str, ...] = Field(default=(), max_length=100)
    objects: tuple[str, ...] = Field(default=(), max_length=100)
    location: str = Field(default="", max_length=200)
    look: str = Field(default="", max_length=200)
    dialogue: str = Field(default="", max_length=MAX_TEXT)
    sound: str = Field(default="", max_length=MAX_TEXT)
    overrides: Overrides = Overrides()
    carry: float | None = Field(default=None, ge=0, le=1)
    mask: Picked | None = None
    image: Sampling = Sampling()
    video: MotionSampling = MotionSampling()
    extras: dict[str, Any] = Field(default_factory=dict)

    @field_validator("id")
    @classmethod
    def _usable_everywhere(cls, value: str) -> str:
        if not is_safe_name(value):
            raise ValueError(f"{value!r} cannot be a folder name on every system")
        return value


class Storyboard(Value):
    """Shots in film order with the cast they name. `style` and `never` hold for every shot; `seed` begins the series
    of shots in which nobody has one (None: chosen by Kinoloom)."""

    title: str = Field(default="", max_length=400)
    description: str = Field(default="", max_length=MAX_TEXT)
    style: str = Field(default="", max_length=MAX_TEXT)
    never: str = Field(default="", max_length=MAX_TEXT)
    shots: tuple[Shot, ...] = Field(default=(), max_length=MAX_SHOTS)
    characters: tuple[Entity, ...] = Field(default=(), max_length=1000)
    objects: tuple[Entity, ...] = Field(default=(), max_length=1000)
    locations: tuple[Entity, ...] = Field(default=(), max_length=1000)
    looks: tuple[Entity, ...] = Field(default=(), max_length=1000)
    seed: int | None = Field(default=None, ge=0, lt=2**64)
    extras: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for shot in self.shots:
            if shot.id.casefold() in seen:
                raise ValueError(f"two shots have the id {shot.id!r}")
            seen.add(shot.id.casefold())
        return self

    def shot(self, shot_id: str) -> Shot:
        """The shot with that id. Raises NotFound."""
        return self.shots[self.position(shot_id)]

    def position(self, shot_id: str) -> int:
        """0-based place of the shot in the film. Raises NotFound."""
        try:
            return self.places[shot_id]
        except KeyError:
            raise NotFound(
                f"There is no shot {shot_id!r} in the storyboard.", "It may have been deleted in another window."
            ) from None

    @cached_property
    def places(self) -> dict[str, int]:
        """0-based place in the film of every shot, by id."""
        return {shot.id: index for index, shot in enumerate(self.shots)}

    @cached_property
    def mentions(self) -> Mentions:
        """Finds who and what a text names."""
        return Mentions(
            (kind, entity.id, (entity.name, *entity.aliases)) for kind in CAST for entity in self.entities(kind)
        )

    @cached_property
    def first_worn(self) -> dict[str, dict[str, str]]:
        """What the shots' words say first of who wears what colour: by character, then by part (`domain.colours`)."""
        found: dict[str, dict[str, str]] = {}
        for shot in self.shots:
            for who, parts in self.worn_in(shot).items():
                if who:
                    found[who] = parts | found.get(who, {})
        return found

    def worn_in(self, shot: Shot) -> dict[str, dict[str, str]]:
        """What the shot's own words say of who wears what colour; of nobody known under ""."""
        people = [(m.start, m.id) for m in self.mentions.find(shot.prompt) if m.kind == "characters"]
        alone = shot.characters[0] if len(shot.characters) == 1 else ""
        return told_of(shot.prompt, people, alone)

    def entities(self, kind: CastKind) -> tuple[Entity, ...]:
        """The characters, objects, locations or looks."""
        found: tuple[Entity, ...] = getattr(self, kind)
        return found

    def entity(self, kind: CastKind, entity_id: str) -> Entity:
        """The entity of that id. Raises NotFound."""
        for entity in self.entities(kind):
            if entity.id == entity_id:
                return entity
        raise NotFound(f"There is no {entity_id!r} among the {kind}.", "It may have been deleted in another window.")

    def with_entity(self, kind: CastKind, entity: Entity) -> Storyboard:
        """The storyboard with the entity of the same id replaced, or added at the end."""
        known = self.entities(kind)
        if any(e.id == entity.id for e in known):
            return self.replace(**{kind: tuple(entity if e.id == entity.id else e for e in known)})
        return self.replace(**{kind: (*known, entity)})

    def without_entity(self, kind: CastKind, entity_id: str) -> Storyboard:
        """The storyboard without that entity; shots that list it do no longer. Raises NotFound."""
        self.entity(kind, entity_id)
        field = SHOT_FIELDS[kind]

        def rid(shot: Shot) -> Shot:
            there = getattr(shot, field)
            if isinstance(there, str):
                return shot.replace(**{field: ""}) if there == entity_id else shot
            return shot.replace(**{field: tuple(i for i in there if i != entity_id)}) if entity_id in there else shot

        return self.replace(
            shots=tuple(rid(s) for s in self.shots),
            **{kind: tuple(e for e in self.entities(kind) if e.id != entity_id)},
        )

    def with_shot(self, shot: Shot) -> Storyboard:
        """The storyboard with the shot of the same id replaced. Raises NotFound."""
        index = self.position(shot.id)
        return self.replace(shots=(*self.shots[:index], shot, *self.shots[index + 1 :]))

    def with_new(self, shot: Shot, after: str | None = None) -> Storyboard:
        """The storyboard with `shot` put behind the shot `after`, or at the end."""
        index = len(self.shots) if after is None else self.position(after) + 1
        return self.replace(shots=(*self.shots[:index], shot, *self.shots[index:]))

    def without(self, shot_ids: Iterable[str]) -> Storyboard:
        """The storyboard without these shots. Raises NotFound when one is not there."""
        gone = set(shot_ids)
        for shot_id in gone:
            self.position(shot_id)
        ids = [shot.id for shot in self.shots]

        def kept(state: EntityState) -> EntityState:
            """The state with its ends at the nearest of its shots that stay; as it is when none stays."""
            if not {state.first, state.last} & gone or not {state.first, state.last} <= {"", *ids}:
                return state
            low = ids.index(state.first) if state.first else 0
            high = ids.index(state.last) if state.last else len(ids) - 1
            stay = [i for i in ids[low : high + 1] if i not in gone]
            if not stay:
                return state
            return state.replace(first=stay[0] if state.first else "", last=stay[-1] if state.last else "")

        cast = {
            kind: tuple(e.replace(states=tuple(map(kept, e.states))) if e.states else e for e in self.entities(kind))
            for kind in CAST
        }
        return self.replace(shots=tuple(s for s in self.shots if s.id not in gone), **cast)

    def reordered(self, shot_ids: Iterable[str]) -> Storyboard:
        """The same shots in the order of `shot_ids`. Raises BadInput unless it names each exactly once."""
        order = list(shot_ids)
        by_id = {shot.id: shot for shot in self.shots}
        if len(order) != len(by_id) or set(order) != set(by_id):
            raise BadInput("The new order does not name every shot exactly once.", "Reload the page and drag again.")
        return self.replace(shots=tuple(by_id[i] for i in order))

    def frames(self, rate: Rate) -> int:
        """Frames of the whole film at `rate`: the sum over its shots."""
        return sum(film_frames(shot.seconds, rate) for shot in self.shots)

    def free_id(self, after: str | None = None) -> str:
        """An unused shot id: the next number at the end, or as on set a letter behind the shot it follows (007A)."""
        used = {shot.id.casefold() for shot in self.shots}
        if after is not None and self.position(after) < len(self.shots) - 1:
            stem = after.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or after
            for letters in _letters():
                if f"{stem}{letters}".casefold() not in used and is_safe_name(f"{stem}{letters}"):
                    return f"{stem}{letters}"
        numbers = [int(s.id) for s in self.shots if s.id.isascii() and s.id.isdecimal() and len(s.id) < 10]
        number = max(numbers, default=len(self.shots)) + 1
        while f"{number:03d}" in used:
            number += 1
        return f"{number:03d}"


def _letters() -> Iterable[str]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    for first in alphabet:
        for second in alphabet:
            yield first + second
