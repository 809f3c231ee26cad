"""The document "sound" of a project: narration by shot, music and effects, and how they go together."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import Value
from domain.cut.items import MAX_FRAMES
from domain.errors import BadInput, NotFound
from domain.names import SafeName
from domain.project import Picked

Track = Literal["narration", "music", "effects", "clips"]
TRACKS: tuple[Track, ...] = ("narration", "music", "effects", "clips")
LaidTrack = Literal["music", "effects"]
"""Tracks that hold imported sounds."""

Loudness = Literal["web", "broadcast", "off"]
LOUDNESS: dict[Loudness, float | None] = {"web": -14.0, "broadcast": -23.0, "off": None}
"""Integrated loudness in LUFS by name: what the large sites play at, and EBU R 128. None: as it was mixed."""

TRUE_PEAK = -1.0
"""Highest true peak of a mix, in dBTP."""

Subtitles = Literal["none", "track", "burn", "files"]
SUBTITLES: tuple[Subtitles, ...] = ("none", "track", "burn", "files")

MAX_LINE = 5000
"""Longest narration of one shot, in characters."""


class Voice(Value):
    """Who speaks: a speech engine (empty: the one that is set up), its voice (empty: its own), and how fast."""

    engine: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=400)
    speed: float = Field(default=1, ge=0.5, le=2)


class Line(Value):
    """What is said over a shot, from `offset` film frames behind the shot's first on. `voice` None is the film's.

    With `speakers` the text is dialogue, a line for each speech with the speaker's name in front, and each speaks with
    a voice of their own. `made` is the text as it was made of the shot's dialogue; where the text differs from it, a
    person has written it.
    """

    shot: SafeName
    text: str = Field(min_length=1, max_length=MAX_LINE)
    offset: int = Field(default=0, ge=0, le=MAX_FRAMES)
    voice: Voice | None = None
    gain: float = Field(default=0, ge=-60, le=24)
    muted: bool = False
    speakers: bool = False
    made: str = Field(default="", max_length=MAX_LINE)

    @property
    def own(self) -> bool:
        """Whether a person has written it."""
        return self.text != self.made


class Piece(Value):
    """An imported sound in the film, `offset` film frames behind the start of an item of the cut (empty: of the film).

    It begins `start` seconds into its file and is heard for `seconds` (None: to its end, or to the film's end when it
    is repeated). With `loop` it begins again, each time over the end of the last by `crossfade` seconds. `gain` in dB.
    """

    id: SafeName
    track: LaidTrack = "music"
    sound: Picked
    title: str = Field(default="", max_length=200)
    item: str = Field(default="", max_length=64)
    offset: int = Field(default=0, ge=-MAX_FRAMES, le=MAX_FRAMES)
    start: float = Field(default=0, ge=0, le=86_400)
    seconds: float | None = Field(default=None, gt=0, le=86_400)
    loop: bool = False
    crossfade: float = Field(default=2, ge=0, le=60)
    gain: float = Field(default=0, ge=-60, le=24)
    fade_in: float = Field(default=0.01, ge=0, le=600)
    fade_out: float = Field(default=0.01, ge=0, le=600)
    muted: bool = False


class Levels(Value):
    """Gain of each track in dB, and which of them are not heard."""

    narration: float = Field(default=0, ge=-60, le=24)
    music: float = Field(default=-8, ge=-60, le=24)
    effects: float = Field(default=0, ge=-60, le=24)
    clips: float = Field(default=0, ge=-60, le=24)
    mute_narration: bool = False
    mute_music: bool = False
    mute_effects: bool = False
    mute_clips: bool = False

    def gain(self, track: Track) -> float:
        """Gain of a track, dB."""
        return float(getattr(self, track))

    def muted(self, track: Track) -> bool:
        """Whether a track is not heard."""
        return bool(getattr(self, f"mute_{track}"))


class Ducking(Value):
    """Whether music gives way to speech: by about `depth` dB, within `attack` ms, and back within `release` ms."""

    on: bool = True
    depth: float = Field(default=12, ge=1, le=40)
    attack: int = Field(default=40, ge=1, le=2000)
    release: int = Field(default=500, ge=10, le=9000)


class SoundPlan(Value):
    """The sound of the film as it is wished for; without a document it is this one, with nothing in it. `cast` has the
    voices of those who speak dialogue, by `Speech.speaker`."""

    lines: tuple[Line, ...] = Field(default=(), max_length=20_000)
    pieces: tuple[Piece, ...] = Field(default=(), max_length=5_000)
    levels: Levels = Levels()
    ducking: Ducking = Ducking()
    loudness: Loudness = "web"
    subtitles: Subtitles = "none"
    voice: Voice = Voice()
    cast: dict[str, Voice] = Field(default_factory=dict, max_length=2000)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        for what in ([line.shot for line in self.lines], [piece.id for piece in self.pieces]):
            if len(set(what)) != len(what):
                raise ValueError("a shot has one line, and every sound an id of its own")
        return self

    def line(self, shot: str) -> Line | None:
        """The line of a shot."""
        return next((line for line in self.lines if line.shot == shot), None)

    def with_line(self, shot: str, line: Line | None) -> SoundPlan:
        """The plan with that shot's line replaced, or without it."""
        others = [other for other in self.lines if other.shot != shot]
        if line is None:
            return self.replace(lines=others)
        place = next((i for i, other in enumerate(self.lines) if other.shot == shot), len(others))
        return self.replace(lines=[*others[:place], line, *others[place:]])

    def piece(self, piece_id: str) -> Piece:
        """The sound of that id. Raises NotFound."""
        for piece in self.pieces:
            if piece.id == piece_id:
                return piece
        raise NotFound(
            f"There is no sound {piece_id[:60]!r} in the film.", "It may have been removed in another window."
        )

    def with_piece(self, piece: Piece) -> SoundPlan:
        """The plan with the sound of that id replaced. Raises NotFound."""
        self.piece(piece.id)
        return self.replace(pieces=[piece if old.id == piece.id else old for old in self.pieces])


def check_loudness(name: str) -> Loudness:
    """The loudness of that name. Raises BadInput naming those there are."""
    found = next((known for known in LOUDNESS if known == name), None)
    if found is None:
        raise BadInput(f"There is no loudness {name[:40]!r}.", f"Choose one of: {', '.join(LOUDNESS)}.")
    return found


def check_subtitles(name: str) -> Subtitles:
    """The way of subtitling of that name. Raises BadInput naming those there are."""
    found = next((known for known in SUBTITLES if known == name), None)
    if found is None:
        raise BadInput(f"There are no subtitles {name[:40]!r}.", f"Choose one of: {', '.join(SUBTITLES)}.")
    return found
