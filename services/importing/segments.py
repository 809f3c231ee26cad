"""Segment lists, as made for cloud video models: a bare list of segments, or an object with "segments".

Field names vary between tools; the first spelling of `_SPELLINGS` that a segment has is read, and written back on
export. The camera is free text ("wide shot, slow pan right"): move, shot size and angle are read out of it.
A master prompt beside the file (`services.importing.master_prompt`) supplies what holds for every segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import MAX_TEXT, Entity, Presets, Sampling, Shot, Storyboard
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS, camera_from_text, camera_move, size_from_text
from services.importing.cast import Cast
from services.importing.gcv import built, shot_list, shot_name
from services.importing.gcv_shot import DEFAULT_SECONDS, Casts
from services.importing.master_prompt import MasterPrompt
from services.importing.more import read_more, write_more
from services.importing.naming import Names
from services.importing.notes import Notes, shown
from services.importing.transitions import KEY as TRANSITION
from services.importing.transitions import read_transitions
from services.importing.values import MAX_SEED, Fields, plain_number

FORMAT = "segment list"
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": ("segment_id", "id", "shot_id", "segment", "number"),
    "title": ("title", "name"),
    "seconds": ("duration_seconds", "duration", "seconds", "length"),
    "prompt": ("prompt", "veo_prompt", "text"),
    "description": ("description", "action"),
    "negative": ("negative_prompt", "negative"),
    "camera": ("camera", "camera_movement", "shot_type"),
    "characters": ("characters",),
    "objects": ("objects", "props"),
    "location": ("location", "setting"),
    "seed": ("seed",),
}
_TELLING = ("prompt", "description", "title", "seconds")
_ANGLES = {"low angle": "low_angle", "high angle": "high_angle", "dutch angle": "dutch_angle"}
_TOP = {"title": ("title", "project", "name"), "description": ("description", "logline")}


def is_segments(data: Any) -> bool:
    """Whether a JSON value has the shape of a segment list."""
    return isinstance(data, list) or (isinstance(data, dict) and "segments" in data)


def import_segments(data: Any, name: str, notes: Notes, master: MasterPrompt | None = None) -> ImportResult:
    """A segment list. `name` is the file's, for errors. Raises BadInput naming segment and field."""
    bare = isinstance(data, list)
    segments = shot_list(data if bare else data.get("segments"), name, "the content" if bare else "segments")
    if not any(key in segment for segment in segments for field in _TELLING for key in _SPELLINGS[field]):
        raise BadInput(
            f"{name} is a list of objects that are no segments.", "A segment has a prompt, a title or a duration."
        )
    top = Fields({} if bare else data, notes, label="Storyboard")
    master = master or MasterPrompt()
    casts = Casts(
        _described("character", master.characters, notes),
        _described("object", master.objects, notes),
        _described("location", master.locations, notes),
        _described("look", master.looks, notes),
    )
    shots = _shots(segments, segments, FORMAT, casts, notes)
    top.unknown({"segments", "aspect_ratio", *_TOP["title"], *_TOP["description"]})
    width, height = _size(top)
    extras: dict[str, Any] = {"from": {"format": FORMAT, "bare": bare}}
    extras["source"] = {} if bare else {k: [] if k == "segments" else v for k, v in data.items()}
    board = built(
        name,
        title=top.text(_top_key(top.data, "title"), 400) or master.title,
        description=top.text(_top_key(top.data, "description"), MAX_TEXT),
        style=master.style,
        never=master.never,
        shots=shots,
        characters=_placed(casts.characters.listed(notes), shots, notes),
        objects=_placed(casts.objects.listed(notes), shots, notes),
        locations=_placed(casts.locations.listed(notes), shots, notes),
        looks=_placed(casts.looks.listed(notes), shots, notes),
        extras=extras | master.extras(),
    )
    transitions = read_transitions(segments, shots, "\n".join(master.other.values()), notes)
    return ImportResult(
        storyboard=board, format=FORMAT, width=width, height=height, notes=notes.listed(), transitions=transitions
    )  # fmt: skip


def import_rows(rows: list[dict[str, Any]], sources: list[dict[str, str]], name: str, notes: Notes) -> ImportResult:
    """The rows of a table in the spelling of segments; `sources` are the rows as they came. Raises BadInput."""
    casts = Casts(Cast("character"), Cast("object"), Cast("location"))
    shots = _shots(rows, sources, "table", casts, notes)
    board = built(
        name, title=name.rpartition(".")[0], shots=shots, characters=casts.characters.listed(notes),
        objects=casts.objects.listed(notes), locations=casts.locations.listed(notes),
        looks=casts.looks.listed(notes), extras={"from": {"format": "table"}},
    )  # fmt: skip
    transitions = read_transitions(rows, shots, "", notes)
    return ImportResult(storyboard=board, format="table", notes=notes.listed(), transitions=transitions)


