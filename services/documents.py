"""Documents of a project that people edit: each edit is stored at once, and can be undone and made again."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from domain.base import Value
from domain.merging import merge

V = TypeVar("V", bound=Value)
_numbers = itertools.count(1)
"""Steps are numbered over all documents, so that the last edit of several can be found."""


class Store(Protocol[V]):
    """Where one document is kept."""

    def change(self, make: Callable[[V], V]) -> V:
        """Store what `make` turns it into; `make` may be called again when somebody else wrote in between."""
        ...


class Edited(Generic[V]):
    """The undo history of one document, in this process. Safe for threads."""

    def __init__(self, store: Store[V], called: str, steps: int) -> None:
        self._store = store
        self._called = called
        self._steps = steps
        self._lock = threading.RLock()
        self._undo: list[tuple[int, str, V, V]] = []
        self._redo: list[tuple[int, str, V, V]] = []

    def change(self, what: str, make: Callable[[V], V]) -> V:
        """Change the document; the step can be undone under the name `what`."""
        with self._lock:
            seen: list[V] = []

            def remembering(now: V) -> V:
                seen[:] = [now]  # what the change was applied to in the end, so that undo keeps what others did
                return make(now)

            after = self._store.change(remembering)
            if after != seen[0]:
                self._undo = [*self._undo[-(self._steps - 1) :], (next(_numbers), what, seen[0], after)]
                self._redo.clear()
            return after

    def history(self) -> tuple[str, str]:
        """What undo and redo would do now, in words; empty when there is nothing."""
        with self._lock:
            return (self._undo[-1][1] if self._undo else "", self._redo[-1][1] if self._redo else "")

    def numbers(self) -> tuple[int, int]:
        """The numbers of the steps that undo and redo would take; they grow with time, 0 is none."""
        with self._lock:
            return (self._undo[-1][0] if self._undo else 0, self._redo[-1][0] if self._redo else 0)

    def undo(self) -> str:
        """Take the last edit back; what it was. What others edited since stays: Conflict is raised, and the step
        forgotten, only where that is the same place."""
        return self._step(self._undo, self._redo, forward=False)

    def redo(self) -> str:
        """Make the last undone edit again; what it is. Raises Conflict as `undo` does."""
        return self._step(self._redo, self._undo, forward=True)

    def _step(self, source: list[tuple[int, str, V, V]], sink: list[tuple[int, str, V, V]], *, forward: bool) -> str:
        with self._lock:
            if not source:
                return ""
            number, what, before, after = source.pop()
            expected, wanted = (before, after) if forward else (after, before)
            # a step is a difference: made to the document as it is now, it leaves alone what others did to it
            self._store.change(lambda now: merge(expected, wanted, now))
            sink.append((number, what, before, after))
            return what
