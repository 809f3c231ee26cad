"""Collects what an import altered, so that thirty shots with the same remark make one line and not thirty."""

from __future__ import annotations

from domain.importing import ImportNote

MAX_NOTES = 200
"""Notes listed in full; the last one counts the rest."""

_NAMED = 4


class Notes:
    """Remarks in the order in which they came, equal ones on several shots joined."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], list[str]] = {}

    def add(self, what: str, *, shot: str = "", field: str = "", part: str = "storyboard") -> None:
        """Note `what` about a field of a shot, or of `part` when it belongs to no shot."""
        shots = self._found.setdefault(("" if shot else part, field, what), [])
        if shot and shot not in shots[-1:]:
            shots.append(shot)

    def take(self, other: Notes) -> None:
        """Add the remarks of another collection."""
        for key, shots in other._found.items():
            self._found.setdefault(key, []).extend(shots)

    def listed(self) -> tuple[ImportNote, ...]:
        """All remarks, at most MAX_NOTES."""
        notes = []
        for (part, field, what), shots in list(self._found.items())[:MAX_NOTES]:
            where = _shots(shots) if shots else part
            notes.append(ImportNote(where=f"{where} · {field}" if field else where, what=what))
        rest = len(self._found) - len(notes)
        if rest:
            notes.append(ImportNote(where="storyboard", what=f"{rest} more remarks of this kind are not listed."))
        return tuple(notes)


def _shots(shots: list[str]) -> str:
    if len(shots) == 1:
        return f"shot {shots[0]}"
    if len(shots) <= _NAMED:
        return f"shots {', '.join(shots)}"
    return f"shots {', '.join(shots[: _NAMED - 1])} and {len(shots) - _NAMED + 1} more"


def shown(value: object, limit: int = 40) -> str:
    """A foreign value as it may stand in a sentence: quoted, printable, short."""
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    text = repr(value) if isinstance(value, (str, int, float)) else kind(value)
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else "?" for c in text)


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"
