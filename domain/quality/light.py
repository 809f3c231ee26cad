"""Light that jumps: single flashes, flicker, and flashing that can harm."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

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


class Flashes:
    """One to four frames whose picture or brightness leaves and comes back."""

    def __init__(self, order: Order) -> None:
        self._picture = order.limit("flash", "picture")
        self._exposure = order.limit("flash", "exposure")
        self._past: deque[FrameFigures] = deque(maxlen=_LONGEST + 2)
        self._jumps = Recent(24)
        self._reach = -1

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Look whether this frame is like one before a jump."""
        frame, past = seen.frame, self._past
        if past and not seen.cut:
            self._jumps.add(abs(frame.mean - past[-1].mean))
        for count in range(1, min(_LONGEST, len(past) - 1) + 1):
            if frame.index - count <= self._reach:
                break
            found = self._returned(frame, count)
            if found is not None:
                self._reach = frame.index
                yield found
                break
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
        if (
            abs(jump) >= min(self._exposure, max(_LEAST, _PART * before.mean))
            and abs(jump) >= 5 * usual
            and min(light) * max(light) > 0
            and abs(frame.mean - before.mean) <= _BACK * abs(jump)
            and abs(out.mean - before.mean) >= 0.5 * max(map(abs, light))
        ):
            way = "brighter" if jump > 0 else "darker"
            return Found(
                "flash", first, last, abs(jump), self._exposure, "levels",
                f"The picture flashes {way} in {frames_text(first, last)}.",
            )  # fmt: skip
        if min(leaving, coming) >= self._picture and rest <= _BACK * min(leaving, coming):
            return Found(
                "flash", first, last, min(leaving, coming), self._picture, "levels",
                f"Another picture stands in {frames_text(first, last)}.",
            )  # fmt: skip
        return None


class Flicker:
    """Brightness that goes to and fro all through a second. Single jumps (a flash, a cut) do not count."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._means: deque[float] = deque(maxlen=3)
        self._jumps: deque[float] = deque(maxlen=max(8, order.frames(1)))
        self._runs = Runs(bridge=order.frames(0.25))

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow the second difference."""
        frame, limit = seen.frame, self._order.limit("flicker", "levels")
        if seen.cut:
            self._means.clear()
        self._means.append(frame.mean)
        strength: float | None = None
        if len(self._means) == 3:
            before, now, after = self._means
            self._jumps.append(now - (before + after) / 2)
        if len(self._jumps) == self._jumps.maxlen:
            sizes = sorted(map(abs, self._jumps))
            middle = sizes[len(sizes) // 4 : len(sizes) * 3 // 4]
            turns = sum(1 for a, b in pairwise(self._jumps) if a * b < 0)
            typical = sum(middle) / len(middle)
            if typical > limit and turns >= len(sizes) // 3:
                strength = typical
        yield from self._tell(self._runs.add(frame.index, strength))

    def close(self) -> Iterator[Found]:
        """The stretch that ends the file."""
        yield from self._tell(self._runs.end())

    def _tell(self, run: Run | None) -> Iterator[Found]:
        if run is None:
            return
        first = max(0, run.first - len(self._jumps))  # a run begins when a whole second has flickered
        yield Found(
            "flicker", first, run.last, run.worst, self._order.limit("flicker", "levels"), "levels",
            f"The brightness flickers in {frames_text(first, run.last)}.",
        )  # fmt: skip


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
