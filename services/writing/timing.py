"""Sharing a running time out over shots: whole frames that add up, and lengths that people can read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from domain.timing import film_frames


def share_out(frames: int, weights: Sequence[Fraction], fixed: Sequence[int | None], step: int = 1) -> list[int]:
    """Frames for each of the shots, at least 1, in all exactly `frames`; in whole steps as far as that can be.

    The fixed ones keep theirs while there is room for the others; where there is none, or where nothing else is left
    to make up the sum, all are stretched alike. `frames` must not be less than the number of shots.
    """
    count = len(weights)
    if frames < count:
        raise ValueError(f"{frames} frames are too few for {count} shots")
    free = [i for i in range(count) if fixed[i] is None]
    kept = sum(f for f in fixed if f is not None)
    if len(free) < count:
        rest = frames - kept
        if (free and rest >= len(free) * min(step, max(1, rest // len(free)))) and rest >= len(free):
            shared = share_out(rest, [weights[i] for i in free], [None] * len(free), step)
            given = iter(shared)
            return [f if f is not None else next(given) for f in fixed]
        if not free and rest == 0:
            return [f for f in fixed if f is not None]
        mean = Fraction(kept, count - len(free)) if kept else Fraction(1)
        return share_out(frames, [mean if f is None else Fraction(max(1, f)) for f in fixed], [None] * count, step)
    step = max(1, min(step, frames // count))
    units = frames // step
    shares = _apportion(units, weights)
    found = [s * step for s in shares]
    found[max(range(count), key=lambda i: (found[i], i))] += frames - units * step
    return found


def _apportion(units: int, weights: Sequence[Fraction]) -> list[int]:
    """One unit each, and the rest by the method of the largest remainder."""
    rest = units - len(weights)
    total = sum(weights) or Fraction(1)
    # what a weight asks for above the one unit that it has already
    wants = [max(Fraction(0), Fraction(w) / total * units - 1) for w in weights]
    asked = sum(wants)
    exact = [w / asked * rest for w in wants] if asked else [Fraction(rest, len(weights))] * len(weights)
    whole = [math.floor(e) for e in exact]
    order = sorted(range(len(weights)), key=lambda i: (whole[i] - exact[i], i))
    for index in order[: rest - sum(whole)]:
        whole[index] += 1
    return [w + 1 for w in whole]


def readable_step(rate: Fraction, frames: int, count: int) -> int:
    """The grid on which lengths lie, in frames: half seconds where the shots are long enough, else tenths, else one
    frame. Only grids of whole frames are used."""
    for part in (2, 4, 10):
        step = rate / part
        if step.denominator == 1 and frames >= 3 * count * step:
            return int(step)
    return 1


def seconds_of(frames: int, rate: Fraction) -> Fraction:
    """The shortest decimal number of seconds that is exactly that many frames at `rate`."""
    exact = Fraction(frames) / rate
    for digits in range(4):
        near = Fraction(Decimal(round(exact * 10**digits)) / 10**digits)
        if near > 0 and film_frames(near, rate) == frames:
            return near
    return exact
