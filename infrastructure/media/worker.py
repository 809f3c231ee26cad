"""The process that joins films, so that decoding and encoding never slow the window: run with `-m` by `MediaTools`."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from infrastructure.media.encoding import Format
from infrastructure.media.joining import join
from infrastructure.processes import Message, serve
from services.ports import ClipUse

_REPORT_SECONDS = 0.1


def handle(message: Message, reply: Callable[[Message], None]) -> None:
    """Answer one "join" message with "progress" messages and one "done"."""
    said = 0.0

    def report(done: int, frames: int) -> None:
        nonlocal said
        now = time.monotonic()
        if done == frames or now - said >= _REPORT_SECONDS:
            said = now
            reply({"kind": "progress", "done": done, "frames": frames})

    film = Format(message["width"], message["height"], Fraction(message["rate"]), message["quality"])
    clips = [ClipUse.model_validate(clip) for clip in message["clips"]]
    info, way = join(
        clips, Path(message["target"]), film, report, called=message["called"], may_copy=message["may_copy"]
    )
    reply({"kind": "done", "info": info.to_json(), "way": way})


if __name__ == "__main__":
    serve(handle)
