"""The process that draws: run with `-m` by `AnimaticBackend`, it takes one order after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infrastructure.animatic.jobs import work
from infrastructure.processes import Message, serve


def handle(message: Message, reply: Callable[[Message], None]) -> None:
    """Do one order; each event of it is a reply that names the job."""

    def tell(event: str, **values: Any) -> None:
        reply({"job": message["job"], "event": event, **values})

    work(message, tell)


if __name__ == "__main__":
    serve(handle)
