"""Speech engines that make real sound at once: a tone per word, between silences as a speaker leaves them."""

from __future__ import annotations

import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy

from domain.errors import BackendFailed, Cancelled, NotFound
from domain.sound.speech import VoiceInfo
from domain.sound.tracks import Voice

RATE = 22_050
WORD, PAUSE, QUIET = 0.4, 0.1, 0.3
"""Seconds of a word, between two, and before the first and behind the last."""


def spoken_seconds(text: str) -> float:
    """How long the fake speaks, without the silence around it."""
    words = len(text.split())
    return words * WORD + (words - 1) * PAUSE


class FakeVoice:
    """One engine. A text with [fail] fails, one with [slow] goes on until it is stopped, [quiet] gives silence."""

    title = "The fake voice"

    def __init__(self, name: str) -> None:
        self.id = name
        self.why = ""
        self.told: list[tuple[str, Voice]] = []
        self.started = threading.Event()

    def ready(self) -> str:
        return self.why

    def voices(self) -> list[VoiceInfo]:
        return [VoiceInfo(id="low", title="Low"), VoiceInfo(id="high", title="High")]

    def maker(self, voice: Voice) -> str:
        return f"{self.id} {voice.name}"

    def speak(self, text: str, voice: Voice, folder: Path, stopped: Callable[[], bool]) -> Path:
        self.told.append((text, voice))
        self.started.set()
        while "[slow]" in text:
            if stopped():
                raise Cancelled
            threading.Event().wait(0.01)
        if "[fail]" in text:
            raise BackendFailed("The fake voice was told to fail.", retry=False)
        word = 0.5 * numpy.sin(numpy.arange(int(WORD * RATE)) * 2 * numpy.pi * 300 / RATE)
        parts = [numpy.zeros(int(QUIET * RATE))]
        for number, _ in enumerate(text.split()):
            parts += [numpy.zeros(int(PAUSE * RATE))] * bool(number) + [word * ("[quiet]" not in text)]
        sound = numpy.concatenate([*parts, parts[0]])
        target = folder / "speech.wav"
        with wave.open(str(target), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((sound * 32767).astype("<i2").tobytes())
        return target


class FakeSpeech:
    """Two engines, "fake" by default."""

    def __init__(self) -> None:
        self.engines = {name: FakeVoice(name) for name in ("fake", "other")}

    def default(self) -> str:
        return "fake"

    def ids(self) -> list[str]:
        return list(self.engines)

    def get(self, engine: str) -> FakeVoice:
        if (engine or "fake") not in self.engines:
            raise NotFound(f"There is no speech engine {engine!r}.")
        return self.engines[engine or "fake"]
