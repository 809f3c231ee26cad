"""Pictures, clips and films as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol, TypeVar

from domain.answers import Answer
from domain.cut.reel import Reel
from domain.delivery import Delivery
from domain.film import Mastered, SheetCell
from domain.fitting import Fit
from domain.importing import Zipped
from domain.interchange.edits import EditFormat, EditList
from domain.sound.subtitles import Caption
from domain.take import MediaInfo

A = TypeVar("A", bound=Answer)


class Media(Protocol):
    """Decoding, probing and assembling, to the exact frame."""

    def check_table(self, path: Path) -> None:
        """Read a .cube colour table. Raises UnreadableMedia when it is none, damaged, or over the size limit."""
        ...

    def check_image(self, path: Path) -> tuple[int, int]:
        """Width and height of a picture. Raises UnreadableMedia when it is none, damaged, or over the size limit."""
        ...

    def import_image(self, source: Path, target: Path) -> tuple[int, int]:
        """Store a picture of any format as upright 8-bit sRGB PNG at `target`; width and height of it."""
        ...

    def zipped(self, path: Path) -> Zipped:
        """What a zip file holds, told without unpacking it. Raises BadInput when it is none."""
        ...

    def from_zip(self, path: Path, name: str, target: Path) -> None:
        """Write the picture of that name in a zip file to `target`. Raises BadInput, MediaFailed and DiskFull."""
        ...

    def fit_image(self, source: Path, target: Path, frame: tuple[int, int], fit: Fit) -> None:
        """Store a picture as PNG of exactly the frame's width and height, undistorted."""
        ...

    def probe(self, path: Path) -> MediaInfo:
        """What is in a clip; frames are counted by decoding all of it. Raises UnreadableMedia."""
        ...

    def is_black(self, path: Path) -> bool:
        """Whether a picture, or every frame of a clip, is black. Raises UnreadableMedia."""
        ...

    def last_frame(self, clip: Path, target: Path) -> None:
        """Decode the last frame of a clip into a PNG, with the matrix the clip was written with."""
        ...

    def thumbnail(self, source: Path, target: Path, width: int) -> None:
        """A small WebP of a picture, or of the first frame of a clip, `width` pixels wide."""
        ...

    def filmstrip(self, clip: Path, target: Path, frames: int, count: int, width: int) -> None:
        """A WebP of `count` frames side by side, each `width` pixels wide, evenly spread over a clip of `frames`."""
        ...

    def stills(self, clip: Path, frames: Sequence[int], width: int) -> dict[int, bytes]:
        """Small WebP pictures of these frames of a clip, at most `width` pixels wide, by their numbers; those it does
        not have are left out. Raises UnreadableMedia."""
        ...

    def assemble(
        self,
        reel: Reel,
        files: Mapping[str, Path],
        target: Path,
        *,
        width: int,
        height: int,
        delivery: Delivery,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
        sound: Path | None = None,
        captions: Sequence[Caption] = (),
        hardware: bool = False,
        scratch_in: Path | None = None,
    ) -> Mastered:
        """Make the film of a reel: one file (a folder for stills) of exactly the frames that the delivery asks for.

        `files` has the absolute path of each of `reel.files()` by its path in the project; `sound` is a finished mix as
        long as the film, `captions` become a track of subtitles where there is sound. Written under a temporary name
        beside `target`, counted, then renamed; what is needed meanwhile lies in `scratch_in`, by default beside
        `target`. `report` gets frames done and frames in all. Raises BadInput, MediaFailed, DiskFull, and Cancelled
        when `stopped()` turns true; `target` is then as it was.
        """
        ...

    def contact_sheet(
        self, title: str, cells: Sequence[SheetCell], target: Path, *, across: int = 4, down: int = 3
    ) -> None:  # fmt: skip
        """The storyboard on pages of `across` by `down` cells, as .pdf, or .png of one long page.

        Raises BadInput and MediaFailed.
        """
        ...


class Deliveries(Protocol):
    """What films can be written as: the shipped deliveries, with the user's own over them."""

    def all(self) -> list[Delivery]:
        """Every delivery, the shipped ones first."""
        ...

    def problems(self) -> list[str]:
        """Files of the user's that could not be used, in sentences."""
        ...


class Interchange(Protocol):
    """Writes and reads edit lists of editing programs."""

    def write(
        self,
        edits: EditList,
        target: Path,
        form: EditFormat,
        media: Mapping[str, Path],
        report: Callable[[int, int], None],
    ) -> None:
        """Write the list, whole or not at all; a format that bundles takes in `media`, files by their target in the
        list. `report` gets files done and in all. Raises BadInput where the format cannot hold the film's rate."""
        ...

    def read(self, path: Path, rate: Fraction, form: EditFormat | None = None) -> EditList:
        """The list in a file, counted at the film's `rate`; without `form` its name tells. Raises BadInput."""
        ...

    def copy(self, source: Path, target: Path) -> None:
        """Copy a clip to where a list refers to it, whole or not at all; folders are made."""
        ...
