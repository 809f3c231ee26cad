"""The field's words: camera moves, shot sizes, times of day, and how free text and old keys map onto them."""

from __future__ import annotations

import re
from typing import Literal

from domain.storyboard import Shot, ShotSize

CameraMove = Literal[
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "dolly_in", "dolly_out", "zoom_in", "zoom_out",
    "tracking", "crane_up", "crane_down", "orbit", "handheld",
]  # fmt: skip

CAMERA_LABELS: dict[CameraMove, str] = {
    "static": "Static", "pan_left": "Pan left", "pan_right": "Pan right", "tilt_up": "Tilt up", "tilt_down": "Tilt down",
    "dolly_in": "Dolly in", "dolly_out": "Dolly out", "zoom_in": "Zoom in", "zoom_out": "Zoom out", "tracking": "Tracking",
    "crane_up": "Crane up", "crane_down": "Crane down", "orbit": "Orbit", "handheld": "Handheld",
}  # fmt: skip

SIZE_LABELS: dict[ShotSize, str] = {
    "extreme_wide": "Extreme wide", "wide": "Wide", "full": "Full", "medium_wide": "Medium wide", "medium": "Medium",
    "medium_close_up": "Medium close-up", "close_up": "Close-up", "extreme_close_up": "Extreme close-up",
    "over_shoulder": "Over the shoulder", "aerial": "Aerial",
}  # fmt: skip

PRESET_CHOICES: dict[str, tuple[str, ...]] = {
    "style": ("cinematic", "photorealistic", "anime", "oil_painting", "watercolor", "3d_render", "vintage", "noir"),
    "lighting": ("golden_hour", "blue_hour", "dramatic", "soft", "neon", "natural", "studio", "backlit", "volumetric"),
    "mood": ("peaceful", "dramatic", "mysterious", "joyful", "melancholic", "tense", "romantic", "epic"),
    "time_of_day": ("sunrise", "morning", "noon", "afternoon", "sunset", "night", "overcast"),
    "composition": ("rule_of_thirds", "centered", "wide_shot", "close_up", "low_angle", "high_angle", "dutch_angle"),
    "color_grade": ("teal_orange", "desaturated", "vibrant", "warm", "cool", "bleach_bypass", "sepia"),
    "motion": ("slow_motion", "normal", "fast_motion", "subtle", "dynamic", "flowing"),
}
"""The keys in circulation, per preset; others are kept as they are."""

_CAMERA_ALIASES: dict[str, tuple[CameraMove, float]] = {
    "slow_push": ("dolly_in", 0.6), "slow_pull": ("dolly_out", 0.6), "slow_pan": ("pan_right", 0.6),
    "slow_dolly": ("dolly_in", 0.6), "macro_dolly": ("dolly_in", 0.6), "macro_pan": ("pan_right", 0.6),
    "push_in": ("dolly_in", 1.0), "pull_back": ("dolly_out", 1.0), "pull_out": ("dolly_out", 1.0),
    "pan": ("pan_right", 1.0), "tilt": ("tilt_up", 1.0), "crane": ("crane_up", 1.0), "dolly": ("dolly_in", 1.0),
    "zoom": ("zoom_in", 1.0), "track": ("tracking", 1.0), "locked_off": ("static", 1.0), "none": ("static", 1.0),
}  # fmt: skip

_MOTION_SPEED = {"slow_motion": 0.5, "subtle": 0.6, "flowing": 0.85, "normal": 1.0, "dynamic": 1.35, "fast_motion": 1.6}

_MOVE_WORDS: tuple[tuple[str, CameraMove], ...] = (
    (r"pan(?:s|ning)?\s+(?:to the\s+)?left", "pan_left"), (r"pan(?:s|ning)?\s+(?:to the\s+)?right", "pan_right"),
    (r"tilt(?:s|ing)?\s+up", "tilt_up"), (r"tilt(?:s|ing)?\s+down", "tilt_down"),
    (r"crane\s+down", "crane_down"), (r"crane", "crane_up"),
    (r"pull(?:s|ing)?[\s-]+(?:back|out)|dolly[\s-]+(?:out|back)", "dolly_out"),
    (r"push(?:es|ing)?[\s-]+in|dolly(?:[\s-]+in)?", "dolly_in"),
    (r"zoom(?:s|ing)?\s+out", "zoom_out"), (r"zoom", "zoom_in"), (r"orbit|arc(?:s|ing)?\s+around|circl", "orbit"),
    (r"track(?:s|ing)|follow(?:s|ing)?\s+shot|travell?ing", "tracking"), (r"hand-?held", "handheld"),
    (r"tilt", "tilt_up"), (r"\bpan\b", "pan_right"), (r"static|locked[\s-]?off|tripod", "static"),
)  # fmt: skip

_SIZE_WORDS: tuple[tuple[str, ShotSize], ...] = (
    (r"extreme[\s_-]+(?:wide|long)|establishing", "extreme_wide"),
    (r"extreme[\s_-]+close|macro|\bECU\b", "extreme_close_up"), (r"medium[\s_-]+close|\bMCU\b", "medium_close_up"),
    (r"close[\s_-]?up|\bCU\b", "close_up"), (r"medium[\s_-]+(?:wide|long|full)|cowboy|american shot", "medium_wide"),
    (r"over[\s_-](?:the[\s_-])?shoulder|\bOTS\b", "over_shoulder"),
    (r"aerial|bird'?s?[\s_-]eye|drone|seen from above|top[\s_-]down", "aerial"),
    (r"full[\s_-]shot|full[\s_-]body", "full"), (r"wide|long shot|panorama|landscape", "wide"),
    (r"medium|two[\s_-]shot|waist", "medium"),
)  # fmt: skip


def camera_move(key: str) -> tuple[CameraMove, float] | None:
    """The move and its speed factor for a camera key of any generation; None when the key is not known."""
    wanted = key.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in CAMERA_LABELS:
        return wanted, 1.0
    return _CAMERA_ALIASES.get(wanted)


def camera_from_text(text: str) -> str:
    """A camera key read out of words such as "wide shot, slow pan right"; empty when they name no move."""
    for pattern, move in _MOVE_WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return move
    return ""


def size_from_text(text: str) -> ShotSize | None:
    """The shot size that words such as "medium close-up" name; None when they name none."""
    for pattern, size in _SIZE_WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return size
    return None


def shot_size(shot: Shot) -> ShotSize:
    """How the shot is framed: as set, else by its composition preset, else by its words, else medium."""
    if shot.size is not None:
        return shot.size
    for text in (shot.presets.composition, shot.title, shot.prompt[:400], shot.description[:400]):
        found = size_from_text(text)
        if found is not None:
            return found
    return "medium"


def shot_camera(shot: Shot) -> tuple[CameraMove, float]:
    """The move that the shot's camera key asks for; static when unset or unknown."""
    return camera_move(shot.presets.camera) or ("static", 1.0)


def motion_amount(shot: Shot) -> float:
    """How strongly the picture moves: 1 is normal, 0 still; from the motion preset and the motion strength.

    A motion strength of 0.5 is normal, as in the tools that write it; 0 holds the frame.
    """
    amount = _MOTION_SPEED.get(shot.presets.motion, 1.0)
    if shot.video.motion_strength is not None:
        amount *= min(2.0, shot.video.motion_strength * 2)
    return amount
