"""Flashes: pictures, brightness or colour that leave for a few frames and come back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import hypot

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Recent, Seen, frames_text

_LONGEST = 4
"""Frames that a flash lasts at most."""
_PART = 0.25
"""Share of a dark picture's brightness that is a jump in it."""
_LEAST = 3.5
"""Levels that are a jump in the darkest picture."""
_PASSING = 1.3
"""How much larger steps are while something passes close by than when it comes and goes: a flash stands, or fades."""
_BACK = 0.4
"""What may be left of the jump when a picture has come back: the share that motion has added meanwhile."""
_FADING = 0.4
"""Share of the step into a flash that the one before it has where the light is fading already."""
_LEAST_OTHER, _PART_OTHER, _MUCH = 4.0, 0.12, 0.75
"""Levels, share of a dark picture's brightness, and share of the limit that another picture differs by, at least,
beyond what motion does."""
_STANDS_OUT, _BRIEF, _AS_EVER = 0.9, 2, 1.1
"""How large that difference is beside what motion does from frame to frame, at least; frames that it lasts at most; and
how much further motion has gone on meanwhile than it does in as many frames: then even a fast one has a hole in it."""

_HOP, _SHAKEN, _LITTLE = 0.25, 0.5, 8
"""Share of a step that the motion of the whole picture leaves over, at most, where the picture hops; share of it that
an earlier step in the same second has where the camera is shaken, and hops are nothing else; and frames from which on
that can be known."""
_TORN, _ACROSS, _MORE_ACROSS, _STEADY = 0.5, 0.55, 1.5, 0.6
"""Share of its usual likeness to the frame before that a frame and the next one have at most where it is torn; of the
usual likeness to the second frame before that these two neighbours of it have at least, and how much more alike they
are than it is to them; and usual likeness of frames that are no whip or shaking."""
_CALM, _CALMLY, _WIDE, _SUDDENLY = 0.8, 0.95, 0.4, 4
"""The same two shares where one frame stands out of a calm picture, the share of its fields in which it differs, so
that it is no bird or flake close by, and its step against the usual one, and in levels."""
_NO_HOP = 0.6
"""Share of a step that the motion of the whole picture leaves over, at least: one that hops is a shaken camera's."""


