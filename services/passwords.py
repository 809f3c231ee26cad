"""The password that a studio asks for: where it comes from, and whether it will do."""

from __future__ import annotations

from pathlib import Path

from domain.errors import BadInput

SHORTEST = 8
"""Characters that a password needs."""


def read_password(file: Path) -> str:
    """The password in the first line of a file. Raises BadInput."""
    try:
        with file.open("rb") as opened:
            line = opened.read(1000).splitlines()[:1]
        return check_password(line[0].decode("utf-8-sig").strip() if line else "")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        cure = "Put the password on its first line."
        raise BadInput(f"The password file {file} cannot be read: {reason}.", cure) from None


def check_password(password: str) -> str:
    """The password if it will do. Raises BadInput, which does not repeat it."""
    if len(password) < SHORTEST:
        raise BadInput(f"The password is shorter than {SHORTEST} characters.", "Choose a longer one.")
    return password
