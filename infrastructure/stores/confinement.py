"""The one function that joins a path from a file, a server or a form to a folder, and keeps it inside."""

from __future__ import annotations

import re
from pathlib import Path

from domain.errors import UnsafePath

MAX_PATH = 400
"""Longest relative path accepted, in characters."""

_MAX_NAME = 200
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$")


def inside(root: Path, relative: str, *, hidden: bool = False) -> Path:
    """The absolute path of `relative` (forward slashes) below `root`. Raises UnsafePath when it is not surely there.

    Refused are absolute paths, drive letters and streams (":"), backslashes, "." and "..", hidden names (unless
    `hidden`), control characters, device names, names ending in a dot or space, overlong names, and links that lead
    outside.
    """
    if not relative or len(relative) > MAX_PATH:
        raise _unsafe(relative, "it is empty" if not relative else "it is too long")
    if any(ord(c) < 32 or c in '\\:*?"<>|\x7f' or 0xD800 <= ord(c) <= 0xDFFF for c in relative):
        raise _unsafe(relative, "it holds a character that no file name should have")
    for part in relative.split("/"):
        if not part or (part.startswith(".") and not hidden):
            raise _unsafe(relative, "it has an empty or hidden part, or one that leads elsewhere")
        if part[-1] in ". " or len(part.encode()) > _MAX_NAME or _DEVICES.match(part):
            raise _unsafe(relative, "not every system takes that name")
    try:
        home = root.resolve()
        path = (home / relative).resolve()
    except (OSError, RuntimeError, ValueError):
        raise _unsafe(relative, "it cannot be followed") from None
    if not path.is_relative_to(home) or path == home:
        raise _unsafe(relative, "a link in it leads outside")
    return path


def _unsafe(relative: str, why: str) -> UnsafePath:
    return UnsafePath(
        f"The path {relative[:80]!r} is not used: {why}.", "Only files inside the project folder can be used."
    )
