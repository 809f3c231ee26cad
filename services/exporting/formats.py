"""The formats in which a storyboard can be written. Each is read back by `services.importing`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from domain.errors import BadInput
from domain.storyboard import CAST, Shot, Storyboard
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS, camera_move
from services.importing import export_gcv, export_segments
from services.importing.kinoloom import SCHEMA, VERSION

_COLUMNS = (
    "shot", "title", "prompt", "description", "seconds", "size", "camera", "characters", "objects", "location",
    "negative", "seed",
)  # fmt: skip
_TIMES = {
    "sunrise": "DAWN", "morning": "MORNING", "noon": "NOON", "afternoon": "AFTERNOON", "sunset": "DUSK",
    "night": "NIGHT", "day": "DAY",
}  # fmt: skip


@dataclass(frozen=True)
class BoardFormat:
    """One format: its id, what it is called, and the ending of its files."""

    id: str
    title: str
    ending: str


FORMATS: tuple[BoardFormat, ...] = (
    BoardFormat("json", "Storyboard of Kinoloom", ".json"),
    BoardFormat("gcv", "Storyboard of the gcv tools", ".json"),
    BoardFormat("segments", "Segment list", ".json"),
    BoardFormat("csv", "Table", ".csv"),
    BoardFormat("md", "Markdown table", ".md"),
    BoardFormat("fountain", "Fountain screenplay", ".fountain"),
)


def export_board(board: Storyboard, form: str) -> str:
    """The storyboard as the text of a file in that format. Raises BadInput for one that there is not."""
    writer = _WRITERS.get(form)
    if writer is None:
        raise BadInput(
            f"There is no storyboard format {form[:40]!r}.", f"Choose one of: {', '.join(f.id for f in FORMATS)}."
        )
    return writer(board)


def board_document(board: Storyboard) -> dict[str, Any]:
    """The storyboard as a document of Kinoloom's own, with its schema and version."""
    return {"schema": SCHEMA, "version": VERSION, **board.to_json()}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _rows(board: Storyboard) -> list[list[str]]:
    names = {kind: {e.id: e.name or e.id for e in board.entities(kind)} for kind in CAST}

    def row(shot: Shot) -> list[str]:
        move = camera_move(shot.presets.camera)
        return [
            shot.id, shot.title, shot.prompt, shot.description, _seconds(shot.seconds),
            f"{SIZE_LABELS[shot.size]} shot" if shot.size else "",
            CAMERA_LABELS[move[0]] if move else shot.presets.camera,
            ", ".join(names["characters"].get(i, i) for i in shot.characters),
            ", ".join(names["objects"].get(i, i) for i in shot.objects),
            names["locations"].get(shot.location, shot.location), shot.negative,
            "" if shot.image.seed is None else str(shot.image.seed),
        ]  # fmt: skip

    return [row(shot) for shot in board.shots]


def _seconds(seconds: Fraction) -> str:
    near = f"{float(seconds):g}"
    return near if Fraction(near) == seconds else f"{seconds.numerator}/{seconds.denominator}"


def _csv(board: Storyboard) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_COLUMNS, *_rows(board)])  # as RFC 4180 has it
    return out.getvalue()


def _markdown(board: Storyboard) -> str:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |"

    head = [f"# {' '.join(board.title.split())}", ""] if board.title else []
    rule = "|" + "---|" * len(_COLUMNS)
    return "\n".join((*head, line(list(_COLUMNS)), rule, *map(line, _rows(board)))) + "\n"


def _fountain(board: Storyboard) -> str:
    places = {e.id: e.name or e.id for e in board.locations}
    found = [f"Title: {' '.join(board.title.split()) or 'Untitled'}", ""]
    for shot in board.shots:
        place = " ".join(places.get(shot.location, shot.location).split()) or " ".join(shot.title.split()) or "SHOT"
        time = _TIMES.get(shot.presets.time_of_day, "")
        found += [f".{place.lstrip('.').upper()}{' - ' + time if time else ''} #{shot.id}#", ""]
        # a mark says that it is action, so that capitals are not taken for somebody who speaks
        found += [line for part in shot.prompt.splitlines() if part.strip() for line in (f"!{part.strip()}", "")]
        for line in shot.dialogue.splitlines():
            who, colon, said = line.partition(":")
            if line.strip():
                speech = (
                    (who.strip(), said.strip()) if colon and said.strip() and len(who) < 60 else ("VOICE", line.strip())
                )
                found += [f"@{speech[0]}", speech[1], ""]
    return "\n".join(found).rstrip() + "\n"


_WRITERS: Mapping[str, Callable[[Storyboard], str]] = {
    "json": lambda board: _json(board_document(board)),
    "gcv": lambda board: _json(export_gcv(board)),
    "segments": lambda board: _json(export_segments(board)),
    "csv": _csv,
    "md": _markdown,
    "fountain": _fountain,
}
