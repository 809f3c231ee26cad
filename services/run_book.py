"""The runs that this process knows, each change written to its file before anybody acts on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial

from domain.errors import NotFound, StudioError
from domain.job import Job, Phase, Run, Running
from services.job_context import RunSaver

_log = logging.getLogger(__name__)

KEEP_ENDED_RUNS = 50
"""Ended runs kept in memory for the queue; older ones stay on disk."""


class RunBook:
    """Runs in the order in which they were started. Callers hold one lock around it."""

    def __init__(self, save: RunSaver, owner: str) -> None:
        self._save = save
        self._owner = owner
        self._runs: dict[str, Run] = {}

    def runs(self, project: str | None = None) -> list[Run]:
        """Oldest first; of one project or of all."""
        return [r for r in self._runs.values() if project is None or r.project == project]

    def jobs(self, project: str | None = None) -> dict[str, Job]:
        """All jobs in queue order, by id."""
        return {job.id: job for run in self.runs(project) for job in run.jobs}

    def get(self, run_id: str) -> Run | None:
        """That run, if it is known here."""
        return self._runs.get(run_id)

    def job(self, job_id: str) -> Job:
        """That job as it is now. Raises NotFound."""
        for run in self._runs.values():
            for job in run.jobs:
                if job.id == job_id:
                    return job
        raise NotFound("That job is no longer in the queue.", "Reload the page.")

    def add(self, run: Run) -> Run:
        """Take a run in as ours. Raises StudioError when it cannot be stored; it is not taken in then."""
        run = run.replace(owner=self._owner)
        self._save(run)
        self._runs[run.id] = run
        ended = [r.id for r in self._runs.values() if r.ended]
        for run_id in ended[: max(0, len(ended) - KEEP_ENDED_RUNS)]:
            del self._runs[run_id]
        return run

    def clear_ended(self, project: str) -> None:
        """Forget the project's ended runs; their files stay."""
        self._runs = {i: r for i, r in self._runs.items() if not (r.project == project and r.ended)}

    def phases(self, phases: Mapping[str, Phase], *, save: bool = True) -> dict[str, StudioError]:
        """Give jobs new phases, as `change` does."""
        return self.change({i: partial(_with_phase, phase) for i, phase in phases.items()}, save=save)

    def change(self, changes: Mapping[str, Callable[[Job], Job]], *, save: bool = True) -> dict[str, StudioError]:
        """Change jobs, one write per run.

        Gives the jobs whose run could not be saved, with the reason; the changes hold in memory all the same.
        """
        unsaved: dict[str, StudioError] = {}
        for run in list(self._runs.values()):
            here = [job.id for job in run.jobs if job.id in changes]
            if not here:
                continue
            jobs = tuple(changes[j.id](j) if j.id in changes else j for j in run.jobs)
            self._runs[run.id] = changed = run.replace(jobs=jobs)
            try:
                if save:
                    self._save(changed)
            except StudioError as error:
                _log.warning("The state of %s could not be saved: %s", run.title, error)
                unsaved |= dict.fromkeys(here, error)
        return unsaved

    def rewrite(self, project: str, make: Callable[[Job], Job]) -> None:
        """Change jobs of a project before they begin. Raises StudioError at the first run that cannot be stored."""
        for run in self.runs(project):
            jobs = tuple(make(job) for job in run.jobs)
            if jobs != run.jobs:
                again = run.replace(jobs=jobs, owner=self._owner)
                self._save(again)
                self._runs[run.id] = again

    def progress(self, job: Job, fraction: float, detail: str) -> None:
        """How far a running job is. Not written down, and quick: it is called often."""
        run = self._runs.get(job.run)
        for index, now in enumerate(run.jobs if run else ()):
            if run is not None and now.id == job.id and isinstance(now.phase, Running):
                phase = Running(started=now.phase.started, fraction=fraction, detail=detail or now.phase.detail)
                jobs = (*run.jobs[:index], now.model_copy(update={"phase": phase}), *run.jobs[index + 1 :])
                self._runs[run.id] = run.model_copy(update={"jobs": jobs})
                return


def _with_phase(phase: Phase, job: Job) -> Job:
    return job.replace(phase=phase)
