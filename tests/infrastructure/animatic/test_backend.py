"""The backend around the engine: worker processes that obey, die alone and never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.backend import TERMINAL_EVENTS, BackendDone, BackendEvent, BackendFailure, BackendPreview, BackendStopped
from domain.errors import BackendFailed, Conflict, NotFound
from domain.request import GenerationRequest
from infrastructure.animatic.backend import AnimaticBackend
from tests.infrastructure.animatic.studio import decoded, panel

posix = pytest.mark.skipif(os.name == "nt", reason="processes are looked up in /proc")


@pytest.fixture
def backend() -> Iterator[AnimaticBackend]:
    backend = AnimaticBackend(parallel=1)
    yield backend
    backend.close()


def request(kind: str = "image", **values: Any) -> GenerationRequest:
    base: dict[str, Any] = {
        "kind": kind, "backend": "animatic", "workflow": "animatic", "profile": "animatic", "label": "1", "seed": 3,
        "seed_rule": "fixed:3", "width": 320, "height": 180, "rate": Fraction(24), "prompt": "a boat on the sea",
    }  # fmt: skip
    return GenerationRequest(**(base | values))


def events(backend: AnimaticBackend, job: str, seconds: float = 30) -> list[BackendEvent]:
    found: list[BackendEvent] = []
    thread = threading.Thread(target=lambda: found.extend(backend.events(job)), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), found
    return found


def started(backend: AnimaticBackend, job: str) -> None:
    for event in backend.events(job):
        if event.kind in ("progress", "preview"):
            return


def workers() -> set[int]:
    """Our child processes that are animatic workers."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if b"infrastructure.animatic.worker" in words and parent == os.getpid():
                found.add(int(folder.name))
    return found


LONG = {"frames": 100_000, "params": {"camera": "orbit"}}


def test_a_panel_and_its_clip(backend: AnimaticBackend, tmp_path: Path) -> None:
    backend.submit("p", request(), {}, tmp_path)
    done = events(backend, "p")[-1]
    assert isinstance(done, BackendDone) and done.image == "image.png" and done.info["seconds_drawing"] > 0
    (tmp_path / "clip").mkdir()
    asked = request("video", frames=30, params={"camera": "dolly_in"})
    backend.submit("c", asked, {"start": tmp_path / "image.png"}, tmp_path / "clip")
    seen = events(backend, "c")
    done = seen[-1]
    assert isinstance(done, BackendDone) and (done.clip, done.last) == ("clip.mp4", "last.png")
    assert {"seconds_drawing", "seconds_encoding"} <= set(done.info)
    assert [e.kind for e in seen].count("progress") >= 5
    assert any(isinstance(e, BackendPreview) and e.data[:2] == b"\xff\xd8" for e in seen)
    assert len(decoded(tmp_path / "clip" / "clip.mp4")) == 30


def test_a_job_under_way_is_not_taken_on_twice_and_unknown_ones_are_said_so(
    backend: AnimaticBackend, tmp_path: Path
) -> None:
    backend.submit("p", request(), {}, tmp_path)
    with pytest.raises(Conflict):
        backend.submit("p", request(), {}, tmp_path)
    with pytest.raises(NotFound):
        backend.events("other")
    assert backend.recover("other") is None
    assert isinstance(events(backend, "p")[-1], BackendDone) and isinstance(backend.recover("p"), BackendDone)


def test_cancelling_acts_at_once_and_the_next_job_runs(backend: AnimaticBackend, tmp_path: Path) -> None:
    start = panel(tmp_path / "p")
    for name in ("long", "waiting", "next"):
        (tmp_path / name).mkdir()
    backend.submit("long", request("video", **LONG), {"start": start}, tmp_path / "long")
    backend.submit("waiting", request("video", **LONG), {"start": start}, tmp_path / "waiting")
    started(backend, "long")
    backend.submit("next", request(), {}, tmp_path / "next")
    begun = time.monotonic()
    backend.cancel("waiting")
    backend.cancel("long")
    assert isinstance(events(backend, "long")[-1], BackendStopped)
    assert time.monotonic() - begun < 1
    assert [e.kind for e in events(backend, "waiting")] == ["queued", "cancelled"]
    assert isinstance(events(backend, "next")[-1], BackendDone)


@posix
def test_a_worker_that_dies_fails_its_job_once(backend: AnimaticBackend, tmp_path: Path) -> None:
    before = workers()
    start = panel(tmp_path / "p")
    backend.submit("long", request("video", **LONG), {"start": start}, tmp_path)
    started(backend, "long")
    (pid,) = workers() - before
    os.kill(pid, signal.SIGKILL)
    seen = events(backend, "long")
    assert [isinstance(e, TERMINAL_EVENTS) for e in seen].count(True) == 1
    assert isinstance(seen[-1], BackendFailure) and seen[-1].retry and "Traceback" not in seen[-1].message
    (tmp_path / "again").mkdir()
    backend.submit("again", request(), {}, tmp_path / "again")
    assert isinstance(events(backend, "again")[-1], BackendDone)


@posix
def test_workers_end_when_their_parent_dies(tmp_path: Path, checkout: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tests.infrastructure.animatic.test_backend import *\n"
        "b = AnimaticBackend(1); out = Path(sys.argv[1]); b.submit('p', request(), {}, out); list(b.events('p'))\n"
        "b.submit('c', request('video', **LONG), {'start': out / 'image.png'}, out); started(b, 'c')\n"
        "print(*workers(), flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=checkout, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _runs(pid):
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_closing_stops_everything_and_may_be_done_twice(tmp_path: Path) -> None:
    backend = AnimaticBackend(1)
    start = panel(tmp_path / "p")
    backend.submit("long", request("video", **LONG), {"start": start}, tmp_path)
    backend.close()
    backend.close()
    assert isinstance(events(backend, "long")[-1], BackendStopped)
    with pytest.raises(BackendFailed):
        backend.submit("more", request(), {}, tmp_path)


def test_it_works_from_any_folder_and_loads_nothing_heavy(tmp_path: Path, checkout: Path) -> None:
    (tmp_path / "infrastructure").mkdir()
    (tmp_path / "infrastructure" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    code = (
        "import sys, os; sys.path.insert(0, sys.argv[1])\n"
        "from infrastructure.animatic.backend import AnimaticBackend\n"
        "assert not {'cv2', 'av', 'numpy', 'PIL'} & set(sys.modules)\n"
        "os.chdir(sys.argv[2])\n"
        "from fractions import Fraction; from pathlib import Path; from domain.request import GenerationRequest\n"
        "b = AnimaticBackend(); assert b.preflight().ready\n"
        "r = GenerationRequest(kind='image', backend='a', workflow='a', profile='a', seed=1, seed_rule='x', width=64,"
        " height=64, rate=Fraction(24))\n"
        "b.submit('1', r, {}, Path(sys.argv[2])); assert list(b.events('1'))[-1].kind == 'done'; b.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(checkout), str(tmp_path)], cwd=checkout, check=True, timeout=60)
