"""What holds a project's queue, who may let it go, and the hold after several failures in a row."""

from __future__ import annotations

import logging

from domain.errors import NotFound, StudioError
from domain.job import HeldQueue, Hold
from services.job_context import HoldStore
from services.projects import ProjectService

_log = logging.getLogger(__name__)

USER = "user"
FAILURES = "failures"
DISK = "disk"
LASTING = (USER, FAILURES)
"""Holds that outlive the studio; others are set again by whoever watches what they are about."""

ALL = ""
"""In place of a project: every project."""


class NoHoldStore:
    """Keeps nothing."""

    def load(self, project: str) -> HeldQueue | None:
        """Nothing was kept."""
        return HeldQueue()

    def save(self, project: str, held: HeldQueue) -> None:
        """Not kept."""


class ProjectHolds:
    """Keeps them in the project's own folder."""

    def __init__(self, projects: ProjectService) -> None:
        self._projects = projects

    def load(self, project: str) -> HeldQueue | None:
        """What is in the project's `queue.json`; None when the project is not open."""
        try:
            return self._projects.get(project).files.read("queue", HeldQueue) or HeldQueue()
        except NotFound:
            return None

    def save(self, project: str, held: HeldQueue) -> None:
        """Store them there."""
        self._projects.get(project).files.write("queue", held)


class Holds:
    """The holds on every queue, and how many jobs failed in a row. Callers hold one lock around it."""

    def __init__(self, store: HoldStore) -> None:
        self._store = store
        self._held: dict[str, dict[str, Hold]] = {ALL: {}}
        self._in_a_row: dict[str, int] = {}

    def of(self, project: str) -> tuple[Hold, ...]:
        """What holds that project's queue: its own holds, then those on all."""
        return (*self._own(project).values(), *self._held[ALL].values())

    def add(self, project: str, hold: Hold) -> bool:
        """Hold a queue; whether that is new. The same again changes the reason only."""
        own = self._own(project)
        before = own.get(hold.by)
        if before is not None and before.reason == hold.reason:
            return False
        own[hold.by] = hold if before is None else hold.replace(since=before.since)
        self._keep(project)
        return before is None

    def drop(self, project: str, by: str | None = None) -> bool:
        """Let go of one hold, or of all that are on this project alone; whether there was one."""
        own = self._own(project)
        gone = [name for name in own if by in (None, name)]
        for name in gone:
            del own[name]
        if by in (None, FAILURES):
            self._in_a_row.pop(project, None)
        if gone:
            self._keep(project)
        return bool(gone)

    def succeeded(self, project: str) -> None:
        """A job came to a good end."""
        self._in_a_row.pop(project, None)

    def failed(self, project: str) -> int:
        """A job failed for good; how many have by now, one after another."""
        self._in_a_row[project] = self._in_a_row.get(project, 0) + 1
        return self._in_a_row[project]

    def _own(self, project: str) -> dict[str, Hold]:
        if project not in self._held:
            try:
                stored = self._store.load(project)
            except StudioError as error:
                _log.warning("What held the queue could not be read: %s", error)
                stored = HeldQueue()
            if stored is None:
                return {}  # not open yet: it is asked for again
            self._held[project] = {hold.by: hold for hold in stored.holds}
        return self._held[project]

    def _keep(self, project: str) -> None:
        if project == ALL:
            return
        lasting = HeldQueue(holds=tuple(h for h in self._own(project).values() if h.by in LASTING))
        try:
            if lasting != (self._store.load(project) or HeldQueue()):
                self._store.save(project, lasting)
        except StudioError as error:
            _log.warning("What holds the queue could not be stored: %s", error)
