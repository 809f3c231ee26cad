"""How many shots a text gets, and which of its words go into which."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from domain.storyboard import MAX_SHOTS, MAX_TEXT
from services.importing.sentences import clauses
from services.writing.reading import Cell

_SHORTEST, _LONGEST = Fraction(2), Fraction(10)
"""Seconds of a shot between which their number is left as the text has it."""


def fitting_count(cells: Sequence[Cell], seconds: Fraction | None, wanted: int | None, frames: int | None) -> int:
    """How many shots: what is wanted, else as many as the text has sentences while that makes shots of two to ten
    seconds. Never more than there are frames."""
    count = wanted or len(cells)
    if wanted is None and seconds is not None:
        low, high = math.ceil(seconds / _LONGEST), max(1, math.floor(seconds / _SHORTEST))
        count = min(max(count, low), high)
    # no shot holds more text than its field does
    most = MAX_SHOTS if frames is None else max(1, min(MAX_SHOTS, frames))
    return min(max(count, 1), most)


def grouped(cells: Sequence[Cell], count: int) -> list[Cell]:
    """The cells as `count` shots: neighbours joined, within their scenes as long as that goes, or long ones divided.

    More than `count` come back where a shot could not hold the words of several.
    """
    return _joined(cells, count) if count < len(cells) else _divided(list(cells), count)


def _joined(cells: Sequence[Cell], count: int) -> list[Cell]:
    total = sum((c.weight for c in cells), Fraction(0))
    share, found, now, passed = total / count, list[list[Cell]](), list[Cell](), Fraction(0)
    length = 0
    for index, cell in enumerate(cells):
        left, groups = len(cells) - index, count - len(found)
        full = passed + cell.weight / 2 > share * (len(found) + 1)
        new_scene = bool(now) and now[-1].scene != cell.scene and passed > share * len(found) + share / 3
        room = length + 1 + len(cell.text) <= MAX_TEXT
        if now and (not room or (groups > 1 and (full or new_scene or left < groups))):
            found.append(now)
            now, length = [], 0
        now.append(cell)
        length += len(cell.text) + 1
        passed += cell.weight
    found.append(now)
    return [_one(group) for group in found]


def _one(group: Sequence[Cell]) -> Cell:
    if len(group) == 1:
        return group[0]
    last = group[-1]
    stated = [c.seconds for c in group if c.seconds is not None]
    spoken = "\n".join(dict.fromkeys(c.shot.dialogue for c in group if c.shot.dialogue))
    return replace(
        last, text=" ".join(c.text for c in group), scene=group[0].scene,
        seconds=sum(stated, Fraction(0)) if len(stated) == len(group) else None,
        shot=last.shot.replace(dialogue=spoken[:MAX_TEXT]),
    )  # fmt: skip


def _divided(cells: list[Cell], count: int) -> list[Cell]:
    """Clauses become shots first; where none are left, the longest are seen twice, differently framed."""
    pieces: list[list[Cell]] = []
    for cell in cells:
        parts = clauses(cell.text)
        pieces.append([replace(cell, text=part, seconds=None) for part in parts] if cell.seconds is None else [cell])
    missing = count - len(cells)
    order = sorted(range(len(cells)), key=lambda i: (-len(pieces[i]), i))
    split: dict[int, int] = {}
    for index in order:
        extra = min(missing, len(pieces[index]) - 1)
        if extra <= 0:
            break
        split[index] = extra + 1
        missing -= extra
    found: list[Cell] = []
    for index, cell in enumerate(cells):
        found += _joined(pieces[index], split[index]) if index in split else [cell]
    if missing:
        times = [1] * len(found)
        each = sorted(range(len(found)), key=lambda i: (-found[i].weight, i))
        whole, rest = divmod(missing, len(found))
        for place, index in enumerate(each):
            times[index] += whole + (place < rest)
        found = [
            replace(cell, seconds=cell.seconds / times[i] if cell.seconds else None)
            for i, cell in enumerate(found)
            for _ in range(times[i])
        ]
    return found
