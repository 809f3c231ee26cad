"""Folders for work in progress, on the same disk as the results, and the removal of those a crash left behind."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from domain.errors import UnsafePath
from domain.names import check_name
from infrastructure.stores import atomic
from infrastructure.stores.owners import Owner, me

log = logging.getLogger(__name__)
_OWNER = ".owner.json"


class Workspaces:
    """The folders below `folder` (`.kinoloom/work`), each with a file beside it that says which process owns it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str) -> Path:
        """A new, empty folder of that name, or of the name with a number when it is taken."""
        check_name(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        number, folder = 1, self.folder / name
        while True:
            owner = _owner_file(folder)
            written = atomic.temporary_beside(owner)
            try:
                # the owner first, and whole: no folder is ever without one, whenever the plug is pulled
                written.write_text(json.dumps(me()._asdict()), encoding="utf-8")
                atomic.place_copy(written, owner)
                folder.mkdir()
                return folder
            except FileExistsError:
                number += 1
                folder = self.folder / f"{name[:56]}-{number}"
            except OSError:
                owner.unlink(missing_ok=True)  # without its folder it would stay for ever
                raise
            finally:
                written.unlink(missing_ok=True)

    def discard(self, workspace: Path) -> None:
        """Remove one of these folders; without effect when it is gone. Raises UnsafePath for anything else."""
        if workspace.parent.resolve() != self.folder.resolve() or workspace.name in ("", ".", ".."):
            raise UnsafePath(f"{workspace} is no workspace of this project, so it was not removed.")
        if workspace.is_symlink():
            workspace.unlink(missing_ok=True)
        else:
            atomic.remove_tree(workspace)
        if not workspace.exists():
            _owner_file(workspace).unlink(missing_ok=True)

    def left_over(self) -> list[Path]:
        """The workspaces of processes that are gone, on this machine, whether or not the folder is still there."""
        try:
            owners = sorted(self.folder.glob(f"*{_OWNER}"))
        except OSError:
            return []
        return [owner.with_name(owner.name.removesuffix(_OWNER)) for owner in owners if _is_gone(owner)]

    def sweep(self) -> list[str]:
        """Remove the workspaces of processes that are gone, on this machine; the names of those removed."""
        removed = []
        for folder in self.left_over():
            owner = _owner_file(folder)
            try:
                self.discard(folder)
                owner.unlink(missing_ok=True)
                removed.append(folder.name)
            except OSError as error:
                log.warning("The left-over workspace %s could not be removed: %s", folder, error)
        if removed:
            log.info("Removed %d workspaces that an earlier run left in %s", len(removed), self.folder)
        return removed


def _owner_file(workspace: Path) -> Path:
    return workspace.with_name(workspace.name + _OWNER)


def _is_gone(owner: Path) -> bool:
    """Whether the process that wrote this file has surely ended; doubt means no."""
    try:
        facts = json.loads(owner.read_text(encoding="utf-8"))
        return Owner(str(facts["host"]), int(facts["pid"]), str(facts["started"])).gone
    except (OSError, ValueError, KeyError, TypeError):
        return False
