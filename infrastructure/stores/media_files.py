"""The pictures, clips and sounds of one project folder. Their names never get other content."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path, PurePosixPath

from domain.errors import BadInput, NotFound
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
    A,
    Artefacts,
    Keyframes,
    Passes,
    Sounds,
    Takes,
    running_number,
)
from infrastructure.stores.confinement import inside
from infrastructure.stores.project_folder import ProjectFolder
from infrastructure.stores.workspaces import Workspaces


class MediaFiles:
    """What was made or taken in, each file with its sidecar. A finished take is put together in `workspaces`."""

    def __init__(self, folder: ProjectFolder, workspaces: Workspaces) -> None:
        self._folder = folder
        self._workspaces = workspaces
        self._keyframes = Keyframes(folder.root)
        self._takes = Takes(folder.root)
        self._sounds = Sounds(folder.root)
        self._passes = Passes(folder.root)
        for kind in (self._keyframes, self._takes, self._sounds, self._passes):
            folder.watch(kind.refresh)

    def keyframes(self, shot: str | None = None) -> list[Keyframe]:
        """Keyframes of a shot, or of all, oldest first."""
        with self._folder.guard:
            self._folder.refresh()
            return self._keyframes.of(shot)

    def takes(self, shot: str | None = None) -> list[Take]:
        """Takes of a shot, or of all, oldest first."""
        with self._folder.guard:
            self._folder.refresh()
            return self._takes.of(shot)

    def add_keyframe(self, keyframe: Keyframe, image: Path) -> Keyframe:
        """Move the PNG `image` into the project, then its sidecar beside it, with which the keyframe begins to exist.

        The result's name is "<slot>_<number>_<hash>". Raises StudioError when it cannot be stored; `image` is then
        where it was.
        """
        shot, slot = check_name(keyframe.shot), check_name(keyframe.slot)
        folder, prefix = f"keyframes/{shot}", f"{slot[:48]}_"
        self._folder.be_there()
        with atomic.storing(f"Storing a keyframe of shot {shot}"):
            place = self._folder.made(folder)
            digest = _hash(image)
            with self._folder.adding("keyframes"):
                name = check_name(f"{prefix}{1 + _highest(place, prefix):03d}_{digest[:8]}")
                stored = keyframe.replace(
                    name=name,
                    image=Picked(path=f"{folder}/{name}.png", sha256=digest),
                    image_bytes=image.stat().st_size,
                )
                atomic.place_copy(image, place / f"{name}.png")
                atomic.write_bytes(place / f"{name}.json", KEYFRAME.dump(stored))
        _let_go(image)
        return self._begun(self._keyframes, folder, f"{name}.json", stored)

    def add_take(self, take: Take, clip: Path, last: Path) -> Take:
        """Move a finished clip and its last frame into the project with their sidecar; all appear at once.

        The result's id is "<number>-<hash>", unique in its segment. Raises StudioError when they cannot be stored;
        they are then where they were.
        """
        folder = f"takes/{check_name(take.shot)}/{take.segment}"
        self._folder.be_there()
        with atomic.storing(f"Storing a take of shot {take.shot}"):
            place = self._folder.made(folder)
            clip_hash, last_hash = _hash(clip), _hash(last)
            stage = self._workspaces.make("take")
            try:
                ready = stage / "ready"
                ready.mkdir()
                atomic.place_copy(clip, ready / "clip.mp4")
                atomic.place_copy(last, ready / "last.png")
                with self._folder.adding("takes"):
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
        return self._begun(self._takes, folder, name, stored)

    def sounds(self) -> list[SoundFile]:
        """Sound files, oldest first."""
        with self._folder.guard:
            self._folder.refresh()
            return self._sounds.of(None)

    def add_sound(self, sound: SoundFile, source: Path) -> SoundFile:
        """Move a sound into the project, then its sidecar beside it, with which it begins to exist. What is there
        already, with the same content and fingerprint, is not stored twice.

        The result's name is that of its content. Raises StudioError when it cannot be stored; `source` is then where
        it was.
        """
        self._folder.be_there()
        with atomic.storing(f"Storing the sound {sound.title}"):
            place = self._folder.made("sounds")
            digest = _hash(source)
            same = (s for s in self.sounds() if (s.file.sha256, s.fingerprint) == (digest, sound.fingerprint))
            known = next(same, None)
            if known is None:
                with self._folder.adding("sounds"):
                    name = free_name(digest[:16], {entry.name.split(".")[0] for entry in os.scandir(place)})
                    file = f"sounds/{name}{source.suffix.lower()}"
                    known = sound.replace(
                        name=name, file=Picked(path=file, sha256=digest), size=source.stat().st_size
                    )  # fmt: skip
                    atomic.place_copy(source, inside(self._folder.root, file))
                    atomic.write_bytes(place / f"{name}.json", SOUND.dump(known))
        _let_go(source)
        return self._begun(self._sounds, "sounds", f"{known.name}.json", known)

    def add_table(self, source: Path, title: str) -> Picked:
        """Copy a colour table to `tables/<title>-<hash>.cube`; the same content is stored once."""
        return self._add_once(
            source, "tables", f"Storing the colour table {title}", f"{slug(title, 'table')}-{{:.8}}.cube"
        )

    def add_mask(self, source: Path) -> Picked:
        """Copy a mask to `masks/<hash>.png`; the same content is stored once."""
        return self._add_once(source, "masks", "Storing a mask", "{:.16}.png")

    def _add_once(self, source: Path, folder: str, doing: str, name: str) -> Picked:
        self._folder.be_there()
        with atomic.storing(doing):
            digest = _hash(source)
            file = f"{self._folder.made(folder).name}/{name.format(digest)}"
            place = inside(self._folder.root, file)
            if not place.is_file() or _hash(place) != digest:
                atomic.place_copy(source, place)
        self._folder.changed()
        return Picked(path=file, sha256=digest)

    def passes(self) -> list[PassClip]:
        """Clips that were made of takes' clips, oldest first."""
        with self._folder.guard:
            self._folder.refresh()
            return self._passes.of(None)

    def add_pass(self, made: PassClip, clip: Path) -> PassClip:
        """Move a clip beside the one it was made of, then its sidecar, with which it begins to exist.

        The result's name is "<kind>_<number>_<hash>". Raises StudioError when it cannot be stored, NotFound when the
        take is gone; `clip` is then where it was.
        """
        folder = PurePosixPath(made.source.path).parent.as_posix()
        self._folder.be_there()
        check_there(self._folder.root, made.source)
        with atomic.storing("Storing a clip beside its take"):
            place = inside(self._folder.root, folder)
            digest = _hash(clip)
            with self._folder.adding("takes"):
                name = check_name(f"{made.kind}_{1 + _highest(place, made.kind):03d}_{digest[:8]}")
                stored = made.replace(
                    name=name, clip=Picked(path=f"{folder}/{name}.mp4", sha256=digest), size=clip.stat().st_size
                )  # fmt: skip
                atomic.place_copy(clip, place / f"{name}.mp4")
                atomic.write_bytes(place / f"{name}.json", PASS.dump(stored))
        _let_go(clip)
        return self._begun(self._passes, folder, f"{name}.json", stored)

    def _begun(self, kind: Artefacts[A], folder: str, key: str, stored: A) -> A:
        """It is in the project from now on."""
        with self._folder.guard:
            kind.added(folder, key, stored)
            self._folder.changed()
        return stored


def check_there(root: Path, picked: Picked) -> Path:
    """The absolute path of a file of the project in `root`. Raises UnsafePath or NotFound."""
    path = inside(root, picked.path)
    if not path.is_file():
        raise NotFound(f"{picked.path} is no longer in the project.", "Make or choose another.")
    return path


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
