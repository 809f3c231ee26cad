"""A project as one file: what goes along, and opening it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.cut.items import ShotItem
from domain.project import Picked
from services.cut import CutService
from services.job_context import JobContext
from services.ports import Archives
from services.projects import OpenProject, ProjectService
from services.space import SpaceKeeper

LEFT = ("backups/", "trash/", "runs/", "log/", "film/", "exports/")
"""Folders that stay behind: they are of this computer, or can be made again."""

_LEFT_DOCUMENTS = ("queue.json", "ui.json", "delivered.json")
_DAMAGED = (".damaged-", ".lock")
_TAKES, _KEYFRAMES = "takes/", "keyframes/"


class Packing:
    """Packs and unpacks projects."""

    def __init__(self, projects: ProjectService, cuts: CutService, archives: Archives, space: SpaceKeeper) -> None:
        self._projects = projects
        self._cuts = cuts
        self._archives = archives
        self._space = space

    def pack(self, project: OpenProject, target: Path, *, only_used: bool, takes: bool, context: JobContext) -> None:
        """Write the project to `target`; see HandoverService.pack."""
        self._archives.pack(
            project.files.root, self._names(project, only_used, takes), target,
            lambda done, of: context.report(done / max(1, of)), lambda: context.stopped,
        )  # fmt: skip

    def need(self, project: OpenProject, target: Path, *, only_used: bool, takes: bool) -> None:
        """Raise DiskFull when there is no room for the file: media are squeezed already, so it is as large as they."""
        size = self._archives.size(project.files.root, self._names(project, only_used, takes))
        self._space.need(project, size, "Packing", target.parent)

    def _names(self, project: OpenProject, only_used: bool, takes: bool) -> list[str]:
        keep = self._used(project) if only_used else None
        every = self._archives.files(project.files.root)
        return [name for name in every if _goes(name, takes) and (keep is None or keep(name))]

    def unpack(self, archive: Path, folder: Path | None, report: Callable[[int, int], None]) -> OpenProject:
        """Unpack and open; see HandoverService.unpack."""
        target = self._projects.free_folder(archive.stem) if folder is None else folder.expanduser().absolute()
        self._archives.unpack(archive, target, report)
        return self._projects.open(target)

    def unpack_beside(self, archive: Path, name: str, context: JobContext) -> Path:
        """Unpack into a new folder in the default place, named after `name`; the folder. It is not opened."""
        target = self._projects.free_folder(name)
        self._archives.unpack(
            archive, target, lambda done, of: context.report(done / max(1, of)), lambda: context.stopped
        )  # fmt: skip
        return target

    def _used(self, project: OpenProject) -> Callable[[str], bool]:
        """Whether a file of the project is needed for what is shown now: in the cut, or chosen in the storyboard."""
        view = self._cuts.view(project)
        shown = {(take.shot, take.segment, take.id) for stock in view.stocks.values() for take in stock.takes}
        for item in (*view.cut.items, *(parked.item for parked in view.cut.parked)):
            if isinstance(item, ShotItem):
                shown |= {(item.shot, int(segment), take) for segment, take in item.takes.items()}
        pictures: set[str] = set()
        for shot, choice in project.selection.shots.items():
            shown |= {(shot, int(segment), take) for segment, take in choice.takes.items()}
            pictures |= {picked.path for picked in choice.keyframes.values()}
        takes = [take for take in project.files.takes() if (take.shot, take.segment, take.id) in shown]
        pictures |= {_path(picked) for take in takes for picked in (take.request.start, take.request.end)}
        folders = {f"{take.clip.path.rpartition('/')[0]}/" for take in takes}
        names = {name.rpartition(".")[0] for name in pictures if name}

        def used(name: str) -> bool:
            if name.startswith(_TAKES):
                return name[: name.rfind("/") + 1] in folders
            if name.startswith(_KEYFRAMES):
                return name.rpartition(".")[0] in names
            return True

        return used


def _goes(name: str, takes: bool) -> bool:
    if name.startswith(LEFT) or name in _LEFT_DOCUMENTS or any(mark in name for mark in _DAMAGED):
        return False
    return takes or not name.startswith(_TAKES)


def _path(picked: Picked | None) -> str:
    return "" if picked is None else picked.path
