"""A server that speaks OpenAI's chat protocol with pictures: a score for every question, or the fault it was told."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.http_server import Handler, HttpServer


def answer(content: Any) -> bytes:
    """A whole answer with that content."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


GOOD = answer('Here you are: {"score": 0.92, "reason": "The same red coat."}')


class VisionServer(HttpServer):
    """`says` are status and body for each question in turn, the last one for all further ones; a body of None never
    comes. `told` has what it was asked: path, headers, body."""

    def __init__(self, *says: tuple[int, bytes | None], key: str = "") -> None:
        self.says = list(says) or [(200, GOOD)]
        self.key = key
        self.told: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        server = self

        class Looking(Handler):
            def do_POST(self) -> None:
                data = self.sent_json()
                status, body = server.says[min(len(server.told), len(server.says) - 1)]
                server.told.append((self.path, dict(self.headers), data))
                if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                    status, body = 401, b"{}"
                if body is None:
                    server.over.wait(20)
                    return
                moved = status in (301, 302, 307)
                self.answer(status, body, {"Location": "http://127.0.0.1:9/elsewhere"} if moved else {})

        super().__init__(Looking)
        self.url = self.host
