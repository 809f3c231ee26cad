"""Kinoloom's own storyboard.json, brought into another project."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from domain.errors import BadInput, NewerFile
from domain.importing import ImportResult
from domain.storyboard import Storyboard
from services.importing.notes import Notes, shown

SCHEMA = "kinoloom/storyboard"
VERSION = 2
"""Newest version of the document that is read; the project store writes the same."""


def is_kinoloom(data: Any) -> bool:
    """Whether a JSON value is a storyboard of ours, with its schema name or by its shots."""
    if not isinstance(data, dict):
        return False
    if isinstance(data.get("schema"), str):
        return str(data["schema"]).startswith("kinoloom/")
    shots = data.get("shots")
    return (
        isinstance(shots, list)
        and bool(shots)
        and all(isinstance(s, dict) and {"id", "presets", "seconds"} <= s.keys() for s in shots)
    )


def import_kinoloom(data: dict[str, Any], name: str, notes: Notes) -> ImportResult:
    """A storyboard document. Raises BadInput, and NewerFile for one from a newer Kinoloom."""
    fields = dict(data)
    schema, version = fields.pop("schema", SCHEMA), fields.pop("version", VERSION)
    if schema != SCHEMA:
        raise BadInput(
            f"{name} is a {shown(schema)} document, not a storyboard.", "Choose storyboard.json in that folder."
        )
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BadInput(f"{name} has no version number.", "Choose a storyboard.json that Kinoloom wrote.")
    if version > VERSION:
        raise NewerFile(
            f"{name} was written by a newer Kinoloom: it has version {version}, this one reads up to {VERSION}.",
            "Import it with the newer Kinoloom.",
        )
    try:
        board = Storyboard.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "its content"
        raise BadInput(f"{name}: {where} was not accepted: {first['msg']}.", "Correct it and import again.") from None
    notes.add("Pictures and takes stay where they are; only the storyboard was imported.", part="project")
    return ImportResult(storyboard=board, format="kinoloom", notes=notes.listed())
