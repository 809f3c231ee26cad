"""What a format cannot hold, told by reading the export back and comparing it with the storyboard, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.storyboard import CAST, SHOT_FIELDS, Entity, EntityState, Shot, Storyboard

SHOT_LABELS: dict[str, str] = {
    "title": "titles", "prompt": "line breaks in the words", "description": "notes", "negative": "negative words",
    "seconds": "lengths (they are estimated when it is read)", "size": "shot sizes", "characters": "who is in a shot",
    "objects": "objects", "location": "locations", "look": "looks", "dialogue": "who speaks, or what is said, exactly",
    "sound": "sounds", "carry": "how much of the picture before is carried over", "mask": "masks",
    "presets.style": "styles", "presets.lighting": "lighting", "presets.mood": "moods",
    "presets.time_of_day": "times of day", "presets.composition": "composition", "presets.color_grade": "color grades",
    "presets.camera": "cameras", "presets.motion": "motion", "overrides.image": "keyframe prompts written by hand",
    "overrides.video": "clip prompts written by hand", "overrides.negative": "negatives written by hand",
    "image.seed": "keyframe seeds", "image.steps": "keyframe steps", "image.cfg": "keyframe guidance",
    "video.seed": "clip seeds", "video.steps": "clip steps", "video.cfg": "clip guidance",
    "video.motion_strength": "motion strengths",
}  # fmt: skip
"""Fields of a shot, in words."""

CAST_LABELS: dict[str, str] = {
    "name": "names", "description": "sentences", "clothing": "clothing", "style": "styles", "negative": "negatives",
    "voice": "voices", "aliases": "further names", "seed": "seeds", "seeds": "how seeds go on",
    "references": "reference pictures", "lora": "LoRA files", "strength": "LoRA strengths",
    "states": "states over time",
}  # fmt: skip
"""Fields of the cast, in words."""

BOARD_LABELS: dict[str, str] = {
    "title": "the title", "description": "what it is about", "style": "the style of the whole film",
    "never": "what must never appear", "seed": "the film's seed",
}  # fmt: skip
"""The storyboard's own fields, in words."""


def lost(board: Storyboard, back: Storyboard) -> dict[str, int]:
    """Fields ("shot.title", "cast.voice", "board.style") that differ in `back`, and in how many shots or of the cast.

    Ids of the cast do not count, only who is meant; nor does what is not edited.
    """
    found: dict[str, int] = {}

    def miss(field: str) -> None:
        found[field] = found.get(field, 0) + 1

    for name in BOARD_LABELS:
        if getattr(board, name) != getattr(back, name):
            miss(f"board.{name}")
    if len(board.shots) != len(back.shots):
        found["shots"] = len(board.shots)
        return found
    for mine, theirs in zip(board.shots, back.shots, strict=True):
        if mine.id != theirs.id:
            miss("shot.id")
        for path in SHOT_LABELS:
            if _seen(board, mine, path) != _seen(back, theirs, path):
                miss(f"shot.{path}")
    for kind in CAST:
        others = {_called(e): e for e in back.entities(kind)}
        for entity in board.entities(kind):
            other = others.get(_called(entity))
            for name in _differing(entity, other, board, back):
                miss(f"cast.{name}")
    return found


def grouped(missing: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The labels of those fields, under "shots", "cast" and "film"; only those of which there are some."""
    parts = (("shots", "shot", SHOT_LABELS), ("cast", "cast", CAST_LABELS), ("film", "board", BOARD_LABELS))
    found = {
        whose: tuple(label for name, label in labels.items() if f"{prefix}.{name}" in missing)
        for whose, prefix, labels in parts
    }
    return {whose: labels for whose, labels in found.items() if labels}


def sentences(missing: Mapping[str, int]) -> tuple[str, ...]:
    """The same for people; empty when nothing is lost."""
    groups = grouped(missing)
    found = [f"Of the {whose}, this format does not keep: {', '.join(labels)}." for whose, labels in groups.items()]
    return (*found, *other(missing))


def other(missing: Mapping[str, int]) -> tuple[str, ...]:
    """What is lost besides fields, in sentences."""
    found = ["The shots are divided otherwise when this is read back."] if "shots" in missing else []
    if "shot.id" in missing:
        found.append(f"{missing['shot.id']} shots get other ids when this is read back.")
    return tuple(found)


def _seen(board: Storyboard, shot: Shot, path: str) -> Any:
    outer, _, inner = path.partition(".")
    value = getattr(shot, outer)
    if inner:
        return getattr(value, inner)
    kind = next((k for k, field in SHOT_FIELDS.items() if field == outer), None)
    if kind is None:
        return value
    names = {e.id: _called(e) for e in board.entities(kind)}
    if isinstance(value, str):
        return names.get(value, value.casefold())
    return [names.get(i, i.casefold()) for i in value]


def _differing(entity: Entity, other: Entity | None, board: Storyboard, back: Storyboard) -> Iterator[str]:
    plain = Entity(id="x", name=entity.name) if other is None else other
    if other is None:
        yield "name"
    for name in CAST_LABELS:
        if name == "states":
            if [_state(s, entity, board) for s in entity.states] != [_state(s, plain, back) for s in plain.states]:
                yield name
        elif name != "name" and getattr(entity, name) != getattr(plain, name):
            yield name


def _state(state: EntityState, entity: Entity, board: Storyboard) -> tuple[object, ...]:
    """A state by the places of the shots it holds for; its name where it is another than the entity's."""
    last = len(board.shots) - 1
    ends = (
        board.places.get(state.first, 0) if state.first else 0,
        board.places.get(state.last, last) if state.last else last,
    )
    name = "" if state.name == entity.name else state.name
    return (*ends, name, state.description, state.clothing, state.negative, state.references)


def _called(entity: Entity) -> str:
    return (entity.name or entity.id).casefold()
