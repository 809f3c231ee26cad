"""Going on with runs whose process is gone: at once where that costs nothing, else when somebody asks for it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable

from domain.errors import NotFound, StudioError
from domain.job import Job, Queued, Run, Running, Stopped, Unsure
from services.jobs import JobService
from services.ports import Backends, Clock, GoesOnAlone
from services.projects import OpenProject, ProjectService

INTERRUPTED = "Interrupted: the process that did it is gone."


class Resuming:
    """Takes abandoned runs up again. What was finished is found and taken; what may be on a server is looked for
    there under its id; what costs something and was sent is never sent again."""

    def __init__(self, projects: ProjectService, backends: Backends, jobs: JobService, clock: Clock) -> None:
        self._projects = projects
        self._backends = backends
        self._jobs = jobs
        self._clock = clock

    def resume(self, project: OpenProject, *, free_only: bool = False) -> int:
        """Go on with runs whose process is gone; how many jobs wait again.

        With `free_only` runs that would cost something stay as they are, until somebody asks for them.
        """
        again = 0
        for run in self._abandoned(project):
            if free_only and not all(job.ended or self._is_free(job) for job in run.jobs):
                continue
            jobs = tuple(_queued(job) for job in run.jobs)
            again += sum(1 for job in jobs if not job.ended)
            self._jobs.adopt(run.replace(jobs=jobs), self._stops(run))
        return again

    def replace_silent(self, project: OpenProject) -> None:
        """Render here instead of a process on another computer of which nothing was heard lately, and count its runs
        as interrupted. Raises Occupied when that one may still be at work."""
        self._projects.take_over(project)
        for run in project.files.runs():
            if not run.ended:
                self._jobs.give_up(run.owner)

    def take_over(self, project: OpenProject, wanted: Callable[[Job], bool]) -> list[str]:
        """Go on with those jobs of interrupted runs that are `wanted` and with what they wait for, and close the
        others, except those that were sent to a backend that costs something. The ids of the runs that go on."""
        found = []
        for run in self._abandoned(project):
            keep = {job.id for job in run.jobs if not job.ended and (job.sent or wanted(job))}
            by_id = {job.id: job for job in run.jobs}
            for job_id in list(keep):
                todo = list(by_id[job_id].after)
                while todo:
                    before = by_id.get(todo.pop())
                    if before is not None and not before.ended and before.id not in keep:
                        keep.add(before.id)
                        todo += before.after
            end = Stopped(finished=self._clock.now(), message=INTERRUPTED)
            jobs = tuple(
                job if job.ended else _queued(job) if job.id in keep else job.replace(phase=end) for job in run.jobs
            )
            stops = self._stops(run)
            run = run.replace(jobs=jobs)
            if keep:
                found.append(self._jobs.adopt(run, stops).id)
            else:
                project.files.write(f"runs/{run.id}", run)
            for job_id in stops.keys() - keep:
                stops[job_id]()
        return found

    def sent(self, project: OpenProject) -> dict[tuple[str, int], Job]:
        """Segments that were sent to a backend that costs something by a process that is gone, and that nobody goes
        on with, by shot and number."""
        return {
            (job.shot, job.segment): job
            for run in self._abandoned(project)
            for job in run.jobs
            if job.sent and not job.ended and job.kind == "segment"
        }

    def sent_pictures(self, project: OpenProject) -> dict[tuple[str, str], Job]:
        """The same for keyframes, by shot and slot."""
        return {
            (job.shot, job.slot): job
            for run in self._abandoned(project)
            for job in run.jobs
            if job.sent and not job.ended and job.kind == "keyframe"
        }

    def _abandoned(self, project: OpenProject) -> list[Run]:
        runs = project.files.runs()
        return [run for run in runs if run.project == project.id and self._jobs.is_abandoned(run)]

    def _stops(self, run: Run) -> dict[str, Callable[[], None]]:
        """How what may go on elsewhere is stopped, by job; not so for what costs something."""
        found: dict[str, Callable[[], None]] = {}
        for job in run.jobs:
            if isinstance(job.phase, Running) and not job.sent and job.backend:
                with contextlib.suppress(StudioError):  # a backend that is not here any more is asked nothing
                    backend = self._backends.get(job.backend)
                    if isinstance(backend, GoesOnAlone):
                        found[job.id] = functools.partial(backend.withdraw, job.call)
        return found

    def _is_free(self, job: Job) -> bool:
        if job.kind in ("film", "import", "handover", "check", "export"):
            return True
        if job.kind == "plan":
            return "writer" not in job.detail
        if job.kind == "speech":
            return job.detail.get("engine") != "endpoint"
        try:
            return self._backends.spec(job.backend).free
        except NotFound:
            return False


def _queued(job: Job) -> Job:
    return job.replace(phase=Queued()) if isinstance(job.phase, (Running, Unsure)) else job
