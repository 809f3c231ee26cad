"""Backends that talk to the stand-ins, requests for them, and jobs followed to their end."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image

from domain.backend import BackendDone, BackendEvent, BackendFailure
from domain.request import GenerationRequest
from domain.retries import RetryPolicy
from infrastructure.remote import OpenAIImages, OpenAIOptions, PictureBackend, StabilityImages, StabilityOptions
from tests.contracts.video_backend import followed
from tests.fakes.picture_server import OpenAIServer, PictureServer, StabilityServer

RULES = RetryPolicy(attempts=2, first=3, factor=2, longest=60)


class Waits:
    """Waits no longer than a moment, and remembers for how long it should have been."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, event: threading.Event, seconds: float) -> bool:
        self.asked.append(seconds)
        return event.is_set()


def openai(server: OpenAIServer, waits: Waits | None = None, **options: Any) -> PictureBackend:
    now = OpenAIOptions(**{"key": server.key, "url": server.url, **options})
    return PictureBackend(OpenAIImages(lambda: now), lambda: RULES, wait=waits or Waits())


def stability(server: StabilityServer, waits: Waits | None = None, **options: Any) -> PictureBackend:
    now = StabilityOptions(**{"key": server.key, "url": server.url, **options})
    return PictureBackend(StabilityImages(lambda: now), lambda: RULES, wait=waits or Waits())


BOTH: Sequence[tuple[type[PictureServer], Callable[..., PictureBackend]]] = (
    (OpenAIServer, openai), (StabilityServer, stability),
)  # fmt: skip


def request(backend: str = "openai", **values: Any) -> GenerationRequest:
    base: dict[str, Any] = {
        "kind": "image", "backend": backend, "workflow": backend, "profile": backend, "prompt": "a boat on the sea",
        "seed": 7, "seed_rule": "fixed:7", "width": 320, "height": 180, "rate": Fraction(1),
    }  # fmt: skip
    return GenerationRequest(**(base | values))


def asked(
    backend: PictureBackend, out: Path, wanted: GenerationRequest | None = None, **inputs: Path
) -> list[BackendEvent]:
    """The events of one job; inputs by name, "-" written as "_"."""
    out.mkdir(exist_ok=True)
    job = str(uuid.uuid4())
    given = {name.replace("_", "-"): path for name, path in inputs.items()}
    backend.submit(job, wanted or request(backend.spec.id), given, out)
    return followed(backend, job, 30)


def done(backend: PictureBackend, out: Path, wanted: GenerationRequest | None = None, **inputs: Path) -> BackendDone:
    end = asked(backend, out, wanted, **inputs)[-1]
    assert isinstance(end, BackendDone), end
    return end


def failed(
    backend: PictureBackend, out: Path, wanted: GenerationRequest | None = None, **inputs: Path
) -> BackendFailure:
    end = asked(backend, out, wanted, **inputs)[-1]
    assert isinstance(end, BackendFailure), end
    return end


def picture(path: Path, size: tuple[int, int] = (320, 180), colour: str = "teal") -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size
