"""Tables of shots: CSV, TSV, semicolon-separated and Markdown, with the headings that shot lists have in practice."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from domain.errors import BadInput
from domain.importing import ImportedPicture, ImportResult
from domain.storyboard import MAX_SHOTS
from services.importing.folders import PICTURES, inside
from services.importing.more import KEYS
from services.importing.notes import Notes, shown
from services.importing.segments import import_rows

_MORE: dict[str, str] = dict.fromkeys(KEYS.values(), "") | {
    "dialogue": "dialog|dialogs|spoken|speech|gesprochen", "sound": "sounds|audio|sfx|ton|geräusche",
    "lighting": "light|licht", "mood": "atmosphere|stimmung", "look": "", "style": "stil",
    "time_of_day": "daytime|tageszeit", "color_grade": "colour grade|grade",
}  # fmt: skip
_HEADINGS: dict[str, str] = {
    heading: field
    for field, headings in {
        "id": "id|shot|shot id|shot no|shot #|shot number|no|nr|#|number|slate|einstellung|segment|segment id",
        "title": "title|name|shot name|filename base|titel",
        "prompt": "prompt|action|picture|content|image|visual|what happens|inhalt|handlung|bild",
        "description": "description|notes|note|comment|comments|remarks|beschreibung|notizen|bemerkung",
        "duration": "duration|dur|dur s|seconds|length|time|sec|secs|s|duration s|duration seconds|length s"
        "|dauer|sekunden|laenge|länge",
        "camera": "camera|movement|move|camera movement|camera move|kamera|kamerabewegung",
        "size": "size|shot size|shot type|framing|type|angle|einstellungsgroesse|einstellungsgröße",
        "characters": "characters|character|cast|who|figuren|personen",
        "objects": "objects|object|props|requisiten",
        "location": "location|scene|setting|place|where|ort|schauplatz|szene",
        "negative_prompt": "negative|negative prompt|avoid",
        "seed": "seed",
        **{key: f"{key.replace('_', ' ')}|{more}".rstrip("|") for key, more in _MORE.items()},
        "picture_file": "picture file|keyframe|keyframe file|image file",
        "end_picture": "end picture|end keyframe|end frame",
    }.items()
    for heading in headings.split("|")
}
_PICTURES = {"start": "picture_file", "end": "end_picture"}
"""By keyframe slot, the field of the column that names its picture."""

_SHORT = {
    "ews": "extreme wide", "ws": "wide", "ls": "wide", "fs": "full shot", "mws": "medium wide", "mls": "medium wide",
    "ms": "medium", "mcu": "medium close-up", "cu": "close-up", "ecu": "extreme close-up", "xcu": "extreme close-up",
    "ots": "over the shoulder",
}  # fmt: skip
_LONGEST_RULE = 2000
_MOST_COLUMNS = 500
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")


def heading_field(text: str) -> str:
    """What a column heading means; empty when it is not known."""
    plain = " ".join(re.sub(r"[^\w#]+", " ", text.casefold().replace("_", " ")).split())
    return _HEADINGS.get(plain, "")


def is_markdown_table(text: str) -> bool:
    """Whether the text has a Markdown table with a heading that shot lists have."""
    return bool(_markdown_rows(text))


def is_delimited(text: str) -> bool:
    """Whether the first line looks like the headings of a shot list, two of them known."""
    line = text.lstrip().partition("\n")[0][:2000]
    return any(sum(bool(heading_field(cell)) for cell in line.split(mark)) >= 2 for mark in ",;\t")


def import_table(text: str, name: str, notes: Notes, folder: Path | None = None) -> ImportResult:
    """A table of shots. Pictures that its columns name are taken from `folder`. Raises BadInput naming row and
    column."""
    rows = _markdown_rows(text) or _delimited_rows(text, name)
    headings, body = ([cell.strip() for cell in rows[0]], rows[1:]) if rows else ([], [])
    if len(headings) > _MOST_COLUMNS:
        raise BadInput(f"{name} has {len(headings)} columns; at most {_MOST_COLUMNS} are read.", "Leave some out.")
    fields = [heading_field(heading) for heading in headings]
    if not {"prompt", "description", "title"} & set(fields):
        raise BadInput(
            f"{name} has no column that says what a shot shows.",
            "Name a column prompt, action or description; others may be shot, duration, camera, location, characters.",
        )
    if len(body) > MAX_SHOTS:
        raise BadInput(
            f"{name} has more than {MAX_SHOTS} rows; at most {MAX_SHOTS} can be imported.", "Split the table."
        )
    unknown = [heading for heading, field in zip(headings, fields, strict=True) if heading and not field]
    for heading in unknown[:20]:
        notes.add(
            "is a column that Kinoloom has no field for; it is kept with the shots.", part="table", field=heading[:60]
        )
    shots: list[dict[str, Any]] = []
    sources: list[dict[str, str]] = []
    for cells in body:
        if not any(cell.strip() for cell in cells):
            continue
        sources.append({h or f"column {i + 1}": cell for i, (h, cell) in enumerate(zip(headings, cells, strict=False))})
        shots.append(_shot(fields, cells))
    if not shots:
        raise BadInput(f"{name} has headings but no shots.", "Add one row per shot.")
    named = [{slot: row.pop(column, "") for slot, column in _PICTURES.items()} for row in shots]
    result = import_rows(shots, sources, name, notes)
    pictures = [
        ImportedPicture(shot=shot.id, slot=slot, path=path, selected=True)
        for shot, cells in zip(result.storyboard.shots, named, strict=True)
        for slot, cell in cells.items()
        if (path := _picture(cell, folder, shot.id, notes)) is not None
    ]
    return result.replace(pictures=tuple(pictures), notes=notes.listed())


def _picture(cell: str, folder: Path | None, shot: str, notes: Notes) -> Path | None:
    """The picture of that name in the folder."""
    if not cell or folder is None:
        return None
    path = inside(folder, cell)
    if path is None or path.suffix.lower() not in PICTURES:
        notes.add(f"The picture {shown(cell)} is not in the folder.", shot=shot, field="picture")
        return None
    return path.absolute()


def row_of(headings: list[str], cells: list[str]) -> dict[str, Any]:
    """A row in the spelling of segments."""
    return _shot([heading_field(heading) for heading in headings], cells)


def _shot(fields: list[str], cells: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, cell in zip(fields, cells, strict=False):
        value = cell.strip()
        if field and value:
            found[field] = f"{found[field]}, {value}" if field in found else value
    if "prompt" not in found:
        found["prompt"] = found.pop("description", "") or found.get("title", "")
    if "duration" in found:
        found["duration"] = seconds_text(found["duration"])
    size = found.pop("size", "")
    words = [" ".join(_SHORT.get(word.casefold(), word) for word in size.split()), found.get("camera", "")]
    if any(words):
        found["camera"] = ", ".join(word for word in words if word)
    return found


def seconds_text(text: str) -> str:
    """A length as people write it ("5", "5 s", "5,5 sec", "1:05", "00:00:05") as plain seconds; else as it was."""
    if len(text) > 60:
        return text
    plain = re.sub(r"\s*(?:seconds?|secs?|sek(?:unden)?\.?|s)\.?$", "", text.strip(), flags=re.IGNORECASE)
    if re.fullmatch(r"\d{1,6},\d{1,6}", plain):
        plain = plain.replace(",", ".")
    match = re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2}(?:\.\d{1,6})?)", plain)
    if not match:
        return plain
    whole, _, part = match[3].partition(".")
    total = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(whole)
    return f"{total}.{part}" if part else str(total)


def _markdown_rows(text: str) -> list[list[str]]:
    if "|" not in text:
        return []
    lines, before = io.StringIO(text), ""
    for line in lines:
        if "|" in line and "|" in before and len(line) <= _LONGEST_RULE and _RULE.match(line.strip()):
            head = _cells(before)
            if any(heading_field(cell) for cell in head):
                body = islice(takewhile(lambda row: "|" in row, lines), MAX_SHOTS + 1)
                return [head, *map(_cells, body)]
        before = line
    return []


def _cells(line: str) -> list[str]:
    inner = re.sub(r"^\s*\||(?<!\\)\|\s*$", "", line)
    return [re.sub(r"<br\s*/?>", "\n", cell.replace("\\|", "|")).strip() for cell in re.split(r"(?<!\\)\|", inner)]


def _delimited_rows(text: str, name: str) -> list[list[str]]:
    first = text.lstrip("\r\n ").partition("\n")[0]
    mark = max("\t;,", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=mark)
        return list(islice((row for row in rows if any(cell.strip() for cell in row)), MAX_SHOTS + 2))
    except csv.Error as error:
        raise BadInput(f"{name} is not a readable table: {error}.", "Export it again as CSV in UTF-8.") from None
