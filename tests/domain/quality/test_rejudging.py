"""Judged anew: what was drawn by rules has no faults of a model."""

from __future__ import annotations

import pytest

from domain.quality.checks import CHECKS
from domain.quality.figures import Stream
from domain.quality.gate import Gate, read_gate
from domain.quality.judge import verdict_on
from domain.quality.rejudging import MODEL_FAULTS, rejudged, without_drawn
from domain.quality.values import Finding, Likeness, QualityReport, Span

STREAM = Stream(
    name="a.mp4", size=1, container="mp4", codec="h264", pix_fmt="yuv420p", width=640, height=360, frames=48
)
GATE = Gate(id="own", title="Own")


def report(*found: tuple[str, int, int]) -> QualityReport:
    findings = tuple(
        Finding(
            check=check, severity="fail", first=first, last=last, value=1, limit=0, unit="", sentence="Bad.", cure=""
        )
        for check, first, last in found
    )
    return QualityReport(file="a.mp4", gate="own", stream=STREAM, verdict=verdict_on(findings, GATE), findings=findings)


def test_only_faults_of_models_inside_what_was_drawn_are_left_out() -> None:
    whole = report(("panels", 0, 9), ("black", 0, 9), ("panels", 5, 12), ("frozen", 20, 29))
    left = without_drawn(whole, GATE, [Span(first=0, last=9), Span(first=20, last=40)])
    assert [(f.check, f.first) for f in left.findings] == [("black", 0), ("panels", 5)]
    assert left.verdict.failures == 2 and whole.verdict.failures == 4
    assert without_drawn(whole, GATE, []) is whole
    assert without_drawn(report(("ghost", 1, 2)), GATE, [Span(first=0, last=2)]).verdict.passed


@pytest.mark.parametrize("check", ["decodes", "count", "rate", "size", "black", "nan_black", "sound", "harmful"])
def test_what_any_maker_can_get_wrong_is_never_left_out(check: str) -> None:
    assert check in CHECKS and check not in MODEL_FAULTS and set(CHECKS) >= MODEL_FAULTS


@pytest.mark.parametrize(
    ("score", "confidence", "severity"),
    [
        (0.86, 0.4, ""), (0.84, 0.4, "warn"), (0.57, 0.4, "warn"), (0.56, 0.4, "fail"), (0.84, 0.6, "fail"),
        (0.84, 0.85, "fail"), (0.86, 0.85, ""), (0.4, 0.2, "warn"),
    ],
)  # fmt: skip
def test_what_is_told_with_little_confidence_fails_only_far_below_the_limit(
    score: float, confidence: float, severity: str
) -> None:
    gate = read_gate("keeps", {"title": "Keeps", "continuity": {"score": 0.85, "severity": "fail"}}, "keeps.toml")
    told = Likeness(
        subject="Ada", kind="character", shot="001", score=score, method="faces", confidence=confidence, last=9
    )
    found = rejudged(report(), gate, [told]).replace(likeness=(told,))
    again = rejudged(found, gate, [told])
    assert [f.severity for f in again.findings] == [severity] * bool(severity)
    assert again.verdict.passed == (severity != "fail")
