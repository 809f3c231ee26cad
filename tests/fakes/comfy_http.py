"""The stand-in's HTTP: the places of a ComfyUI server, with its ways of answering."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.comfy_check import check
from tests.fakes.comfy_socket import Peer, accept_key

if TYPE_CHECKING:
    from tests.fakes.comfy_server import ComfyStandIn


@dataclass
class Faults:
    """What goes wrong with the network. Counts are how often.

    `posts` breaks the connection on a POST /prompt: "before" or "after" the server took it; `views` are how many bytes
    of a result come before the connection breaks; `pace` is bytes per second; `silent` seconds before any answer;
    `status` answers of a proxy, by path; `bodies` is what becomes of results, by the ending of their names.
    """

    posts: list[str] = field(default_factory=list)
    views: list[int] = field(default_factory=list)
    pace: float = 0.0
    silent: float = 0.0
    status: dict[str, list[int]] = field(default_factory=dict)
    no_socket: bool = False
    bodies: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    """Threads that end with the test; broken connections are what this is for."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, owner: ComfyStandIn) -> None:
        self.owner = owner
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: clients come and go."""

    def cut_all(self) -> None:
        """Break every connection."""
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    @property
    def owner(self) -> ComfyStandIn:
        return self.server.owner

    def do_GET(self) -> None:
        self._route("GET")

    def do_HEAD(self) -> None:
        self._route("GET")

    def do_POST(self) -> None:
        self._route("POST")

    # -- ways to answer ----------------------------------------------------------------------------------------------

    def _answer(self, status: int, body: bytes = b"", kind: str = "application/json; charset=utf-8") -> None:
        self.send_response(status)
        if body:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, value: Any, status: int = 200) -> None:
        self._answer(status, json.dumps(value).encode())

    def _cut(self) -> None:
        """Break the connection without an answer."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    # -- places ------------------------------------------------------------------------------------------------------

    def _route(self, method: str) -> None:
        owner = self.owner
        url = urlsplit(self.path)
        path = url.path
        self.query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        body = self._body()
        owner.requests.append((self.command, path.removeprefix(owner.prefix)))
        if owner.faults.silent:
            time.sleep(owner.faults.silent)
        if owner.prefix and not path.startswith(owner.prefix + "/"):
            return self._answer(404)
        path = path.removeprefix(owner.prefix)
        if owner.key is not None and self.headers.get(owner.key[0]) != owner.key[1]:
            return self._answer(401)
        if self.headers.get("Origin", "").rpartition("//")[2] not in ("", self.headers.get("Host")):
            return self._answer(403)
        if owner.faults.status.get(path):
            return self._answer(owner.faults.status[path].pop(0))
        if path != "/api/jobs" and not path.startswith("/api/jobs/"):
            path = path.removeprefix("/api")
        first, _, rest = path.strip("/").partition("/")
        places: dict[tuple[str, str], Callable[[str, bytes], None]] = {
            ("GET", "ws"): self._socket, ("GET", "system_stats"): self._stats, ("GET", "features"): self._features,
            ("GET", "queue"): self._queue, ("GET", "history"): self._history, ("GET", "view"): self._view,
            ("GET", "object_info"): self._nodes, ("GET", "models"): self._models, ("GET", "api"): self._jobs,
            ("GET", "prompt"): lambda r, b: self._json(owner.core.queue_info()),
            ("GET", "templates"): self._template, ("POST", "prompt"): self._prompt, ("POST", "queue"): self._change,
            ("POST", "interrupt"): self._interrupt, ("POST", "upload"): self._upload,
            ("POST", "free"): lambda r, b: self._answer(200),
        }  # fmt: skip
        place = places.get((method, first))
        if place is None:
            return self._answer(405 if any(name == first for _, name in places) else 404)
        return place(rest, body)

    def _socket(self, rest: str, body: bytes) -> None:
        core, owner = self.owner.core, self.owner
        key = self.headers.get("Sec-WebSocket-Key")
        if not key:
            return self._answer(400)
        if owner.faults.no_socket:
            return self._answer(503)
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_key(key))
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True
        peer = Peer(self.query.get("clientId") or uuid.uuid4().hex, self.connection, self.rfile)
        peer.deaf = owner.deaf
        core.peers[peer.sid] = peer
        owner.opened += 1
        core.say("status", {"status": core.queue_info(), "sid": peer.sid}, peer.sid)
        fresh = True
        while (text := peer.receive()) is not None:
            message = json.loads(text)
            if fresh and message.get("type") == "feature_flags":
                peer.flags = message.get("data", {})
                core.say("feature_flags", owner.features(), peer.sid)
            fresh = False
        core.peers.pop(peer.sid, None)  # as the server does it: also when a newer connection has this name

    def _stats(self, rest: str, body: bytes) -> None:
        card = {"name": "cuda:0 Stand-In", "type": "cuda", "index": 0, "vram_total": 24 << 30, "vram_free": 20 << 30,
                "torch_vram_total": 0, "torch_vram_free": 0}  # fmt: skip
        system = {"os": "posix", "ram_total": 64 << 30, "ram_free": 32 << 30, "comfyui_version": self.owner.version,
                  "python_version": "3.11", "pytorch_version": "2.9", "embedded_python": False, "argv": []}  # fmt: skip
        self._json({"system": system, "devices": [card]})

    def _features(self, rest: str, body: bytes) -> None:
        self._json(self.owner.features())

    def _queue(self, rest: str, body: bytes) -> None:
        running, pending = self.owner.core.queues()
        self._json({"queue_running": running, "queue_pending": pending})

    def _history(self, rest: str, body: bytes) -> None:
        history = self.owner.core.history
        self._json({rest: history[rest]} if rest in history else {} if rest else history)

    def _jobs(self, rest: str, body: bytes) -> None:
        job_id = rest.partition("/")[2]
        entry = self.owner.core.history.get(job_id)
        running, pending = self.owner.core.queues()
        if entry is not None:
            good = entry["status"]["status_str"] == "success"
            return self._json({
                "id": job_id, "status": "completed" if good else "failed", "priority": entry["prompt"][0],
                "outputs": entry["outputs"], "execution_status": entry["status"],
                "workflow": {"prompt": entry["prompt"][2], "extra_data": entry["prompt"][3]},
            })  # fmt: skip
        for status, items in (("in_progress", running), ("pending", pending)):
            if any(item[1] == job_id for item in items):
                return self._json({"id": job_id, "status": status})
        return self._json({"error": "Job not found"}, 404)

    def _nodes(self, rest: str, body: bytes) -> None:
        info = self.owner.info
        self._json({rest: info[rest]} if rest in info else {} if rest else info)

    def _models(self, rest: str, body: bytes) -> None:
        models = self.owner.models
        if rest and rest not in models:
            return self._answer(404)
        return self._json(list(models[rest]) if rest else list(models))

    def _template(self, rest: str, body: bytes) -> None:
        found = self.owner.templates.get(rest.removesuffix(".json"))
        return self._answer(404) if found is None else self._json(found)

    # -- prompts -----------------------------------------------------------------------------------------------------

    def _prompt(self, rest: str, body: bytes) -> None:
        owner, core = self.owner, self.owner.core
        fault = owner.faults.posts.pop(0) if owner.faults.posts else ""
        if fault == "before":
            return self._cut()
        try:
            sent = json.loads(body)
        except ValueError:
            return self._answer(500, b"500 Internal Server Error", "text/plain")
        number = float(sent["number"]) if "number" in sent else next(core.numbers) * (-1 if sent.get("front") else 1)
        if "prompt" not in sent:
            said = "No prompt provided"
            error = {"type": "no_prompt", "message": said, "details": said, "extra_info": {}}
            return self._json({"error": error, "node_errors": {}}, 400)
        graph = sent["prompt"]
        verdict = check(graph, owner.info, owner.folders, sent.get("partial_execution_targets"))
        if verdict.error is not None:
            return self._json({"error": verdict.error, "node_errors": verdict.node_errors}, 400)
        job_id = str(sent.get("prompt_id") or uuid.uuid4())
        extra = dict(sent.get("extra_data") or {})
        if "client_id" in sent:
            extra["client_id"] = sent["client_id"]
        extra["create_time"] = int(time.time() * 1000)
        core.put((number, job_id, graph, extra, verdict.outputs))
        owner.accepted.append(job_id)
        if fault == "after":
            return self._cut()
        return self._json({"prompt_id": job_id, "number": number, "node_errors": verdict.node_errors})

    def _change(self, rest: str, body: bytes) -> None:
        for job_id in json.loads(body).get("delete") or ():
            self.owner.core.delete(job_id)
        self._answer(200)

    def _interrupt(self, rest: str, body: bytes) -> None:
        sent = json.loads(body) if body else {}
        self.owner.core.interrupt(None if self.owner.ignores_interrupt_id else sent.get("prompt_id"))
        self._answer(200)

    # -- files -------------------------------------------------------------------------------------------------------

    def _place(self, folder: str, subfolder: str, name: str) -> Path | None:
        base = self.owner.folders.root / folder
        path = (base / subfolder / name).resolve()
        return path if path.is_relative_to(base.resolve()) else None

    def _upload(self, rest: str, body: bytes) -> None:
        if len(body) > self.owner.upload_limit:
            return self._answer(413)
        match = re.search("boundary=([^;]+)", self.headers.get("Content-Type", ""))
        fields: dict[str, tuple[str, bytes]] = {}
        for part in body.split(b"--" + (match[1].strip('"').encode() if match else b"-"))[1:-1]:
            head, _, content = part[2:-2].partition(b"\r\n\r\n")
            names = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
            fields[names["name"]] = names.get("filename", ""), content
        if "image" not in fields:
            return self._answer(400)
        name, data = fields["image"]
        folder = fields.get("type", ("", b"input"))[1].decode()
        sub = fields.get("subfolder", ("", b""))[1].decode()
        path = self._place(folder, sub, name)
        if path is None or not name:
            return self._answer(400)
        path.parent.mkdir(parents=True, exist_ok=True)
        stem, number = path.stem, 1
        if fields.get("overwrite", ("", b""))[1] not in (b"true", b"1"):
            while path.is_file() and hashlib.sha256(path.read_bytes()).digest() != hashlib.sha256(data).digest():
                path, number = path.with_name(f"{stem} ({number}){path.suffix}"), number + 1
        path.write_bytes(data)
        return self._json({"name": path.name, "subfolder": sub, "type": folder})

    def _view(self, rest: str, body: bytes) -> None:
        name, folder = self.query.get("filename", ""), self.query.get("type", "output")
        if not name:
            return self._answer(404)
        if folder not in ("input", "output", "temp") or name.startswith("/") or ".." in name:
            return self._answer(400)
        path = self._place(folder, self.query.get("subfolder", ""), name)
        if path is None:
            return self._answer(403)
        if not path.is_file():
            return self._answer(404)
        alter = self.owner.faults.bodies.get(path.suffix, bytes)
        data, stat = alter(path.read_bytes()), path.stat()
        first = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(first[1]) if first else 0
        if start >= len(data) > 0 and first:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(data)}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Type", mimetypes.guess_type(name)[0] or "application/octet-stream")
        self.send_header("Etag", f'"{stat.st_mtime_ns:x}-{len(data):x}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if self.command != "HEAD":
            self._send(data[start:])

    def _send(self, data: bytes) -> None:
        faults = self.owner.faults
        limit = faults.views.pop(0) if faults.views else None
        pace = faults.pace
        sent = 0
        step = max(1, int(pace / 50)) if pace else len(data) or 1
        for at in range(0, len(data), step):
            chunk = data[at : at + step]
            if limit is not None and sent + len(chunk) > limit:
                self.wfile.write(chunk[: limit - sent])
                self.wfile.flush()
                return self._cut()
            self.wfile.write(chunk)
            sent += len(chunk)
            if pace:
                self.wfile.flush()
                time.sleep(1 / 50)
