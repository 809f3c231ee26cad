"""Questions run in an event loop of their own, so that they can be stopped while an endpoint says nothing."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from domain.errors import Cancelled

T = TypeVar("T")

_LOOK = 0.05
"""Seconds between two looks whether the work was stopped."""

_FAREWELL = 0.4
"""Seconds in which a connection may be closed in good order."""


def load() -> None:
    """Load both libraries, with what they load late."""
    for name in ("instructor.v2.core.patch", "openai.resources.chat.completions", "openai.types.chat"):
        importlib.import_module(name)
    logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)  # what failed is said by us, without its words


def run(work: Coroutine[Any, Any, T], stopped: Callable[[], bool]) -> T:
    """Do the work in a loop of its own. Raises Cancelled soon after `stopped()` turns true, and leaves behind whatever
    will not be hurried, such as a name that is being looked up."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_watched(work, stopped))
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_FAREWELL))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _watched(work: Coroutine[Any, Any, T], stopped: Callable[[], bool]) -> T:
    task = asyncio.ensure_future(work)
    while not task.done():
        if stopped():
            task.cancel()
            await asyncio.wait({task}, timeout=_FAREWELL)
            raise Cancelled
        await asyncio.wait({task}, timeout=_LOOK)
    return task.result()
