"""The storyboard: shots in order, and who and what appears in them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.base import Value
from domain.errors import BadInput, NotFound
from domain.names import SafeName, is_safe_name
from domain.timing import Rate, Seconds, film_frames

MAX_SHOTS = 20_000
"""Most shots a storyboard may have."""

MAX_TEXT = 20_000
"""Longest text field, in characters."""

ShotSize = Literal[
    "extreme_wide", "wide", "full", "medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up",
    "over_shoulder", "aerial",
]  # fmt: skip
"""How much of the subject the frame holds, widest first; the last two say where the camera stands."""


class Presets(Value):
    """The preset keys of a shot; empty means unset. Keys Kinoloom does not know are kept and passed on."""

    style: str = Field(default="", max_length=80)
    lighting: str = Field(default="", max_length=80)
    mood: str = Field(default="", max_length=80)
    time_of_day: str = Field(default="", max_length=80)
    composition: str = Field(default="", max_length=80)
    color_grade: str = Field(default="", max_length=80)
    camera: str = Field(default="", max_length=80)
    motion: str = Field(default="", max_length=80)


class Sampling(Value):
    """How a picture is sampled. `seed`: None = chosen by Kinoloom and stable, -1 = another each time, else fixed."""

    seed: int | None = Field(default=None, ge=-1, lt=2**64)
    steps: int | None = Field(default=None, ge=1, le=1000)
    cfg: float | None = Field(default=None, ge=0, le=100)


class MotionSampling(Sampling):
    """How a clip is sampled. `motion_strength`: 0 (still) to 1 (strong); None = unset, 0 is a value."""

    motion_strength: float | None = Field(default=None, ge=0, le=10)


class Entity(Value):
    """A character, object or location: its sentence goes word for word into the prompts of shots that name it."""

    id: SafeName
    name: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=MAX_TEXT)
    seed: int | None = Field(default=None, ge=-1, lt=2**64)
    strength: float | None = Field(default=None, ge=-10, le=10)
    extras: dict[str, Any] = Field(default_factory=dict)


class Shot(Value):
    """One shot. Its `id` is its slate: stable under reordering, the name of its folders."""

    id: SafeName
    title: str = Field(default="", max_length=400)
    prompt: str = Field(default="", max_length=MAX_TEXT)
    description: str = Field(default="", max_length=MAX_TEXT)
    negative: str = Field(default="", max_length=MAX_TEXT)
    seconds: Seconds = Fraction(4)
    size: ShotSize | None = None
    presets: Presets = Presets()
    characters: tuple[str, ...] = Field(default=(), max_length=100)
    objects: tuple[str, ...] = Field(default=(), max_length=100)
    location: str = Field(default="", max_length=200)
    image: Sampling = Sampling()
    video: MotionSampling = MotionSampling()
    extras: dict[str, Any] = Field(default_factory=dict)

    @field_validator("id")
    @classmethod
    def _usable_everywhere(cls, value: str) -> str:
        if not is_safe_name(value):
            raise ValueError(f"{value!r} cannot be a folder name on every system")
        return value


class Storyboard(Value):
    """Shots in film order with the cast they name. `style` and `never` hold for every shot."""

    title: str = Field(default="", max_length=400)
    description: str = Field(default="", max_length=MAX_TEXT)
    style: str = Field(default="", max_length=MAX_TEXT)
    never: str = Field(default="", max_length=MAX_TEXT)
    shots: tuple[Shot, ...] = Field(default=(), max_length=MAX_SHOTS)
    characters: tuple[Entity, ...] = Field(default=(), max_length=1000)
    objects: tuple[Entity, ...] = Field(default=(), max_length=1000)
    locations: tuple[Entity, ...] = Field(default=(), max_length=1000)
    extras: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        seen: set[str] = set()
        for shot in self.shots:
            if shot.id.casefold() in seen:
                raise ValueError(f"two shots have the id {shot.id!r}")
            seen.add(shot.id.casefold())
        return self

    def shot(self, shot_id: str) -> Shot:
        """The shot with that id. Raises NotFound."""
        return self.shots[self.position(shot_id)]

    def position(self, shot_id: str) -> int:
        """0-based place of the shot in the film. Raises NotFound."""
        for index, shot in enumerate(self.shots):
            if shot.id == shot_id:
                return index
        raise NotFound(
            f"There is no shot {shot_id!r} in the storyboard.", "It may have been deleted in another window."
        )

    def with_shot(self, shot: Shot) -> Storyboard:
        """The storyboard with the shot of the same id replaced. Raises NotFound."""
        index = self.position(shot.id)
        return self.replace(shots=(*self.shots[:index], shot, *self.shots[index + 1 :]))

    def with_new(self, shot: Shot, after: str | None = None) -> Storyboard:
        """The storyboard with `shot` put behind the shot `after`, or at the end."""
        index = len(self.shots) if after is None else self.position(after) + 1
        return self.replace(shots=(*self.shots[:index], shot, *self.shots[index:]))

    def without(self, shot_ids: Iterable[str]) -> Storyboard:
        """The storyboard without these shots. Raises NotFound when one is not there."""
        gone = set(shot_ids)
        for shot_id in gone:
            self.position(shot_id)
        return self.replace(shots=tuple(s for s in self.shots if s.id not in gone))

    def reordered(self, shot_ids: Iterable[str]) -> Storyboard:
        """The same shots in the order of `shot_ids`. Raises BadInput unless it names each exactly once."""
        order = list(shot_ids)
        by_id = {shot.id: shot for shot in self.shots}
        if len(order) != len(by_id) or set(order) != set(by_id):
            raise BadInput("The new order does not name every shot exactly once.", "Reload the page and drag again.")
        return self.replace(shots=tuple(by_id[i] for i in order))

    def frames(self, rate: Rate) -> int:
        """Frames of the whole film at `rate`: the sum over its shots."""
        return sum(film_frames(shot.seconds, rate) for shot in self.shots)

    def free_id(self, after: str | None = None) -> str:
        """An unused shot id: the next number at the end, or as on set a letter behind the shot it follows (007A)."""
        used = {shot.id.casefold() for shot in self.shots}
        if after is not None and self.position(after) < len(self.shots) - 1:
            stem = after.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or after
            for letters in _letters():
                if f"{stem}{letters}".casefold() not in used and is_safe_name(f"{stem}{letters}"):
                    return f"{stem}{letters}"
        numbers = [int(s.id) for s in self.shots if s.id.isascii() and s.id.isdecimal() and len(s.id) < 10]
        number = max(numbers, default=len(self.shots)) + 1
        while f"{number:03d}" in used:
            number += 1
        return f"{number:03d}"


def _letters() -> Iterable[str]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from alphabet
    for first in alphabet:
        for second in alphabet:
            yield first + second
