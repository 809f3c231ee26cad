"""A project: the film's format, and what was chosen in it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from domain.base import Value
from domain.names import SafeName
from domain.profile import Mode
from domain.timing import Rate

MAX_SIDE = 8192
"""Longest side of a film, in pixels."""


class Project(Value):
    """Format and defaults of one film. Width and height are even (H.264 with 4:2:0 chroma asks for it).

    `backend` makes the clips and `image_backend` the keyframes (empty: the same one), by `workflow` and
    `image_workflow` where a backend has several (empty: its first). `workflow_options` holds, by workflow, what was
    chosen for it: quality, switches, model files. `fallback_backend` makes what the other two cannot, because they are
    out of reach or lack something (empty: nothing does).
    """

    id: SafeName
    name: str = Field(max_length=200)
    width: int = Field(default=1280, ge=64, le=MAX_SIDE)
    height: int = Field(default=720, ge=64, le=MAX_SIDE)
    rate: Rate = Fraction(24)
    backend: SafeName = "animatic"
    profile: SafeName = "animatic"
    mode: Mode = "chain"
    workflow: str = Field(default="", max_length=64)
    image_backend: str = Field(default="", max_length=64)
    image_workflow: str = Field(default="", max_length=64)
    fallback_backend: str = Field(default="", max_length=64)
    workflow_options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    look: str = Field(default="", max_length=80)
    seed: int = Field(default=1, ge=0, lt=2**63)
    created: str = ""
    extras: dict[str, Any] = Field(default_factory=dict)

    @field_validator("width", "height")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError(f"a film's width and height are even, not {value}")
        return value


class Picked(Value):
    """A file of the project by relative path (forward slashes) and content hash (SHA-256, hex)."""

    path: str = Field(max_length=400)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ShotChoice(Value):
    """What stands for one shot: keyframes by slot, takes by segment number, starred pictures by name. `anchors` are the
    segments (0-based, not the first) of a chained shot that begin with a fresh picture and not with the last frame of
    the one before.

    Slots are "start", "end", and "mid-1", "mid-2" … where a shot made keyframe to keyframe has inner boundaries, or
    where a segment is an anchor.
    """

    keyframes: dict[str, Picked] = Field(default_factory=dict)
    takes: dict[str, str] = Field(default_factory=dict)
    starred: tuple[str, ...] = ()
    anchors: tuple[int, ...] = ()


class Selection(Value):
    """The choices of every shot, by shot id. Shots that were deleted keep theirs, so that undo brings all back."""

    shots: dict[str, ShotChoice] = Field(default_factory=dict)

    def of(self, shot_id: str) -> ShotChoice:
        """The choices for that shot; empty when none were made."""
        return self.shots.get(shot_id, ShotChoice())

    def with_choice(self, shot_id: str, choice: ShotChoice) -> Selection:
        """The selection with that shot's choices replaced."""
        return self.replace(shots={**self.shots, shot_id: choice})


class UiState(Value):
    """What the windows show of this project: safe to lose, kept so that a refresh changes nothing."""

    tab: str = "storyboard"
    shot: str = ""
    slot: str = "start"
    take: str = ""
    film: str = ""
    filter: str = "all"
    choices: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _small(self) -> Self:
        if len(self.choices) > 200:
            raise ValueError("too many remembered choices")
        return self
