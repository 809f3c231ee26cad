"""What a planted defect is, its strengths, and the clean clips that defects are planted in."""

from __future__ import annotations

from dataclasses import dataclass

from tests.tools.calibration.spoiling import Spoil

FAINT, PLAIN, GROSS = "faint", "plain", "gross"
STRENGTHS = (FAINT, PLAIN, GROSS)
"""Faint: found by looking for it. Plain: seen by everybody. Gross: nobody would keep it."""

MOVING = ("pan", "handheld", "follow", "zoom", "chase", "tilt", "crane", "crowd", "grain")
"""Clean clips with much motion."""
HOSTS = (
    *MOVING, "night", "portrait", "flat_art", "rain", "snow", "black_and_white", "small_mover", "parallax", "saturated",
)  # fmt: skip
"""Clean clips that defects are planted in."""
DETAILED = ("pan", "handheld", "zoom", "tilt", "crane", "crowd", "follow", "saturated")
"""Those with detail and hardly any noise."""
SMOOTH = ("sunset", "fog", "backlight")


@dataclass(frozen=True)
class Planted:
    """A defect at one strength: what it is in words, and a function that spoils frames from one place on.

    `spoil(frames, at, shape)` gives the new frames and the last spoilt one; `whole` spoils all of them, so that no
    place is asked for, `until` all up to the place, and `ending` so many at the end. `check` is what has to find it,
    in one of the clean clips `hosts`.
    """

    check: str
    strength: str
    words: str
    spoil: Spoil
    whole: bool = False
    hosts: tuple[str, ...] = HOSTS
    until: bool = False
    ending: int = 0
