"""What a check says: findings, curves, scores, and the report over all of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.base import Value
from domain.quality.figures import Stream

Severity = Literal["off", "note", "warn", "fail"]
"""How much a finding counts: not at all, for information, look at it, or the gate does not pass."""

Action = Literal["look", "retake", "reanchor", "remake"]
"""What is to be done: look at it, make the take anew, continue from a fresh picture, or make the file anew."""


class Span(Value):
    """Frames `first` to `last`, both counted, 0-based."""

    first: int = Field(ge=0)
    last: int = Field(ge=0)

    def holds(self, first: int, last: int, around: int = 0) -> bool:
        """Whether all of `first` to `last` lies inside, with `around` frames to spare on both sides."""
        return self.first - around <= first and last <= self.last + around


Kind = Literal["character", "object", "location"]
"""What a reference picture shows."""


class Subject(Value):
    """Somebody or something that shots are to show alike: `reference` is the absolute path of its picture, `shots` are
    the ids of the shots that name it, empty for all; `hardly` are those of them that are framed so that little of it
    shows: their likeness is told, with less confidence, and judged by no limit."""

    name: str
    kind: Kind
    reference: str
    shots: tuple[str, ...] = ()
    hardly: tuple[str, ...] = ()


class Expectation(Value):
    """What was ordered, as far as it is known; what was ordered is no defect.

    `frames` and `rate` of 0 and "" are not known. `cuts` are the frames that begin a shot: None when unknown, empty
    for one shot without a cut. `joins` begin a segment that continues the one before. `fades` were ordered: dissolves,
    fades, and the like. `drawn` are frames that were drawn by rules and not by a model: what looks like a model's fault
    there is meant. `shots` names the shot that begins at each of `cuts` (and at 0); `subjects` are compared with
    their references.
    """

    frames: int = Field(0, ge=0)
    rate: str = ""
    width: int = Field(0, ge=0)
    height: int = Field(0, ge=0)
    moving: bool = False
    cuts: tuple[int, ...] | None = None
    joins: tuple[int, ...] = ()
    fades: tuple[Span, ...] = ()
    shots: tuple[str, ...] = ()
    split_screen: bool = False
    letterbox: bool = False
    overlay: bool = False
    soft: bool = False
    sound: bool | None = None
    subjects: tuple[Subject, ...] = ()
    drawn: tuple[Span, ...] = ()


class Finding(Value):
    """One thing that was found. `value` and `limit` are in `unit`; frames are 0-based and both counted."""

    check: str
    severity: Severity
    first: int = Field(ge=0)
    last: int = Field(ge=0)
    shot: str = ""
    value: float
    limit: float
    unit: str
    sentence: str
    cure: str
    action: Action = "look"


class Seam(Value):
    """A join, at the frame that begins the later segment. `score` 1 cannot be seen, 0 is a hard cut.

    The parts are what the join adds to what goes on around it. `picture`: levels that the motion of the whole picture
    does not explain; `jump`: how far the picture hops beyond its motion, as a share of its width. `mean`,
    `middle`: levels of luma, everywhere and in the middle tones. `contrast`, `saturation`, `sharpness`, `noise`,
    `detail` (of a few pixels): natural logarithms of the ratio, negative for a loss. `cb`, `cr`: levels of chroma;
    `hue`: degrees. `repeated`, `dropped`, `reversed` tell of a doubled or left-out frame and of motion that turns
    round.
    """

    frame: int = Field(ge=1)
    score: float = Field(ge=0, le=1)
    picture: float
    mean: float
    middle: float
    contrast: float
    cb: float
    cr: float
    hue: float
    sharpness: float
    noise: float
    detail: float = 0
    saturation: float = 0
    jump: float = 0
    repeated: bool = False
    dropped: bool = False
    reversed: bool = False


class DriftPoint(Value):
    """How far a segment that begins at `frame` has moved from the chain's beginning, in the units of `Seam`.

    `alike` is the structural similarity of its first frame to the chain's first, 1 for the same picture; `total` 1 is
    where a viewer begins to mind.
    """

    frame: int = Field(ge=0)
    mean: float = 0
    middle: float = 0
    contrast: float = 0
    cb: float = 0
    cr: float = 0
    hue: float = 0
    saturation: float = 0
    sharpness: float = 0
    noise: float = 0
    alike: float = 1
    total: float = 0


class Drift(Value):
    """The curve of one chain, and the frame from which a fresh picture should be taken (None: none is needed)."""

    first: int
    last: int
    points: tuple[DriftPoint, ...]
    reanchor: int | None = None


class Likeness(Value):
    """How well a shot (frames `first` to `last`, both counted) keeps a character, object or place: 1 the same, from
    0.85 on alike as far as can be told. `confidence` tells how much the method can know, `reason` why in words where
    it can say; not `judged` is where too little of it shows."""

    subject: str
    kind: Kind
    shot: str
    score: float = Field(ge=0, le=1)
    method: str
    confidence: float = Field(ge=0, le=1)
    first: int = Field(default=0, ge=0)
    last: int = Field(default=0, ge=0)
    judged: bool = True
    reason: str = ""


class Curve(Value):
    """A figure over the film: `values[i]` is the mean over the `stride` frames from `i * stride` on."""

    name: str
    unit: str
    stride: int = Field(ge=1)
    values: tuple[float, ...]


class Verdict(Value):
    """The outcome in one sentence. `passed` is false when a finding has the severity "fail"."""

    passed: bool
    failures: int
    warnings: int
    sentence: str


class QualityReport(Value):
    """Everything one examination found out about one file."""

    file: str
    gate: str
    stream: Stream
    verdict: Verdict
    findings: tuple[Finding, ...]
    seams: tuple[Seam, ...] = ()
    drift: tuple[Drift, ...] = ()
    likeness: tuple[Likeness, ...] = ()
    curves: tuple[Curve, ...] = ()
    cuts: tuple[int, ...] = ()
    made: str = ""
    seconds: float = 0
