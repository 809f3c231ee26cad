"""The logs: rotating files of one JSON object per line, for the user and for each project; warnings on stderr.

Every handler here writes what `Entries` makes of a record, so that a secret is hidden in one place, and that an entry
which names a job says also whose it is.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from infrastructure.redaction import Secrets

LOG_BYTES = 2_000_000
"""Size of one log file before the next begins, in bytes; five are kept."""

PROJECT_LOG_BYTES = 1_000_000
"""The same for the log of a project; three are kept."""

FILE_NAME = "kinoloom.log"
PROJECT_FOLDER = "log"
"""Folder inside a project for its log."""

FACTS = ("project", "run", "job", "kind", "shot", "segment", "backend", "server", "state")
"""What an entry can be about, besides its words: given as `extra`, in this order in the file."""

_JOB_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_ONE_LINE = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""Ends of lines that JSON leaves as they are."""

_JOBS_KNOWN = 20_000
_PROJECTS_OPEN = 8
_OF_A_JOB = ("project", "run", "job", "shot")


class Entries:
    """Turns log records into entries without secrets; `current` tells what the thread that logs works on.

    Safe for threads.
    """

    def __init__(self, secrets: Secrets, current: Callable[[], Mapping[str, Any]] = dict) -> None:
        self.secrets = secrets
        self._current = current
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._formatter = logging.Formatter()

    def of(self, record: logging.LogRecord) -> dict[str, Any]:
        """The entry: time (UTC), level, logger, process, thread, message, the facts there are, and the traceback."""
        hide = self.secrets.redact
        message = record.getMessage()
        now = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry: dict[str, Any] = {
            "time": now.replace("+00:00", "Z"), "level": record.levelname, "logger": record.name,
            "process": record.process, "thread": hide(record.threadName or ""), "message": hide(message),
        }  # fmt: skip
        for name, value in self._facts(record, message).items():
            entry[name] = hide(value) if isinstance(value, str) else value
        trace = [self._formatter.formatException(record.exc_info)] if record.exc_info else []
        trace += [record.stack_info] if record.stack_info else []
        if trace:
            entry["trace"] = hide("\n".join(trace))
        return entry

    def _facts(self, record: logging.LogRecord, message: str) -> dict[str, Any]:
        """What the record says it is about, and what was said before about the job that it names."""
        given = {name: getattr(record, name) for name in FACTS if getattr(record, name, None) not in (None, "")}
        named = _JOB_ID.search(message)
        job = str(given.get("job") or (named[0] if named else ""))
        with self._lock:
            if job and "project" in given:
                self._jobs[job] = {name: given[name] for name in _OF_A_JOB if name in given}
                while len(self._jobs) > _JOBS_KNOWN:
                    self._jobs.popitem(last=False)
            known = self._jobs.get(job, {}) if job else self._current()
        found = {**known, **given}
        return {name: found[name] for name in FACTS if name in found}


class _Lines(logging.Formatter):
    """For people: the level, the message, the traceback."""

    def __init__(self, entries: Entries) -> None:
        super().__init__()
        self._entries = entries

    def format(self, record: logging.LogRecord) -> str:
        entry = self._entries.of(record)
        return "\n".join([f"{entry['level']}: {entry['message']}", *([entry["trace"]] if "trace" in entry else [])])


class _Json(logging.Formatter):
    """For programs: one JSON object, in one line."""

    def __init__(self, entries: Entries) -> None:
        super().__init__()
        self._entries = entries

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self._entries.of(record), ensure_ascii=False, default=str).translate(_ONE_LINE)


class _Careful(logging.Handler):
    """Says that an entry was lost, and where it came from, but not what was in it as logging itself would."""

    def handleError(self, record: logging.LogRecord) -> None:
        problem = sys.exc_info()[0]
        try:
            sys.stderr.write(f"A log entry of {record.name} line {record.lineno} was lost: {problem}\n")
        except (AttributeError, OSError, ValueError):
            pass  # nobody is there to be told


class _Console(_Careful):
    """Writes to stderr as it is at that moment: it may be replaced, closed, or missing (a window without console)."""

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None:
            return
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


class _QuietRotation(_Careful, RotatingFileHandler):
    """Keeps writing to the same file when another process holds it and it cannot be renamed (Windows)."""

    def __init__(self, folder: Path, entries: Entries, size: int, kept: int) -> None:
        super().__init__(folder / FILE_NAME, maxBytes=size, backupCount=kept - 1, encoding="utf-8", errors="replace")
        self.setFormatter(_Json(entries))

    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()


class ProjectLogs(_Careful):
    """Writes what is about a project into `log/kinoloom.log` of its folder as well; `root_of` gives the folder of a
    project, None when it is not open. A folder is made with its first entry."""

    def __init__(
        self, entries: Entries, root_of: Callable[[str], Path | None], *, size: int = PROJECT_LOG_BYTES
    ) -> None:
        super().__init__()
        self._entries = entries
        self._root_of = root_of
        self._size = size
        self._files: OrderedDict[Path, _QuietRotation] = OrderedDict()

    def emit(self, record: logging.LogRecord) -> None:
        """Put the record into the log of its project, if it has one."""
        try:
            project = str(self._entries.of(record).get("project", ""))
            root = self._root_of(project) if project else None
            if root is not None and root.is_dir():  # not where a project was moved away or unplugged
                self._file(root / PROJECT_FOLDER).emit(record)
        except OSError:
            pass  # the folder cannot be written, and the user's own log has the entry
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close all files."""
        while self._files:
            self._files.popitem()[1].close()
        super().close()

    def _file(self, folder: Path) -> _QuietRotation:
        """The open file in that folder; those that were not used for longest are closed."""
        file = self._files.get(folder)
        if file is None or not folder.is_dir():
            if file is not None:
                file.close()
            folder.mkdir(exist_ok=True)
            file = self._files[folder] = _QuietRotation(folder, self._entries, self._size, 3)
        self._files.move_to_end(folder)
        while len(self._files) > _PROJECTS_OPEN:
            self._files.popitem(last=False)[1].close()
        return file


def start_logging(
    folder: Path, *, entries: Entries | None = None, verbose: bool = False, size: int = LOG_BYTES
) -> list[logging.Handler]:
    """Log to `folder`/kinoloom.log and warnings to stderr; the handlers that were added, for `stop_logging`.

    `verbose` puts debug entries into the file, which is put aside at `size` bytes. A folder that cannot be written
    leaves stderr only, with a warning.
    """
    entries = entries or Entries(Secrets())
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    console = _Console()
    console.setLevel(logging.WARNING)
    console.setFormatter(_Lines(entries))
    handlers: list[logging.Handler] = [console]
    root.addHandler(console)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _QuietRotation(folder, entries, size, 5)
        handlers.append(file)
        root.addHandler(file)
    except OSError as error:
        logging.getLogger(__name__).warning("No log file can be written in %s: %s", folder, error)
    # their debug entries would drown ours
    for name in ("httpx", "httpcore", "asyncio", "watchfiles", "libav", "filelock"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # what is wrong with a picture is said where it was to be read
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    return handlers


def stop_logging(handlers: list[logging.Handler]) -> None:
    """Take the handlers away again and close their files."""
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
        handler.close()
