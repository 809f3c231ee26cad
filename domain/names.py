"""Names that become folders: shot ids, take ids, slugs."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import StringConstraints

from domain.errors import UnsafePath

SAFE_NAME = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$"
"""A folder name that every file system takes: 1 to 64 characters, no path separators, no dot at either end."""

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10)}

SafeName = Annotated[str, StringConstraints(pattern=SAFE_NAME, max_length=64)]


def is_safe_name(name: str) -> bool:
    """Whether `name` can be a folder on every system, Windows' reserved device names included."""
    return re.fullmatch(SAFE_NAME, name) is not None and name.split(".")[0].lower() not in _RESERVED


def check_name(name: str) -> str:
    """`name` itself. Raises UnsafePath when it could not be one plain folder or file name."""
    if not is_safe_name(name):
        raise UnsafePath(f"{name[:80]!r} cannot be used as a name.", "Use letters, digits, dot, dash and underscore.")
    return name


def slug(text: str, fallback: str = "untitled") -> str:
    """A safe name made of `text`: letters and digits kept, the rest dashes, at most 48 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:48].strip("-")
    return name if name and is_safe_name(name) else fallback


def free_name(wanted: str, taken: set[str]) -> str:
    """`wanted`, or the first of wanted-2, wanted-3 … that is not in `taken` (compared without case)."""
    used = {t.casefold() for t in taken}
    name, number = wanted, 1
    while name.casefold() in used:
        number += 1
        name = f"{wanted[:58]}-{number}"
    return name
