"""This process and this machine: who owns a run, requests between processes, and what is installed."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from domain.errors import StudioError
from domain.names import check_name
from infrastructure.processes import process_alive, process_started
from infrastructure.stores import atomic

_REQUEST = ".cancel"
_MAX_REQUEST = 4 * 2**20


def own_name() -> str:
    """The name of this process in the runs it owns: "pid@host:start", unique also after the number is used again."""
    return f"{os.getpid()}@{platform.node()}:{process_started(os.getpid())}"


def owner_alive(owner: str) -> bool:
    """Whether the process of that name may still run; true for one on another machine, which cannot be asked."""
    number, _, rest = owner.partition("@")
    host, _, started = rest.rpartition(":")
    if not number.isascii() or not number.isdecimal():
        return False
    if host != platform.node():
        return True
    pid = int(number)
    if pid > 2**31 or not process_alive(pid):
        return False
    now = process_started(pid)
    return not (started and now) or started == now


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class FolderStopRequests:
    """`services.ports.StopRequests` as files `runs/<run id>.cancel`: one job id per line, none for the whole run."""

    def ask(self, root: Path, run_id: str, job_ids: Sequence[str]) -> None:
        """Leave a request for the process that owns the run."""
        with atomic.storing(f"Asking for the end of a run in {root.name}"):
            atomic.write_bytes(self._file(root, run_id), "\n".join(job_ids).encode())

    def take(self, root: Path, run_ids: Iterable[str]) -> dict[str, list[str]]:
        """The requests for these runs, removed: job ids by run."""
        found: dict[str, list[str]] = {}
        for run_id in run_ids:
            file = self._file(root, run_id)
            try:
                if not file.exists():
                    continue
                lines = atomic.read_bytes(file, _MAX_REQUEST).decode(errors="replace").split()
                file.unlink()
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                raise StudioError(f"A request to stop in {root.name} cannot be read: {error}.") from error
            found[run_id] = lines
        return found

    def withdraw(self, root: Path, run_id: str) -> None:
        """Take a request back that nobody will answer."""
        with atomic.storing(f"Removing a request in {root.name}"):
            self._file(root, run_id).unlink(missing_ok=True)

    @staticmethod
    def _file(root: Path, run_id: str) -> Path:
        return root / "runs" / f"{check_name(run_id)}{_REQUEST}"


class Machine:
    """`services.doctor.Surroundings` for this machine."""

    def python(self) -> tuple[str, str]:
        """Version of Python, and the system it runs on."""
        return platform.python_version(), f"{platform.system()} {platform.machine()}"

    def version(self, distribution: str) -> str | None:
        """Version of an installed distribution, None when there is none. Imports nothing of it."""
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            return None

    def media_libraries(self) -> dict[str, str]:
        """Versions of the FFmpeg libraries that PyAV brings. Raises ImportError or OSError when they do not load."""
        import av

        return {name: ".".join(map(str, numbers)) for name, numbers in sorted(av.library_versions.items())}

    def has_encoder(self, name: str) -> bool:
        """Whether FFmpeg can encode with that encoder."""
        import av.codec

        try:
            av.codec.Codec(name, "w")
        except ValueError:  # PyAV's UnknownCodecError is one
            return False
        return True

    def why_not_writable(self, folder: Path) -> str:
        """Why nothing can be stored in the folder; empty when it can. The folder need not exist: its parent counts."""
        place = _existing(folder)
        try:
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(b"kinoloom")
        except OSError as error:
            return error.strerror or str(error)
        return "" if place.is_dir() else "a file is in the way"

    def free_bytes(self, folder: Path) -> int:
        """Bytes free on the disk where the folder is or will be. Raises OSError."""
        return shutil.disk_usage(_existing(folder)).free


def _existing(folder: Path) -> Path:
    for place in (folder, *folder.parents):
        if place.exists():
            return place
    return Path(folder.anchor or ".")
