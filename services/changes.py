"""A counter that grows with every change, so that windows ask one cheap question: is there news?"""

from __future__ import annotations

import threading
import time


class ChangeCounter:
    """Counts changes from any thread; waiters wake on the next one."""

    def __init__(self) -> None:
        self._value = 1
        self._condition = threading.Condition()

    @property
    def value(self) -> int:
        """The number of changes so far; grows, never shrinks."""
        with self._condition:
            return self._value

    def bump(self) -> None:
        """Something changed."""
        with self._condition:
            self._value += 1
            self._condition.notify_all()

    def wait(self, seen: int, timeout: float) -> int:
        """The counter as soon as it differs from `seen`, or after `timeout` seconds."""
        end = time.monotonic() + timeout
        with self._condition:
            while self._value == seen:
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._condition.wait(left)
            return self._value
