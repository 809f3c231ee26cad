"""The finished film and what it was made of."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.base import Value
from domain.quality.filmcheck import FilmCheck
from domain.quality.values import Expectation
from domain.sound.report import MixReport
from domain.sound.tracks import Subtitles
from domain.take import MediaInfo
from domain.timing import Rate


class FilmShot(Value):
    """A shot's item in the film: its first frame (0-based), its frames, and the takes behind it, by segment.

    `item` is its id in the cut, `look` a hash of all that was done to it there; both are empty in films of older
    versions. `stale` tells that a take's inputs had changed when the film was made.
    """

    shot: str
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    takes: tuple[str, ...]
    stale: bool = False
    item: str = ""
    look: str = ""


class FilmCard(Value):
    """A title or a gap in the film."""

    item: str
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    look: str


class Mastered(Value):
    """What was written: counted and probed in the file, by which encoder, and whether packets were copied."""

    info: MediaInfo
    encoder: str = ""
    way: Literal["copy", "encode"] = "encode"


class FilmReport(Value):
    """One film. `frames` was counted in the file and is what the cut and the delivery come to.

    `delivery` is the id of what it was written as ("film": in its own size), `encoder` what wrote it (empty: packets
    were copied). `file` is where it lies when that is not the project's own folder. `seconds` it took to make. `sound`
    is what was measured in its mix, None where none was made; `subtitles` is what became of them. `upscaled` and
    `interpolated` are the workflows whose clips stand in for takes' own; empty where none does. `ordered` is what its
    check goes by, `checked` what that found; None in films that were not checked.
    """

    name: str
    width: int
    height: int
    rate: Rate
    frames: int
    quality: str
    made: str
    shots: tuple[FilmShot, ...]
    cards: tuple[FilmCard, ...] = ()
    info: MediaInfo
    file: str = ""
    delivery: str = "film"
    encoder: str = ""
    seconds: float = Field(default=0, ge=0)
    sound: MixReport | None = None
    subtitles: Subtitles = "none"
    upscaled: str = ""
    interpolated: str = ""
    ordered: Expectation | None = None
    checked: FilmCheck | None = None


class SheetCell(Value):
    """One shot on a contact sheet: a picture's absolute path (empty: none yet), a heading, its time, its words, and who
    and what is in it."""

    picture: str = ""
    heading: str
    time: str
    words: str = ""
    cast: str = ""
