"""Writing files whole or not at all, and telling in words why a disk refused.

One place, because Windows, full disks and read-only folders each need their own care.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from domain.errors import DiskFull, StudioError

T = TypeVar("T")

TMP_SUFFIX = ".kinoloom-tmp"
"""Ending of files that are still being written; nothing that ends so is ever read."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Numbers of the errors that say there is no room."""

_WORDS = {
    errno.ENOSPC: ("the disk is full.", "Free some space and do it again; nothing was lost."),
    errno.EDQUOT: ("the disk quota is used up.", "Free some space and do it again; nothing was lost."),
    errno.EFBIG: ("the disk takes no file as large as that.", "Move the project to a disk of another format."),
    errno.EROFS: ("the disk is read-only.", "Move the project to a folder that can be written."),
    errno.EIO: ("the disk reports an error.", "Check the disk and its cable, then do it again."),
    errno.ENOENT: (
        "its folder is not there.",
        "It was moved, renamed or unplugged: put it back, or open the project where it is now.",
    ),
    errno.EACCES: (
        "it is not allowed.",
        "Check the permissions of the folder, or whether another program holds the file.",
    ),
    errno.EPERM: (
        "it is not allowed.",
        "Check the permissions of the folder, or whether another program holds the file.",
    ),
    errno.ENAMETOOLONG: ("its path is too long.", "Move the project to a folder with a shorter path."),
}


@contextmanager
def storing(action: str) -> Iterator[None]:
    """Turn every OSError inside into a StudioError, DiskFull where there is no room: "`action` failed: the disk is
    full. Free some space …"."""
    try:
        yield
    except OSError as error:
        reason, cure = _WORDS.get(error.errno or 0, (f"{error.strerror or error}.", "Check the disk and try again."))
        kind = DiskFull if error.errno in FULL else StudioError
        raise kind(f"{action} failed: {reason}", cure) from error


def replace(source: Path, target: Path) -> None:
    """Rename `source` over `target` at once. On Windows waits up to two seconds for readers to let go."""
    _patiently(lambda: source.replace(target))


def read_bytes(path: Path, limit: int) -> bytes:
    """Contents of a file. Raises FileNotFoundError, OSError, and ValueError when it has more than `limit` bytes."""

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(limit + 1)

    data = _patiently(read)
    if len(data) > limit:
        raise ValueError(f"it is larger than {limit // 2**20} MiB")
    return data


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Store `data` at `path` whole or not at all; when `durable`, it is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """A name in the same folder for a file that is still being written; ends in TMP_SUFFIX."""
    return path.with_name(f".{path.name[:80]}.{os.getpid()}-{secrets.token_hex(4)}{TMP_SUFFIX}")


def sync_file(path: Path) -> None:
    """Have the system put a finished file on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have the system put a folder's entries on the disk, where it can."""
    if sys.platform == "win32":
        return  # renames are journalled there, and folders cannot be opened
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems cannot; the rename itself stands
    finally:
        os.close(descriptor)


def place_copy(source: Path, target: Path) -> None:
    """Have `target` hold what `source` holds: a hard link where the disk can, else a copy. Never overwrites."""
    if source.is_symlink():
        source = source.resolve(strict=True)
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        with source.open("rb") as reader, target.open("xb") as writer:
            shutil.copyfileobj(reader, writer, 2**20)
    sync_file(target)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it, as far as the system allows; links are removed, never followed."""
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists() or sys.platform != "win32":
            return
        time.sleep(0.1)


def _patiently(action: Callable[[], T]) -> T:
    attempts = 40 if sys.platform == "win32" else 1
    for attempt in range(attempts):
        try:
            return action()
        except PermissionError:
            # another program has the file open for a moment: virus scanners, indexers, our own other window
            if attempt == attempts - 1:
                raise
            time.sleep(0.05)
    raise AssertionError("unreachable")
