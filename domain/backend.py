"""What a backend says about itself, and what it reports while it works."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from domain.base import Value
from domain.errors import Fault


class BackendSpec(Value):
    """What a backend can do.

    `fields` names the parts of a shot that reach its results; the studio shows only those. `profiles` are the
    model profiles it renders; `free` tells that a job costs nothing and may be repeated without asking; `parallel`
    is how many jobs it takes at once, `workers` how many of them are really worked on at the same time (0: all).
    `workflow` names the one this spec is about, for backends that have several; `reads_text` tells that a shot
    reaches it as one composed prompt (domain.prompting). `scales` maps quality presets to the share of the film's
    size that they generate; `references` is how many reference pictures it takes; `version` changes when the same
    request would give another result. `needs` says what has to be entered before it can be chosen ("an API key"), and
    `place` under which heading of Settings.
    """

    id: str
    title: str
    kinds: frozenset[Literal["image", "video"]]
    profiles: tuple[str, ...]
    fields: frozenset[str]
    free: bool = False
    parallel: int = Field(default=1, ge=1, le=64)
    workers: int = Field(default=0, ge=0, le=64)
    takes_end: bool = False
    version: str = ""
    workflow: str = ""
    reads_text: bool = False
    scales: dict[str, float] = Field(default_factory=dict)
    references: int = Field(default=0, ge=0, le=99)
    needs: str = ""
    place: str = ""

    @property
    def at_once(self) -> int:
        """How many jobs are really worked on at the same time."""
        return self.workers or self.parallel


class Problem(Value):
    """One thing that is missing, and what to do about it."""

    what: str
    cure: str = ""


class Readiness(Value):
    """Whether a backend can work now; `problems` is empty exactly when it can."""

    problems: tuple[Problem, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.problems


class BackendQueued(Value):
    """Accepted and waiting; `position` counts the jobs ahead of it, None when unknown."""

    kind: Literal["queued"] = "queued"
    position: int | None = None


class BackendStarted(Value):
    """Work on the job has begun."""

    kind: Literal["started"] = "started"


class BackendProgress(Value):
    """`fraction` of the work done, 0 to 1, and in words what is being done."""

    kind: Literal["progress"] = "progress"
    fraction: float = Field(ge=0, le=1)
    detail: str = ""


class BackendPreview(Value):
    """A small picture of the work so far (JPEG, PNG or WebP bytes)."""

    kind: Literal["preview"] = "preview"
    mime: str
    data: bytes


class BackendDone(Value):
    """Terminal: the artefacts lie in the job's output folder under these plain file names.

    A clip job gives `clip` and `last` (lossless PNG of the clip's last generated frame); a picture job `image`.
    `info` goes into the sidecar.
    """

    kind: Literal["done"] = "done"
    clip: str = ""
    last: str = ""
    image: str = ""
    info: dict[str, Any] = Field(default_factory=dict)


class BackendFailure(Value):
    """Terminal: the job failed. `retry` tells whether the same request could succeed later, `fault` why it failed."""

    kind: Literal["failed"] = "failed"
    message: str
    cure: str = ""
    retry: bool = True
    fault: Fault = ""


class BackendStopped(Value):
    """Terminal: the job was cancelled."""

    kind: Literal["cancelled"] = "cancelled"


BackendEvent = Annotated[
    BackendQueued | BackendStarted | BackendProgress | BackendPreview | BackendDone | BackendFailure | BackendStopped,
    Field(discriminator="kind"),
]
TERMINAL_EVENTS = (BackendDone, BackendFailure, BackendStopped)
