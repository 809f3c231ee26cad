"""Storyboards of the gcv family of tools, generations 2.0, 2.1 and 2.2, in and out without loss.

The objects of the file stay as they came, in ``extras["source"]`` of storyboard and shots; on export they are
patched with what was edited. ``extras["from"]`` says which format they are of and which id the shot got.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.project import MAX_SIDE
from domain.storyboard import MAX_SHOTS, MAX_TEXT, Entity, Shot, Storyboard
from domain.timing import parse_rate
from services.importing import gcv_shot
from services.importing.cast import MAX_ENTITIES, Cast
from services.importing.cast_details import in_words, read_cast, untold
from services.importing.gcv_shot import OLD, Casts, file_base
from services.importing.naming import Names, safe_id
from services.importing.notes import Notes, kind, shown
from services.importing.values import MAX_SEED, Fields, plain_number

FORMAT = "gcv"
_KNOWN = {"project", "description", "version", "shots", "characters", "video_settings", "kinoloom"}
_LORA_FILES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin")
_FILM_RATES = {Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(48),
               Fraction(50), Fraction(60)}  # fmt: skip


def is_gcv(data: Any) -> bool:
    """Whether a JSON value has the shape of such a storyboard."""
    return isinstance(data, dict) and "shots" in data


def import_gcv(data: dict[str, Any], name: str, notes: Notes) -> ImportResult:
    """A storyboard of any generation. `name` is the file's, for errors. Raises BadInput naming shot and field."""
    shots = shot_list(data.get("shots"), name, "shots")
    top = Fields(data, notes, label="Storyboard")
    version = generation(data, shots, notes)
    casts = Casts(_characters(data, notes), Cast("object"), Cast("location"))
    own = top.within("kinoloom")
    told = read_cast(own.data.get("cast"), casts, notes)
    names = Names()
    made = tuple(_shot(shot, number, casts, names, notes) for number, shot in enumerate(shots, 1))
    top.unknown(_KNOWN)
    board = built(
        name,
        title=top.text("project", 400),
        description=top.text("description", MAX_TEXT),
        style=own.text("style"),
        never=own.text("never"),
        shots=made,
        characters=_with_loras(casts.characters.listed(notes), shots, told, notes),
        objects=casts.objects.listed(notes),
        locations=casts.locations.listed(notes),
        looks=casts.looks.listed(notes),
        seed=own.whole("seed", 0, MAX_SEED),
        extras={"source": {k: [] if k == "shots" else v for k, v in data.items()}, "from": {"format": FORMAT}},
    )
    width, height = size(shots, notes)
    return ImportResult(
        storyboard=board, format=f"gcv {version}", width=width, height=height, rate=_rate(top), notes=notes.listed()
    )


def shot_list(value: Any, name: str, key: str) -> list[dict[str, Any]]:
    """The shots of a file as objects. Raises BadInput naming the first that is none."""
    if not isinstance(value, list):
        raise BadInput(f"{name}: {key} is {kind(value)}, not a list.", "Choose a storyboard with a list of shots.")
    if not value:
        raise BadInput(f"{name} has no shots.", "Choose a storyboard with at least one shot.")
    if len(value) > MAX_SHOTS:
        raise BadInput(f"{name} has {len(value)} shots; at most {MAX_SHOTS} can be imported.", "Split the file.")
    for number, shot in enumerate(value, 1):
        if not isinstance(shot, dict):
            raise BadInput(f"Shot {number} of {name} is {kind(shot)}, not an object.", "Correct it and import again.")
    return value


