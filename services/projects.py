"""Projects: making, opening and importing them, and one place through which their documents change."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from domain.base import Value
from domain.errors import BadInput, Conflict, NotFound, StudioError
from domain.importing import ImportResult
from domain.job import Run
from domain.names import slug
from domain.project import Project, Selection, UiState
from domain.storyboard import Shot, Storyboard
from services.changes import ChangeCounter
from services.documents import Edited
from services.options import CurrentOptions
from services.ports import Clock, ProjectFiles, ProjectStore
from services.sample import SAMPLE_NAME, sample_storyboard

_log = logging.getLogger(__name__)
D = TypeVar("D", bound=Value)
MAX_NAME = 200
"""Longest name of a project, in characters."""

UNDO_STEPS = 200
"""Storyboard edits that can be undone, per project."""


def checked(make: Callable[[], D], on: str) -> D:
    """The value that `make` builds; a pydantic refusal becomes one sentence about `on`."""
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "value"
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise BadInput(f"{on}: {field} was not accepted: {reason}.", "Correct it and try again.") from None


class OpenProject:
    """One open project: its documents, read fresh from disk when they changed, and the storyboard's undo history."""

    def __init__(self, files: ProjectFiles, undo_steps: int = UNDO_STEPS) -> None:
        self.files = files
        self._undo_steps = undo_steps
        self._lock = threading.RLock()
        self._edited: dict[str, Edited[Any]] = {}
        project = files.read("project", Project)
        if project is None:
            raise NotFound(f"{files.root} holds no project.", "Choose a folder with a project.json in it.")
        self.id = project.id

    @property
    def project(self) -> Project:
        """Format and defaults."""
        found = self.files.read("project", Project)
        if found is None:
            raise NotFound(f"The project file in {self.files.root} is gone.", "Put it back or open another project.")
        return found

    @property
    def board(self) -> Storyboard:
        """The storyboard; an empty one before the first is written."""
        return self.files.read("storyboard", Storyboard) or Storyboard()

    @property
    def selection(self) -> Selection:
        """What was chosen."""
        return self.files.read("selection", Selection) or Selection()

    @property
    def ui(self) -> UiState:
        """What the windows show; a damaged or missing file counts as nothing chosen."""
        try:
            return self.files.read("ui", UiState) or UiState()
        except StudioError:
            return UiState()

    def change(self, name: str, model: type[D], make: Callable[[D], D], empty: D | None = None) -> D:
        """Read, change and store a document in one step.

        When another process wrote it in between, the change is applied again to what is there now; after
        three such times Conflict is raised.
        """
        with self._lock:
            for attempt in range(3):
                now = self.files.read(name, model)
                before = now if now is not None else empty
                if before is None:
                    raise NotFound(f"The document {name} is gone from {self.files.root}.", "Open the project again.")
                after = make(before)
                if now is not None and after == before:
                    return before
                try:
                    self.files.write(name, after)
                    return after
                except Conflict:
                    if attempt == 2:
                        raise
            raise AssertionError("unreachable")

    def change_project(self, **changes: Any) -> Project:
        """Change fields of the project. Raises BadInput when a value cannot be."""
        return self.change("project", Project, lambda p: checked(lambda: p.replace(**changes), "The project"))

    def change_selection(self, make: Callable[[Selection], Selection]) -> Selection:
        """Change what is chosen."""
        return self.change("selection", Selection, make, Selection())

    def change_ui(self, **changes: Any) -> UiState:
        """Remember what the windows show."""
        try:
            return self.change("ui", UiState, lambda u: u.replace(**changes), UiState())
        except StudioError:
            return self.ui.replace(**changes)

    def edited(self, name: str, model: type[D], empty: D, called: str) -> Edited[D]:
        """A document that people edit, with its undo history in this process; sentences call it `called`."""
        with self._lock:
            if name not in self._edited:
                self._edited[name] = Edited(_Document(self, name, model, empty, called), called, self._undo_steps)
            return self._edited[name]

    def steps(self, names: Sequence[str]) -> tuple[str, str]:
        """The one of these documents that undo would change next, and the one for redo; empty when there is none."""
        with self._lock:
            numbers = {name: self._edited[name].numbers() for name in names if name in self._edited}
        undo = max(numbers, key=lambda name: numbers[name][0], default="")
        # what was undone last has the smallest number
        redo = min((name for name in numbers if numbers[name][1]), key=lambda name: numbers[name][1], default="")
        return (undo if undo and numbers[undo][0] else "", redo)

    def change_board(self, what: str, make: Callable[[Storyboard], Storyboard]) -> Storyboard:
        """Change the storyboard; the step can be undone under the name `what`."""
        return self._board.change(what, make)

    def history(self) -> tuple[str, str]:
        """What undo and redo of the storyboard would do now, in words; empty when there is nothing."""
        return self._board.history()

    def undo(self) -> str:
        """Take the last storyboard edit back; what it was. Raises Conflict where another program edited the same."""
        return self._board.undo()

    def redo(self) -> str:
        """Make the last undone edit again; what it is. Raises Conflict where another program edited the same."""
        return self._board.redo()

    @property
    def _board(self) -> Edited[Storyboard]:
        return self.edited("storyboard", Storyboard, Storyboard(), "The storyboard")


