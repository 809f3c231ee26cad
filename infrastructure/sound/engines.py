"""The speech engines: `services.ports.SpeechEngines`, set up by the settings of the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from domain.errors import NotFound
from infrastructure.sound.endpoint import Endpoint
from infrastructure.sound.espeak import Espeak
from infrastructure.sound.piper import Piper
from services.ports import Speech


@dataclass(frozen=True)
class SpeechOptions:
    """What is set up: the engine and voice that speak unless another is asked for, programs (empty: looked for), a
    voice file for Piper, and the address, key and model of a service."""

    engine: str = "espeak"
    voice: str = ""
    espeak: str = ""
    piper: str = ""
    piper_voice: str = ""
    url: str = ""
    key: str = field(default="", repr=False)
    model: str = ""


class SpeechPrograms:
    """eSpeak NG, Piper, and a service that speaks OpenAI's protocol."""

    def __init__(self, options: Callable[[], SpeechOptions] = SpeechOptions) -> None:
        self._options = options

    def default(self) -> str:
        """Id of the engine that is set up."""
        return self._options().engine

    def ids(self) -> list[str]:
        """Ids of all engines."""
        return ["espeak", "piper", "endpoint"]

    def get(self, engine: str) -> Speech:
        """That engine; empty is the one that is set up. Raises NotFound naming those there are."""
        now = self._options()
        voice = now.voice if engine in ("", now.engine) else ""
        match engine or now.engine:
            case "espeak":
                return Espeak(now.espeak, voice)
            case "piper":
                return Piper(now.piper, now.piper_voice)
            case "endpoint":
                return Endpoint(now.url, now.key, now.model, voice)
        raise NotFound(f"There is no speech engine {engine[:40]!r}.", f"There are {', '.join(self.ids())}.")
