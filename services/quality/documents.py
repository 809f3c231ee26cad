"""What a report looks like to people at a terminal, and to programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.quality.values import Finding, QualityReport
from domain.timing import rate_label, rate_text


def report_document(report: QualityReport, file: str) -> dict[str, Any]:
    """The report as one JSON document for programs; `file` as the user named it."""
    stream = report.stream
    video = {
        "width": stream.width, "height": stream.height, "rate": rate_text(stream.rate) if stream.rate else None,
        "frames": stream.frames, "duration": round(stream.seconds, 6), "bit_rate": stream.bit_rate,
        "codec": stream.codec, "pix_fmt": stream.pix_fmt,
        "colour": {
            "matrix": stream.matrix, "primaries": stream.primaries, "transfer": stream.transfer, "range": stream.range,
        },
    }  # fmt: skip
    return {
        "file": file,
        "video": video,
        "gate": report.gate,
        "passed": report.verdict.passed,
        "verdict": report.verdict.sentence,
        "findings": [_finding(finding) for finding in report.findings],
        "seams": [seam.to_json() for seam in report.seams],
        "drift": [drift.to_json() for drift in report.drift],
        "likeness": [likeness.to_json() for likeness in report.likeness],
        "cuts": list(report.cuts),
        "curves": [curve.to_json() for curve in report.curves],
        "sound": stream.sound.to_json() if stream.sound else None,
        "seconds": report.seconds,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check, "severity": finding.severity, "frames": [finding.first, finding.last],
        "shot": finding.shot, "value": finding.value, "limit": finding.limit, "unit": finding.unit,
        "message": finding.sentence, "cure": finding.cure, "action": finding.action,
    }  # fmt: skip


_MARKS = {"fail": "FAIL", "warn": "warn", "note": "note", "off": ""}


def report_lines(report: QualityReport, file: str) -> Iterator[str]:
    """The report as lines for people."""
    stream = report.stream
    rate = f"{rate_label(stream.rate)} fps" if stream.rate else "uneven rate"
    yield (
        f"{file}: {stream.width} x {stream.height}, {rate}, {stream.frames} frames, {stream.seconds:.2f} s, "
        f"{stream.bit_rate / 1e6:.1f} Mbit/s, {stream.codec}"
    )
    for finding in report.findings:
        yield f"{_MARKS[finding.severity]}  {finding.check}: {finding.sentence} {finding.cure}"
    yield report.verdict.sentence
