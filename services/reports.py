"""Plans, jobs and findings as JSON documents and as lines of text, for people and programs outside the studio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from domain.film import FilmReport
from domain.job import Done, Failed, Job, Queued, Running, Stopped, Unsure
from domain.plan import GenerationPlan
from domain.timing import rate_label, rate_text, seconds_label
from services.doctor import Finding


def plan_document(plan: GenerationPlan) -> dict[str, Any]:
    """The plan as `plan --json` prints it."""
    return {
        "rate": rate_text(plan.rate),
        "frames": plan.frames,
        "seconds": round(float(plan.frames / plan.rate), 6),
        "native_rate": rate_text(plan.native_rate),
        "backend": plan.backend,
        "profile": plan.profile,
        "mode": plan.mode,
        "width": plan.width,
        "height": plan.height,
        "expected_seconds": plan.expected_seconds,
        "price": plan.price,
        "counts": plan_counts(plan),
        "shots": [
            {
                "id": shot.shot,
                "frames": shot.frames,
                "native_frames": shot.native,
                "state": shot.state,
                "problem": shot.problem,
                "segments": [
                    {
                        "index": s.segment.index,
                        "mode": plan.mode,
                        "generate_frames": s.segment.generate,
                        "keep_frames": s.segment.keep,
                        "drop_frames": s.segment.drop,
                        "surplus_frames": s.segment.surplus,
                        "rate": rate_text(plan.native_rate),
                        "start": s.segment.start,
                        "end": s.segment.end,
                        "state": s.state,
                        "reason": s.reason,
                        "take": s.take,
                        "fingerprint": s.fingerprint,
                    }
                    for s in shot.segments
                ],
            }
            for shot in plan.shots
        ],
    }


def plan_counts(plan: GenerationPlan) -> dict[str, int]:
    """How many segments are in each state; a shot that cannot be split counts as one blocked."""
    counts = dict.fromkeys(("ready", "waiting", "done", "stale", "blocked"), 0)
    for shot in plan.shots:
        for segment in shot.segments:
            counts[segment.state] += 1
        counts["blocked"] += bool(shot.problem)
    return counts


def job_document(job: Job, *, interrupted: bool = False) -> dict[str, Any]:
    """A job as `status --json` prints it. `interrupted` tells that the process which did it is gone."""
    found: dict[str, Any] = {
        "id": job.id, "kind": job.kind, "title": job.title, "shot": job.shot, "segment": job.segment, "slot": job.slot,
        "backend": job.backend, "state": "interrupted" if interrupted and not job.ended else job.phase.kind,
    }  # fmt: skip
    match job.phase:
        case Running(fraction=fraction, detail=detail):
            found |= {"fraction": fraction, "detail": detail}
        case Done(result=result, seconds=seconds):
            found |= {"result": result, "seconds": seconds}
        case Failed(message=message, cure=cure):
            found |= {"message": message, "cure": cure}
        case Unsure(message=message, cure=cure):
            found |= {"message": message, "cure": f"{cure} See: kinoloom render --help, --make-again."}
        case Stopped(message=message):
            found |= {"message": message}
        case Queued(not_before=not_before, reason=reason):
            found |= {k: v for k, v in (("not_before", not_before), ("message", reason)) if v}
    return found


def film_document(report: FilmReport, file: str) -> dict[str, Any]:
    """A finished film as `film --json` and `make --json` print it."""
    return {
        "file": file, "frames": report.frames, "rate": rate_text(report.rate),
        "seconds": round(float(report.frames / report.rate), 6), "width": report.width, "height": report.height,
        "quality": report.quality, "preset": report.delivery, "encoder": report.encoder or "copied",
        "bit_rate": report.info.bit_rate, "sound": report.sound.to_json() if report.sound else None,
        "subtitles": report.subtitles, "upscaled": report.upscaled, "interpolated": report.interpolated,
        "shots": [shot.to_json() for shot in report.shots],
    }  # fmt: skip


def film_line(report: FilmReport, file: str) -> str:
    """A finished film in one line."""
    length = seconds_label(report.frames / report.rate)
    return f"{file}: {report.frames} frames, {length} at {rate_label(report.rate)}, {report.width}×{report.height}"


def sound_lines(report: FilmReport) -> Iterator[str]:
    """What was measured in a film's sound, and what there is to know about it."""
    if report.sound is None:
        return
    found = report.sound.measured
    if found.loudness is not None and found.true_peak is not None:
        yield f"  Sound: {found.loudness:.1f} LUFS, highest true peak {found.true_peak:.1f} dBTP"
    for note in report.sound.notes:
        yield f"  {note}"


