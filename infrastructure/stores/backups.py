"""Earlier versions of a document: many of the last minutes, fewer of the last hours and days."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from domain.keeping import Backup
from infrastructure.stores import atomic
from infrastructure.stores.schemas import MAX_BYTES

log = logging.getLogger(__name__)

NEWEST, HOURS, DAYS = 4, 12, 14
"""How many are kept: the newest ones, then the last of each hour, then the last of each day."""

_NAME = re.compile(r"(\d{6,12})-(\d{8}T\d{6})Z(?:-version-(\d{1,6}))?\.json")


class _Kept(NamedTuple):
    number: int
    stamp: str
    original_of: int
    name: str


class Backups:
    """The versions of one document in `folder`, made when the first is kept. `many` false keeps the newest only.

    They are numbered: their order does not depend on a clock that may be set back.
    """

    def __init__(self, folder: Path, *, many: bool = True) -> None:
        self.folder = folder
        self._many = many

    def keep(self, data: bytes) -> None:
        """Keep this content as the newest version, unless it is that already. Never raises: the document itself is on
        the disk; a backup is for damage that comes later."""
        with self._telling():
            kept = self._kept()
            if kept and self._same(kept[-1], data):
                return
            self._add(kept, data, "")
            for old in self._superfluous(self._kept()):
                (self.folder / old.name).unlink(missing_ok=True)

    def keep_original(self, data: bytes, version: int) -> None:
        """Keep a document of an older version before it is written anew; for good. Raises OSError."""
        kept = self._kept()
        if not any(k.original_of == version and self._same(k, data) for k in kept):
            self._add(kept, data, f"-version-{version}")

    def newest_is(self, stat: os.stat_result, digest: bytes) -> bool:
        """Whether the newest version has this content; looked at only where size and time leave a doubt."""
        kept = self._kept()
        if not kept:
            return False
        path = self.folder / kept[-1].name
        try:
            own = path.stat()
            if own.st_size != stat.st_size:
                return False
            if own.st_mtime_ns >= stat.st_mtime_ns:
                return True
            return hashlib.sha256(path.read_bytes()).digest() == digest
        except OSError:
            return False

    def versions(self, document: str) -> list[Backup]:
        """All versions, newest first."""
        found = []
        for kept in reversed(self._kept()):
            with contextlib.suppress(OSError):
                found.append(
                    Backup(
                        document=document, key=kept.name.removesuffix(".json"), when=_spoken(kept.stamp),
                        size=(self.folder / kept.name).stat().st_size,
                        note=f"as version {kept.original_of} wrote it" if kept.original_of else "",
                    )
                )  # fmt: skip
        return found

    def contents(self, key: str = "") -> Iterator[tuple[str, bytes]]:
        """Time and content of the versions, newest first; of that one with a key. Unreadable files are left out."""
        for kept in reversed(self._kept()):
            if key in ("", kept.name.removesuffix(".json")):
                with contextlib.suppress(OSError, ValueError):
                    yield _spoken(kept.stamp), atomic.read_bytes(self.folder / kept.name, MAX_BYTES)

    def any(self) -> bool:
        """Whether there is one."""
        return bool(self._kept())

    def _kept(self) -> Sequence[_Kept]:
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 - names are all that is needed
        except OSError:
            return []
        found = [_NAME.fullmatch(name) for name in names]
        return sorted(_Kept(int(m[1]), m[2], int(m[3] or 0), m[0]) for m in found if m)

    def _add(self, kept: Sequence[_Kept], data: bytes, ending: str) -> None:
        number = kept[-1].number + 1 if kept else 1
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        atomic.write_bytes(self.folder / f"{number:06d}-{stamp}{ending}.json", data, durable=bool(ending))

    def _same(self, kept: _Kept, data: bytes) -> bool:
        path = self.folder / kept.name
        return path.stat().st_size == len(data) and path.read_bytes() == data

    def _superfluous(self, kept: Sequence[_Kept]) -> list[_Kept]:
        own = [k for k in reversed(kept) if not k.original_of]
        if not self._many:
            return own[1:]
        hours, days = set[str](), set[str]()
        found = []
        for one in own[NEWEST:]:
            hour, day = one.stamp[:11], one.stamp[:8]
            if hour not in hours and len(hours) < HOURS:
                hours.add(hour)
            elif day not in days and len(days) < DAYS:
                days.add(day)
            else:
                found.append(one)
        return found

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            log.warning("No backup could be kept in %s: %s", self.folder, error)


def _spoken(stamp: str) -> str:
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}:{stamp[13:15]}"
