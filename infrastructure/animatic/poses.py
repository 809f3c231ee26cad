"""The camera: where it stands at each frame of a move, and how a plane at some depth is then seen.

Lengths are frame heights on the plane of the subject (depth 1); x grows to the right, y downwards, z into the picture.
"""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

MOVES = (
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "dolly_in", "dolly_out", "zoom_in", "zoom_out",
    "tracking", "crane_up", "crane_down", "orbit", "handheld",
)  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """Where the camera stands: moved by (x, y, z), turned by `pan` and `tilt` (as image shift), with a `zoom` factor.

    `yaw` is the keystone that an orbit adds; all zero and zoom 1 is the panel's own view.
    """

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0
    yaw: float = 0.0

    def to_json(self) -> dict[str, float]:
        """Plain JSON data."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Pose:
        """The value of `to_json` again, held within sane bounds. Raises KeyError or ValueError on anything else."""
        values = {k: float(data[k]) for k in Pose.__dataclass_fields__}
        if not all(math.isfinite(v) for v in values.values()):
            raise ValueError("a camera pose with a number that is not finite")
        values = {k: min(4.0, max(-4.0, v)) for k, v in values.items()}
        values["z"] = min(0.4, values["z"])
        values["zoom"] = max(0.25, values["zoom"])
        return Pose(**values)

    @property
    def turns_only(self) -> bool:
        """Whether the camera has not left its place, so that nothing slides against anything."""
        return self.x == self.y == self.z == self.yaw == 0.0

    def plus(self, other: Pose) -> Pose:
        """This pose, then moved by `other`."""
        return Pose(
            self.x + other.x, self.y + other.y, self.z + other.z, self.pan + other.pan, self.tilt + other.tilt,
            self.zoom * other.zoom, self.yaw + other.yaw,
        )  # fmt: skip

    def matrix(self, depth: float) -> Matrix:
        """3 x 3: from a plane at `depth` (in its own coordinates) to the frame, both in frame heights."""
        reach = depth - self.z
        scale = self.zoom * depth / reach
        shift_x = -self.zoom * (self.x / reach + self.pan)
        shift_y = -self.zoom * (self.y / reach + self.tilt)
        flat = np.array([[scale, 0, shift_x], [0, scale, shift_y], [0, 0, 1]], dtype=np.float64)
        if self.yaw == 0.0:
            return flat
        return np.array([[1, 0, 0], [0, 1, 0], [self.yaw, 0, 1]], dtype=np.float64) @ flat


def ease(t: float) -> float:
    """0 to 1 for `t` from 0 to 1: gently away, steady, gently home; at rest at both ends."""
    ramp = 0.28
    t = min(1.0, max(0.0, t))

    def eased(u: float) -> float:  # integral of smoothstep over the ramp
        v = u / ramp
        return ramp * (v**3 - v**4 / 2)

    whole = 1 - ramp
    if t < ramp:
        return eased(t) / whole
    if t > 1 - ramp:
        return 1 - eased(1 - t) / whole
    return (t - ramp / 2) / whole


def _reach(seconds: float, amount: float) -> float:
    """How far a move goes, 1 being a four-second move: longer shots go further, but never without end."""
    return float(min(1.7, max(0.0, amount) * min(1.45, (max(seconds, 0.1) / 4) ** 0.6)))


def _at(camera: str, d: float) -> Pose:
    """The pose after going the distance `d` of a move."""
    match camera:
        case "pan_left":
            return Pose(pan=-0.26 * d)
        case "pan_right":
            return Pose(pan=0.26 * d)
        case "tilt_up":
            return Pose(tilt=-0.17 * d)
        case "tilt_down":
            return Pose(tilt=0.17 * d)
        case "dolly_in":
            return Pose(z=0.17 * d)
        case "dolly_out":
            return Pose(z=-0.22 * d)
        case "zoom_in":
            return Pose(zoom=math.exp(0.2 * d))
        case "zoom_out":
            return Pose(zoom=math.exp(-0.2 * d))
        case "tracking":
            return Pose(x=0.2 * d)
        case "crane_up":
            return Pose(y=-0.16 * d, tilt=0.03 * d)
        case "crane_down":
            return Pose(y=0.16 * d, tilt=-0.03 * d)
        case "orbit":
            return Pose(x=0.22 * d, pan=-0.22 * d, yaw=0.035 * d)
    return Pose()


def _wobble(seconds: float, amount: float, seed: int) -> Pose:
    dice = random.Random(seed ^ 0x5A17)
    values = []
    for size in (0.014, 0.011):
        total = 0.0
        for octave in range(3):
            rate = (0.23 + 0.14 * dice.random()) * 2.1**octave
            turn = dice.random() * math.tau
            total += (math.sin(math.tau * rate * seconds + turn) - math.sin(turn)) * 0.55**octave
        values.append(size * amount * total * min(1.0, seconds / 0.6))
    return Pose(pan=values[0], tilt=values[1])


def path(camera: str, frames: int, rate: Fraction, amount: float, seed: int) -> list[Pose]:
    """The pose at each of `frames` frames of a move that begins at the panel's own view.

    `amount` scales the distance: 1 is normal, 0 holds still. Unknown moves hold still too.
    """
    seconds = float(frames / rate)
    if camera not in MOVES or camera == "static" or amount <= 0 or frames == 1:
        return [Pose()] * frames
    if camera == "handheld":
        return [_wobble(float(i / rate), min(amount, 2.0), seed) for i in range(frames)]
    reach = _reach(seconds, amount)
    return [_at(camera, reach * ease(i / (frames - 1))) for i in range(frames)]
