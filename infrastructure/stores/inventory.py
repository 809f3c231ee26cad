"""What lies in a project's folder, read without opening it: nothing is set aside, swept, locked or remembered.

`services.verification.Inventories` over folders. Only places that Kinoloom writes to are looked at; whatever else a
person keeps in the folder is theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from domain.base import Value
from domain.condition import Inventory, Moved
from domain.cut.document import Cut
from domain.errors import Conflict, NotFound
from domain.job import HeldQueue, Run
from domain.keeping import MAX_TRASHED
from domain.project import Project, Selection, UiState
from domain.quality.own_rules import ProjectRules
from domain.sound.tracks import SoundPlan
from domain.storyboard import Storyboard
from infrastructure.processes import process_alive
from infrastructure.stores import atomic
from infrastructure.stores.documents import held
from infrastructure.stores.findings import BACKUP, Findings
from infrastructure.stores.layout import HIDDEN, is_project, schema_of
from infrastructure.stores.media_inventory import MediaInventory
from infrastructure.stores.named import of_board, of_cut, of_selection, of_sound
from infrastructure.stores.occupancy import Occupancy
from infrastructure.stores.schemas import MAX_BYTES, peek
from infrastructure.stores.trash import Trash
from infrastructure.stores.workspaces import Workspaces

MODELS: dict[str, type[Value]] = {
    "project": Project, "storyboard": Storyboard, "selection": Selection, "ui": UiState, "queue": HeldQueue,
    "cut": Cut, "sound": SoundPlan, "quality": ProjectRules,
}  # fmt: skip
"""What the documents at the top of a project hold; of others it is only looked whether they are whole."""

_TRASH = "trash"


class FolderInventories:
    """Looks into project folders."""

    def read(self, root: Path) -> Inventory:
        """What is in the project folder. Raises NotFound when it is none, and StudioError when it cannot be read."""
        with atomic.storing(f"Reading {root}"):
            if not is_project(root) and not list(root.glob("project.json.damaged-*")):
                raise NotFound(f"{root} is no Kinoloom project.", "Give the folder that holds project.json.")
            return _Reading(root).inventory()

    def measure(self, root: Path, path: str) -> tuple[int, str] | None:
        """Size in bytes and SHA-256 (hex) of a file of the project; None when it is not there."""
        file = root / path
        with atomic.storing(f"Reading {path}"):
            try:
                return file.stat().st_size, atomic.file_sha256(file)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                return None

    def move_to_trash(self, root: Path, paths: list[str]) -> list[Moved]:
        """Move these, which `read` found superfluous, into the project's trash, from which they can be put back.

        Raises Conflict while somebody renders in the project, because what looks left over may be in use.
        """
        occupant = Occupancy(root / HIDDEN).who()
        if occupant is not None:
            raise Conflict(
                f"{root} is being worked on by {occupant.program or 'Kinoloom'} on {occupant.host}, process "
                f"{occupant.pid}, so nothing was moved.",
                "Stop it there, or wait for its end.",
            )
        trash = Trash(root)
        moved = []
        with atomic.storing("Moving into the trash"), held(root / HIDDEN / "locks" / "trash.lock", "The trash"):
            there = [p for p in paths if _may_still_move(root / p)]
            for first in range(0, len(there), MAX_TRASHED):
                some = there[first : first + MAX_TRASHED]
                entry = trash.take("leftover", "What nothing needed", some)
                moved += [Moved(path=path, to=to) for path, to in trash.places(entry)]
        return moved


class _Reading:
    """One look at one folder."""

    def __init__(self, root: Path) -> None:
        self._found = Findings(root)
        self._media = MediaInventory(self._found)

    def inventory(self) -> Inventory:
        documents = {name: self._found.document(f"{name}.json", schema_of(name), MODELS[name]) for name in MODELS}
        for path in sorted(self._found.root.glob("*.json")):
            if path.stem not in MODELS:
                self._other_document(path.name)
        for drafted in self._found.files("drafts", ".json"):
            self._other_document(drafted)
        if documents["project"] is None and not (self._found.root / "project.json").exists():
            self._found.add("missing", "project.json", "project.json is not there.", BACKUP)
        self._runs()
        self._media.keyframes()
        self._media.takes()
        self._media.sounds()
        self._media.tables(documents["cut"])
        self._media.masks(documents["storyboard"])
        self._media.films()
        self._half_written()
        board, selection = documents["storyboard"], documents["selection"]
        shots = {shot.id for shot in board.shots} if isinstance(board, Storyboard) else None
        named = [*of_selection(selection, shots)] if isinstance(selection, Selection) else []
        named += of_board(board) if isinstance(board, Storyboard) else ()
        named += of_cut(documents["cut"]) if isinstance(documents["cut"], Cut) else ()
        named += of_sound(documents["sound"]) if isinstance(documents["sound"], SoundPlan) else ()
        return Inventory(
            media=tuple(self._media.vouched), irregular=tuple(self._found.irregular),
            documents=self._found.documents, picks=tuple(named),
        )  # fmt: skip

    def _other_document(self, path: str) -> None:
        """One that another part of Kinoloom wrote; what is a person's own is left out."""
        data = atomic.read_bytes(self._found.root / path, MAX_BYTES)
        if not (peek(data) or "").startswith("kinoloom/"):
            return
        self._found.documents += 1
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            self._found.add("damaged", path, f"{path} is not whole.", BACKUP)

    def _runs(self) -> None:
        open_runs = set()
        for path in self._found.files("runs", ".json"):
            run = self._found.document(path, schema_of("run"), Run)
            if run is None or not run.ended:
                open_runs.add(Path(path).stem)
        for path in self._found.files("runs", ".cancel"):
            if Path(path).stem not in open_runs:
                self._found.add("leftover", path, "A request to stop work that has ended.", may_move=True)

    # -- what was interrupted ------------------------------------------------------------------------------

    def _half_written(self) -> None:
        for folder in Workspaces(self._found.root / HIDDEN / "work").left_over():
            if folder.exists():
                path = folder.relative_to(self._found.root).as_posix()
                self._found.add("leftover", path, "Work in progress of a process that is gone.", may_move=True)
        for path in self._everything():
            name = path.rpartition("/")[2]
            if name.endswith(atomic.TMP_SUFFIX) and _writer_is_gone(name):
                self._found.add("leftover", path, "A file that was never finished.", may_move=True)
            elif ".json.damaged-" in name:
                what = "A document that could not be read, set aside."
                self._found.add("set aside", path, what, "Delete it when its content is of no use any more.")

    def _everything(self) -> Iterator[str]:
        """Files where Kinoloom writes, outside the trash and the folders of work in progress."""
        for folder, folders, names in os.walk(self._found.root):
            here = Path(folder).relative_to(self._found.root).as_posix()
            if here == ".":
                folders[:] = [f for f in folders if f != _TRASH]
            if here == HIDDEN:
                folders[:] = [f for f in folders if f != "work"]
            folders.sort()
            yield from (name if here == "." else f"{here}/{name}" for name in sorted(names))


def _may_still_move(path: Path) -> bool:
    """Whether something is there and superfluous still: media that nothing told about may have got their sidecar,
    because they were just being stored. Links stay: they are not ours."""
    if path.is_symlink() or not path.exists():
        return False
    told = path.suffix in (".png", ".mp4") or path.parent.name == "sounds"
    return not (told and path.with_suffix(".json").exists())


def _writer_is_gone(name: str) -> bool:
    """Whether the process in the name of a temporary file (`atomic.temporary_beside`) has ended; doubt means yes."""
    number = name.removesuffix(atomic.TMP_SUFFIX).rpartition(".")[2].partition("-")[0]
    return not (number.isascii() and number.isdecimal() and int(number) < 2**31 and process_alive(int(number)))
