"""A worker process as its parent sees it: JSON lines in, JSON lines out, and it ends when the parent does."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds our packages: site-packages, or the checkout."""

_NEEDED = {"av": "PyAV", "cv2": "OpenCV", "numpy": "NumPy", "PIL": "Pillow"}


def find_missing() -> list[str]:
    """Names of the libraries that the worker needs and that are not installed; loads none of them."""
    return [name for module, name in _NEEDED.items() if importlib.util.find_spec(module) is None]


def _environment() -> dict[str, str]:
    env = dict(os.environ)
    env["PYTHONPATH"] = os.pathsep.join(p for p in (str(_ROOT), env.get("PYTHONPATH", "")) if p)
    env["PYTHONSAFEPATH"] = "1"  # a folder of the same name where the studio was started must not come first
    env["PYTHONIOENCODING"] = "utf-8"
    env["OMP_NUM_THREADS"] = "1"
    return env


class WorkerProcess:
    """One worker. `heard` gets each of its messages; `ended` is called once when it ends by itself."""

    def __init__(
        self,
        heard: Callable[[WorkerProcess, dict[str, Any]], None],
        ended: Callable[[WorkerProcess, str], None],
    ) -> None:
        """Start the process. Raises OSError."""
        self.job: str | None = None
        self._heard = heard
        self._ended = ended
        self._killed = False
        self._last_words: deque[str] = deque(maxlen=30)
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infrastructure.animatic.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            creationflags=flags,
        )
        self._listener = threading.Thread(target=self._listen, name="animatic-worker", daemon=True)
        self._complaints = threading.Thread(target=self._collect, name="animatic-worker-stderr", daemon=True)
        self._listener.start()
        self._complaints.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def give(self, job_id: str, order: dict[str, Any]) -> None:
        """Send it a job. A worker that has just died reports so through `ended`."""
        self.job = job_id
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()

    def kill(self) -> None:
        """End it now, and wait until it is gone."""
        self._killed = True
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        self._let_go()

    def _let_go(self) -> None:
        """Close our end of its input; what could not be delivered is lost with it."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                self._heard(self, message)
        self._process.stdout.close()
        self._process.wait()
        self._let_go()
        self._complaints.join(timeout=2)
        if not self._killed:
            words = " / ".join(list(self._last_words)[-4:])
            if not words and self._process.returncode:
                words = f"exit status {self._process.returncode}."
            self._ended(self, words)

    def _collect(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            text = line.decode("utf-8", "replace").strip()
            if text:
                self._last_words.append(text[:300])
        self._process.stderr.close()
