"""The project's own trash: what a person deleted, whole, until that person empties the folder.

Each deletion is a folder `trash/<id>/` with entry.json, which tells the places its files had. It is written before
anything is moved, so that after a crash in the middle both ways lead on.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import Conflict, NewerFile, NotFound
from domain.keeping import Trashed, TrashKind
from domain.names import check_name
from infrastructure.stores import atomic
from infrastructure.stores.confinement import inside
from infrastructure.stores.schemas import MAX_BYTES, Schema, Unreadable

log = logging.getLogger(__name__)
_SCHEMA = Schema("trashed")
_ENTRY = "entry.json"


class Trash:
    """The trash of the project in `root`; the caller holds a lock around what changes it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "trash"

    def places(self, entry: Trashed) -> list[tuple[str, str]]:
        """What was deleted, each with where it lies now, both relative to the project."""
        here = Path(self._folder.name) / entry.id
        return [(name, _kept(here, n, Path(name).name).as_posix()) for n, name in enumerate(entry.files)]

    def take(self, kind: TrashKind, title: str, files: Sequence[str]) -> Trashed:
        """Move these files or folders of the project into the trash, the first one first; those that are not there
        are left out. Raises NotFound when none is there, and OSError."""
        there = [(name, self._place(kind, name)) for name in files]
        there = [(name, path) for name, path in there if os.path.lexists(path)]
        if not there:
            raise NotFound(f"{title} is not there any more.", "Reload the page.")
        now = datetime.now(UTC)
        entry = Trashed(
            id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", kind=kind, title=title,
            files=tuple(name for name, _ in there), deleted=f"{now:%Y-%m-%d %H:%M:%S}",
            size=sum(_size(path) for _, path in there),
        )  # fmt: skip
        folder = self._folder / entry.id
        atomic.write_bytes(folder / _ENTRY, _SCHEMA.dump(entry))
        for number, (_, path) in enumerate(there):
            path.rename(_kept(folder, number, path.name))
            atomic.sync_folder(path.parent)
        return entry

    def entries(self) -> list[Trashed]:
        """What is in the trash, deleted last first; entries that cannot be read are left out."""
        try:
            folders = sorted((p for p in self._folder.iterdir() if (p / _ENTRY).is_file()), reverse=True)
        except OSError:
            return []
        return [entry for entry in map(self._read, folders) if entry is not None]

    def put_back(self, entry_id: str) -> Trashed:
        """Move a deletion back to where it was. Raises NotFound, and Conflict where something else is there now."""
        folder = self._folder / check_name(entry_id)
        entry = self._read(folder)
        if entry is None:
            raise NotFound("That is not in the trash any more.", "Reload the page.")
        moves = [
            (_kept(folder, number, Path(name).name), self._place(entry.kind, name))
            for number, name in enumerate(entry.files)
        ]
        moves = [(kept, place) for kept, place in moves if kept.exists()]
        taken = next((place for _, place in moves if place.exists()), None)
        if taken is not None:
            raise Conflict(f"{taken.name} is there again, so the one in the trash stays.", "Delete that one first.")
        for kept, place in reversed(moves):  # the sidecar, with which it exists, comes last
            place.parent.mkdir(parents=True, exist_ok=True)
            kept.rename(place)
            atomic.sync_folder(place.parent)
        shutil.rmtree(folder, ignore_errors=True)
        return entry

    def _place(self, kind: TrashKind, name: str) -> Path:
        """Where a file of the project lies or lay; hidden ones are there of what was left over alone."""
        return inside(self._root, name, hidden=kind == "leftover")

    def _read(self, folder: Path) -> Trashed | None:
        try:
            entry = _SCHEMA.load(atomic.read_bytes(folder / _ENTRY, MAX_BYTES), Trashed)
        except FileNotFoundError:
            return None  # put there by somebody else: there is no telling what it was
        except (OSError, ValueError, Unreadable, NewerFile) as error:
            log.warning("%s in the trash cannot be read: %s", folder.name, error)
            return None
        return entry if entry.id == folder.name else None


def _kept(folder: Path, number: int, name: str) -> Path:
    return folder / f"{number}-{name}"


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(file.lstat().st_size for file in files if file.is_file())
