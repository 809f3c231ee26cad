"""What protects a project's content: earlier versions of its documents, its trash, and files that do not belong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from domain.base import Value
from domain.cut.document import Cut
from domain.errors import BadInput, DamagedFile, NewerFile, NotFound
from domain.keeping import Backup, Trashed, TrashKind
from domain.project import Project, Selection
from domain.quality.own_rules import ProjectRules
from domain.storyboard import Storyboard
from services.changes import ChangeCounter
from services.film import Delivered
from services.ports import ProjectFiles, ProjectStore
from services.projects import OpenProject

DOCUMENTS: dict[str, type[Value]] = {
    "project": Project, "storyboard": Storyboard, "selection": Selection, "cut": Cut, "delivered": Delivered,
    "quality": ProjectRules,
}  # fmt: skip
"""The documents whose versions are kept, by name."""

_COPY = re.compile(r"(?i)conflict|kopie|\bcopy\b|-[A-Z0-9]{2,}-?PC\b|\(\d+\)|~$")


class Standing(Value):
    """How a document stands: `problem` is a sentence when it cannot be read, with `cure`; empty when all is well."""

    document: str
    problem: str = ""
    cure: str = ""
    backups: tuple[Backup, ...] = ()


class KeepingService:
    """Versions and trash. `documents` names the models of further documents with versions."""

    def __init__(
        self, store: ProjectStore, changes: ChangeCounter, documents: Mapping[str, type[Value]] | None = None
    ) -> None:
        self._store = store
        self._changes = changes
        self._documents = {**DOCUMENTS, **(documents or {})}

    def documents(self, files: ProjectFiles) -> list[Standing]:
        """Every document with its versions. Looking sets damaged ones aside, as reading them always does."""
        return [self._standing(files, name) for name in self._documents]

    def open_files(self, folder: Path) -> ProjectFiles:
        """The files of a project whose documents may be damaged. Raises NotFound."""
        return self._store.open(folder)

    def restore(self, files: ProjectFiles, name: str, key: str = "") -> Value:
        """Put a version of a document back: the newest in place of a damaged or missing one, the one of that key in
        place of any, which then is the newest backup. Raises BadInput, NotFound, NewerFile, Conflict."""
        value = files.restore(name, self._model(name), key)
        self._changes.bump()
        return value

    def start_over(self, files: ProjectFiles, name: str) -> None:
        """Begin a missing document anew, empty; its backups stay. Raises BadInput where there is something to lose."""
        standing = self._standing(files, name)
        if name == "project" or not standing.problem:
            raise BadInput(f"{name}.json cannot be begun anew.", "Restore one of its versions instead.")
        files.write(name, self._model(name)())
        self._changes.bump()

    def strays(self, files: ProjectFiles) -> list[str]:
        """Names of files that a sync program left beside our documents because both sides had changed them."""
        try:
            names = sorted(path.name for path in files.root.glob("*.json"))
        except OSError:
            return []
        own = {f"{name}.json" for name in self._documents}
        return [
            name for name in names
            if name not in own and name.startswith(tuple(self._documents)) and _COPY.search(Path(name).stem)
        ]  # fmt: skip

    # -- the trash -------------------------------------------------------------------------------------------

    def delete_keyframe(self, project: OpenProject, shot: str, name: str) -> Trashed:
        """Move a keyframe into the trash. What was picked stays so, for when it is put back. Raises NotFound."""
        found = next((k for k in project.files.keyframes(shot) if k.name == name), None)
        if found is None:
            raise NotFound(f"Shot {shot} has no keyframe {name!r}.", "Reload the page.")
        sidecar = str(Path(found.image.path).with_suffix(".json").as_posix())
        return self._delete(project, "keyframe", f"Keyframe of shot {shot}", [sidecar, found.image.path])

    def delete_take(self, project: OpenProject, shot: str, segment: int, take: str) -> Trashed:
        """Move a take into the trash. Raises NotFound."""
        found = next((t for t in project.files.takes(shot) if (t.segment, t.id) == (segment, take)), None)
        if found is None:
            raise NotFound(f"Shot {shot} has no take {take!r}.", "Reload the page.")
        folder = Path(found.clip.path).parent.as_posix()
        return self._delete(project, "take", f"Take {take} of shot {shot}", [folder])

    def delete_film(self, project: OpenProject, name: str) -> Trashed:
        """Move a film with everything that lies beside it under its name into the trash. Raises NotFound."""
        found = next((path for path in project.files.films() if path.stem == name), None)
        if found is None:
            raise NotFound(f"There is no film {name!r}.", "Reload the page.")
        beside = sorted(p.name for p in found.parent.glob(f"{name}.*") if p != found and not p.name.startswith("."))
        files = [f"film/{n}" for n in (found.name, *beside[:9])]
        return self._delete(project, "film", f"Film {name}", files)

    def trash(self, project: OpenProject) -> list[Trashed]:
        """What was deleted, last first."""
        return project.files.trash()

    def put_back(self, project: OpenProject, entry_id: str) -> Trashed:
        """Take something out of the trash again. Raises NotFound, and Conflict where its place is taken."""
        entry = project.files.put_back(entry_id)
        self._changes.bump()
        return entry

    def _delete(self, project: OpenProject, kind: TrashKind, title: str, files: list[str]) -> Trashed:
        entry = project.files.delete(kind, title, files)
        self._changes.bump()
        return entry

    def _standing(self, files: ProjectFiles, name: str) -> Standing:
        model = self._model(name)
        problem = cure = ""
        try:
            files.read(name, model)
        except (DamagedFile, NewerFile) as error:
            problem, cure = error.message, error.cure
        return Standing(document=name, problem=problem, cure=cure, backups=tuple(files.backups(name, model)))

    def _model(self, name: str) -> type[Value]:
        try:
            return self._documents[name]
        except KeyError:
            raise BadInput(
                f"No versions are kept of {name[:40]!r}.", f"There are some of: {', '.join(self._documents)}."
            ) from None
