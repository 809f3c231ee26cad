"""The process that sums the parts of a mix, so that decoding never slows the window: run with `-m` by `SoundTools`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from domain.sound.mixing import Mix
from infrastructure.processes import Message, serve
from infrastructure.sound.rendering import render

_REPORT_SECONDS = 0.1


def handle(message: Message, reply: Callable[[Message], None]) -> None:
    """Answer one "render" message with "progress" messages and one "done"."""
    said = 0.0

    def report(done: float) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _REPORT_SECONDS:
            said = now
            reply({"kind": "progress", "done": done})

    files = {name: Path(path) for name, path in message["files"].items()}
    stems, level = render(Mix.model_validate(message["mix"]), files, Path(message["folder"]), report)
    reply({"kind": "done", "stems": {name: str(path) for name, path in stems.items()}, "level": level})


if __name__ == "__main__":
    serve(handle)
