"""Jobs and runs: what is being made, and how far it is. Phases are a union; no job is in two at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.base import Value

JobKind = Literal["keyframe", "segment", "film", "import"]


class Queued(Value):
    """Waiting for its turn, or for the job it continues from (`Job.after`)."""

    kind: Literal["queued"] = "queued"


class Running(Value):
    """Being worked on. `fraction` is 0 to below 1 until the result is on disk and probed."""

    kind: Literal["running"] = "running"
    started: str
    fraction: float = Field(default=0, ge=0, le=1)
    detail: str = ""


class Done(Value):
    """Finished; `result` names the artefact (take id, keyframe name or film file)."""

    kind: Literal["done"] = "done"
    finished: str
    seconds: float = Field(default=0, ge=0)
    result: str = ""


class Failed(Value):
    """Ended with an error in words, and what to try."""

    kind: Literal["failed"] = "failed"
    finished: str
    message: str
    cure: str = ""
    retry: bool = True


class Stopped(Value):
    """Ended because somebody stopped it, or a job it depends on did not finish."""

    kind: Literal["cancelled"] = "cancelled"
    finished: str
    message: str = "Stopped."


Phase = Annotated[Queued | Running | Done | Failed | Stopped, Field(discriminator="kind")]
TERMINAL = (Done, Failed, Stopped)


class Job(Value):
    """One piece of work. `id` is a UUID that we choose before anything is sent to a backend."""

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
    detail: dict[str, str | int] = Field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the job has come to its one end."""
        return isinstance(self.phase, TERMINAL)


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
