"""Projects opened before, at a glance. Their files are only looked at: nothing is opened, repaired or locked."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.base import Value
from domain.jsontext import crowded
from domain.timing import Rate, film_frames, parse_rate, parse_seconds

MAX_BYTES = 64 * 2**20
"""Largest file that is looked at, in bytes."""

_FILES = ("project.json", "storyboard.json", "selection.json", "ui.json")


class ProjectSummary(Value):
    """One project folder. `used` is when something in it was last written (UTC, ISO 8601, to the minute)."""

    folder: Path
    id: str
    name: str
    shots: int
    frames: int
    rate: Rate
    used: str


class RecentProjects:
    """Summaries by folder, read again only when the files changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[tuple[int, int], ProjectSummary | None]] = {}

    def summaries(self, folders: Sequence[Path]) -> list[ProjectSummary]:
        """Those of the folders that hold a readable project, in the same order."""
        found = [self._summary(folder) for folder in folders]
        return [summary for summary in found if summary is not None]

    def _summary(self, folder: Path) -> ProjectSummary | None:
        times = [_changed(folder / name) for name in _FILES]
        key = (times[0], times[1])
        with self._lock:
            known = self._known.get(folder)
        if known is None or known[0] != key:
            known = (key, _read(folder))
            with self._lock:
                self._known[folder] = known
        if known[1] is None:
            return None
        used = datetime.fromtimestamp(max(times) / 1e9, UTC).strftime("%Y-%m-%dT%H:%MZ")
        return known[1].replace(used=used)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(folder: Path) -> ProjectSummary | None:
    project, board = _json(folder / "project.json"), _json(folder / "storyboard.json")
    if not project:
        return None
    try:
        rate = parse_rate(project.get("rate", "24/1"))
    except ValueError:
        rate = Fraction(24)
    shots = board.get("shots")
    shots = [shot for shot in shots if isinstance(shot, dict)] if isinstance(shots, list) else []
    return ProjectSummary(
        folder=folder, id=str(project.get("id", "")), name=str(project.get("name") or folder.name)[:200],
        shots=len(shots), frames=sum(_frames(shot, rate) for shot in shots), rate=rate, used="",
    )  # fmt: skip


def _frames(shot: dict[str, Any], rate: Fraction) -> int:
    try:
        return film_frames(parse_seconds(shot.get("seconds", 4)), rate)
    except ValueError:
        return 0


def _json(path: Path) -> dict[str, Any]:
    """The object in the file; with an envelope around it, what is inside. Empty when it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return {}
        text = path.read_bytes()
        data = {} if crowded(text) else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
