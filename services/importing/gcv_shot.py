"""One shot of the gcv family, read and written back.

Both directions stand side by side because the second is the first turned round: an export takes the shot as it
came, reads it again, and writes only the fields in which the storyboard now says something else. Field names and
ranges are those of three generations of these tools' files ("2.0", "2.1", "2.2").
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, get_args

from domain.storyboard import MotionSampling, Presets, Sampling, Shot, ShotSize, Storyboard
from domain.vocabulary import camera_move
from services.importing.cast import Cast
from services.importing.more import read_more, write_more
from services.importing.notes import shown
from services.importing.values import MAX_SEED, Fields, plain_number

DEFAULT_SECONDS = Fraction(4)
"""Length of a shot whose file gives none: Kinoloom's own default."""

_TEXTS = {"title": "filename_base", "prompt": "prompt", "description": "description", "negative": "negative_prompt"}
_PRESETS = tuple(Presets.model_fields)
_SIZES = get_args(ShotSize)

# Kinoloom field → where generation 2.1 and later has it, where 2.0 has it. A key that is present in the newer
# place wins, even with null. 2.0 has one seed for a shot: it serves picture and clip alike.
_SAMPLING: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "image.seed": (("flux", "seed"), ("seed",)),
    "image.cfg": (("flux", "cfg"), ("cfg_scale",)),
    "image.steps": (("flux", "steps"), ("steps",)),
    "video.seed": (("wan", "seed"), ("seed",)),
    "video.cfg": (("wan", "cfg"), ()),
    "video.steps": (("wan", "steps"), ()),
    "video.motion_strength": (("wan", "motion_strength"), ("wan_motion", "strength")),
}

KNOWN = {
    "shot_id", "filename_base", "prompt", "description", "negative_prompt", "width", "height", "duration", "presets",
    "flux", "wan", "character_lora", "characters", "camera_movement", "seed", "cfg_scale", "steps", "scene",
    "character", "wan_motion", "kinoloom",
}  # fmt: skip
OLD = {"camera_movement", "cfg_scale", "wan_motion", "scene"}
"""Fields that only generation 2.0 has."""


@dataclass
class Casts:
    """The casts of a storyboard."""

    characters: Cast
    objects: Cast
    locations: Cast
    looks: Cast = dataclasses.field(default_factory=lambda: Cast("look"))

    @classmethod
    def of(cls, board: Storyboard) -> Casts:
        """Those of a storyboard."""
        return cls(
            Cast("character", board.characters), Cast("object", board.objects), Cast("location", board.locations),
            Cast("look", board.looks),
        )  # fmt: skip


def _unset(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in ("", "none"))


def _has(data: dict[str, Any], path: tuple[str, ...]) -> bool:
    for key in path[:-1]:
        inner = data.get(key)
        if not isinstance(inner, dict):
            return False
        data = inner
    return bool(path) and path[-1] in data


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        inner = data.get(key)
        data[key] = dict(inner) if isinstance(inner, dict) else {}
        data = data[key]
    data[path[-1]] = value


def _drop(data: dict[str, Any], path: tuple[str, ...]) -> None:
    if _has(data, path):
        _put(data, path, None)
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]


def _place(data: dict[str, Any], field: str) -> tuple[str, ...]:
    newer, older = _SAMPLING[field]
    return older if not _has(data, newer) and _has(data, older) else newer


def _sampling(fields: Fields, field: str) -> int | float | None:
    path = _place(fields.data, field)
    holder, key = (fields.within(path[0]) if len(path) == 2 else fields), path[-1]
    name = field.partition(".")[2]
    if name == "seed":
        return holder.whole(key, -1, MAX_SEED)
    if name == "steps":
        return holder.whole(key, 1, 1000)
    return holder.real(key, 0, 100 if name == "cfg" else 10)


def _presets(fields: Fields) -> Presets:
    inner = fields.within("presets")
    found = {key: "" if _unset(inner.data.get(key)) else inner.text(key, 80) for key in _PRESETS}
    inner.unknown(_PRESETS)
    where, motion = inner, fields.within("wan_motion")
    if "camera" not in inner.data:
        where, key = (fields, "camera_movement") if "camera_movement" in fields.data else (motion, "type")
        found["camera"] = "" if _unset(where.data.get(key)) else where.text(key, 80)
    else:
        key = "camera"
    if found["camera"] and camera_move(found["camera"]) is None:
        where.note(key, f"{shown(found['camera'])} is no camera move that Kinoloom knows; the shot will be static.")
    if where is not motion and not _unset(motion.data.get("type")):
        motion.note("type", f"{shown(motion.data['type'])} was kept aside; {key} says how the camera moves.")
    if not _unset(motion.data.get("notes")):
        motion.note("notes", "was kept aside; it is written back on export.")
    return Presets(**found)


def _named(fields: Fields) -> list[str]:
    found = [] if _unset(fields.data.get("character_lora")) else [fields.text("character_lora", 200)]
    found += fields.names("characters")
    found += [] if _unset(fields.data.get("character")) else [fields.text("character", 200)]
    return [name for name in dict.fromkeys(found) if not _unset(name)]


