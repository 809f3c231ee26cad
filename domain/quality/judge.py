"""The judge: figures of frames in, in order; findings, seams, drift and curves out. Memory does not grow with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from domain.quality import files
from domain.quality.checks import CHECKS
from domain.quality.composition import Letterbox, Overlay, Panels
from domain.quality.continuity import Continuity, judge_likeness
from domain.quality.detail import Above, Softness
from domain.quality.doubles import Doubles
from domain.quality.drift import Chains
from domain.quality.figures import FrameFigures, Stream
from domain.quality.flashes import Flashes
from domain.quality.gate import Gate
from domain.quality.light import Flicker, Harmful
from domain.quality.motion import Motionless, UnorderedCuts
from domain.quality.seams import VISIBLE, Seams
from domain.quality.stops import Frozen
from domain.quality.tones import Empty, Noise, NothingButBlack
from domain.quality.tracking import Cuts, Detector, Found, Order, Runs, Seen
from domain.quality.values import Curve, Drift, Expectation, Finding, Likeness, Seam, Verdict

MOST = 100
"""Findings of one check that are kept; the last one then says how many more there are."""

_NO_PICTURE = {
    "black", "plain", "noise", "flash", "cut", "softer", "soft", "ghost", "flicker", "frozen", "bands", "blocks",
    "panels", "letterbox", "overlay", "motionless", "doubled",
}  # fmt: skip
_EXPLAINS: dict[str, set[str]] = {
    "nan_black": _NO_PICTURE,
    "black": _NO_PICTURE - {"black", "panels"},
    "plain": _NO_PICTURE - {"black", "plain", "flash"},  # a white frame is both
    "noise": _NO_PICTURE - {"black", "plain", "noise"},
    "flash": {"cut", "ghost", "softer", "bands", "blocks", "panels", "noise"},
    "ghost": {"cut", "softer", "flash"},
    "frozen": {"doubled", "motionless", "cut"},
    "harmful": {"flash", "flicker", "cut"},
    "flicker": {"flash"},
    "bands": {"soft", "softer"},
    "panels": {"overlay", "letterbox"},
}
"""A finding of the first kind explains those of the others that lie within it."""
_AROUND = 2
_FADE_EXPLAINS = {"black", "plain", "ghost", "flash", "softer", "cut", "frozen", "flicker"}

_CURVES: dict[str, tuple[str, Callable[[FrameFigures], float]]] = {
    "step": ("levels", lambda f: f.step),
    "mean": ("levels", lambda f: f.mean),
    "contrast": ("levels", lambda f: f.contrast),
    "colourful": ("levels", lambda f: f.colourful),
    "sharpness": ("", lambda f: f.sharpness),
    "noise": ("levels", lambda f: f.noise),
    "alike": ("", lambda f: f.alike),
}
_POINTS = 512


class Outcome(NamedTuple):
    """All that was found out."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    seams: tuple[Seam, ...]
    drift: tuple[Drift, ...]
    likeness: tuple[Likeness, ...]
    curves: tuple[Curve, ...]
    cuts: tuple[int, ...]


