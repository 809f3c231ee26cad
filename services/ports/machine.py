"""This computer: its clock, its cards, and what other processes of Kinoloom ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from domain.monitor import CardReading


class Clock(Protocol):
    """Time of day and elapsed time."""

    def now(self) -> str:
        """UTC, ISO 8601 with seconds and Z."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class Sensors(Protocol):
    """What this computer's driver tells of its graphics cards."""

    def read(self) -> Sequence[CardReading]:
        """The cards now; empty where there are none or nobody can tell. Returns within a moment and never raises."""
        ...


class StopRequests(Protocol):
    """Requests to stop jobs, from one process to the one that owns their run. `root` is the project's folder."""

    def ask(self, root: Path, run_id: str, job_ids: Sequence[str]) -> None:
        """Leave a request; no job ids mean the whole run."""
        ...

    def take(self, root: Path, run_ids: Iterable[str]) -> dict[str, list[str]]:
        """The requests for these runs, removed: job ids by run."""
        ...

    def withdraw(self, root: Path, run_id: str) -> None:
        """Take a request back that nobody will answer."""
        ...
