"""What the backend needs to know of a service, and what a service gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from domain.backend import BackendSpec, Problem
from domain.errors import BackendFailed, StudioError
from domain.prices import Price
from domain.request import GenerationRequest
from infrastructure.remote.client import Answer, checked_address, is_here
from infrastructure.remote.failures import AnswerLost, NotTaken

PICTURE_FIELDS = (
    "prompt", "size", "style", "lighting", "mood", "time_of_day", "composition", "color_grade", "characters",
    "objects", "location", "look",
)  # fmt: skip
"""The parts of a shot that reach any service, as words of the composed prompt."""

BUSY = frozenset({409, 425, 429})
"""Statuses of requests that were not taken on (RFC 9110, 8470, 6585)."""

GAVE_UP = frozenset({408, 504, 524})
"""Statuses by which something on the way gave up waiting, while the service may well have gone on."""


@dataclass(frozen=True)
class Made:
    """A picture as it came, and what goes into its sidecar."""

    content: bytes
    info: dict[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """One service. `id` is the backend's, `title` its name for people."""

    id: str
    title: str

    @property
    def spec(self) -> BackendSpec:
        """What it can do, as it is set up now."""
        ...

    def problems(self) -> tuple[Problem, ...]:
        """What is missing before it can be asked, found without asking."""
        ...

    def check(self, request: GenerationRequest) -> None:
        """Raise BadInput for what it would refuse anyway, before anything is sent."""
        ...

    def ask(
        self, request: GenerationRequest, inputs: Mapping[str, Path], job_id: str, stopped: Callable[[], bool]
    ) -> Made:
        """Send the request once. Raises the errors of `failures`, BackendFailed, BadInput and Cancelled."""
        ...

    def price(self, request: GenerationRequest) -> Price | None:
        """About what the request costs; None when that is not known."""
        ...


def has_key(url: str, key: str) -> bool:
    """Whether a service at `url` can be asked: with a key, or without one on this computer."""
    return bool(key) or is_here(url)


def setup_problems(title: str, place: str, url: str, key: str) -> tuple[Problem, ...]:
    """A missing key, and an address that cannot be used; `place` is the heading of Settings."""
    if not has_key(url, key):
        return (Problem(what=f"{title} needs an API key.", cure=f"Enter it in Settings, under {place}."),)
    try:
        checked_address(url, title)
    except StudioError as error:
        return (Problem(what=error.message, cure=error.cure),)
    return ()


def raise_transport(answer: Answer, title: str, said: str) -> None:
    """Raise what a status means for every service alike; nothing for those that each says in its own way."""
    status = answer.status
    words = f": {said}" if said else "."
    if status in GAVE_UP:
        raise AnswerLost(f"{title} was sent the request, and something on the way gave up waiting (status {status}).")
    if status in BUSY or status >= 500:
        what = "is busy" if status in BUSY else "is out of order"
        raise NotTaken(f"{title} {what} (status {status}){words}", "Try again later.", after=answer.after)
    if 300 <= status < 400:
        raise BackendFailed(
            f"{title} sent us to another address, where the key was not sent.",
            "Enter the address that it has now in Settings.", retry=False, fault="unavailable",
        )  # fmt: skip
