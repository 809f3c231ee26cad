"""A render that is killed with SIGKILL at random instants until its film is there, and what must hold then."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app import compose
from domain.storyboard import Shot, Storyboard
from infrastructure.media import MediaTools
from infrastructure.paths import find_roots
from infrastructure.stores.inventory import FolderInventories
from services.verification import Verification
from tests.contracts.video_backend import decoded
from tests.fakes.comfy_server import ComfyStandIn
from tests.fakes.comfy_studio import PASS, server

ROOT = Path(__file__).resolve().parents[2]
SEGMENTS = 12
SECONDS = "36"
"""At 8 frames per second 288 frames, which the profile below makes in 12 chained segments of at most 25."""

PROFILE = "svd-xt"
FAST_END = 2.6
"""Seconds after which a life is killed at the latest: enough for a start and some segments."""


@dataclass
class Counts:
    """What happened. Everything in `wrong` must not have."""

    engine: str
    kills: int = 0
    lives: int = 0
    films: int = 0
    restarts: int = 0
    prompts: int = 0
    takes: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line for people."""
        sent = f", {self.restarts} restarts of the server, {self.prompts} prompts" if self.engine == "comfyui" else ""
        state = "all well" if not self.wrong else f"{len(self.wrong)} WRONG: " + "; ".join(self.wrong[:5])
        made = f"{self.takes} takes in {self.films} films"
        return f"{self.engine}: {self.kills} kills in {self.lives} lives{sent}, {made}: {state}"


class Server:
    """A stand-in that notes which prompts it took in which of its lives."""

    def __init__(self, folder: Path) -> None:
        self.comfy: ComfyStandIn = server(folder, PASS)
        self.comfy.script.took["SaveVideo"] = 0.2
        self.lives: list[int] = [0]
        self._lock = threading.Lock()

    def restart(self) -> None:
        """Die, forget, and come back."""
        with self._lock:
            self.comfy.restart()
            self.lives.append(len(self.comfy.accepted))

    def twice(self) -> list[str]:
        """Ids that one life took more than once."""
        ends = [*self.lives[1:], len(self.comfy.accepted)]
        found = []
        for begin, end in zip(self.lives, ends, strict=True):
            found += [i for i, number in Counter(self.comfy.accepted[begin:end]).items() if number > 1]
        return found


@contextmanager
def home(folder: Path, *servers: Server) -> Iterator[dict[str, str]]:
    """The environment of a Kinoloom that keeps everything in `folder`."""
    told = {"KINOLOOM_HOME": str(folder), "KINOLOOM_COMFYUI__SERVERS": ",".join(s.comfy.url for s in servers)}
    told["KINOLOOM_QUALITY__RETAKES"] = "0"  # a retake is a second take that is no mistake
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield {**os.environ, "PYTHONPATH": str(ROOT)}
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def prepare(folder: Path, engine: str) -> None:
    """A project of one shot in 12 chained segments, as small as can be."""
    with compose(find_roots()) as kinoloom:
        studio = kinoloom.studio
        chosen: dict[str, Any] = {"backend": engine, "profile": PROFILE, "image_backend": "animatic"}
        if engine == "comfyui":
            chosen["workflow"] = PASS
        project = studio.projects.create(folder, width=128, height=72, rate="8", **chosen)
        shot = Shot.model_validate({"id": "001", "prompt": "A house on a hill", "seconds": SECONDS})
        project.change_board("shots", lambda board: Storyboard(title="Film", shots=(shot,)))
        plan = studio.generation.plan(project)
        assert [len(s.segments) for s in plan.shots] == [SEGMENTS]


def live(project: Path, env: dict[str, str], seconds: float | None, way: str = "studio") -> int | None:
    """One life of a Kinoloom on the project; None when it was killed after that many seconds."""
    command = [sys.executable, "-m", "tests.durability.child", str(project), way]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return None
    finally:
        words = process.stderr.read().decode(errors="replace")
        process.stderr.close()
    if process.returncode:
        sys.stderr.write(words)
    return process.returncode


