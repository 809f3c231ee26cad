"""Speech by a service or server with OpenAI's protocol: POST /v1/audio/speech, answered with a sound file.

Source of the protocol: OpenAI's API reference, "Create speech"; many local servers speak it as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests

from domain.errors import BackendFailed, BackendUnavailable, BadInput, Cancelled
from domain.sound.speech import VoiceInfo
from domain.sound.tracks import Voice
from infrastructure.media.faults import making

_PATIENCE = (10, 180)  # seconds to connect, and of silence
_MOST_BYTES = 200 * 2**20
_CURE = "Check address, key and model in Settings, under Speech."
_VOICES = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")


class Endpoint:
    """`url` is its base (with or without /v1) or the whole address, `voice` what speaks unless another is asked for."""

    id, title = "endpoint", "Speech service"

    def __init__(self, url: str = "", key: str = "", model: str = "", voice: str = "") -> None:
        self._url = _address(url) if url else ""
        self._key = key
        self._model = model or "tts-1"
        self._voice = voice or "alloy"

    def ready(self) -> str:
        """Why it cannot speak now; empty when it can, as far as is known without asking it."""
        return "" if self._url else "No speech service is set up. Enter its address in Settings, under Speech."

    def voices(self) -> list[VoiceInfo]:
        """The voices that the protocol names; a server may have others, which are entered by name."""
        names = dict.fromkeys([self._voice, *_VOICES])
        return [VoiceInfo(id=name, title=name) for name in names]

    def maker(self, voice: Voice) -> str:
        """What speaks, as far as it changes the sound."""
        return f"endpoint {self._url} {self._model} {voice.name or self._voice}"

    def speak(self, text: str, voice: Voice, folder: Path, stopped: Callable[[], bool]) -> Path:
        """A sound file in `folder` with the words. Raises BackendUnavailable, BackendFailed, Cancelled."""
        why = self.ready()
        if why:
            raise BackendUnavailable(why, retry=False)
        body = {
            "model": self._model, "voice": voice.name or self._voice, "input": text, "response_format": "wav",
            "speed": voice.speed,
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        target = folder / "speech.wav"
        host = urlsplit(self._url).netloc.rpartition("@")[2]
        try:
            with requests.post(
                self._url, json=body, headers=headers, timeout=_PATIENCE, stream=True, allow_redirects=False
            ) as answer:
                _check(answer, host)
                self._store(answer, target, host, stopped)
        except requests.RequestException as error:
            raise BackendUnavailable(
                f"The speech service at {host} cannot be reached: {type(error).__name__}.", _CURE
            ) from error
        return target

    @staticmethod
    def _store(answer: requests.Response, target: Path, host: str, stopped: Callable[[], bool]) -> None:
        count = 0
        with making(target), target.open("wb") as file:
            for portion in answer.iter_content(2**16):
                if stopped():
                    raise Cancelled
                count += len(portion)
                if count > _MOST_BYTES:
                    raise BackendFailed(f"The speech service at {host} sent more than 200 MB.", retry=False)
                file.write(portion)


def _address(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("This is no address of a speech service.", "Enter it like https://host/v1 in Settings.")
    path = parts.path.rstrip("/")
    if not path.endswith("/audio/speech"):
        path += "/audio/speech" if path.endswith("/v1") else "/v1/audio/speech"
    return parts._replace(path=path, fragment="").geturl()


def _check(answer: requests.Response, host: str) -> None:
    """Raise what a status means."""
    status = answer.status_code
    if status == 200:
        return
    if status in (401, 403):
        raise BackendUnavailable(f"The speech service at {host} refused the key.", _CURE, retry=False)
    if status in (408, 429) or status >= 500:
        raise BackendUnavailable(f"The speech service at {host} is busy or broken (status {status}).", "Try later.")
    said = " ".join(next(answer.iter_content(2000), b"").decode(errors="replace").split())[:200]
    raise BackendFailed(f"The speech service at {host} refused the words (status {status}): {said}", _CURE, retry=False)
