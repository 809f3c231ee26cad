"""The process that examines, so that decoding never slows the window: run with `-m` by `FileExaminer`."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2

from domain.quality.figures import FrameFigures
from domain.quality.gate import Gate
from domain.quality.judge import Judge
from domain.quality.values import Expectation, QualityReport
from infrastructure.processes import Message, serve
from infrastructure.quality.reader import examine
from infrastructure.quality.signatures import CONFIDENCE, METHOD

_REPORT_SECONDS = 0.2
_USUAL_RATE = 24.0
"""Frames per second for windows in seconds where a file tells no rate."""


def examine_file(path: Path, gate: Gate, expectation: Expectation, report: Callable[[int, int], None]) -> QualityReport:
    """Everything about one file, in this process. Raises UnreadableMedia."""
    begun = time.monotonic()
    judges: list[Judge] = []

    def begin(rate: Fraction | None) -> Callable[[FrameFigures], None]:
        judges.append(Judge(gate, expectation, float(rate or _USUAL_RATE), METHOD, CONFIDENCE))
        return judges[0].observe

    stream = examine(path, begin, report, expectation)
    outcome = judges[0].finish(stream)
    return QualityReport(
        file=path.name, gate=gate.id, stream=stream, verdict=outcome.verdict, findings=outcome.findings,
        seams=outcome.seams, drift=outcome.drift, likeness=outcome.likeness, curves=outcome.curves, cuts=outcome.cuts,
        seconds=round(time.monotonic() - begun, 3),
    )  # fmt: skip


def handle(message: Message, reply: Callable[[Message], None]) -> None:
    """Answer one "examine" message with "progress" messages and one "done"."""
    said = 0.0

    def report(done: int, of: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= _REPORT_SECONDS:
            said = now
            reply({"kind": "progress", "done": done, "frames": of})

    gate, expectation = Gate.model_validate(message["gate"]), Expectation.model_validate(message["expectation"])
    found = examine_file(Path(message["path"]), gate, expectation, report)
    reply({"kind": "done", "report": found.to_json()})


if __name__ == "__main__":
    cv2.setNumThreads(1)  # the decoder has the other cores
    serve(handle)
