"""What makes a folder a project: its documents, its own folders, and when a new one may be made."""

from __future__ import annotations

from pathlib import Path

from domain.errors import Conflict
from infrastructure.stores import atomic
from infrastructure.stores.backups import Backups
from infrastructure.stores.schemas import Schema

HIDDEN = ".kinoloom"
"""Folder inside a project for locks and work in progress; safe to delete when nothing runs."""

BACKUPS = "backups"
"""Folder inside a project for earlier versions of its documents."""

SCHEMAS: dict[str, Schema] = {
    **{name: Schema(name) for name in ("project", "selection", "ui", "run")},
    # Version 2 has the cast's states, looks, references and seeds; what a first version lacks is empty.
    "storyboard": Schema("storyboard", 2, {1: dict}),
}
"""Schemas by document; names that are not here are version 1 of themselves."""


def schema_of(document: str) -> Schema:
    """The schema of a document of that kind: "project", "run" …"""
    return SCHEMAS.get(document) or Schema(document)


def is_project(folder: Path) -> bool:
    """Whether the folder holds a project.json."""
    return (folder / "project.json").is_file()


def was_project(folder: Path) -> bool:
    """Whether the folder holds a project.json, or at least backups of one."""
    return is_project(folder) or Backups(folder / BACKUPS / "project").any()


def refuse_used(folder: Path) -> None:
    """Raise Conflict unless the folder is missing or empty (the system's own hidden files do not count)."""
    harmless = {".ds_store", "desktop.ini", "thumbs.db"}
    with atomic.storing(f"Looking into {folder}"):
        if folder.exists() and not folder.is_dir():
            raise Conflict(f"{folder} is a file.", "Choose the name of a new folder.")
        if folder.is_dir() and any(entry.name.lower() not in harmless for entry in folder.iterdir()):
            raise Conflict(
                f"{folder} is not empty, so no project was made in it.",
                "Open it instead if it is a Kinoloom project, or choose a new folder.",
            )
