"""A server that speaks OpenAI's speech protocol: a tone for every request, or the fault it was told to have."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy

from tests.fakes.http_server import Handler, HttpServer


def tone(seconds: float = 0.5) -> bytes:
    """A WAV file."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        sound = 9000 * numpy.sin(numpy.arange(int(24_000 * seconds)) / 8)
        file.writeframes(sound.astype("<i2").tobytes())
    return data.getvalue()


class SpeechServer(HttpServer):
    """`told` has what it was asked: path, headers, body."""

    def __init__(self, status: int = 200, body: bytes | None = None, key: str = "") -> None:
        self.status = status
        self.body = tone() if body is None else body
        self.key = key
        self.told: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        server = self

        class Speaking(Handler):
            def do_POST(self) -> None:
                server.told.append((self.path, dict(self.headers), self.sent_json()))
                refused = server.key and self.headers.get("Authorization") != f"Bearer {server.key}"
                status = 401 if refused else server.status
                body = server.body if status == 200 else b'{"error": {"message": "Not like that."}}'
                self.answer(status, body, {"Location": "http://127.0.0.1:9/elsewhere"} if status in (301, 302) else {})

        super().__init__(Speaking)
        self.url = self.host
