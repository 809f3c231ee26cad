"""One project folder on disk: `services.ports.ProjectFiles`.

Layout: project.json, storyboard.json, selection.json, ui.json, runs/<id>.json, film/<name>.mp4,
keyframes/<shot>/<slot>_<n>_<hash>.png with its .json, takes/<shot>/<segment>/<take>/{clip.mp4, last.png, take.json};
what is only ours (locks, backups, work in progress) is in .kinoloom/. Media names never get other content.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from domain.base import Value
from domain.errors import BadInput, Conflict, NotFound, StudioError, UnsafePath
from domain.job import Run
from domain.names import check_name
from domain.project import Picked
from domain.take import Keyframe, Take
from infrastructure.stores import atomic
from infrastructure.stores.artefacts import KEYFRAME, TAKE, Keyframes, Takes, running_number
from infrastructure.stores.confinement import inside
from infrastructure.stores.documents import JsonFile, held
from infrastructure.stores.schemas import Schema
from infrastructure.stores.workspaces import Workspaces

V = TypeVar("V", bound=Value)

HIDDEN = ".kinoloom"
"""Folder inside a project for locks, backups and work in progress; safe to delete when nothing runs."""

REFRESH_SECONDS = 1.0
"""How often at most the folders are looked at for what other processes did."""

SCHEMAS: dict[str, Schema] = {name: Schema(name) for name in ("project", "storyboard", "selection", "ui", "run")}
"""Schemas by document; names that are not here are version 1 of themselves."""

_MEDIA = {"keyframes", "takes"}


class FolderProjectFiles:
    """The files of the project in `root`, which exists. Safe for threads, and for processes that share the folder."""

    def __init__(self, root: Path, *, refresh: float = REFRESH_SECONDS) -> None:
        self._refresh_seconds = refresh
        self._root = root.resolve()
        self._hidden = self._root / HIDDEN
        self._guard = RLock()
        self._documents: dict[tuple[str, type[Value]], JsonFile[Any]] = {}
        self._keyframes = Keyframes(self._root)
        self._takes = Takes(self._root)
        self._workspaces = Workspaces(self._hidden / "work")
        self._version = 1
        self._looked = float("-inf")
        self._signature: object = None

    @property
    def root(self) -> Path:
        """The project's folder, absolute."""
        return self._root

    def read(self, name: str, model: type[V]) -> V | None:
        """The document `name` ("storyboard", "runs/<id>" …), or None when there is none.

        Raises DamagedFile (the file was set aside; `restore` brings the backup) and NewerFile (it was left alone).
        """
        return self._document(name, model).read()

    def write(self, name: str, value: Value) -> None:
        """Store the document. Raises Conflict when another process holds it or changed it since it was read here."""
        self._document(name, type(value)).write(value)
        self._own_change()

    def restore(self, name: str, model: type[V]) -> V:
        """Put the backup in place of a damaged or missing document. Raises NotFound, or Conflict over a good one."""
        value = self._document(name, model).restore()
        self._own_change()
        return value

    def backup_time(self, name: str, model: type[Value]) -> str | None:
        """When the backup of a document was made, "2026-11-21 08:30:00" UTC; None when there is none."""
        return self._document(name, model).backup_time()

    def runs(self) -> list[Run]:
        """All runs, oldest first; unreadable ones are left out (damaged ones are set aside and logged)."""
        found: list[Run] = []
        try:
            names = sorted(e.name for e in os.scandir(self._root / "runs") if e.name.endswith(".json"))
        except OSError:
            return []
        for name in names:
            with contextlib.suppress(StudioError):
                run = self.read(f"runs/{name.removesuffix('.json')}", Run)
                if run is not None:
                    found.append(run)
        return sorted(found, key=lambda run: (run.created, run.id))

    def keyframes(self, shot: str | None = None) -> list[Keyframe]:
        """Keyframes of a shot, or of all, oldest first."""
        with self._guard:
            self._refresh()
            return self._keyframes.of(shot)

    def takes(self, shot: str | None = None) -> list[Take]:
        """Takes of a shot, or of all, oldest first."""
        with self._guard:
            self._refresh()
            return self._takes.of(shot)

    def add_keyframe(self, keyframe: Keyframe, image: Path) -> Keyframe:
        """Move the PNG `image` into the project, then its sidecar beside it, with which the keyframe begins to exist.

        The result's name is "<slot>_<number>_<hash>". Raises StudioError when it cannot be stored; `image` is then
        where it was.
        """
        shot, slot = check_name(keyframe.shot), check_name(keyframe.slot)
        folder, prefix = f"keyframes/{shot}", f"{slot[:48]}_"
        with atomic.storing(f"Storing a keyframe of shot {shot}"):
            place = self._folder(folder)
            digest = _hash(image)
            with self._adding("keyframes"):
                name = check_name(f"{prefix}{1 + _highest(place, prefix):03d}_{digest[:8]}")
                stored = keyframe.replace(name=name, image=Picked(path=f"{folder}/{name}.png", sha256=digest))
                atomic.place_copy(image, place / f"{name}.png")
                atomic.write_bytes(place / f"{name}.json", KEYFRAME.dump(stored))
        _let_go(image)
        with self._guard:
            self._keyframes.added(folder, f"{name}.json", stored)
            self._own_change()
        return stored

    def add_take(self, take: Take, clip: Path, last: Path) -> Take:
        """Move a finished clip and its last frame into the project with their sidecar; all appear at once.

        The result's id is "<number>-<hash>", unique in its segment. Raises StudioError when they cannot be stored;
        they are then where they were.
        """
        folder = f"takes/{check_name(take.shot)}/{take.segment}"
        with atomic.storing(f"Storing a take of shot {take.shot}"):
            place = self._folder(folder)
            clip_hash, last_hash = _hash(clip), _hash(last)
            stage = self._workspaces.make("take")
            try:
                ready = stage / "ready"
                ready.mkdir()
                atomic.place_copy(clip, ready / "clip.mp4")
                atomic.place_copy(last, ready / "last.png")
                with self._adding("takes"):
                    name = f"{1 + _highest(place, ''):03d}-{clip_hash[:8]}"
                    stored = take.replace(
                        id=name,
                        clip=Picked(path=f"{folder}/{name}/clip.mp4", sha256=clip_hash),
                        last=Picked(path=f"{folder}/{name}/last.png", sha256=last_hash),
                    )
                    atomic.write_bytes(ready / "take.json", TAKE.dump(stored))
                    ready.rename(place / name)
                atomic.sync_folder(place)
            finally:
                self._workspaces.discard(stage)
        _let_go(clip)
        _let_go(last)
        with self._guard:
            self._takes.added(folder, name, stored)
            self._own_change()
        return stored

    def workspace(self, job_id: str) -> Path:
        """A fresh folder for work in progress. It is removed by `discard`, or when a later start finds us gone."""
        with atomic.storing("Making a folder for work in progress"):
            return self._workspaces.make(job_id)

    def discard(self, workspace: Path) -> None:
        """Remove a workspace. Raises UnsafePath for anything that is none, and leaves it alone."""
        with atomic.storing("Removing a workspace"):
            self._workspaces.discard(workspace)

    def sweep(self) -> list[str]:
        """Remove the workspaces of processes that are gone; their names."""
        return self._workspaces.sweep()

    def path(self, picked: Picked) -> Path:
        """The absolute path of a file of the project. Raises UnsafePath or NotFound."""
        path = inside(self._root, picked.path)
        if not path.is_file():
            raise NotFound(f"{picked.path} is no longer in the project.", "Make or choose another.")
        return path

    def film_path(self, name: str) -> Path:
        """Where a film of that name (with or without ".mp4") lies or will lie. Raises UnsafePath."""
        stem = check_name(name.removesuffix(".mp4"))
        folder = inside(self._root, "film")
        with contextlib.suppress(OSError):  # whoever writes the film says so; looking needs no folder
            folder.mkdir(exist_ok=True)
        return inside(self._root, f"film/{stem}.mp4")

    def films(self) -> list[Path]:
        """Finished films, oldest first."""
        try:
            found = [
                (entry.stat().st_mtime_ns, entry.name)
                for entry in os.scandir(self._root / "film")
                if entry.name.endswith(".mp4") and not entry.name.startswith(".") and entry.is_file()
            ]
        except OSError:
            return []
        return [self._root / "film" / name for _, name in sorted(found)]

    def version(self) -> int:
        """Grows whenever anything in the folder changed, by us or by another process (seen within two seconds)."""
        with self._guard:
            self._refresh()
            return self._version

    def _document(self, name: str, model: type[V]) -> JsonFile[V]:
        with self._guard:
            file = self._documents.get((name, model))
            if file is None:
                file = self._documents[(name, model)] = self._new_document(name, model)
            return file

    def _new_document(self, name: str, model: type[V]) -> JsonFile[V]:
        top, slash, rest = name.partition("/")
        check_name(top)
        if slash:
            check_name(rest)
        if top in _MEDIA:
            raise UnsafePath(f"{name!r} is no document: sidecars are written with their pictures and takes.")
        kind = top.removesuffix("s") if slash else top
        schema = SCHEMAS.get(kind) or Schema(kind)
        return JsonFile(inside(self._root, f"{name}.json"), schema, model, self._hidden, lock=top)

    def _folder(self, relative: str) -> Path:
        """A folder of the project, made when it is not there; never behind a link that leads outside."""
        folder = inside(self._root, relative)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _adding(self, what: str) -> contextlib.AbstractContextManager[None]:
        return held(self._hidden / "locks" / f"{what}.lock", f"The folder {what}")

    def _own_change(self) -> None:
        with self._guard:
            self._version += 1
            self._looked = time.monotonic()
            # what others did since the last look is part of this step too
            self._look()

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked >= self._refresh_seconds:
            self._looked = now
            if self._look():
                self._version += 1

    def _look(self) -> bool:
        keyframes, takes = self._keyframes.refresh(), self._takes.refresh()
        signature = self._documents_signature()
        changed = signature != self._signature or keyframes or takes
        first = self._signature is None
        self._signature = signature
        return changed and not first

    def _documents_signature(self) -> object:
        found: list[tuple[str, int, int, int]] = []
        try:
            for entry in os.scandir(self._root):
                if entry.name.endswith(".json"):
                    stat = entry.stat()
                    found.append((entry.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        except OSError:
            return None
        for folder in ("runs", "film"):
            with contextlib.suppress(OSError):
                stat = (self._root / folder).stat()
                found.append((folder, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return sorted(found)


def _let_go(source: Path) -> None:
    with contextlib.suppress(OSError):
        source.unlink()


def _hash(path: Path) -> str:
    try:
        return atomic.file_sha256(path)
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput(f"{path.name} is not there to be stored.", "Make it again.") from None


def _highest(folder: Path, prefix: str) -> int:
    """The highest running number among the names in a folder that begin with `prefix`."""
    stems = (entry.name.split(".")[0] for entry in os.scandir(folder) if entry.name.startswith(prefix))
    return max((running_number(stem) for stem in stems), default=0)


def is_project(folder: Path) -> bool:
    """Whether the folder holds a project.json."""
    return (folder / "project.json").is_file()


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
