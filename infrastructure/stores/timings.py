"""What past runs took, kept so that the next can be announced: `services.ports.TimingStore`."""

from __future__ import annotations

import logging
import math
import statistics
from pathlib import Path

from pydantic import Field

from domain.base import Value
from domain.errors import Conflict, DamagedFile, NewerFile, StudioError
from infrastructure.stores.documents import JsonFile
from infrastructure.stores.layout import HIDDEN
from infrastructure.stores.schemas import Schema

log = logging.getLogger(__name__)

KEPT = 5
"""Figures kept per key; the median of them is expected next."""

MAX_KEYS = 2000
"""Keys kept; the one learnt longest ago goes first."""


class Timings(Value):
    """Seconds per frame by key, the newest figure last; keys learnt last come last."""

    seconds: dict[str, tuple[float, ...]] = Field(default_factory=dict)


class JsonTimingStore:
    """Figures in `folder`/timings.json. Damage costs the figures and nothing else: it is logged, never raised."""

    def __init__(self, folder: Path) -> None:
        self._file = JsonFile(folder / "timings.json", Schema("timings"), Timings, folder / HIDDEN)

    def expect(self, key: str) -> float | None:
        """Median of the last figures for that key, seconds per frame; None before the first."""
        figures = self._read().seconds.get(key)
        return statistics.median(figures) if figures else None

    def learn(self, key: str, seconds_per_frame: float) -> None:
        """Remember one more figure; what is not a positive number is not learnt."""
        if not (math.isfinite(seconds_per_frame) and seconds_per_frame > 0):
            return
        for _ in range(5):
            known = dict(self._read().seconds)
            figures = (*known.pop(key, ()), float(seconds_per_frame))[-KEPT:]
            kept = list(known.items())[-(MAX_KEYS - 1) :]
            try:
                self._file.write(Timings(seconds={**dict(kept), key: figures}))
                return
            except (Conflict, DamagedFile):
                continue  # another Kinoloom learnt in the meantime, or the damaged file has just been set aside
            except StudioError as error:
                log.warning("The time of this run was not remembered: %s", error)
                return

    def _read(self) -> Timings:
        try:
            return self._file.read() or Timings()
        except (DamagedFile, NewerFile) as error:
            log.warning("Expected times start empty: %s", error)
            return Timings()
