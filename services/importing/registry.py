"""Finds out what a file is, by its name and its content, and hands it to the module for that format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.errors import BadInput
from domain.importing import ImportResult
from services.importing import gcv, segments
from services.importing.master_prompt import find_master_prompt
from services.importing.notes import Notes, kind
from services.importing.reading import clean, parse_json, printable, read_text


def import_any(path: Path) -> ImportResult:
    """A file or a folder of any format. Raises BadInput, NotFound."""
    return import_file(path)


def import_folder(path: Path) -> ImportResult:
    """A folder."""
    raise BadInput("soon")


def import_file(path: Path) -> ImportResult:
    """A file of any format. Raises BadInput, NotFound."""
    notes = Notes()
    return from_text(read_text(path, notes), path, notes)


def import_text(text: str, name: str) -> ImportResult:
    """Text that was pasted or uploaded; `name` is its file name, with which its format is told."""
    notes = Notes()
    return from_text(clean(text, notes), Path(name), notes)


def from_text(text: str, path: Path, notes: Notes) -> ImportResult:
    """soon"""
    return from_json(parse_json(text, printable(path.name), notes), path, notes)


def from_json(data: Any, path: Path, notes: Notes) -> ImportResult:
    """A JSON value of any known shape."""
    name = printable(path.name)
    if gcv.is_gcv(data):
        return gcv.import_gcv(data, name, notes)
    if segments.is_segments(data):
        return segments.import_segments(data, name, notes, find_master_prompt(path.parent, notes))
    raise BadInput(f"{name} holds {kind(data)} that is no storyboard.", "soon")
