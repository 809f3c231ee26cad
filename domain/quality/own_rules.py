"""Quality rules that a project sets for itself, over those of the settings."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict, Field

from domain.base import Value
from domain.names import SafeName
from domain.quality.acting import MOST_RETAKES, OnDrift, QualityRules

RULES: tuple[str, ...] = tuple(QualityRules.model_fields)
"""What can be set, in the order in which it is shown."""


class ProjectRules(Value):
    """The fields of `QualityRules` as a project sets them; None stands for: as in the settings.

    Fields that a later Kinoloom wrote are kept, and have no effect here.
    """

    model_config = ConfigDict(extra="allow")

    clips: bool | None = None
    clip_gate: SafeName | None = None
    film_gate: SafeName | None = None
    retakes: int | None = Field(default=None, ge=0, le=MOST_RETAKES)
    on_drift: OnDrift | None = None
    smaller: bool | None = None
    upscale: str | None = Field(default=None, max_length=64)

    def over(self, settings: QualityRules) -> QualityRules:
        """The rules that hold in the project."""
        return settings.replace(**self.set())

    def set(self) -> dict[str, Any]:
        """What the project sets itself."""
        found = {name: getattr(self, name) for name in RULES}
        return {name: value for name, value in found.items() if value is not None}

    def replace(self, **changes: Any) -> Self:
        """The same with some fields changed, also those that are not known here."""
        return super().replace(**{**(self.model_extra or {}), **changes})
