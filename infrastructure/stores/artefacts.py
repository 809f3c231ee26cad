"""The keyframes and takes of a project in memory, kept true to the folders at the price of a few stats.

Sidecars never change once written, so each is read once. A folder's modification time tells whether names came or
went; only such folders are listed again.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from domain.errors import NewerFile
from domain.names import is_safe_name
from domain.passes import PassClip
from domain.sound.files import SoundFile
from domain.take import Keyframe, Take
from infrastructure.stores import atomic
from infrastructure.stores.schemas import MAX_BYTES, Fields, Schema, Unreadable

A = TypeVar("A", Keyframe, Take, SoundFile, PassClip)
log = logging.getLogger(__name__)


def _keyframe_sizes(fields: Fields) -> Fields:
    return fields | {"image_bytes": 0}


def _take_sizes(fields: Fields) -> Fields:
    """The probe told the size of the clip already; that of the last frame stays unknown."""
    return fields | {"clip_bytes": fields["info"].get("size", 0), "last_bytes": 0}


KEYFRAME = Schema("keyframe", 2, {1: _keyframe_sizes})
TAKE = Schema("take", 2, {1: _take_sizes})
SOUND = Schema("sound-file")
PASS = Schema("pass")

# A folder changed again within the clock's step would look unchanged: it is listed again until it has rested this long.
_RACY_NS = 2_000_000_000


class Artefacts(Generic[A]):
    """All artefacts of one kind below `root`/`top`, `depth` folders deep; see `Keyframes` and `Takes`.

    Not safe for threads by itself; the project's files hold one lock around it.
    """

    top: str
    depth: int
    schema: Schema
    model: type[A]

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[str, tuple[int, list[str]]] = {}
        self._found: dict[str, dict[str, A | None]] = {}
        self._lists: dict[str | None, list[A]] = {}
        self._told: set[Path] = set()

    def of(self, shot: str | None) -> list[A]:
        """Artefacts of a shot, or of all, oldest first; as of the last `refresh`."""
        cached = self._lists.get(shot)
        if cached is None:
            prefix = None if shot is None else f"{self.top}/{shot}"
            every = [
                artefact
                for folder, held in self._found.items()
                if prefix is None or folder == prefix or folder.startswith(f"{prefix}/")
                for artefact in held.values()
                if artefact is not None
            ]
            cached = self._lists[shot] = sorted(every, key=_age)
        return list(cached)

    def refresh(self) -> bool:
        """Look for what came and went; whether anything did."""
        changed = False
        seen: set[str] = set()
        for folder in self._walk():
            seen.add(folder)
            changed |= self._changed_leaf(folder)
        for gone in self._found.keys() - seen:
            del self._found[gone]
            self._folders.pop(gone, None)  # put back as it was, it would look as if it had been listed
            changed = True
        if changed:
            self._lists.clear()
        return changed

    def added(self, folder: str, key: str, artefact: A) -> None:
        """Take note of an artefact that we stored ourselves."""
        self._found.setdefault(folder, {})[key] = artefact
        self._lists.clear()

    def _walk(self) -> Iterator[str]:
        """The folders that hold artefacts, relative to the root."""
        level = [self.top]
        for _ in range(self.depth):
            level = [f"{folder}/{name}" for folder in level for name in self._names(folder)]
        return iter(level)

    def _names(self, folder: str) -> list[str]:
        """Names of the folders in a folder."""
        return self._listing(folder, lambda entry: entry.is_dir(follow_symlinks=False) and is_safe_name(entry.name))[1]

    def _listing(self, folder: str, wanted: Callable[[os.DirEntry[str]], bool]) -> tuple[bool, list[str]]:
        """Whether the folder was listed again, and the wanted names in it."""
        path = f"{self._root}/{folder}"
        known = self._folders.get(folder)
        try:
            changed = os.stat(path).st_mtime_ns  # noqa: PTH116 - thousands a second, without making a Path of each
            if known is not None and known[0] == changed:
                return False, known[1]
            names = sorted(entry.name for entry in os.scandir(path) if wanted(entry))
        except (FileNotFoundError, NotADirectoryError):
            self._folders.pop(folder, None)
            return known is not None, []
        except OSError as error:
            log.warning("The folder %s cannot be listed: %s", path, error)
            return False, known[1] if known else []
        rested = abs(time.time_ns() - changed) > _RACY_NS
        self._folders[folder] = (changed if rested else -1, names)
        return True, names

    def _changed_leaf(self, folder: str) -> bool:
        listed, names = self._listing(folder, self._is_sidecar)
        held = self._found.setdefault(folder, {})
        if not listed:
            return False
        changed = False
        for key in names:
            # what could not be read before is tried again: a copy under way may have brought the rest
            if held.get(key) is None:
                held[key] = self._load(folder, key)
                changed |= held[key] is not None
        for key in held.keys() - set(names):
            changed |= held.pop(key) is not None
        return changed

    def _load(self, folder: str, key: str) -> A | None:
        path = self._root / folder / self._sidecar(key)
        try:
            found = self.schema.load(atomic.read_bytes(path, MAX_BYTES), self.model, path.name)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, Unreadable, NewerFile) as error:
            self._leave_out(path, str(error))
            return None
        problem = self._mismatch(found, folder, key)
        if problem:
            self._leave_out(path, problem)
            return None
        return found

    def _leave_out(self, path: Path, why: str) -> None:
        if path not in self._told:
            self._told.add(path)
            log.warning("%s is left out: %s", path, why)

    def _is_sidecar(self, entry: os.DirEntry[str]) -> bool:
        raise NotImplementedError

    def _sidecar(self, key: str) -> str:
        raise NotImplementedError

    def _mismatch(self, found: A, folder: str, key: str) -> str:
        raise NotImplementedError


class Keyframes(Artefacts[Keyframe]):
    """`keyframes/<shot>/<name>.json` beside the picture of the same name."""

    top, depth, schema, model = "keyframes", 1, KEYFRAME, Keyframe

    def _is_sidecar(self, entry: os.DirEntry[str]) -> bool:
        return entry.name.endswith(".json") and not entry.name.startswith(".")

    def _sidecar(self, key: str) -> str:
        return key

    def _mismatch(self, found: Keyframe, folder: str, key: str) -> str:
        stem = key.removesuffix(".json")
        if found.name != stem or folder != f"{self.top}/{found.shot}" or found.image.path != f"{folder}/{stem}.png":
            return "it belongs to another place"
        return "" if (self._root / found.image.path).is_file() else "its picture is missing"


class Takes(Artefacts[Take]):
    """`takes/<shot>/<segment>/<take>/take.json` beside clip.mp4 and last.png."""

    top, depth, schema, model = "takes", 2, TAKE, Take

    def _is_sidecar(self, entry: os.DirEntry[str]) -> bool:
        return entry.is_dir(follow_symlinks=False) and is_safe_name(entry.name)

    def _sidecar(self, key: str) -> str:
        return f"{key}/take.json"

    def _mismatch(self, found: Take, folder: str, key: str) -> str:
        place = f"{folder}/{key}"
        if found.id != key or folder != f"{self.top}/{found.shot}/{found.segment}":
            return "it belongs to another place"
        if (found.clip.path, found.last.path) != (f"{place}/clip.mp4", f"{place}/last.png"):
            return "it names files elsewhere"
        whole = all((self._root / path).is_file() for path in (found.clip.path, found.last.path))
        return "" if whole else "its clip or last frame is missing"


class Sounds(Artefacts[SoundFile]):
    """`sounds/<name>.json` beside the sound of the same name."""

    top, depth, schema, model = "sounds", 0, SOUND, SoundFile

    def _is_sidecar(self, entry: os.DirEntry[str]) -> bool:
        return _is_plain(entry) and entry.name.endswith(".json")

    def _sidecar(self, key: str) -> str:
        return key

    def _mismatch(self, found: SoundFile, folder: str, key: str) -> str:
        stem = key.removesuffix(".json")
        if found.name != stem or not found.file.path.startswith(f"{folder}/{stem}."):
            return "it belongs to another place"
        return "" if (self._root / found.file.path).is_file() else "its sound is missing"


class Passes(Artefacts[PassClip]):
    """`takes/<shot>/<segment>/<take>/<name>.json` beside the clip of the same name: deleting the take deletes them."""

    top, depth, schema, model = "takes", 3, PASS, PassClip

    def _is_sidecar(self, entry: os.DirEntry[str]) -> bool:
        return _is_plain(entry) and entry.name.endswith(".json") and entry.name != "take.json"

    def _sidecar(self, key: str) -> str:
        return key

    def _mismatch(self, found: PassClip, folder: str, key: str) -> str:
        stem = key.removesuffix(".json")
        if found.name != stem or found.clip.path != f"{folder}/{stem}.mp4":
            return "it belongs to another place"
        return "" if (self._root / found.clip.path).is_file() else "its clip is missing"


def _is_plain(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file that is not hidden; opening a pipe would wait for ever."""
    return entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")


def _age(artefact: Keyframe | Take | SoundFile | PassClip) -> tuple[str, int, str]:
    name = artefact.id if isinstance(artefact, Take) else artefact.name
    return artefact.made, running_number(name), name


def running_number(name: str) -> int:
    """The number in "<number>-<hash>" and "<slot>_<number>_<hash>"; 0 when there is none."""
    found = re.fullmatch(r"(?:.*_)?(\d{1,9})[_-][0-9a-f]{8}", name)
    return int(found[1]) if found else 0
