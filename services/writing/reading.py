"""Bringing whatever was written into one form: cells of text in order, each with what is known of its shot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from domain.draft import Brief
from domain.errors import BadInput
from domain.importing import ImportNote
from domain.storyboard import MAX_TEXT, Shot, Storyboard
from services.importing import import_text, is_prose
from services.importing.estimate import estimated_seconds
from services.importing.prose import read_prose
from services.importing.sentences import sentences
from services.importing.tables import heading_field
from services.writing.stated import stated_seconds

_DEEPEST = 3


@dataclass(frozen=True)
class Cell:
    """A sentence, an entry of a list, or a shot that is given; cells of one `scene` belong together.

    `seconds` is the length that is stated, `shot` what is known of it.
    """

    text: str
    scene: int
    shot: Shot
    seconds: Fraction | None = None

    @property
    def weight(self) -> Fraction:
        """How long it would last by its words, in seconds."""
        return self.seconds or estimated_seconds(self.text, self.shot.dialogue)


@dataclass(frozen=True)
class Source:
    """All cells with the storyboard that they come from. `given` tells that they are a list, which stays as it is."""

    board: Storyboard
    cells: Sequence[Cell]
    given: bool
    notes: tuple[ImportNote, ...] = field(default=())


def read_source(brief: Brief, board: Storyboard | None = None) -> Source:
    """The cells of a brief; of `board` when it brings no text. Raises BadInput when there is nothing to film."""
    name = brief.name or "The text"
    if not brief.text.strip():
        if brief.mode != "expand" or board is None or not board.shots:
            raise BadInput("There is nothing to write from.", "Write an idea, a page, or a list of shots.")
        return _from_board(board, given=True, notes=())
    if not is_prose(brief.text, brief.name):
        result = import_text(brief.text, brief.name or "idea")
        given = brief.mode == "expand" or result.format not in ("fountain", "fdx")
        return _from_board(result.storyboard, given=given, notes=result.notes)
    prose = read_prose(brief.text, name)
    given = brief.mode == "expand" or prose.listed
    cells = []
    for number, part in enumerate(prose.parts):
        pieces = [part] if given and len(prose.parts) > 1 else sentences(part)
        scene = 0 if given else number
        for piece in (short for whole in pieces for short in in_bounds(whole)):
            cells.append(Cell(piece, scene, Shot(id="x"), stated_seconds(piece)))
    return Source(Storyboard(title=prose.title), cells, given)


def _from_board(board: Storyboard, *, given: bool, notes: tuple[ImportNote, ...]) -> Source:
    cells = []
    for number, shot in enumerate(board.shots):
        known = shot.seconds if has_length(shot) else stated_seconds(shot.prompt)
        if given:
            cells.append(Cell(shot.prompt, _scene(board, number), shot, known))
            continue
        pieces = sentences(shot.prompt) or [shot.prompt]
        for place, piece in enumerate(pieces):
            # what is spoken in a scene is heard at its end
            here = shot if place == len(pieces) - 1 else shot.replace(dialogue="")
            cells.append(Cell(piece, number, here, stated_seconds(piece)))
    return Source(board, cells, given, notes)


def _scene(board: Storyboard, number: int) -> int:
    """A scene goes on while the location is the same."""
    while number and board.shots[number].location == board.shots[number - 1].location:
        number -= 1
    return number


def in_bounds(text: str) -> list[str]:
    """The text in pieces that a shot can hold, cut between words where there are blanks."""
    found = []
    while len(text) > MAX_TEXT:
        cut = text.rfind(" ", MAX_TEXT // 2, MAX_TEXT)
        cut = cut if cut > 0 else MAX_TEXT
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*found, text] if text else found


def has_length(shot: Shot) -> bool:
    """Whether the file that a shot came from, or a person, has given its length; else it was estimated."""
    if "from" not in shot.extras:
        return bool(shot.seconds != Shot.model_fields["seconds"].default)
    source = shot.extras.get("source")
    return isinstance(source, dict) and _names_length(source, _DEEPEST)


def _names_length(source: dict[str, Any], depth: int) -> bool:
    for key, value in source.items():
        if heading_field(key) == "duration" and value not in (None, ""):
            return True
        if depth and isinstance(value, dict) and _names_length(value, depth - 1):
            return True
    return False
