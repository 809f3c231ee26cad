"""One project folder on disk: `services.ports.ProjectFiles`.

Layout: project.json, storyboard.json, selection.json, ui.json, runs/<id>.json, film/<name>.mp4,
keyframes/<shot>/<slot>_<n>_<hash>.png with its .json, takes/<shot>/<segment>/<take>/{clip.mp4, last.png, take.json},
sounds/<hash>.<ending> with its .json, tables/<title>-<hash>.cube, masks/<hash>.png; backups/<document>/ has its earlier
versions and trash/<id>/ what was deleted; what is only ours (locks, work in progress) is in .kinoloom/. Media names
never get other content.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from threading import RLock
from typing import Any, TypeVar

from domain.base import Value
from domain.errors import BadInput, Conflict, NotFound, StudioError, UnsafePath
from domain.job import Run
from domain.keeping import Backup, Occupant, Trashed, TrashKind
from domain.names import check_name, free_name, slug
from domain.passes import PassClip
from domain.project import Picked
from domain.sound.files import SoundFile
from domain.take import Keyframe, Take
from infrastructure.stores import atomic
from infrastructure.stores.artefacts import (
    KEYFRAME,
    PASS,
    SOUND,
    TAKE,
    Keyframes,
    Passes,
    Sounds,
    Takes,
    running_number,
)
from infrastructure.stores.backups import Backups
from infrastructure.stores.confinement import inside
from infrastructure.stores.documents import SETTLE_SECONDS, JsonFile, held
from infrastructure.stores.occupancy import Occupancy
from infrastructure.stores.schemas import Schema
from infrastructure.stores.trash import Trash
from infrastructure.stores.workspaces import Workspaces

V = TypeVar("V", bound=Value)

HIDDEN = ".kinoloom"
"""Folder inside a project for locks and work in progress; safe to delete when nothing runs."""

BACKUPS = "backups"
"""Folder inside a project for earlier versions of its documents."""

REFRESH_SECONDS = 1.0
"""How often at most the folders are looked at for what other processes did."""

SCHEMAS: dict[str, Schema] = {
    **{name: Schema(name) for name in ("project", "selection", "ui", "run")},
    # Version 2 has the cast's states, looks, references and seeds; what a first version lacks is empty.
    "storyboard": Schema("storyboard", 2, {1: dict}),
}
"""Schemas by document; names that are not here are version 1 of themselves."""

_MEDIA = {"keyframes", "takes", "sounds"}
_OURS = {BACKUPS, "trash"}
_LIGHT = {"ui", "queue"}
"""Documents that are safe to lose: their absence is a beginning, and one backup is enough."""


class FolderProjectFiles:
    """The files of the project in `root`, which exists. Safe for threads, and for processes that share the folder.

    `refresh` and `settle` are the seconds of REFRESH_SECONDS and SETTLE_SECONDS.
    """

    def __init__(self, root: Path, *, refresh: float = REFRESH_SECONDS, settle: float = SETTLE_SECONDS) -> None:
        self._refresh_seconds = refresh
        self._settle_seconds = settle
        self._root = root.resolve()
        self._hidden = self._root / HIDDEN
        self._guard = RLock()
        self._documents: dict[tuple[str, type[Value]], JsonFile[Any]] = {}
        self._keyframes = Keyframes(self._root)
        self._takes = Takes(self._root)
        self._sounds = Sounds(self._root)
        self._passes = Passes(self._root)
        self._workspaces = Workspaces(self._hidden / "work")
        self._occupancy = Occupancy(self._hidden)
        self._trash = Trash(self._root)
        self._begun = is_project(self._root)
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
        value = self._document(name, model).read()
        if value is None:
            self._be_there()
        return value

    def write(self, name: str, value: Value) -> None:
        """Store the document. Raises Conflict when another process holds it or changed it since it was read here."""
        self._be_there()
        self._document(name, type(value)).write(value)
        self._own_change()

    def restore(self, name: str, model: type[V], key: str = "") -> V:
        """Put the newest backup in place of a damaged or missing document, or the one of that key in place of any.

        Raises NotFound, NewerFile, and Conflict over a good one without a key.
        """
        value = self._document(name, model).restore(key)
        self._own_change()
        return value

    def backups(self, name: str, model: type[Value]) -> list[Backup]:
        """The kept versions of a document, newest first."""
        return self._document(name, model).backups(name)

    def free_bytes(self, folder: Path | None = None) -> int:
        """Bytes free on the project's disk for this user, or on the one of another folder."""
        place = folder or self._root
        with atomic.storing(f"Looking for free space at {place}"):
            return shutil.disk_usage(place).free

    # -- who renders here ------------------------------------------------------------------------------------

    def occupy(self, program: str, *, take_over: bool = False, look: bool = False) -> None:
        """Become the one that renders here; without effect for the one that is; with `look` only find out whether that
        can be. Raises Occupied."""
        self._be_there()
        if look:
            self._occupancy.check()
        else:
            self._occupancy.enter(program, take_over=take_over)

    def leave(self) -> None:
        """Render here no longer."""
        self._occupancy.leave()

    def occupant(self) -> Occupant | None:
        """Who renders here; None when nobody does."""
        return self._occupancy.who()

    # -- the trash -------------------------------------------------------------------------------------------

    def delete(self, kind: TrashKind, title: str, files: Sequence[str]) -> Trashed:
        """Move files of the project (relative paths; what makes them exist comes first) into its trash."""
        self._be_there()
        with atomic.storing(f"Deleting {title}"), self._adding("trash"):
            entry = self._trash.take(kind, title, files)
        self._own_change()
        return entry

    def trash(self) -> list[Trashed]:
        """What was deleted, last first."""
        return self._trash.entries()

    def put_back(self, entry_id: str) -> Trashed:
        """Take something out of the trash again. Raises NotFound, and Conflict where its place is taken."""
        self._be_there()
        with atomic.storing("Putting back what was deleted"), self._adding("trash"):
            entry = self._trash.put_back(entry_id)
        self._own_change()
        return entry

    # -- runs, keyframes, takes, films -----------------------------------------------------------------------

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
        self._be_there()
        with atomic.storing(f"Storing a keyframe of shot {shot}"):
            place = self._folder(folder)
            digest = _hash(image)
            with self._adding("keyframes"):
                name = check_name(f"{prefix}{1 + _highest(place, prefix):03d}_{digest[:8]}")
                stored = keyframe.replace(
                    name=name,
                    image=Picked(path=f"{folder}/{name}.png", sha256=digest),
                    image_bytes=image.stat().st_size,
                )
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
        self._be_there()
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
                        clip_bytes=clip.stat().st_size,
                        last_bytes=last.stat().st_size,
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

    def sounds(self) -> list[SoundFile]:
        """Sound files, oldest first."""
        with self._guard:
            self._refresh()
            return self._sounds.of(None)

    def add_sound(self, sound: SoundFile, source: Path) -> SoundFile:
        """Move a sound into the project, then its sidecar beside it, with which it begins to exist. What is there
        already, with the same content and fingerprint, is not stored twice.

        The result's name is that of its content. Raises StudioError when it cannot be stored; `source` is then where
        it was.
        """
        self._be_there()
        with atomic.storing(f"Storing the sound {sound.title}"):
            place = self._folder("sounds")
            digest = _hash(source)
            same = (s for s in self.sounds() if (s.file.sha256, s.fingerprint) == (digest, sound.fingerprint))
            known = next(same, None)
            if known is None:
                with self._adding("sounds"):
                    name = free_name(digest[:16], {entry.name.split(".")[0] for entry in os.scandir(place)})
                    file = f"sounds/{name}{source.suffix.lower()}"
                    known = sound.replace(
                        name=name, file=Picked(path=file, sha256=digest), size=source.stat().st_size
                    )  # fmt: skip
                    atomic.place_copy(source, inside(self._root, file))
                    atomic.write_bytes(place / f"{name}.json", SOUND.dump(known))
        _let_go(source)
        with self._guard:
            self._sounds.added("sounds", f"{known.name}.json", known)
            self._own_change()
        return known

    def add_table(self, source: Path, title: str) -> Picked:
        """Copy a colour table to `tables/<title>-<hash>.cube`; the same content is stored once."""
        self._be_there()
        with atomic.storing(f"Storing the colour table {title}"):
            digest = _hash(source)
            file = f"{self._folder('tables').name}/{slug(title, 'table')}-{digest[:8]}.cube"
            place = inside(self._root, file)
            if not place.is_file() or _hash(place) != digest:
                atomic.place_copy(source, place)
        self._own_change()
        return Picked(path=file, sha256=digest)

    def add_mask(self, source: Path) -> Picked:
        """Copy a mask to `masks/<hash>.png`; the same content is stored once."""
        self._be_there()
        with atomic.storing("Storing a mask"):
            digest = _hash(source)
            file = f"{self._folder('masks').name}/{digest[:16]}.png"
            place = inside(self._root, file)
            if not place.is_file() or _hash(place) != digest:
                atomic.place_copy(source, place)
        self._own_change()
        return Picked(path=file, sha256=digest)

    def passes(self) -> list[PassClip]:
        """Clips that were made of takes' clips, oldest first."""
        with self._guard:
            self._refresh()
            return self._passes.of(None)

    def add_pass(self, made: PassClip, clip: Path) -> PassClip:
        """Move a clip beside the one it was made of, then its sidecar, with which it begins to exist.

        The result's name is "<kind>_<number>_<hash>". Raises StudioError when it cannot be stored, NotFound when the
        take is gone; `clip` is then where it was.
        """
        folder = PurePosixPath(made.source.path).parent.as_posix()
        self._be_there()
        self.path(made.source)
        with atomic.storing("Storing a clip beside its take"):
            place = inside(self._root, folder)
            digest = _hash(clip)
            with self._adding("takes"):
                name = check_name(f"{made.kind}_{1 + _highest(place, made.kind):03d}_{digest[:8]}")
                stored = made.replace(
                    name=name, clip=Picked(path=f"{folder}/{name}.mp4", sha256=digest), size=clip.stat().st_size
                )  # fmt: skip
                atomic.place_copy(clip, place / f"{name}.mp4")
                atomic.write_bytes(place / f"{name}.json", PASS.dump(stored))
        _let_go(clip)
        with self._guard:
            self._passes.added(folder, f"{name}.json", stored)
            self._own_change()
        return stored

    def workspace(self, job_id: str) -> Path:
        """A fresh folder for work in progress. It is removed by `discard`, or when a later start finds us gone."""
        self._be_there()
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
        """Where a film of that name (with or without ".mp4") lies or will lie. Raises UnsafePath and NotFound."""
        stem = check_name(name.removesuffix(".mp4"))
        folder = inside(self._root, "film")
        self._be_there()
        with contextlib.suppress(OSError):  # whoever writes the film says so; looking needs no folder
            folder.mkdir(exist_ok=True)
        return inside(self._root, f"film/{stem}.mp4")

    def films(self) -> list[Path]:
        """Finished films, oldest first; a link is none, for it may lead out of the project."""
        try:
            found = [
                (entry.stat().st_mtime_ns, entry.name)
                for entry in os.scandir(inside(self._root, "film"))
                if entry.name.endswith(".mp4")
                and not entry.name.startswith(".")
                and entry.is_file(follow_symlinks=False)
            ]
        except (OSError, UnsafePath):
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
        if top in _MEDIA | _OURS:
            raise UnsafePath(f"{name!r} is no document: sidecars are written with their pictures and takes.")
        kind = top.removesuffix("s") if slash else top
        schema = SCHEMAS.get(kind) or Schema(kind)
        light = bool(slash) or top in _LIGHT
        return JsonFile(
            inside(self._root, f"{name}.json"), schema, model, self._hidden, lock=top, precious=not light,
            settle=self._settle_seconds,
            backups=None if light else Backups(self._root / BACKUPS / top),
        )  # fmt: skip

    def _be_there(self) -> None:
        """Raise NotFound when the folder is no longer the project's: moved, renamed, or its disk unplugged. Writing
        would begin another project in its place."""
        if is_project(self._root) or self._hidden.is_dir():
            self._begun = True
        elif self._begun:
            raise NotFound(
                f"The project's folder {self._root} is not there any more, so nothing was stored.",
                "Was it moved or renamed, or its disk unplugged? Put it back, or open the project where it is now.",
            )

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
        media = [kind.refresh() for kind in (self._keyframes, self._takes, self._sounds, self._passes)]
        signature = self._documents_signature()
        changed = signature != self._signature or any(media)
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
