"""The process that joins films, so that decoding and encoding never slow the window: run with `-m` by `MediaTools`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from domain.cut.reel import Reel
from domain.delivery import Delivery
from domain.sound.subtitles import Caption
from infrastructure.media.assembling import Task, assemble
from infrastructure.processes import Message, serve

_REPORT_SECONDS = 0.1


def handle(message: Message, reply: Callable[[Message], None]) -> None:
    """Answer one "assemble" message with "progress" messages and one "done"."""
    said = 0.0

    def report(done: int, frames: int) -> None:
        nonlocal said
        now = time.monotonic()
        if done == frames or now - said >= _REPORT_SECONDS:
            said = now
            reply({"kind": "progress", "done": done, "frames": frames})

    task = Task(
        reel=Reel.model_validate(message["reel"]),
        files={name: Path(path) for name, path in message["files"].items()},
        width=message["width"],
        height=message["height"],
        delivery=Delivery.model_validate(message["delivery"]),
        sound=Path(message["sound"]) if message["sound"] else None,
        scratch=Path(message["scratch"]),
        hardware=message["hardware"],
        may_copy=message["may_copy"],
        captions=tuple(Caption.model_validate(caption) for caption in message["captions"]),
    )
    found = assemble(task, Path(message["target"]), report, called=message["called"])
    reply({"kind": "done", "found": found.to_json()})


if __name__ == "__main__":
    serve(handle)
