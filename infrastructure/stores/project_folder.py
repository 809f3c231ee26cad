"""The folder of one project, and a number that grows with whatever changes in it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import RLock

from domain.errors import NotFound
from infrastructure.stores.confinement import inside
from infrastructure.stores.documents import held
from infrastructure.stores.layout import HIDDEN, is_project

REFRESH_SECONDS = 1.0
"""How often at most the folders are looked at for what other processes did."""


class ProjectFolder:
    """The folder `root`, which exists. Its parts name themselves by `watch` and hold `guard` while they work together.

    `refresh` is at most how often, in seconds, it is looked at for what others did.
    """

    def __init__(self, root: Path, refresh: float = REFRESH_SECONDS) -> None:
        self.root = root.resolve()
        self.hidden = self.root / HIDDEN
        self.guard = RLock()
        self._refresh_seconds = refresh
        self._begun = is_project(self.root)
        self._watched: list[Callable[[], bool]] = []
        self._version = 1
        self._looked = float("-inf")
        self._signature: object = None

    def watch(self, look: Callable[[], bool]) -> None:
        """Have a part asked, at every look, to read its files again; it tells whether they changed."""
        self._watched.append(look)

    def be_there(self) -> None:
        """Raise NotFound when the folder is no longer the project's: moved, renamed, or its disk unplugged. Writing
        would begin another project in its place."""
        if is_project(self.root) or self.hidden.is_dir():
            self._begun = True
        elif self._begun:
            raise NotFound(
                f"The project's folder {self.root} is not there any more, so nothing was stored.",
                "Was it moved or renamed, or its disk unplugged? Put it back, or open the project where it is now.",
            )

    def made(self, relative: str) -> Path:
        """A folder of the project, made when it is not there; never behind a link that leads outside."""
        folder = inside(self.root, relative)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def adding(self, what: str) -> contextlib.AbstractContextManager[None]:
        """The lock, between processes, under which the folder `what` gets another name."""
        return held(self.hidden / "locks" / f"{what}.lock", f"The folder {what}")

    def version(self) -> int:
        """Grows whenever anything in the folder changed, by us or by another process."""
        with self.guard:
            self.refresh()
            return self._version

    def changed(self) -> None:
        """Something was written here."""
        with self.guard:
            self._version += 1
            self._looked = time.monotonic()
            # what others did since the last look is part of this step too
            self._look()

    def refresh(self) -> None:
        """Look at the folder for what others did, unless that was done right before."""
        now = time.monotonic()
        if now - self._looked >= self._refresh_seconds:
            self._looked = now
            if self._look():
                self._version += 1

    def _look(self) -> bool:
        parts = [look() for look in self._watched]
        signature = self._documents_signature()
        changed = signature != self._signature or any(parts)
        first = self._signature is None
        self._signature = signature
        return changed and not first

    def _documents_signature(self) -> object:
        found: list[tuple[str, int, int, int]] = []
        try:
            for entry in os.scandir(self.root):
                if entry.name.endswith(".json"):
                    stat = entry.stat()
                    found.append((entry.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        except OSError:
            return None
        for folder in ("runs", "film"):
            with contextlib.suppress(OSError):
                stat = (self.root / folder).stat()
                found.append((folder, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return sorted(found)
