"""Undo and redo of what the tab that is open edits: cut, sound and quality rules in Film, the storyboard elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from addons.session import View
from services.projects import OpenProject


class History(Protocol):
    """A service whose edits can be taken back."""

    def history(self, project: OpenProject) -> tuple[str, str]:
        """What undo and redo would do, in words."""
        ...

    def undo(self, project: OpenProject) -> str:
        """Take the last edit back; what it was."""
        ...

    def redo(self, project: OpenProject) -> str:
        """Make it again; what it is."""
        ...


def history(view: View) -> tuple[str, str]:
    """What undo and redo would do now, in words; empty when there is nothing."""
    edited = _edited(view)
    if not edited:
        return view.open.history()
    undo, redo = view.open.steps(tuple(edited))
    return (edited[undo].history(view.open)[0] if undo else "", edited[redo].history(view.open)[1] if redo else "")


def undo(view: View) -> str:
    """Take the last edit back; what it was, empty when there was none."""
    edited = _edited(view)
    if not edited:
        return view.studio.storyboards.undo(view.open)
    name = view.open.steps(tuple(edited))[0]
    return edited[name].undo(view.open) if name else ""


def redo(view: View) -> str:
    """Make the last undone edit again; what it is, empty when there was none."""
    edited = _edited(view)
    if not edited:
        return view.studio.storyboards.redo(view.open)
    name = view.open.steps(tuple(edited))[1]
    return edited[name].redo(view.open) if name else ""


def _edited(view: View) -> Mapping[str, History]:
    """The documents that the tab edits, besides the storyboard, each with its service."""
    if view.ui.tab != "film":
        return {}
    found: dict[str, History] = {"cut": view.studio.cuts, "sound": view.studio.sound}
    return found if view.studio.checks is None else {**found, "quality": view.studio.checks.rules}
