"""The formats in which a storyboard can be written as text. Each is read back by `services.importing`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from domain.errors import BadInput
from domain.storyboard import Shot, Storyboard
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS, camera_move
from services.exporting.losses import lost, sentences
from services.exporting.master_prompt import master_prompt
from services.exporting.screenplays import fdx, fountain
from services.importing import export_gcv, export_segments, import_text
from services.importing.gcv_shot import Casts
from services.importing.kinoloom import SCHEMA, VERSION
from services.importing.master_prompt import parse_master_prompt
from services.importing.more import KEYS, write_more
from services.importing.notes import Notes
from services.importing.segments import import_segments, read_segment
from services.importing.tables import row_of
from services.importing.values import Fields

_COLUMNS = (
    "shot", "title", "prompt", "description", "seconds", "size", "camera", "characters", "objects", "location",
    "negative", "seed",
)  # fmt: skip
_SEPARATORS = frozenset(",;\n")


@dataclass(frozen=True)
class BoardFormat:
    """One format: its id, what it is called, and the ending of its files (empty: a folder)."""

    id: str
    title: str
    ending: str


TEXTS: tuple[BoardFormat, ...] = (
    BoardFormat("json", "Storyboard of Kinoloom", ".json"),
    BoardFormat("gcv", "Storyboard of the gcv tools", ".json"),
    BoardFormat("segments", "Segment list and master prompt", ".json"),
    BoardFormat("csv", "Table", ".csv"),
    BoardFormat("md", "Markdown table", ".md"),
    BoardFormat("fountain", "Fountain screenplay", ".fountain"),
    BoardFormat("fdx", "Final Draft screenplay", ".fdx"),
)
FORMATS: tuple[BoardFormat, ...] = (
    *TEXTS,
    BoardFormat("images", "Folder of keyframes with an index", ""),
    BoardFormat("pdf", "Storyboard as PDF", ".pdf"),
)


@dataclass(frozen=True)
class BoardText:
    """A storyboard in a format: the file's text, further files beside it by what follows the file's own name
    ("-master-prompt.md"), and what the format cannot hold (see `losses.lost`)."""

    text: str
    beside: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is missing, in sentences."""
        return sentences(self.missing)


def export_board(board: Storyboard, form: str) -> str:
    """The storyboard as the text of a file in that format. Raises BadInput for one that there is not."""
    writer = _WRITERS.get(form)
    if writer is None:
        raise BadInput(
            f"There is no storyboard format {form[:40]!r}.", f"Choose one of: {', '.join(f.id for f in FORMATS)}."
        )
    return writer(board)


def write_board(board: Storyboard, form: str) -> BoardText:
    """The same with what goes beside it and what is lost. Raises BadInput."""
    text = export_board(board, form)
    page = master_prompt(board) if form == "segments" else ""
    beside = {MASTER_PROMPT: page} if page else {}
    return BoardText(text, beside, lost_in(board, form, text, page) if board.shots else {})


def lost_in(board: Storyboard, form: str, text: str, page: str = "") -> dict[str, int]:
    """The fields that reading the text (and the master prompt `page`) back does not give; see `losses.lost`."""
    if form == "segments":
        master = parse_master_prompt(page, "master prompt", Notes()) if page else None
        return lost(board, import_segments(json.loads(text), "segments", Notes(), master).storyboard)
    ending = next(f.ending for f in TEXTS if f.id == form)
    return lost(board, import_text(text, f"{board.title or 'film'}{ending}"[-200:]).storyboard)


MASTER_PROMPT = "-master-prompt.md"
"""What follows the name of a segment list in that of its master prompt."""


def board_document(board: Storyboard) -> dict[str, Any]:
    """The storyboard as a document of Kinoloom's own, with its schema and version."""
    return {"schema": SCHEMA, "version": VERSION, **board.to_json()}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def table(board: Storyboard) -> list[list[str]]:
    """Headings and a row for each shot, with a column more for each field that some shot has filled in besides."""
    casts = Casts.of(board)
    rows = [_row(shot, casts) for shot in board.shots]
    more: list[dict[str, Any]] = []
    for shot, row in zip(board.shots, rows, strict=True):
        read = read_segment(Fields(row_of(list(_COLUMNS), row), Notes(), label=f"Shot {shot.id}"), casts)
        more.append({})
        write_more(more[-1], shot, read, casts.looks)
    keys = [key for key in KEYS.values() if any(key in extra for extra in more)]
    cells = [[str(extra.get(key, "")) for key in keys] for extra in more]
    return [[*_COLUMNS, *keys], *([*row, *extra] for row, extra in zip(rows, cells, strict=True))]


def _row(shot: Shot, casts: Casts) -> list[str]:
    move = camera_move(shot.presets.camera)

    def names(cast: Any, ids: tuple[str, ...]) -> str:
        found = [cast.foreign(i) for i in ids]
        return ", ".join(i if _SEPARATORS & {*name} else name for i, name in zip(ids, found, strict=True))

    return [
        shot.id, shot.title, shot.prompt, shot.description, _seconds(shot.seconds),
        f"{SIZE_LABELS[shot.size]} shot" if shot.size else "",
        CAMERA_LABELS[move[0]] if move else shot.presets.camera,
        names(casts.characters, shot.characters), names(casts.objects, shot.objects),
        casts.locations.foreign(shot.location) if shot.location else "", shot.negative,
        "" if shot.image.seed is None else str(shot.image.seed),
    ]  # fmt: skip


def _seconds(seconds: Fraction) -> str:
    near = f"{float(seconds):g}"
    return near if Fraction(near) == seconds else f"{seconds.numerator}/{seconds.denominator}"


def as_csv(rows: list[list[str]]) -> str:
    """Rows as a CSV file (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _markdown(board: Storyboard) -> str:
    def line(cells: list[str]) -> str:
        plain = ("<br>".join(" ".join(part.split()) for part in c.strip().splitlines()) for c in cells)
        return "| " + " | ".join(c.replace("|", "\\|") for c in plain) + " |"

    head = [f"# {' '.join(board.title.split())}", ""] if board.title else []
    rows = table(board)
    rule = "|" + "---|" * len(rows[0])
    return "\n".join((*head, line(rows[0]), rule, *map(line, rows[1:]))) + "\n"


_WRITERS: Mapping[str, Callable[[Storyboard], str]] = {
    "json": lambda board: _json(board_document(board)),
    "gcv": lambda board: _json(export_gcv(board)),
    "segments": lambda board: _json(export_segments(board)),
    "csv": lambda board: as_csv(table(board)),
    "md": _markdown,
    "fountain": fountain,
    "fdx": fdx,
}