class Flashes:
    """One to four frames whose picture, brightness or colour leaves and comes back."""

    def __init__(self, order: Order) -> None:
        self._picture = order.limit("flash", "picture")
        self._exposure = order.limit("flash", "exposure")
        self._past: deque[FrameFigures] = deque(maxlen=_LONGEST + 2)
        self._jumps, self._turns = Recent(24), Recent(24)
        self._alike = Recent(12), Recent(12)
        self._steps: deque[tuple[int, float]] = deque(maxlen=24)
        self._usual = [Recent(16) for _ in range(_LONGEST + 1)]
        self._shot = -1
        self._reach = -1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Look whether this frame is like one before a jump."""
        frame, past = seen.frame, self._past
        if past and not seen.cut:
            self._jumps.add(abs(frame.mean - past[-1].mean))
            self._turns.add(_tint(frame, past[-1]))
        for count in range(1, min(_LONGEST, len(past) - 1) + 1):
            if frame.index - count <= self._reach:
                break
            found = self._returned(frame, count)
            if found is not None:
                self._reach = frame.index
                yield found
                break
        if seen.cut:
            for usual in (*self._usual, *self._alike):
                usual.clear()
        self._shot = 0 if seen.cut else self._shot + 1
        for usual, difference in zip(self._usual, frame.back[: self._shot], strict=False):
            usual.add(difference)
        if self._shot > 1 and frame.likes:
            for alike, likeness in zip(self._alike, (frame.likeness, frame.likes[0]), strict=True):
                alike.add(likeness)
        self._steps.append((frame.index, 0.0 if seen.cut else frame.step))
        past.append(frame)

    def close(self) -> Iterator[Found]:
        """A flash has to end to be one."""
        yield from ()

    def _returned(self, frame: FrameFigures, count: int) -> Found | None:
        before, out = self._past[-1 - count], self._past[-count]
        if not (out.back and len(frame.back) > count):
            return None
        first, last = out.index, frame.index - 1
        leaving, coming, rest = out.back[0], frame.back[0], frame.back[count]
        within = [inner.back[0] for inner in list(self._past)[len(self._past) - count + 1 :]]
        if within and min(within) > _PASSING * max(leaving, coming):
            return None
        light = [self._past[-1 - place].mean - before.mean for place in range(count)]
        jump = min(light, key=abs)
        usual = max(self._jumps.median(), 0.3)
        earlier = self._past[-2 - count].mean if len(self._past) > count + 1 else before.mean
        turn = out.mean - before.mean
        fades = abs(turn) > _LEAST and (before.mean - earlier) / turn > _FADING
        if (
            abs(jump) >= min(self._exposure, max(_LEAST, _PART * before.mean))
            and abs(jump) >= 5 * usual
            and not fades
            and min(light) * max(light) > 0
            and abs(frame.mean - before.mean) <= _BACK * abs(jump)
            and abs(out.mean - before.mean) >= 0.5 * max(map(abs, light))
        ):
            way = "brighter" if jump > 0 else "darker"
            return Found(
                "flash", first, last, abs(jump), self._exposure, "levels",
                f"The picture flashes {way} in {frames_text(first, last)}.",
            )  # fmt: skip
        turns = [_tint(self._past[-1 - place], before) for place in range(count)]
        if (
            min(turns) >= max(self._exposure, 5 * self._turns.median())
            and _tint(frame, before) <= _BACK * min(turns)
            and max(turns) <= 2 * turns[-1]
        ):
            return Found(
                "flash", first, last, min(turns), self._exposure, "levels",
                f"The picture flashes in another colour in {frames_text(first, last)}.",
            )  # fmt: skip
        step, further = self._usual[0].median(), self._usual[count].median()
        other = min(leaving, coming) - step
        least = min(_MUCH * self._picture, max(_LEAST_OTHER, _PART_OTHER * before.mean))
        clear = min(leaving, coming) >= self._picture and rest <= _BACK * min(leaving, coming)
        brief = count <= _BRIEF and other >= max(least, _STANDS_OUT * step) and rest <= _AS_EVER * max(1.0, further)
        if not fades and (clear or brief) and not self._shaken(out, frame):
            return Found(
                "flash", first, last, min(leaving, coming), self._picture, "levels",
                f"Another picture stands in {frames_text(first, last)}.",
            )  # fmt: skip
        if count == 1 and self._torn(out, frame):
            return Found(
                "flash", first, last, min(leaving, coming), self._picture, "levels",
                f"The picture is torn or displaced in {frames_text(first, last)}.",
            )  # fmt: skip
        return None

    def _shaken(self, out: FrameFigures, back: FrameFigures) -> bool:
        """Whether the picture only hops away and back, as it does all the time, or may do: at a shot's beginning
        nothing is known of the camera."""
        hops = all(frame.residue < _HOP * frame.step for frame in (out, back))
        before = [step for index, step in self._steps if index < out.index]
        return hops and (len(before) < _LITTLE or any(step > _SHAKEN * out.step for step in before))

    def _torn(self, frame: FrameFigures, after: FrameFigures) -> bool:
        """Whether one frame has little of its neighbours, which are like each other: however fast the motion is, a
        frame lies between those beside it."""
        usual, further = (alike.median() for alike in self._alike)
        if len(self._alike[0]) < _LONGEST or usual < _STEADY or not after.likes:
            return False
        sides, across = (frame.likeness, after.likeness), after.likes[0]
        if frame.residue + after.residue < _NO_HOP * (frame.step + after.step):
            return False
        fast = max(sides) < _TORN * usual and across > max(_ACROSS * further, _MORE_ACROSS * sum(sides) / 2)
        calm = max(sides) < _CALM * usual and across > _CALMLY * further
        wide = min(frame.spread, after.spread) > _WIDE
        sudden = min(frame.step, after.step) > _SUDDENLY * max(1.0, self._usual[0].median())
        return fast or (calm and wide and sudden)


def _tint(frame: FrameFigures, other: FrameFigures) -> float:
    """Distance of the mean colours of two frames and of how colourful they are, levels."""
    return hypot(frame.cb - other.cb, frame.cr - other.cr, frame.colourful - other.colourful)
