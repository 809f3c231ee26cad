"""Taking dropped files in: reading them as one storyboard, and keeping the list of what was altered in sight."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from addons.api import Action
from addons.session import View
from addons.uploads import Uploads
from addons.words import named, said, t
from domain.errors import BadInput
from domain.importing import PICTURES, ImportNote, ImportResult, Zipped
from services.importing import Given, import_file, import_given
from services.projects import OpenProject
from services.studio import Studio

ACCEPTED = ".json,.fountain,.spmd,.fdx,.csv,.tsv,.md,.markdown,.txt,.png,.jpg,.jpeg,.webp,.bmp,.tif,.tiff,.zip"
"""File names that the file chooser offers."""

MOST_FILES = 90
"""Most files that one action takes; as many wait for theirs."""

CHOICE = "import.notes"
"""Under which name a project's windows remember the list, so that it stays until it is dismissed."""

_PAGES = {".md", ".markdown"}
_SHOWN = 200


def handed_over(action: Action) -> list[tuple[str, str]]:
    """Token and name of each file that came with an action. Raises BadInput when there are too many."""
    given = action.data.get("files")
    if not isinstance(given, list):
        return [(action.text("token", 80), action.text("name", 200))] if action.text("token") else []
    if len(given) > MOST_FILES:
        raise BadInput(
            f"{len(given)} files came at once; at most {MOST_FILES} are taken.", "Pack them into a zip file."
        )  # fmt: skip
    return [
        (str(file.get("token", ""))[:80], str(file.get("name", ""))[:200]) for file in given if isinstance(file, dict)
    ]


def is_page(name: str) -> bool:
    """Whether a file of that name can be a master prompt."""
    return Path(name).suffix.lower() in _PAGES


def read_files(paths: Sequence[Path]) -> ImportResult:
    """The storyboard in files that were handed over together: one file, with a master prompt beside it if there is one.

    Raises BadInput.
    """
    mains = [path for path in paths if not is_page(path.name)]
    pages = [path for path in paths if is_page(path.name)]
    if not mains:
        mains, pages = pages[:1], pages[1:]
    if len(mains) != 1 or len(pages) > 1:
        names = ", ".join(path.name for path in paths[:5])
        raise BadInput(
            f"One storyboard can be imported at a time, not {len(paths)} files: {names}.",
            "Drop one file, or a segment list together with its master prompt (.md).",
        )
    if not pages:
        return import_file(mains[0])
    with tempfile.TemporaryDirectory(prefix="kinoloom-") as folder:
        main = Path(folder) / mains[0].name
        shutil.copyfile(mains[0], main)
        # The importer finds a master prompt by its name; whatever it was called, it was handed over as one.
        shutil.copyfile(pages[0], Path(folder) / f"master-{pages[0].name}")
        result = import_file(main)
    notes = (n.replace(where=n.where.replace(f"master-{pages[0].name}", pages[0].name)) for n in result.notes)
    result = result.replace(notes=tuple(notes))
    if result.format != "segment list":
        note = ImportNote(where=pages[0].name, what=f"was not used: a {result.format} has no master prompt.")
        result = result.replace(notes=(*result.notes, note))
    return result


def is_picture(name: str) -> bool:
    """Whether a file of that name is a picture, and no storyboard."""
    return Path(name).suffix.lower() in PICTURES


def is_zip(name: str) -> bool:
    """Whether a file of that name holds others: a packed project, or pictures."""
    return name.lower().endswith(".zip")


def read_pictures(files: Sequence[tuple[str, Path]], zipped: Callable[[Path], Zipped]) -> ImportResult | None:
    """The storyboard of pictures that were handed over together, or of those in one zip file; None when there are
    other files alone. `files` are names and where they lie; `zipped` tells what a zip file holds.

    Raises BadInput for pictures beside other files, a packed project, and a zip file without pictures.
    """
    shown = [(name, path) for name, path in files if is_picture(name) or is_zip(name)]
    if not shown:
        return None
    if len(shown) < len(files) or (len(files) > 1 and any(is_zip(name) for name, _ in files)):
        raise BadInput("Pictures and other files were dropped together.", "Drop a storyboard, or pictures, or one zip.")
    name, path = shown[0]
    if not is_zip(name):
        return import_given([Given(name, path) for name, path in shown], t("Pictures"))
    found = zipped(path)
    if found.project:
        raise BadInput(f"{name} is a packed project.", "Drop it in the Project tab.")
    return import_given([Given(member, path, member) for member in found.pictures], name[: -len(".zip")] or name)


def take_pictures(
    project: OpenProject, result: ImportResult, studio: Studio, uploads: Uploads, tokens: Sequence[str]
) -> None:
    """Queue taking the pictures of an import in; files that were handed over stay until that has ended."""
    run = studio.generation.import_pictures(project, result.pictures)
    if run is not None:
        ids = {job.id for job in run.jobs}
        uploads.lend(tokens, lambda: all(job.ended for job in studio.jobs.jobs(project.id) if job.id in ids))


def remember_notes(project: OpenProject, source: str, result: ImportResult) -> dict[str, Any]:
    """Keep the list of what an import altered, until somebody dismisses it; what is kept."""
    kept = {
        "source": source[:200],
        "format": result.format,
        "shots": len(result.storyboard.shots),
        "pictures": len(result.pictures),
        "notes": [[note.where[:200], note.what[:400]] for note in result.notes[:_SHOWN]],
    }
    project.change_ui(choices={**project.ui.choices, CHOICE: kept})
    return kept


def notes_head(view: View) -> dict[str, Any]:
    """What the panel with the list shows; empty when there is none."""
    kept: dict[str, Any] = view.choice(CHOICE, {})
    if not kept.get("source"):
        return {}
    notes = [
        [said(str(note[0])), said(str(note[1]))]
        for note in kept.get("notes", [])
        if isinstance(note, list) and len(note) == 2
    ]
    return {
        "source": str(kept.get("source")),
        "format": named(str(kept.get("format", ""))),
        "shots": kept.get("shots", 0),
        "pictures": kept.get("pictures", 0),
        "notes": notes,
    }


def dismiss_notes(view: View) -> None:
    """The list was read."""
    view.choose(CHOICE, {})
