"""Closing and reopening Kinoloom in one process during a render, and a look at what each time left behind.

`python -m tests.durability.reopening TIMES FOLDER SEED` does it and prints what it found; `run` starts that.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app import compose
from tests.durability.kills import ROOT, Server, copy, home, prepare

SOON = 5.0
"""Seconds that threads, processes and sockets have to end."""


@dataclass
class LeftBehind:
    """How often it was opened, and everything that was still there afterwards."""

    times: int = 0
    takes: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line for people."""
        state = "nothing left behind" if not self.wrong else "; ".join(self.wrong[:8])
        return f"closed and reopened {self.times} times, {self.takes} takes: {state}"


def run(times: int, folder: Path, seed: int) -> LeftBehind:
    """What a process of its own finds, whose temporary files are nobody else's."""
    (folder / "tmp").mkdir()
    env = {**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT), "KINOLOOM_QUALITY__RETAKES": "0"}
    command = [sys.executable, "-m", __name__, str(times), str(folder), str(seed)]
    answer = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    left = LeftBehind(**json.loads(answer.stdout))
    left.wrong += [f"temporary file: {name}" for name in sorted(p.name for p in (folder / "tmp").iterdir())]
    return left


def reopen(times: int, folder: Path, seed: int) -> LeftBehind:
    """Open a project whose render is unfinished, let it go on for a moment, close; as often as told."""
    dice = random.Random(seed)
    left = LeftBehind()
    server = Server(folder / "server")
    server.comfy.script.took["SaveVideo"] = 0.3
    try:
        with home(folder / "home", server):
            for engine in ("animatic", "comfyui"):
                prepare(folder / engine, engine)
            _open(folder / "animatic", 1.0)  # what is loaded once and stays: libraries and their own threads
            before = _there()
            for number in range(times):
                engine = ("animatic", "comfyui")[number // 2 % 2]
                project = folder / f"{engine}-{number // 20}"
                if not project.exists():
                    copy(folder / engine, project)
                # every second time until there is a take more, so that the render gets on
                _open(project, dice.uniform(0.0, 0.8), further=number % 2 == 1)
                left.times += 1
                left.wrong += [f"after {left.times}: {what}" for what in _more(before, server)]
                left.wrong += [f"work in progress: {p}" for p in project.glob(".kinoloom/work/*")]
            left.takes = sum(1 for _ in folder.glob("*/takes/001/*/*/take.json"))
    finally:
        server.comfy.stop()
    return left


def _open(folder: Path, seconds: float, *, further: bool = False) -> None:
    """A studio that is closed after so many seconds; not before it has made a take, with `further`."""
    with compose() as kinoloom:
        studio = kinoloom.studio
        project = studio.projects.open(folder)
        studio.generation.resume(project, free_only=True)
        studio.generation.render(project)
        before, end = len(project.files.takes()), time.monotonic() + 30
        time.sleep(seconds)
        while further and len(project.files.takes()) == before and time.monotonic() < end:
            time.sleep(0.02)


def _there() -> set[str]:
    return {*(f"thread {t.name}" for t in threading.enumerate() if not _of_server(t)), *_children(), *_sockets()}


def _of_server(thread: threading.Thread) -> bool:
    """Whether it belongs to the stand-in, which stays: its requests have threads of their own."""
    return thread.name.startswith("comfy-stand-in") or "process_request_thread" in thread.name


def _more(before: set[str], server: Server) -> list[str]:
    """What is there now and was not before, once it had time to end."""
    end = time.monotonic() + SOON
    while True:
        more = sorted(_there() - before)
        open_sockets = len(server.comfy.core.peers)
        if not more and not open_sockets:
            return []
        if time.monotonic() > end:
            return more + ([f"{open_sockets} sockets at the server"] if open_sockets else [])
        time.sleep(0.02)


def _children() -> Iterator[str]:
    """Processes whose parent we are; nothing where the system does not tell."""
    for task in Path("/proc/self/task").glob("*/children"):
        try:
            yield from (f"process {pid}" for pid in task.read_text().split())
        except OSError:
            continue


def _sockets() -> Iterator[str]:
    """Sockets that we hold open, but for those that listen or were accepted by the stand-in."""
    ours = {f"socket:[{line.split()[9]}]" for line in _connections()}
    for entry in Path("/proc/self/fd").glob("*"):
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target in ours:
            yield target


def _connections() -> Iterator[str]:
    """Lines of /proc/net/tcp of connections that are open (state 01)."""
    for name in ("tcp", "tcp6"):
        table = Path(f"/proc/self/net/{name}")
        if table.exists():
            yield from (line for line in table.read_text().splitlines()[1:] if line.split()[3] == "01")


if __name__ == "__main__":
    found = reopen(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(dataclasses.asdict(found)))
