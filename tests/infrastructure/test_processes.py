"""Workers: messages both ways, errors told, and no worker outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from domain.errors import BadInput, MediaFailed, NotFound
from infrastructure.processes import (
    PACKAGES,
    WorkerGone,
    WorkerProcess,
    error_message,
    process_alive,
    process_started,
    raise_reported,
)  # fmt: skip

CHILD = """
import os, sys, time
from infrastructure.processes import serve
from domain.errors import BadInput

def handle(message, reply):
    print("noise on stdout")
    if message.get("do") == "fail":
        raise BadInput("No such thing.", "Try another.")
    if message.get("do") == "break":
        raise KeyError("oops")
    if message.get("do") == "die":
        sys.stderr.write("last words\\n")
        sys.stderr.flush()
        os._exit(3)
    if message.get("do") == "sleep":
        reply({"pid": os.getpid()})
        time.sleep(60)
    for number in range(message.get("times", 1)):
        reply({"echo": message.get("text"), "number": number, "nice": os.nice(0) if hasattr(os, "nice") else 5})

if __name__ == "__main__":
    serve(handle)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module to run as worker."""
    (tmp_path / "echo_worker.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "echo_worker"


def ends(pid: int, seconds: float = 5) -> bool:
    """Whether the process ends in time (one that waits to be collected counts as ended)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if not process_alive(pid) or Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return not process_alive(pid)
        time.sleep(0.02)
    return False


def test_messages_go_both_ways_and_noise_does_not_disturb(module: str) -> None:
    with WorkerProcess(module) as worker:
        worker.send({"text": "grüße \U0001f39e", "times": 3})
        answers = [worker.receive(10) for _ in range(3)]
        assert [a and (a["echo"], a["number"]) for a in answers] == [("grüße \U0001f39e", n) for n in range(3)]
        assert answers[0] is not None
        assert answers[0]["nice"] >= 5
        assert worker.receive(0.05) is None
        assert worker.alive
        assert "noise" in worker.words()
    assert not worker.alive


def test_errors_are_told_and_raised_again(module: str) -> None:
    with WorkerProcess(module) as worker:
        worker.send({"do": "fail"})
        told = worker.receive(10)
        assert told == {"kind": "error", "type": "BadInput", "message": "No such thing.", "cure": "Try another."}
        with pytest.raises(BadInput, match=r"No such thing\. Try another\."):
            raise_reported(told)
        worker.send({"do": "break"})
        told = worker.receive(10)
        assert told is not None
        with pytest.raises(MediaFailed, match="KeyError"):
            raise_reported(told, MediaFailed)


def test_a_worker_that_dies_is_noticed_with_its_last_words(module: str) -> None:
    with WorkerProcess(module) as worker:
        worker.send({"do": "die"})
        with pytest.raises(WorkerGone, match="last words"):
            worker.receive(10)
        assert list(worker.lines()) == []
        worker.kill()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("raise ImportError('libGL.so.1: cannot open shared object file')", "ImportError: libGL.so.1: cannot open"),
        ("raise SystemExit('nothing to do here')", "nothing to do here"),
        ("import os; os._exit(3)", "exit status 3"),
        ("from infrastructure.processes import serve\ndef f(m, r): raise SystemExit(4)\nserve(f)", "SystemExit: 4"),
        (
            "from infrastructure.processes import serve\ndef f(m, r): import no_such\nserve(f)",
            "No module named 'no_such'",
        ),
    ],
)
@pytest.mark.parametrize("write_first", [True, False])
def test_the_cause_is_told_when_a_worker_cannot_start(
    module: str, tmp_path: Path, code: str, why: str, write_first: bool
) -> None:
    (tmp_path / "echo_worker.py").write_text(code)
    with WorkerProcess(module) as worker:
        if not write_first and "serve" not in code:
            while worker.alive:
                time.sleep(0.01)
        try:
            worker.send({"text": "x" * 1000})
            told = worker.receive(10)
        except WorkerGone as gone:
            assert why in str(gone) and "\n" not in str(gone)
        else:
            assert told is not None and why in told["message"]
        assert "_enter_buffered_busy" not in worker.words()


def test_ctrl_c_in_the_terminal_does_not_reach_a_worker(module: str) -> None:
    with WorkerProcess(module) as worker:
        if sys.platform == "win32":
            pytest.skip("a group of its own; there is no way to ask for it")
        assert os.getsid(worker.pid) == worker.pid != os.getsid(0)


def test_killing_ends_it_at_once_and_closing_lets_it_end(module: str) -> None:
    worker = WorkerProcess(module)
    worker.send({"do": "sleep"})
    assert worker.receive(10)
    begin = time.monotonic()
    worker.kill()
    worker.kill()
    assert time.monotonic() - begin < 1
    other = WorkerProcess(module)
    other.send({"do": "sleep"})
    assert other.receive(10)
    begin = time.monotonic()
    other.close()
    assert time.monotonic() - begin < 1.5, "the end of its stdin ends it even while it works"
    assert not other.alive


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_worker_ends_when_its_parent_is_killed(module: str) -> None:
    code = (
        "from infrastructure.processes import WorkerProcess; import time; w = WorkerProcess('echo_worker'); "
        "w.send({'do': 'sleep'}); print(w.receive(10)['pid'], flush=True); time.sleep(60)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(PACKAGES), os.environ["PYTHONPATH"]])}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert process_alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert ends(pid)


def test_processes_are_told_apart() -> None:
    assert process_alive(os.getpid())
    assert process_started(os.getpid()) == process_started(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not process_alive(child.pid)
    assert not process_alive(0)


def test_any_error_has_a_message() -> None:
    assert error_message(NotFound("Gone.", "Look."))["type"] == "NotFound"
    with pytest.raises(MediaFailed):
        raise_reported({"type": "os", "message": "x"}, MediaFailed)
