"""Foreign ids into names that can be folders, each given out once."""

from __future__ import annotations

import re
import unicodedata

from domain.names import is_safe_name

_LONGEST = 56


def safe_id(text: str, fallback: str) -> str:
    """`text` when it is a safe name, else the nearest one that is, else `fallback`."""
    if is_safe_name(text):
        return text
    plain = unicodedata.normalize("NFKD", text[:400]).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", plain)
    name = re.sub(r"-{2,}", "-", name).strip("._-")[:_LONGEST].rstrip(".-")
    if name and not is_safe_name(name):
        name = f"{name.replace('.', '-')}-1"
    return name if is_safe_name(name) else fallback


class Names:
    """Gives out names that differ, also where upper and lower case count as the same."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._next: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """`wanted`, or the first of wanted-2, wanted-3 … that was not given out."""
        name, stem = wanted, wanted[:_LONGEST]
        while name.casefold() in self._used:
            number = self._next.get(stem.casefold(), 2)
            self._next[stem.casefold()] = number + 1
            name = f"{stem}-{number}"
        self._used.add(name.casefold())
        return name
