"""The face of the examination: `services.ports.Examiner`, in processes of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Cancelled, MediaFailed, UnreadableMedia
from domain.quality.gate import Gate
from domain.quality.values import Expectation, QualityReport
from infrastructure.processes import WorkerGone, WorkerProcess, raise_reported

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_KEPT = 1
"""Workers that wait for the next file: starting one takes longer than looking through a short clip."""
_KEPT_SECONDS = 60.0


class FileExaminer:
    """Examines files. Safe for threads: every examination has a worker to itself. One worker is kept for the next file
    for a minute; `close` ends it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[WorkerProcess, threading.Timer]] = []
        self._closed = False

    def examine(
        self,
        path: Path,
        gate: Gate,
        expectation: Expectation,
        report: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> QualityReport:
        """Everything about one file; `report` gets frames done and frames in all (0: unknown).

        Raises UnreadableMedia about the file, MediaFailed when the examination itself fails, and Cancelled within a
        second of `stopped()` turning true.
        """
        if not path.is_file():
            raise UnreadableMedia(f"{path.name} cannot be read: the file is not there.", "Choose another file.")
        try:
            with self._worker() as worker:
                worker.send({
                    "kind": "examine", "path": str(path), "gate": gate.to_json(), "expectation": expectation.to_json(),
                })  # fmt: skip
                while True:
                    message = worker.receive(_LOOK_SECONDS)
                    if stopped():
                        raise Cancelled(f"The check of {path.name} was stopped.")
                    if message is None:
                        continue
                    if message["kind"] == "progress":
                        report(message["done"], message["frames"])
                    elif message["kind"] == "error":
                        raise_reported(message, MediaFailed)
                    else:
                        return QualityReport.model_validate(message["report"])
        except WorkerGone as error:
            log.warning("The process that examines %s ended by itself: %s", path, error)
            raise MediaFailed(
                f"The process that checks {path.name} ended unexpectedly.", "Try again; the log has its last words."
            ) from error

    def close(self) -> None:
        """End the worker that waits, and keep none from now on."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker, timer in idle:
            timer.cancel()
            worker.close()

    @contextmanager
    def _worker(self) -> Iterator[WorkerProcess]:
        """A worker that is kept afterwards if it came to a good end."""
        with self._lock:
            worker, timer = self._idle.pop() if self._idle else (None, None)
        if timer is not None:
            timer.cancel()
        if worker is None or not worker.alive:
            worker = WorkerProcess("infrastructure.quality.worker")
        try:
            yield worker
        except BaseException:
            worker.kill()
            raise
        if not self._keep(worker):
            worker.close()

    def _keep(self, worker: WorkerProcess) -> bool:
        with self._lock:
            if self._closed or len(self._idle) >= _KEPT:
                return False
            timer = threading.Timer(_KEPT_SECONDS, self._let_go, (worker,))
            timer.name, timer.daemon = "examiner-idle", True
            self._idle.append((worker, timer))
            timer.start()
        return True

    def _let_go(self, worker: WorkerProcess) -> None:
        """End a worker that still waits: nobody took it, and its timer was not cancelled."""
        with self._lock:
            kept = [(other, timer) for other, timer in self._idle if other is not worker]
            if len(kept) == len(self._idle):
                return
            self._idle = kept
        worker.close()
