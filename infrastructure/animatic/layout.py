"""Framing: where the horizon lies, how large people are and where they stand, from shot size and composition."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from infrastructure.animatic.spec import SceneSpec

_SIZES: dict[str, tuple[float, float, float, float]] = {
    # person's height, y of the feet, horizon, enlargement of the surroundings
    "extreme_wide": (0.15, 0.27, 0.08, 0.72),
    "wide": (0.36, 0.37, 0.05, 1.0),
    "full": (0.72, 0.42, 0.0, 1.3),
    "medium_wide": (1.05, 0.71, -0.03, 1.5),
    "medium": (1.55, 1.2, -0.06, 1.8),
    "medium_close_up": (2.2, 1.83, -0.06, 2.1),
    "close_up": (3.0, 2.58, -0.06, 2.5),
    "extreme_close_up": (5.0, 4.4, -0.05, 3.0),
    "over_shoulder": (1.7, 1.36, -0.06, 1.9),
    "aerial": (0.1, 0.14, -0.7, 0.7),
}

_LADDER = ("extreme_wide", "wide", "full", "medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up")


@dataclass(frozen=True)
class Layout:
    """All in frame heights: `person` a grown person's height, `feet` the ground line they stand on, `focus` the x of
    the subject, `near` how much larger surroundings are than in a wide shot, `roll` the camera's tilt in radians."""

    size: str
    aspect: float
    person: float
    feet: float
    horizon: float
    near: float
    focus: float
    roll: float
    low: bool
    high: bool

    @property
    def tight(self) -> bool:
        """Whether people are cut by the frame."""
        return self.person > 1.0

    @property
    def detail(self) -> bool:
        """Whether one thing fills the frame."""
        return self.size == "extreme_close_up"

    @property
    def blur(self) -> float:
        """How far out of focus the distance is, in frame heights."""
        return max(0.0, (self.near - 1.3)) * 0.0042

    @staticmethod
    def of(spec: SceneSpec) -> Layout:
        """Read it off size, composition and mood."""
        size = spec.size if spec.size in _SIZES else "medium"
        composition = spec.presets.get("composition", "")
        if size in _LADDER and composition in ("wide_shot", "close_up"):  # one step wider or closer than the size says
            step = -1 if composition == "wide_shot" else 1
            size = _LADDER[min(len(_LADDER) - 1, max(0, _LADDER.index(size) + step))]
        person, feet, horizon, near = _SIZES[size]
        dice = random.Random(f"{spec.seed}:layout")
        side = -1.0 if dice.random() < 0.5 else 1.0
        third = spec.aspect / 6
        focus = side * third * (0.8 + 0.3 * dice.random()) * (0.62 if person > 1.4 else 1.0)
        if composition == "centered":
            focus = 0.0
        elif composition == "rule_of_thirds":
            focus = side * third
        low, high = composition == "low_angle", composition == "high_angle"
        if low:
            horizon, person, feet = horizon + 0.3, person * 1.16, feet + 0.1 + 0.04 * person
        elif high:
            horizon, person, feet = horizon - 0.34, person * 0.88, feet - 0.03
        roll = math.radians(9) * side if composition == "dutch_angle" else 0.0
        if spec.presets.get("mood") == "tense":
            roll += math.radians(2.5) * side
        horizon += (dice.random() - 0.5) * 0.05
        return Layout(size, spec.aspect, person, feet, horizon, near, focus, roll, low, high)
