"""What stands in the film one after another: parts of shots, titles and gaps, and the transitions between them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from domain.base import Value
from domain.cut.finish import Grade
from domain.names import SafeName
from domain.timing import parse_number

MAX_FRAMES = 20_736_000
"""Longest item, in film frames: a day at 240 frames per second."""

MAX_TRANSITION = 2_400
"""Longest transition, in film frames."""

SLOWEST, FASTEST = Fraction(1, 20), Fraction(20)
"""Range of speeds: a twentieth, and twenty times the shot's own."""

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
"""A colour as #rrggbb, sRGB."""

TransitionKind = Literal["dissolve", "fade_black", "fade_white", "wipe", "morph"]
TRANSITIONS: tuple[TransitionKind, ...] = ("dissolve", "fade_black", "fade_white", "wipe", "morph")
Direction = Literal["right", "left", "down", "up"]


def parse_speed(value: object) -> Fraction:
    """A speed from 1, 0.5, "3/2" and the like. Raises ValueError outside SLOWEST to FASTEST."""
    speed = parse_number(value)
    if not SLOWEST <= speed <= FASTEST or speed.denominator > 10_000:
        raise ValueError(f"a speed lies between {SLOWEST} and {FASTEST}, not {value!s:.20}")
    return speed


def _speed_json(speed: Fraction) -> Any:
    return int(speed) if speed.denominator == 1 else f"{speed.numerator}/{speed.denominator}"


Speed = Annotated[Fraction, BeforeValidator(parse_speed), PlainSerializer(_speed_json, when_used="json")]
"""How fast a shot runs: 2 is twice as fast, 1/2 slow motion."""


class Transition(Value):
    """How an item comes in over the one before it, within `frames` film frames around the cut.

    It never changes the film's length. `direction` is where the edge of a wipe moves to, `softness` its width as a part
    of the picture's side (0: hard). At the head of the film it comes out of black (fade_white: white).
    """

    kind: TransitionKind = "dissolve"
    frames: int = Field(default=12, ge=2, le=MAX_TRANSITION)
    direction: Direction = "right"
    softness: float = Field(default=0.05, ge=0, le=1)


class LowerThird(Value):
    """A name or place in the lower third of the picture, for `frames` frames from the item's frame `first` on."""

    text: str = Field(min_length=1, max_length=200)
    subtitle: str = Field(default="", max_length=200)
    first: int = Field(default=0, ge=0, le=MAX_FRAMES)
    frames: int = Field(default=96, ge=1, le=MAX_FRAMES)


class ShotItem(Value):
    """A part of a shot in the film. A shot may stand in several items.

    `first` and `end` (exclusive) are film-rate frames of the shot's own timeline; `end` None is the shot's planned end
    and follows the storyboard; it may lie beyond it, in the surplus of the last take. `takes` holds takes chosen for
    this item alone, by segment number; others are those that stand for the shot. `gain` (dB) and `muted` are for the
    sound that the clips themselves have.
    """

    kind: Literal["shot"] = "shot"
    id: SafeName
    shot: SafeName
    first: int = Field(default=0, ge=0, le=MAX_FRAMES)
    end: int | None = Field(default=None, ge=1, le=MAX_FRAMES)
    speed: Speed = Fraction(1)
    takes: dict[str, str] = Field(default_factory=dict)
    into: Transition | None = None
    grade: Grade | None = None
    lower_thirds: tuple[LowerThird, ...] = Field(default=(), max_length=50)
    gain: float = Field(default=0, ge=-60, le=12)
    muted: bool = False
    note: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _has_frames(self) -> Self:
        if self.end is not None and self.end <= self.first:
            raise ValueError(f"it would end at frame {self.end}, before its first frame {self.first}")
        return self

    @property
    def edited(self) -> bool:
        """Whether anything was done to it; if not, it is the whole shot as the storyboard has it."""
        return self != ShotItem(id=self.id, shot=self.shot)

    def end_in(self, planned: int) -> int:
        """Its end on the shot's timeline, where the shot has `planned` frames."""
        return max(self.first + 1, planned if self.end is None else self.end)

    def length(self, planned: int) -> int:
        """Its frames in the film: max(1, floor((end - first) / speed + 1/2))."""
        return max(1, math.floor((self.end_in(planned) - self.first) / self.speed + Fraction(1, 2)))


class TitleItem(Value):
    """A card with text: opening (large), credits (rolling from below when they are long), or a plain card."""

    kind: Literal["title"] = "title"
    id: SafeName
    text: str = Field(default="", max_length=10_000)
    subtitle: str = Field(default="", max_length=2_000)
    frames: int = Field(default=72, ge=1, le=MAX_FRAMES)
    style: Literal["opening", "credits", "card"] = "card"
    colour: Colour = "#ffffff"
    background: Colour = "#000000"
    into: Transition | None = None
    note: str = Field(default="", max_length=2000)


class GapItem(Value):
    """A stretch of one colour."""

    kind: Literal["gap"] = "gap"
    id: SafeName
    frames: int = Field(default=24, ge=1, le=MAX_FRAMES)
    colour: Colour = "#000000"
    into: Transition | None = None
    note: str = Field(default="", max_length=2000)


Item = Annotated[ShotItem | TitleItem | GapItem, Field(discriminator="kind")]
"""One thing in the film."""
