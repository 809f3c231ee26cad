"""Runs as the command line sees them: going on with them, following them, and stopping them across processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from domain.errors import BadInput, Conflict, NotFound, StudioError
from domain.job import MAKE_AGAIN, Failed, Job, Queued, Run, Stopped, Unsure
from services.planning import PlanSetup
from services.ports import StopRequests
from services.projects import OpenProject
from services.reports import job_document
from services.setups import WAYS, kept
from services.studio import Studio
from services.watching import Watcher

CANCEL_PATIENCE = 10.0
"""Seconds that the process which owns a run is given to stop it."""

LOOK_SECONDS = 0.5
"""How often requests of other processes are looked for, in seconds."""


class RunCommands:
    """What commands do with runs, whichever process does them."""

    def __init__(self, studio: Studio, stops: StopRequests) -> None:
        self._studio = studio
        self._stops = stops

    def claim(self, project: OpenProject, wanted: Callable[[Job], bool] = lambda job: False) -> list[str]:
        """Make sure that nobody else works on the project, let its queue go on, and take up what an interrupted
        process left open: the `wanted` jobs go on, the others are closed. The ids of the runs that go on.

        Raises Conflict naming the process that works on it.
        """
        for run in project.files.runs():
            if run.ended or any(run.id == known.id for known in self._studio.jobs.runs()):
                continue
            if run.project == project.id and not self._studio.jobs.is_abandoned(run):
                who = run.owner.rpartition(":")[0]
                raise Conflict(
                    f"{project.files.root} is being worked on by another Kinoloom, process {who}.",
                    f"Wait for it, or stop it: kinoloom cancel {project.files.root}",
                )
        self._studio.jobs.resume(project.id)
        return self._studio.generation.take_over(project, wanted)

    def claim_to_render(self, project: OpenProject, setup: PlanSetup, shots: Sequence[str] | None = None) -> list[str]:
        """The same for a render of these shots, or of all: what an interrupted one began for the same setup goes on,
        so that what is on a server is found there."""
        way = kept(setup)

        def wanted(job: Job) -> bool:
            same = all(job.detail.get(name, "") == way.get(name, "") for name in WAYS)
            return job.kind == "segment" and same and (shots is None or job.shot in shots)

        return self.claim(project, wanted)

    def follow(
        self, run_ids: Sequence[str], show: Callable[[list[Job]], None], *, make_again: bool = False
    ) -> list[Job]:
        """Wait for these runs, showing their jobs at every change; the jobs as they ended.

        Interrupted, it stops the jobs, waits for them, and raises KeyboardInterrupt again. Where nothing goes on until
        somebody decides something, what waits is stopped and StudioError raised; what may be paid for stays open, or
        is sent once more with `make_again`.
        """
        jobs_of = self._studio.jobs
        seen = 0
        try:
            while True:
                seen = self._studio.changes.wait(seen, 0.5)
                runs = [jobs_of.wait(run_id, 0) for run_id in run_ids]
                jobs = [job for run in runs for job in run.jobs]
                show(jobs)
                if all(job.ended for job in jobs):
                    return jobs
                self._check_goes_on({run.project for run in runs}, jobs, make_again)
        except KeyboardInterrupt:
            self.stop_all()
            raise

    def _check_goes_on(self, projects: Iterable[str], jobs: Sequence[Job], make_again: bool) -> None:
        for project in projects:
            why = self._studio.jobs.stuck(project)
            unsure = [job for job in jobs if isinstance(job.phase, Unsure) and job.project == project]
            if why and unsure and make_again:
                for job in unsure:
                    self._studio.jobs.accept(job.id, MAKE_AGAIN.id)
            elif why:
                self._studio.jobs.stop([job.id for job in jobs if isinstance(job.phase, Queued)])
                self.raise_unfinished([job for job in jobs if isinstance(job.phase, Failed)])
                raise StudioError(why)

    def stop_all(self, timeout: float = 10.0) -> None:
        """Stop every job of this process and wait until that is written down."""
        jobs = self._studio.jobs
        jobs.stop([job.id for job in jobs.jobs() if not job.ended])
        for run in jobs.runs():
            jobs.wait(run.id, timeout)

    @staticmethod
    def raise_unfinished(jobs: Sequence[Job]) -> None:
        """Raise StudioError in the words of the first job that failed or was stopped, if one did."""
        failed = [(job, job.phase) for job in jobs if isinstance(job.phase, Failed)]
        if failed:
            job, phase = failed[0]
            more = f" (and {len(failed) - 1} more failed)" if len(failed) > 1 else ""
            said = phase.message if phase.message.startswith(job.title) else f"{job.title}: {phase.message}"
            raise StudioError(f"{said}{more}", phase.cure)
        stopped = [job for job in jobs if isinstance(job.phase, Stopped)]
        if stopped:
            raise StudioError(f"{len(stopped)} jobs were stopped.", "Run it again to go on.")

    def status(self, project: OpenProject) -> list[dict[str, Any]]:
        """The project's runs with their jobs, oldest first, whichever process did them."""
        found = []
        for run in project.files.runs():
            gone = self._studio.jobs.is_abandoned(run)
            found.append(
                {
                    "id": run.id, "title": run.title, "created": run.created, "owner": run.owner,
                    "state": "ended" if run.ended else "interrupted" if gone else "active",
                    "jobs": [job_document(job, interrupted=gone) for job in run.jobs],
                }
            )  # fmt: skip
        return found

    def cancel(self, project: OpenProject, wanted: Sequence[str] = (), patience: float = CANCEL_PATIENCE) -> list[Job]:
        """Stop jobs of the project, all or those whose ids begin so, whichever process does them.

        Returns the jobs that were to be stopped as they are then; one whose process did not answer within
        `patience` seconds has not ended. Raises NotFound for an id that no job has.
        """
        runs = project.files.runs()
        ids = self._job_ids(runs, wanted)
        targets = {j.id for run in runs for j in run.jobs if not j.ended and (not wanted or j.id in ids)}
        asked: set[str] = set()
        for run in runs:
            here = [job.id for job in run.jobs if job.id in targets]
            if here and not self._studio.jobs.is_abandoned(run):
                self._stops.ask(project.files.root, run.id, here)
                asked.add(run.id)
        waited = 0.0
        while True:
            # the files are read again each time: the other process writes them
            now = {run.id: run for run in project.files.runs()}
            for run in now.values():
                here = [job.id for job in run.jobs if job.id in targets and not job.ended]
                if here and self._studio.jobs.is_abandoned(run):
                    now[run.id] = self._mark(project, run, here)
                    self._stops.withdraw(project.files.root, run.id)
            jobs = [job for run in now.values() for job in run.jobs if job.id in targets]
            if waited >= patience or all(job.ended for job in jobs):
                return jobs
            threading.Event().wait(0.1)
            waited += 0.1

    @staticmethod
    def _job_ids(runs: Sequence[Run], wanted: Iterable[str]) -> set[str]:
        known = [job.id for run in runs for job in run.jobs]
        found: set[str] = set()
        for word in wanted:
            fitting = {i for i in known if i == word or (len(word) >= 4 and i.startswith(word))}
            if not fitting:
                raise NotFound(f"The project has no job {word[:60]!r}.", "kinoloom status lists the jobs.")
            if len(fitting) > 1:
                raise BadInput(f"{word[:60]!r} is the beginning of {len(fitting)} jobs.", "Give more of the id.")
            found |= fitting
        return found

    def _mark(self, project: OpenProject, run: Run, wanted: Sequence[str]) -> Run:
        """Write down that jobs of a run that nobody does were stopped, and with them what waits for them."""
        gone = {job.id for job in run.jobs if not job.ended and job.id in wanted}
        for job in run.jobs:
            if not job.ended and any(a in gone for a in job.after):
                gone.add(job.id)
        end = Stopped(finished=self._studio.clock.now())
        run = run.replace(jobs=tuple(j.replace(phase=end) if j.id in gone else j for j in run.jobs))
        project.files.write(f"runs/{run.id}", run)
        return run


class StopWatcher(Watcher):
    """Obeys what other processes ask of the runs that this one does."""

    def __init__(self, studio: Studio, stops: StopRequests) -> None:
        super().__init__("requests of other processes", LOOK_SECONDS)
        self._studio = studio
        self._stops = stops

    def look(self) -> None:
        """Obey the requests that are there now."""
        for project in self._studio.projects.opened():
            ours = {run.id: run for run in self._studio.jobs.runs(project.id) if not run.ended}
            for run_id, job_ids in self._stops.take(project.files.root, ours).items():
                self._studio.jobs.stop(job_ids or [job.id for job in ours[run_id].jobs])
