"""Speech by eSpeak NG, a small program that speaks a hundred languages, where it is installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from domain.errors import BackendUnavailable, BadInput
from domain.sound.speech import VoiceInfo
from domain.sound.tracks import Voice
from infrastructure.sound import programs

_WORDS = 165
"""Words a minute at speed 1: a little slower than its own 175, which is hurried for a narrator."""

_SPEAKER = re.compile(r"!v/([fm])([1-4])")
_COMMON = ("en", "de", "fr", "es")
_CALLED = {"en": "English", "fr": "French", "es": "Spanish"}
"""Languages that stand in its table by their regions alone, and are known by these names too."""

_VOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+_./-]{0,79}")


class Espeak:
    """`program` empty: espeak-ng or espeak, where it is found. `voice` is spoken with unless another is asked for."""

    id, title = "espeak", "eSpeak NG"

    def __init__(self, program: str = "", voice: str = "") -> None:
        self._given = program
        self._voice = voice or "en"

    def ready(self) -> str:
        """Why it cannot speak now; empty when it can."""
        if programs.found(self._given, "espeak-ng", "espeak"):
            return ""
        if self._given:
            return f"There is no program {self._given}. Correct it in Settings, under Speech."
        return (
            "eSpeak NG is not installed. Install it (apt install espeak-ng, brew install espeak-ng) or choose another."
        )

    def voices(self) -> list[VoiceInfo]:
        """Its languages, and women and men who speak the one that is set up and the commonest."""
        languages = {row[1]: row[3].replace("_", " ") for row in self._table("--voices") if len(row) >= 4}
        found = [VoiceInfo(id=name, title=title, language=name) for name, title in languages.items()]
        speakers = sorted(
            (match[1], int(match[2]))
            for row in self._table("--voices=variant")
            if len(row) >= 5 and (match := _SPEAKER.fullmatch(row[4]))
        )  # fmt: skip
        for language in dict.fromkeys((self._voice.partition("+")[0], *_COMMON)):
            title = languages.get(language, _CALLED.get(language, ""))
            for letter, number in speakers if title else ():
                kind: Literal["female", "male"] = "female" if letter == "f" else "male"
                name = f"{language}+{letter}{number}"
                found.append(VoiceInfo(id=name, title=f"{title}, {kind} {number}", language=language, kind=kind))
        return found

    def _table(self, what: str) -> list[list[str]]:
        answer = programs.ask([programs.found(self._given, "espeak-ng", "espeak"), what])
        return [line.split() for line in answer.splitlines()[1:]]

    def maker(self, voice: Voice) -> str:
        """What speaks, as far as it changes the sound."""
        return f"espeak {voice.name or self._voice}"

    def speak(self, text: str, voice: Voice, folder: Path, stopped: Callable[[], bool]) -> Path:
        """A sound file in `folder` with the words. Raises BadInput, BackendUnavailable, BackendFailed, Cancelled."""
        why = self.ready()
        if why:
            raise BackendUnavailable(why, retry=False)
        name = voice.name or self._voice
        if not _VOICE.fullmatch(name) or ".." in name:
            raise BadInput(f"eSpeak NG has no voice {name[:60]!r}.", "Choose one such as en-gb, de or fr-fr.")
        target = folder / "speech.wav"
        program = programs.found(self._given, "espeak-ng", "espeak")
        speed = str(round(_WORDS * voice.speed))
        command = [program, "-v", name, "-s", speed, "-b", "1", "--stdin", "-w", str(target)]
        programs.speak(self.title, command, text, stopped)
        return target
