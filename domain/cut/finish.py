"""How the film is finished: seams, matching, retiming, fit and grade."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.base import Value
from domain.project import Picked

Retime = Literal["repeat", "blend", "motion"]
Fit = Literal["fill", "fit", "stretch"]
Match = Literal["off", "previous", "keyframe"]
RETIMES: tuple[Retime, ...] = ("repeat", "blend", "motion")
FITS: tuple[Fit, ...] = ("fill", "fit", "stretch")
MATCHES: tuple[Match, ...] = ("off", "previous", "keyframe")

DAYLIGHT = 6504
"""Correlated colour temperature of BT.709's white, D65, in kelvin."""

WHITES = (4000, 25_000)
"""Range of colour temperatures, in kelvin: where the formula for daylight holds (CIE 15:2004, 3.1)."""


class Grade(Value):
    """A change of colours. Neutral by default.

    `white` is the light the film is to look as if balanced for, `source_white` the one the picture is balanced for, in
    kelvin: picture white becomes the daylight of `white`. `exposure` is in stops, `contrast` a slope around middle
    grey, `saturation` a factor (0: grey). `lut` is a .cube file of the project, mixed in with `lut_strength` 0 to 1.
    """

    white: int = Field(default=DAYLIGHT, ge=WHITES[0], le=WHITES[1])
    source_white: int = Field(default=DAYLIGHT, ge=WHITES[0], le=WHITES[1])
    exposure: float = Field(default=0, ge=-4, le=4)
    contrast: float = Field(default=1, ge=0, le=3)
    saturation: float = Field(default=1, ge=0, le=3)
    lut: Picked | None = None
    lut_strength: float = Field(default=1, ge=0, le=1)

    @property
    def neutral(self) -> bool:
        """Whether it changes nothing."""
        plain = self.white == self.source_white and (self.exposure, self.contrast, self.saturation) == (0, 1, 1)
        return plain and (self.lut is None or self.lut_strength == 0)


class Finish(Value):
    """The same for the whole film.

    `seam` is how many frames the difference at a continuation takes to fade out (0: a straight join). `match` brings a
    clip's colour and exposure to the one before it in the shot, or to the picture it started from, where that makes the
    measured seam better. `retime` is how other frame rates and speeds are made up, `fit` what happens to clips of
    another shape. `upscale` enlarges clips that are smaller than the film by a server's workflow of that id, before the
    film is made ("server": the first that a server can run; empty: by Lanczos while it is made); `interpolate` has the
    pictures between those of a clip made by a workflow of that id ("server", or empty: by `retime` alone).
    """

    seam: int = Field(default=0, ge=0, le=48)
    match: Match = "off"
    retime: Retime = "repeat"
    fit: Fit = "fill"
    grade: Grade = Grade()
    upscale: str = Field(default="", max_length=64)
    interpolate: str = Field(default="", max_length=64)
