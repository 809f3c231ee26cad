"""Looks into foreign folders without ever leaving them."""

from __future__ import annotations

import os
import re
from collections.abc import Set
from itertools import islice
from pathlib import Path

from domain.errors import BadInput
from domain.importing import PICTURES as PICTURES
from services.importing.reading import printable

MAX_ENTRIES = 100_000
"""Entries of one folder that are looked at."""


def files_in(folder: Path, suffixes: Set[str]) -> list[Path]:
    """The ordinary files in `folder` with these suffixes, in natural order; links and hidden files are left out.

    Empty when there is no such folder. Raises BadInput when it cannot be read.
    """
    try:
        if not folder.is_dir():
            return []
        entries = list(islice(folder.iterdir(), MAX_ENTRIES))
        found = [e for e in entries if e.suffix.lower() in suffixes and not e.name.startswith(".")]
        return sorted((e for e in found if e.is_file() and not e.is_symlink()), key=lambda e: natural(e.name))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            f"The folder {printable(folder.name)} cannot be read: {reason}.", "Check its permissions."
        ) from None


def written(file: Path) -> float:
    """When the file was last written, in seconds since 1970; 0 when that cannot be told."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts shot-2 before shot-10."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]", name.casefold())
    return [(0, int(p), "") if p[0] in "0123456789" else (1, 0, p) for p in parts] + [(2, 0, name)]


def inside(root: Path, name: str) -> Path | None:
    """The ordinary file `name` inside `root`, or None: relative, or absolute if it leads into the root.

    Told from the words alone before the disk is asked, so that a foreign path reaches no other place or server;
    then links are followed and the outcome checked again.
    """
    if not name or "\0" in name or len(name) > 4000 or name.startswith(("\\\\", "//")):
        return None
    base = Path(os.path.normpath(root.absolute()))
    wanted = Path(os.path.normpath(base / name))
    if wanted == base or not wanted.is_relative_to(base):
        return None
    try:
        real = wanted.resolve(strict=True)
        return wanted if real.is_relative_to(base.resolve()) and real.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def plain_name(value: object) -> str:
    """The last part of a foreign path, whatever system it is from; empty when it is no file name."""
    if not isinstance(value, str):
        return ""
    name = re.split(r"[\\/]", value)[-1]
    return "" if name in ("", ".", "..") or "\0" in name or len(name) > 255 else name
