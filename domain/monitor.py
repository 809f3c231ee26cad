"""What the studio sees of this computer's graphics cards, and how much was made lately."""

from __future__ import annotations

from pydantic import Field

from domain.base import Value


class CardReading(Value):
    """A graphics card of this computer as its driver sees it now. Memory in bytes; `celsius` and `busy` (percent) are
    None where the driver does not tell."""

    index: int = Field(ge=0)
    name: str
    celsius: int | None = None
    memory: int = Field(default=0, ge=0)
    used: int = Field(default=0, ge=0)
    busy: int | None = Field(default=None, ge=0, le=100)


class Throughput(Value):
    """What was made within the last hour, and how quickly: per minute and per hour of the time since its first clip
    was begun."""

    clips: int = Field(default=0, ge=0)
    frames: int = Field(default=0, ge=0)
    frames_per_minute: float = Field(default=0.0, ge=0)
    clips_per_hour: float = Field(default=0.0, ge=0)
