"""JSON documents that survive crashes, other programs and other versions of Kinoloom.

A document is `{"schema": "kinoloom/<name>", "version": n, ...fields}`. Writing goes through a temporary file, fsync and
rename under a file lock, and refuses to overwrite what somebody else wrote in the meantime; good versions are kept as
backups. What cannot be read is set aside under another name, never replaced by defaults.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Generic, NamedTuple, TypeVar

from filelock import FileLock, Timeout

from domain.base import Value
from domain.errors import Conflict, DamagedFile, NewerFile, NotFound
from domain.keeping import Backup
from infrastructure.stores import atomic
from infrastructure.stores.backups import Backups
from infrastructure.stores.schemas import MAX_BYTES, Schema, Unreadable, version_of

V = TypeVar("V", bound=Value)
log = logging.getLogger(__name__)

LOCK_SECONDS = 5.0
"""How long a writer waits for another before it gives up with Conflict."""

SETTLE_SECONDS = 0.05
"""How long a document that cannot be read is left before it is looked at again."""

# A file changed twice within the clock's step looks unchanged; within this time of the change we compare contents.
_RACY_NS = 100_000_000


class _Seen(NamedTuple, Generic[V]):
    """What this process last saw of a file; digest and value are None when there was no file."""

    stat: tuple[int, int, int] | None
    digest: bytes | None
    value: V | None
    at: int
    version: int = 0


class JsonFile(Generic[V]):
    """One document on disk, read and written whole; safe for threads, and for processes that share the folder.

    `hidden` is a folder for its lock, and for its one backup unless `backups` says where versions go; made when
    needed. With `precious`, a missing document that has backups is damage and not a beginning. Values are frozen, so
    that all readers share the one that was read; reading again costs a stat until the file changes.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        model: type[V],
        hidden: Path,
        *,
        lock: str = "",
        patience: float = LOCK_SECONDS,
        settle: float = SETTLE_SECONDS,
        backups: Backups | None = None,
        precious: bool = False,
    ) -> None:
        self.path = path
        self._patience = patience
        self._settle = settle
        self.schema = schema
        self.model = model
        own = hidden / "backup" / path.parent.relative_to(hidden.parent) / path.stem
        self._backups = backups or Backups(own, many=False)
        self._precious = precious
        self._lock = hidden / "locks" / f"{lock or path.stem}.json.lock"
        self._seen: _Seen[V] | None = None
        self._guard = RLock()

    def read(self) -> V | None:
        """The document, or None when there is none. Raises DamagedFile (set aside) and NewerFile (left alone)."""
        with self._guard, atomic.storing(f"Reading {self.path.name}"):
            stat = _stat(self.path)
            seen = self._seen
            if seen is None or stat != seen.stat or (stat is not None and seen.at - stat[0] <= _RACY_NS):
                seen = self._load()
                self._seen = seen
                self._keep_if_other(seen)
            if seen.stat is None and self._precious:
                self._miss()
            return seen.value

    def write(self, value: V) -> None:
        """Store the document. Raises Conflict when it changed on disk since it was last read or written here."""
        data = self.schema.dump(value)
        with self._guard, atomic.storing(f"Saving {self.path.name}"), self._locked():
            before = self._seen
            now = self._load()  # raises on damaged and newer files, so that nothing of theirs is overwritten
            digest = _digest(data)
            if now.digest not in (None, before and before.digest, digest):
                self._seen = before
                raise Conflict(
                    f"{self.path.name} was changed by another program or window since it was read here.",
                    "Reload the page to see that change, then make yours again.",
                )
            if now.digest != digest:
                if now.version not in (0, self.schema.version):
                    self._backups.keep_original(atomic.read_bytes(self.path, MAX_BYTES), now.version)
                atomic.write_bytes(self.path, data)
                self._backups.keep(data)
            self._seen = _Seen(_stat(self.path), digest, value, time.time_ns(), self.schema.version)

    def backup_time(self) -> str | None:
        """When the newest backup was made, UTC like "2026-11-21 08:30:00"; None when there is none that can be read."""
        return next((when for when, data in self._backups.contents() if self._value(data) is not None), None)

    def backups(self, document: str) -> list[Backup]:
        """The kept versions of the document of that name, newest first."""
        return self._backups.versions(document)

    def restore(self, key: str = "") -> V:
        """Put a backup in the place of the document: the newest that can be read, in place of a missing or damaged
        one; or the one of that key, also over a good one, which is then the newest backup.

        Raises NotFound, NewerFile, and Conflict over a good one without a key.
        """
        with self._guard, atomic.storing(f"Restoring {self.path.name}"):
            try:
                there = self._load()
                self._keep_if_other(there)
                if there.value is not None and not key:
                    raise Conflict(f"{self.path.name} can be read, so its backup was not put in its place.")
                self._seen = there
            except DamagedFile:
                pass  # it was set aside
            for _, data in self._backups.contents(key):
                value = self._value(data)
                if value is not None:
                    self.write(value)
                    return value
            raise NotFound(f"There is no backup of {self.path.name}.", "The set-aside file is still there.")

    def _value(self, data: bytes) -> V | None:
        try:
            return self.schema.load(data, self.model)
        except (Unreadable, NewerFile):
            return None

    def _miss(self) -> None:
        """Raise DamagedFile when the document is not there but was: what follows would start it anew, empty."""
        when = self.backup_time()
        if when is not None:
            raise DamagedFile(f"{self.path.name} is not there any more.", _offer(when))

    def _load(self) -> _Seen[V]:
        for attempt in (1, 2, 3):
            stat = _stat(self.path)
            if stat is None:
                return _Seen(None, None, None, time.time_ns())
            try:
                data = atomic.read_bytes(self.path, MAX_BYTES)
                digest = _digest(data)
                known = self._seen
                if known is not None and known.digest == digest:
                    return _Seen(stat, digest, known.value, time.time_ns(), known.version)
                value = self.schema.load(data, self.model, self.path.name)
                return _Seen(stat, digest, value, time.time_ns(), version_of(data))
            except FileNotFoundError:
                return _Seen(None, None, None, time.time_ns())
            except (ValueError, Unreadable) as error:
                # an editor that writes in place, or a copy under way, is given a moment to finish
                if attempt < 3:
                    time.sleep(self._settle)
                    continue
                raise self._set_aside(str(error)) from error
        raise AssertionError("unreachable")

    def _set_aside(self, why: str) -> DamagedFile:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        number = 1
        while aside.exists():
            number += 1
            aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}-{number}")
        try:
            self.path.rename(aside)
            where = f"it was set aside as {aside.name}"
        except OSError:
            where = "it could not be set aside and was left alone"
        self._seen = None
        when = self.backup_time()
        cure = _offer(when) if when else "There is no backup of it."
        log.warning("%s cannot be read (%s); %s", self.path, why, where)
        return DamagedFile(f"{self.path.name} cannot be read ({why}); {where}.", cure)

    def _keep_if_other(self, seen: _Seen[V]) -> None:
        """Back up good content that another program wrote; for us alone this costs two stats."""
        if seen.stat is None or seen.digest is None or not os.access(self.path.parent, os.W_OK):
            return
        try:
            if self._backups.newest_is(self.path.stat(), seen.digest):
                return
            data = atomic.read_bytes(self.path, MAX_BYTES)
        except (OSError, ValueError):
            return
        if _digest(data) == seen.digest:
            self._backups.keep(data)

    def _locked(self) -> _Held:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        return _Held(self._lock, self.path.name, self._patience)


class _Held:
    """The file lock of a document, held for the length of a `with`."""

    def __init__(self, path: Path, what: str, patience: float) -> None:
        self._lock = FileLock(path, timeout=patience)
        self._what = what

    def __enter__(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise Conflict(
                f"{self._what} is being written by another program.", "Try again in a moment; nothing was changed."
            ) from None

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def held(path: Path, what: str, patience: float = LOCK_SECONDS) -> _Held:
    """A lock file held for the length of a `with`, for `what`. Raises Conflict after `patience` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return _Held(path, what, patience)


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _offer(when: str) -> str:
    return f"A backup of {when} UTC can be restored."
