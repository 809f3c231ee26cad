"""Reference sheets: one picture of someone or something, to be the same in every shot.

A sheet is drawn like a keyframe, of a shot that is not in the film. Its pictures lie among the keyframes, under an id
that tells whose they are.
"""

from __future__ import annotations

import hashlib

from domain.names import is_safe_name
from domain.prompting.cast import Present
from domain.storyboard import CAST, CastKind, Entity, Overrides, Shot, Storyboard

PREFIX = "cast."
"""What the ids of sheets begin with."""

_WORDS: dict[CastKind, str] = {
    "characters": "Character reference sheet of one person, shown three times side by side: from the front, from the "
    "side, from behind. Full body, neutral pose, same face and clothes each time, plain light grey background.",
    "objects": "Reference picture of one object, shown three times side by side: from the front, from the side, from "
    "above. Plain light grey background, even light.",
    "locations": "Wide view of a place without people, even daylight, everything in focus.",
    "looks": "A still life of a chair, a window and a plant, as an example of a look.",
}


def sheet_id(kind: CastKind, entity_id: str) -> str:
    """The id of the shot that stands for the sheet."""
    name = f"{PREFIX}{kind}.{entity_id}"
    if len(name) <= 64 and is_safe_name(name):
        return name
    return f"{PREFIX}{kind}.{hashlib.sha256(entity_id.encode()).hexdigest()[:24]}"


def sheet_owner(shot_id: str, board: Storyboard) -> tuple[CastKind, Entity] | None:
    """Whose sheet that shot stands for; None for a shot of the film, and for one who is gone."""
    if not shot_id.startswith(PREFIX) or shot_id in board.places:
        return None
    for kind in CAST:
        for entity in board.entities(kind):
            if sheet_id(kind, entity.id) == shot_id:
                return kind, entity
    return None


def with_sheet(board: Storyboard, shot_id: str) -> Storyboard:
    """The storyboard with the shot that stands for a sheet at its end; as it is for any other id."""
    owner = sheet_owner(shot_id, board)
    return board if owner is None else board.replace(shots=(*board.shots, _sheet(board, shot_id, *owner)))


def _sheet(board: Storyboard, shot_id: str, kind: CastKind, entity: Entity) -> Shot:
    who = Present(kind, entity, None, "")
    about = (who.description, who.clothing, who.entity.style, board.style if kind != "looks" else "")
    text = " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in about if part.strip())
    prompt = f"{_WORDS[kind]} {who.name}: {text}".strip()
    return Shot(
        id=shot_id, title=f"Sheet of {who.name}"[:400], prompt=prompt, negative=who.negative, size="full",
        overrides=Overrides(image=prompt), extras={"sheet": kind},
    )  # fmt: skip
