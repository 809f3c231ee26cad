"""Screenplays of any format: scenes with what is seen and said in them become shots with an estimated length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.errors import BadInput
from domain.importing import ImportResult
from domain.storyboard import MAX_SHOTS, MAX_TEXT, Presets, Shot
from services.importing.cast import Cast
from services.importing.estimate import estimated_seconds
from services.importing.gcv import built, shot_name
from services.importing.naming import Names
from services.importing.notes import Notes
from services.importing.transitions import KEY, read_transitions

NO_PLACE = "SHOT"
"""What stands for the place in the heading of a shot that has none."""

NOBODY = "VOICE"
"""Who speaks where a shot does not say it."""

TIMES = {
    "dawn": "sunrise", "sunrise": "sunrise", "early morning": "morning", "morning": "morning", "midday": "noon",
    "noon": "noon", "afternoon": "afternoon", "late afternoon": "afternoon", "dusk": "sunset", "sunset": "sunset",
    "evening": "sunset", "magic hour": "sunset", "night": "night", "midnight": "night", "late night": "night",
    "day": "day",
}  # fmt: skip
"""Words of headings for the time of day, with its key."""

_SAME_TIME = {"continuous", "later", "moments later", "same", "same time"}
_PREFIX = re.compile(r"^(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E)[. ]\s*", re.I)
_NUMBER = re.compile(r"\s*#(?P<number>[\w.-]{1,40})#\s*$")
_CONTINUED = re.compile(r"cont(?:inued|['\u2019]?d)\.?", re.I)


@dataclass
class Speech:
    """What one says at a stretch, and how: "V.O.", "softly"."""

    who: str
    how: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """As `Shot.dialogue` has it; empty when nothing is said."""
        said = " ".join(" ".join(self.words).split())
        how = f" ({', '.join(self.how)})" if self.how else ""
        return f"{self.who}{how}: {said}" if said else ""


@dataclass
class Scene:
    """A scene while it is read. `transition` is how the next one comes in, in the screenplay's words."""

    heading: str
    place: str = ""
    time: str = ""
    number: str = ""
    action: list[str] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)
    synopsis: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    transition: str = ""

    def speak(self, cue: str) -> None:
        """Somebody begins to speak: "MARA (V.O.)"."""
        name, _, more = cue.partition("(")
        how = [
            p.strip() for p in more.replace(")", "(").split("(") if p.strip() and not _CONTINUED.fullmatch(p.strip())
        ]
        who = " ".join(name.replace(":", " ").split())[:60]
        self.speeches.append(Speech(who, how))

    def say(self, line: str) -> None:
        """A line of dialogue, or in brackets how it is said."""
        if not self.speeches:
            self.speeches.append(Speech(NOBODY))
        now = self.speeches[-1]
        if not (line.startswith("(") and line.endswith(")")):
            now.words.append(line)
            return
        how = " ".join(line.strip("() ").split()).replace(":", ",")[:100]
        if now.words:
            self.speeches.append(Speech(now.who, [how]))
        elif how:
            now.how.append(how)


def scene_of(heading: str, number: str = "") -> Scene:
    """The scene that begins with that heading, such as "INT. KITCHEN - NIGHT #12#"."""
    found = _NUMBER.search(heading)
    plain = _NUMBER.sub("", heading).strip()
    parts = re.split(r"\s+[-\u2013\u2014]\s+", _PREFIX.sub("", plain).strip())
    last = re.sub(r"[()\[\]]", "", parts[-1]).strip().lower() if len(parts) > 1 else ""
    known = last in TIMES or last in _SAME_TIME
    place = " - ".join(parts[:-1] if known else parts).strip()[:200]
    return Scene(
        heading=plain, place="" if place == NO_PLACE else place, time=last if known else "",
        number=number or (found["number"] if found else ""),
    )  # fmt: skip


def too_many(name: str) -> BadInput:
    """That a screenplay has more scenes than can be imported."""
    return BadInput(f"{name} has too many scenes; at most {MAX_SHOTS} can be imported.", "Split the file.")


def as_storyboard(
    scenes: Sequence[Scene], form: str, name: str, notes: Notes, title: str = "", author: str = ""
) -> ImportResult:
    """The storyboard of these scenes. Raises BadInput when there are too many."""
    if len(scenes) > MAX_SHOTS:
        raise too_many(name)
    people, places, names = Cast("character"), Cast("location"), Names()
    shots = []
    for number, scene in enumerate(scenes, 1):
        given = shot_name(scene.number or None, number, f"Scene {number}", names, notes, "scene number")
        shots.append(_shot(scene, given, form, people, places, notes))
    notes.add(f"The lengths of {len(shots)} shots were estimated from the length of their text.", field="duration")
    board = built(
        name, title=title or name.rpartition(".")[0], description=f"By {author}"[:400] if author else "",
        shots=tuple(shots),
        characters=people.listed(notes), locations=places.listed(notes), extras={"from": {"format": form}},
    )  # fmt: skip
    rows = [{KEY: re.sub(r"[:.]|\bto\b", "", scene.transition, flags=re.I).strip()} for scene in scenes]
    transitions = read_transitions(rows, shots, "", notes)
    return ImportResult(storyboard=board, format=form, notes=notes.listed(), transitions=transitions)


def _shot(scene: Scene, given: str, form: str, people: Cast, places: Cast, notes: Notes) -> Shot:
    action = " ".join(scene.action)
    spoken = " ".join(word for speech in scene.speeches for word in speech.words)
    dialogue = "\n".join(line for speech in scene.speeches if (line := speech.line))
    for field_name, text in (("prompt", action), ("dialogue", dialogue)):
        if len(text) > MAX_TEXT:
            notes.add(f"has {len(text)} characters; it was cut to {MAX_TEXT}.", shot=given, field=field_name)
    if scene.time in _SAME_TIME:
        notes.add(f"{scene.time!r} names no time of day; it was left open.", shot=given, field="time_of_day")
    source = {"heading": scene.heading, "text": "\n".join(scene.lines)}
    cast = dict.fromkeys(speech.who for speech in scene.speeches if speech.who and speech.who != NOBODY)
    return Shot(
        id=given, title=scene.heading[:400], prompt=action[:MAX_TEXT] or scene.place,
        description=" ".join(scene.synopsis)[:MAX_TEXT], seconds=estimated_seconds(action, spoken),
        presets=Presets(time_of_day=TIMES.get(scene.time, "")), dialogue=dialogue[:MAX_TEXT],
        location=places.find(scene.place) if scene.place else "", characters=people.find_all([*cast][:100]),
        extras={"source": source, "from": {"format": form, "id": given}},
    )  # fmt: skip
