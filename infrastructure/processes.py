"""Worker processes that talk in JSON lines, so that heavy work neither slows the window nor outlives it.

The parent's side is `WorkerProcess`; the child's side is `serve`, called by a module that is run with `-m`. The child
ends when its stdin closes, which the operating system does for a parent that died in whatever way.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import re
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain import errors

PACKAGES = Path(__file__).resolve().parents[1]
"""The folder that holds our packages: a checkout or site-packages."""

Message = dict[str, Any]
log = logging.getLogger(__name__)


class WorkerGone(Exception):
    """Raised when a worker ended without an answer; the text is why, in one line (`WorkerProcess.cause`)."""


class WorkerProcess:
    """`python -m module` with JSON lines over its stdin and stdout.

    One thread at a time may send, one may receive, and any may kill. `background` lowers its priority, for work that
    may take a little longer rather than slow the window; `env` is added to its environment. Raises OSError when no
    process can be started.
    """

    def __init__(self, module: str, *, background: bool = True, env: Mapping[str, str] | None = None) -> None:
        env = os.environ | {
            "PYTHONPATH": _joined(PACKAGES, os.environ.get("PYTHONPATH")),
            "PYTHONIOENCODING": "utf-8",
            **(env or {}),
        }
        if background:
            env["KINOLOOM_WORKER_NICE"] = "5"
        # -P: a folder named like one of our packages in the user's current folder must not be imported
        command = [sys.executable, "-P", "-m", module]
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS if background else 0
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            creationflags=flags,
            # own session (there: own group): Ctrl-C in the terminal reaches us alone, and we end the worker
            start_new_session=sys.platform != "win32",
        )
        self._inbox: queue.Queue[Message | None] = queue.Queue()
        self._words: deque[str] = deque(maxlen=40)
        self._ended = False
        self._readers = [
            threading.Thread(target=target, name=f"{module} {self._process.pid}", daemon=True)
            for target in (self._read_messages, self._read_words)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the worker still runs."""
        return self._process.poll() is None

    def send(self, message: Message) -> None:
        """Hand a message to the worker. Raises WorkerGone when it has ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message, allow_nan=False).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            self._readers[1].join(1)
            raise WorkerGone(self.cause() or str(error)) from error

    def receive(self, timeout: float | None = None) -> Message | None:
        """The next message; None when none came within `timeout` seconds. Raises WorkerGone when no more can come."""
        if self._ended:
            raise WorkerGone(self.cause())
        try:
            message = self._inbox.get(timeout=timeout)
        except queue.Empty:
            return None
        if message is None:
            self._ended = True
            self._readers[1].join(1)
            raise WorkerGone(self.cause())
        return message

    def lines(self) -> Iterator[Message]:
        """Messages until the worker ends."""
        while True:
            try:
                message = self.receive()
            except WorkerGone:
                return
            if message is not None:
                yield message

    def words(self) -> str:
        """The last lines the worker wrote to stderr."""
        return "\n".join(self._words)

    def cause(self) -> str:
        """Why the worker ended, in one line: its last error, else its last words, else its exit status."""
        found = _cause(tuple(self._words))
        if found:
            return found
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # its pipes close a moment before it has ended
        status = self._process.returncode
        if not status:
            return ""
        return f"ended by signal {-status}" if status < 0 else f"exit status {status}"

    def kill(self) -> None:
        """End the worker at once and wait for its end; without effect when it has ended."""
        if self.alive:
            self._process.kill()
        self._process.wait()
        self._release()

    def close(self, timeout: float = 2) -> None:
        """Let the worker end by closing its stdin; kill it when it has not after `timeout` seconds."""
        self._release()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> WorkerProcess:
        """The worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the worker."""
        self.kill()

    def _release(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # a broken pipe: it had ended already
            self._process.stdin.close()

    def _read_messages(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                try:
                    self._inbox.put(json.loads(line))
                except ValueError:
                    self._words.append(line.decode(errors="replace").rstrip()[:2000])
        self._inbox.put(None)

    def _read_words(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as pipe:
            for line in pipe:
                self._words.append(line.decode(errors="replace").rstrip()[:2000])


def serve(handler: Callable[[Message, Callable[[Message], None]], None]) -> None:
    """Answer the parent's messages one after another until it closes our stdin or dies; then end at once.

    `handler(message, reply)` runs in the main thread and may reply any number of times. What it raises is sent as an
    error message (`error_message`); `raise_reported` raises it again in the parent. Anything that libraries print goes
    to stderr, so that stdout holds messages only.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nice = int(os.environ.get("KINOLOOM_WORKER_NICE", "0"))
    if nice and sys.platform != "win32":
        os.nice(nice)
    inbox: queue.Queue[Message] = queue.Queue()
    # a thread of its own: EOF has to end us while the main thread works
    threading.Thread(target=_watch_stdin, args=(inbox,), name="parent watch", daemon=True).start()
    guard = threading.Lock()

    def reply(message: Message) -> None:
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        with guard:
            try:
                answers.write(line)
                answers.flush()
            except OSError:
                os._exit(0)  # nobody listens any more

    try:
        while True:
            message = inbox.get()
            try:
                handler(message, reply)
            except Exception as error:
                if not isinstance(error, errors.StudioError):
                    log.exception("The worker failed.")
                reply(error_message(error))
    except BaseException:
        # Python's own way out would wait for the thread that reads stdin, and complain about it instead of this
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def error_message(error: BaseException) -> Message:
    """An exception as a message: `{"kind": "error", "type", "message", "cure"}`."""
    if isinstance(error, errors.StudioError):
        return {"kind": "error", "type": type(error).__name__, "message": error.message, "cure": error.cure}
    return {"kind": "error", "type": "", "message": f"{type(error).__name__}: {error}"[:2000], "cure": ""}


