"""How far Kinoloom goes by itself in a project: what the project says, and else the settings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from domain.errors import BadInput, StudioError
from domain.quality.acting import QualityRules
from domain.quality.own_rules import RULES, ProjectRules
from services.changes import ChangeCounter
from services.ports import Gates
from services.projects import OpenProject
from services.undoing import Undoing

_log = logging.getLogger(__name__)

DOCUMENT = "quality"


class ProjectQuality(Undoing[ProjectRules]):
    """The quality rules of projects, with undo. `settings` are those of the settings, as they are now."""

    document, called, empty = DOCUMENT, "The quality rules", ProjectRules()

    def __init__(self, changes: ChangeCounter, settings: Callable[[], QualityRules], gates: Gates) -> None:
        super().__init__(changes)
        self._settings, self._gates = settings, gates

    @property
    def settings(self) -> QualityRules:
        """What holds where a project says nothing."""
        return self._settings()

    def own(self, project: OpenProject) -> ProjectRules:
        """What the project sets itself."""
        return project.files.read(DOCUMENT, ProjectRules) or ProjectRules()

    def of(self, project: OpenProject) -> QualityRules:
        """The rules that hold in the project now; those of the settings while its own cannot be read."""
        try:
            return self.own(project).over(self._settings())
        except StudioError as error:
            _log.warning("%s The quality rules of the settings hold.", error)
            return self._settings()

    def set(self, project: OpenProject, **rules: Any) -> ProjectRules:
        """Set rules of the project; None stands for: as in the settings. One step of undo.

        Raises BadInput for a rule or a value that there is not, NotFound for a gate that there is not.
        """
        for name, value in rules.items():
            if name not in RULES:
                raise BadInput(f"There is no quality rule {name[:40]!r}.", f"There are: {', '.join(RULES)}.")
            if name.endswith("_gate") and value is not None:
                self._gates.get(str(value))
        return self._change(project, "quality rules", lambda now: now.replace(**rules))
