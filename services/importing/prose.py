"""A plain idea in words: a shot for each paragraph, or for each sentence where there is only one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import MAX_SHOTS, MAX_TEXT, Shot
from domain.vocabulary import size_from_text
from services.importing.estimate import estimated_seconds
from services.importing.gcv import built
from services.importing.notes import Notes
from services.importing.segments import camera_fields
from services.importing.sentences import sentences

_MARKS = re.compile(
    r"^\s*(?:[-*+\u2022]|\d{1,4}[.):]|(?:shot|scene|szene|einstellung|sc\u00e8ne|plan|escena|plano|toma)\s+\d{1,4}\s*[.:)])"
    r"\s+", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class Prose:
    """Plain text taken apart: its title, and its paragraphs or the entries of its list (`listed`)."""

    title: str
    parts: list[str]
    listed: bool


def import_prose(text: str, name: str, notes: Notes) -> ImportResult:
    """Plain text or Markdown. Raises BadInput when it holds no words."""
    prose = read_prose(text, name)
    title, parts = prose.title, prose.parts if len(prose.parts) > 1 else sentences(prose.parts[0])
    if len(parts) > MAX_SHOTS:
        raise _too_many(name)
    shots = []
    for number, part in enumerate(parts, 1):
        given = f"{number:03d}"
        if len(part) > MAX_TEXT:
            notes.add(f"has {len(part)} characters; it was cut to {MAX_TEXT}.", shot=given, field="prompt")
        found = camera_fields("") | {"size": size_from_text(part[:400])}
        shots.append(Shot(id=given, prompt=part[:MAX_TEXT], seconds=estimated_seconds(part), **found))
    notes.add(f"The lengths of {len(shots)} shots were estimated from the length of their text.", field="duration")
    board = built(name, title=title or name.rpartition(".")[0], shots=tuple(shots), extras={"from": {"format": "text"}})
    return ImportResult(storyboard=board, format="text", notes=notes.listed())


def read_prose(text: str, name: str) -> Prose:
    """Takes plain text or Markdown apart. Raises BadInput when it holds no words, and when it has too many parts."""
    title, parts, listed = "", list[str](), 0
    for block in _blocks(text.replace("\r\n", "\n").replace("\r", "\n")):
        lines: list[str] = []
        for line in block.split("\n"):
            heading = re.match(r"\s*#{1,6}\s+(.+)", line)
            if heading:
                title = title or heading[1].strip()[:400]
            elif _MARKS.match(line) and any(word.isalnum() for word in line):
                parts += _words(lines)
                lines = [_MARKS.sub("", line)]
                listed += 1
            else:
                lines.append(line)
            if len(parts) > MAX_SHOTS:
                break
        parts += _words(lines)
        if len(parts) > MAX_SHOTS:
            raise _too_many(name)
    if not parts:
        raise BadInput(f"{name} holds no words.", "Write one paragraph per shot.")
    return Prose(title, parts, listed > 1 and listed * 2 > len(parts))


def _too_many(name: str) -> BadInput:
    return BadInput(f"{name} would give too many shots; at most {MAX_SHOTS} can be imported.", "Split the text.")


def _blocks(text: str) -> Iterator[str]:
    """What stands between empty lines, one after another."""
    start = 0
    for gap in re.finditer(r"\n\s*\n", text):
        yield text[start : gap.start()]
        start = gap.end()
    yield text[start:]


def _words(lines: list[str]) -> list[str]:
    """The lines as one paragraph; nothing when there is no word in them."""
    joined = " ".join(" ".join(lines).split())
    return [joined] if any(c.isalnum() for c in joined) else []
