"""A folder of pictures: one shot for each, in natural order."""

from __future__ import annotations

from pathlib import Path

from domain.errors import BadInput
from domain.importing import ImportedPicture, ImportResult
from domain.storyboard import MAX_SHOTS, Shot
from services.importing.folders import PICTURES, files_in
from services.importing.gcv import built
from services.importing.gcv_shot import DEFAULT_SECONDS
from services.importing.naming import Names, safe_id
from services.importing.notes import Notes
from services.importing.reading import clean, printable


def import_pictures(folder: Path, notes: Notes) -> ImportResult:
    """The pictures in a folder. Raises BadInput when there are none."""
    files = files_in(folder, PICTURES)
    name = printable(folder.name)
    if not files:
        raise BadInput(
            f"{name} holds nothing that can be imported.", "Choose a storyboard file, or a folder with pictures."
        )
    if len(files) > MAX_SHOTS:
        raise BadInput(f"{name} holds {len(files)} pictures; at most {MAX_SHOTS} can be imported.", "Split the folder.")
    names = Names()
    shots, pictures = [], []
    for number, file in enumerate(files, 1):
        given = names.give(safe_id(file.stem, f"{number:03d}"))
        # A file name may hold bytes that are no text; they go no further than the path.
        shots.append(Shot(id=given, title=clean(file.stem, Notes())[:400], seconds=DEFAULT_SECONDS))
        pictures.append(ImportedPicture(shot=given, path=file.absolute(), selected=True))
    notes.add(
        f"{len(shots)} pictures became shots of {DEFAULT_SECONDS} seconds each, in the order of their names.",
        part="folder",
    )
    board = built(
        name, title=clean(folder.name, Notes())[:400], shots=tuple(shots), extras={"from": {"format": "images"}}
    )
    return ImportResult(storyboard=board, format="images", pictures=tuple(pictures), notes=notes.listed())
