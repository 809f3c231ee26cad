"""The one place where the errors of PyAV, Pillow and the disk become errors of Kinoloom, in sentences.

Files come from users, servers and crashes, and the decoders answer damage with errors of every kind; so what is not
known by name is translated too, and its traceback goes to the log at debug level.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import DiskFull, MediaFailed, StudioError, UnreadableMedia
from infrastructure.stores.atomic import FULL

log = logging.getLogger(__name__)

_BY_NUMBER = {
    errno.ENOENT: ("the file is not there", "Make it again, or choose another."),
    errno.EACCES: ("reading or writing it is not allowed", "Check the permissions, and whether a player has it open."),
    errno.EPERM: ("reading or writing it is not allowed", "Check the permissions, and whether a player has it open."),
    errno.EISDIR: ("it is a folder", "Choose a file."),
    errno.ENOTEMPTY: ("it is a folder", "Choose a file."),
    errno.ENOSPC: ("the disk is full", "Free some space and start again."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and start again."),
    errno.EFBIG: ("the disk takes no file as large as that", "Write it to a disk of another format."),
    errno.EROFS: ("the disk is read-only", "Move the project to a folder that can be written."),
    errno.EIO: ("the disk reports an error", "Check the disk, then try again."),
    errno.ENOMEM: ("there is not enough memory", "Close other programs, or use a smaller file."),
}
_BY_NAME = {
    "MemoryError": _BY_NUMBER[errno.ENOMEM],
    "DecompressionBombError": ("it has too many pixels", "Make it smaller first."),
    "DecompressionBombWarning": ("it has too many pixels", "Make it smaller first."),
    "DecoderNotFoundError": ("no decoder for it is built in", "Convert it to H.264 mp4 or PNG first."),
    "EncoderNotFoundError": ("the encoder is not built in", "Reinstall Kinoloom's dependencies (PyAV)."),
    "MuxerNotFoundError": ("the file format is not built in", "Reinstall Kinoloom's dependencies (PyAV)."),
}
_DAMAGED = ("its content is damaged, cut short, or not what its name says", "Make it again, or choose another file.")


def explain(error: BaseException) -> tuple[str, str]:
    """Why it failed and what to try, for any exception."""
    name = type(error).__name__
    if name in _BY_NAME:
        return _BY_NAME[name]
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number in _BY_NUMBER:
        return _BY_NUMBER[number]
    return _DAMAGED


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong inside into UnreadableMedia about `path`; errors of Kinoloom pass."""
    try:
        yield
    except StudioError:
        raise
    except Exception as error:
        log.debug("%s cannot be read", path, exc_info=True)
        reason, cure = explain(error)
        raise UnreadableMedia(f"{path.name} cannot be read: {reason}.", cure) from error


@contextmanager
def making(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong inside into MediaFailed about writing `path`, DiskFull where there is no room; errors
    of Kinoloom pass."""
    try:
        yield
    except StudioError:
        raise
    except Exception as error:
        log.warning("%s cannot be made", path, exc_info=True)
        reason, cure = explain(error)
        if reason is _DAMAGED[0]:
            reason, cure = f"{type(error).__name__}: {error}"[:300], "Try again; the log has more."
        kind = DiskFull if getattr(error, "errno", None) in FULL else MediaFailed
        raise kind(f"{path.name} could not be made: {reason}.", cure) from error
