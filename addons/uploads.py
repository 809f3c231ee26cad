"""Files that a browser hands over: kept privately under a token until an action takes them."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path

from domain.errors import BadInput, NotFound, StudioError

KEEP_SECONDS = 3600
"""How long a file waits for its action."""

MAX_WAITING = 100
"""Files that wait at once; the oldest give way to new ones."""

MAX_ARRIVING = 16
"""Files that arrive at once."""

MAX_SHARE = 4
"""All waiting files together take at most this many times the limit for one."""

_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_MAX_NAME = 150


class Uploads:
    """Receives files into a private folder; `taken` gives one to an action and removes it afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._files: dict[str, tuple[Path, str, float]] = {}
        self._lent: list[tuple[Path, Callable[[], bool]]] = []
        self._arriving = 0
        self._clear_left_over()

    async def receive(self, name: str, chunks: AsyncIterator[bytes], limit: int) -> str:
        """Store a file of at most `limit` bytes; its token. Raises BadInput when it is larger, or too many come."""
        self._forget(limit)
        self.tidy()
        with self._lock:
            if self._arriving >= MAX_ARRIVING:
                raise BadInput(f"More than {MAX_ARRIVING} files arrive at once.", "Wait a moment, then try again.")
            self._arriving += 1
        try:
            token = secrets.token_urlsafe(18)
            path = self._folder / token / safe_file_name(name)
            await self._store(path, chunks, limit)
        finally:
            with self._lock:
                self._arriving -= 1
        with self._lock:
            self._files[token] = (path, path.name, time.monotonic())
        return token

    async def _store(self, path: Path, chunks: AsyncIterator[bytes], limit: int) -> None:
        size = 0
        try:
            path.parent.mkdir(parents=True)
            with path.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise BadInput(
                            f"The file is larger than the limit of {limit // 2**20} MB.", "Raise it in Settings."
                        )
                    file.write(chunk)
        except OSError as error:
            self._remove(path)
            raise StudioError(
                f"The file cannot be stored: {error.strerror or error}.", "Check the disk, then drop it again."
            ) from error
        except BaseException:
            self._remove(path)
            raise

    def waiting(self, token: str) -> Path | None:
        """The file behind the token while it waits, to be looked at only; None when it is gone."""
        with self._lock:
            found = self._files.get(token)
        return found[0] if found is not None and found[0].is_file() else None

    def known(self, token: str) -> Path:
        """The file behind the token, to be looked at only. Raises NotFound when it is gone."""
        found = self.waiting(token)
        if found is None:
            raise NotFound("The file that was handed over is gone.", "Drop it again.")
        return found

    @contextlib.contextmanager
    def taken(self, token: str) -> Iterator[Path]:
        """The file behind the token, removed when the action is over. Raises NotFound."""
        with self._lock:
            found = self._files.pop(token, None)
        if found is None:
            raise NotFound("The file that was handed over is gone.", "Drop it again.")
        try:
            yield found[0]
        finally:
            self._remove(found[0])

    def lend(self, tokens: Iterable[str], over: Callable[[], bool]) -> None:
        """Keep these files, although no action takes them any more, until `over()`: a job reads them."""
        with self._lock:
            for token in tokens:
                found = self._files.pop(token, None)
                if found is not None:
                    self._lent.append((found[0], over))

    def tidy(self) -> None:
        """Remove lent files whose work is over."""
        if not self._lent:
            return
        with self._lock:
            done = [(path, over) for path, over in self._lent if over()]
            self._lent = [entry for entry in self._lent if entry not in done]
        for path, _ in done:
            self._remove(path)

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()

    def _forget(self, limit: int) -> None:
        """Let go of files that waited too long, and of the oldest when there are too many or they are too large."""
        now = time.monotonic()
        with self._lock:
            room = limit * (MAX_SHARE - 1)  # and one more is about to come
            newest_first = sorted(self._files.items(), key=lambda item: -item[1][2])
            for place, (token, (path, _, when)) in enumerate(newest_first, 1):
                room -= _size(path)
                if now - when > KEEP_SECONDS or place >= MAX_WAITING or room < 0:
                    del self._files[token]
                    self._remove(path)

    def _clear_left_over(self) -> None:
        """Remove what an earlier studio left behind; another that runs now has touched its files within the day."""
        with contextlib.suppress(OSError):
            for folder in self._folder.iterdir():
                if time.time() - folder.stat().st_mtime > 24 * KEEP_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)


def safe_file_name(name: str) -> str:
    """A foreign file name as every system takes it: its last part, without what is no letter, digit or plain sign.

    Letters keep their accents; marks that turn text around or cannot be seen are replaced, a device's name gets a
    sign in front, and what is too long is cut before its ending.
    """
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    clean = re.sub(r"[^\w.() -]+", "_", plain.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    if not dot or len(ending) > 12:
        stem, ending = clean, ""
    stem = (stem or "file").encode()[:_MAX_NAME].decode(errors="ignore").rstrip(". ")
    whole = f"{stem}.{ending}" if ending else stem
    return f"_{whole}" if _DEVICES.fullmatch(whole) else whole


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
