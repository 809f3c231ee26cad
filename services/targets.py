"""Where files that a person asked for are to lie, checked before any work begins."""

from __future__ import annotations

from pathlib import Path

from domain.errors import BadInput


def checked_target(target: Path, ending: str, wanted: str, what: str) -> Path:
    """The absolute path of the file to be, or of a folder to be where `ending` is empty.

    `wanted` is what to do about another ending, `what` the file is, in words. Raises BadInput when there cannot be one.
    """
    target = target.expanduser().resolve()
    if target.suffix.lower() != ending:
        if ending:
            raise BadInput(f"{target.name} does not end in {ending}.", wanted)
        raise BadInput(f"{target.name} has an ending, but {what} is a folder.", "Choose a name without one.")
    if ending and target.is_dir():
        raise BadInput(f"{target} is a folder.", "Choose a file name.")
    if not target.parent.is_dir():
        raise BadInput(f"The folder {target.parent} does not exist.", "Make it first, or choose another.")
    return target
