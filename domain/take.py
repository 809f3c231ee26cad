"""What was made: keyframe pictures and takes, each with everything that made it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.base import Value
from domain.project import Picked
from domain.request import GenerationRequest
from domain.timing import Rate


class MediaInfo(Value):
    """What a probe found in a media file. `frames` is counted by decoding; `matrix` is the YCbCr matrix of the
    stream ("bt709", "bt601" …, empty when untagged); sizes in pixels, `bit_rate` in bit/s, 0 where unknown."""

    width: int
    height: int
    frames: int = 1
    rate: Rate | None = None
    codec: str = ""
    pix_fmt: str = ""
    matrix: str = ""
    bit_rate: int = 0
    audio: bool = False
    audio_frames: int = 0
    size: int = 0


class Keyframe(Value):
    """A picture that can stand for a slot of a shot. `request` is None for pictures the user brought; `image_bytes` is
    the size of its file, 0 where an older Kinoloom did not tell."""

    name: str
    shot: str
    slot: str = "start"
    image: Picked
    width: int
    height: int
    request: GenerationRequest | None = None
    fingerprint: str = ""
    source: str = ""
    made: str = ""
    image_bytes: int = Field(default=0, ge=0)
    extras: dict[str, Any] = Field(default_factory=dict)


class Take(Value):
    """One generated segment: clip and lossless last frame, kept for good. `clip_bytes` and `last_bytes` are the sizes
    of their files, 0 where an older Kinoloom did not tell. `instead` says in a sentence
    what was made differently from what the plan asks for, and why; the take stands for it all the same: `fingerprint`
    is that of what was asked for, `request` what was made. `smaller_than` is the size that was asked for, width and
    height in pixels, where memory did not suffice for it."""

    id: str
    shot: str
    segment: int = Field(ge=0)
    clip: Picked
    last: Picked
    request: GenerationRequest
    fingerprint: str
    info: MediaInfo
    clip_bytes: int = Field(default=0, ge=0)
    last_bytes: int = Field(default=0, ge=0)
    backend_info: dict[str, Any] = Field(default_factory=dict)
    made: str = ""
    seconds: float = Field(default=0, ge=0)
    instead: str = ""
    smaller_than: tuple[int, int] | None = None

    @property
    def drawn(self) -> bool:
        """Whether its pictures were drawn by rules, and not by a model."""
        return self.backend_info.get("drawn") is True
