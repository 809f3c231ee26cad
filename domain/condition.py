"""In what condition a project's folder is: what lies in it, and what is wrong with that."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from domain.base import Value
from domain.job import Run

IrregularityKind = Literal["missing", "damaged", "newer", "orphan", "leftover", "set aside"]
"""missing: named by something and not there; damaged: there, and not what it was; newer: of a newer Kinoloom;
orphan: media that nothing tells anything about; leftover: of work that was interrupted; set aside: a document that
could not be read, kept under another name."""

WRONG: frozenset[IrregularityKind] = frozenset({"missing", "damaged", "newer"})
"""What takes something away from the film; the rest only takes room."""


class Irregularity(Value):
    """One thing that is not as it should be. `path` is relative to the project, `may_move` tells that nothing needs
    it, so that it can go to the trash."""

    kind: IrregularityKind
    path: str
    what: str
    cure: str = ""
    may_move: bool = False

    @property
    def wrong(self) -> bool:
        """Whether something is lost or cannot be used because of it."""
        return self.kind in WRONG


class Vouched(Value):
    """A media file that a sidecar tells about. Where the sidecar does not say, `sha256` is empty and the numbers 0;
    `size` is in bytes. `title` names it for people."""

    kind: Literal["picture", "last frame", "clip", "film", "sound", "colour table"]
    path: str
    title: str
    sha256: str = ""
    size: int = Field(default=0, ge=0)
    width: int = Field(default=0, ge=0)
    height: int = Field(default=0, ge=0)
    frames: int = Field(default=0, ge=0)


class Pick(Value):
    """A file that a document names for the film: chosen for a shot, laid into its sound, or colouring it."""

    title: str
    path: str


class Inventory(Value):
    """What lies in a project's folder: the media, what is picked, how many documents were read, and what was wrong
    with the names and the documents alone."""

    media: tuple[Vouched, ...] = ()
    picks: tuple[Pick, ...] = ()
    documents: int = Field(default=0, ge=0)
    irregular: tuple[Irregularity, ...] = ()


class Condition(Value):
    """What a look at a project found. `pictures`, `clips` and `films` were decoded whole, `documents` and colour
    `tables` read, `sounds` hashed."""

    project: str
    documents: int = 0
    pictures: int = 0
    clips: int = 0
    films: int = 0
    sounds: int = 0
    tables: int = 0
    irregular: tuple[Irregularity, ...] = ()

    @property
    def well(self) -> bool:
        """Whether nothing is missing, damaged, or of a newer version."""
        return not any(found.wrong for found in self.irregular)


class Moved(Value):
    """Something that went to the trash; both paths are relative to the project."""

    path: str
    to: str


class ProjectFacts(Value):
    """A project's documents as they are stored. `board` is the storyboard, `writings` are all the JSON data that may
    hold words of a person: the documents, their earlier versions, and the requests of what was made."""

    project: dict[str, Any] = Field(default_factory=dict)
    board: Any = None
    runs: tuple[Run, ...] = ()
    writings: tuple[Any, ...] = ()
