"""An endpoint with OpenAI's chat protocol that answers from a script: each request takes the next of its replies, the
last one again and again. A reply is what to say and how to fail at it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http_server import Handler, HttpServer

KEY = "sk-stand-in-0123456789"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Reply:
    """`text` is streamed in portions of `size` letters; a function is given the request. After `stall_after` portions
    nothing more comes until the server closes, after `cut_after` the connection breaks; `endless` repeats the text for
    ever. A `status` other than 200 answers with `error`. `raw` is sent as it is, in place of a stream."""

    text: str | Callable[[dict[str, Any]], str] = ""
    size: int = 60
    status: int = 200
    error: dict[str, Any] | str = ""
    headers: dict[str, str] = field(default_factory=dict)
    stall_after: int | None = None
    cut_after: int | None = None
    endless: bool = False
    raw: bytes | None = None
    refusal: str = ""
    finish: str = "stop"
    usage: tuple[int, int] | None = (1000, 500)
    as_tool: bool = True
    streams: bool = True


class LanguageServer(HttpServer):
    """`told` has the body of each request, `headers` what it came with. `lacks` names fields of a request that it
    refuses with 400."""

    def __init__(self, *replies: Reply, key: str = "", lacks: tuple[str, ...] = (), models: tuple[str, ...] = ("m",)):
        self.replies = list(replies) or [Reply(answer())]
        self.key = key
        self.lacks = lacks
        self.models = models
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.stalled = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Writing(Handler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.paths.append(self.path)
                server.headers.append(self.lower_headers())
                if not server.may(self):
                    self.answer(401, b'{"error": {"message": "no"}}', JSON)
                    return
                rows = [{"id": name} for name in server.models]
                self.answer(200, json.dumps({"object": "list", "data": rows}).encode(), JSON)

            def do_POST(self) -> None:
                body = self.sent_json()
                server.paths.append(self.path)
                with contextlib.suppress(OSError):  # who asked may have gone away
                    server.reply(self, body)

        super().__init__(Writing)
        self.url = f"{self.host}/v1"

    def may(self, handler: Handler) -> bool:
        return not self.key or handler.headers.get("Authorization") == f"Bearer {self.key}"

    def reply(self, handler: Handler, body: dict[str, Any]) -> None:
        with self._lock:
            self.told.append(body)
            self.headers.append(handler.lower_headers())
            if not self.may(handler):
                reply = Reply(
                    status=401, error={"message": f"Incorrect API key: {self.key}", "code": "invalid_api_key"}
                )
            elif lacking := next((name for name in self.lacks if _has(body, name)), ""):
                reply = Reply(status=400, error={"message": f"Unsupported parameter: {lacking}", "code": "unsupported"})
            else:
                reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply.status != 200:
            said = (
                json.dumps({"error": reply.error}).encode() if isinstance(reply.error, dict) else reply.error.encode()
            )
            handler.answer(reply.status, said, JSON | reply.headers)
        elif reply.raw is not None:
            handler.answer(200, reply.raw, {"Content-Type": "text/event-stream"} | reply.headers)
        elif body.get("stream") and reply.streams:
            self._stream(handler, body, reply)
        else:
            handler.answer(200, json.dumps(_whole(body, reply)).encode(), JSON)

    def _stream(self, handler: Handler, body: dict[str, Any], reply: Reply) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True

        def send(data: dict[str, Any] | str) -> None:
            text = data if isinstance(data, str) else json.dumps(data)
            handler.wfile.write(f"data: {text}\n\n".encode())
            handler.wfile.flush()

        text = _text(body, reply)
        portions = [text[i : i + reply.size] for i in range(0, len(text), reply.size)]
        sent = 0
        while True:
            for portion in portions:
                if reply.stall_after == sent:
                    self.stalled.set()
                    self.over.wait(60)
                    return
                if reply.cut_after == sent:
                    return
                send(_chunk(_delta(body, portion, reply)))
                sent += 1
            if not reply.endless or self.over.is_set():
                break
        if reply.stall_after is not None:
            self.stalled.set()
            self.over.wait(60)
            return
        if reply.refusal:
            send(_chunk({"refusal": reply.refusal}))
        send(_chunk({}, reply.finish))
        if reply.usage and (body.get("stream_options") or {}).get("include_usage"):
            sent_tokens, received = reply.usage
            send(_chunk(None) | {"usage": {"prompt_tokens": sent_tokens, "completion_tokens": received}})
        send("[DONE]")


def answer(count: int = 3, **fields: Any) -> str:
    """A draft as a good model writes it."""
    shots = [
        {
            "prompt": f"Mara climbs step {n} of the lighthouse.", "picture": f"Mara on step {n}, seen from below.",
            "seconds": 4, "size": ("wide", "medium", "close_up")[n % 3], "camera": "tracking", "time_of_day": "night",
            "location": "lighthouse", "characters": ["Mara"], "objects": [], "dialogue": "", "sound": "wind",
        }
        for n in range(1, count + 1)
    ]  # fmt: skip
    cast = {
        "characters": [{"name": "Mara", "description": "A woman of sixty in a yellow oilskin coat.", "also": []}],
        "locations": [{"name": "lighthouse", "description": "A white lighthouse.", "also": []}], "objects": [],
    }  # fmt: skip
    return json.dumps({"title": "The light", "style": "35 mm film", "shots": shots} | cast | fields)


def _has(body: dict[str, Any], name: str) -> bool:
    if name in ("json_schema", "json_object"):
        return isinstance(body.get("response_format"), dict) and body["response_format"].get("type") == name
    return name in body


def _text(body: dict[str, Any], reply: Reply) -> str:
    return reply.text if isinstance(reply.text, str) else reply.text(body)


def _delta(body: dict[str, Any], portion: str, reply: Reply) -> dict[str, Any]:
    if "tools" in body and reply.as_tool:
        name = body["tools"][0]["function"]["name"]
        return {
            "tool_calls": [
                {"index": 0, "id": "c", "type": "function", "function": {"name": name, "arguments": portion}}
            ]
        }
    return {"content": portion}


def _chunk(delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": choices}


def _whole(body: dict[str, Any], reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant"} | _delta(body, _text(body, reply), reply)
    sent, received = reply.usage or (0, 0)
    return {
        "id": "1", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish}],
        "usage": {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received},
    }  # fmt: skip