def raise_reported(message: Message, default: type[errors.StudioError] = errors.StudioError) -> None:
    """Raise what `error_message` told; `default` is raised for anything that is not one of `domain.errors`."""
    found = getattr(errors, str(message.get("type", "")), None)
    known = found if isinstance(found, type) and issubclass(found, errors.StudioError) else default
    raise known(str(message.get("message", "")), str(message.get("cure", "")))


def _watch_stdin(inbox: queue.Queue[Message]) -> None:
    try:
        # a file of our own: the interpreter locks sys.stdin when it shuts down, which fails while this thread reads it
        with os.fdopen(os.dup(0), "rb") as lines:
            for line in lines:
                inbox.put(json.loads(line))
    finally:
        os._exit(0)


_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning|Failed)\b(?:: .*)?$")


def _cause(lines: Sequence[str]) -> str:
    """The line that says most: the last exception, else the last line that is not indented (as tracebacks are)."""
    # what the interpreter adds when it is cut off while it shuts down says nothing about why
    ends = next((i for i, line in enumerate(lines) if line.startswith("Fatal Python error: _enter_buffered")), None)
    said = [line for line in lines[:ends] if line.strip()]
    raised = [line for line in said if _RAISED.match(line)]
    plain = [line for line in said if not line[0].isspace()]
    return (raised or plain or said or [""])[-1].strip()[:300]


def _joined(first: Path, rest: str | None) -> str:
    return os.pathsep.join([str(first), *([rest] if rest else [])])


def process_started(pid: int) -> str:
    """When that process began, in words that differ between two processes with the same number; "" if unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def process_alive(pid: int) -> bool:
    """Whether a process with that number runs on this machine (true when it cannot be told)."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x100000, False, pid)  # SYNCHRONIZE
        if not handle:
            return bool(kernel.GetLastError() == 5)  # access denied: it is there
        running: bool = kernel.WaitForSingleObject(handle, 0) == 0x102  # WAIT_TIMEOUT
        kernel.CloseHandle(handle)
        return running
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
