"""Model profiles: what lengths, rates and sizes a video model makes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import Value
from domain.timing import Rate

Mode = Literal["chain", "keyframe", "single"]
"""How a shot longer than one generation is made: see domain.plan."""


class ModelProfile(Value):
    """A generation of this model has ``n = a*k + b`` frames with ``n_min <= n <= n_max`` at `rate`.

    Sizes are multiples of `size_multiple` pixels. `overlap` frames at the head of a continuation repeat the
    segment before it and are dropped. Sources of the shipped numbers stand beside them in domain.profiles.
    """

    id: str
    title: str
    rate: Rate
    a: int = Field(default=1, ge=1, le=1000)
    b: int = Field(default=0, ge=0, le=1000)
    n_min: int = Field(default=1, ge=1)
    n_max: int = Field(ge=1, le=10_000_000)
    overlap: int = Field(default=1, ge=0)
    size_multiple: int = Field(default=2, ge=1, le=256)
    max_pixels: int = Field(default=3840 * 2160, ge=4096)
    modes: tuple[Mode, ...] = ("chain", "keyframe", "single")

    @model_validator(mode="after")
    def _has_lengths(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError(
                f"profile {self.id} has no length on its grid between {self.n_min} and {self.n_max} frames"
            )
        if self.longest <= self.overlap:
            raise ValueError(f"profile {self.id} overlaps by {self.overlap} frames but makes at most {self.longest}")
        return self

    @property
    def shortest(self) -> int:
        """The shortest generation on the grid, in frames."""
        return self.a * max(-(-(self.n_min - self.b) // self.a), 1 if self.b == 0 else 0) + self.b

    @property
    def longest(self) -> int:
        """The longest generation on the grid, in frames."""
        return self.a * ((self.n_max - self.b) // self.a) + self.b

    def on_grid(self, frames: int) -> bool:
        """Whether a generation can have exactly this many frames."""
        return self.shortest <= frames <= self.longest and (frames - self.b) % self.a == 0

    def fit_size(self, width: int, height: int) -> tuple[int, int]:
        """The size to generate for a film of `width` x `height` pixels.

        Same aspect as closely as the multiple allows, never smaller than the film unless `max_pixels` forces it.
        """
        m = self.size_multiple
        scale = min(1.0, (self.max_pixels / (width * height)) ** 0.5)
        if scale < 1.0:
            return max(m, int(width * scale) // m * m), max(m, int(height * scale) // m * m)
        return -(-width // m) * m, -(-height // m) * m
