"""The log: a rotating file for finding causes, warnings on stderr, and never a key in either."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_BYTES = 2_000_000
"""Size of one log file before the next begins, in bytes; five are kept."""

_LINE = "%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [hidden]"),
    (re.compile(r"\b(?:sk|pk|rk|key|ghp|gho|hf|xoxb)[-_][A-Za-z0-9_-]{8,}"), "[hidden]"),
    (re.compile(r"\bAIza[A-Za-z0-9_-]{20,}"), "[hidden]"),
    (
        re.compile(
            r"(?i)((?:key|token|secret|password|passwd|signature|authorization)[\"']?\s*[=:]\s*[\"']?)"
            r"(?!\s|\[hidden|bearer|basic)[^\s\"'&,;)}\]]{4,}"
        ),
        r"\1[hidden]",
    ),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s:@]+(?=@)"), "[hidden]"),
)


def redact(text: str) -> str:
    """The text with everything that looks like a key, token or password replaced by "[hidden]"."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats as usual, then hides secrets in the whole entry: message, arguments and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished entry without secrets."""
        return redact(super().format(record))


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

    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()


def start_logging(folder: Path, *, verbose: bool = False, size: int = LOG_BYTES) -> list[logging.Handler]:
    """Log to `folder`/kinoloom.log and warnings to stderr; the handlers that were added, for `stop_logging`.

    `verbose` puts debug entries into the file, which is put aside at `size` bytes. A folder that cannot be written
    leaves stderr only, with a warning.
    """
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    console = _Console()
    console.setLevel(logging.WARNING)
    console.setFormatter(RedactingFormatter("%(levelname)s: %(message)s"))
    handlers: list[logging.Handler] = [console]
    root.addHandler(console)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _QuietRotation(folder / "kinoloom.log", maxBytes=size, backupCount=4, encoding="utf-8")
        file.setFormatter(RedactingFormatter(_LINE))
        handlers.append(file)
        root.addHandler(file)
    except OSError as error:
        logging.getLogger(__name__).warning("No log file can be written in %s: %s", folder, error)
    # their debug entries would drown ours
    for name in ("PIL", "httpx", "httpcore", "asyncio", "watchfiles", "libav", "filelock"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return handlers


def stop_logging(handlers: list[logging.Handler]) -> None:
    """Take the handlers away again and close their files."""
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
        handler.close()
