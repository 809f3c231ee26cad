"""One browser window: which project it shows, where in it, and what it was sent already."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from addons.wire import Recent
from domain.backend import BackendSpec
from domain.job import Job
from domain.plan import GenerationPlan, PlannedShot
from domain.project import Project, Selection, UiState
from domain.storyboard import Shot, Storyboard
from domain.take import Keyframe, Take
from services.planning import PlanSetup, ShotState, build_plan, keep_unchanged
from services.projects import OpenProject
from services.requests import reaching
from services.studio import Studio

MAX_SESSIONS = 200
"""Windows remembered; the one idle longest is forgotten first and reloads itself when it comes back."""

T = TypeVar("T")


class Session:
    """A window. `sent` holds a digest of every item it has, so that only changes travel; `accepts` is what its browser
    says of languages, `language` the one the page was loaded in."""

    def __init__(self, key: str, project: OpenProject, ui: UiState, accepts: str = "", language: str = "en") -> None:
        self.key = key
        self.accepts = accepts
        self.language = language
        self.project = project
        self.ui = ui
        self.lock = threading.RLock()
        self.sequence = 0
        self.sent: dict[str, dict[str, Any]] = {}
        self.recent = Recent()
        self.seen: tuple[int, int] = (-1, -1)

    def remember(self, **changes: Any) -> None:
        """Change where the window is; the project remembers the latest for the next window."""
        self.ui = self.ui.replace(**changes)
        self.project.change_ui(**changes)


class Sessions:
    """The windows that are open, by Gradio's session hash."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def get(self, key: str) -> Session | None:
        """The window, or None when it is not known (any more)."""
        with self._lock:
            session = self._sessions.get(key)
            if session is not None:
                self._sessions.move_to_end(key)
            return session

    def put(self, session: Session) -> None:
        """Remember a window."""
        with self._lock:
            self._sessions[session.key] = session
            self._sessions.move_to_end(session.key)
            while len(self._sessions) > MAX_SESSIONS:
                self._sessions.popitem(last=False)


class ProjectCache:
    """Derived data of the open projects, computed once per change instead of once per window and second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], tuple[Any, Any]] = {}

    def get(self, project: str, name: str, version: Any, make: Callable[[], T]) -> T:
        """What `make` gave for this version of the project."""
        with self._lock:
            found = self._made.get((project, name))
            if found is not None and found[0] == version:
                return found[1]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            self._made[(project, name)] = (version, made)
        return made

    def last(self, project: str, name: str, default: T) -> T:
        """What was made last, of whatever version."""
        with self._lock:
            found = self._made.get((project, name))
        return default if found is None else found[1]


class View:
    """What addons read to show a part: the project as it is now, with the plan and all artefacts, computed lazily."""

    def __init__(self, studio: Studio, session: Session, cache: ProjectCache) -> None:
        self.studio = studio
        self.session = session
        self._cache = cache

    @property
    def open(self) -> OpenProject:
        """The project this window shows."""
        return self.session.project

    @property
    def ui(self) -> UiState:
        """Where the window is."""
        return self.session.ui

    def remember(self, **changes: Any) -> None:
        """Change where the window is."""
        self.session.remember(**changes)

    def choice(self, name: str, default: T) -> T:
        """A remembered choice of this window; `default` when there is none or it is of another type."""
        value = self.ui.choices.get(name, default)
        return value if isinstance(value, type(default)) else default

    def choose(self, name: str, value: Any) -> None:
        """Remember a choice of this window."""
        self.remember(choices={**self.ui.choices, name: value})

    @cached_property
    def project(self) -> Project:
        """Format and defaults."""
        return self.open.project

    @cached_property
    def board(self) -> Storyboard:
        """The storyboard."""
        return self.open.board

    @cached_property
    def selection(self) -> Selection:
        """What was chosen."""
        return self.open.selection

    @cached_property
    def shot(self) -> Shot | None:
        """The selected shot; the first when none is, None when there are none."""
        shots = self.board.shots
        return next((s for s in shots if s.id == self.ui.shot), shots[0] if shots else None)

    @cached_property
    def spec(self) -> BackendSpec:
        """What the project's backend can do."""
        return self.setup.spec

    @cached_property
    def fields(self) -> frozenset[str]:
        """The parts of a shot that reach the result, in its keyframe or in its clip."""
        return reaching(self.setup.spec, "video") | reaching(self.setup.image_spec, "image")

    @cached_property
    def setup(self) -> PlanSetup:
        """Backend, profile, mode and options."""
        return self.studio.generation.setup(self.open)

    @cached_property
    def _version(self) -> tuple[Any, ...]:
        # The documents themselves: unchanged ones are the same objects, so comparing them costs next to nothing. The
        # folder's own version would do too, but it grows with every click that a window remembers.
        files = self.open.files
        setup = self.setup
        options, specs = setup.options.model_dump_json(), (setup.spec, setup.image_spec)
        return self.project, self.board, self.selection, files.keyframes(), files.takes(), options, specs

    @cached_property
    def states(self) -> dict[str, ShotState]:
        """Every shot with what exists for it, by id, in film order."""
        before: dict[str, ShotState] = self._cache.last(self.open.id, f"states {self.session.language}", {})

        def make() -> dict[str, ShotState]:
            now = self.studio.generation.states(self.open, self.setup)
            return {s.words.shot.id: s for s in keep_unchanged(now, before)}

        return self.cached("states", make)

    @cached_property
    def plan(self) -> GenerationPlan:
        """What will be made and what is there."""

        def make() -> GenerationPlan:
            states, generation = list(self.states.values()), self.studio.generation
            return generation.priced(
                build_plan(self.setup, self.project, states, generation.expect), self.setup, states
            )  # fmt: skip

        return self.cached("plan", make)

    def cached(self, name: str, make: Callable[[], T], version: Any = None) -> T:
        """What `make` derives from the project, computed once per change of it and shared by all windows.

        It may use the project's documents, keyframes, takes and options; what else it uses goes into `version`.
        """
        return self._cache.get(self.open.id, f"{name} {self.session.language}", (self._version, version), make)

    @cached_property
    def planned(self) -> dict[str, PlannedShot]:
        """The plan by shot id."""
        return {shot.shot: shot for shot in self.plan.shots}

    @cached_property
    def keyframes(self) -> dict[str, list[Keyframe]]:
        """All keyframes by shot id, oldest first."""
        return _by_shot(self.open.files.keyframes())

    @cached_property
    def takes(self) -> dict[str, list[Take]]:
        """All takes by shot id, oldest first."""
        return _by_shot(self.open.files.takes())

    @cached_property
    def jobs(self) -> list[Job]:
        """Jobs of this project in queue order."""
        return self.studio.jobs.jobs(self.open.id)

    @cached_property
    def jobs_by_shot(self) -> Mapping[str, list[Job]]:
        """The project's jobs that have not ended, by shot id."""
        found: dict[str, list[Job]] = {}
        for job in self.jobs:
            if not job.ended:
                found.setdefault(job.shot, []).append(job)
        return found


def _by_shot(artefacts: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for artefact in artefacts:
        found.setdefault(artefact.shot, []).append(artefact)
    return found
