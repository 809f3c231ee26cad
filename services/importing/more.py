"""Fields of a shot that segment lists and tables usually lack; with these keys both can have them.

Read and written by the same table, so that what is written is read back. A preset's value is a key, or words.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, get_args

from domain.storyboard import MAX_TEXT, MotionSampling, Overrides, Presets, Sampling, Shot, ShotSize
from services.importing.cast import Cast
from services.importing.values import MAX_SEED, Fields

KEYS: dict[str, str] = {
    "title": "shot_title", "seconds": "exact_seconds",
    "dialogue": "dialogue", "sound": "sound", "look": "look", "size": "shot_size_key",
    "presets.style": "style", "presets.lighting": "lighting", "presets.mood": "mood",
    "presets.time_of_day": "time_of_day", "presets.composition": "composition", "presets.color_grade": "color_grade",
    "presets.camera": "camera_key", "presets.motion": "motion", "video.motion_strength": "motion_strength",
    "image.steps": "steps", "image.cfg": "cfg", "video.seed": "clip_seed", "video.steps": "clip_steps",
    "video.cfg": "clip_cfg", "carry": "carry", "overrides.image": "own_prompt", "overrides.video": "own_clip_prompt",
    "overrides.negative": "own_negative",
}  # fmt: skip
"""By the field of a shot, the key in a segment and the heading of a column."""

_LONGEST = {"title": 400}
_LONGEST_PRESET = 80
_UNSET = "none"


def at(shot: Shot, path: str) -> Any:
    """The value of a field such as "presets.camera"."""
    outer, _, inner = path.partition(".")
    return getattr(getattr(shot, outer), inner) if inner else getattr(shot, outer)


def read_more(fields: Fields, found: dict[str, Any], looks: Cast) -> set[str]:
    """Put the fields into `found`, the fields of a Shot as read so far; the keys that were used."""
    used: set[str] = set()
    nested: dict[str, dict[str, Any]] = {}
    for path, key in KEYS.items():
        if fields.data.get(key) in (None, "") or not _suits(path, fields.data[key]):
            continue
        used.add(key)
        value = _value(fields, path, key, looks)
        outer, _, inner = path.partition(".")
        if inner:
            nested.setdefault(outer, {})[inner] = value
        elif value is not None or path not in ("size", "seconds"):
            found[path] = value
    kinds: Mapping[str, type[Presets] | type[Sampling] | type[MotionSampling] | type[Overrides]] = {
        "presets": Presets, "image": Sampling, "video": MotionSampling, "overrides": Overrides,
    }  # fmt: skip
    for outer, values in nested.items():
        found[outer] = found.get(outer, kinds[outer]()).replace(**values)
    return used


def write_more(out: dict[str, Any], shot: Shot, before: Mapping[str, Any], looks: Cast) -> None:
    """Add to a segment what reading it does not give: `before` is what it does."""
    read = Shot.model_construct(**{**{n: f.get_default() for n, f in Shot.model_fields.items()}, **before})
    for path, key in KEYS.items():
        value = at(shot, path)
        if value == at(read, path):
            continue
        if path == "look":
            value = looks.foreign(value) if value else _UNSET
        if isinstance(value, Fraction):
            value = f"{value.numerator}/{value.denominator}"
        out[key] = _UNSET if value in ("", None) else value


def _suits(path: str, value: Any) -> bool:
    """Long words under a preset's name are meant for people; they are kept aside."""
    if path.startswith("presets."):
        return isinstance(value, str) and len(value) <= _LONGEST_PRESET
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _value(fields: Fields, path: str, key: str, looks: Cast) -> Any:
    name = path.rpartition(".")[2]
    given = fields.data[key]
    unset = isinstance(given, str) and given.strip().lower() == _UNSET
    if path == "seconds":
        return fields.seconds(key)
    if name == "seed":
        return None if unset else fields.whole(key, -1, MAX_SEED)
    if name == "steps":
        return None if unset else fields.whole(key, 1, 1000)
    if name in ("cfg", "motion_strength", "carry"):
        return None if unset else fields.real(key, 0, {"cfg": 100, "motion_strength": 10, "carry": 1}[name])
    if unset:
        return None if path == "size" else ""
    if path == "size":
        words = fields.text(key, 40).strip()
        return words if words in get_args(ShotSize) else None
    if path == "look":
        words = fields.text(key, 200).strip()
        return looks.find(words) if words else ""
    return fields.text(key, _LONGEST_PRESET if path.startswith("presets.") else _LONGEST.get(path, MAX_TEXT))
