"""What measures clips and films."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from domain.film import FilmReport
from domain.quality.continuity import Sighting
from domain.quality.filmcheck import FilmCheck
from domain.quality.gate import Gate
from domain.quality.values import Expectation, Likeness, QualityReport


class Examiner(Protocol):
    """Measures what is in a clip or film."""

    def examine(
        self,
        path: Path,
        gate: Gate,
        expectation: Expectation,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> QualityReport:
        """Every finding about one file; `report` gets frames done and frames in all (0: unknown).

        Raises UnreadableMedia, MediaFailed, and Cancelled when `stopped()` turns true.
        """
        ...


class Likenesses(Protocol):
    """Tells how well shots keep what their references show, by a model of the user's: embeddings, or a vision model."""

    def ready(self) -> bool:
        """Whether one is set up; returns at once."""
        ...

    def compare(self, path: Path, sightings: Sequence[Sighting], stopped: Callable[[], bool]) -> Sequence[Likeness]:
        """The likeness of these subjects in these frames of a film; those it cannot tell are left out.

        Raises BackendUnavailable when the model cannot be asked, BackendFailed when it answers nothing that can be
        used, UnreadableMedia, and Cancelled when `stopped()` turns true.
        """
        ...


class ReportPages(Protocol):
    """Reports as pages for people, in a language they read."""

    def language(self) -> str:
        """The language of whoever asks now, as a code such as "de"."""
        ...

    def page(
        self, video: Path, found: FilmCheck, title: str, film: FilmReport | None = None, language: str = ""
    ) -> bytes:
        """One HTML page that needs nothing else, about a film or any file, in UTF-8; in the language of whoever asks
        now unless it is told. Raises UnreadableMedia about the video."""
        ...


class Gates(Protocol):
    """The quality gates there are."""

    def ids(self) -> list[str]:
        """Ids of all gates, from lenient to strict, the user's own last."""
        ...

    def get(self, gate_id: str) -> Gate:
        """One gate. Raises NotFound naming those there are, and BadInput about a file that cannot be used."""
        ...
