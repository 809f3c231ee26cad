"""Sound files, and speech."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol, TypeVar

from domain.answers import Answer
from domain.sound.files import SoundInfo
from domain.sound.mixing import Mix
from domain.sound.report import Measured
from domain.sound.speech import VoiceInfo
from domain.sound.tracks import Voice

A = TypeVar("A", bound=Answer)


class Sounds(Protocol):
    """Probing, taking in and mixing sound, to the sample."""

    def probe(self, path: Path) -> SoundInfo:
        """What is in a sound, or in a video's first sound, found by decoding all of it. Raises UnreadableMedia."""
        ...

    def take_in(self, source: Path, folder: Path) -> Path:
        """The sound of a user's file as it is, as a file in `folder`: a copy, or a video's sound without its picture.

        Raises UnreadableMedia about the source, MediaFailed and DiskFull about the copy.
        """
        ...

    def join(self, parts: Sequence[Path], pause: Fraction, target: Path) -> None:
        """Write what was spoken one after another into a WAV file, with `pause` seconds of quiet in between, and
        without the silence around each. Raises UnreadableMedia about a part, MediaFailed and DiskFull."""
        ...

    def mix(
        self,
        mix: Mix,
        files: Mapping[str, Path],
        target: Path,
        *,
        report: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> Measured:
        """Write the mix to `target`, in a workspace: a WAV file of 48 kHz, stereo and exactly `mix.samples` samples;
        what was measured in it. `files` has the path of each of the mix's files by its path in the project.

        Raises UnreadableMedia, MediaFailed, DiskFull, and Cancelled when `stopped()` turns true.
        """
        ...

    def store_text(self, target: Path, text: str) -> None:
        """Write subtitles, whole or not at all. Raises StudioError."""
        ...


class Speech(Protocol):
    """Speaks narration."""

    @property
    def id(self) -> str:
        """Its name among the engines."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    def ready(self) -> str:
        """Why it cannot speak now and what to do about it, in sentences; empty when it can. Returns at once."""
        ...

    def voices(self) -> list[VoiceInfo]:
        """Its voices; may take a second."""
        ...

    def maker(self, voice: Voice) -> str:
        """What speaks, as far as it changes the sound; returns at once."""
        ...

    def speak(self, text: str, voice: Voice, folder: Path, stopped: Callable[[], bool]) -> Path:
        """A sound file in `folder` with the words. Raises BadInput, BackendUnavailable, BackendFailed, and Cancelled
        when `stopped()` turns true."""
        ...


class SpeechEngines(Protocol):
    """The speech engines there are."""

    def default(self) -> str:
        """Id of the engine that is set up."""
        ...

    def ids(self) -> list[str]:
        """Ids of all engines."""
        ...

    def get(self, engine: str) -> Speech:
        """That engine; empty is the one that is set up. Raises NotFound naming those there are."""
        ...
