"""Jobs and runs: what is being made, how far it is, and what holds it up. No job is in two phases at once."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import Field

from domain.base import Value
from domain.errors import Fault

JobKind = Literal["keyframe", "segment", "film", "import", "speech", "handover", "pass", "plan", "check", "export"]


class JobOffer(Value):
    """Something a person may choose for a job that did not come to a good end: `title` on the button, `what` it means
    in a sentence. `changes` are added to the job's `detail`. Where other words would be sent, `before` and `after` have
    them in full, to be shown before it is chosen."""

    id: str
    title: str
    what: str = ""
    before: str = ""
    after: str = ""
    changes: dict[str, str | int] = Field(default_factory=dict)


class Queued(Value):
    """Waiting for its turn, or for the job it continues from (`Job.after`).

    With `not_before` (UTC, ISO 8601) it failed for the `reason` given, and is tried again by itself then.
    """

    kind: Literal["queued"] = "queued"
    not_before: str = ""
    reason: str = ""


class Running(Value):
    """Being worked on. `fraction` is 0 to below 1 until the result is on disk and probed."""

    kind: Literal["running"] = "running"
    started: str
    fraction: float = Field(default=0, ge=0, le=1)
    detail: str = ""


class Done(Value):
    """Finished; `result` names the artefact (take id, keyframe name or film file). `note` says in words what a person
    should know of it: what was made again and why, what its check found."""

    kind: Literal["done"] = "done"
    finished: str
    seconds: float = Field(default=0, ge=0)
    result: str = ""
    note: str = ""


class Failed(Value):
    """Ended with an error in words, and what to try. `retry` tells whether the same again could succeed; `offers` are
    what may be tried instead."""

    kind: Literal["failed"] = "failed"
    finished: str
    message: str
    cure: str = ""
    retry: bool = True
    fault: Fault = ""
    offers: tuple[JobOffer, ...] = ()


CHECK = JobOffer(id="check", title="Check again", what="Ask once more what became of it. Costs nothing.")
RETAKEN = ("retake", "because")
"""What a job's `detail` has of its retakes; a job that a person has made again begins without."""

MAKE_AGAIN = JobOffer(
    id="again", title="Make again", what="Send it once more. It may be charged twice, if the first one was made too."
)


class Unsure(Value):
    """Sent to a backend that costs something before an interruption, and nobody can tell what became of it.

    Not an end: it is asked about again or sent again when somebody says so, and never by itself.
    """

    kind: Literal["unsure"] = "unsure"
    since: str
    message: str
    cure: str = ""
    offers: tuple[JobOffer, ...] = (CHECK, MAKE_AGAIN)


class Stopped(Value):
    """Ended because somebody stopped it, or a job it depends on did not finish."""

    kind: Literal["cancelled"] = "cancelled"
    finished: str
    message: str = "Stopped."


Phase = Annotated[Queued | Running | Done | Failed | Unsure | Stopped, Field(discriminator="kind")]
TERMINAL = (Done, Failed, Stopped)


class Job(Value):
    """One piece of work. `id` is a UUID that we choose before anything is sent to a backend.

    `attempts` counts how often it was tried again by itself. `sent` names the backend that costs something to which
    it may have been sent; it is stored before it is sent.
    """

    id: str
    run: str
    project: str
    kind: JobKind
    title: str
    shot: str = ""
    segment: int = 0
    slot: str = ""
    backend: str = ""
    after: tuple[str, ...] = ()
    created: str
    phase: Phase = Queued()
    attempts: int = Field(default=0, ge=0)
    sent: str = ""
    detail: dict[str, str | int] = Field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the job has come to its one end."""
        return isinstance(self.phase, TERMINAL)

    @property
    def retake(self) -> int:
        """How often its clip was made again because the one before failed its check."""
        return int(self.detail.get("retake", 0))

    @property
    def call(self) -> str:
        """The id under which it goes to a backend, a UUID: its own, and another one for each retake, so that what
        became of the one before is not taken for it."""
        return self.id if not self.retake else str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.id}/{self.retake}"))


class Run(Value):
    """One started render: its jobs in order, the process that owns it, and when it began."""

    id: str
    project: str
    title: str
    created: str
    owner: str = ""
    jobs: tuple[Job, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether every job has come to its end."""
        return all(job.ended for job in self.jobs)


class Hold(Value):
    """Why a queue is held: `by` whom or what ("user", "failures", "temperature" …), in words, and since when."""

    by: str
    reason: str = ""
    since: str = ""


class HeldQueue(Value):
    """The holds of a project that outlive the studio: the person's own, and the one after failures in a row."""

    holds: tuple[Hold, ...] = ()
