"""Records what a server sends, and brings it into a form in which two runs can be compared."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

import requests
import websocket

SECONDS = 20.0
LISTS = ("executed", "current_outputs", "dependent_outputs")
"""Lists whose order the server leaves to chance."""


class Recorder:
    """A client that writes everything down."""

    def __init__(self, url: str, flags: bool = False) -> None:
        self.url, self.client_id = url, uuid.uuid4().hex
        self.frames: list[str | bytes] = []
        self._socket = websocket.create_connection(
            f"ws{url.removeprefix('http')}/ws?clientId={self.client_id}", timeout=SECONDS, suppress_origin=True
        )
        self.read()
        if flags:
            self._socket.send(json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}}))
            self.read()

    def post(self, graph: Mapping[str, Any], **more: Any) -> tuple[int, Any]:
        body = {"prompt": graph, "client_id": self.client_id, "prompt_id": str(uuid.uuid4()), **more}
        answer = requests.post(f"{self.url}/prompt", json=body, timeout=SECONDS)
        return answer.status_code, answer.json()

    def read(self) -> dict[str, Any]:
        """The next frame; empty for a binary one."""
        data = self._socket.recv()
        self.frames.append(data)
        return json.loads(data) if isinstance(data, str) else {}

    def until(self, kind: str, **data: Any) -> None:
        """Read up to the frame of this kind with these data."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            frame = self.read()
            if frame.get("type") == kind and data.items() <= frame["data"].items():
                return
        raise AssertionError(f"no {kind} {data} came")

    def run(self, graph: Mapping[str, Any], **more: Any) -> str:
        """Send it and read to its end; its id."""
        status, answer = self.post(graph, **more)
        assert status == 200, answer
        self.until("executing", node=None)
        return str(answer["prompt_id"])

    def close(self) -> None:
        self._socket.close()


def normal(frames: list[Any], strict_names: bool = False) -> list[Any]:
    """Frames, recorded live or by a file of the corpus, without what differs between two equal runs: ids, times,
    numbers of saved files, memory addresses, code lines, the bytes of pictures."""
    found: list[Any] = []
    ids: dict[str, str] = {}
    for frame in frames:
        if isinstance(frame, dict) and "text" not in frame:
            found.append(_binary(bytes.fromhex(frame["head"])))
        elif isinstance(frame, bytes):
            found.append(_binary(frame))
        else:
            raw = frame["text"] if isinstance(frame, dict) else json.loads(frame)
            found.append(plain(raw, ids, strict_names))
    return found


def _binary(frame: bytes) -> Any:
    kind = int.from_bytes(frame[:4], "big")
    if kind == 4:
        size = int.from_bytes(frame[4:8], "big")
        return ["binary", 4, sorted(json.loads(frame[8 : 8 + size]))]
    return ["binary", kind, int.from_bytes(frame[4:8], "big"), frame[8:11].hex()]


def plain(value: Any, ids: dict[str, str], strict_names: bool = False, key: str = "") -> Any:
    """A JSON value without what differs between two equal runs."""
    if key in ("prompt_id", "sid", "client_id") and isinstance(value, str):
        return ids.setdefault(value, f"{key} {len(ids)}")
    if key in ("timestamp", "create_time"):
        return "time"
    if key == "traceback":
        return "lines"
    if key in LISTS and isinstance(value, list):
        return sorted(value)
    if key == "errors":
        return sorted((plain(v, ids, strict_names) for v in value), key=str)
    if isinstance(value, dict):
        return {k: plain(v, ids, strict_names, k) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v, ids, strict_names, key) for v in value]
    if isinstance(value, str):
        value = re.sub(r"<\S+ object at 0x\w+>|\S*Clip\(.*\)$", "object", value)
        value = re.sub(r"_temp_[a-z]{5}_", "_temp_", value)
        return value if strict_names else re.sub(r"_\d{5}_\.", "_N_.", value)
    return value
