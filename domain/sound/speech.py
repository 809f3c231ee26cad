"""What can speak narration: engines and their voices."""

from __future__ import annotations

from typing import Literal

from domain.base import Value

EngineId = Literal["espeak", "piper", "endpoint"]
ENGINES: tuple[EngineId, ...] = ("espeak", "piper", "endpoint")


class VoiceInfo(Value):
    """One voice of an engine. `language` as the engine names it (en-gb, de …), empty where it speaks any; `kind` empty
    where that is not known."""

    id: str
    title: str
    language: str = ""
    kind: Literal["female", "male", ""] = ""


class EngineInfo(Value):
    """One speech engine: whether it can speak now, why not and what to do about it, and its voices."""

    id: str
    title: str
    ready: bool
    why: str = ""
    voices: tuple[VoiceInfo, ...] = ()
