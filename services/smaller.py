"""Going on at a smaller size when memory ran out: what is offered, and what is done where that was chosen."""

from __future__ import annotations

from domain.errors import StudioError
from domain.job import Job, JobOffer, Queued
from domain.profile import ModelProfile
from domain.request import GenerationRequest

_SMALLER = ((3, 4, "three quarters of the size"), (1, 2, "half the size"))
"""Shares of width and height that are offered when memory ran out."""

_THEN = {"half_width": "width", "half_height": "height"}
"""Where a job that goes on at three quarters keeps the half of its size."""


def smaller_sizes(request: GenerationRequest, profile: ModelProfile) -> tuple[JobOffer, ...]:
    """What may fit into memory where the request did not: the same at smaller sizes that the model makes."""
    found: dict[tuple[int, int], JobOffer] = {}
    for part, whole, words in _SMALLER:
        width, height = profile.fit_size(request.width * part // whole, request.height * part // whole)
        if width * height < request.width * request.height and (width, height) not in found:
            found[width, height] = JobOffer(
                id=f"size-{part * 100 // whole}", title=f"Make it at {width}×{height}",
                what=f"This one alone is made at {words}; the film scales it up.",
                changes={"width": width, "height": height},
            )  # fmt: skip
    return tuple(found.values())


def at_a_smaller_size(job: Job, error: StudioError, enlarged: bool = False) -> Job | None:
    """The job at three quarters of its size, or at half of it once that was too much; None when there is no more.
    `enlarged` tells that its clip is worked over before the film is made, and not scaled up in it."""
    offers: tuple[JobOffer, ...] = getattr(error, "offers", ())
    later: dict[str, str | int] = {}
    if "half_width" in job.detail:
        sizes = {to: job.detail[name] for name, to in _THEN.items()}
    elif offers and "width" not in job.detail:
        sizes, later = dict(offers[0].changes), {name: offers[-1].changes[to] for name, to in _THEN.items()}
    else:
        return None
    detail = {name: value for name, value in job.detail.items() if name not in _THEN} | sizes | later
    reason = (
        f"Memory ran out. It is made at {sizes['width']}×{sizes['height']}, and "
        f"{'it is enlarged for the film' if enlarged else 'the film scales it up'}."
    )
    return job.replace(detail=detail, sent="", phase=Queued(reason=reason))
