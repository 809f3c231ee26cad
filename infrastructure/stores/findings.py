"""One look at a project's folder: its documents and files, and what about them is not as it should be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from domain.base import Value
from domain.condition import Irregularity, IrregularityKind
from domain.errors import NewerFile
from infrastructure.stores import atomic
from infrastructure.stores.schemas import MAX_BYTES, Schema, Unreadable

V = TypeVar("V", bound=Value)

NEWER = "Open the project with the newer Kinoloom; it was left as it is."
BACKUP = "Put its newest backup back: in the Project tab of the studio, or with --restore and its name."


class Findings:
    """What is found in the folder `root`. `documents` counts those that were read; paths are relative and posix."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.documents = 0
        self.irregular: list[Irregularity] = []

    def document(self, path: str, schema: Schema, model: type[V]) -> V | None:
        """The document at a relative path; None when it is not there or cannot be read, which is then noted."""
        file = self.root / path
        if not file.is_file():
            return None
        self.documents += 1
        try:
            data = atomic.read_bytes(file, MAX_BYTES)
            return schema.load(data, model, path)
        except NewerFile as error:
            self.add("newer", path, error.message, NEWER)
        except (OSError, ValueError, Unreadable) as error:
            cure = BACKUP if "/" not in path else "It takes no part in the film until it is repaired."
            self.add("damaged", path, f"{path} cannot be read: {error}.", cure)
        return None

    def folders(self, folder: str) -> list[str]:
        """The folders in one of the project's, by name; none where that is missing."""
        return [f"{folder}/{e.name}" for e in self._entries(folder) if e.is_dir(follow_symlinks=False)]

    def files(self, folder: str, ending: str) -> list[str]:
        """The files with that ending in one of the project's folders, by name; none where that is missing."""
        return [f"{folder}/{e.name}" for e in self._entries(folder) if e.name.endswith(ending) and e.is_file()]

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                return sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def add(self, kind: IrregularityKind, path: str, what: str, cure: str = "", *, may_move: bool = False) -> None:
        """Note what is not as it should be; `may_move` tells that nothing needs it."""
        self.irregular.append(Irregularity(kind=kind, path=path, what=what, cure=cure, may_move=may_move))