class Judge:
    """One examination. `rate` is frames per second, for windows in seconds; `method` and `confidence` (by kind of
    subject) say how the figures tell likeness."""

    def __init__(
        self,
        gate: Gate,
        expectation: Expectation,
        rate: float,
        method: str = "",
        confidence: dict[str, float] | None = None,
    ) -> None:
        self._order = order = Order(gate, expectation, rate)
        self._cuts = Cuts(order)
        self._detectors: list[Detector] = [
            NothingButBlack(order), Empty(order, "black"), Empty(order, "plain"), Noise(order), Frozen(order),
            Motionless(order), UnorderedCuts(order), Flashes(order), Flicker(order), Harmful(order), Softness(order),
            Above(order, "blocks"), Above(order, "bands"), Panels(order), Doubles(order),
            Letterbox(order), Overlay(order),
        ]  # fmt: skip
        self._seams_of = Seams(expectation.joins)
        self._chains = Chains(expectation.joins, order.limit("drift", "total"))
        self._continuity = Continuity(expectation, method, confidence or {})
        self._ordered = frozenset(expectation.cuts or ())
        self._likeness: list[Likeness] = []
        self._damage = Runs(bridge=12)
        self._found: list[Found] = []
        self._counts: Counter[str] = Counter()
        self._seams: list[Seam] = []
        self._drift: list[Drift] = []
        self._shots: list[int] = []
        self._curves = [_Curve(name, unit, get) for name, (unit, get) in _CURVES.items()]

    def observe(self, frame: FrameFigures) -> None:
        """Take the next frame in."""
        for curve in self._curves:
            curve.add(frame)
        for seam in self._seams_of.observe(frame):
            self._join(seam)
        for seen in self._cuts.add(frame):
            self._see(seen)

    def finish(self, stream: Stream) -> Outcome:
        """Everything, when the last frame has been seen."""
        for seam in self._seams_of.close():
            self._join(seam)
        for seen in self._cuts.close():
            self._see(seen)
        for detector in self._detectors:
            self._keep(detector.close())
        for drift in self._chains.close():
            self._drifted(drift)
        self._kept_alike(self._continuity.close())
        run = self._damage.end()
        if run is not None:
            self._keep([files.judge_damage(run.first, run.last, run.frames)])
        self._keep(files.judge_file(stream, self._order))
        findings = tuple(self._findings())
        return Outcome(
            verdict_on(findings, self._order.gate), findings, tuple(self._seams), tuple(self._drift),
            tuple(self._likeness), tuple(curve.result() for curve in self._curves), tuple(self._shots),
        )  # fmt: skip

    def _see(self, seen: Seen) -> None:
        if seen.cut:
            self._shots.append(seen.frame.index)
        for drift in self._chains.observe(seen.frame, seen.cut):
            self._drifted(drift)
        self._kept_alike(self._continuity.observe(seen.frame, seen.frame.index in self._ordered))
        ended = self._damage.add(seen.frame.index, 1.0 if seen.frame.damaged else None)
        if ended is not None:
            self._keep([files.judge_damage(ended.first, ended.last, ended.frames)])
        for detector in self._detectors:
            self._keep(detector.observe(seen))

    def _kept_alike(self, found: Iterable[Likeness]) -> None:
        for likeness in found:
            self._likeness.append(likeness)
            self._keep(judge_likeness(likeness, self._order.limit("continuity", "score")))

    def _join(self, seam: Seam) -> None:
        self._seams.append(seam)
        self._chains.join(seam)
        limit = self._order.limit("seam", "score")
        if seam.score < limit:
            self._keep([
                Found("seam", seam.frame, seam.frame, seam.score, limit, "", f"The join at frame {seam.frame} shows: "
                      f"{_reason(seam)}.")
            ])  # fmt: skip

    def _drifted(self, drift: Drift) -> None:
        self._drift.append(drift)
        if drift.reanchor is not None:
            worst = max(point.total for point in drift.points)
            self._keep([
                Found("drift", drift.reanchor, drift.last, worst, self._order.limit("drift", "total"), "",
                      f"The picture drifts away from its beginning; take a fresh one from frame {drift.reanchor} on.")
            ])  # fmt: skip

    def _keep(self, found: Iterable[Found]) -> None:
        for one in found:
            self._counts[one.check] += 1
            if self._counts[one.check] <= MOST:
                self._found.append(one)

    def _findings(self) -> Iterator[Finding]:
        order = list(CHECKS)
        kept = [found for found in self._found if not self._explained(found)]
        gate = self._order.gate
        for found in sorted(kept, key=lambda f: (f.first, order.index(f.check))):
            severity = gate.severity(found.check)
            if severity == "off":
                continue
            more = self._counts[found.check] - MOST
            tail = f" There are {more} more of these." if more > 0 and found is self._latest(found.check) else ""
            yield Finding(
                check=found.check, severity=found.counts(severity), first=found.first, last=found.last,
                shot=self._shot(found.first), value=found.value, limit=found.limit, unit=found.unit,
                sentence=found.sentence + tail, cure=CHECKS[found.check].cure, action=gate.action(found.check),
            )  # fmt: skip

    def _latest(self, check: str) -> Found:
        return [found for found in self._found if found.check == check][-1]

    def _explained(self, found: Found) -> bool:
        if found.check in _FADE_EXPLAINS and self._faded(found.first, found.last, found.check == "ghost"):
            return True
        return any(_explains(other, found) for other in self._found)

    def _faded(self, first: int, last: int, mixed: bool) -> bool:
        """Whether fades that were ordered lie over all of these frames, one after the other. A mixture may be told
        earlier and later than it was ordered, by half its length: its ends are hardly seen."""
        for fade in sorted(self._order.expectation.fades, key=lambda fade: fade.first):
            around = max(1, (fade.last - fade.first + 1) // 2) if mixed else 1
            if fade.first - around <= first <= fade.last + around:
                first = max(first, fade.last + around + 1)
        return first > last

    def _shot(self, frame: int) -> str:
        expectation = self._order.expectation
        place = sum(1 for cut in expectation.cuts or () if cut <= frame)
        return expectation.shots[place] if place < len(expectation.shots) else ""


def _explains(found: Found, other: Found) -> bool:
    """Whether the first finding is the reason for the second. Of two that could each explain the other, the longer one
    does, and of two as long the one that stands first in `_EXPLAINS`."""
    if other.check not in _EXPLAINS.get(found.check, ()):
        return False
    if not (found.first - _AROUND <= other.first and other.last <= found.last + _AROUND):
        return False
    if (found.check, other.check) == ("frozen", "cut") and found.first <= 1:
        return False  # what never moved may as well be another shot
    if found.check not in _EXPLAINS.get(other.check, ()):
        return True
    order = list(_EXPLAINS)
    lengths = found.last - found.first, other.last - other.first
    return lengths[0] > lengths[1] or (lengths[0] == lengths[1] and order.index(found.check) < order.index(other.check))


def _reason(seam: Seam) -> str:
    """What shows most at a join."""
    if seam.repeated or seam.dropped or seam.reversed:
        return (
            "a frame is repeated" if seam.repeated
            else "a frame is missing" if seam.dropped else "the motion turns round"
        )  # fmt: skip
    words = {
        "picture": "the picture jumps", "jump": "the picture jumps",
        "mean": "the brightness steps", "middle": "the brightness steps",
        "contrast": "the contrast steps", "cb": "the colour steps", "cr": "the colour steps", "hue": "the hues turn",
        "saturation": "the saturation steps",
        "sharpness": "the sharpness steps", "noise": "the grain steps", "detail": "fine detail is lost",
    }  # fmt: skip
    return words[max(VISIBLE, key=lambda name: abs(getattr(seam, name)) / VISIBLE[name])]


def verdict_on(findings: tuple[Finding, ...], gate: Gate) -> Verdict:
    """The outcome that these findings come to."""
    failures = sum(finding.severity == "fail" for finding in findings)
    warnings = sum(finding.severity == "warn" for finding in findings)
    if failures:
        sentence = f'It does not pass "{gate.title}": {_number(failures, "thing fails", "things fail")}'
        sentence += f", {_number(warnings, 'warning', 'warnings')}." if warnings else "."
    elif warnings:
        sentence = f'It passes "{gate.title}" with {_number(warnings, "warning", "warnings")}.'
    else:
        sentence = f'It passes "{gate.title}".'
    return Verdict(passed=not failures, failures=failures, warnings=warnings, sentence=sentence)


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


class _Curve:
    """A figure over the film in at most 512 means; twice as many frames, half as fine."""

    def __init__(self, name: str, unit: str, get: Callable[[FrameFigures], float]) -> None:
        self._name, self._unit, self._get = name, unit, get
        self._stride = 1
        self._values: list[float] = []
        self._sum, self._count = 0.0, 0

    def add(self, frame: FrameFigures) -> None:
        """Count a frame."""
        self._sum, self._count = self._sum + self._get(frame), self._count + 1
        if self._count == self._stride:
            self._values.append(self._sum / self._count)
            self._sum, self._count = 0.0, 0
            if len(self._values) == _POINTS:
                self._values = [(a + b) / 2 for a, b in zip(self._values[::2], self._values[1::2], strict=True)]
                self._stride *= 2

    def result(self) -> Curve:
        """The curve; the last mean may be over fewer frames."""
        rest = (self._sum / self._count,) if self._count else ()
        values = tuple(round(value, 4) for value in (*self._values, *rest))
        return Curve(name=self._name, unit=self._unit, stride=self._stride, values=values)
