"""An edit list as editing programs know it: clips, gaps and transitions in film order, with where their media lie."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field

from domain.base import Value
from domain.cut.items import TransitionKind
from domain.timing import Rate

EditFormat = Literal["otio", "otioz", "fcpxml", "fcp7", "edl"]


class ExportFormat(Value):
    """One way of writing an edit list, and how its file's name ends."""

    id: EditFormat
    title: str
    ending: str


FORMATS: tuple[ExportFormat, ...] = (
    ExportFormat(id="otio", title="OpenTimelineIO (Resolve, Avid, Hiero, Blender)", ending=".otio"),
    ExportFormat(id="otioz", title="OpenTimelineIO with its media, one file", ending=".otioz"),
    ExportFormat(id="fcpxml", title="FCPXML (Final Cut Pro, Resolve)", ending=".fcpxml"),
    ExportFormat(id="fcp7", title="Final Cut Pro 7 XML (Premiere Pro, Resolve)", ending=".xml"),
    ExportFormat(id="edl", title="CMX 3600 EDL (any editing program)", ending=".edl"),
)
"""The formats there are."""


class MediaFile(Value):
    """A file a clip can show. `target` is its path from the edit list's folder, with forward slashes.

    `key` names it among those of one clip. It has `frames` frames at the film's rate; its frame `origin` is the first
    of the shot (or card). `take` and `segment` tell which take it is; a file of the whole shot has no `take`, but where
    it shows other takes than the cut does, one for each segment in `takes`. `alias` is the name it has where it was
    copied.
    """

    key: str = Field(min_length=1)
    target: str
    frames: int = Field(ge=1)
    origin: int = 0
    width: int = Field(ge=2)
    height: int = Field(ge=2)
    audio: bool = False
    take: str = ""
    segment: int = 0
    takes: tuple[str, ...] = ()
    alias: str = ""


class Mark(Value):
    """A marker at frame `first` of a clip's media: a short `name` and what there is to say."""

    first: int = 0
    name: str
    text: str = ""


class Join(Value):
    """A transition into an entry, `before` frames on the side of the one before it and `after` on its own.

    `kind` is None where the format only tells that it is no straight cut and no wipe.
    """

    kind: TransitionKind | None = "dissolve"
    before: int = Field(default=0, ge=0)
    after: int = Field(default=0, ge=0)

    @property
    def frames(self) -> int:
        """How long it is."""
        return self.before + self.after


class ClipEntry(Value):
    """`frames` film frames of a file, from its frame `start` on, at `speed`.

    `id` is that of the cut's item (empty: the file that was read does not tell), `active` the key of the file it shows.
    `slack` is by how many frames the format may have rounded `start`. `extras` go along where the format can hold them.
    """

    kind: Literal["clip"] = "clip"
    id: str = ""
    name: str = ""
    start: int = 0
    frames: int = Field(ge=0)
    speed: Fraction = Fraction(1)
    media: tuple[MediaFile, ...] = ()
    active: str = ""
    target: str = ""
    into: Join | None = None
    marks: tuple[Mark, ...] = ()
    slack: int = Field(default=0, ge=0)
    extras: dict[str, Any] = Field(default_factory=dict)

    @property
    def shown(self) -> MediaFile:
        """The file it shows. Raises StopIteration when there is none of that key."""
        return next(file for file in self.media if file.key == self.active)


class GapEntry(Value):
    """`frames` film frames of black."""

    kind: Literal["gap"] = "gap"
    id: str = ""
    name: str = ""
    frames: int = Field(ge=0)
    into: Join | None = None


Entry = Annotated[ClipEntry | GapEntry, Field(discriminator="kind")]


class SoundEntry(Value):
    """Sound from film frame `first` on: `frames` film frames of a file, from `start` (film frames) on."""

    name: str
    target: str
    first: int = Field(ge=0)
    frames: int = Field(ge=1)
    start: int = Field(default=0, ge=0)
    length: int = Field(ge=1)


class SoundTrack(Value):
    """Sounds that do not overlap, in order."""

    name: str
    entries: tuple[SoundEntry, ...]


class EditList(Value):
    """A cut as it is handed over, or as it came back. `rate`, `width` and `height` are the film's.

    `exact` is False where the format rounds speeds; `heads` is False where it has no transition at the film's head.
    `cuts` tells how the format says where the cut lies in a transition: exactly, that it is about the middle, or not at
    all, so that every transition begins at its cut.
    """

    name: str = ""
    rate: Rate
    width: int = Field(default=1280, ge=2)
    height: int = Field(default=720, ge=2)
    entries: tuple[Entry, ...] = ()
    sounds: tuple[SoundTrack, ...] = ()
    notes: tuple[str, ...] = ()
    exact: bool = True
    heads: bool = True
    cuts: Literal["told", "middle", "start"] = "told"

    @property
    def frames(self) -> int:
        """How long the film is."""
        return sum(entry.frames for entry in self.entries)
