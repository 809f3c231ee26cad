"""The studio behind a real socket, and a client that sends what no browser would."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from addons.guard import Hosts
from addons.login import Login
from addons.uploads import Uploads
from addons.web import create_app
from domain.project import Picked
from domain.take import Keyframe
from services.projects import OpenProject
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, shot

PASSWORD = "correct horse battery"
MEBIBYTE = 2**20


@dataclass
class Answer:
    """What came back. `whole` is every byte of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Door:
    """A studio that answers at `port`. `bench` is what is behind it, `project` a film with a picture."""

    def __init__(self, bench: Bench, port: int, project: OpenProject) -> None:
        self.bench = bench
        self.port = port
        self.project = project
        self.answers: list[Answer] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(
        self, target: str = "/", method: str = "GET", body: bytes = b"", host: str | None = None, **headers: Any
    ) -> Answer:  # fmt: skip
        """Send exactly this; names of headers are written with _ for -. A host of "" sends none."""
        lines = [f"{method} {target} HTTP/1.1", "Connection: close"]
        if host != "":
            lines.append(f"Host: {self.host if host is None else host}")
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        raw = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as link:
            with contextlib.suppress(ConnectionError):  # it may refuse before it has read all of it
                link.sendall(raw + body)
            whole = _all(link)
        answer = parsed(whole)
        self.answers.append(answer)
        return answer

    def wish(self, event: int = 1, window: str = "w1", **fields: Any) -> Answer:
        """The call that the page makes."""
        call = {"data": [], "event_data": None, "fn_index": event, "trigger_id": 1, "session_hash": window} | fields
        return self.ask("/gradio_api/run/predict", "POST", json.dumps(call).encode(), Content_Type="application/json")

    @property
    def picture(self) -> str:
        """The address of the project's picture."""
        keyframe = self.project.files.keyframes()[0]
        return f"/media/{self.project.id}/keyframe/{keyframe.shot}/{keyframe.name}"


def _all(link: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := link.recv(65536):
            parts.append(part)
    return b"".join(parts)


def received(link: socket.socket) -> Answer:
    """One answer, read as far as it says it goes: head and body may come one after the other."""
    whole = b""
    while part := link.recv(65536):
        whole += part
        head, end, body = whole.partition(b"\r\n\r\n")
        lengths = [
            line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        ]
        if end and lengths and len(body) >= int(lengths[0]):
            break
    return parsed(whole)


def parsed(whole: bytes) -> Answer:
    head, _, body = whole.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    return Answer(int(lines[0].split()[1]) if lines[0] else 0, headers, body, whole)


def _unchunked(body: bytes) -> bytes:
    found = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        found, body = found + body[:length], body[length + 2 :]
    return found


def add_picture(project: OpenProject, shot_id: str = "001") -> Keyframe:
    work = project.files.workspace("given")
    write_png(work / "given.png", plain(64, 48, 7))
    made = Keyframe(
        name="", shot=shot_id, image=Picked(path="given.png", sha256="0" * 64), width=64, height=48, source="given.png"
    )
    kept = project.files.add_keyframe(made, work / "given.png")
    project.files.discard(work)
    return kept


@contextlib.contextmanager
def opened(
    folder: Path, *, password: str = "", bound: str = "127.0.0.1", names: tuple[str, ...] = ()
) -> Iterator[Door]:  # fmt: skip
    """A studio on a free port, with one film. `bound` is the address it believes to listen on."""
    bench = Bench(folder)
    project = bench.project(shot())
    add_picture(project)
    login = Login(password, folder / "cache" / "login.key") if password else None
    app = create_app(
        bench.studio, lambda _: project, Uploads(folder / "cache" / "uploads"), hosts=Hosts(bound, names), login=login
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 30
        while not server.started and time.monotonic() < end and thread.is_alive():
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Door(bench, int(port), project)
    finally:
        server.should_exit = True
        thread.join(20)
        bench.close()
