"""Who renders in a project: one process at a time, told by a file that its owner keeps fresh.

A process of this computer that is gone makes room by itself. One of another computer cannot be asked; when nothing was
heard of it for a while, a person decides. Its age is measured by the folder's own clock, because the clocks of two
computers differ and may be set back.
"""

from __future__ import annotations

import getpass
import logging
import os
import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import NewerFile, Occupied
from domain.keeping import Occupant
from infrastructure.stores import atomic
from infrastructure.stores.documents import held
from infrastructure.stores.owners import Owner, me
from infrastructure.stores.schemas import Schema, Unreadable

log = logging.getLogger(__name__)

BEAT_SECONDS = 20.0
"""How often the owner says that it still works."""

SILENT_SECONDS = 180.0
"""After how long without a word a process of another computer may be replaced, when a person says so."""

_MAX_BYTES = 64 * 1024
_SCHEMA = Schema("occupant")


class Occupancy:
    """The right to render in one project. Safe for threads; `beat` and `silent` are seconds."""

    def __init__(self, hidden: Path, *, beat: float = BEAT_SECONDS, silent: float = SILENT_SECONDS) -> None:
        self._file = hidden / "occupant.json"
        self._lock_file = hidden / "locks" / "occupant.lock"
        self._beat, self._silent = beat, silent
        self._token = secrets.token_hex(8)
        self._guard = threading.RLock()
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def enter(self, program: str, *, take_over: bool = False) -> None:
        """Become the one that renders; without effect for the one that is. Raises Occupied naming who else is.

        `take_over` puts one aside of which nothing was heard lately; one that is alive stays.
        """
        with self._guard, atomic.storing("Noting who renders in this project"):
            with held(self._lock_file, "The note of who renders"):
                now = self._read()
                if now is not None and now.token == self._token:
                    return
                if now is not None:
                    self._make_room(now, take_over)
                host, pid, started = me()
                occupant = Occupant(
                    host=host, pid=pid, started=started, program=program[:80], user=_user(), since=_now(),
                    token=self._token,
                )  # fmt: skip
                atomic.write_bytes(self._file, _SCHEMA.dump(occupant))
            self._begin_to_beat()

    def check(self) -> None:
        """Raise Occupied as `enter` would; changes nothing."""
        with atomic.storing("Looking who renders in this project"):
            now = self._read()
            if now is not None and now.token != self._token:
                self._make_room(now, take_over=False)

    def leave(self) -> None:
        """Render no longer. Somebody who took the project over meanwhile stays."""
        with self._guard:
            stop, thread, self._stop, self._thread = self._stop, self._thread, None, None
            if stop is None or thread is None:
                return
            stop.set()
            thread.join()
            try:
                now = self._read()
                if now is not None and now.token == self._token:
                    self._file.unlink(missing_ok=True)
            except OSError as error:
                log.warning("%s could not be removed: %s", self._file, error)

    def who(self) -> Occupant | None:
        """Who renders now; None when nobody does, or only a process that is gone."""
        with atomic.storing("Looking who renders in this project"):
            now = self._read()
        return None if now is None or _owner(now).gone else now

    def _make_room(self, now: Occupant, take_over: bool) -> None:
        owner = _owner(now)
        if owner.gone:
            log.info("The process %d, which rendered here since %s, is gone.", now.pid, now.since)
            return
        if owner.is_me:
            return  # the same project, opened once more in this process
        silent = 0.0 if owner.here else self._age()
        may = silent > self._silent
        if may and take_over:
            log.warning("%s on %s was put aside: nothing was heard of it for %.0f s", now.program, now.host, silent)
            return
        words = f" Nothing was heard of it for {silent / 60:.0f} minutes." if may else ""
        raise Occupied(
            f"This project is open for rendering in {now.program or 'Kinoloom'} on {now.host} "
            f"({now.user or 'somebody'}, process {now.pid}) since {now.since} UTC.{words}",
            "If that computer works on it no longer, take the project over (--take-over, or in the Project tab)."
            if may
            else "Wait for its end or stop it there; looking and editing go on here.",
            may_take_over=may,
        )

    def _read(self) -> Occupant | None:
        try:
            return _SCHEMA.load(atomic.read_bytes(self._file, _MAX_BYTES), Occupant)
        except FileNotFoundError:
            return None
        except (ValueError, Unreadable, NewerFile) as error:
            log.warning("%s cannot be read and counts for nothing: %s", self._file, error)
            return None

    def _age(self) -> float:
        """Seconds since the owner's last beat, both times taken from the file system."""
        probe = atomic.temporary_beside(self._file)
        try:
            probe.touch()
            return probe.stat().st_mtime - self._file.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        finally:
            probe.unlink(missing_ok=True)

    def _begin_to_beat(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beats, args=(self._stop,), name="project occupancy", daemon=True)
        self._thread.start()

    def _beats(self, stop: threading.Event) -> None:
        while not stop.wait(self._beat):
            try:
                now = self._read()
                if now is None or now.token != self._token:
                    log.warning("Somebody else renders in this project now: %s", now and now.host)
                    return
                os.utime(self._file)
            except OSError as error:
                log.warning("%s could not be kept fresh: %s", self._file, error)


def _owner(occupant: Occupant) -> Owner:
    return Owner(occupant.host, occupant.pid, occupant.started)


def _user() -> str:
    try:
        return getpass.getuser()[:80]
    except (OSError, KeyError, ImportError):
        return ""


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
