"""What all stand-in servers share: a free port, threads that end with the test, and whole answers."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Handler(BaseHTTPRequestHandler):
    """One request; says nothing on the console."""

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def lower_headers(self) -> dict[str, str]:
        """The headers that came, by their names in small letters."""
        return {name.lower(): value for name, value in self.headers.items()}

    def sent(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def sent_json(self) -> Any:
        """The body of the request, as JSON."""
        return json.loads(self.sent())

    def answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, announced: int = 0
    ) -> None:
        """Send a whole answer; one that announces more bytes than come is broken off."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(max(len(body), announced)))
        self.end_headers()
        self.wfile.write(body)


class HttpServer:
    """Answers with `handler` on a free port of this computer until the block ends. `over` is set before it closes, so
    that what hangs on purpose goes on."""

    def __init__(self, handler: type[Handler]) -> None:
        self.over = threading.Event()
        self._http = _Threads(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self.host = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked may hang up at any time."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
