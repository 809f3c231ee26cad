"""The finished film and what it was made of."""

from __future__ import annotations

from pydantic import Field

from domain.base import Value
from domain.take import MediaInfo
from domain.timing import Rate


class FilmShot(Value):
    """One shot in the film: its first frame (0-based), its frames, and the takes behind it, by segment.

    `stale` tells that a take's inputs had changed when the film was made.
    """

    shot: str
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    takes: tuple[str, ...]
    stale: bool = False


class FilmReport(Value):
    """One film file. `frames` was counted in the file and equals the sum over its shots."""

    name: str
    width: int
    height: int
    rate: Rate
    frames: int
    quality: str
    made: str
    shots: tuple[FilmShot, ...]
    info: MediaInfo
    file: str = ""
