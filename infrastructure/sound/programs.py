"""Running a program that speaks: found by name or path, given its words on stdin, ended when the job is stopped."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from domain.errors import BackendFailed, BackendUnavailable, Cancelled

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.1
_LONGEST = 600.0  # seconds; nobody speaks one line for longer


def unseen() -> int:
    """The flag that keeps Windows from opening a console for a program; 0 elsewhere."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def found(given: str, *names: str) -> str:
    """The path of a program: the one given, or the first of these names that is installed; empty when there is none."""
    if given:
        return given if Path(given).is_file() else (shutil.which(given) or "")
    beside = str(Path(sys.executable).parent)  # what pip installed along with us
    return next((path for name in names for path in (shutil.which(name), shutil.which(name, path=beside)) if path), "")


def speak(called: str, command: Sequence[str], words: str, stopped: Callable[[], bool]) -> None:
    """Run it, without a shell. Raises BackendUnavailable when it cannot be started, BackendFailed with its last words,
    and Cancelled within a moment of `stopped()` turning true; it has ended then."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(words.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(
                list(command), stdin=given, stdout=said, stderr=subprocess.STDOUT,
                creationflags=unseen(),
            )  # fmt: skip
        except OSError as error:
            reason = error.strerror or str(error)
            raise BackendUnavailable(
                f"{called} could not be started: {reason}.", "Check its path in Settings, under Speech.", retry=False
            ) from error
        try:
            while process.poll() is None:
                if stopped():
                    raise Cancelled
                if time.monotonic() - began > _LONGEST:
                    raise BackendFailed(f"{called} took more than {_LONGEST / 60:.0f} minutes and was ended.")
                try:
                    process.wait(_LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    pass
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        said.seek(0)
        text = said.read()[-20_000:].decode(errors="replace")
    if process.returncode:
        log.warning("%s ended with %s: %s", called, process.returncode, text[-2000:])
        last = next((line for line in reversed(text.splitlines()) if line.strip()), f"status {process.returncode}")
        raise BackendFailed(f"{called} could not speak: {last.strip()[:200]}", "Try another voice.", retry=False)


def ask(command: Sequence[str], seconds: float = 5) -> str:
    """What a program answers to a question; empty when it does not."""
    try:
        done = subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False,
            creationflags=unseen(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if not done.returncode else ""