def _shots(
    rows: Sequence[dict[str, Any]], sources: Sequence[dict[str, Any]], origin: str, casts: Casts, notes: Notes
) -> tuple[Shot, ...]:
    names = Names()
    word = "Row" if origin == "table" else "Segment"
    shots = []
    for number, (row, source) in enumerate(zip(rows, sources, strict=True), 1):
        label = f"{word} {number}"
        given = shot_name(row.get(_key(row, "id")), number, label, names, notes, _key(row, "id"))
        label = label if given == str(number) else f"{label} (shot {given})"
        fields = read_segment(Fields(row, notes, label=label, shot=given), casts)
        shots.append(Shot(id=given, extras={"source": source, "from": {"format": origin, "id": given}}, **fields))
    return tuple(shots)


def _size(top: Fields) -> tuple[int | None, int | None]:
    """The film size for an aspect ratio such as "16:9": the shorter side has 720 pixels."""
    text = top.text("aspect_ratio", 20).replace(" ", "").replace("/", ":")
    wide, colon, high = text.partition(":")
    if not text:
        return None, None
    if not (
        colon
        and wide.isdecimal()
        and high.isdecimal()
        and len(text) < 8
        and 1 / 4 <= int(wide) / max(1, int(high)) <= 4
    ):
        top.note("aspect_ratio", f"{shown(text)} was not understood; the film keeps the project's size.")
        return None, None
    ratio = Fraction(int(wide), int(high))
    width, height = (720 * ratio, Fraction(720)) if ratio >= 1 else (Fraction(720), 720 / ratio)
    return round(width / 2) * 2, round(height / 2) * 2


def _described(what: str, entities: Sequence[Entity], notes: Notes) -> Cast:
    cast = Cast(what)
    for entity in entities:
        cast.add(entity.name, notes, description=entity.description, seed=entity.seed, states=entity.states)
    return cast


def _placed(entities: Sequence[Entity], shots: Sequence[Shot], notes: Notes) -> tuple[Entity, ...]:
    """The entities with their states at the shots whose segments the master prompt numbers."""
    ids = {str(number): shot.id for number, shot in enumerate(shots, 1)}
    ids |= {str(int(shot.id)): shot.id for shot in shots if shot.id.isascii() and shot.id.isdecimal()}

    def end(entity: Entity, number: str) -> str:
        if number and str(int(number)) not in ids:
            notes.add(f"There is no segment {number}; {entity.name} is not seen there.", part="master prompt")
        return ids.get(str(int(number)), number.zfill(3)) if number else ""

    return tuple(
        e.replace(states=tuple(s.replace(first=end(e, s.first), last=end(e, s.last)) for s in e.states))
        if e.states
        else e
        for e in entities
    )


def _key(source: dict[str, Any], field: str, like: dict[str, Any] | None = None) -> str:
    """The spelling that `source` uses for a field, else the one that `like` does, else the usual one."""
    names = _SPELLINGS[field]
    return next((n for n in names if n in source), next((n for n in names if like and n in like), names[0]))


def _top_key(data: dict[str, Any], field: str) -> str:
    return next((n for n in _TOP[field] if n in data), _TOP[field][0])


def read_segment(fields: Fields, casts: Casts) -> dict[str, Any]:
    """What a segment means to Kinoloom: every field of a Shot but its id and extras. Raises BadInput."""
    key = {field: _key(fields.data, field) for field in _SPELLINGS}
    found: dict[str, Any] = {
        field: fields.text(key[field], 400 if field == "title" else MAX_TEXT, needed=field == "prompt")
        for field in ("title", "prompt", "description", "negative")
    }
    found["seconds"] = fields.seconds(key["seconds"])
    if found["seconds"] is None:
        fields.note(key["seconds"], f"is not given; {DEFAULT_SECONDS} seconds were assumed.")
        found["seconds"] = DEFAULT_SECONDS
    words = fields.text(key["camera"], 1000)
    found |= camera_fields(words)
    if words.strip().lower() not in ("", "none") and not (
        found["presets"].camera or found["size"] or found["presets"].composition
    ):
        fields.note(key["camera"], "names no move, size or angle that Kinoloom knows; its words are kept.")
    found["characters"] = casts.characters.find_all(fields.names(key["characters"]))
    found["objects"] = casts.objects.find_all(fields.names(key["objects"]))
    place = (
        ", ".join(fields.names(key["location"]))[:200]
        if isinstance(fields.data.get(key["location"]), (dict, list))
        else ""
    )
    place = place or fields.text(key["location"], 200).strip()
    found["location"] = casts.locations.find(place) if place else ""
    found["image"] = Sampling(seed=fields.whole(key["seed"], -1, MAX_SEED))
    fields.unknown({TRANSITION, *key.values(), *read_more(fields, found, casts.looks)})
    return found


