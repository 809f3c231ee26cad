"""What follows from a check: which takes are made again, how many times, which one stands, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from domain.base import Value
from domain.quality.values import Drift, Finding, QualityReport, Seam, Severity

OnDrift = Literal["note", "match", "reanchor", "cut"]
"""What is done about a chain that drifts: it is told; the colours of its segments are matched in the film; a segment
gets a fresh start picture; or the shot becomes two."""

MOST_ANCHORS = 2
"""Segments of one shot that get a fresh start picture by themselves."""

MOST_RETAKES = 10

_WEIGHTS: dict[Severity, float] = {"fail": 10.0, "warn": 1.0, "note": 0.1, "off": 0.0}
_KEPT_ATTEMPTS = 200
_KEPT_FINDINGS = 30


class QualityRules(Value):
    """How far Kinoloom goes by itself.

    `clips` tells whether every clip is checked as it arrives, by `clip_gate`; the film is checked by `film_gate` in any
    case. `retakes` is how often a clip that fails is made again at most, 0 for never. `smaller` goes on with a smaller
    size when memory runs out; such clips are enlarged by the workflow `upscale` before the film is made ("server": the
    first that a server can run; empty: the film scales them up).
    """

    clips: bool = True
    clip_gate: str = "draft"
    film_gate: str = "web"
    retakes: int = Field(default=2, ge=0, le=MOST_RETAKES)
    on_drift: OnDrift = "note"
    smaller: bool = False
    upscale: str = Field(default="", max_length=64)


def score(findings: Iterable[Finding], frames: int) -> float:
    """How good a clip of `frames` frames is, above 0 to 1 (nothing was found).

    ``1 / (1 + sum(weight * (1 + share) / 2))`` over the findings: weight 10 for a failure, 1 for a warning, 0.1 for a
    note; `share` of the clip's frames that it covers. So it falls with each finding and with how much it spoils.
    """
    bad = 0.0
    for finding in findings:
        share = min(1.0, (finding.last - finding.first + 1) / max(1, frames))
        bad += _WEIGHTS[finding.severity] * (1 + share) / 2
    return 1 / (1 + bad)


def faults(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What makes a clip fail and another seed may mend."""
    return tuple(f for f in findings if f.severity == "fail" and f.action == "retake")


def in_words(findings: Sequence[Finding], most: int = 3) -> str:
    """What was found, each kind once, as one sentence without its end; empty when nothing was."""
    sentences = list(dict.fromkeys(finding.sentence.rstrip(".") for finding in findings))
    more = f", and {len(sentences) - most} more" if len(sentences) > most else ""
    return "; ".join(sentences[:most]) + more


class Attempt(Value):
    """One clip that was made of a segment, and what its check said.

    `job` made it; `number` 0 is the first of that job, further ones are retakes. `take` is empty for a result that
    could not be kept at all (black, of the wrong size or length). `why` is what was wrong, in words; empty when nothing
    fails. `stands` tells that it was chosen as the job's best.
    """

    job: str
    number: int = Field(ge=0)
    segment: int = Field(ge=0)
    take: str = ""
    seed: int = Field(ge=0)
    made: str = ""
    gate: str = ""
    passed: bool = False
    score: float = Field(default=0, ge=0, le=1)
    why: str = ""
    findings: tuple[Finding, ...] = ()
    stands: bool = False


class DriftStep(Value):
    """What is done about a chain that drifts: segment `segment` (0-based) begins with a fresh picture, or the shot, of
    `frames` film frames, ends before its film frame `at` and another one has the rest."""

    kind: Literal["reanchor", "cut"]
    segment: int = Field(ge=1)
    at: int = Field(default=0, ge=0)
    frames: int = Field(default=0, ge=0)


class Chain(Value):
    """What the joins of a finished shot look like: of these takes, in native frames of the shot. `done` says what was
    done about drift; empty when nothing was. `step` is what the job `job` that looked has to do about it."""

    takes: tuple[str, ...]
    gate: str
    made: str = ""
    seams: tuple[Seam, ...] = ()
    drift: tuple[Drift, ...] = ()
    findings: tuple[Finding, ...] = ()
    done: str = ""
    job: str = ""
    step: DriftStep | None = None


class ShotChecks(Value):
    """Everything that checks said about the clips of one shot, oldest first. `anchored` are the segments that ever got
    a fresh start picture by themselves."""

    attempts: tuple[Attempt, ...] = Field(default=(), max_length=_KEPT_ATTEMPTS)
    chain: Chain | None = None
    anchored: tuple[int, ...] = ()

    def of_job(self, job: str) -> tuple[Attempt, ...]:
        """The attempts of a job, in the order in which they were made."""
        return tuple(sorted((a for a in self.attempts if a.job == job), key=lambda a: a.number))

    def of_take(self, segment: int, take: str) -> Attempt | None:
        """The attempt that gave the take; None when it was never checked."""
        return next((a for a in self.attempts if a.segment == segment and a.take == take and take), None)

    def retakes(self, segment: int | None = None) -> int:
        """How often clips were made again by themselves; of a segment, or of all."""
        return sum(1 for a in self.attempts if a.number and segment in (None, a.segment))

    def with_attempt(self, attempt: Attempt) -> ShotChecks:
        """With that attempt, in place of the same one from before an interruption."""
        kept = [a for a in self.attempts if (a.job, a.number) != (attempt.job, attempt.number)]
        findings = attempt.findings[:_KEPT_FINDINGS]
        return self.replace(attempts=(*kept[-(_KEPT_ATTEMPTS - 1) :], attempt.replace(findings=findings)))

    def standing(self, job: str, number: int) -> ShotChecks:
        """With that attempt of a job as the one that stands."""
        return self.replace(
            attempts=tuple(a.replace(stands=a.number == number) if a.job == job else a for a in self.attempts)
        )


def best(attempts: Iterable[Attempt]) -> Attempt | None:
    """The attempt whose take is to stand: one that passes before all others, then by score, then the earlier one; None
    when none was kept."""
    kept = [a for a in attempts if a.take]
    return max(kept, key=lambda a: (a.passed, a.score, -a.number), default=None)


def attempt_of(report: QualityReport, **known: object) -> Attempt:
    """What is remembered of a clip's report; `known` has the other fields."""
    failing = [f for f in report.findings if f.severity == "fail"]
    fields = {
        "gate": report.gate, "passed": report.verdict.passed, "why": in_words(failing),
        "score": score(report.findings, report.stream.frames), "findings": report.findings[:_KEPT_FINDINGS],
    }  # fmt: skip
    return Attempt.model_validate({**fields, **known})
