"""What becomes of a job that did not come to a good end. Pure: the job service acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.errors import Cancelled, DiskFull, FateUnknown, StudioError
from domain.job import CHECK, MAKE_AGAIN, Failed, Job, Queued, Stopped, Unsure
from domain.retries import QueueRules
from services.job_context import Remedy


@dataclass(frozen=True)
class Verdict:
    """The job as it is from now on; the seconds after which it is tried again, where it is by itself; and why the
    queue cannot go on, where it cannot."""

    job: Job
    pause: float | None = None
    no_room: str = ""


def judge(
    job: Job, error: StudioError, rules: QueueRules, remedy: Remedy | None, now: str, *, stopped: bool, resumed: bool
) -> Verdict:  # fmt: skip
    """`stopped` tells that it was asked to stop, `resumed` that this was only for now; `now` is UTC, ISO 8601."""
    if resumed:
        return Verdict(job.replace(phase=Queued()))
    if stopped or isinstance(error, Cancelled):
        return Verdict(job.replace(phase=Stopped(finished=now)))
    if isinstance(error, FateUnknown):
        offers = (CHECK, MAKE_AGAIN) if error.askable else (MAKE_AGAIN,)
        return Verdict(job.replace(phase=Unsure(since=now, message=error.message, cure=error.cure, offers=offers)))
    if isinstance(error, DiskFull):
        return Verdict(job.replace(phase=Queued(reason=error.message)), no_room=str(error))
    if getattr(error, "fault", "") == "network" and getattr(error, "retry", True):
        pause = rules.retry.pause(job.attempts)
        if pause is not None:
            waiting = Queued(not_before=later(now, pause), reason=error.message)
            return Verdict(job.replace(phase=waiting, attempts=job.attempts + 1), pause)
        if job.sent:
            message = f"{job.title} was sent to {job.sent}, which cannot be reached any more: {error.message}"
            return Verdict(job.replace(phase=Unsure(since=now, message=message, cure=error.cure)))
    other = remedy(job, error) if remedy is not None else None
    if other is not None:
        return Verdict(other.replace(attempts=0))
    return Verdict(
        job.replace(
            phase=Failed(
                finished=now, message=error.message, cure=error.cure, retry=getattr(error, "retry", True),
                fault=getattr(error, "fault", ""), offers=getattr(error, "offers", ()),
            )
        )
    )  # fmt: skip


def later(now: str, seconds: float) -> str:
    """`seconds` after `now`, UTC, ISO 8601 with whole seconds, rounded up."""
    moment = datetime.fromisoformat(now) + timedelta(seconds=-(-seconds // 1))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_until(moment: str, now: str, longest: float) -> float:
    """Seconds from `now` to `moment`, 0 when it is past or no time; never more than `longest`, because the clock may
    have been set back since."""
    try:
        left = (datetime.fromisoformat(moment) - datetime.fromisoformat(now)).total_seconds()
    except (TypeError, ValueError):
        return 0.0
    return min(max(left, 0.0), longest)
