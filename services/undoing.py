"""Undo and redo of one document of a project, for the service that edits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from domain.base import Value
from services.changes import ChangeCounter
from services.documents import Edited
from services.projects import OpenProject

V = TypeVar("V", bound=Value)


class Undoing(Generic[V]):
    """A service whose edits of `document`, which is `empty` at first, can be taken back; sentences call it `called`."""

    document: ClassVar[str]
    called: ClassVar[str]
    empty: V

    def __init__(self, changes: ChangeCounter) -> None:
        self._changes = changes

    def history(self, project: OpenProject) -> tuple[str, str]:
        """What undo and redo would do now, in words; empty when there is nothing."""
        return self._edited(project).history()

    def undo(self, project: OpenProject) -> str:
        """Take the last edit back; what it was, empty when there was none."""
        what = self._edited(project).undo()
        self._changes.bump()
        return what

    def redo(self, project: OpenProject) -> str:
        """Make the last undone edit again; what it is, empty when there was none."""
        what = self._edited(project).redo()
        self._changes.bump()
        return what

    def _change(self, project: OpenProject, what: str, make: Callable[[V], V]) -> V:
        """Store what `make` turns the document into, as one step of undo called `what`."""
        now = self._edited(project).change(what, make)
        self._changes.bump()
        return now

    def _edited(self, project: OpenProject) -> Edited[V]:
        return project.edited(self.document, type(self.empty), self.empty, self.called)
