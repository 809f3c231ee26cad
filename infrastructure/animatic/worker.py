"""The process that draws: takes orders as JSON lines from its parent and ends the moment the parent is gone.

Run as ``python -m infrastructure.animatic.worker``.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import Any, BinaryIO


def _read_orders(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        orders.put(json.loads(line))
    os._exit(0)  # the parent has closed the pipe or died: there is nobody left to draw for


def main() -> None:
    """Work on orders until the parent goes away."""
    # Whatever a library prints must not get between our lines.
    lines: BinaryIO = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_orders, args=(orders,), daemon=True).start()

    from infrastructure.animatic.jobs import work  # after the thread: loading the libraries takes a moment

    while True:
        order = orders.get()

        def tell(event: str, order: dict[str, Any] = order, **values: Any) -> None:
            lines.write(json.dumps({"job": order["job"], "event": event, **values}).encode() + b"\n")

        work(order, tell)


if __name__ == "__main__":
    main()
