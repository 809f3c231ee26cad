"""Dialogue as it is written in a shot, a line for each speech: who says what, and which voice each speaker gets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from domain.mentions import Mentions
from domain.sound.speech import VoiceInfo
from domain.sound.tracks import Voice

_SPEECH = re.compile(r"^\s*([^:\n]{1,80}):\s*(\S.*)$")
_NOBODY = frozenset({"", "voice", "a voice"})

SLOW, QUICK = 0.85, 1.2
"""Speeds of those who are said to speak slowly, or fast."""

_FEMALE = re.compile(
    r"\b(?:she|hers?|wom[ae]n|girl|mother|mum|mom|daughter|sister|aunt|grandmother|granny|wife|lady|queen|princess|witch"
    r"|mrs|ms|miss|female|frau|mädchen|mutter|tochter|schwester|tante|großmutter|oma|dame|königin|prinzessin|hexe"
    r"|weiblich\w*)\b",
    re.IGNORECASE,
)
_MALE = re.compile(
    r"\b(?:he|him|his|m[ae]n|boy|father|dad|son|brother|uncle|grandfather|grandpa|husband|king|prince|wizard|mr|male|mann"
    r"|junge|bub|vater|sohn|bruder|onkel|großvater|opa|herr|könig|prinz|zauberer|männlich\w*)\b",
    re.IGNORECASE,
)
_SLOWLY = re.compile(r"\b(?:slow(?:ly)?|langsam\w*)\b", re.IGNORECASE)
_QUICKLY = re.compile(r"\b(?:fast|quick(?:ly)?|hurried(?:ly)?|schnell\w*|hastig\w*)\b", re.IGNORECASE)


class Speech(NamedTuple):
    """One speech: the character's id (empty: nobody of the cast), the name as it is written (empty: nobody's), how it
    is said ("softly"), and the words."""

    who: str
    name: str
    how: str
    words: str

    @property
    def speaker(self) -> str:
        """By which the speaker's voice is found; empty for nobody's."""
        return self.who or ("" if self.name.casefold() in _NOBODY else self.name.casefold())


class Person(NamedTuple):
    """A speaker who needs a voice: `key` is `Speech.speaker`, `words` all that is told of them."""

    key: str
    words: str


def speeches(text: str, mentions: Mentions) -> list[Speech]:
    """The speeches of a dialogue: "MARA (softly): It is coming." A line without a name is nobody's."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _SPEECH.match(line)
        who, said = (match[1].strip(), match[2].strip()) if match else ("", line.strip())
        who, how = (part.strip() for part in (*who.rstrip(") ").split("(", 1), "")[:2])
        speaker = next((m.id for m in mentions.find(who) if m.kind == "characters"), "") if who else ""
        found.append(Speech(speaker, who.lstrip("@"), how, said))
    return found


def assigned(
    people: Iterable[Person], voices: Sequence[VoiceInfo], language: str, taken: Collection[str]
) -> dict[str, Voice]:
    """A voice for each of the people, by key: of their language, as what is told of them suggests, each another as
    long as there are any. `taken` are names of voices that others have. Empty where there are no voices."""
    pool = [v for v in voices if language and v.language[:2] == language]
    if not pool:
        first = next((v.language for v in voices if v.kind), None)  # of the language that is set up
        pool = [v for v in voices if first in (None, v.language)]
    pool = [v for v in pool if v.kind] or pool
    given: dict[str, Voice] = {}
    used = list(taken)
    for person in people:
        kind = _kind(person.words)
        fitting = [v for v in pool if kind and v.kind == kind] or pool
        if not fitting:
            break
        name = min((v.id for v in fitting), key=used.count)
        used.append(name)
        given[person.key] = Voice(name=name, speed=_speed(person.words))
    return given


def _kind(words: str) -> Literal["female", "male", ""]:
    """What most of the words say; empty where as many say the one as the other."""
    female, male = len(_FEMALE.findall(words)), len(_MALE.findall(words))
    return "" if female == male else "female" if female > male else "male"


def _speed(words: str) -> float:
    return SLOW if _SLOWLY.search(words) else QUICK if _QUICKLY.search(words) else 1
