"""The threads that do the jobs: what starts when, what is written down before, and what follows from how it ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from domain.errors import Cancelled, DiskFull, StudioError
from domain.job import Done, Failed, Hold, Job, JobKind, Queued, Running, Stopped
from domain.retries import QueueRules
from services.changes import ChangeCounter
from services.holds import DISK, FAILURES, Holds
from services.job_context import Again, Executor, HoldStore, JobContext, Made, Remedy, RunSaver
from services.journal import log_for
from services.ports import Clock
from services.queue_order import broken, whose_turn
from services.run_book import RunBook
from services.verdicts import Verdict, judge, seconds_until

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""How often it is looked whether the time of a job that is tried again has come, in seconds."""


class Workers:
    """Starts jobs whose turn has come, each in a thread of its own. `lock` guards `book`, `held`, `contexts` (of the
    jobs that run) and `left` (of those that were put back into the queue and may go on elsewhere)."""

    def __init__(
        self, clock: Clock, changes: ChangeCounter, save: RunSaver, lane_size: Callable[[str], int], owner: str,
        rules: Callable[[], QueueRules], holds: HoldStore,
    ) -> None:  # fmt: skip
        self.clock = clock
        self.changes = changes
        self._lane_size = lane_size
        self._rules = rules
        self.lock = threading.RLock()
        self.idle = threading.Condition(self.lock)
        self._executors: dict[JobKind, Executor] = {}
        self._remedies: dict[JobKind, Remedy] = {}
        self.book = RunBook(save, owner)
        self.held = Holds(holds)
        self.contexts: dict[str, JobContext] = {}
        self.left: dict[str, JobContext] = {}
        self._aside: set[str] = set()
        self.began: dict[str, float] = {}
        self.previews: dict[str, tuple[int, str, bytes]] = {}
        self._due: dict[str, float] = {}
        self._loaded: dict[str, str] = {}
        self._waking = False
        self.closed = False

    def register(self, kind: JobKind, executor: Executor, remedy: Remedy | None) -> None:
        """Say who does jobs of that kind, and who knows another way when one failed for good."""
        self._executors[kind] = executor
        if remedy is not None:
            self._remedies[kind] = remedy

    def go_on(self) -> None:
        """Something changed: start every job whose turn has come."""
        self.changes.bump()
        self._dispatch()

    def is_held(self, job: Job) -> bool:
        """Whether something holds the job's queue. The lock is held."""
        return bool(self.held.of(job.project))

    def elapsed(self, job_id: str) -> float:
        """Seconds that a running job has been running; 0 when it is not."""
        with self.lock:
            began = self.began.get(job_id)
            return 0.0 if began is None else self.clock.monotonic() - began

    def close(self, timeout: float) -> None:
        """Stop running work, start nothing more, and wait for the threads to end."""
        with self.lock:
            self.closed = True
            contexts = list(self.contexts.values())
        for context in contexts:
            context.stop(resume_later=True)
        end = self.clock.monotonic() + timeout
        with self.idle:
            self.idle.notify_all()
            while (self.contexts or self._waking) and self.clock.monotonic() < end:
                self.idle.wait(0.1)

    # -- what executors tell -------------------------------------------------------------------------------

    def progress(self, job: Job, fraction: float, detail: str) -> None:
        """How far a job is, 0 to 1."""
        with self.lock:
            self.book.progress(job, fraction, detail)
        self.changes.bump()

    def show(self, job_id: str, mime: str, data: bytes) -> None:
        """A small picture of a job's work so far."""
        with self.lock:
            number = self.previews.get(job_id, (0, "", b""))[0] + 1
            self.previews[job_id] = (number, mime, data)
        self.changes.bump()

    def sending(self, job: Job, backend: str) -> Job:
        """Write down that the job is about to be sent there. Raises StudioError when it cannot be written."""
        with self.lock:
            unsaved = self.book.change({job.id: lambda now: now.replace(sent=backend)})
            if unsaved:
                self.book.change({job.id: lambda now: now.replace(sent="")}, save=False)
                raise unsaved[job.id]
            return self.book.job(job.id)

    def step_aside(self, job_id: str) -> None:
        """Count a running job no longer among those of its backend."""
        with self.lock:
            self._aside.add(job_id)
        self.go_on()

    # -- inside --------------------------------------------------------------------------------------------

    def _not_yet(self, job: Job) -> bool:
        """Whether a job may not begin now: its queue is held, or the time of its next try has not come."""
        if isinstance(job.phase, Queued) and job.phase.not_before:
            if job.id not in self._due:
                longest = self._rules().retry.longest
                self._due[job.id] = self.clock.monotonic() + seconds_until(
                    job.phase.not_before, self.clock.now(), longest
                )
            if self._due[job.id] > self.clock.monotonic():
                self._wake_later()
                return True
        return self.is_held(job)

    def _wake_later(self) -> None:
        """See that somebody looks when the time of a job has come. The lock is held."""
        if not self._waking and not self.closed:
            self._waking = True
            threading.Thread(target=self._wake, name="job clock", daemon=True).start()

    def _wake(self) -> None:
        while True:
            with self.idle:
                now = self.clock.monotonic()
                waiting = {
                    j.id for j in self.book.jobs().values() if isinstance(j.phase, Queued) and j.phase.not_before
                }
                self._due = {i: due for i, due in self._due.items() if i in waiting}
                next_due = min((due for due in self._due.values() if due > now), default=None)
                if self.closed or next_due is None:
                    self._waking = False
                    self.idle.notify_all()
                    break
                self.idle.wait(min(LOOK_SECONDS, next_due - now))
                come = next_due <= self.clock.monotonic()
            if come:
                self._dispatch()
        self.go_on()

    def _dispatch(self) -> None:
        """Start every job whose turn has come."""
        started: list[JobContext] = []
        with self.lock:
            if self.closed:
                return
            jobs = self.book.jobs()
            now = self.clock.now()
            vain = broken(jobs, self.contexts)
            if vain:
                self.book.phases({i: Stopped(finished=now, message=why) for i, why in vain.items()})
                self.idle.notify_all()
                self.changes.bump()
                jobs = self.book.jobs()
            turn = whose_turn(jobs, self.contexts, self._not_yet, self._lane_size, self._loaded, self._aside)
            unsaved = self.book.phases({job.id: Running(started=now) for job in turn}) if turn else {}
            for job_id, error in unsaved.items():
                self._not_begun(jobs[job_id], error)
            for job in turn:
                if job.id not in unsaved:
                    self.left.pop(job.id, None)
                    self._due.pop(job.id, None)
                    context = JobContext(self.book.job(job.id), self)
                    self.contexts[job.id] = context
                    self.began[job.id] = self.clock.monotonic()
                    started.append(context)
        for context in started:
            name = f"job-{context.job.kind}-{context.job.shot}"
            threading.Thread(target=self._work, args=(context,), name=name, daemon=True).start()
        if started or unsaved:
            self.changes.bump()
        if unsaved:
            self._dispatch()

    def _not_begun(self, job: Job, error: StudioError) -> None:
        """What is not written down is not begun: after a crash nobody would know of it. The lock is held."""
        if isinstance(error, DiskFull):
            self.book.phases({job.id: Queued(reason=error.message)}, save=False)
            self.held.add(job.project, Hold(by=DISK, reason=str(error), since=self.clock.now()))
            return
        message = f"{job.title} was not started: {error.message}"
        failed = Failed(finished=self.clock.now(), cure=error.cure, message=message)
        self.book.phases({job.id: failed}, save=False)
        self.idle.notify_all()

    def _work(self, context: JobContext) -> None:
        verdict: Verdict | None = None
        result: str | Made | Again = ""
        log_for(context.job)
        try:
            result = self._executors[context.job.kind](context)
        except StudioError as error:
            if not (context.stopped or isinstance(error, Cancelled)):
                _log.warning("%s failed: %s", context.job.title, error)
            verdict = self._judged(context, error)
        except Exception as error:
            # The boundary that ends the work: one traceback, one sentence for the user.
            _log.exception("%s ended unexpectedly", context.job.title)
            what = f"{context.job.title} ended unexpectedly: {error!r:.300}"
            cure = "Try again; if it happens again, the log has the details."
            verdict = self._judged(context, StudioError(what, cure))
        with self.idle:
            job = self.book.job(context.job.id)
            seconds = round(self.elapsed(job.id), 3)
            if verdict is None:
                verdict = self._good_end(context, job, result, seconds)
            self._conclude(context, verdict)
        self.go_on()

    def _good_end(self, context: JobContext, job: Job, result: str | Made | Again, seconds: float) -> Verdict:
        if isinstance(result, Again) and context.stopped and not context.to_be_resumed:
            return Verdict(job.replace(phase=Stopped(finished=self.clock.now())))
        if isinstance(result, Again):
            detail = {**job.detail, **result.changes}
            return Verdict(job.replace(phase=Queued(reason=result.reason), attempts=0, sent="", detail=detail))
        made = result if isinstance(result, Made) else Made(result)
        done = Done(finished=self.clock.now(), seconds=seconds, result=made.result, note=made.note)
        return Verdict(job.replace(phase=done))

    def _judged(self, context: JobContext, error: StudioError) -> Verdict:
        with self.lock:
            job = self.book.job(context.job.id)
        return judge(
            job, error, self._rules(), self._remedies.get(job.kind), self.clock.now(), stopped=context.stopped,
            resumed=context.to_be_resumed,
        )  # fmt: skip

    def _conclude(self, context: JobContext, verdict: Verdict) -> None:
        """Write down how a job ended, or that it did not. The lock is held."""
        job = verdict.job
        for kept in (self.contexts, self.began, self.previews):
            kept.pop(job.id, None)
        self._aside.discard(job.id)
        if isinstance(job.phase, Queued) and context.to_be_resumed:
            self.left[job.id] = context
        if verdict.pause is not None:
            self._due[job.id] = self.clock.monotonic() + verdict.pause
        # What goes on at the next start stays running on disk, as after a crash.
        self.book.change({job.id: lambda now: job}, save=not (self.closed and isinstance(job.phase, Queued)))
        if verdict.no_room:
            self.held.add(job.project, Hold(by=DISK, reason=verdict.no_room, since=self.clock.now()))
        if isinstance(job.phase, Done):
            self.held.succeeded(job.project)
        elif isinstance(job.phase, Failed):
            self._count_failure(job, job.phase)
        self.idle.notify_all()

    def _count_failure(self, job: Job, failed: Failed) -> None:
        """Hold the queue when failures follow each other and more could. The lock is held."""
        count, limit = self.held.failed(job.project), self._rules().hold_after
        if not limit or count < limit:
            return
        jobs = self.book.jobs()
        vain = broken(jobs, self.contexts)
        waiting = any(
            isinstance(j.phase, Queued) and j.project == job.project and i not in vain for i, j in jobs.items()
        )
        if waiting:
            reason = f"{count} jobs failed one after another, the last of them {job.title}: {failed.message}"
            self.held.add(job.project, Hold(by=FAILURES, reason=reason, since=self.clock.now()))
