"""Narration made of what is spoken in the shots, each speaker with a voice of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from domain.errors import StudioError
from domain.sound.speech import VoiceInfo
from domain.sound.speeches import Person, Speech, assigned, speeches
from domain.sound.tracks import MAX_LINE, Line, SoundPlan, Voice
from domain.storyboard import Shot, Storyboard
from services.ports import SpeechEngines
from services.writing.languages import language_of


@dataclass(frozen=True)
class Dialogued:
    """What became of the dialogue of shots: those whose narration it is now, those that keep what a person wrote, and
    those whose dialogue is longer than a narration may be."""

    made: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    long: tuple[str, ...] = ()


def spoken(shot: Shot) -> str:
    """The dialogue of a shot as its narration would have it; empty where nobody speaks."""
    return "\n".join(line.strip() for line in shot.dialogue.splitlines() if line.strip())


def waiting(board: Storyboard, plan: SoundPlan) -> list[str]:
    """The shots whose narration would become another if it were made of their dialogue."""
    return [shot.id for shot in board.shots if _standing(shot, plan.line(shot.id)) == "made"]


def narrated(board: Storyboard, plan: SoundPlan, shots: Collection[str] | None) -> tuple[SoundPlan, Dialogued]:
    """The plan with the dialogue of all shots, or of these, as narration. What a person wrote stays."""
    found: dict[str, list[str]] = {"made": [], "kept": [], "long": []}
    for shot in board.shots:
        if shots is not None and shot.id not in shots:
            continue
        line, text = plan.line(shot.id), spoken(shot)
        how = _standing(shot, line)
        if how in found:
            found[how].append(shot.id)
        if how != "made":
            continue
        if not text:
            plan = plan.with_line(shot.id, None)
        else:
            new = line or Line(shot=shot.id, text=text)
            plan = plan.with_line(shot.id, new.replace(text=text, made=text, speakers=True))
    return plan, Dialogued(tuple(found["made"]), tuple(found["kept"]), tuple(found["long"]))


def speakers(board: Storyboard, plan: SoundPlan) -> dict[str, str]:
    """Who speaks in the narration: names for people, by `Speech.speaker`, in the order of the film."""
    names = {entity.id: entity.name or entity.id for entity in board.characters}
    found = [speech for shot in board.shots for speech in _said(board, plan.line(shot.id)) if speech.speaker]
    return {speech.speaker: names.get(speech.who) or speech.name.title() for speech in found}


def cast(board: Storyboard, plan: SoundPlan, engines: SpeechEngines) -> SoundPlan:
    """The plan with a voice for each speaker who has none by the engine that speaks; as it is where that engine cannot
    tell its voices now."""
    engine = plan.voice.engine or engines.default()
    lacking = [key for key in speakers(board, plan) if (key not in plan.cast or plan.cast[key].engine != engine)]
    if not lacking:
        return plan
    voices = _voices(engines, engine)
    entities = {entity.id: entity for entity in board.characters}
    people = []
    for key in lacking:
        who = entities.get(key)
        told = f"{who.voice} {who.description} {who.clothing} {who.name}" if who else key
        people.append(Person(key, told))
    taken = [plan.voice.name, *(voice.name for key, voice in plan.cast.items() if key not in lacking)]
    words = " ".join(speech.words for line in plan.lines for speech in _said(board, line))
    given = assigned(people, voices, language_of(words), taken)
    return plan.replace(cast=plan.cast | {key: voice.replace(engine=engine) for key, voice in given.items()})


def with_voice(plan: SoundPlan, key: str, name: str, engine: str) -> SoundPlan:
    """The plan in which that speaker has that voice; with an empty name the film's."""
    others = {known: voice for known, voice in plan.cast.items() if known != key}
    if not name:
        return plan.replace(cast=others)
    speed = plan.cast[key].speed if key in plan.cast else plan.voice.speed
    return plan.replace(cast=others | {key: Voice(engine=engine, name=name, speed=speed)})


def _standing(shot: Shot, line: Line | None) -> str:
    """What making its narration of its dialogue would do with a shot: made, kept, long, or nothing."""
    text = spoken(shot)
    if line is None:
        return "" if not text else "long" if len(text) > MAX_LINE else "made"
    if line.own:
        return "kept" if text and text != line.text else ""
    return "" if text == line.text else "long" if len(text) > MAX_LINE else "made"


def _said(board: Storyboard, line: Line | None) -> list[Speech]:
    return speeches(line.text, board.mentions) if line is not None and line.speakers else []


def _voices(engines: SpeechEngines, name: str) -> Sequence[VoiceInfo]:
    try:
        engine = engines.get(name)
        return () if engine.ready() else engine.voices()
    except StudioError:
        return ()
