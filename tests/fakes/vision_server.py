"""A server that speaks OpenAI's chat protocol with pictures: a score for every question, or the fault it was told."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


def answer(content: Any) -> bytes:
    """A whole answer with that content."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


GOOD = answer('Here you are: {"score": 0.92, "reason": "The same red coat."}')


class VisionServer:
    """Runs on a free port until the block ends. `says` are status and body for each question in turn, the last one for
    all further ones; a body of None never comes. `told` has what it was asked: path, headers, body."""

    def __init__(self, *says: tuple[int, bytes | None], key: str = "") -> None:
        self.says = list(says) or [(200, GOOD)]
        self.key = key
        self.told: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self._over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, body = server.says[min(len(server.told), len(server.says) - 1)]
                server.told.append((self.path, dict(self.headers), data))
                if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                    status, body = 401, b"{}"
                if body is None:
                    server._over.wait(20)
                    return
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> VisionServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
