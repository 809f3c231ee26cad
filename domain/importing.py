"""What importing a foreign file gives: a storyboard, what the file asks for, and a list of all that was altered."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pydantic import Field

from domain.base import Value
from domain.cut.document import Cut
from domain.cut.items import Direction, ShotItem, Transition, TransitionKind
from domain.cut.reconcile import follow
from domain.names import SafeName
from domain.storyboard import Storyboard
from domain.timing import Rate

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
"""Endings of file names that are pictures."""


class Zipped(Value):
    """What a zip file holds: names of pictures in it, and whether it is a packed project."""

    pictures: tuple[str, ...] = ()
    project: bool = False


class ImportNote(Value):
    """Something the user should know: altered, dropped, kept aside, or assumed.

    `where` names shot and field ("shot 002 · presets.camera"; "storyboard · version"), `what` is one sentence.
    """

    where: str
    what: str

    def __str__(self) -> str:
        """Both as one line."""
        return f"{self.where}: {self.what}"


class ImportedPicture(Value):
    """A picture that came with the storyboard, for the `slot` of `shot`; `path` is absolute and only to be read. With
    `member` it is the picture of that name in the zip file at `path`.

    `selected` tells that it was chosen in the tool it comes from; `variant` is its number there, if it had one.
    """

    shot: SafeName
    slot: str = "start"
    path: Path
    member: str = ""
    selected: bool = False
    variant: int | None = None


class ImportedTransition(Value):
    """How `shot` comes in over the one before it, as the file has it; `seconds` is how long that takes."""

    shot: SafeName
    kind: TransitionKind
    direction: Direction = "right"
    seconds: Fraction = Field(default=Fraction(1, 2), gt=0, le=100)


class ImportResult(Value):
    """An imported storyboard. `width`, `height` (pixels, even) and `rate` are None where the file asks for nothing.

    `format` says what the file was taken for: "gcv 2.2", "segment list", "fountain", "fdx", "table", "images", "text",
    "kinoloom".
    """

    storyboard: Storyboard
    format: str
    width: int | None = Field(default=None, ge=2)
    height: int | None = Field(default=None, ge=2)
    rate: Rate | None = None
    notes: tuple[ImportNote, ...] = ()
    pictures: tuple[ImportedPicture, ...] = ()
    transitions: tuple[ImportedTransition, ...] = ()

    def cut(self, rate: Fraction) -> Cut | None:
        """The cut of a new film of it at `rate`: the storyboard's order with these transitions; None without any."""
        if not self.transitions:
            return None
        found = {
            one.shot: Transition(kind=one.kind, direction=one.direction, frames=max(2, round(one.seconds * rate)))
            for one in self.transitions
        }
        cut, _ = follow(Cut(), [shot.id for shot in self.storyboard.shots])
        items = tuple(
            item.replace(into=found[item.shot]) if isinstance(item, ShotItem) and item.shot in found else item
            for item in cut.items
        )
        return cut.replace(items=items)
