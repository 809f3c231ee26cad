"""The face of the examination: `services.ports.Examiner`, each in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from domain.errors import Cancelled, MediaFailed, UnreadableMedia
from domain.quality.gate import Gate
from domain.quality.values import Expectation, QualityReport
from infrastructure.processes import WorkerGone, WorkerProcess, raise_reported

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2


class FileExaminer:
    """Examines files. Safe for threads: every examination has its worker, which ends with it."""

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
            with WorkerProcess("infrastructure.quality.worker") as worker:
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