def plan_lines(plan: GenerationPlan) -> Iterator[str]:
    """The plan for people."""
    length = seconds_label(plan.frames / plan.rate)
    yield f"{len(plan.shots)} shots, {plan.frames} frames, {length} at {rate_label(plan.rate)} frames per second"
    size = f"{plan.width}×{plan.height}"
    yield f"{plan.backend} · {plan.profile} · {plan.mode} · {size} at {rate_label(plan.native_rate)}"
    for shot in plan.shots:
        yield f"  {shot.shot:<12} {shot.frames:>6} frames  {shot.state}" + (f": {shot.problem}" if shot.problem else "")
        for s in shot.segments:
            if len(shot.segments) > 1 or s.reason:
                part = f"makes {s.segment.generate}, keeps {s.segment.keep}"
                yield f"    segment {s.segment.index + 1}: {part}, {s.state}" + (f" ({s.reason})" if s.reason else "")
    counts = ", ".join(f"{number} {state}" for state, number in plan_counts(plan).items() if number)
    yield f"Segments: {counts or 'none'}."
    if plan.expected_seconds:
        yield f"Expected time: about {plan.expected_seconds:.0f} s."
    if plan.price:
        yield f"Price: {plan.price}."


class ProgressLines:
    """What is new about jobs since the last look."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def news(self, jobs: Sequence[Job]) -> list[str]:
        """A line for each job that has ended since."""
        ended = [job for job in jobs if job.ended and job.id not in self._told]
        start = len(self._told)
        self._told |= {job.id for job in ended}
        return [f"[{start + i}/{len(jobs)}] {job.title}: {_outcome(job)}" for i, job in enumerate(ended, 1)]

    @staticmethod
    def fraction(jobs: Sequence[Job]) -> float:
        """How much of the work is done, 0 to 1, every job counting the same."""
        parts = [
            1.0 if job.ended else job.phase.fraction if isinstance(job.phase, Running) else 0.0 for job in jobs
        ]  # fmt: skip
        return sum(parts) / max(1, len(parts))

    @staticmethod
    def now(jobs: Sequence[Job]) -> str:
        """What is being done, in a few words."""
        running = [job for job in jobs if isinstance(job.phase, Running)]
        if not running:
            return ""
        more = f" +{len(running) - 1}" if len(running) > 1 else ""
        return f"{running[0].title}{more}"


def _outcome(job: Job) -> str:
    match job.phase:
        case Done(seconds=seconds):
            return f"done in {seconds:.1f} s"
        case Failed(message=message):
            return f"failed: {message}"
        case Stopped(message=message):
            return f"stopped: {message}"
        case _:
            return job.phase.kind


def status_lines(runs: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What `status` found, for people."""
    if not runs:
        yield "No jobs yet."
    for run in runs:
        yield f"{run['created']}  {run['title']}  {run['state']}"
        for job in run["jobs"]:
            words = job.get("message") or job.get("result") or job.get("detail") or ""
            words += f" Tries again at {job['not_before']}." if job.get("not_before") else ""
            yield f"  {job['id'][:8]}  {job['state']:<11}  {job['title']}" + (f"  {words}" if words else "")


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What the doctor found, for people."""
    for finding in findings:
        yield f"{'ok' if finding.ok else 'PROBLEM':<8} {finding.check}: {finding.found}"
        if finding.cure:
            yield f"         {finding.cure}"
