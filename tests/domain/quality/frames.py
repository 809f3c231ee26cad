"""Figures of made-up frames for tests of the judge: a lively, sound clip, in which single figures are changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from domain.quality.figures import FrameFigures, Stream
from domain.quality.gate import Gate
from domain.quality.judge import Judge, Outcome
from domain.quality.values import Expectation

SHIPPED = Gate(id="shipped", title="As shipped")
SOUND = FrameFigures(
    index=0, seconds=0, mean=110, contrast=48, low=12, high=228, peak=250, middle=104, cb=2, cr=-3, colourful=22, structure=0.7,
    scatter=0.7, sharpness=1.4, noise=1.0, blocks=1.05, bands=0.0, step=3.0, step_peak=60, motion=2.5, likeness=0.97,
    shift=(0.003, 0.0), residue=1.0,
)  # fmt: skip
BLACK: dict[str, Any] = {
    "mean": 0, "contrast": 0, "low": 0, "high": 0, "peak": 0, "middle": 0, "structure": 0, "scatter": 0, "sharpness": 0,
}  # fmt: skip


def clip(count: int, change: Callable[[int], dict[str, Any]] = lambda i: {}) -> list[FrameFigures]:
    """So many frames at 24 per second; `change` gives what is different in a frame. Sharpness changes all over."""
    made: list[FrameFigures] = []
    for i in range(count):
        back = tuple(3.0 + 1.5 * lag for lag in range(min(5, i)))
        first: dict[str, Any] = {"step": 0.0, "step_peak": 0.0, "motion": 0.0, "likeness": 1.0} if i == 0 else {}
        changes: dict[str, Any] = {"index": i, "seconds": i / 24, "back": back} | first | change(i)
        before = made[-1].sharpness if made else 0
        if before and "sharpness" in changes | change(i - 1):
            changes.setdefault("crisp", changes.get("sharpness", SOUND.sharpness) / before)
        made.append(replace(SOUND, **changes))
    return made


def stream(frames: int, **changes: Any) -> Stream:
    """A sound file of so many frames."""
    base: dict[str, Any] = {
        "name": "clip.mp4", "size": 1_000_000, "container": "mov", "codec": "h264", "pix_fmt": "yuv420p",
        "width": 1920, "height": 1080, "frames": frames, "claimed": frames, "rate": "24/1", "seconds": frames / 24,
        "bit_rate": 12_000_000, "matrix": "bt709", "primaries": "bt709", "transfer": "bt709",
    }  # fmt: skip
    return Stream.model_validate(base | changes)


def judged(
    frames: list[FrameFigures], expectation: Expectation | None = None, gate: Gate = SHIPPED, **changes: Any
) -> Outcome:
    """What the judge says about these frames in a sound file."""
    judge = Judge(gate, expectation or Expectation(), 24)
    for frame in frames:
        judge.observe(frame)
    return judge.finish(stream(len(frames), **changes))


def found(outcome: Outcome) -> list[tuple[str, int, int]]:
    """Checks and places of all findings."""
    return [(finding.check, finding.first, finding.last) for finding in outcome.findings]
