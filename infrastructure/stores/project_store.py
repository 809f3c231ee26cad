"""Making, opening and remembering project folders: `services.ports.ProjectStore`."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from pydantic import Field

from domain.base import Value
from domain.errors import Conflict, DamagedFile, NewerFile, NotFound, StudioError
from infrastructure.paths import Roots
from infrastructure.stores import atomic
from infrastructure.stores.documents import JsonFile
from infrastructure.stores.layout import HIDDEN, SCHEMAS, is_project, refuse_used, was_project
from infrastructure.stores.project_files import FolderProjectFiles
from infrastructure.stores.schemas import MAX_BYTES, Schema, peek

log = logging.getLogger(__name__)

MAX_RECENT = 50
"""How many projects are remembered."""


class Recent(Value):
    """Absolute folders of projects, the one opened last first."""

    folders: tuple[str, ...] = Field(default=(), max_length=1000)


class FolderProjectStore:
    """Projects as folders; the list of recent ones is `recent.json` in the data folder of `roots`."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots
        self._recent = JsonFile(roots.data / "recent.json", Schema("recent"), Recent, roots.data / HIDDEN)

    def create(self, folder: Path) -> FolderProjectFiles:
        """A new project folder, parents included. Raises Conflict when it exists and is not empty."""
        folder = folder.expanduser().absolute()
        refuse_used(folder)
        with atomic.storing(f"Making the folder {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
        return FolderProjectFiles(folder)

    def open(self, folder: Path) -> FolderProjectFiles:
        """An existing project folder; workspaces that a crashed Kinoloom left in it are removed.

        Raises NotFound when it has no project.json, or one of another program.
        """
        folder = folder.expanduser().absolute()
        if not was_project(folder):
            raise NotFound(
                f"{folder} is no Kinoloom project: it has no project.json.",
                "Choose another folder, or import what is in this one.",
            )
        with atomic.storing(f"Opening {folder}"):
            try:
                schema = peek(atomic.read_bytes(folder / "project.json", MAX_BYTES))
            except (ValueError, FileNotFoundError):
                schema = None
        # None: it does not parse or is lost; reading it will set it aside and offer the backup
        if schema is not None and schema != SCHEMAS["project"].name:
            raise NotFound(
                f"{folder} is no Kinoloom project: its project.json belongs to another program.",
                "Choose another folder, or import what is in this one.",
            )
        files = FolderProjectFiles(folder)
        files.sweep()
        return files

    def recent(self) -> list[Path]:
        """Folders opened before, newest first; those that are gone are left out."""
        return [path for path in map(Path, self._read().folders) if is_project(path)]

    def remember(self, folder: Path) -> None:
        """Put the folder first among the recent ones."""
        wanted = str(folder.expanduser().resolve())
        for _ in range(5):
            known = self._read()
            others = (f for f in known.folders if os.path.normcase(f) != os.path.normcase(wanted))
            folders = (wanted, *others)[:MAX_RECENT]
            if folders == known.folders:
                return
            try:
                self._recent.write(Recent(folders=folders))
                return
            except Conflict:
                continue  # another Kinoloom remembered one in the meantime
            except DamagedFile:
                continue
            except StudioError as error:
                log.warning("%s was not remembered: %s", folder, error)
                return

    def home(self) -> Path:
        """Where new projects go by default."""
        return self._roots.documents

    def _read(self) -> Recent:
        try:
            return self._recent.read() or Recent()
        except (DamagedFile, NewerFile) as error:
            log.warning("The list of recent projects starts empty: %s", error)
            return Recent()
