"""The real clock, so that services can be tested with a made-up one."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `services.ports.Clock` with the computer's clocks."""

    def now(self) -> str:
        """UTC, ISO 8601 with seconds and Z: "2026-11-21T08:30:00Z"."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()
