"""Reads one foreign object field by field: what fits becomes a value, what is harmless a note, the rest BadInput."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from domain.errors import BadInput
from domain.storyboard import MAX_TEXT
from domain.timing import parse_seconds
from services.importing.notes import Notes, kind, shown

MAX_SEED = 2**64 - 1
"""Highest seed that ComfyUI's samplers take."""

_MOST_NAMES = 100  # as domain.storyboard.Shot takes
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Fields:
    """One foreign object. `label` names it in errors ("Shot 3"), `shot` in notes (its Kinoloom id)."""

    def __init__(self, data: dict[str, Any], notes: Notes, *, label: str, shot: str = "", prefix: str = "") -> None:
        self.data = data
        self.notes = notes
        self.label = label
        self.shot = shot
        self.prefix = prefix

    def note(self, key: str, what: str) -> None:
        """A remark about that field."""
        self.notes.add(what, shot=self.shot, field=f"{self.prefix}{key}", part=self.label.lower())

    def within(self, key: str) -> Fields:
        """The object under `key`; an empty one when it is absent or no object."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            self.note(key, f"is {kind(value)}, not an object; it was not used.")
        return Fields(
            value if isinstance(value, dict) else {}, self.notes,
            label=self.label, shot=self.shot, prefix=f"{self.prefix}{key}.",
        )  # fmt: skip

    def text(self, key: str, limit: int = MAX_TEXT, *, needed: bool = False) -> str:
        """Text, at most `limit` characters; longer is cut with a note. With `needed`, a wrong type is BadInput."""
        value = self.data.get(key)
        if value is None or isinstance(value, str):
            return self._fitted(key, value or "", limit)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._fitted(key, str(value), limit)
        if needed:
            raise BadInput(f"{self.label}: {self.prefix}{key} is {kind(value)}, not text.", "Put it in quotes.")
        self.note(key, f"is {kind(value)}, not text; it was not used.")
        return ""

    def _fitted(self, key: str, text: str, limit: int) -> str:
        if _CONTROL.search(text):
            self.note(key, "Control characters were removed.")
            text = _CONTROL.sub("", text)
        if len(text) > limit:
            self.note(key, f"has {len(text)} characters; it was cut to {limit}.")
            text = text[:limit]
        return text

    def seconds(self, key: str) -> Fraction | None:
        """A length in seconds, exact; None when absent. Raises BadInput naming shot and field."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        try:
            return parse_seconds(value if isinstance(value, (int, float, str)) else kind(value))
        except ValueError:
            raise BadInput(
                f"{self.label}: {self.prefix}{key} is {shown(value)}; a length lies above 0 and at most 86400 seconds.",
                "Correct it in the file and import again.",
            ) from None

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`; None, with a note, for anything else."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        number = _number(value)
        if number is not None and number == int(number) and low <= number <= high:
            return int(value) if isinstance(value, int) else int(number)
        self.note(key, f"is {shown(value)}; it was not used, since a whole number from {low} to {high} is needed.")
        return None

    def real(self, key: str, low: float, high: float) -> float | None:
        """A number from `low` to `high`; None, with a note, for anything else."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        number = _number(value)
        if number is not None and low <= number <= high:
            return float(number)
        self.note(key, f"is {shown(value)}; it was not used, since a number from {low:g} to {high:g} is needed.")
        return None

    def names(self, key: str, inner: Iterable[str] = ("id", "name")) -> list[str]:
        """Names from a list of texts or of objects with one of the keys `inner`, or from one text with commas."""
        value = self.data.get(key)
        if value is None or value == "":
            return []
        items = re.split(r"[,;\n]", value) if isinstance(value, str) else value if isinstance(value, list) else [value]
        found: list[str] = []
        for item in items:
            name = next((item[k] for k in inner if k in item), None) if isinstance(item, dict) else item
            if isinstance(name, (str, int)) and not isinstance(name, bool):
                text = _CONTROL.sub("", str(name)).strip()[:200]
                if text and text not in found:
                    found.append(text)
                    if len(found) > _MOST_NAMES:
                        break
            else:
                self.note(key, f"holds {kind(item)} where a name belongs; it was not used.")
        if len(found) > _MOST_NAMES:
            self.note(key, f"has more than {_MOST_NAMES} names; the first {_MOST_NAMES} were used.")
        return found[:_MOST_NAMES]

    def unknown(self, known: Iterable[str]) -> None:
        """Note the keys that are not among `known`; they stay in the source that is kept."""
        names = set(known)
        extra = [key for key in self.data if key not in names]
        for key in extra[:20]:
            self.note(_CONTROL.sub("?", key)[:60], "is not known to Kinoloom; it is kept and written back on export.")
        if len(extra) > 20:
            self.note("", f"{len(extra) - 20} more fields are not known to Kinoloom; they are kept.")


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, int):
        return value
    try:
        number = float(value) if len(str(value)) <= 40 else math.nan
        if isinstance(value, str) and value.strip().lstrip("+-").isdecimal() and math.isfinite(number):
            return int(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def plain_number(value: Fraction) -> int | float:
    """A length as JSON has it: whole where it is whole."""
    return int(value) if value.denominator == 1 else float(value)
