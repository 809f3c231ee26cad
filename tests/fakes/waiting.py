"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

MOST_SECONDS = 30.0
"""Far more than anything takes that is waited for; a busy machine is no fault."""


def until(fits: Callable[[], Any], seconds: float = MOST_SECONDS) -> Any:
    """What `fits` gives, as soon as that is true."""
    end = time.monotonic() + seconds
    while not (found := fits()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
    return found
