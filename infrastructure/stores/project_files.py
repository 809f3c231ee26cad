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
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from domain.base import Value
from domain.errors import StudioError, UnsafePath
from domain.job import Run
from domain.keeping import Backup, Occupant, Trashed, TrashKind
from domain.names import check_name
from domain.passes import PassClip
from domain.project import Picked
from domain.sound.files import SoundFile
from domain.take import Keyframe, Take
from infrastructure.stores import atomic
from infrastructure.stores.backups import Backups
from infrastructure.stores.confinement import inside
from infrastructure.stores.documents import SETTLE_SECONDS, JsonFile
from infrastructure.stores.layout import BACKUPS, schema_of
from infrastructure.stores.media_files import MediaFiles, check_there
from infrastructure.stores.occupancy import Occupancy
from infrastructure.stores.project_folder import REFRESH_SECONDS, ProjectFolder
from infrastructure.stores.trash import Trash
from infrastructure.stores.workspaces import Workspaces

V = TypeVar("V", bound=Value)

_MEDIA = {"keyframes", "takes", "sounds"}
_OURS = {BACKUPS, "trash"}
_LIGHT = {"ui", "queue"}
"""Documents that are safe to lose: their absence is a beginning, and one backup is enough."""


class FolderProjectFiles:
    """The files of the project in `root`, which exists. Safe for threads, and for processes that share the folder.

    `refresh` and `settle` are the seconds of REFRESH_SECONDS and SETTLE_SECONDS.
    """

    def __init__(self, root: Path, *, refresh: float = REFRESH_SECONDS, settle: float = SETTLE_SECONDS) -> None:
        self._folder = ProjectFolder(root, refresh)
        self._settle_seconds = settle
        self._documents: dict[tuple[str, type[Value]], JsonFile[Any]] = {}
        self._workspaces = Workspaces(self._folder.hidden / "work")
        self._media = MediaFiles(self._folder, self._workspaces)
        self._occupancy = Occupancy(self._folder.hidden)
        self._trash = Trash(self._folder.root)

    @property
    def root(self) -> Path:
        """The project's folder, absolute."""
        return self._folder.root

    def read(self, name: str, model: type[V]) -> V | None:
        """The document `name` ("storyboard", "runs/<id>" …), or None when there is none.

        Raises DamagedFile (the file was set aside; `restore` brings the backup) and NewerFile (it was left alone).
        """
        value = self._document(name, model).read()
        if value is None:
            self._folder.be_there()
        return value

    def write(self, name: str, value: Value) -> None:
        """Store the document. Raises Conflict when another process holds it or changed it since it was read here."""
        self._folder.be_there()
        self._document(name, type(value)).write(value)
        self._folder.changed()

    def restore(self, name: str, model: type[V], key: str = "") -> V:
        """Put the newest backup in place of a damaged or missing document, or the one of that key in place of any.

        Raises NotFound, NewerFile, and Conflict over a good one without a key.
        """
        value = self._document(name, model).restore(key)
        self._folder.changed()
        return value

    def backups(self, name: str, model: type[Value]) -> list[Backup]:
        """The kept versions of a document, newest first."""
        return self._document(name, model).backups(name)

    def free_bytes(self, folder: Path | None = None) -> int:
        """Bytes free on the project's disk for this user, or on the one of another folder."""
        place = folder or self._folder.root
        with atomic.storing(f"Looking for free space at {place}"):
            return shutil.disk_usage(place).free

    # -- who renders here ------------------------------------------------------------------------------------

    def occupy(self, program: str, *, take_over: bool = False, look: bool = False) -> None:
        """Become the one that renders here; without effect for the one that is; with `look` only find out whether that
        can be. Raises Occupied."""
        self._folder.be_there()
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
        self._folder.be_there()
        with atomic.storing(f"Deleting {title}"), self._folder.adding("trash"):
            entry = self._trash.take(kind, title, files)
        self._folder.changed()
        return entry

    def trash(self) -> list[Trashed]:
        """What was deleted, last first."""
        return self._trash.entries()

    def put_back(self, entry_id: str) -> Trashed:
        """Take something out of the trash again. Raises NotFound, and Conflict where its place is taken."""
        self._folder.be_there()
        with atomic.storing("Putting back what was deleted"), self._folder.adding("trash"):
            entry = self._trash.put_back(entry_id)
        self._folder.changed()
        return entry

    # -- runs, keyframes, takes, films -----------------------------------------------------------------------

    def runs(self) -> list[Run]:
        """All runs, oldest first; unreadable ones are left out (damaged ones are set aside and logged)."""
        found: list[Run] = []
        try:
            names = sorted(e.name for e in os.scandir(self._folder.root / "runs") if e.name.endswith(".json"))
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
        return self._media.keyframes(shot)

    def takes(self, shot: str | None = None) -> list[Take]:
        """Takes of a shot, or of all, oldest first."""
        return self._media.takes(shot)

    def sounds(self) -> list[SoundFile]:
        """Sound files, oldest first."""
        return self._media.sounds()

    def passes(self) -> list[PassClip]:
        """Clips that were made of takes' clips, oldest first."""
        return self._media.passes()

    def add_keyframe(self, keyframe: Keyframe, image: Path) -> Keyframe:
        """Move a PNG into the project, see `MediaFiles.add_keyframe`."""
        return self._media.add_keyframe(keyframe, image)

    def add_take(self, take: Take, clip: Path, last: Path) -> Take:
        """Move a finished clip and its last frame into the project, see `MediaFiles.add_take`."""
        return self._media.add_take(take, clip, last)

    def add_sound(self, sound: SoundFile, source: Path) -> SoundFile:
        """Move a sound into the project, see `MediaFiles.add_sound`."""
        return self._media.add_sound(sound, source)

    def add_table(self, source: Path, title: str) -> Picked:
        """Copy a colour table into the project, see `MediaFiles.add_table`."""
        return self._media.add_table(source, title)

    def add_mask(self, source: Path) -> Picked:
        """Copy a mask into the project, see `MediaFiles.add_mask`."""
        return self._media.add_mask(source)

    def add_pass(self, made: PassClip, clip: Path) -> PassClip:
        """Move a clip beside the one it was made of, see `MediaFiles.add_pass`."""
        return self._media.add_pass(made, clip)

    def workspace(self, job_id: str) -> Path:
        """A fresh folder for work in progress. It is removed by `discard`, or when a later start finds us gone."""
        self._folder.be_there()
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
        return check_there(self._folder.root, picked)

    def film_path(self, name: str) -> Path:
        """Where a film of that name (with or without ".mp4") lies or will lie. Raises UnsafePath and NotFound."""
        stem = check_name(name.removesuffix(".mp4"))
        folder = inside(self._folder.root, "film")
        self._folder.be_there()
        with contextlib.suppress(OSError):  # whoever writes the film says so; looking needs no folder
            folder.mkdir(exist_ok=True)
        return inside(self._folder.root, f"film/{stem}.mp4")

    def films(self) -> list[Path]:
        """Finished films, oldest first; a link is none, for it may lead out of the project."""
        try:
            found = [
                (entry.stat().st_mtime_ns, entry.name)
                for entry in os.scandir(inside(self._folder.root, "film"))
                if entry.name.endswith(".mp4")
                and not entry.name.startswith(".")
                and entry.is_file(follow_symlinks=False)
            ]
        except (OSError, UnsafePath):
            return []
        return [self._folder.root / "film" / name for _, name in sorted(found)]

    def version(self) -> int:
        """Grows whenever anything in the folder changed, by us or by another process (seen within two seconds)."""
        return self._folder.version()

    def _document(self, name: str, model: type[V]) -> JsonFile[V]:
        with self._folder.guard:
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
        schema = schema_of(kind)
        light = bool(slash) or top in _LIGHT
        return JsonFile(
            inside(self._folder.root, f"{name}.json"), schema, model, self._folder.hidden, lock=top, precious=not light,
            settle=self._settle_seconds,
            backups=None if light else Backups(self._folder.root / BACKUPS / top),
        )  # fmt: skip
