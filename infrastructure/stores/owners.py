"""Which process something on disk belongs to, and whether that has surely ended."""

from __future__ import annotations

import os
import platform
from typing import NamedTuple

from infrastructure.processes import process_alive, process_started


class Owner(NamedTuple):
    """A process: `started` tells two with the same number apart; empty where the system does not say."""

    host: str
    pid: int
    started: str

    @property
    def here(self) -> bool:
        """Whether it runs or ran on this computer."""
        return self.host == platform.node()

    @property
    def is_me(self) -> bool:
        """Whether it is this very process."""
        return self == me()

    @property
    def gone(self) -> bool:
        """Whether it has surely ended; doubt means no, and so does another computer."""
        if not self.here:
            return False
        if not process_alive(self.pid):
            return True
        now = process_started(self.pid)
        return bool(self.started and now and self.started != now)


def me() -> Owner:
    """This process."""
    return Owner(platform.node(), os.getpid(), process_started(os.getpid()))
