"""Measuring clips and films against a gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.errors import BackendFailed, NotFound
from domain.quality.continuity import Naming
from domain.quality.gate import Gate
from domain.quality.rejudging import rejudged, without_drawn, without_model
from domain.quality.values import Expectation, QualityReport
from services.ports import Clock, Examiner, Gates, Likenesses

DEFAULT_GATE = "web"
"""The gate when none is named."""


class QualityService:
    """Checks files; every examination runs in a process of its own. Where `likenesses` has a model, that tells how well
    shots keep what their references show."""

    def __init__(self, examiner: Examiner, gates: Gates, clock: Clock, likenesses: Likenesses | None = None) -> None:
        self._examiner, self._gates, self._clock, self._likenesses = examiner, gates, clock, likenesses

    def gates(self) -> list[Gate]:
        """All gates that can be used, from lenient to strict, the user's own last. Raises BadInput about a file."""
        return [self._gates.get(gate_id) for gate_id in self._gates.ids()]

    def gate(self, gate_id: str) -> Gate:
        """One gate. Raises NotFound naming those there are, and BadInput about a file that cannot be used."""
        return self._gates.get(gate_id)

    def check_file(
        self,
        path: Path,
        gate: str = DEFAULT_GATE,
        expectation: Expectation | None = None,
        *,
        report: Callable[[int, int], None] = lambda done, of: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> QualityReport:
        """Measure one file. `expectation` is what was ordered, as far as it is known; `report` gets frames done and
        frames in all (0: unknown).

        Raises NotFound for the file or the gate, BadInput for an own gate that cannot be used, UnreadableMedia,
        MediaFailed, and Cancelled when `stopped()` turns true.
        """
        wanted = self._gates.get(gate)
        if not path.is_file():
            raise NotFound(f"There is no file {path}.", "Name a clip or a film.")
        order = expectation or Expectation()
        found = without_drawn(self._examiner.examine(path, wanted, order, report, stopped), wanted, order.drawn)
        found = self._compared(path, found, wanted, order, stopped)
        return found.replace(made=self._clock.now())

    def _compared(
        self, path: Path, report: QualityReport, gate: Gate, order: Expectation, stopped: Callable[[], bool]
    ) -> QualityReport:
        """The report with likeness told by the model, where there is one and something to compare."""
        if self._likenesses is None or not report.likeness or not self._likenesses.ready():
            return report
        sightings = list(Naming(order).sightings(report.stream.frames))
        try:
            return rejudged(report, gate, self._likenesses.compare(path, sightings, stopped))
        except BackendFailed as error:
            return without_model(report, gate, str(error))
