"""JSON documents that survive crashes, other programs and other versions of Kinoloom.

A document is `{"schema": "kinoloom/<name>", "version": n, ...fields}`. Writing goes through a temporary file, fsync and
rename under a file lock, and refuses to overwrite what somebody else wrote in the meantime; the last good content is
kept as a backup. What cannot be read is set aside under another name, never replaced by defaults.
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
from domain.errors import Conflict, DamagedFile, NotFound
from infrastructure.stores import atomic
from infrastructure.stores.schemas import MAX_BYTES, Schema, Unreadable

V = TypeVar("V", bound=Value)
log = logging.getLogger(__name__)

LOCK_SECONDS = 5.0
"""How long a writer waits for another before it gives up with Conflict."""

# A file changed twice within the clock's step looks unchanged; within this time of the change we compare contents.
_RACY_NS = 100_000_000


class _Seen(NamedTuple, Generic[V]):
    """What this process last saw of a file; digest and value are None when there was no file."""

    stat: tuple[int, int, int] | None
    digest: bytes | None
    value: V | None
    at: int


class JsonFile(Generic[V]):
    """One document on disk, read and written whole; safe for threads, and for processes that share the folder.

    `hidden` is a folder for its lock and its backup, made when needed. Values are frozen, so that all readers share
    the one that was read; reading again costs a stat until the file changes.
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
    ) -> None:
        self.path = path
        self._patience = patience
        self.schema = schema
        self.model = model
        self._backup = hidden / "backup" / path.parent.relative_to(hidden.parent) / path.name
        self._lock = hidden / "locks" / f"{lock or path.stem}.json.lock"
        self._seen: _Seen[V] | None = None
        self._guard = RLock()

    def read(self) -> V | None:
        """The document, or None when there is none. Raises DamagedFile (set aside) and NewerFile (left alone)."""
        with self._guard, atomic.storing(f"Reading {self.path.name}"):
            stat = _stat(self.path)
            seen = self._seen
            if seen is not None and stat == seen.stat and (stat is None or seen.at - stat[0] > _RACY_NS):
                return seen.value
            seen = self._load()
            self._seen = seen
            self._keep_if_older(seen)
            return seen.value

    def write(self, value: V) -> None:
        """Store the document. Raises Conflict when it changed on disk since it was last read or written here."""
        data = self.schema.dump(value)
        with self._guard, atomic.storing(f"Saving {self.path.name}"), self._locked():
            before = self._seen
            now = self._load()  # raises on damaged and newer files, so that nothing of theirs is overwritten
            digest = _digest(data)
            if before is not None and now.digest not in (None, before.digest, digest):
                self._seen = before
                raise Conflict(
                    f"{self.path.name} was changed by another program or window since it was read here.",
                    "Reload the page to see that change, then make yours again.",
                )
            if now.digest != digest:
                atomic.write_bytes(self.path, data)
                self._keep(data)
            self._seen = _Seen(_stat(self.path), digest, value, time.time_ns())

    def backup_time(self) -> str | None:
        """When the backup was made, UTC like "2026-11-21 08:30:00"; None when there is none that can be read."""
        try:
            self.schema.load(atomic.read_bytes(self._backup, MAX_BYTES), self.model)
            return _utc(self._backup.stat().st_mtime)
        except (OSError, ValueError, Unreadable):
            return None

    def restore(self) -> V:
        """Put the backup in place of a missing or damaged document. Raises NotFound, and Conflict over a good one."""
        with self._guard, atomic.storing(f"Restoring {self.path.name}"):
            try:
                if self.read() is not None:
                    raise Conflict(f"{self.path.name} can be read, so its backup was not put in its place.")
            except DamagedFile:
                pass  # it was set aside
            try:
                data = atomic.read_bytes(self._backup, MAX_BYTES)
                value = self.schema.load(data, self.model)
            except (FileNotFoundError, ValueError, Unreadable):
                raise NotFound(
                    f"There is no backup of {self.path.name}.", "The set-aside file is still there."
                ) from None
            self.write(value)
            return value

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
                    return _Seen(stat, digest, known.value, time.time_ns())
                return _Seen(stat, digest, self.schema.load(data, self.model, self.path.name), time.time_ns())
            except FileNotFoundError:
                return _Seen(None, None, None, time.time_ns())
            except (ValueError, Unreadable) as error:
                # an editor that writes in place, or a copy under way, is given a moment to finish
                if attempt < 3:
                    time.sleep(0.05)
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
        backup = self.backup_time()
        cure = f"A backup of {backup} UTC can be restored." if backup else "There is no backup of it."
        log.warning("%s cannot be read (%s); %s", self.path, why, where)
        return DamagedFile(f"{self.path.name} cannot be read ({why}); {where}.", cure)

    def _keep(self, data: bytes) -> None:
        # not fsynced: the document itself is on the disk; the backup is for damage that comes later
        try:
            atomic.write_bytes(self._backup, data, durable=False)
        except OSError as error:
            log.warning("No backup of %s could be kept: %s", self.path.name, error)

    def _keep_if_older(self, seen: _Seen[V]) -> None:
        """Back up good content that another program wrote; for us alone this is a stat."""
        if seen.stat is None:
            return
        kept = _stat(self._backup)
        if kept is None or kept[0] < seen.stat[0]:
            try:
                data = atomic.read_bytes(self.path, MAX_BYTES)
            except (OSError, ValueError):
                return
            if _digest(data) == seen.digest and os.access(self.path.parent, os.W_OK):
                self._keep(data)

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


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
