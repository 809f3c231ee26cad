"""The job service: owns all long work, so that a browser may come and go.

A job is plain data (what to make); an executor per job kind does it. Every transition is saved in the run's file
before it is acted on, and counted in `changes`; progress is only counted. Windows read snapshots.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Protocol

from domain.errors import Cancelled, NotFound, StudioError
from domain.job import Done, Failed, Job, JobKind, Phase, Queued, Run, Running, Stopped
from services.changes import ChangeCounter
from services.ports import Clock

_log = logging.getLogger(__name__)

KEEP_ENDED_RUNS = 50
"""Ended runs kept in memory for the queue; older ones stay on disk."""


class JobContext:
    """What an executor gets: its job, a way to report, and whether it was asked to stop."""

    def __init__(self, job: Job, service: JobService) -> None:
        self.job = job
        self._service = service
        self._stopped = threading.Event()
        self._on_stop: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def report(self, fraction: float, detail: str = "") -> None:
        """`fraction` of the work done, 0 to 1; held below 1 until the job is done."""
        self._service._progress(self.job.id, min(max(fraction, 0.0), 0.99), detail)

    def preview(self, mime: str, data: bytes) -> None:
        """Show a small picture of the work so far."""
        self._service._preview(self.job.id, mime, data)

    @property
    def stopped(self) -> bool:
        """Whether the job was asked to stop."""
        return self._stopped.is_set()

    def check(self) -> None:
        """Raise Cancelled when the job was asked to stop."""
        if self.stopped:
            raise Cancelled

    def on_stop(self, action: Callable[[], None]) -> None:
        """Call `action` when the job is asked to stop; at once when it already was."""
        with self._lock:
            if not self.stopped:
                self._on_stop.append(action)
                return
        action()

    def stop(self) -> None:
        """Ask the job to stop."""
        with self._lock:
            self._stopped.set()
            actions, self._on_stop = self._on_stop, []
        for action in actions:
            try:
                action()
            except StudioError as error:
                _log.warning("Stopping %s: %s", self.job.title, error)


class Executor(Protocol):
    """Does one job and names its result. Raises StudioError, Cancelled included."""

    def __call__(self, context: JobContext) -> str:
        """Do the job; the result names the artefact."""
        ...


class RunSaver(Protocol):
    """Stores a run in its project."""

    def __call__(self, run: Run) -> None:
        """Write the run's file; returns when it is safe on disk."""
        ...


