"""Speech by Piper, a neural speaker that runs on this computer, with a voice file of the user's (.onnx and .onnx.json).

Both programs of that name take these options: the one that comes as a binary, and that of the package piper-tts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.errors import BackendUnavailable
from domain.sound.speech import VoiceInfo
from domain.sound.tracks import Voice
from infrastructure.sound import programs


class Piper:
    """`program` empty: piper, where it is found. `voice` is the voice file; a voice that is asked for by name is
    another file in its folder."""

    id, title = "piper", "Piper"

    def __init__(self, program: str = "", voice: str = "") -> None:
        self._given = program
        self._file = Path(voice).expanduser() if voice else None

    def ready(self) -> str:
        """Why it cannot speak now; empty when it can."""
        if not programs.found(self._given, "piper"):
            if self._given:
                return f"There is no program {self._given}. Correct it in Settings, under Speech."
            return "Piper is not installed. Install it (pip install piper-tts) or enter its program in Settings."
        return self._lacks(self._file)

    def voices(self) -> list[VoiceInfo]:
        """The voice files in the folder of the one that is set up."""
        if self._file is None or not self._file.is_file():
            return []
        files = sorted(path for path in self._file.parent.glob("*.onnx") if not self._lacks(path))
        return [VoiceInfo(id=path.stem, title=path.stem, language=path.stem.partition("-")[0]) for path in files]

    def maker(self, voice: Voice) -> str:
        """What speaks, as far as it changes the sound."""
        file = self._chosen(voice)
        try:
            size = file.stat().st_size if file else 0
        except OSError:
            size = 0
        return f"piper {file.name if file else ''} {size}"

    def speak(self, text: str, voice: Voice, folder: Path, stopped: Callable[[], bool]) -> Path:
        """A sound file in `folder` with the words. Raises BackendUnavailable, BackendFailed, Cancelled."""
        why = self.ready() or self._lacks(self._chosen(voice))
        if why:
            raise BackendUnavailable(why, retry=False)
        target = folder / "speech.wav"
        command = [
            programs.found(self._given, "piper"), "--model", str(self._chosen(voice)), "--output_file", str(target),
            "--length_scale", f"{1 / voice.speed:.3f}",
        ]  # fmt: skip
        # each line would be spoken into a file of its own
        programs.speak(self.title, command, " ".join(text.split()) + "\n", stopped)
        return target

    def _chosen(self, voice: Voice) -> Path | None:
        if not voice.name or self._file is None:
            return self._file
        return self._file.with_name(f"{Path(voice.name).name.removesuffix('.onnx')}.onnx")

    @staticmethod
    def _lacks(file: Path | None) -> str:
        if file is None:
            return "Piper has no voice yet. Enter a voice file (.onnx) in Settings, under Speech."
        if not file.is_file():
            return f"The voice file {file} is not there. Enter another in Settings, under Speech."
        if not file.with_name(f"{file.name}.json").is_file():
            return f"The voice {file.name} lacks its description {file.name}.json. Put it beside the voice file."
        return ""
