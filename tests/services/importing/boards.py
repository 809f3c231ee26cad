"""Foreign storyboards in miniature, one of each generation and kind, written for these tests."""

from __future__ import annotations

import copy
import json
from typing import Any

from domain.importing import ImportResult
from domain.storyboard import Shot, Storyboard
from services.importing import import_text

_GCV_20: dict[str, Any] = {
    "project": "Night Ferry",
    "version": "2.0",
    "description": "Two shots on a ferry",
    "shots": [
        {
            "shot_id": "001", "scene": "Car deck", "filename_base": "deck wide.v2", "description": "Empty deck",
            "prompt": "an empty car deck at night, sodium lamps", "negative_prompt": "people", "width": 1920, "height": 1080,
            "seed": 77, "cfg_scale": 6.5, "steps": 28, "duration": 5.0, "camera_movement": "slow_push", "character": "",
            "wan_motion": {"type": "macro_dolly", "strength": 0.25, "notes": "barely moving"},
        },
        {
            "shot_id": "002", "scene": "Bridge", "filename_base": "bridge", "prompt": "a radar screen sweeps", "width": 1920,
            "height": 1080, "seed": -1, "duration": 2.5, "camera_movement": "none",
        },
    ],
    "video_settings": {"default_fps": 25, "max_segment_duration": 3.0},
}  # fmt: skip

_GCV_21: dict[str, Any] = {
    "project": "Kiln",
    "version": "2.1",
    "shots": [
        {
            "shot_id": "001", "filename_base": "hands_v2", "prompt": "hands on wet clay", "negative_prompt": "", "duration": 4,
            "presets": {"style": "none", "mood": "quietly_odd", "camera": "dolly_in", "motion": "subtle", "grain": "heavy"},
            "flux": {"seed": 1, "cfg": 3.5, "steps": 24}, "wan": {"seed": 2, "cfg": 5.0, "steps": 20, "motion_strength": 0},
        },
        {"shot_id": "002", "filename_base": "fire", "prompt": "fire behind the kiln door", "duration": 0.5, "flux": {"seed": -1}},
    ],
}  # fmt: skip

_GCV_22: dict[str, Any] = {
    "project": "Letters",
    "version": "2.2",
    "characters": ["lena", {"id": "uncle tom", "strength": 0.6}],
    "shots": [
        {
            "shot_id": "s-1", "filename_base": "attic", "prompt": "an attic, dust in a beam of light", "duration": 6.5,
            "width": 1280, "height": 720, "character_lora": "lena", "presets": {"camera": "whip_pan", "lighting": "soft"},
        },
        {
            "shot_id": "s-2", "filename_base": "box", "prompt": "a box of letters", "duration": 12.0, "character_lora": "none",
            "characters": ["lena", {"id": "uncle tom", "strength": 0.2}], "sound_hint": {"loop": True}, "width": 640,
        },
        {"shot_id": "s-3", "filename_base": "end", "prompt": "the box is closed", "duration": 3.25, "character_lora": ""},
    ],
    "video_settings": {"default_fps": 16},
    "made_with": {"tool": "x", "build": [1, 2, 3]},
}  # fmt: skip

_SEGMENTS: dict[str, Any] = {
    "title": "Bread",
    "language": "en",
    "aspect_ratio": "9:16",
    "segments": [
        {
            "segment_id": 1, "title": "Flour", "duration_seconds": 8, "prompt": "Flour falls through a sieve.",
            "camera": "macro shot, slow pan left", "characters": [], "objects": ["sieve"], "location": "bakery",
        },
        {
            "segment_id": 2, "title": "Dough", "duration_seconds": 6.5, "prompt": "The baker folds the dough.",
            "camera": "over the shoulder", "characters": ["baker"], "objects": [], "location": "bakery",
            "transition_to_next": "dissolve",
        },
    ],
}  # fmt: skip

_BARE: list[dict[str, Any]] = [
    {"id": "a", "duration": 3, "prompt": "A gate opens.", "camera": "tripod", "mystery": None},
    {"id": "b", "duration": "4.5", "prompt": "A dog runs through it."},
]


def gcv(generation: str) -> dict[str, Any]:
    """A fresh storyboard of that generation."""
    return copy.deepcopy({"2.0": _GCV_20, "2.1": _GCV_21, "2.2": _GCV_22}[generation])


def segments() -> dict[str, Any]:
    """A fresh segment list as an object."""
    return copy.deepcopy(_SEGMENTS)


def bare_segments() -> list[dict[str, Any]]:
    """A fresh segment list as a list, in other spellings."""
    return copy.deepcopy(_BARE)


def imported(data: Any, name: str = "board.json") -> ImportResult:
    """What importing that JSON value gives."""
    return import_text(json.dumps(data), name)


def stored(board: Storyboard) -> Storyboard:
    """The storyboard as it comes back from its file."""
    return Storyboard.model_validate_json(json.dumps(board.to_json()))


def meaning(shot: Shot) -> dict[str, Any]:
    """Every field of a shot but what it was made from."""
    return shot.model_dump(exclude={"extras"})


def noted(result: ImportResult) -> str:
    """All notes as one text."""
    return "\n".join(str(note) for note in result.notes)
