"""What is going on for each shot: the jobs that run, wait or failed, for the tabs that start them."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from addons.api import Json
from addons.format import wait_words
from addons.session import View
from addons.words import said
from domain.errors import NotFound
from domain.job import Failed, Job, JobKind, Queued, Running
from services.pacing import estimate

MIN_FRACTION = 0.04
"""From this share of the work on, the time that is left is told from the job itself and not from past runs."""


DETAIL_LIMIT = 240
"""Characters of what is being done: a server's name and the place in its queue fit."""


@dataclass(frozen=True)
class Work:
    """The jobs of one shot that run, wait, or failed and were not made again since."""

    running: tuple[Job, ...] = ()
    waiting: tuple[Job, ...] = ()
    failed: tuple[Job, ...] = ()

    @property
    def open(self) -> tuple[Job, ...]:
        """What has not ended."""
        return self.running + self.waiting


NO_WORK = Work()


def work_by_shot(jobs: Iterable[Job], kinds: Collection[JobKind]) -> dict[str, Work]:
    """The work of these kinds by shot id; shots without any are left out."""
    wanted = [job for job in jobs if job.kind in kinds and job.shot]
    latest = {(job.kind, job.shot, job.slot, job.segment): job.run for job in wanted}
    found: dict[str, tuple[list[Job], list[Job], list[Job]]] = {}
    for job in wanted:
        match job.phase:
            case Running():
                place = 0
            case Queued():
                place = 1
            case Failed() if latest[(job.kind, job.shot, job.slot, job.segment)] == job.run:
                place = 2
            case _:
                continue
        found.setdefault(job.shot, ([], [], []))[place].append(job)
    return {shot: Work(*(tuple(jobs) for jobs in lists)) for shot, lists in found.items()}


def pace(view: View) -> float | None:
    """Seconds that one frame of a clip will take with what the project is made with; None before the first run."""
    setup, engine = view.setup, view.studio.engine
    flow = None
    if engine is not None and engine.backend == setup.spec.id:
        with contextlib.suppress(NotFound):
            flow = engine.workflow(setup.spec.workflow)
    found = estimate(view.studio.generation.expect, flow, setup.spec, setup.profile, view.project)
    return None if found is None else found.seconds


def seconds_left(view: View, job: Job, expected: float | None = None) -> float | None:
    """How long a running job will go on: from its own progress, before that from what such jobs took (`expected`)."""
    if not isinstance(job.phase, Running):
        return expected
    elapsed, fraction = view.studio.jobs.elapsed(job.id), job.phase.fraction
    if fraction >= MIN_FRACTION and elapsed > 0:
        return elapsed * (1 - fraction) / fraction
    return None if expected is None else max(0.0, expected - elapsed)


def progress(view: View, job: Job, expected: float | None = None) -> list[Json]:
    """A running job for the browser: per cent, what is being done, time left in words, address of the preview."""
    fraction, detail = (job.phase.fraction, job.phase.detail) if isinstance(job.phase, Running) else (0.0, "")
    left = wait_words(seconds_left(view, job, expected))
    return [round(100 * fraction), said(detail)[:DETAIL_LIMIT], left, preview_url(view, job)]


def preview_url(view: View, job: Job) -> str:
    """Where the browser gets the latest picture of the work so far; empty when there is none."""
    found = view.studio.jobs.preview(job.id)
    return f"/media/preview/{job.id}?{found[0]}" if found else ""


def failures(work: Work) -> list[list[str]]:
    """Failed jobs in words: id, what it was, what went wrong and what to try; and, where other words are proposed in
    the Queue, "words"."""
    found = []
    for job in work.failed:
        if isinstance(job.phase, Failed):
            row = [job.id, said(job.title), f"{said(job.phase.message)} {said(job.phase.cure)}".strip()[:600]]
            found.append([*row, "words"] if any(offer.after for offer in job.phase.offers) else row)
    return found


def own_jobs(view: View, shot_id: str, kinds: Collection[JobKind]) -> list[str]:
    """Ids of the shot's jobs of these kinds that have not ended."""
    return [job.id for job in view.jobs_by_shot.get(shot_id, ()) if job.kind in kinds]
