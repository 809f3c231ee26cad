"""Fountain screenplays: every scene becomes a shot, with place, time of day, cast and an estimated length.

The syntax is that of fountain.io/syntax; what is read: title page, scene headings (also forced with a dot) with
scene numbers, character cues, dialogue, synopses, sections, notes, boneyard, transitions and centred text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import MAX_SHOTS, MAX_TEXT, Presets, Shot
from services.importing.cast import Cast
from services.importing.estimate import estimated_seconds
from services.importing.gcv import built, shot_name
from services.importing.naming import Names
from services.importing.notes import Notes

_HEADING = re.compile(
    r"^(?:(?:INT|EXT|EST|I/E|INT\.?/EXT|EXT\.?/INT)[. ]\s*(?P<scene>.+)|\.(?P<forced>[^.\s].*))$", re.I
)
_NUMBER = re.compile(r"\s*#(?P<number>[\w.-]{1,40})#\s*$")
_CUE = re.compile(r"^(?:@(?P<forced>.+)|(?P<name>[^\Wa-z_][^a-z]*?)(?:\s*\(.*\))?)\s*\^?$")
_EMPHASIS = re.compile(r"[*_]{1,3}(\S[^*_]{0,200}\S|\S)[*_]{1,3}")
# Longer lines are neither; the bounds also keep the patterns quick on hostile files.
_LONGEST_HEADING, _LONGEST_CUE = 400, 120
_TIMES = {
    "dawn": "sunrise", "sunrise": "sunrise", "early morning": "morning", "morning": "morning", "midday": "noon",
    "noon": "noon", "afternoon": "afternoon", "late afternoon": "afternoon", "dusk": "sunset", "sunset": "sunset",
    "evening": "sunset", "magic hour": "sunset", "night": "night", "midnight": "night", "late night": "night",
    "day": "day",
}  # fmt: skip
_SAME_TIME = {"continuous", "later", "moments later", "same", "same time"}


@dataclass
class _Scene:
    heading: str
    place: str = ""
    time: str = ""
    number: str = ""
    action: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    cast: list[str] = field(default_factory=list)
    synopsis: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def is_fountain(text: str) -> bool:
    """Whether the text has a scene heading of the usual kind."""
    return any(re.match(r"^(?:INT|EXT|EST|I/E)[./]", line.strip()) for line in text[:100_000].splitlines())


def import_fountain(text: str, name: str, notes: Notes) -> ImportResult:
    """A screenplay. Raises BadInput when it has no scene heading."""
    text = _without(text.replace("\r\n", "\n").replace("\r", "\n"), "/*", "*/")
    title, author, body = _title_page(_without(text, "[[", "]]"))
    scenes = _scenes(body)
    if not scenes:
        raise BadInput(f"{name} has no scene headings.", "A scene begins with a line such as INT. KITCHEN - NIGHT.")
    if len(scenes) > MAX_SHOTS:
        raise BadInput(f"{name} has {len(scenes)} scenes; at most {MAX_SHOTS} can be imported.", "Split the file.")
    people, places, names = Cast("character"), Cast("location"), Names()
    shots = []
    for number, scene in enumerate(scenes, 1):
        given = shot_name(scene.number or None, number, f"Scene {number}", names, notes, "scene number")
        shots.append(_shot(scene, given, people, places, notes))
    notes.add(f"The lengths of {len(shots)} shots were estimated from the length of their text.", field="duration")
    board = built(
        name, title=title or name.rpartition(".")[0], description=f"By {author}"[:400] if author else "",
        shots=tuple(shots),
        characters=people.listed(notes), locations=places.listed(notes), extras={"from": {"format": "fountain"}},
    )  # fmt: skip
    return ImportResult(storyboard=board, format="fountain", notes=notes.listed())


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


def _scenes(body: str) -> list[_Scene]:
    scenes: list[_Scene] = []
    before, speaking = "", False
    lines = body.split("\n")
    for index, raw in enumerate(lines):
        line = raw.strip()
        after = lines[index + 1].strip() if index + 1 < len(lines) else ""
        heading = _HEADING.match(line) if not before and len(line) <= _LONGEST_HEADING else None
        if heading:
            scenes.append(_heading(line, heading))
        elif scenes and line:
            scene = scenes[-1]
            scene.lines.append(line)
            cue = _CUE.match(line) if not before and after and len(line) <= _LONGEST_CUE else None
            if line.startswith(("#", ">")) or (not before and not after and re.fullmatch(r"[A-Z ]+TO:", line)):
                speaking = False
            elif line.startswith("=") and not line.startswith("==="):
                scene.synopsis.append(line.lstrip("= "))
            elif cue and not line.startswith("!"):
                who = " ".join((cue["forced"] or cue["name"]).split("(")[0].split())[:200]
                speaking = True
                if who and who not in scene.cast:
                    scene.cast.append(who)
            elif speaking:
                scene.spoken.append(line)
            else:
                scene.action.append(_EMPHASIS.sub(r"\1", line.lstrip("!~")))
        speaking = speaking and bool(line) and not heading
        before = line
    return scenes


def _heading(line: str, match: re.Match[str]) -> _Scene:
    number = _NUMBER.search(line)
    text = _NUMBER.sub("", match["scene"] or match["forced"]).strip()
    parts = re.split(r"\s+[-\u2013\u2014]\s+", text)
    last = re.sub(r"[()\[\]]", "", parts[-1]).strip().lower() if len(parts) > 1 else ""
    known = last in _TIMES or last in _SAME_TIME
    place = " - ".join(parts[:-1] if known else parts)
    return _Scene(
        heading=_NUMBER.sub("", line).lstrip("."), place=place.strip()[:200], time=last if known else "",
        number=number["number"] if number else "",
    )  # fmt: skip


def _shot(scene: _Scene, given: str, people: Cast, places: Cast, notes: Notes) -> Shot:
    action, spoken = " ".join(scene.action), " ".join(scene.spoken)
    if len(action) > MAX_TEXT:
        notes.add(f"has {len(action)} characters; it was cut to {MAX_TEXT}.", shot=given, field="prompt")
    if spoken:
        notes.add("Dialogue was kept aside; it counts for the length.", shot=given, field="dialogue")
    if scene.time in _SAME_TIME:
        notes.add(f"{scene.time!r} names no time of day; it was left open.", shot=given, field="time_of_day")
    source = {"heading": scene.heading, "text": "\n".join(scene.lines)}
    return Shot(
        id=given, title=scene.heading[:400], prompt=action[:MAX_TEXT] or scene.place,
        description=" ".join(scene.synopsis)[:MAX_TEXT], seconds=estimated_seconds(action, spoken),
        presets=Presets(time_of_day=_TIMES.get(scene.time, "")),
        location=places.find(scene.place) if scene.place else "", characters=people.find_all(scene.cast[:100]),
        extras={"source": source, "from": {"format": "fountain", "id": given}},
    )  # fmt: skip
