"""What writes in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from domain.answers import Answer
from domain.asking import Heard, Question, Usage

A = TypeVar("A", bound=Answer)


class Writer(Protocol):
    """A language model that answers in shapes."""

    def model(self) -> str:
        """The name of the model that is set up; empty when none is."""
        ...

    def where(self) -> str:
        """The host that questions are sent to, for people; empty when none is set up."""
        ...

    def why_not(self, model: str = "") -> str:
        """Why it cannot be asked, as far as is known without asking, in a sentence with its cure; empty when it can.
        `model` stands over the one that is set up."""
        ...

    def check(self) -> str:
        """Why it cannot be asked, after a short look at its endpoint; empty when it can."""
        ...

    def ask(
        self,
        question: Question,
        shape: type[A],
        tell: Callable[[Heard], None],
        stopped: Callable[[], bool],
        model: str = "",
        loose: type[A] | None = None,
    ) -> tuple[A, Usage]:
        """An answer of that shape. What is wrong in it the model is told, so often as is set; after that, what can be
        used of it is taken, in the shape `loose` where one is given. `model` stands over the one that is set up.

        Raises BackendUnavailable, BackendFailed, and Cancelled within a second of `stopped()` turning true.
        """
        ...


class Rewriter(Protocol):
    """Says something in other words: a language model."""

    def reword(self, words: str, refusal: str, stopped: Callable[[], bool]) -> str:
        """A prompt that shows the same and may pass where this one was refused, `refusal` being what was said then;
        empty when nothing is set up that could find one. Raises StudioError."""
        ...
