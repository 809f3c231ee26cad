"""What detectors share: the frame with its surroundings, runs of frames, and the shape of what they find."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple, Protocol

from domain.quality.figures import FrameFigures
from domain.quality.gate import Gate
from domain.quality.values import Expectation, Severity

AHEAD = 6
"""Frames that are read ahead of the one a detector sees."""


class Seen(NamedTuple):
    """A frame as detectors get it: its figures, and whether it begins a shot."""

    frame: FrameFigures
    cut: bool


class Found(NamedTuple):
    """What a detector found; the gate says how much it counts, of what is `unsure` at most as a warning. Frames are
    0-based and both counted."""

    check: str
    first: int
    last: int
    value: float
    limit: float
    unit: str
    sentence: str
    unsure: bool = False

    def counts(self, severity: Severity) -> Severity:
        """How much it counts where the gate says so."""
        return "warn" if self.unsure and severity == "fail" else severity


class Order(NamedTuple):
    """What detectors go by: the limits, what was ordered, and frames per second."""

    gate: Gate
    expectation: Expectation
    rate: float

    def limit(self, check: str, name: str) -> float:
        """A limit of the gate."""
        return self.gate.limit(check, name)

    def frames(self, seconds: float) -> int:
        """Seconds in frames, at least 1."""
        return max(1, round(seconds * self.rate))


class Detector(Protocol):
    """Sees every frame once, in order, and keeps a bounded memory."""

    def observe(self, seen: Seen) -> Iterator[Found]:
        """What can be told now."""
        ...

    def close(self) -> Iterator[Found]:
        """What can be told at the end."""
        ...


class Run(NamedTuple):
    """Frames in a row for which something held: where, how strong at worst, and the sum of the strengths."""

    first: int
    last: int
    worst: float
    total: float
    frames: int

    @property
    def mean(self) -> float:
        """Mean strength."""
        return self.total / self.frames


@dataclass(slots=True)
class Runs:
    """Gathers frames into runs. Up to `bridge` frames between two of them may fail."""

    bridge: int = 0
    _run: Run | None = None

    def add(self, index: int, strength: float | None) -> Run | None:
        """Count a frame, with None when it does not belong; the run that has ended by it, if one has."""
        run = self._run
        if strength is None:
            if run is not None and index - run.last > self.bridge:
                self._run = None
                return run
            return None
        if run is not None and index - run.last <= self.bridge + 1:
            self._run = Run(run.first, index, max(run.worst, strength), run.total + strength, run.frames + 1)
            return None
        self._run = Run(index, index, strength, strength, 1)
        return run

    def end(self) -> Run | None:
        """The run that is open, which is closed by asking."""
        run, self._run = self._run, None
        return run


class Recent:
    """The last values of a figure."""

    def __init__(self, count: int) -> None:
        self._values: deque[float] = deque(maxlen=count)

    def add(self, value: float) -> None:
        """Remember one more."""
        self._values.append(value)

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()

    def median(self, otherwise: float = 0) -> float:
        """The median; `otherwise` when there is none."""
        return median(self._values) if self._values else otherwise

    def __len__(self) -> int:
        """How many there are."""
        return len(self._values)


def frames_text(first: int, last: int) -> str:
    """Frames for people: "frame 12", "frames 12 to 20"."""
    return f"frame {first}" if first == last else f"frames {first} to {last}"


class Cuts:
    """Reads ahead and tells which frames begin a shot: the ordered ones, and where the picture changes for good."""

    def __init__(self, order: Order) -> None:
        self._ordered = set(order.expectation.cuts or ())
        self._likeness = order.limit("cut", "likeness")
        self._queue: deque[FrameFigures] = deque()
        self._steps = Recent(4)
        self._since = 0

    def add(self, frame: FrameFigures) -> Iterator[Seen]:
        """Take the next frame in; the frame whose surroundings are now known comes out."""
        self._queue.append(frame)
        if len(self._queue) > AHEAD:
            yield self._next()

    def close(self) -> Iterator[Seen]:
        """The frames that are left."""
        while self._queue:
            yield self._next()

    def _next(self) -> Seen:
        frame = self._queue.popleft()
        cut = frame.index in self._ordered or self._is_cut(frame)
        self._since = 0 if cut else self._since + 1
        if not cut:
            self._steps.add(frame.step)
        else:
            self._steps.clear()
        return Seen(frame, cut)

    def _is_cut(self, frame: FrameFigures) -> bool:
        if frame.index == 0 or frame.likeness >= self._likeness or frame.step < 4:
            return False
        ahead = [later.step for later in list(self._queue)[:3]]
        around = max([self._steps.median(), *(sorted(ahead)[:2] or [0])])
        if frame.step < 2.2 * around:
            return False  # it goes on like that: a whip pan, or noise
        # a picture that comes back was a flash
        return not any(
            len(later.back) > lag and later.back[lag] < 0.4 * frame.back[0]
            for lag, later in enumerate(list(self._queue)[:4], 1)
            if frame.back
        )
