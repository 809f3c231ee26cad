"""Pictures to the server, results from it: by content, whole or not at all, taken up again where they broke."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import requests

from domain.base import Value
from domain.errors import BackendFailed, BackendUnavailable, NotFound
from infrastructure.comfyui.answers import OutputFile
from infrastructure.comfyui.connection import Connection, Pause
from infrastructure.comfyui.failures import of_status, talking

log = logging.getLogger(__name__)

SUBFOLDER = "kinoloom"
CHUNK = 1 << 18
TRIES = 6
"""Tries in a row that bring no further byte."""

MAX_RESULT = 16 * 2**30
"""Largest result that is fetched, in bytes; a clip of some minutes without loss."""

ROOM = 4096
"""Bytes that the form around an uploaded picture may take."""


class Fetched(Value):
    """A file that was downloaded: its size in bytes and its content's hash (hex)."""

    path: Path
    size: int
    sha256: str


class _Broken(Exception):
    """The connection ended in the middle; `gained` tells whether anything came."""


def send_picture(connection: Connection, source: Path, limit: int | None) -> str:
    """Put a picture into the server's input folder under a name made of its content, unless it is there already.

    Returns what a LoadImage takes. `limit` is the server's, in bytes. Raises BackendUnavailable and BackendFailed.
    """
    doing = f"sending {source.name}"
    with talking(connection.name, doing):
        data = source.read_bytes()
        if limit is not None and len(data) + ROOM > limit:
            raise BackendFailed(
                f"{source.name} has {len(data) / 1e6:.1f} MB; {connection.name} takes {limit / 1e6:.1f} MB.",
                "Use a smaller picture, or start ComfyUI with a larger --max-upload-size (in MB).",
            )
        name = hashlib.sha256(data).hexdigest()[:32] + source.suffix.lower()
        where = {"filename": name, "subfolder": SUBFOLDER, "type": "input"}
        there = connection.repeat(lambda: connection.raw("HEAD", "view", params=where), 3)
        if there.status_code == 200 and there.headers.get("Content-Length") == str(len(data)):
            return f"{SUBFOLDER}/{name}"
        form = {"subfolder": SUBFOLDER, "type": "input"}
        files = {"image": (name, data, "application/octet-stream")}
        # May be repeated: the same bytes under the same name are kept once.
        response = connection.repeat(lambda: connection.raw("POST", "upload/image", data=form, files=files), 3)
        answer = connection.body(response, doing)
        if not isinstance(answer, dict) or not answer.get("name"):
            raise ValueError("no name")
        folder = str(answer.get("subfolder") or "").replace("\\", "/")
        return f"{folder}/{answer['name']}" if folder else str(answer["name"])


def fetch_file(
    connection: Connection, file: OutputFile, target: Path, report: Callable[[int, int | None], None] | None = None,
    most: int = MAX_RESULT,
) -> Fetched:  # fmt: skip
    """Download a result to `target`, which appears only when it is whole; a broken download is taken up again.

    `report` gets bytes so far and in all. Raises NotFound when the server has no such file (any more),
    BackendUnavailable when the connection cannot be had back, BackendFailed when this disk cannot take it, or when
    it has more than `most` bytes.
    """
    part = target.with_name(f".{target.name}.part")
    doing = f"fetching {file.filename}"
    with talking(connection.name, doing):
        download = _Download(connection, file, part, report, most)
    pause = Pause(0.1, 1.0)
    try:
        with talking(connection.name, doing):
            left = TRIES
            while not download.whole:
                before = download.size
                try:
                    download.go_on()
                except (requests.RequestException, _Broken) as error:
                    left = TRIES if download.size > before else left - 1
                    if left <= 0:
                        if isinstance(error, requests.RequestException):
                            raise
                        raise BackendUnavailable(
                            f"{connection.name}: {doing} failed: it ends before it is whole.", "Try again."
                        ) from error
                    log.debug("%s: %s broke at %d bytes, going on", connection.name, doing, download.size)
                    if download.size > before:
                        pause.reset()
                    connection.pause(pause.next())
            digest = download.finish()
            part.replace(target)
    finally:
        download.close()
        part.unlink(missing_ok=True)
    return Fetched(path=target, size=download.size, sha256=digest)


class _Download:
    """One file on its way. `size` is how much is on disk, `total` how much there is, once known."""

    def __init__(
        self,
        connection: Connection,
        file: OutputFile,
        part: Path,
        report: Callable[[int, int | None], None] | None,
        most: int,
    ) -> None:
        self._most = most
        self._connection, self._file, self._report = connection, file, report
        self._out = part.open("wb")
        self._hash = hashlib.sha256()
        self._version = ""
        self.size = 0
        self.total: int | None = None
        self.whole = False

    def go_on(self) -> None:
        """One request, from where the last one ended."""
        headers = {"Range": f"bytes={self.size}-"} if self.size else {}
        with self._connection.stream("view", self._file.params, headers) as response:
            self._check(response)
            for chunk in response.iter_content(CHUNK):
                self._out.write(chunk)
                self._hash.update(chunk)
                self.size += len(chunk)
                self._bound(self.size)
                if self._report:
                    self._report(self.size, self.total)
        if self.total is not None and self.size != self.total:
            raise _Broken
        self.whole = True

    def _check(self, response: requests.Response) -> None:
        """Take the answer's head: whether it goes on where we are, or starts anew."""
        if response.status_code == 404:
            raise gone(self._connection.name, self._file)
        if response.status_code == 416 and self.size:
            self._start_over()
            raise _Broken
        if response.status_code in (502, 503, 504):
            raise _Broken
        if response.status_code not in (200, 206):
            doing = f"fetching {self._file.filename}"
            raise of_status(response.status_code, self._connection.name, doing, "").error()
        version = response.headers.get("Etag") or response.headers.get("Last-Modified") or ""
        length = response.headers.get("Content-Length")
        if response.status_code == 206:
            first, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
            # If-Range is not honoured by every server, so the version is compared here.
            if not first.startswith(f"{self.size}-") or version != self._version:
                self._start_over()
                raise _Broken
            self.total = int(total) if total.isdigit() else self.total
            return
        if self.size:
            self._start_over()
        self._version = version
        self.total = int(length) if length is not None and length.isdigit() else None
        self._bound(self.total or 0)

    def _bound(self, size: int) -> None:
        if size > self._most:
            raise BackendFailed(
                f"{self._connection.name}: {self._file.filename} has more than {self._most / 2**20:.0f} MiB, which "
                "is no clip, so it was not fetched.",
                "Look at what the workflow saves.",
            )

    def _start_over(self) -> None:
        self._out.seek(0)
        self._out.truncate()
        self._hash, self.size, self.total = hashlib.sha256(), 0, None

    def finish(self) -> str:
        """Put it on the disk for good; the hash of its content."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Let go of the file."""
        self._out.close()


def gone(server: str, file: OutputFile) -> NotFound:
    """The error for a result that is not on the server."""
    path = f"{file.subfolder}/{file.filename}".lstrip("/")
    if file.cached:
        return NotFound(
            f"{server} answered with {path} of an earlier, equal run, and that file is no longer there.",
            "Start it again: it is saved under another name.",
        )
    return NotFound(f"{path} is not on {server} (any more).", "Start it again.")