def read(fields: Fields, casts: Casts) -> dict[str, Any]:
    """What a foreign shot means to Kinoloom: every field of a Shot but its id and extras. Raises BadInput."""
    found: dict[str, Any] = {
        field: fields.text(key, 400 if field == "title" else 20_000, needed=field == "prompt")
        for field, key in _TEXTS.items()
    }
    found["seconds"] = fields.seconds("duration")
    if found["seconds"] is None:
        fields.note("duration", f"is not given; {DEFAULT_SECONDS} seconds were assumed.")
        found["seconds"] = DEFAULT_SECONDS
    found["presets"] = _presets(fields)
    found["characters"] = casts.characters.find_all(_named(fields)[:100])
    scene = "" if _unset(fields.data.get("scene")) else fields.text("scene", 200).strip()
    found["location"] = casts.locations.find(scene) if scene else ""
    sampled = {field: _sampling(fields, field) for field in _SAMPLING}
    found["image"] = Sampling(**{k: sampled[f"image.{k}"] for k in ("seed", "cfg", "steps")})
    found["video"] = MotionSampling(**{k: sampled[f"video.{k}"] for k in ("seed", "cfg", "steps", "motion_strength")})
    own = fields.within("kinoloom")
    size = own.text("size", 40)
    found["size"] = size if size in _SIZES else None
    found["objects"] = casts.objects.find_all(own.names("objects"))
    read_more(own, found, casts.looks)
    fields.unknown(KNOWN)
    return found


def write(shot: Shot, source: dict[str, Any], casts: Casts, quiet: Fields, *, old: bool) -> dict[str, Any]:
    """`source` with every field brought up to what `shot` says now; untouched fields keep their spelling.

    `old` tells that the file is of generation 2.0, so that new values go into its fields where it has them.
    `quiet` supplies the label and notes for reading `source` again.
    """
    before = read(Fields(source, quiet.notes, label=quiet.label), casts)
    out = dict(source)
    for field, key in _TEXTS.items():
        value = getattr(shot, field)
        if value != before[field]:
            out[key] = file_base(value, shot.id) if field == "title" else value
    if shot.seconds != before["seconds"]:
        out["duration"] = plain_number(shot.seconds)
    _write_presets(out, shot, before["presets"], old=old)
    if shot.characters != before["characters"]:
        _write_characters(out, shot, casts)
    if shot.location != before["location"]:
        out["scene"] = casts.locations.foreign(shot.location) if shot.location else ""
    for field, (newer, older) in _SAMPLING.items():
        group, _, name = field.partition(".")
        value = getattr(getattr(shot, group), name)
        if value == getattr(before[group], name):
            continue
        # The clip's seed never goes into the field that it shares with the picture's.
        fits_old = older and (_has(out, older) or old) and not _has(out, newer) and field != "video.seed"
        if value is not None:
            _put(out, older if fits_old else newer, value)
        else:
            _drop(out, newer)
            if _has(out, older):
                _drop(out, older) if fits_old else _put(out, newer, None)
    if not _has(out, ("wan", "seed")) and out.get("seed") != source.get("seed"):
        _put(out, ("wan", "seed"), shot.video.seed)
    if shot.size != before["size"]:
        _put(out, ("kinoloom", "size"), shot.size or "")
    if shot.objects != before["objects"]:
        _put(out, ("kinoloom", "objects"), [casts.objects.foreign(i) for i in shot.objects])
    own: dict[str, Any] = {}
    write_more(own, shot, read(Fields(out, quiet.notes, label=quiet.label), casts), casts.looks)
    for key, value in own.items():
        _put(out, ("kinoloom", key), value)
    return out


def _write_presets(out: dict[str, Any], shot: Shot, before: Presets, *, old: bool) -> None:
    for key in _PRESETS:
        value = getattr(shot.presets, key)
        if value == getattr(before, key):
            continue
        in_presets = _has(out, ("presets", key))
        if key == "camera" and not in_presets and ("camera_movement" in out or old):
            out["camera_movement"] = value or "none"
        else:
            _put(out, ("presets", key), value or "none")


def _write_characters(out: dict[str, Any], shot: Shot, casts: Casts) -> None:
    names = [casts.characters.foreign(i) for i in shot.characters]
    listed = isinstance(out.get("characters"), list)
    entries = (
        {(e.get("id", e.get("name")) if isinstance(e, dict) else e): e for e in out["characters"] if _entry(e)}
        if listed
        else {}
    )
    if listed or len(names) > 1:
        out["characters"] = [entries.get(name, name) for name in names]
    if "character" in out:
        out["character"] = names[0] if names and len(names) == 1 and not listed and "character_lora" not in out else ""
        if out["character"]:
            return
    if "character_lora" in out or not listed:
        out["character_lora"] = names[0] if names else "none"


def _entry(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("id", value.get("name")), str))


def file_base(title: str, fallback: str) -> str:
    """A title as these tools can use it for file names: what no file system takes becomes a dash."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", title).strip()[:120] or fallback
