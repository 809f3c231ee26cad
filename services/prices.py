"""What is asked for and what was asked for costs, as far as the backends know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.errors import StudioError
from domain.job import Job
from domain.prices import Price, total
from domain.request import GenerationRequest
from services.ports import Backends, Priced

FREE = "free"
PRICE = "dollars"
"""In a job's detail: about what it costs in US dollars, as text; empty where nobody knows."""


def expected(backends: Backends, request: GenerationRequest) -> Price | None:
    """About what a request costs; None for backends that are free, and where it is not known."""
    try:
        if backends.spec(request.backend).free:
            return None
        backend = backends.get(request.backend)
        return backend.price(request) if isinstance(backend, Priced) else None
    except StudioError:
        return None  # asking for a price must not keep anybody from looking at what would be sent


def several(backends: Backends, request: GenerationRequest, count: int) -> str:
    """What so many of a request cost, in words: "about $0.15"; empty where they are free."""
    return _sum([str(PriceNotes(backends).of(request).get(PRICE, FREE))] * count)


class PriceNotes:
    """What jobs note of their prices. Requests that differ in their words alone cost the same, and are asked about
    once."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends
        self._known: dict[tuple[object, ...], dict[str, str | int]] = {}

    def of(self, request: GenerationRequest) -> dict[str, str | int]:
        """For a job's detail; nothing for backends that are free."""
        pictures = (request.start is not None, len(request.references))
        key = (request.backend, request.width, request.height, pictures, repr(sorted(request.params.items())))
        if key not in self._known:
            self._known[key] = self._of(request)
        return self._known[key]

    def _of(self, request: GenerationRequest) -> dict[str, str | int]:
        try:
            if self._backends.spec(request.backend).free:
                return {}
        except StudioError:
            return {}
        price = expected(self._backends, request)
        return {PRICE: "" if price is None else f"{price.dollars:g}"}


def keyframes_price(notes: PriceNotes, requests: Sequence[GenerationRequest]) -> str:
    """What pictures by a service cost, in words: "12 keyframes about $0.60"."""
    told = _sum([str(notes.of(request).get(PRICE, "")) for request in requests])
    return f"{len(requests)} {'keyframe' if len(requests) == 1 else 'keyframes'} {told}"


def sum_of(jobs: Iterable[Job]) -> str:
    """The sum of what these jobs cost, in words: "about $0.60"; empty where none of them costs anything."""
    return _sum([str(job.detail[PRICE]) for job in jobs if PRICE in job.detail])


def _sum(told: Sequence[str]) -> str:
    told = [text for text in told if text != FREE]
    if told and not any(told):
        return "price not known"
    return total(Price(dollars=float(text)) if text else None for text in told)
