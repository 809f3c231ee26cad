"""Looking at something again and again, in a thread that a failed look does not end."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from domain.errors import StudioError

_log = logging.getLogger(__name__)


class Watcher(ABC):
    """Looks `every` so many seconds, from `start` to `close`; `name` says at what, for the log."""

    def __init__(self, name: str, every: float) -> None:
        self._name = name
        self._every = every
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def look(self) -> None:
        """Look once."""

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, name=self._name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more; may be called twice."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(2)
            self._thread = None

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self.look()
            except StudioError as error:
                _log.warning("Looking at %s failed: %s", self._name, error)
            except Exception:
                # It must go on: what comes later has to be seen all the more.
                _log.exception("Looking at %s failed", self._name)
