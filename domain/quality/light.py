"""Light that jumps: single flashes, flicker, and flashing that can harm."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from math import hypot
from statistics import median

from domain.quality.figures import FrameFigures
from domain.quality.tracking import Found, Order, Recent, Run, Runs, Seen, frames_text

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

_SWING = 10
"""Levels that a pulse of brightness goes up or down by, at least."""
_TURNS, _EVEN = 5, 1.7
"""Turns of a pulse within two seconds, at least, and how much longer the longest way between two is than the shortest,
at most."""
_LIGHT_ALONE, _MOSTLY_LIGHT = 0.35, 0.4
"""Share of the step that is a change of brightness, in a pulse and in flicker: what moves, and a camera that bobs,
change more than that."""
_LEAST_STEP = 0.3
_DARK, _DARKEST = 64, 0.6
"""Mean level below which a picture is so dark that less is seen to flicker, and how much less at least."""
_PART_OF = 0.5
"""Share of the usual jump that one has in the first and the last frame of a flicker."""


class Flashes:
    """One to four frames whose picture, brightness or colour leaves and comes back."""

    def __init__(self, order: Order) -> None:
        self._picture = order.limit("flash", "picture")
        self._exposure = order.limit("flash", "exposure")
        self._past: deque[FrameFigures] = deque(maxlen=_LONGEST + 2)
        self._jumps, self._turns = Recent(24), Recent(24)
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
            for usual in self._usual:
                usual.clear()
        self._shot = 0 if seen.cut else self._shot + 1
        for usual, difference in zip(self._usual, frame.back[: self._shot], strict=False):
            usual.add(difference)
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
        if not fades and (clear or brief):
            return Found(
                "flash", first, last, min(leaving, coming), self._picture, "levels",
                f"Another picture stands in {frames_text(first, last)}.",
            )  # fmt: skip
        return None


def _tint(frame: FrameFigures, other: FrameFigures) -> float:
    """Distance of the mean colours of two frames, levels."""
    return hypot(frame.cb - other.cb, frame.cr - other.cr)


class Flicker:
    """Brightness that goes to and fro all through a second, or pulses evenly through two. Single jumps (a flash, a
    cut) do not count."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._means: deque[float] = deque(maxlen=3)
        self._jumps: deque[float] = deque(maxlen=max(8, order.frames(1)))
        self._light: deque[float] = deque(maxlen=self._jumps.maxlen)
        self._places: deque[tuple[int, float]] = deque(maxlen=3 * max(8, order.frames(1)))
        self._begins = -1
        self._course: deque[float] = deque(maxlen=order.frames(2))
        self._lit: deque[float] = deque(maxlen=order.frames(2))
        self._runs = Runs(bridge=order.frames(0.25))

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow the second difference."""
        frame, limit = seen.frame, self._order.limit("flicker", "levels")
        if seen.cut:
            self._means.clear()
            self._course.clear()
            self._lit.clear()
        if self._means:
            self._lit.append(abs(frame.mean - self._means[-1]) / max(_LEAST_STEP, frame.step))
        self._means.append(frame.mean)
        self._course.append(frame.mean)
        strength: float | None = None
        if len(self._means) == 3:
            before, now, after = self._means
            self._jumps.append(now - (before + after) / 2)
            self._places.append((frame.index - 1, abs(self._jumps[-1])))
            self._light.append(max(list(self._lit)[-2:]))
        if len(self._jumps) == self._jumps.maxlen:
            sizes = sorted(map(abs, self._jumps))
            middle = sizes[len(sizes) // 4 : len(sizes) * 3 // 4]
            turns = sum(1 for a, b in pairwise(self._jumps) if a * b < 0)
            typical = sum(middle) / len(middle)
            light = median(
                share for share, jump in zip(self._light, self._jumps, strict=True) if abs(jump) >= typical * _PART_OF
            )
            limit *= min(1.0, max(_DARKEST, frame.mean / _DARK))
            if typical > limit and turns >= len(sizes) // 3 and light > _MOSTLY_LIGHT:
                strength = typical
                if self._begins < 0:
                    window = list(self._places)[-len(sizes) :]
                    self._begins = min(place for place, jump in window if jump > _PART_OF * typical)
        if strength is None and len(self._course) == self._course.maxlen and median(self._lit) > _LIGHT_ALONE:
            strength = _pulse(list(self._course))
            if strength is not None and self._begins < 0:
                self._begins = frame.index - len(self._course) + 1
        yield from self._tell(self._runs.add(frame.index, strength))

    def close(self) -> Iterator[Found]:
        """The stretch that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is None:
            return
        strong = [place for place, jump in self._places if place <= run.last and jump > _PART_OF * run.mean]
        first, last = self._begins, max(strong, default=run.last)
        self._begins = -1
        yield Found(
            "flicker", first, last, run.worst, self._order.limit("flicker", "levels"), "levels",
            f"The brightness flickers in {frames_text(first, last)}.",
        )  # fmt: skip


def _pulse(course: list[float]) -> float | None:
    """How far mean luma swings where it goes up and down evenly, three times and more; None where it does not."""
    turns: list[tuple[int, float]] = [(0, course[0])]
    way = 0
    for place, level in enumerate(course):
        if way and (level - turns[-1][1]) * way >= 0:
            turns[-1] = place, level  # it goes on
        elif abs(level - turns[-1][1]) >= _SWING:
            way = 1 if level > turns[-1][1] else -1
            turns.append((place, level))
    inner = turns[1:-1]
    if len(inner) < _TURNS:
        return None
    lengths = [b[0] - a[0] for a, b in pairwise(inner)]
    return min(abs(b[1] - a[1]) for a, b in pairwise(inner)) if max(lengths) <= _EVEN * min(lengths) else None


class Harmful:
    """General flashes (WCAG 2.3.1, ITU-R BT.1702): more than three pairs of opposing changes within a second."""

    def __init__(self, order: Order) -> None:
        self._area, self._most = order.limit("harmful", "area"), order.limit("harmful", "flashes")
        self._turns: deque[tuple[float, int]] = deque()
        self._direction = 0
        self._bridge = order.frames(1)
        self._runs = Runs(bridge=self._bridge)
        self._began = self._until = -1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Count turns of brightness over enough of the picture."""
        frame = seen.frame
        net = frame.brighter - frame.darker
        direction = (net >= self._area) - (net <= -self._area)
        if direction and direction != self._direction:
            self._direction = direction
            self._turns.append((frame.seconds, frame.index))
        while self._turns and frame.seconds - self._turns[0][0] > 1:
            self._turns.popleft()
        flashes = (len(self._turns) + 1) // 2
        strength = float(flashes) if flashes > self._most and direction else None
        if strength is not None and (self._began < 0 or frame.index - self._until > self._bridge):
            self._began = self._turns[0][1]
        if strength is not None:
            self._until = frame.index
        yield from self._tell(self._runs.add(frame.index, strength))

    def close(self) -> Iterator[Found]:
        """The stretch that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is not None:
            first, self._began = (self._began if 0 <= self._began <= run.first else run.first), -1
            yield Found(
                "harmful", first, run.last, run.worst, self._most, "per s",
                f"The picture flashes {run.worst:.0f} times within a second around "
                f"{frames_text(first, run.last)}.",
            )  # fmt: skip
