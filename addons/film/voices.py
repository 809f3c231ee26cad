"""The speech engines there are, asked beside the windows, because some take a second to answer."""

from __future__ import annotations

import logging
import threading
from typing import Any

from addons.session import View
from domain.errors import StudioError

_log = logging.getLogger(__name__)


class Voices:
    """Remembers what the engines said; asks them when the sound panel is first shown, and when it is told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._found: list[dict[str, Any]] = []

    def engines(self, view: View) -> list[dict[str, Any]]:
        """What is known by now; empty until the engines have answered, and then the windows are told."""
        with self._lock:
            found, ask = self._found, not self._asked
            self._asked = True
        if ask:
            sound, changes = view.studio.sound, view.studio.changes

            def asking() -> None:
                try:
                    engines = [engine.to_json() for engine in sound.engines()]
                except StudioError as error:
                    _log.warning("The speech engines cannot be asked: %s", error)
                    engines = []
                with self._lock:
                    self._found = engines
                changes.bump()

            threading.Thread(target=asking, name="voices", daemon=True).start()
        return found

    def ask_again(self) -> None:
        """Let the engines be asked at the next look."""
        with self._lock:
            self._asked = False
