"""Fountain screenplays: every scene becomes a shot, with place, time of day, cast, dialogue and an estimated length.

The syntax is that of fountain.io/syntax; what is read: title page, scene headings (also forced with a dot) with
scene numbers, character cues, dialogue, synopses, sections, notes, boneyard, transitions and centred text.
"""

from __future__ import annotations

import re

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import MAX_SHOTS
from services.importing.notes import Notes
from services.importing.screenplay import Scene, as_storyboard, scene_of, too_many

_HEADING = re.compile(r"^(?:(?:INT|EXT|EST|I/E|INT\.?/EXT|EXT\.?/INT)[. ]\s*.+|\.[^.\s].*)$", re.I)
_CUE = re.compile(r"^(?:@(?P<forced>.+)|(?P<name>[^\Wa-z_][^a-z]*?(?:\s*\(.*\))?))\s*\^?$")
_TRANSITION = re.compile(r"[A-Z ]+TO:")
_EMPHASIS = re.compile(r"[*_]{1,3}(\S[^*_]{0,200}\S|\S)[*_]{1,3}")
# Longer lines are neither; the bounds also keep the patterns quick on hostile files.
_LONGEST_HEADING, _LONGEST_CUE = 400, 120


def is_fountain(text: str) -> bool:
    """Whether the text has a scene heading of the usual kind."""
    return any(re.match(r"^(?:INT|EXT|EST|I/E)[./]", line.strip()) for line in text[:100_000].splitlines())


def import_fountain(text: str, name: str, notes: Notes) -> ImportResult:
    """A screenplay. Raises BadInput when it has no scene heading."""
    text = _without(text.replace("\r\n", "\n").replace("\r", "\n"), "/*", "*/")
    title, author, body = _title_page(_without(text, "[[", "]]"))
    scenes = _scenes(body, name)
    if not scenes:
        raise BadInput(f"{name} has no scene headings.", "A scene begins with a line such as INT. KITCHEN - NIGHT.")
    return as_storyboard(scenes, "fountain", name, notes, title, author)


def _without(text: str, opening: str, closing: str) -> str:
    """`text` without what stands between these marks; an opening without an end stays. Linear, unlike a pattern."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + 2)) >= 0:
        kept.append(text[at:start])
        at = end + len(closing)
    return "".join((*kept, text[at:]))


def _title_page(text: str) -> tuple[str, str, str]:
    text = text.lstrip("\n")
    if not re.match(r"[A-Za-z][A-Za-z ]{0,30}:", text) or re.match(r"(?:INT|EXT)", text):
        return "", "", text
    page, _, body = text.partition("\n\n")
    fields: dict[str, list[str]] = {}
    key = ""
    for line in page.split("\n"):
        match = re.match(r"([A-Za-z][A-Za-z ]{0,30}):\s*(.*)$", line)
        if match:
            key = match[1].lower()
            fields[key] = [match[2]]
        elif key:
            fields[key].append(line)
    plain = {k: " ".join(" ".join(v).split()).strip("_* ") for k, v in fields.items()}
    return plain.get("title", "")[:400], plain.get("author", plain.get("authors", "")), body


def _scenes(body: str, name: str) -> list[Scene]:
    scenes: list[Scene] = []
    before, speaking = "", False
    lines = body.split("\n")
    for index, raw in enumerate(lines):
        line = raw.strip()
        after = lines[index + 1].strip() if index + 1 < len(lines) else ""
        heading = not before and len(line) <= _LONGEST_HEADING and bool(_HEADING.match(line))
        if heading:
            if len(scenes) == MAX_SHOTS:  # what comes behind would be read for nothing
                raise too_many(name)
            scenes.append(scene_of(line.lstrip(".")))
        elif scenes and line:
            scene = scenes[-1]
            scene.lines.append(line)
            cue = _CUE.match(line) if not before and after and len(line) <= _LONGEST_CUE else None
            if line.startswith("#"):
                speaking = False
            elif line.startswith(">") or (not before and not after and _TRANSITION.fullmatch(line)):
                speaking = False
                if not line.endswith("<"):
                    scene.transition = line.lstrip("> ")[:80]
            elif line.startswith("=") and not line.startswith("==="):
                scene.synopsis.append(line.lstrip("= "))
            elif cue and not line.startswith("!"):
                scene.speak(cue["forced"] or cue["name"])
                speaking = True
            elif speaking:
                scene.say(_EMPHASIS.sub(r"\1", line))
            else:
                scene.action.append(_EMPHASIS.sub(r"\1", line.removeprefix("!").removeprefix("~")))
        speaking = speaking and bool(line) and not heading
        before = line
    return scenes
