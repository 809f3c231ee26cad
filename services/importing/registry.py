"""Finds out what a file or folder is, by its name and its content, and hands it to the module for that format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.errors import BadInput, NotFound
from domain.importing import ImportResult
from services.importing import gcv, gcv_folder, kinoloom, prose, segments, tables
from services.importing.fdx import import_fdx, is_fdx
from services.importing.folders import files_in, plain_name, written
from services.importing.fountain import import_fountain, is_fountain
from services.importing.master_prompt import find_master_prompt
from services.importing.notes import Notes, kind
from services.importing.pictures import import_pictures
from services.importing.reading import MAX_BYTES, clean, parse_json, printable, read_text

_CURE = (
    "Import a storyboard JSON, a segment list, a Fountain or Final Draft screenplay, a CSV or Markdown table, or plain "
    "text."
)
_READABLE = {".json", ".fountain", ".spmd", ".fdx", ".csv", ".tsv"}


def import_any(path: Path) -> ImportResult:
    """A file or a folder of any format that Kinoloom knows. Raises BadInput, NotFound."""
    return import_folder(path) if _is_folder(path) else import_file(path)


def import_file(path: Path) -> ImportResult:
    """A file of any format that Kinoloom knows; only it and its neighbours in the same project are read.

    Raises BadInput, NotFound; NewerFile for a storyboard.json from a newer Kinoloom.
    """
    notes = Notes()
    return _from_text(read_text(path, notes), path, notes, on_disk=True)


def import_text(text: str, name: str) -> ImportResult:
    """Text that was pasted or uploaded; `name` is its file name, by which its format is told first.

    Raises BadInput. Nothing on disk is read.
    """
    notes = Notes()
    if len(text) > MAX_BYTES:
        raise BadInput(f"{printable(name)} is larger than {MAX_BYTES // 2**20} MiB.", "Import a part of it.")
    return _from_text(clean(text, notes), Path(plain_name(name) or "text"), notes, on_disk=False)


def import_folder(path: Path) -> ImportResult:
    """A project folder of Kinoloom or of the gcv tools, a folder with a storyboard in it, or one with pictures.

    Raises BadInput, NotFound.
    """
    name = printable(path.name or str(path))
    if not _is_folder(path):
        raise NotFound(f"There is no folder {printable(str(path))}.", "Check the path.")
    own = path / "storyboard.json"
    if (path / "project.json").is_file() and own.is_file():
        return import_file(own)
    if gcv_folder.is_gcv_folder(path):
        return gcv_folder.import_gcv_folder(path)
    files = [f for f in files_in(path, _READABLE) if f.name not in (gcv_folder.SELECTION, "project.json")]
    usable: list[tuple[Path, ImportResult]] = []
    refused: list[BadInput] = []
    for file in sorted(files, key=lambda f: -written(f))[:20]:
        try:
            usable.append((file, import_file(file)))
        except BadInput as error:
            refused.append(error)
    if usable:
        return _first(usable, name)
    try:
        return import_pictures(path, Notes())
    except BadInput:
        if refused:
            raise refused[0] from None
        raise


def _first(usable: list[tuple[Path, ImportResult]], folder: str) -> ImportResult:
    file, result = usable[0]
    if len(usable) == 1:
        return result
    notes = Notes()
    others = ", ".join(printable(f.name, 40) for f, _ in usable[1:6])
    notes.add(
        f"is the newest storyboard in {folder}. Import one of these by itself instead: {others}.",
        part=printable(file.name),
    )
    return result.replace(notes=(*notes.listed(), *result.notes))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _from_text(text: str, path: Path, notes: Notes, *, on_disk: bool) -> ImportResult:
    name, suffix = printable(path.name), path.suffix.lower()
    if not text.strip():
        raise BadInput(f"{name} is empty.", "Choose a file with a storyboard in it.")
    match _form(text, suffix):
        case "json":
            return _from_json(parse_json(text, name, notes), path, notes, on_disk=on_disk)
        case "fountain":
            return import_fountain(text, name, notes)
        case "fdx":
            return import_fdx(text, name, notes)
        case "table":
            return tables.import_table(text, name, notes, path.parent if on_disk else None)
        case _:
            return prose.import_prose(text, name, notes)


def is_prose(text: str, name: str = "") -> bool:
    """Whether `import_text` would take this for plain words; `name` is its file name, if it has one."""
    return _form(text, Path(plain_name(name) or "text").suffix.lower()) == "text"


def _form(text: str, suffix: str) -> str:
    if suffix == ".json" or (suffix not in (".fountain", ".csv", ".tsv") and _looks_json(text)):
        return "json"
    if suffix == ".fdx" or (suffix not in (".fountain", ".csv", ".tsv") and is_fdx(text)):
        return "fdx"
    if suffix in (".fountain", ".spmd") or (suffix not in (".csv", ".tsv") and is_fountain(text)):
        return "fountain"
    if suffix in (".csv", ".tsv") or tables.is_markdown_table(text) or tables.is_delimited(text):
        return "table"
    return "text"


def _looks_json(text: str) -> bool:
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return False
    # An idea may begin with a bracket; a list that holds objects is JSON.
    return start == "{" or text[:1000].lstrip()[1:].lstrip()[:1] in ("{", "[", "]", '"')


def _from_json(data: Any, path: Path, notes: Notes, *, on_disk: bool) -> ImportResult:
    name = printable(path.name)
    if kinoloom.is_kinoloom(data):
        return kinoloom.import_kinoloom(data, name, notes)
    if isinstance(data, dict) and isinstance(data.get("selections"), list) and "shots" not in data:
        if not on_disk:
            raise BadInput(f"{name} only says which keyframes were selected.", "Import the project folder instead.")
        return gcv_folder.import_selection(path, data, notes)
    if gcv.is_gcv(data):
        result = gcv.import_gcv(data, name, notes)
        root = gcv_folder.project_root(path) if on_disk else None
        return gcv_folder.with_pictures(result, root, notes) if root else result
    if segments.is_segments(data):
        master = find_master_prompt(path.parent, notes, path.stem) if on_disk else None
        return segments.import_segments(data, name, notes, master)
    hint = " It looks like a ComfyUI workflow." if _is_workflow(data) else ""
    raise BadInput(f"{name} holds {kind(data)} without shots or segments.{hint}", _CURE)


def _is_workflow(data: Any) -> bool:
    if not isinstance(data, dict):
        return False
    return "nodes" in data or any(isinstance(node, dict) and "class_type" in node for node in data.values())
