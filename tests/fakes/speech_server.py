"""A server that speaks OpenAI's speech protocol: a tone for every request, or the fault it was told to have."""

from __future__ import annotations

import io
import json
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import numpy


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


class SpeechServer:
    """Runs on a free port until the block ends. `told` has what it was asked: path, headers, body."""

    def __init__(self, status: int = 200, body: bytes | None = None, key: str = "") -> None:
        self.status = status
        self.body = tone() if body is None else body
        self.key = key
        self.told: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.told.append((self.path, dict(self.headers), data))
                refused = server.key and self.headers.get("Authorization") != f"Bearer {server.key}"
                status = 401 if refused else server.status
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                body = server.body if status == 200 else b'{"error": {"message": "Not like that."}}'
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> SpeechServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
