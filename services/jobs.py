"""The job service: owns all long work, so that a browser may come and go.

A job is plain data (what to make); an executor per job kind does it. Every transition is saved in the run's file
before it is acted on, and counted in `changes`; progress is only counted. Windows read snapshots.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping

from domain.errors import BadInput, NotFound, StudioError
from domain.job import CHECK, RETAKEN, Failed, Hold, Job, JobKind, JobOffer, Queued, Run, Stopped, Unsure
from domain.retries import QueueRules
from services.changes import ChangeCounter
from services.holds import ALL, USER, NoHoldStore
from services.job_context import Executor, HoldStore, JobContext, Remedy, RunSaver
from services.ports import Clock
from services.queue_order import may_go_on, together
from services.workers import Workers


class JobService:
    """Queue, workers, stop, pause and retry. `lane_size` tells how many jobs of a backend run at once.

    `owner` names this process in the runs it saves, and `alive` tells whether the process of another name still runs.
    `rules` say how failures are met, `holds` keeps what holds a queue.
    """

    def __init__(
        self, clock: Clock, changes: ChangeCounter, save: RunSaver, lane_size: Callable[[str], int], owner: str = "",
        alive: Callable[[str], bool] = lambda owner: False, rules: Callable[[], QueueRules] = QueueRules,
        holds: HoldStore | None = None,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._changes = changes
        self._owner = owner
        self._alive = alive
        self._given_up: set[str] = set()
        self._work = work = Workers(clock, changes, save, lane_size, owner, rules, holds or NoHoldStore())
        self._book, self._holds, self._lock, self._idle = work.book, work.held, work.lock, work.idle

    def register(self, kind: JobKind, executor: Executor, remedy: Remedy | None = None) -> None:
        """Say who does jobs of that kind, and who knows another way when one failed for good."""
        self._work.register(kind, executor, remedy)

    # -- what windows read ---------------------------------------------------------------------------------

    def runs(self, project: str | None = None) -> list[Run]:
        """Runs known here, oldest first; of one project or of all."""
        with self._lock:
            return self._book.runs(project)

    def jobs(self, project: str | None = None) -> list[Job]:
        """All jobs in queue order."""
        return [job for run in self.runs(project) for job in run.jobs]

    def job(self, job_id: str) -> Job:
        """That job as it is now. Raises NotFound."""
        with self._lock:
            return self._book.job(job_id)

    def preview(self, job_id: str) -> tuple[int, str, bytes] | None:
        """Latest preview of a running job: a number that grows, MIME type, picture."""
        with self._lock:
            return self._work.previews.get(job_id)

    def elapsed(self, job_id: str) -> float:
        """Seconds that a running job has been running; 0 when it is not."""
        return self._work.elapsed(job_id)

    def holds(self, project: str) -> tuple[Hold, ...]:
        """What holds that project's queue: its own holds, then those on every queue. Empty when it runs."""
        with self._lock:
            return self._holds.of(project)

    def is_paused(self, project: str) -> bool:
        """Whether jobs of that project are held back."""
        return bool(self.holds(project))

    def busy(self, project: str) -> bool:
        """Whether any job of that project is waiting or running."""
        return any(not job.ended for job in self.jobs(project))

    def stuck(self, project: str) -> str:
        """Why nothing of that project goes on until somebody does something, in a sentence; empty while something
        does, or when there is nothing to do."""
        with self._lock:
            jobs = self._book.jobs(project)
            if all(job.ended for job in jobs.values()) or may_go_on(jobs, self._work.contexts, self._work.is_held):
                return ""
            unsure = [job.phase for job in jobs.values() if isinstance(job.phase, Unsure)]
            reasons = [hold.reason for hold in self._holds.of(project)]
        if unsure:
            return f"{unsure[0].message} {unsure[0].cure}".strip()
        return next((reason for reason in reasons if reason), "The queue is paused.")

    def is_abandoned(self, run: Run) -> bool:
        """Whether a run read from disk has work left and nobody who does it: its process is gone."""
        with self._lock:
            known = self._book.get(run.id) is not None
        gone = run.owner == self._owner or run.owner in self._given_up or not self._alive(run.owner)
        return not run.ended and not known and gone

    def give_up(self, owner: str) -> None:
        """Take the process of that name for gone: a person said so of one that cannot be asked."""
        self._given_up.add(owner)

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

    def adopt(self, run: Run, stops: Mapping[str, Callable[[], None]] | None = None) -> Run:
        """Queue a run that was read from disk, its jobs as they stand; running ones must have been re-queued.
        `stops` end, by job, what goes on elsewhere: called when the job is stopped before it is taken up again."""
        with self._lock:
            self._refuse_when_closed()
            run = self._book.add(run)
            for job in run.jobs:
                if stops and job.id in stops and not job.ended:
                    self._work.left[job.id] = context = JobContext(job, self._work)
                    context.on_stop(stops[job.id])
        self._work.go_on()
        return run

    def stop(self, job_ids: Iterable[str]) -> None:
        """Stop these jobs, waiting or running, and what depends on them; ended ones are left alone."""
        wanted = set(job_ids)
        with self._lock:
            found = [job.id for job in self.jobs() if job.id in wanted and not job.ended]
            asked = [self._work.contexts[i] for i in found if i in self._work.contexts]
            waiting = [i for i in found if i not in self._work.contexts]
            asked += [self._work.left.pop(i) for i in waiting if i in self._work.left]
            now = self._clock.now()
            self._book.phases({i: Stopped(finished=now) for i in waiting})
            self._idle.notify_all()
        for context in asked:
            context.stop()
        self._work.go_on()

    def stop_project(self, project: str) -> None:
        """Stop everything of that project; what is done stays."""
        self.stop([job.id for job in self.jobs(project) if not job.ended])

    def hold(self, reason: str, *, project: str = ALL, by: str) -> None:
        """Hold a project's queue, or every one. What runs on this machine goes back into the queue at once, what runs
        on a server goes on there and is taken up again later."""
        with self._lock:
            if not self._holds.add(project, Hold(by=by, reason=reason, since=self._clock.now())):
                return
            running = [c for c in self._work.contexts.values() if project in (ALL, c.job.project)]
        for context in running:
            context.stop(resume_later=True)
        self._changes.bump()

    def release(self, *, project: str = ALL, by: str) -> None:
        """Let go of that one hold; the queue goes on when it was the last."""
        with self._lock:
            self._holds.drop(project, by)
        self._work.go_on()

    def pause(self, project: str) -> None:
        """Hold the project's queue until a person lets it go on."""
        self.hold("", project=project, by=USER)

    def resume(self, project: str) -> None:
        """Go on with the project's jobs, whatever held them; what holds every queue stays."""
        with self._lock:
            self._holds.drop(project)
        self._work.go_on()

    def retry(self, job_id: str, changes: JobOffer | None = None) -> Job:
        """Queue a failed or stopped job again under a new id, with the jobs that waited for it, and those it waits
        for where they did not finish either; with `changes` to this job alone. A job of which nobody knows what
        became of it is asked about again, not made again. Raises NotFound."""
        with self._lock:
            self._refuse_when_closed()
            old = self._book.job(job_id)
            if isinstance(old.phase, Unsure):
                return self.accept(job_id, CHECK.id)
            if not isinstance(old.phase, (Failed, Stopped)):
                return old
            fresh = self._renew(old, together(self._book.jobs(old.project), job_id), changes)
        self._work.go_on()
        return self.job(fresh)

    def accept(self, job_id: str, offer_id: str) -> Job:
        """Do what was offered for a job. Raises NotFound, and BadInput when that is not offered."""
        with self._lock:
            self._refuse_when_closed()
            old = self._book.job(job_id)
            offers = old.phase.offers if isinstance(old.phase, (Failed, Unsure)) else ()
            offer = next((o for o in offers if o.id == offer_id), None)
            if offer is None:
                raise BadInput(f"{old.title} cannot be continued that way any more.", "Reload the page.")
            if isinstance(old.phase, Failed):
                return self.retry(job_id, offer)
            if offer.id == CHECK.id:
                self._book.rewrite(
                    old.project, lambda job: job.replace(phase=Queued(), attempts=0) if job.id == job_id else job
                )
                fresh = job_id
            else:
                fresh = self._renew(old, [job_id])
        self._work.go_on()
        return self.job(fresh)

    def _renew(self, old: Job, job_ids: list[str], offer: JobOffer | None = None) -> str:
        """Queue jobs again under new ids; that of `old`. The lock is held."""
        fresh = {i: str(uuid.uuid4()) for i in job_ids}

        def again(job: Job) -> Job:
            after = tuple(fresh.get(a, a) for a in job.after)
            if job.id not in fresh:
                return job if after == job.after else job.replace(after=after)
            detail = {name: value for name, value in job.detail.items() if name not in RETAKEN}
            detail |= offer.changes if offer is not None and job.id == old.id else {}
            return job.replace(id=fresh[job.id], after=after, phase=Queued(), attempts=0, sent="", detail=detail)

        self._book.rewrite(old.project, again)
        return fresh[old.id]

    def clear_ended(self, project: str) -> None:
        """Take ended runs out of the queue's view; their files stay in the project."""
        with self._lock:
            self._book.clear_ended(project)
        self._changes.bump()

    def wait(self, run_id: str, timeout: float | None = None) -> Run:
        """Block until every job of the run has ended, or `timeout` seconds have passed; the run as it is then."""
        end = None if timeout is None else self._clock.monotonic() + timeout
        with self._idle:
            run = self._book.get(run_id)
            if run is None:
                raise NotFound(
                    "That run is no longer in the queue.", "Its file in the project's folder `runs` has its end."
                )
            while not run.ended and not (self._work.closed and not self._work.contexts):
                left = None if end is None else end - self._clock.monotonic()
                if left is not None and left <= 0:
                    break
                # never for long: a lock that waits without end cannot be interrupted on Windows
                self._idle.wait(0.5 if left is None else min(left, 0.5))
                now = self._book.get(run_id)
                if now is None:
                    break
                run = now
            return run

    def close(self, timeout: float = 5.0) -> None:
        """Stop running work and start nothing more. Waiting and running jobs stay so on disk, to be resumed."""
        self._work.close(timeout)

    def _refuse_when_closed(self) -> None:
        if self._work.closed:
            raise StudioError("The studio is closing; nothing new is started.")
