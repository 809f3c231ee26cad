"""Which seed a shot's picture and clip get: its own, the series of whoever is in it, the film's, or one of Kinoloom's.

A series begins at a number, usually a thousand, and its shots step through the thousand that begins there, ten for
each shot, so that the variants of one do not run into the next. The step comes from the shot's id and not from its
place, so that a shot keeps its seed when others are moved or added.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import Literal, NamedTuple

from domain.project import Project
from domain.prompting.cast import present
from domain.storyboard import Entity, Shot, Storyboard

SERIES = 1000
"""Seeds in a series."""

STEP = 10
"""Seeds from one shot to the next."""


class SeedChoice(NamedTuple):
    """The `number` that is used, the `rule` as requests have it ("fixed:42", "series:1000", "random", "auto:7"), and
    `whose` it is: a name, "the film", or empty when it is the shot's own or Kinoloom's. With the rule "random" the
    number only stands in until one is drawn."""

    number: int
    rule: str
    whose: str = ""


def shot_seed(project: Project, board: Storyboard, shot: Shot, kind: Literal["image", "video"]) -> SeedChoice:
    """The seed of the shot's picture or clip."""
    own = (shot.image if kind == "image" else shot.video).seed
    if own is not None:
        rule = "random" if own < 0 else f"fixed:{own}"
        return SeedChoice(_chosen(project, shot, kind) if own < 0 else own, rule)
    owner = _owner(shot, board)
    if owner is not None and owner.seed is not None:
        name = owner.name or owner.id
        if owner.seed < 0:
            return SeedChoice(_chosen(project, shot, kind), "random", name)
        if owner.seeds == "fixed":
            return SeedChoice(owner.seed, f"fixed:{owner.seed}", name)
        return SeedChoice(_stepped(owner.seed, shot), f"series:{owner.seed}", name)
    if board.seed is not None:
        return SeedChoice(_stepped(board.seed, shot), f"series:{board.seed}", "the film")
    return SeedChoice(_chosen(project, shot, kind), f"auto:{project.seed}")


def _owner(shot: Shot, board: Storyboard) -> Entity | None:
    """Whose series the shot takes: the first of its cast that has one, characters before objects before the place."""
    return next((p.entity for p in present(shot, board) if p.entity.seed is not None), None)


def _stepped(first: int, shot: Shot) -> int:
    digits = re.match(r"\d+", shot.id)
    number = int(digits[0][-9:]) if digits else 0
    odd = 0 if shot.id.isdecimal() else zlib.crc32(shot.id.encode()) % (SERIES if not digits else STEP)
    return int((first + (number * STEP + odd) % SERIES) % 2**64)


def _chosen(project: Project, shot: Shot, kind: str) -> int:
    """Stable for the shot, different between shots."""
    text = f"{project.seed}:{shot.id}:{kind}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
