"""A language model without a network: it answers from a script, as the port asks for it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from domain.answers import Answer, find_json, salvaged
from domain.asking import Heard, Question, Usage
from domain.errors import BackendFailed, Cancelled, StudioError

A = TypeVar("A", bound=Answer)
Line = str | StudioError | Callable[[Question], str]


class ScriptedWriter:
    """Each question takes the next line of the script, the last one again and again: words, what makes words of the
    question, or an error that is raised. `asked` has the questions."""

    def __init__(self, *script: Line) -> None:
        self.script = list(script)
        self.asked: list[Question] = []
        self.missing = ""

    def model(self) -> str:
        return "scripted"

    def where(self) -> str:
        return "model.example"

    def why_not(self, model: str = "") -> str:
        return self.missing

    def check(self) -> str:
        return self.missing

    def ask(
        self, question: Question, shape: type[A], tell: Callable[[Heard], None], stopped: Callable[[], bool],
        model: str = "", loose: type[A] | None = None,
    ) -> tuple[A, Usage]:  # fmt: skip
        self.asked.append(question)
        line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(line, StudioError):
            raise line
        text = line if isinstance(line, str) else line(question)
        tell(Heard(text.count(f'"{question.item}"'), len(text) // 4))
        if stopped():
            raise Cancelled
        usage = Usage(sent=100, received=50, cost=Decimal("0.001"))
        try:
            return shape.model_validate_json(text), usage
        except (ValidationError, RecursionError):
            pass
        try:
            found = salvaged(loose or shape, find_json(text))
        except (ValueError, RecursionError):
            found = None
        if found is None:
            raise BackendFailed("The language model gave no answer that can be used.", "Try again.", retry=False)
        return found, usage
