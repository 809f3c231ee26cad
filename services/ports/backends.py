"""What makes pictures and clips, and what is asked of it beside that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from domain.answers import Answer
from domain.backend import BackendEvent, BackendSpec, Readiness
from domain.prices import Price
from domain.profile import ModelProfile
from domain.request import GenerationRequest

A = TypeVar("A", bound=Answer)


class VideoBackend(Protocol):
    """Makes pictures and clips. One conformance suite (`tests/contracts`) runs over every implementation."""

    @property
    def spec(self) -> BackendSpec:
        """What this backend can do."""
        ...

    def preflight(self) -> Readiness:
        """Whether it can work now, or what is missing, as data; returns within a few seconds."""
        ...

    def submit(self, job_id: str, request: GenerationRequest, inputs: Mapping[str, Path], out: Path) -> None:
        """Take the job on and return at once. `inputs` maps "start", "end", "reference-0" … to picture files;
        artefacts are written into the existing folder `out`. The job id was stored before this call. One that is
        worked on raises Conflict; one that has ended may be given again.
        """
        ...

    def events(self, job_id: str) -> Iterator[BackendEvent]:
        """What happens to the job, ending in exactly one terminal event. Blocks between events."""
        ...

    def cancel(self, job_id: str) -> None:
        """Stop the job, queued or running; ours only; without effect when it has ended or is unknown."""
        ...

    def recover(self, job_id: str) -> BackendEvent | None:
        """What became of a job from before a restart; None when the backend knows nothing of it. Sends nothing.
        Raises BackendUnavailable when it cannot be asked now."""
        ...

    def close(self) -> None:
        """End all work and release everything; may be called twice."""
        ...


@runtime_checkable
class GoesOnAlone(Protocol):
    """A backend whose jobs are made elsewhere, so that they need not end when the studio does."""

    def leave(self, job_id: str) -> None:
        """Work on the job no longer, but let it be made: submitting it again under its id takes up what is there."""
        ...

    def withdraw(self, job_id: str) -> None:
        """Stop a job of an earlier process wherever it is made; without effect where it is over or not known. Returns
        at once."""
        ...


@runtime_checkable
class TakesUp(Protocol):
    """A backend that can follow a job of an earlier process without being handed it again. One that costs something
    has to be: what it cannot take up is never sent again by itself."""

    def attach(self, job_id: str, request: GenerationRequest, out: Path) -> None:
        """Follow a job that `recover` knows; `events` then tells its course, and artefacts are written into `out`."""
        ...


@runtime_checkable
class Priced(Protocol):
    """A backend that knows what its requests cost."""

    def price(self, request: GenerationRequest) -> Price | None:
        """About what the request costs; None when that is not known. Asks nobody."""
        ...


@runtime_checkable
class Backends(Protocol):
    """The backends there are, by id."""

    def get(self, backend_id: str) -> VideoBackend:
        """That backend, started when first asked for. Raises NotFound naming those there are."""
        ...

    def ids(self) -> list[str]:
        """Ids of all backends, the built-in ones first."""
        ...

    def spec(self, backend_id: str, workflow: str = "") -> BackendSpec:
        """What that backend can do, without starting it; with a workflow (empty: its first) where it has several."""
        ...

    def profile(self, backend_id: str, profile_id: str, film_rate: Fraction) -> ModelProfile:
        """The model profile to plan with. Raises NotFound."""
        ...
