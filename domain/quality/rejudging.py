"""A report judged anew by something that knows more than its pictures: who drew them, and whom they show."""

from __future__ import annotations

from collections.abc import Sequence

from domain.quality.checks import CHECKS
from domain.quality.continuity import judge_likeness
from domain.quality.gate import Gate
from domain.quality.judge import verdict_on
from domain.quality.values import Finding, Likeness, QualityReport, Span

MODEL_FAULTS = frozenset(
    {
        "plain", "noise", "frozen", "motionless", "doubled", "flash", "flicker", "cut", "soft", "softer", "blocks",
        "bands", "panels", "ghost", "letterbox", "overlay", "seam", "drift",
    }
)  # fmt: skip
"""What models and their decoders do and drawings by rules cannot: a window bar is no gutter there, and what stands
still was left standing."""


def without_drawn(report: QualityReport, gate: Gate, drawn: Sequence[Span]) -> QualityReport:
    """The report without MODEL_FAULTS in frames that were drawn by rules, and the verdict that follows."""
    kept = tuple(
        f
        for f in report.findings
        if f.check not in MODEL_FAULTS or not any(span.holds(f.first, f.last) for span in drawn)
    )
    return report if kept == report.findings else report.replace(findings=kept, verdict=verdict_on(kept, gate))


def rejudged(report: QualityReport, gate: Gate, told: Sequence[Likeness]) -> QualityReport:
    """The report with these in place of what it says of the same subjects in the same shots, and what follows from it:
    the findings about continuity and the verdict."""
    better = {_place(one): one for one in told}
    likeness = tuple(better.get(_place(one), one) for one in report.likeness)
    severity = gate.severity("continuity")
    findings = [finding for finding in report.findings if finding.check != "continuity"]
    if severity != "off":
        limit = gate.limit("continuity", "score")
        findings += [
            Finding(
                check=found.check, severity=found.counts(severity), first=found.first, last=found.last, shot=one.shot,
                value=found.value, limit=found.limit, unit=found.unit, sentence=found.sentence,
                cure=CHECKS[found.check].cure, action=gate.action(found.check),
            )
            for one in likeness
            for found in judge_likeness(one, limit)
        ]  # fmt: skip
    order = list(CHECKS)
    kept = tuple(sorted(findings, key=lambda f: (f.first, order.index(f.check))))
    return report.replace(likeness=likeness, findings=kept, verdict=verdict_on(kept, gate))


def without_model(report: QualityReport, gate: Gate, why: str) -> QualityReport:
    """The report with a note that the model that was set up could not tell; the likeness stays as it was measured."""
    note = Finding(
        check="continuity", severity="note", first=0, last=0, value=0, limit=0, unit="",
        sentence=f"Likeness is told by colours alone: {why}", cure="See Settings, under Vision.",
    )  # fmt: skip
    findings = (note, *report.findings)
    return report.replace(findings=findings, verdict=verdict_on(findings, gate))


def _place(one: Likeness) -> tuple[str, str, int]:
    return one.subject, one.kind, one.first
