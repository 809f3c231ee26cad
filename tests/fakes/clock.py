from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Time of day that moves one second with every look, so that order in time is order of calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        self.ahead = 0.0

    def now(self) -> str:
        with self._lock:
            self._now += timedelta(seconds=1)
            return self._now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def step(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self.ahead += max(0.0, seconds)

    def monotonic(self) -> float:
        """Real seconds, because threads really wait, and `ahead` seconds more."""
        return time.monotonic() + self.ahead