def film_digest(project: Path) -> str:
    """SHA-256 over the decoded frames of the project's one film."""
    films = [p for p in (project / "film").glob("*.mp4") if not p.name.startswith(".")]
    assert len(films) == 1, films
    digest = hashlib.sha256()
    for frame in decoded(films[0]):
        digest.update(frame.tobytes())
    return digest.hexdigest()


def check(project: Path, expected: str, counts: Counts) -> None:
    """What must hold at the end of a film."""
    if film_digest(project) != expected:
        counts.wrong.append("the film differs from one that was made without being disturbed")
    takes = Counter(path.parent.parent.name for path in project.glob("takes/001/*/*/take.json"))
    counts.takes += sum(takes.values())
    if sorted(takes, key=int) != [str(i) for i in range(SEGMENTS)]:
        counts.wrong.append(f"the segments made are {sorted(takes)}")
    counts.wrong += [f"segment {i} was made {number} times" for i, number in takes.items() if number > 1]
    for path in project.rglob("*.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            counts.wrong.append(f"{path.relative_to(project)}: {error}")
    counts.wrong += [f"set aside: {p.name}" for p in project.rglob("*.damaged-*")]
    condition = Verification(FolderInventories(), MediaTools()).examine(project)
    counts.wrong += [f"{found.kind}: {found.path}: {found.what}" for found in condition.irregular if found.wrong]
    counts.films += 1


def run(
    engine: str, kills: int, folder: Path, seed: int, say: Callable[[Counts], None] = lambda counts: None,
    way: str = "studio",
) -> Counts:  # fmt: skip
    """Make films until there were `kills` kills, each checked when it is there; in the `way` of `child`."""
    dice = random.Random(seed)
    counts = Counts(engine)
    servers = [Server(folder / "server")] if engine == "comfyui" else []
    try:
        with home(folder / "home", *servers) as env:
            prepare(folder / "film", engine)
            copy(folder / "film", folder / "calm")
            began = time.monotonic()
            assert live(folder / "calm", env, None, way) == 0
            longest = max(FAST_END, (time.monotonic() - began) / 2)
            expected = film_digest(folder / "calm")
            number = 0
            while counts.kills < kills:
                number += 1
                project = folder / f"film-{number}"
                copy(folder / "film", project)
                _until_made(project, env, counts, kills, dice, longest, servers, way)
                check(project, expected, counts)
                counts.prompts = sum(len(s.comfy.accepted) for s in servers)
                counts.wrong += [f"prompt {i} was taken twice" for s in servers for i in s.twice()]
                say(counts)
            counts.wrong += [f"process {pid} was left behind" for pid in left_behind(folder / "home")]
    finally:
        for each in servers:
            each.comfy.stop()
    return counts


def _until_made(
    project: Path, env: dict[str, str], counts: Counts, kills: int, dice: random.Random, longest: float,
    servers: list[Server], way: str,
) -> None:  # fmt: skip
    while True:
        counts.lives += 1
        patience = dice.uniform(0.3, longest) if counts.kills < kills else None
        restarting = _restart_soon(servers, dice, counts, longest)
        code = live(project, env, patience, way)
        for timer in restarting:
            timer.join()
        if code is None:
            counts.kills += 1
        elif code == 0:
            return
        else:
            counts.wrong.append(f"a life ended with {code}")
            return


def _restart_soon(servers: list[Server], dice: random.Random, counts: Counts, longest: float) -> list[threading.Timer]:
    """Restarts at any instant of the coming life, or after its early end."""
    timers = []
    for each in servers:
        if dice.random() < 0.5:
            counts.restarts += 1
            timers.append(threading.Timer(dice.uniform(0.1, longest), each.restart))
            timers[-1].start()
    return timers


def copy(source: Path, target: Path) -> None:
    """The same project once more, as it was before anything was made."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(".kinoloom"))


def left_behind(home: Path, patience: float = 5.0) -> list[int]:
    """Processes that work for a Kinoloom in that folder, after those that end by themselves had time to."""
    end = time.monotonic() + patience
    while found := [pid for pid in _processes(home) if pid != os.getpid()]:
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    return found


def _processes(home: Path) -> list[int]:
    mark = f"KINOLOOM_HOME={home}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
        except OSError:
            continue  # it has ended, or is not ours
    return found
