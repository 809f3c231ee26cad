"""When work that failed is tried again by itself, and when to stop trying."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from domain.base import Value


class RetryPolicy(Value):
    """Bounded tries with growing pauses: `first` seconds before the first, `factor` times as long before each next
    one, never more than `longest` seconds. With 0 `attempts` nothing is tried again by itself."""

    attempts: int = Field(default=3, ge=0, le=20)
    first: float = Field(default=10.0, ge=0, le=3600)
    factor: float = Field(default=3.0, ge=1, le=10)
    longest: float = Field(default=300.0, ge=0, le=86_400)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.longest < self.first:
            raise ValueError("the longest pause is at least the first")
        return self

    def pause(self, done: int) -> float | None:
        """Seconds to wait after `done` tries by itself (0: it has just failed for the first time); None: no more."""
        if done >= self.attempts:
            return None
        return min(self.first * self.factor**done, self.longest)


class QueueRules(Value):
    """How the queue meets failures. After `hold_after` jobs of a project that failed in a row, its queue is held; 0
    never holds it."""

    retry: RetryPolicy = RetryPolicy()
    hold_after: int = Field(default=3, ge=0, le=1000)
