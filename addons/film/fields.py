"""Numbers as people type them."""

from __future__ import annotations

import re

from domain.errors import BadInput


def whole(what: str, text: str) -> int:
    """A whole number from 0 on. Raises BadInput about `what`."""
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
        raise BadInput(f"{what.capitalize()} is a whole number, not {text[:20]!r}.", "Correct it and try again.")
    return int(text)


def decimal(what: str, text: str) -> float:
    """A number, with a point or a comma. Raises BadInput about `what`."""
    plain = text.strip().replace(",", ".").replace("−", "-")
    if not re.fullmatch(r"[+-]?([0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9})", plain):
        raise BadInput(f"{what.capitalize()} is a number, not {text[:20]!r}.", "Correct it and try again.")
    return float(plain)
