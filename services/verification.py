"""Looks whether all that a project keeps is still what it was: every document read, every file hashed and decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from domain.condition import Condition, Inventory, Irregularity, Moved, Vouched
from domain.errors import StudioError
from services.ports import Media

_MAKE_AGAIN = {
    "picture": "Choose or make another in Keyframes.",
    "last frame": "Render the project again: what is missing is made anew.",
    "clip": "Render the project again: what is missing is made anew.",
    "film": "Make the film again.",
    "sound": "Bring it in again in Film, or have the narration spoken again.",
    "colour table": "Choose the colour table again in Film.",
}


class Inventories(Protocol):
    """Looks into project folders without opening them; see `infrastructure.stores.inventory`."""

    def read(self, root: Path) -> Inventory:
        """What is in the project folder. Raises NotFound when it is none."""
        ...

    def measure(self, root: Path, path: str) -> tuple[int, str] | None:
        """Size in bytes and SHA-256 of a file of the project; None when it is not there."""
        ...

    def move_to_trash(self, root: Path, paths: list[str]) -> list[Moved]:
        """Move these into the project's trash. Raises Conflict while somebody works on the project."""
        ...


class Verification:
    """Verifies projects on disk. Looking changes nothing; only `tidy` does, and it deletes nothing."""

    def __init__(self, inventories: Inventories, media: Media) -> None:
        self._inventories = inventories
        self._media = media

    def examine(self, root: Path, report: Callable[[int, int], None] = lambda done, of: None) -> Condition:
        """The condition of the project in `root`; `report` gets how many media of how many were looked at.

        Hashes and decodes every file, so that it takes about as long as watching all of it at high speed. Raises
        NotFound when the folder is no project.
        """
        root = root.expanduser().absolute()
        inventory = self._inventories.read(root)
        found = list(inventory.irregular)
        for number, media in enumerate(inventory.media):
            report(number, len(inventory.media))
            found += self._check(root, media)
        report(len(inventory.media), len(inventory.media))
        found += self._unmet(root, inventory)
        kinds = [media.kind for media in inventory.media]
        return Condition(
            project=str(root), documents=inventory.documents, irregular=tuple(found),
            pictures=kinds.count("picture") + kinds.count("last frame"), clips=kinds.count("clip"),
            films=kinds.count("film"), sounds=kinds.count("sound"), tables=kinds.count("colour table"),
        )  # fmt: skip

    def tidy(self, condition: Condition) -> list[Moved]:
        """Move what nothing needs (orphans, and what was left over) into the project's own trash.

        Raises Conflict while somebody works on the project, and StudioError when it cannot be moved.
        """
        paths = [found.path for found in condition.irregular if found.may_move]
        return self._inventories.move_to_trash(Path(condition.project), paths) if paths else []

    def _check(self, root: Path, media: Vouched) -> Iterator[Irregularity]:
        cure = _MAKE_AGAIN[media.kind]
        try:
            measured = self._inventories.measure(root, media.path)
            if measured is None:
                yield Irregularity(kind="missing", path=media.path, what=f"{media.title} is missing.", cure=cure)
                return
            problem = _differs(media, *measured) or self._undecodable(root, media)
        except StudioError as error:
            problem = error.message
        if problem:
            yield Irregularity(kind="damaged", path=media.path, what=f"{media.title}: {problem}", cure=cure)

    def _undecodable(self, root: Path, media: Vouched) -> str:
        """Why the file is not what its sidecar says, once decoded; empty when it is. Raises StudioError."""
        path = root / media.path
        if media.kind == "sound":
            return ""  # its hash is known, and was compared
        if media.kind == "colour table":
            self._media.check_table(path)
            return ""
        if media.kind in ("picture", "last frame"):
            size, frames = self._media.check_image(path), media.frames
        else:
            info = self._media.probe(path)
            size, frames = (info.width, info.height), info.frames
        if media.width and size != (media.width, media.height):
            return f"it has {size[0]}×{size[1]} pixels instead of {media.width}×{media.height}."
        if frames != media.frames:
            return f"it has {frames} frames instead of {media.frames}."
        return ""

    @staticmethod
    def _unmet(root: Path, inventory: Inventory) -> Iterator[Irregularity]:
        """What is named for the film and told about by nothing; what a sidecar tells about was looked at."""
        known = {media.path for media in inventory.media}
        for pick in inventory.picks:
            if pick.path not in known:
                what = f"{pick.title}, is not in the project."
                yield Irregularity(kind="missing", path=pick.path, what=what, cure="Choose or make another.")


def _differs(media: Vouched, size: int, sha256: str) -> str:
    if media.sha256 and sha256 != media.sha256:
        if media.size and size != media.size:
            return f"it has {size} bytes instead of {media.size}."
        return "its content is not what was stored."
    if media.size and not media.sha256 and size != media.size:
        return f"it has {size} bytes instead of {media.size}."
    return ""


def condition_document(condition: Condition, moved: Sequence[Moved] = ()) -> dict[str, object]:
    """The condition as `doctor --project --json` prints it."""
    return {
        "ok": condition.well, "project": condition.project,
        "checked": {
            "documents": condition.documents, "pictures": condition.pictures, "clips": condition.clips,
            "films": condition.films, "sounds": condition.sounds, "tables": condition.tables,
        },
        "findings": [found.to_json() for found in condition.irregular],
        "moved": [each.to_json() for each in moved],
    }  # fmt: skip


def condition_lines(condition: Condition, moved: Sequence[Moved] = ()) -> Iterator[str]:
    """The condition for people."""
    yield (
        f"{condition.project}: {condition.documents} documents read; {condition.pictures} pictures, "
        f"{condition.clips} clips and {condition.films} films decoded"
        + (f", {condition.sounds} sounds hashed" if condition.sounds else "")
    )
    for found in condition.irregular:
        yield f"{found.kind.upper() if found.wrong else found.kind:<9} {found.path}"
        yield f"          {found.what}{' ' + found.cure if found.cure else ''}"
    for each in moved:
        yield f"moved     {each.path} to {each.to}"
    wrong = sum(found.wrong for found in condition.irregular)
    left = sum(found.may_move for found in condition.irregular) - len(moved)
    files = "1 file is" if wrong == 1 else f"{wrong} files are"
    yield f"{files} missing, damaged or newer." if wrong else "Nothing is missing or damaged."
    if left > 0:
        yield f"Of no use: {left}. They can be moved into the project's trash with --tidy."