def built(name: str, **fields: Any) -> Storyboard:
    """The storyboard of these fields; a refusal of the domain becomes BadInput about the file `name`."""
    try:
        return Storyboard(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "storyboard"
        raise BadInput(f"{name}: {where} was not accepted: {first['msg']}.", "Correct it and import again.") from None


def generation(data: dict[str, Any], shots: list[dict[str, Any]], notes: Notes) -> str:
    """The generation of the file: its version where it says one, else told by its fields."""
    version = data.get("version")
    if (
        isinstance(version, (str, float, int))
        and not isinstance(version, bool)
        and str(version) in ("2.0", "2.1", "2.2")
    ):
        return str(version)
    keys = {key for shot in shots for key in shot}
    found = "2.0" if keys & OLD and not keys & {"presets", "flux", "wan"} else "2.1"
    if "characters" in data or keys & {"character_lora", "characters"}:
        found = "2.2"
    if version is None:
        notes.add(f"is not given; by its fields the file was read as {found}.", field="version")
    else:
        notes.add(f"{shown(version)} is not known; by its fields the file was read as {found}.", field="version")
    return found


def shot_name(given: object, number: int, label: str, names: Names, notes: Notes, key: str) -> str:
    """A safe and unused id for a shot from what the file calls it; whole numbers get three digits."""
    fallback = f"{number:03d}"
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**9:
        wanted = f"{given:03d}"
    elif isinstance(given, str) and given:
        wanted = safe_id(given, fallback)
    else:
        wanted = fallback
        if given is not None:
            notes.add(f"is {shown(given)}, which cannot be a name.", field=key, part=label.lower())
    found = names.give(wanted)
    if isinstance(given, str) and found != given:
        notes.add(
            f"{shown(given)} got the id {found}, since ids are folder names and each occurs once.",
            shot=found,
            field=key,
        )
    return found


def _shot(source: dict[str, Any], number: int, casts: Casts, names: Names, notes: Notes) -> Shot:
    label = f"Shot {number}"
    given = shot_name(source.get("shot_id"), number, label, names, notes, "shot_id")
    label = label if given == str(number) else f"{label} ({given})"
    fields = gcv_shot.read(Fields(source, notes, label=label, shot=given), casts)
    return Shot(id=given, extras={"source": source, "from": {"format": FORMAT, "id": given}}, **fields)


def _characters(data: dict[str, Any], notes: Notes) -> Cast:
    cast = Cast("character")
    listed = data.get("characters")
    if listed is not None and not isinstance(listed, list):
        notes.add(f"is {kind(listed)}, not a list; it was not used.", field="characters")
        return cast
    for number, entry in enumerate((listed or [])[:MAX_ENTITIES], 1):
        fields = Fields(_object(entry), notes, label=f"Character {number}")
        name = _entry_name(fields)
        if not name:
            notes.add("has no id; it is kept but not listed.", part=f"character {number}")
            continue
        cast.add(
            name, notes, name=fields.text("name", 200) or name, description=fields.text("description"),
            seed=fields.whole("seed", -1, MAX_SEED), strength=fields.real("strength", -10, 10),
            extras={"index": number - 1},
        )  # fmt: skip
    return cast


def _with_loras(
    listed: tuple[Entity, ...], shots: list[dict[str, Any]], told: set[str], notes: Notes
) -> tuple[Entity, ...]:  # fmt: skip
    """In these tools a character's id is the name of its LoRA file, where shots give it as `character_lora` or the
    list gives its strength; those in `told` have said it themselves."""
    named = {shot["character_lora"].strip() for shot in shots if isinstance(shot.get("character_lora"), str)}
    found = []
    for entity in listed:
        name = str(entity.extras.get("name", entity.id))
        if (
            not entity.lora
            and entity.id not in told
            and (name in named or (entity.strength is not None and "index" in entity.extras))
        ):
            file = name if name.lower().endswith(_LORA_FILES) else f"{name}.safetensors"
            entity = entity.replace(lora=file[:400])
            notes.add(
                f"is drawn with the LoRA {shown(file)}, which the picture model must know.",
                part=f"character {name}"[:80],
            )
        found.append(entity)
    return tuple(found)


def _object(entry: Any) -> dict[str, Any]:
    return entry if isinstance(entry, dict) else {"id": entry}


def _entry_name(fields: Fields) -> str:
    return (fields.text("id", 200) or fields.text("name", 200)).strip()


def even(value: int) -> int:
    """The next even number: H.264 takes no other sizes."""
    return value + value % 2


def size(shots: list[dict[str, Any]], notes: Notes) -> tuple[int | None, int | None]:
    """The picture size that most shots ask for, in pixels; None where none does."""
    asked: Counter[tuple[int, int]] = Counter()
    for number, shot in enumerate(shots, 1):
        fields = Fields(shot, notes, label=f"Shot {number}")
        width, height = fields.whole("width", 64, MAX_SIDE), fields.whole("height", 64, MAX_SIDE)
        if width and height:
            asked[width, height] += 1
    if not asked:
        return None, None
    (width, height), _ = asked.most_common(1)[0]
    if len(asked) > 1:
        notes.add(
            f"Shots ask for {len(asked)} sizes; the film has one, and {width} x {height} is asked for most.",
            field="size",
        )
    if width % 2 or height % 2:
        notes.add(f"{width} x {height} was rounded up to even numbers.", field="size")
    return even(width), even(height)


def _rate(top: Fields) -> Fraction | None:
    settings = top.within("video_settings")
    settings.unknown({"default_fps", "max_segment_duration"})
    if settings.data.get("max_segment_duration") is not None:
        settings.note("max_segment_duration", "was kept aside; Kinoloom splits shots by what the model can make.")
    value = settings.data.get("default_fps")
    if value is None:
        return None
    try:
        rate = parse_rate(value if isinstance(value, (int, float, str)) else kind(value))
    except ValueError:
        settings.note("default_fps", f"is {shown(value)}; it was not used.")
        return None
    if rate in _FILM_RATES:
        return rate
    # In these tools the number is the rate of the video model (16 for Wan), not that of the film.
    settings.note("default_fps", f"{shown(value)} is the video model's own rate; the film keeps the project's rate.")
    return None


def export_gcv(board: Storyboard) -> dict[str, Any]:
    """The storyboard as a file of this family: an imported one as it came plus what was edited since.

    A storyboard from elsewhere becomes generation 2.2. What the family has no field for (style, never, shot size,
    objects, states of the cast …) goes under "kinoloom". Raises BadInput when the kept source was damaged by hand.
    """
    ours = _is_from(board.extras, FORMAT)
    source: dict[str, Any] = dict(board.extras["source"]) if ours else {"project": board.title, "version": "2.2"}
    notes = Notes()
    casts = Casts.of(board)
    quiet = Fields(source, notes, label="Storyboard")
    for field, key in (("title", "project"), ("description", "description")):
        if getattr(board, field) != quiet.text(key, 400 if field == "title" else MAX_TEXT):
            source[key] = getattr(board, field)
    own = quiet.within("kinoloom")
    changed = {k: getattr(board, k) for k in ("style", "never") if getattr(board, k) != own.text(k)}
    if board.seed != own.whole("seed", 0, MAX_SEED):
        changed["seed"] = board.seed
    if changed:
        source["kinoloom"] = own.data | changed
    _export_characters(source, board, casts.characters)
    old = str(source.get("version")) == "2.0"
    source["shots"] = [_export_shot(shot, casts, notes, old=old) for shot in board.shots]
    if board.shots and (cast := untold(board, import_gcv(source, "", Notes()).storyboard)):
        kept = quiet.within("kinoloom").data | source.get("kinoloom", {})
        source["kinoloom"] = kept | {"cast": cast}
    return source


def _is_from(extras: dict[str, Any], name: str) -> bool:
    origin = extras.get("from")
    return isinstance(origin, dict) and origin.get("format") == name and isinstance(extras.get("source"), dict)


def _export_shot(shot: Shot, casts: Casts, notes: Notes, *, old: bool) -> dict[str, Any]:
    quiet = Fields({}, notes, label=f"Shot {shot.id}")
    if not _is_from(shot.extras, FORMAT):
        fresh = {"shot_id": shot.id, "filename_base": file_base(shot.title, shot.id), "prompt": shot.prompt}
        return gcv_shot.write(shot, fresh | {"duration": plain_number(shot.seconds)}, casts, quiet, old=old)
    source: dict[str, Any] = dict(shot.extras["source"])
    if shot.id != shot.extras["from"].get("id"):
        # A copy made in Kinoloom: it may not write over its model's files there.
        source["shot_id"] = shot.id
        out = gcv_shot.write(shot, source, casts, quiet, old=old)
        return out | {"filename_base": file_base(f"{out.get('filename_base') or 'shot'}-{shot.id}", shot.id)}
    return gcv_shot.write(shot, source, casts, quiet, old=old)


def _export_characters(source: dict[str, Any], board: Storyboard, cast: Cast) -> None:
    """Bring the top-level list up to date; entries that the storyboard still says the same about stay untouched."""
    listed = source.get("characters")
    before = list(listed) if isinstance(listed, list) else []
    kept = {entity.extras.get("index"): entity for entity in board.characters if "index" in entity.extras}
    after: list[Any] = []
    for index, entry in enumerate(before):
        if index in kept:
            after.append(_character(entry, kept[index]))
        elif index >= MAX_ENTITIES or not _entry_name(Fields(_object(entry), Notes(), label="Character")):
            after.append(entry)
    for entity in board.characters:
        implied = entity.extras.get("implied") and not (in_words(entity) or entity.strength is not None)
        if "index" not in entity.extras and not implied:
            after.append(_character({"id": cast.foreign(entity.id)}, entity))
    if after != before:
        source["characters"] = after


def _character(entry: Any, entity: Entity) -> Any:
    fields = Fields(_object(entry), Notes(), label="Character")
    name = _entry_name(fields)
    was = {
        "name": fields.text("name", 200) or name, "description": fields.text("description"),
        "seed": fields.whole("seed", -1, MAX_SEED), "strength": fields.real("strength", -10, 10),
    }  # fmt: skip
    now = {key: getattr(entity, key) for key in was} | {"description": in_words(entity)}
    changed = {key: value for key, value in now.items() if value != was[key]}
    return fields.data | changed if changed else entry