class JobService:
    """Queue, workers, stop, pause and retry. `lane_size` tells how many jobs of a backend run at once."""

    def __init__(
        self, clock: Clock, changes: ChangeCounter, save: RunSaver, lane_size: Callable[[str], int], owner: str = ""
    ) -> None:
        self._clock = clock
        self._changes = changes
        self._save = save
        self._lane_size = lane_size
        self._owner = owner
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._executors: dict[JobKind, Executor] = {}
        self._runs: dict[str, Run] = {}
        self._contexts: dict[str, JobContext] = {}
        self._began: dict[str, float] = {}
        self._previews: dict[str, tuple[int, str, bytes]] = {}
        self._paused: set[str] = set()
        self._closed = False

    def register(self, kind: JobKind, executor: Executor) -> None:
        """Say who does jobs of that kind."""
        self._executors[kind] = executor

    # -- what windows read ---------------------------------------------------------------------------------

    def runs(self, project: str | None = None) -> list[Run]:
        """Runs known here, oldest first; of one project or of all."""
        with self._lock:
            return [r for r in self._runs.values() if project is None or r.project == project]

    def jobs(self, project: str | None = None) -> list[Job]:
        """All jobs in queue order."""
        return [job for run in self.runs(project) for job in run.jobs]

    def job(self, job_id: str) -> Job:
        """That job as it is now. Raises NotFound."""
        for job in self.jobs():
            if job.id == job_id:
                return job
        raise NotFound("That job is no longer in the queue.", "Reload the page.")

    def preview(self, job_id: str) -> tuple[int, str, bytes] | None:
        """Latest preview of a running job: a number that grows, MIME type, picture."""
        with self._lock:
            return self._previews.get(job_id)

    def elapsed(self, job_id: str) -> float:
        """Seconds that a running job has been running; 0 when it is not."""
        with self._lock:
            began = self._began.get(job_id)
            return 0.0 if began is None else self._clock.monotonic() - began

    def is_paused(self, project: str) -> bool:
        """Whether new jobs of that project are held back."""
        with self._lock:
            return project in self._paused

    def busy(self, project: str) -> bool:
        """Whether any job of that project is waiting or running."""
        return any(not job.ended for job in self.jobs(project))

    # -- what people do ------------------------------------------------------------------------------------

    def start(self, project: str, title: str, jobs: Iterable[Job]) -> Run:
        """Queue a run. Jobs come with their own ids and `after`; their `run` is set here."""
        run_id = uuid.uuid4().hex
        run = Run(
            id=run_id, project=project, title=title, created=self._clock.now(), owner=self._owner,
            jobs=tuple(job.replace(run=run_id) for job in jobs),
        )  # fmt: skip
        return self.adopt(run)

    def adopt(self, run: Run) -> Run:
        """Queue a run that was read from disk, its jobs as they stand; running ones must have been re-queued."""
        with self._lock:
            if self._closed:
                raise StudioError("The studio is closing; nothing new is started.")
            run = run.replace(owner=self._owner)
            self._save(run)
            self._runs[run.id] = run
            self._forget_old()
        self._changes.bump()
        self._dispatch()
        return run

    def stop(self, job_ids: Iterable[str]) -> None:
        """Stop these jobs, waiting or running, and what depends on them; ended ones are left alone."""
        wanted = set(job_ids)
        asked: list[JobContext] = []
        with self._lock:
            for run in list(self._runs.values()):
                for job in run.jobs:
                    if job.id not in wanted or job.ended:
                        continue
                    if job.id in self._contexts:
                        asked.append(self._contexts[job.id])
                    else:
                        self._set_phase(job.id, Stopped(finished=self._clock.now()))
        for context in asked:
            context.stop()
        self._changes.bump()
        self._dispatch()

    def stop_project(self, project: str) -> None:
        """Stop everything of that project; what is done stays."""
        self.stop([job.id for job in self.jobs(project) if not job.ended])

    def pause(self, project: str) -> None:
        """Start no further jobs of that project; those running come to their end."""
        with self._lock:
            self._paused.add(project)
        self._changes.bump()

    def resume(self, project: str) -> None:
        """Go on with the project's waiting jobs."""
        with self._lock:
            self._paused.discard(project)
        self._changes.bump()
        self._dispatch()

    def retry(self, job_id: str) -> Job:
        """Queue a failed or stopped job again under a new id, with the jobs that waited for it. Raises NotFound."""
        with self._lock:
            old = self.job(job_id)
            if not isinstance(old.phase, (Failed, Stopped)):
                return old
            run = self._runs[old.run]
            fresh = {job_id: str(uuid.uuid4())}
            for job in run.jobs:
                if isinstance(job.phase, Stopped) and any(a in fresh for a in job.after):
                    fresh[job.id] = str(uuid.uuid4())
            jobs = tuple(
                job.replace(
                    id=fresh.get(job.id, job.id),
                    after=tuple(fresh.get(a, a) for a in job.after),
                    phase=Queued() if job.id in fresh else job.phase,
                )
                for job in run.jobs
            )
            self._store(run.replace(jobs=jobs, owner=self._owner))
        self._changes.bump()
        self._dispatch()
        return self.job(fresh[job_id])

    def clear_ended(self, project: str) -> None:
        """Take ended runs out of the queue's view; their files stay in the project."""
        with self._lock:
            self._runs = {i: r for i, r in self._runs.items() if not (r.project == project and r.ended)}
        self._changes.bump()

    def wait(self, run_id: str, timeout: float | None = None) -> Run:
        """Block until every job of the run has ended, or `timeout` seconds have passed; the run as it is then."""
        end = None if timeout is None else self._clock.monotonic() + timeout
        with self._idle:
            while not self._runs[run_id].ended:
                left = None if end is None else end - self._clock.monotonic()
                if left is not None and left <= 0:
                    break
                self._idle.wait(left if left is None or left < 1 else 1)
            return self._runs[run_id]

    def close(self, timeout: float = 5.0) -> None:
        """Stop running work and start nothing more. Waiting and running jobs stay so on disk, to be resumed."""
        with self._lock:
            self._closed = True
            contexts = list(self._contexts.values())
        for context in contexts:
            context.stop()
        end = self._clock.monotonic() + timeout
        with self._idle:
            while self._contexts and self._clock.monotonic() < end:
                self._idle.wait(0.1)

    # -- inside --------------------------------------------------------------------------------------------

    def _forget_old(self) -> None:
        ended = [r.id for r in self._runs.values() if r.ended]
        for run_id in ended[: max(0, len(ended) - KEEP_ENDED_RUNS)]:
            del self._runs[run_id]

    def _store(self, run: Run) -> None:
        self._runs[run.id] = run
        if not self._closed:
            self._save(run)

    def _set_phase(self, job_id: str, phase: Phase) -> None:
        """Write a transition down; the caller holds the lock."""
        for run in self._runs.values():
            if any(job.id == job_id for job in run.jobs):
                jobs = tuple(j.replace(phase=phase) if j.id == job_id else j for j in run.jobs)
                self._store(run.replace(jobs=jobs))
                self._idle.notify_all()
                return

    def _progress(self, job_id: str, fraction: float, detail: str) -> None:
        with self._lock:
            for run_id, run in self._runs.items():
                for index, job in enumerate(run.jobs):
                    if job.id == job_id and isinstance(job.phase, Running):
                        phase = Running(started=job.phase.started, fraction=fraction, detail=detail or job.phase.detail)
                        jobs = (*run.jobs[:index], job.model_copy(update={"phase": phase}), *run.jobs[index + 1 :])
                        self._runs[run_id] = run.model_copy(update={"jobs": jobs})
        self._changes.bump()

    def _preview(self, job_id: str, mime: str, data: bytes) -> None:
        with self._lock:
            number = self._previews.get(job_id, (0, "", b""))[0] + 1
            self._previews[job_id] = (number, mime, data)
        self._changes.bump()

    def _dispatch(self) -> None:
        """Start every job whose turn has come."""
        started: list[JobContext] = []
        with self._lock:
            if self._closed:
                return
            phases = {job.id: job for job in self.jobs()}
            running: dict[str, int] = {}
            for job in phases.values():
                if job.id in self._contexts:
                    running[job.backend] = running.get(job.backend, 0) + 1
            for job in list(phases.values()):
                if not isinstance(job.phase, Queued) or job.id in self._contexts:
                    continue
                before = [phases[a] for a in job.after if a in phases]
                broken = next((b for b in before if isinstance(b.phase, (Failed, Stopped))), None)
                if broken is not None:
                    message = f"Not started, because {broken.title} did not finish."
                    self._set_phase(job.id, Stopped(finished=self._clock.now(), message=message))
                    phases[job.id] = self.job(job.id)
                    continue
                if job.project in self._paused or not all(isinstance(b.phase, Done) for b in before):
                    continue
                if running.get(job.backend, 0) >= self._lane_size(job.backend):
                    continue
                running[job.backend] = running.get(job.backend, 0) + 1
                self._set_phase(job.id, Running(started=self._clock.now()))
                context = JobContext(self.job(job.id), self)
                self._contexts[job.id] = context
                self._began[job.id] = self._clock.monotonic()
                started.append(context)
        for context in started:
            name = f"job-{context.job.kind}-{context.job.shot}"
            threading.Thread(target=self._work, args=(context,), name=name, daemon=True).start()
        if started:
            self._changes.bump()

    def _work(self, context: JobContext) -> None:
        job = context.job
        phase: Phase
        try:
            result = self._executors[job.kind](context)
            phase = Done(finished=self._clock.now(), seconds=round(self.elapsed(job.id), 3), result=result)
        except Cancelled:
            phase = Stopped(finished=self._clock.now())
        except StudioError as error:
            if context.stopped:
                phase = Stopped(finished=self._clock.now())
            else:
                _log.warning("%s failed: %s", job.title, error)
                phase = Failed(finished=self._clock.now(), message=error.message, cure=error.cure)
        except Exception as error:
            # The boundary that ends the work: one traceback, one sentence for the user.
            _log.exception("%s ended unexpectedly", job.title)
            phase = Failed(
                finished=self._clock.now(), message=f"{job.title} ended unexpectedly: {error!r:.300}",
                cure="Try again; if it happens again, the log has the details.",
            )  # fmt: skip
        with self._idle:
            self._contexts.pop(job.id, None)
            self._began.pop(job.id, None)
            self._previews.pop(job.id, None)
            try:
                self._set_phase(job.id, phase)
            except StudioError as error:
                _log.warning("The end of %s could not be written down: %s", job.title, error)
            self._idle.notify_all()
        self._changes.bump()
        self._dispatch()


