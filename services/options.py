"""The settings that services need, as plain values: `app.py` fills them in and they take effect at once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from pydantic import Field

from domain.base import Value
from domain.timing import Rate


class Options(Value):
    """`backend_params` go into every request of that backend; `variants` is keyframes per shot, 1 to 12;
    `rewordings` how often other words are proposed for those that a service refused."""

    width: int = 1280
    height: int = 720
    rate: Rate = Fraction(24)
    variants: int = Field(default=3, ge=1, le=12)
    quality: str = "standard"
    max_upload: int = 200 * 2**20
    rewordings: int = Field(default=2, ge=0, le=10)
    backend_params: dict[str, dict[str, Any]] = Field(default_factory=dict)


CurrentOptions = Callable[[], Options]
"""Gives the options as they are now."""
