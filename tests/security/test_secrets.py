"""Secrets that were planted everywhere are found nowhere: not in a file, an answer, a log line or on the screen."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from domain.project import Selection, ShotChoice
from infrastructure.clock import SystemClock
from infrastructure.paths import find_roots
from infrastructure.stores.project_store import FolderProjectStore
from services.changes import ChangeCounter
from services.options import Options
from services.projects import ProjectService
from tests.fakes.bench import shot
from tests.fakes.comfy_studio import PASS, server
from tests.fakes.listing import files_below
from tests.fakes.waiting import until
from tests.security.door import add_picture

TOKEN = "tok-7Qz4-planted-and-searched"
PASSWORD = "pass-9Xw2-planted-and-searched"
IN_URL = "url-5Rt8-planted-and-searched"
KEPT = "new-3Lm6-planted-and-searched"
LOGIN = "log-8Hd1-planted-and-searched"
PLANTED = [TOKEN, PASSWORD, IN_URL, KEPT, LOGIN]


class Session:
    """A studio in a process of its own, and everything that came out of it."""

    def __init__(self, checkout: Path, home: Path, project: Path, environment: dict[str, str], password: Path) -> None:
        command = [sys.executable, "app.py", "serve", "--no-browser", "--port", "0", "--project", str(project)]
        self.process = subprocess.Popen(
            [*command, "--password-file", str(password)], cwd=checkout, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.lines: list[str] = []
        self.said = b""
        self.cookie = ""
        started = threading.Event()

        def read() -> None:
            assert self.process.stdout is not None
            for line in self.process.stdout:
                self.lines.append(line)
                if "Kinoloom is at" in line:
                    started.set()
            started.set()

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        assert started.wait(60)
        found = re.search(r"Kinoloom is at http://127\.0\.0\.1:(\d+)/", "".join(self.lines))
        assert found, self.lines
        self.port = int(found[1])

    def ask(self, method: str, target: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        for _ in range(200):
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with contextlib.suppress(ConnectionRefusedError):  # it says where it is just before it listens
                link.request(method, target, body or None, {"Content-Type": kind, "Cookie": self.cookie})
                break
            threading.Event().wait(0.05)
        else:
            raise AssertionError("the studio does not listen")
        answer = link.getresponse()
        self.cookie = (answer.headers.get("set-cookie") or self.cookie).partition(";")[0]
        content = answer.read()
        self.said += bytes(str(answer.headers), "utf-8").replace(self.cookie.encode() or b"\0", b"") + content
        link.close()
        return content

    def wish(self, event: int, **fields: object) -> bytes:
        call = {"fn_index": event, "session_hash": "w1", "trigger_id": 1, "event_data": fields or None, "data": []}
        return self.ask("POST", "/gradio_api/run/predict", json.dumps(call).encode())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def environment(kinoloom_home: Path) -> Iterator[dict[str, str]]:
    yield {**os.environ, "KINOLOOM_HOME": str(kinoloom_home), "PYTHONUNBUFFERED": "1", "NO_PROXY": "*"}


def _chosen(name: str, choice: ShotChoice, selection: Selection) -> Selection:
    return selection.with_choice(name, choice)


def test_a_whole_session_with_failures_tells_no_secret(
    checkout: Path, kinoloom_home: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    comfy = server(tmp_path / "server", token=LOGIN)
    try:
        folder = kinoloom_home / "projects" / "film"
        projects = ProjectService(
            FolderProjectStore(find_roots(environment)), SystemClock(), lambda: Options(width=96, height=64), ChangeCounter()
        )  # fmt: skip
        made = projects.create(folder, "Film", backend="comfyui", workflow=PASS, profile="wan2.2-14b")
        made.change_board("shots", lambda board: board.replace(shots=(shot(1), shot(2))))
        projects.close()
        again = projects.open(folder)
        for name in ("001", "002"):
            kept = add_picture(again, name)
            choice = again.selection.of(name).replace(keyframes={"start": kept.image})
            again.change_selection(functools.partial(_chosen, name, choice))
        projects.close()
        # The server's own words are the way by which a secret could come back.
        words = f"Authorization: Bearer {LOGIN} ({TOKEN}) was refused by https://user:{IN_URL}@models.example/x?api_key={IN_URL}"
        comfy.script.fails["CreateVideo"] = ("RuntimeError", words)

        settings = find_roots(environment).config / "settings.yaml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        logins = json.dumps({comfy.url: LOGIN})
        settings.write_text(
            f"comfyui:\n  servers: https://user:{IN_URL}@render.example\n  logins: '{logins}'\n", "utf-8"
        )
        environment |= {"KINOLOOM_COMFYUI__SERVERS": comfy.url, "KINOLOOM_COMFYUI__TOKEN": TOKEN}
        password = tmp_path / "password"
        password.write_text(PASSWORD + "\n", "utf-8")

        rendered = subprocess.run(
            [sys.executable, "app.py", "render", str(folder), "--verbose"], cwd=checkout, env=environment, text=True,
            capture_output=True, timeout=120,
        )  # fmt: skip
        assert rendered.returncode != 0 and comfy.accepted, rendered.stderr[-2000:]

        session = Session(checkout, kinoloom_home, folder, environment, password)
        try:
            session.ask("GET", "/")
            session.ask("POST", "/login", b"password=wrong-guess", "application/x-www-form-urlencoded")
            session.ask("POST", "/login", f"password={quote(PASSWORD)}".encode(), "application/x-www-form-urlencoded")
            assert b"Film" in session.wish(0)
            session.wish(2, part="settings.form", act="edit", id="server.password", value=KEPT)
            for tab in (
                "project",
                "storyboard",
                "keyframes",
                "select",
                "video",
                "film",
                "queue",
                "servers",
                "settings",
            ):
                session.wish(2, part="shell", act="tab", id=tab)
                session.wish(1)
                session.wish(2, part="shell", act="resync")
            before = len(comfy.accepted)
            session.wish(2, part="shell", act="tab", id="video")
            session.wish(2, part="video.bar", act="render")
            until(lambda: len(comfy.accepted) > before)
            until(lambda: b"failed" in session.wish(1) + session.wish(2, part="shell", act="resync"))
            session.wish(2, part="shell", act="tab", id="queue")
            for target in ("/", "/health", "/theme.css", "/nothing", "/logout"):
                session.ask("GET", target)
        finally:
            session.stop()
        doctor = subprocess.run(
            [sys.executable, "app.py", "doctor", "--json"], cwd=checkout, env=environment, text=True, capture_output=True, timeout=120
        )  # fmt: skip

        outputs = {
            "render": rendered.stdout + rendered.stderr, "studio": "".join(session.lines), "doctor": doctor.stdout + doctor.stderr,
            "answers": session.said.decode("utf-8", "replace"),
        }  # fmt: skip
        written = {str(p.relative_to(kinoloom_home)): p for p in files_below(kinoloom_home) if p != settings}
        for name, path in written.items():
            outputs[name] = path.read_bytes().decode("utf-8", "replace")
        leaks = [
            f"{secret[:8]} in {where}: …{text[max(0, text.index(secret) - 120) : text.index(secret)]!r}"
            for where, text in outputs.items()
            for secret in PLANTED
            if secret in text
        ]
        assert not leaks, "\n".join(leaks)
        assert any("runs" in name for name in written) and any("log" in name for name in written)
        if KEPT in settings.read_text("utf-8") and os.name != "nt":
            assert stat.S_IMODE(settings.stat().st_mode) == 0o600
        assert KEPT in settings.read_text("utf-8"), "the setting was not reached"
    finally:
        comfy.stop()