class _Document(Generic[D]):
    """One document of a project, as its undo history reads and changes it."""

    def __init__(self, project: OpenProject, name: str, model: type[D], empty: D, called: str) -> None:
        self._project = project
        self._name = name
        self._model = model
        self._empty = empty
        self._called = called

    def change(self, make: Callable[[D], D]) -> D:
        """Store what `make` turns it into; a value that cannot be is refused in a sentence."""

        def tried(now: D) -> D:
            return checked(lambda: make(now), self._called)

        return self._project.change(self._name, self._model, tried, self._empty)


class ProjectService:
    """The projects that are open, and how they come to be."""

    def __init__(
        self, store: ProjectStore, clock: Clock, options: CurrentOptions, changes: ChangeCounter,
        program: str = "Kinoloom",
    ) -> None:  # fmt: skip
        self.program = program
        """What this process is called where another one asks who renders in a project."""
        self._store = store
        self._clock = clock
        self._options = options
        self._changes = changes
        self._lock = threading.RLock()
        self._open: dict[str, OpenProject] = {}
        self._opened: list[Callable[[OpenProject], None]] = []
        self._working: dict[str, set[str]] = {}

    def on_open(self, action: Callable[[OpenProject], None]) -> None:
        """Have `action` called with each project when it is opened in this process."""
        self._opened.append(action)

    def get(self, project_id: str) -> OpenProject:
        """An open project. Raises NotFound."""
        with self._lock:
            try:
                return self._open[project_id]
            except KeyError:
                raise NotFound("That project is not open.", "Open it in the Project tab.") from None

    def opened(self) -> list[OpenProject]:
        """All open projects, in the order in which they were opened."""
        with self._lock:
            return list(self._open.values())

    def recent(self) -> list[Path]:
        """Folders opened before, newest first."""
        return self._store.recent()

    def home(self) -> Path:
        """Where new projects go by default."""
        return self._store.home()

    def open(self, folder: Path) -> OpenProject:
        """Open a project folder; the same folder is opened once. Raises NotFound, DamagedFile, NewerFile."""
        folder = folder.expanduser().resolve()
        with self._lock:
            for project in self._open.values():
                if project.files.root == folder:
                    self._store.remember(folder)
                    return project
            project = OpenProject(self._store.open(folder))
            other = self._open.get(project.id)
            if other is not None and other.files.root.exists():
                # A copied folder: it gets an id of its own, or two folders would answer to one name.
                self._change_id(project)
            self._open[project.id] = project
            self._store.remember(folder)
        for action in self._opened:
            action(project)
        self._changes.bump()
        return project

    def _change_id(self, project: OpenProject) -> None:
        project.id = uuid.uuid4().hex[:12]
        project.change_project(id=project.id)

    def create(self, folder: Path, name: str = "", board: Storyboard | None = None, **fields: Any) -> OpenProject:
        """A new project in `folder`, which must be empty or not exist; without a board it has no shots yet.

        Raises Conflict, BadInput.
        """
        options = self._options()
        folder = folder.expanduser()
        fields = {k: v for k, v in fields.items() if v is not None}
        project = checked(
            lambda: Project.model_validate(
                {"width": options.width, "height": options.height, "rate": options.rate}
                | fields
                | {"id": uuid.uuid4().hex[:12], "name": name or folder.name, "created": self._clock.now()}
            ),
            "The new project",
        )
        files = self._store.create(folder)
        files.write("project", project)
        files.write("storyboard", board or Storyboard(title=project.name))
        return self.open(folder)

    def for_window(self, wanted: str = "") -> OpenProject:
        """The project that a new window shows: the wanted one, the one opened last, or a fresh sample."""
        with self._lock:
            if wanted in self._open:
                return self._open[wanted]
            for folder in self._store.recent():
                try:
                    project = self.open(folder)
                except StudioError as error:
                    _log.warning("%s could not be opened: %s", folder, error)
                    continue
                if wanted in ("", project.id):
                    return project
            opened = self.opened()
            return opened[-1] if opened else self.create_sample()

    def create_sample(self) -> OpenProject:
        """A new project with the bundled sample film."""
        return self.create(self.free_folder(SAMPLE_NAME), SAMPLE_NAME, sample_storyboard())

    def free_folder(self, name: str) -> Path:
        """A folder in the default place that does not exist yet, named after the film."""
        base = self.home() / slug(name, "film")
        folder, number = base, 1
        while folder.exists():
            number += 1
            folder = base.with_name(f"{base.name}-{number}")
        return folder

    def create_from(self, result: ImportResult, folder: Path, name: str = "", **fields: Any) -> OpenProject:
        """A new project with an imported storyboard; the file's own size and rate unless `fields` says otherwise.

        Transitions between its shots become the cut's.
        """
        asked = {"width": result.width, "height": result.height, "rate": result.rate}
        wanted = asked | {k: v for k, v in fields.items() if v is not None}
        named = name or result.storyboard.title[:MAX_NAME] or folder.name
        project = self.create(folder, named, result.storyboard, **wanted)
        cut = result.cut(project.project.rate)
        if cut is not None:
            project.files.write("cut", cut)
        return project

    def save_run(self, run: Run) -> None:
        """Store a run in its project. While one of its jobs is unfinished, this process is the one that renders there.

        Raises Occupied when another one is, and whatever hinders storing.
        """
        project = self.get(run.project)
        if not run.ended:
            project.files.occupy(self.program)
            with self._lock:
                self._working.setdefault(run.project, set()).add(run.id)
        project.files.write(f"runs/{run.id}", run)
        if run.ended:
            with self._lock:
                working = self._working.setdefault(run.project, set())
                working.discard(run.id)
            if not working:
                project.files.leave()

    def check_free(self, project: OpenProject) -> None:
        """Raise Occupied when another process renders in the project; it stays as it is."""
        if not self._working.get(project.id):
            project.files.occupy(self.program, look=True)

    def take_over(self, project: OpenProject) -> None:
        """Render in a project instead of a process on another computer of which nothing was heard lately.

        Raises Occupied when that one may still be at work.
        """
        project.files.occupy(self.program, take_over=True)
        if not self._working.get(project.id):
            project.files.leave()
        self._changes.bump()

    def close(self) -> None:
        """Render nowhere any more, so that another process may go on."""
        for project in self.opened():
            project.files.leave()

    def replace_board(self, project: OpenProject, result: ImportResult) -> Storyboard:
        """Put an imported storyboard into an open project; one undo brings the old one back."""
        return project.change_board("import", lambda _: result.storyboard)


def blank_shot(board: Storyboard, after: str | None = None) -> Shot:
    """A new shot with a free id and the default length."""
    return Shot(id=board.free_id(after))
