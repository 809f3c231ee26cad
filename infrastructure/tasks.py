"""A task done by a worker process, seen from here: its progress, its errors, and stopping it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from domain.errors import Cancelled, MediaFailed
from infrastructure.processes import Message, WorkerGone, WorkerProcess, raise_reported

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
"""How often it is asked whether the work is to stop."""


class Words(NamedTuple):
    """What is said: `process` does the work; `unbegun` and `stopped` are sentences for one that was stopped."""

    process: str
    unbegun: str
    stopped: str


def done_by(
    module: str, task: Message, words: Words, progress: Callable[[Message], None], stopped: Callable[[], bool]
) -> Message:
    """Have the worker `module` do a task; its last answer. The process has ended when this returns or raises.

    `progress` gets its messages on the way. Raises what the worker reported, MediaFailed when it ended by itself, and
    Cancelled within a second of `stopped()` turning true.
    """
    if stopped():
        raise Cancelled(words.unbegun)
    try:
        with WorkerProcess(module) as worker:
            worker.send(task)
            while True:
                message = worker.receive(_LOOK_SECONDS)
                if stopped():
                    raise Cancelled(words.stopped)
                if message is None:
                    continue
                if message["kind"] == "progress":
                    progress(message)
                elif message["kind"] == "error":
                    raise_reported(message, MediaFailed)
                else:
                    return message
    except WorkerGone as error:
        log.warning("The process that %s ended by itself: %s", words.process, error)
        raise MediaFailed(
            f"The process that {words.process} ended unexpectedly.", "Try again; the log has its last words."
        ) from error
