"""Pictures without words, in a folder or handed over: one shot for each, in natural order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from domain.errors import BadInput
from domain.importing import ImportedPicture, ImportResult
from domain.storyboard import MAX_SHOTS, Shot
from services.importing.folders import PICTURES, files_in, natural
from services.importing.gcv import built
from services.importing.gcv_shot import DEFAULT_SECONDS
from services.importing.naming import Names, safe_id
from services.importing.notes import Notes
from services.importing.reading import clean, printable


class Given(NamedTuple):
    """A picture by its name; with `member` it is the one of that name in the zip file at `path`."""

    name: str
    path: Path
    member: str = ""


def import_pictures(folder: Path, notes: Notes) -> ImportResult:
    """The pictures in a folder. Raises BadInput when there are none."""
    files = files_in(folder, PICTURES)
    if not files:
        raise BadInput(
            f"{printable(folder.name)} holds nothing that can be imported.",
            "Choose a storyboard file, or a folder with pictures.",
        )
    return _as_shots([Given(file.name, file.absolute()) for file in files], folder.name, notes)


def import_given(pictures: Sequence[Given], called: str) -> ImportResult:
    """Pictures that were handed over, in natural order of their names; `called` is the title. Raises BadInput when
    there are none."""
    if not pictures:
        raise BadInput(f"There are no pictures in {printable(called)}.", "Drop pictures, or a zip file of pictures.")
    return _as_shots(sorted(pictures, key=lambda p: natural(p.name)), called, Notes())


def _as_shots(found: Sequence[Given], called: str, notes: Notes) -> ImportResult:
    if len(found) > MAX_SHOTS:
        raise BadInput(
            f"{printable(called)} holds {len(found)} pictures; at most {MAX_SHOTS} can be imported.",
            "Split the folder.",
        )  # fmt: skip
    names = Names()
    shots, pictures = [], []
    for number, (name, path, member) in enumerate(found, 1):
        stem = PurePosixPath(name).stem
        given = names.give(safe_id(stem, f"{number:03d}"))
        # A file name may hold bytes that are no text; they go no further than the path.
        shots.append(Shot(id=given, title=clean(stem, Notes())[:400], seconds=DEFAULT_SECONDS))
        pictures.append(ImportedPicture(shot=given, path=path, member=member, selected=True))
    notes.add(
        f"{len(shots)} pictures became shots of {DEFAULT_SECONDS} seconds each, in the order of their names.",
        part="folder",
    )
    board = built(
        printable(called), title=clean(called, Notes())[:400], shots=tuple(shots),
        extras={"from": {"format": "images"}},
    )  # fmt: skip
    return ImportResult(storyboard=board, format="images", pictures=tuple(pictures), notes=notes.listed())
