"""Transitions between segments, from the words that segment lists and master prompts have for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from domain.cut.items import Direction, TransitionKind
from domain.importing import ImportedTransition
from domain.storyboard import Shot
from services.importing.notes import Notes, shown

KEY = "transition_to_next"

_SECONDS: dict[TransitionKind, Fraction] = {"morph": Fraction(1)}
_USUAL = Fraction(1, 2)

_WORDS: tuple[tuple[str, TransitionKind], ...] = (
    (r"morph", "morph"), (r"wipe", "wipe"), (r"white", "fade_white"), (r"black|fade ?out|dip", "fade_black"),
    (r"dissolve|cross ?fade|fade|blend", "dissolve"),
)  # fmt: skip
"""What the words name, the first that fits."""

_STRAIGHT = re.compile(r"(?:(?:hard|straight|jump|smash|match) ?)?cut|none|continuous|no(?: transition)?")
_IN_PLACE = re.compile(
    r"segment\s+(\d{1,6})\s+(?:becomes|turns into|changes into|morphs? into)\s+segment\s+(\d{1,6})\s+in place", re.I
)


def read_transitions(
    rows: Sequence[dict[str, Any]], shots: Sequence[Shot], special: str, notes: Notes
) -> tuple[ImportedTransition, ...]:
    """The transitions that the segments name, each for the shot that comes in by it.

    `special` is what the master prompt says besides: a segment that becomes the next one in place is a morph there.
    """
    morphs = {int(one[1]) for one in _IN_PLACE.finditer(special) if int(one[2]) == int(one[1]) + 1}
    return tuple(_read(rows, shots, morphs, notes))


def _read(
    rows: Sequence[dict[str, Any]], shots: Sequence[Shot], morphs: set[int], notes: Notes
) -> Iterator[ImportedTransition]:
    for number, (row, shot) in enumerate(zip(rows, shots, strict=True), 1):
        given = row.get(KEY)
        words = re.sub(r"[-_\s]+", " ", given.strip().lower()) if isinstance(given, str) else ""
        kind = "morph" if number in morphs else next((k for pattern, k in _WORDS if re.search(pattern, words)), None)
        if kind is None:
            if given and not _STRAIGHT.fullmatch(words):
                what = f"{shown(given)} is no transition that Kinoloom knows; its words are kept."
                notes.add(what, shot=shot.id, field=KEY)
            continue
        if number == len(shots):
            notes.add("was kept aside; there is no segment behind it.", shot=shot.id, field=KEY)
            continue
        into = shots[number].id
        said = " (the master prompt has it in place)" if number in morphs else ""
        notes.add(f"The cut has a {kind.replace('_', ' to ')} there, into shot {into}{said}.", shot=shot.id, field=KEY)
        yield ImportedTransition(
            shot=into, kind=kind, direction=_direction(words), seconds=_SECONDS.get(kind, _USUAL)
        )  # fmt: skip


def _direction(words: str) -> Direction:
    found = re.search(r"\b(right|left|down|up)\b", words)
    match found[1] if found else "":
        case "left":
            return "left"
        case "down":
            return "down"
        case "up":
            return "up"
        case _:
            return "right"
