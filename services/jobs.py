"""The job service: owns all long work, so that a browser may come and go.

A job is plain data (what to make); an executor per job kind does it. Every transition is saved in the run's file
before it is acted on, and counted in `changes`; progress is only counted. Windows read snapshots.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
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
        self._to_be_resumed = False
        self._on_stop: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def report(self, fraction: float, detail: str = "") -> None:
        """`fraction` of the work done, 0 to 1; held below 1 until the job is done."""
        self._service._progress(self.job, min(max(fraction, 0.0), 0.99), detail)

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

    @property
    def to_be_resumed(self) -> bool:
        """Whether it was stopped only because the studio closes, so that it goes on at the next start."""
        return self._to_be_resumed

    def stop(self, *, resume_later: bool = False) -> None:
        """Ask the job to stop; with `resume_later` it stays unfinished on disk, unless it was asked for good before."""
        with self._lock:
            self._to_be_resumed = resume_later and (self._to_be_resumed or not self.stopped)
            self._stopped.set()
            actions, self._on_stop = self._on_stop, []
        for action in actions:
            try:
                action()
            except Exception as error:
                # One backend that cannot be reached must not keep the others from being stopped.
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
    """Queue, workers, stop, pause and retry. `lane_size` tells how many jobs of a backend run at once.

    `owner` names this process in the runs it saves, and `alive` tells whether the process of another name still runs.
    """

    def __init__(
        self, clock: Clock, changes: ChangeCounter, save: RunSaver, lane_size: Callable[[str], int], owner: str = "",
        alive: Callable[[str], bool] = lambda owner: False,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._changes = changes
        self._save = save
        self._lane_size = lane_size
        self._owner = owner
        self._alive = alive
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._executors: dict[JobKind, Executor] = {}
        self._runs: dict[str, Run] = {}
        self._contexts: dict[str, JobContext] = {}
        self._began: dict[str, float] = {}
        self._previews: dict[str, tuple[int, str, bytes]] = {}
        self._paused: set[str] = set()
        self._loaded: dict[str, str] = {}
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

    def is_abandoned(self, run: Run) -> bool:
        """Whether a run read from disk has work left and nobody who does it: its process is gone."""
        with self._lock:
            known = run.id in self._runs
        return not run.ended and not known and (run.owner == self._owner or not self._alive(run.owner))

    # -- what people do ------------------------------------------------------------------------------------

    def start(self, project: str, title: str, jobs: Iterable[Job]) -> Run:
        """Queue a run. Jobs come with their own ids and `after`; their `run` is set here."""
        # In order of time, because runs of one second are told apart by it: a film must not come before its shots.
        run_id = f"{time.time_ns():016x}{uuid.uuid4().hex[:8]}"
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
        with self._lock:
            found = [job for job in self.jobs() if job.id in wanted and not job.ended]
            asked = [self._contexts[job.id] for job in found if job.id in self._contexts]
            waiting = [job.id for job in found if job.id not in self._contexts]
            self._transition({job_id: Stopped(finished=self._clock.now()) for job_id in waiting})
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
        """Queue a failed or stopped job again under a new id, with the jobs that waited for it, and those it waits
        for where they did not finish either. Raises NotFound."""
        with self._lock:
            if self._closed:
                raise StudioError("The studio is closing; nothing new is started.")
            old = self.job(job_id)
            if not isinstance(old.phase, (Failed, Stopped)):
                return old
            fresh = {i: str(uuid.uuid4()) for i in self._together(old)}
            for run in self.runs(old.project):
                jobs = tuple(
                    job.replace(
                        id=fresh.get(job.id, job.id),
                        after=tuple(fresh.get(a, a) for a in job.after),
                        phase=Queued() if job.id in fresh else job.phase,
                    )
                    for job in run.jobs
                )
                if jobs != run.jobs:
                    again = run.replace(jobs=jobs, owner=self._owner)
                    self._save(again)
                    self._runs[run.id] = again
        self._changes.bump()
        self._dispatch()
        return self.job(fresh[job_id])

    def _together(self, job: Job) -> list[str]:
        """The ids to queue again with a job: what it needs that did not finish, and what did not start without it."""
        jobs = {j.id: j for j in self.jobs(job.project)}
        found = [job.id]
        for job_id in found:  # grows while it is read
            needed = [a for a in jobs[job_id].after if a in jobs and isinstance(jobs[a].phase, (Failed, Stopped))]
            found += [a for a in needed if a not in found]
        for job_id in found:
            found += [
                j.id for j in jobs.values() if isinstance(j.phase, Stopped) and job_id in j.after and j.id not in found
            ]
        return found

    def clear_ended(self, project: str) -> None:
        """Take ended runs out of the queue's view; their files stay in the project."""
        with self._lock:
            self._runs = {i: r for i, r in self._runs.items() if not (r.project == project and r.ended)}
        self._changes.bump()

    def wait(self, run_id: str, timeout: float | None = None) -> Run:
        """Block until every job of the run has ended, or `timeout` seconds have passed; the run as it is then."""
        end = None if timeout is None else self._clock.monotonic() + timeout
        with self._idle:
            run = self._runs.get(run_id)
            if run is None:
                raise NotFound(
                    "That run is no longer in the queue.", "Its file in the project's folder `runs` has its end."
                )
            while not run.ended and not (self._closed and not self._contexts):
                left = None if end is None else end - self._clock.monotonic()
                if left is not None and left <= 0:
                    break
                # never for long: a lock that waits without end cannot be interrupted on Windows
                self._idle.wait(0.5 if left is None else min(left, 0.5))
                run = self._runs.get(run_id, run)
                if run_id not in self._runs:
                    break
            return run

    def close(self, timeout: float = 5.0) -> None:
        """Stop running work and start nothing more. Waiting and running jobs stay so on disk, to be resumed."""
        with self._lock:
            self._closed = True
            contexts = list(self._contexts.values())
        for context in contexts:
            context.stop(resume_later=True)
        end = self._clock.monotonic() + timeout
        with self._idle:
            while self._contexts and self._clock.monotonic() < end:
                self._idle.wait(0.1)

    # -- inside --------------------------------------------------------------------------------------------

    def _forget_old(self) -> None:
        ended = [r.id for r in self._runs.values() if r.ended]
        for run_id in ended[: max(0, len(ended) - KEEP_ENDED_RUNS)]:
            del self._runs[run_id]

    def _transition(self, phases: Mapping[str, Phase], *, save: bool = True) -> dict[str, StudioError]:
        """Write these jobs' new phases down, one write per run; the caller holds the lock.

        Gives the jobs whose run could not be saved, with the reason; their phases hold in memory all the same.
        """
        unsaved: dict[str, StudioError] = {}
        for run in list(self._runs.values()):
            here = [job.id for job in run.jobs if job.id in phases]
            if not here:
                continue
            jobs = tuple(j.replace(phase=phases[j.id]) if j.id in phases else j for j in run.jobs)
            self._runs[run.id] = changed = run.replace(jobs=jobs)
            try:
                if save:
                    self._save(changed)
            except StudioError as error:
                _log.warning("The state of %s could not be saved: %s", run.title, error)
                unsaved |= dict.fromkeys(here, error)
        if phases:
            self._idle.notify_all()
        return unsaved

    def _progress(self, job: Job, fraction: float, detail: str) -> None:
        with self._lock:
            run = self._runs.get(job.run)
            for index, now in enumerate(run.jobs if run else ()):
                if run is not None and now.id == job.id and isinstance(now.phase, Running):
                    phase = Running(started=now.phase.started, fraction=fraction, detail=detail or now.phase.detail)
                    jobs = (*run.jobs[:index], now.model_copy(update={"phase": phase}), *run.jobs[index + 1 :])
                    self._runs[run.id] = run.model_copy(update={"jobs": jobs})
                    break
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
            jobs = {job.id: job for job in self.jobs()}
            self._end_broken(jobs)
            turn = self._whose_turn(jobs)
            unsaved = self._transition({job.id: Running(started=self._clock.now()) for job in turn})
            if unsaved:
                # What is not written down is not begun: after a crash nobody would know of it.
                now = self._clock.now()
                self._transition(
                    {
                        job_id: Failed(
                            finished=now, cure=error.cure,
                            message=f"{jobs[job_id].title} was not started: {error.message}",
                        )
                        for job_id, error in unsaved.items()
                    },
                    save=False,
                )  # fmt: skip
            for job in turn:
                if job.id not in unsaved:
                    context = JobContext(self.job(job.id), self)
                    self._contexts[job.id] = context
                    self._began[job.id] = self._clock.monotonic()
                    started.append(context)
        for context in started:
            name = f"job-{context.job.kind}-{context.job.shot}"
            threading.Thread(target=self._work, args=(context,), name=name, daemon=True).start()
        if started or unsaved:
            self._changes.bump()
        if unsaved:
            self._dispatch()

    def _end_broken(self, jobs: dict[str, Job]) -> None:
        """End what waits for a job that failed or was stopped, and what waits for that; brings `jobs` up to date."""
        ended: dict[str, Phase] = {}
        more = True
        while more:
            more = False
            for job in list(jobs.values()):
                if not isinstance(job.phase, Queued) or job.id in self._contexts:
                    continue
                before = [jobs[a] for a in job.after if a in jobs]
                broken = next((b for b in before if isinstance(b.phase, (Failed, Stopped))), None)
                if broken is not None:
                    message = f"Not started, because {broken.title} did not finish."
                    ended[job.id] = Stopped(finished=self._clock.now(), message=message)
                    jobs[job.id] = job.replace(phase=ended[job.id])
                    more = True
        if ended:
            self._transition(ended)
            self._changes.bump()

    def _whose_turn(self, jobs: Mapping[str, Job]) -> list[Job]:
        """The waiting jobs that may start now. In each lane first those of the workflow that was started last, whose
        model is loaded, and of those the ones that most others wait for one after another; else in queue order."""
        free: dict[str, int] = {}
        for job in jobs.values():
            if job.backend not in free:
                free[job.backend] = self._lane_size(job.backend)
            if job.id in self._contexts:
                free[job.backend] -= 1
        ready: dict[str, list[Job]] = {}
        for job in jobs.values():
            if not isinstance(job.phase, Queued) or job.id in self._contexts or job.project in self._paused:
                continue
            if free[job.backend] > 0 and all(isinstance(jobs[a].phase, Done) for a in job.after if a in jobs):
                ready.setdefault(job.backend, []).append(job)
        behind = _chains(jobs) if ready else {}
        found = []
        for backend, waiting in ready.items():
            waiting.sort(key=lambda job: -behind[job.id])
            while waiting and free[backend] > 0:
                loaded = self._loaded.get(backend)
                job = next((job for job in waiting if workflow_of(job) == loaded), waiting[0])
                waiting.remove(job)
                self._loaded[backend] = workflow_of(job)
                free[backend] -= 1
                found.append(job)
        return found

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
                phase = Failed(
                    finished=self._clock.now(), message=error.message, cure=error.cure,
                    retry=getattr(error, "retry", True),
                )  # fmt: skip
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
            resumed = isinstance(phase, Stopped) and context.to_be_resumed
            self._transition({job.id: Queued() if resumed else phase}, save=not resumed)
            self._idle.notify_all()
        self._changes.bump()
        self._dispatch()


def workflow_of(job: Job) -> str:
    """What a job loads, as far as it tells; jobs of one workflow need no other model between them."""
    own = job.detail.get("image_workflow") if job.kind == "keyframe" else None
    return str(own or job.detail.get("workflow", ""))


def _chains(jobs: Mapping[str, Job]) -> dict[str, int]:
    """How many unfinished jobs of each wait for it one after another, at most."""
    users: dict[str, list[str]] = {job_id: [] for job_id in jobs}
    needs = dict.fromkeys(jobs, 0)
    for job in jobs.values():
        if not job.ended:
            for before in {a for a in job.after if a in jobs}:
                users[before].append(job.id)
                needs[job.id] += 1
    order = [job_id for job_id, count in needs.items() if count == 0]
    for job_id in order:  # grows while it is read
        for user in users[job_id]:
            needs[user] -= 1
            if needs[user] == 0:
                order.append(user)
    behind = dict.fromkeys(jobs, 0)
    for job_id in reversed(order):
        behind[job_id] = max((behind[user] + 1 for user in users[job_id]), default=0)
    return behind
