"""A plain idea in words: a shot for each paragraph, or for each sentence where there is only one paragraph."""

from __future__ import annotations

import re

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import MAX_SHOTS, MAX_TEXT, Shot
from domain.vocabulary import size_from_text
from services.importing.estimate import estimated_seconds
from services.importing.gcv import built
from services.importing.notes import Notes
from services.importing.segments import camera_fields

_MARKS = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,4}[.):])\s+")


def import_prose(text: str, name: str, notes: Notes) -> ImportResult:
    """Plain text or Markdown. Raises BadInput when it holds no words."""
    title, parts = _parts(text)
    if not parts:
        raise BadInput(f"{name} holds no words.", "Write one paragraph per shot.")
    if len(parts) > MAX_SHOTS:
        raise BadInput(f"{name} would give {len(parts)} shots; at most {MAX_SHOTS} can be imported.", "Split the text.")
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


def _parts(text: str) -> tuple[str, list[str]]:
    title, paragraphs = "", []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines: list[str] = []
        for line in block.split("\n"):
            heading = re.match(r"\s*#{1,6}\s+(.+)", line)
            if heading:
                title = title or heading[1].strip()[:400]
            elif _MARKS.match(line) and any(word.isalnum() for word in line):
                paragraphs += [" ".join(" ".join(lines).split())]
                lines = [_MARKS.sub("", line)]
            else:
                lines.append(line)
        paragraphs += [" ".join(" ".join(lines).split())]
    found = [p for p in paragraphs if any(c.isalnum() for c in p)]
    if len(found) == 1:
        sentences = re.sub(r"([.!?\u2026][\"'\u201d\u2019)]*)\s+", r"\1\n", found[0]).split("\n")
        found = [sentence for sentence in sentences if any(c.isalnum() for c in sentence)]
    return title, found
