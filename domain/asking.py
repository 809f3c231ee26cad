"""Asking a language model: the question, how far its answer is, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from domain.base import Value


class Question(Value):
    """`system` says what is to be done, `text` holds what it is done with: a person's words, which are data. `item` is
    the field of the answer by whose appearances it is counted how many shots are written so far."""

    system: str
    text: str
    item: str = "prompt"


@dataclass(frozen=True)
class Heard:
    """How much of an answer is there: shots, and tokens (four letters each, until the endpoint has counted them)."""

    items: int = 0
    tokens: int = 0


class Usage(Value):
    """Tokens sent and received, tries that failed included; `exact` when the endpoint counted them. `cost` is in the
    currency of the prices that are set; None when there are none."""

    sent: int = 0
    received: int = 0
    exact: bool = True
    cost: Decimal | None = None

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        if not (self.sent or self.received):
            return other
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Usage(
            sent=self.sent + other.sent, received=self.received + other.received, exact=self.exact and other.exact,
            cost=cost,
        )  # fmt: skip
