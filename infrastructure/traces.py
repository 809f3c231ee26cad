"""What is left on disk of earlier work, for the diagnostics bundle: `services.diagnostics.Traces`."""

from __future__ import annotations

import getpass
import json
import platform
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from domain.condition import ProjectFacts
from domain.errors import NewerFile
from domain.job import Run
from infrastructure.logs import FILE_NAME, PROJECT_FOLDER
from infrastructure.stores import atomic
from infrastructure.stores.layout import SCHEMAS
from infrastructure.stores.schemas import MAX_BYTES, Unreadable

MAX_LOG = 4_000_000
"""Largest log file that is read, in bytes; one rotates long before."""

_DOCUMENTS = ("project.json*", "storyboard.json*", "backups/*/*.json", "film/*.json")
_SIDECARS = ("keyframes/*/*.json", "takes/*/*/*/take.json")
_TEXT = re.compile(r'"((?:[^"\\]|\\.){2,})"')
_COMMON = frozenset({"root", "user", "admin", "administrator"})
"""Names of users that tell nothing, and are ordinary words."""


class FolderTraces:
    """Reads the log files in the folder `logs`, and projects. `folders` says what is written for some folders."""

    def __init__(self, logs: Path, folders: Mapping[Path, str]) -> None:
        self._logs = logs
        self._folders = folders

    def logs(self) -> dict[str, str]:
        """The user's log files, by name."""
        return _read_logs(self._logs)

    def project_logs(self, root: Path) -> dict[str, str]:
        """The log files of a project, by name."""
        return _read_logs(root / PROJECT_FOLDER)

    def facts(self, root: Path) -> ProjectFacts:
        """What is known of a project. A part that cannot be read is left out."""
        project = _parsed(root / "project.json")
        documents = [_parsed(path) for pattern in _DOCUMENTS for path in sorted(root.glob(pattern))]
        sidecars = [_parsed(path) for pattern in _SIDECARS for path in sorted(root.glob(pattern))]
        requests = [data.get("request") if isinstance(data, dict) else data for data in sidecars]
        return ProjectFacts(
            project=project if isinstance(project, dict) else {}, board=_parsed(root / "storyboard.json"),
            runs=tuple(_runs(root)), writings=(*documents, *requests),
        )  # fmt: skip

    def names(self) -> dict[str, str]:
        """Folders and names that tell who the user is, and what is written instead."""
        found = {str(path): instead for path, instead in self._folders.items()}
        found[str(Path.home())] = "~"
        found[platform.node()] = "<computer>"
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            user = ""
        if user.lower() not in _COMMON:
            found[user] = "<user>"
        return found


def _parsed(path: Path) -> Any:
    """The JSON data in a file; of one that is damaged, the texts in it; None when there is none."""
    try:
        text = atomic.read_bytes(path, MAX_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return [found[1] for found in _TEXT.finditer(text)]


def _runs(root: Path) -> Iterator[Run]:
    for path in sorted((root / "runs").glob("*.json")):
        try:
            yield SCHEMAS["run"].load(atomic.read_bytes(path, MAX_BYTES), Run, path.name)
        except (OSError, ValueError, Unreadable, NewerFile):
            continue  # the condition of the project names it


def _read_logs(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob(f"{FILE_NAME}*")):
        try:
            found[path.name] = atomic.read_bytes(path, MAX_LOG).decode(errors="replace")
        except (OSError, ValueError):
            continue  # rotated away in between, or none of ours
    return found
