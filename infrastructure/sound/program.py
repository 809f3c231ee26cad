"""Running FFmpeg's program, the one that imageio-ffmpeg brings, on graphs built with ffmpeg-python."""

from __future__ import annotations

import logging
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from domain.errors import Cancelled, DiskFull, MediaFailed
from domain.sound.mixing import SAMPLE_RATE
from infrastructure.sound.programs import unseen

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.1
_FULL = "No space left on device"


def program() -> str:
    """Where FFmpeg's program is. Raises MediaFailed."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (RuntimeError, OSError) as error:
        raise MediaFailed(
            "FFmpeg's program is not there, so no sound can be mixed.",
            "Reinstall Kinoloom's dependencies (imageio-ffmpeg).",
        ) from error


def run(output: Any, samples: int, report: Callable[[float], None], stopped: Callable[[], bool]) -> str:
    """Do what an output of ffmpeg-python asks for; what the program said. `samples` is how long it will be.

    Raises MediaFailed, DiskFull, and Cancelled within a moment of `stopped()` turning true; the program has ended then.
    """
    command = [program(), "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1", *output.get_args(), "-y"]
    with tempfile.TemporaryFile() as words:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words,
                creationflags=unseen(),
            )  # fmt: skip
        except OSError as error:
            raise MediaFailed(f"FFmpeg could not be started: {error.strerror}.", "Reinstall imageio-ffmpeg.") from error
        done = [0.0]
        reader = threading.Thread(target=_follow, args=(process, done, samples / SAMPLE_RATE), daemon=True)
        reader.start()
        try:
            while True:
                try:
                    process.wait(_LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    if stopped():
                        raise Cancelled("The sound was stopped.") from None
                    report(done[0])
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            reader.join()
        words.seek(0)
        said = words.read().decode(errors="replace")
    if process.returncode:
        log.warning("FFmpeg ended with %s: %s", process.returncode, said[-2000:])
        if _FULL in said:
            raise DiskFull("The sound could not be mixed: the disk is full.", "Free some space and start again.")
        last = next((line for line in reversed(said.splitlines()) if line.strip()), f"status {process.returncode}")
        raise MediaFailed(f"The sound could not be mixed: {last.strip()[:200]}", "Try again; the log has more.")
    report(1)
    return said


def source(path: Path) -> Any:
    """A file as an input of a graph."""
    return ffmpeg.input(f"file:{path}", protocol_whitelist="file")


def _follow(process: subprocess.Popen[bytes], done: list[float], seconds: float) -> None:
    """Read how far the program is; `done` holds the part."""
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            key, _, value = line.partition(b"=")
            if key == b"out_time_us" and value.strip().isdigit() and seconds > 0:
                done[0] = min(1.0, int(value) / 1e6 / seconds)
