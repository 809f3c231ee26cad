"""Files that a browser hands over: kept privately under a token until an action takes them."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from domain.errors import BadInput, NotFound

KEEP_SECONDS = 3600
"""How long a file waits for its action."""


class Uploads:
    """Receives files into a private folder; `taken` gives one to an action and removes it afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._files: dict[str, tuple[Path, str, float]] = {}

    async def receive(self, name: str, chunks: AsyncIterator[bytes], limit: int) -> str:
        """Store a file of at most `limit` bytes; its token. Raises BadInput when it is larger."""
        self._forget_old()
        token = secrets.token_urlsafe(18)
        clean = re.sub(r"[^\w.() -]+", "_", Path(name.replace("\\", "/")).name)[:120] or "file"
        folder = self._folder / token
        folder.mkdir(parents=True)
        path = folder / clean
        size = 0
        try:
            with path.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise BadInput(
                            f"The file is larger than the limit of {limit // 2**20} MB.", "Raise it in Settings."
                        )
                    file.write(chunk)
        except BaseException:
            self._remove(path)
            raise
        with self._lock:
            self._files[token] = (path, clean, time.monotonic())
        return token

    def waiting(self, token: str) -> Path | None:
        """The file behind the token while it waits, to be looked at only; None when it is gone."""
        with self._lock:
            found = self._files.get(token)
        return found[0] if found is not None and found[0].is_file() else None

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

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()

    def _forget_old(self) -> None:
        with self._lock:
            old = [t for t, (_, _, when) in self._files.items() if time.monotonic() - when > KEEP_SECONDS]
            gone = [self._files.pop(token)[0] for token in old]
        for path in gone:
            self._remove(path)
