"""Light that jumps again and again: flicker, and flashing that can harm."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from domain.quality.tracking import Found, Order, Run, Runs, Seen, frames_text

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
_TOGETHER, _MANY = 0.5, 0.4
"""Share of a change of brightness that a field of the picture has where it takes part in it, and how many of its 12
fields do: what passes close by changes a few."""
_PART_OF = 0.5
"""Share of the usual jump that one has in the first and the last frame of a flicker."""


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
        self._cells: deque[tuple[float, ...]] = deque(maxlen=3)
        self._wide: deque[float] = deque(maxlen=self._jumps.maxlen)
        self._runs = Runs(bridge=order.frames(0.25))

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Follow the second difference."""
        frame, limit = seen.frame, self._order.limit("flicker", "levels")
        if seen.cut:
            self._means.clear()
            self._cells.clear()
            self._course.clear()
            self._lit.clear()
        if self._means:
            self._lit.append(abs(frame.mean - self._means[-1]) / max(_LEAST_STEP, frame.step))
        self._means.append(frame.mean)
        self._cells.append(frame.cells)
        self._course.append(frame.mean)
        strength: float | None = None
        if len(self._means) == 3:
            before, now, after = self._means
            self._jumps.append(now - (before + after) / 2)
            self._places.append((frame.index - 1, abs(self._jumps[-1])))
            self._light.append(max(list(self._lit)[-2:]))
            self._wide.append(_taking_part(self._jumps[-1], *self._cells))
        if len(self._jumps) == self._jumps.maxlen:
            sizes = sorted(map(abs, self._jumps))
            middle = sizes[len(sizes) // 4 : len(sizes) * 3 // 4]
            turns = sum(1 for a, b in pairwise(self._jumps) if a * b < 0)
            typical = sum(middle) / len(middle)
            light, wide = (
                median(share for share, jump in zip(of, self._jumps, strict=True) if abs(jump) >= typical * _PART_OF)
                for of in (self._light, self._wide)
            )
            limit *= min(1.0, max(_DARKEST, frame.mean / _DARK))
            if typical > limit and turns >= len(sizes) // 3 and light > _MOSTLY_LIGHT and wide > _MANY:
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


def _taking_part(jump: float, before: Sequence[float], now: Sequence[float], after: Sequence[float]) -> float:
    """Share of the fields in which brightness jumps the way it does all in all, half as far at least; 1 where nothing
    is known of them."""
    jumps = [b - (a + c) / 2 for a, b, c in zip(before, now, after, strict=False)]
    part = sum(one * jump > 0 and abs(one) > _TOGETHER * abs(jump) for one in jumps)
    return part / len(jumps) if jumps else 1.0


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