def camera_fields(words: str) -> dict[str, Any]:
    """Move, size and angle out of camera words or a camera key, as fields of a Shot."""
    known = camera_move(words)
    camera = words.strip().lower().replace("-", "_").replace(" ", "_") if known else camera_from_text(words)
    angle = next(
        (key for text, key in _ANGLES.items() if text in words.lower().replace("-", " ").replace("_", " ")), ""
    )
    return {
        "presets": Presets(camera="" if camera == "none" else camera, composition=angle),
        "size": size_from_text(words),
    }


def _camera_words(shot: Shot) -> str:
    move = camera_move(shot.presets.camera)
    parts = [f"{SIZE_LABELS[shot.size].lower()} shot"] if shot.size else []
    parts += (
        [next(t for t, k in _ANGLES.items() if k == shot.presets.composition)]
        if shot.presets.composition in _ANGLES.values()
        else []
    )
    parts += [CAMERA_LABELS[move[0]].lower()] if move else []
    return ", ".join(parts)


def export_segments(board: Storyboard) -> Any:
    """The storyboard as a segment list: an imported one as it came plus what was edited since.

    A bare list where the import was one, else an object with "segments". What others have no field for has one of
    `services.importing.more`. Raises BadInput when the kept source was damaged by hand.
    """
    origin = board.extras.get("from")
    ours = isinstance(origin, dict) and origin.get("format") == FORMAT and isinstance(board.extras.get("source"), dict)
    casts = Casts.of(board)
    like = next((s.extras["source"] for s in board.shots if _is_ours(s)), None)
    segments = [_export(shot, casts, like) for shot in board.shots]
    if ours and isinstance(origin, dict) and origin.get("bare"):
        return segments
    source: dict[str, Any] = dict(board.extras["source"]) if ours else {}
    quiet = Fields(source, Notes(), label="Storyboard")
    master = board.extras.get("master_prompt")
    inherited = master.get("title") if isinstance(master, dict) else None
    for field in _TOP:
        key = _top_key(source, field)
        before = quiet.text(key, 400 if field == "title" else MAX_TEXT)
        value = getattr(board, field)
        if value != before and not (field == "title" and not before and value == inherited):
            source[key] = value
    source["segments"] = segments
    return source


def _is_ours(shot: Shot) -> bool:
    origin = shot.extras.get("from")
    return isinstance(origin, dict) and origin.get("format") == FORMAT and isinstance(shot.extras.get("source"), dict)


def _export(shot: Shot, casts: Casts, like: dict[str, Any] | None) -> dict[str, Any]:
    ours = _is_ours(shot)
    out: dict[str, Any] = dict(shot.extras["source"]) if ours else {}
    if not ours or shot.id != shot.extras["from"].get("id"):
        example = (like or {}).get(_key(out, "id", like), 1)
        number = shot.id.isascii() and shot.id.isdecimal() and isinstance(example, int)
        out[_key(out, "id", like)] = int(shot.id) if number else shot.id
    if not ours:
        out[_key(out, "seconds", like)] = plain_number(shot.seconds)
    before = read_segment(Fields(out, Notes(), label=f"Shot {shot.id}"), casts)
    for field in ("title", "prompt", "description", "negative"):
        if getattr(shot, field) != before[field]:
            out[_key(out, field, like)] = getattr(shot, field)
    if shot.seconds != before["seconds"]:
        out[_key(out, "seconds", like)] = plain_number(shot.seconds)
    seen = (before["presets"].camera, before["presets"].composition, before["size"])
    if (shot.presets.camera, shot.presets.composition, shot.size) != seen:
        out[_key(out, "camera", like)] = _camera_words(shot)
    for field, cast in (("characters", casts.characters), ("objects", casts.objects)):
        if getattr(shot, field) != before[field]:
            out[_key(out, field, like)] = [cast.foreign(i) for i in getattr(shot, field)]
    if shot.location != before["location"]:
        out[_key(out, "location", like)] = casts.locations.foreign(shot.location) if shot.location else ""
    if shot.image.seed != before["image"].seed:
        out[_key(out, "seed", like)] = shot.image.seed
    write_more(out, shot, read_segment(Fields(out, Notes(), label=f"Shot {shot.id}"), casts), casts.looks)
    return out
