"""Double exposures: another picture that comes in all at once, shines through, and goes all at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from domain.quality import layers
from domain.quality.figures import FrameFigures, is_jump
from domain.quality.layers import ALIGHT, THIN
from domain.quality.tracking import Found, Order, Seen, frames_text

_LONGEST = 144
"""Frames that a double exposure is followed for."""
_MOVED = 0.3
"""Share of a step that the motion of the whole picture leaves over, at least: less is a camera that is shaken."""
_SHORTEST = 4
"""Frames between the steps into one and out of it, at least: fewer are a flash, or a cartoon drawn on twos."""
_GOES_ON = 0.6
"""Share of a step that the ones after it have at most, unless it is motion."""
_CALM = 5
"""Frames without another such step after one that tells of a double exposure by itself."""
_LATELY, _RESTS, _USUAL = 16, 0.1, 2
"""Frames before a step that tell whether motion is jerky: most rest, by that share of the step, and so many do not."""
_TURNED = 0.85
"""The lesser slope of two steps between which a picture comes back, at most: unless both are clear, the first one has
to thin the picture before it, and the second one that after it."""
_BACK = 0.75
"""Likeness to the picture before the first step that the one after the second has, at least."""
_SURELY_BACK = 0.9
"""The same where the other picture had a cut."""
_BLURRED = 0.8
"""Likeness of the steps into and out of a blur, at least."""
_NEARLY = 0.55
"""The same where both steps are clearly of another picture: the first one has moved meanwhile."""
_PARTLY = 0.2
"""Likeness to the frame before that is left when another picture lies over it and is seen to go, at least."""
_BARELY = 0.15
"""The same where the step only adds light, or only takes it away."""
_WHOLE_LIGHT = 0.03
"""Share of such a step that goes the other way, at most."""
_FINER = 1.3
"""How much sharper a picture becomes that light with another picture in it is added to."""
_SOFTER = 0.6
"""Share of its sharpness that a picture keeps under another one, at least: else it was blurred."""
_SIDE, _SLOWED, _STILL = 5, 1.25, 0.1
"""Frames before and after a place where motion becomes slower all at once, by how much at least, and levels."""
_WHOLLY_EVENLY, _HALVED = 0.1, 0.7
"""How far the slopes lie apart at most, and how small they are, where a picture is thinned so evenly by another one,
which is not the same in other light, that it does not matter how little there is to be seen of that one in a thumbnail:
bricks, lettering, grain."""
_NEARLY_EVENLY, _CHANGED = 0.18, 0.8
"""How far they lie apart, and the product of the slopes both ways, at most, where a picture comes to lie over itself, a
little aside or a little later: then it goes on being like itself."""


class Exposure(NamedTuple):
    """A double exposure. `surely`: no other light and no haze does what its first step does."""

    found: Found
    surely: bool


class Exposures:
    """Three ways to know one: a picture that is thinned all over at once, with another one in it, and whole again
    later; one that is the same again after two steps, however they were mixed; and light with another picture in it
    that comes and goes.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._entered: FrameFigures | None = None
        self._surely = False
        self._pending: FrameFigures | None = None
        self._jumps: deque[tuple[FrameFigures, float]] = deque(maxlen=4)
        self._left: list[FrameFigures] = []
        self._shot = self._last = 0
        self._past: deque[FrameFigures] = deque(maxlen=4)
        self._steps: deque[tuple[int, float]] = deque(maxlen=_LONGEST)

    def observe(self, seen: Seen) -> Iterator[Exposure]:
        """A step into a mixture and the step out of it. A clear step alone is enough: then the picture was mixed from
        the beginning of the shot, or is to its end."""
        frame, past = seen.frame, list(self._past)
        self._steps.append((frame.index, frame.step))
        self._last = frame.index
        step = self._back(frame, past) if len(past) >= 3 else None
        if step is not None:
            self._entered, self._pending = None, None
            self._left = [left for left in self._left if left.index < step.index]
            yield self._found(step.index, frame.index - 1, step)
        if seen.cut:
            yield from self._lasting(frame.index - 1)
            self._shot = frame.index
            self._past.clear()
        self._past.append(frame)
        self._confirmed(frame)
        shaken = frame.residue < _MOVED * frame.step or self._jerks(frame)
        if (
            step is None
            and not (seen.cut or shaken)
            and len(past) >= 3
            and layers.stands_out(frame, past)
            and layers.is_partly(frame)
        ):
            yield from self._turned(frame, past[-1])

    def close(self) -> Iterator[Exposure]:
        """The double exposure that ends the file."""
        yield from self._lasting(self._last)

    def _turned(self, frame: FrameFigures, before: FrameFigures) -> Iterator[Exposure]:
        into = frame.kept < THIN and frame.sharpness > _SOFTER * before.sharpness
        out = frame.kept_next < THIN and before.sharpness > _SOFTER * frame.sharpness
        taken = layers.taken(frame) and before.sharpness > _SOFTER * frame.sharpness
        enters, leaves = into and layers.enters(frame, before), out and layers.leaves(frame, before)
        entered = self._entered
        if entered is not None and (out or taken) and frame.index - entered.index <= _LONGEST:
            self._entered, self._pending = None, None
            if frame.index - entered.index >= _SHORTEST:
                yield self._found(entered.index, frame.index - 1, entered)
        elif enters and not (leaves and frame.kept_next_spread < frame.kept_spread):
            self._entered, self._surely, self._pending = frame, False, frame
        elif leaves or taken:
            self._pending = frame
        elif layers.added(frame) and frame.sharpness > _SOFTER * before.sharpness:
            self._entered, self._surely, self._pending = frame, False, frame
        elif into and frame.kept < frame.kept_next:
            self._entered, self._surely = frame, False

    def _back(self, frame: FrameFigures, past: list[FrameFigures]) -> FrameFigures | None:
        """The earlier step that this one takes back. Both changed all of the picture, but not wholly. Remembers the
        step."""
        before = past[-1]
        both = frame.kept * frame.kept_next
        if self._jumps and self._jumps[-1][0] is before and frame.step > _GOES_ON * before.step:
            self._jumps.pop()  # it was motion, and goes on
        jumps = is_jump(frame.step, [f.step for f in past[-3:]]) and not self._jerks(frame)
        light = not _WHOLE_LIGHT < frame.rise < 1 - _WHOLE_LIGHT
        finer = light and max(frame.sharpness, before.sharpness) > _FINER * min(frame.sharpness, before.sharpness)
        if not jumps or (both >= ALIGHT and not finer) or frame.likeness < (_BARELY if light else _PARTLY):
            return None
        earlier = [(step, sharp) for step, sharp in self._jumps if frame.index - step.index <= _LONGEST]
        self._jumps.append((frame, before.sharpness))
        for step, sharp in reversed(earlier):
            if frame.index - step.index < _SHORTEST:
                continue
            back = frame.returned
            sure = back is not None and back.left == step.index and back.alike > _SURELY_BACK
            if step.index < self._shot and not sure:
                continue  # unless the other picture had a cut
            finer = step.sharpness > _FINER * sharp and before.sharpness > _FINER * frame.sharpness
            if finer and step.rise > 1 - _WHOLE_LIGHT and frame.rise < _WHOLE_LIGHT:
                return step
            if layers.stands_out(frame, past) and (layers.lit(step, frame) or layers.dimmed(step, frame)):
                return step
            soft = min(step.sharpness, before.sharpness) < _SOFTER * min(sharp, frame.sharpness)
            if (
                (soft and min(step.likeness, frame.likeness) > _BLURRED)
                or back is None
                or back.left != step.index
                or back.alike < (_NEARLY if layers.other(step, frame) else _BACK)
            ):
                continue
            thin = max(min(each.kept, each.kept_next) for each in (step, frame))
            turned = thin < _HALVED or (thin < _TURNED and layers.opposed(step, frame))
            if turned and layers.is_mixing(step) and layers.is_mixing(frame):
                return step
        return None

    def _confirmed(self, frame: FrameFigures) -> None:
        """A clear step, now that the frames after it are known: motion that begins suddenly would go on, and a flash
        would go away."""
        step = self._pending
        if step is None or step is frame:
            return
        if frame.step > _GOES_ON * step.step:
            self._pending = None
            return
        if frame.index - step.index < _CALM:
            return
        self._pending = None
        if step is self._entered:
            self._surely = not layers.only_lit(step, leaves=False)
        elif not layers.only_lit(step, leaves=True):
            self._left = [*self._left, step][:4]

    def _lasting(self, last: int) -> Iterator[Exposure]:
        """The double exposures that a shot begins and ends with. Whether a step took another picture away or brought
        it in, what comes later may tell."""
        left, self._left = self._left, []
        for step in left:
            first = self._slowed(step.index)
            found = self._found(first, step.index - 1, step)
            yield found._replace(surely=found.surely or first > self._shot)
        entered, self._entered, self._pending = self._entered, None, None
        if entered is not None and self._surely:
            yield self._found(entered.index, last, entered)

    def _jerks(self, frame: FrameFigures) -> bool:
        """Whether such steps are usual, with frames that rest between them, as where only every fourth frame is
        another one."""
        steps = [step for index, step in self._steps if frame.index - _LATELY <= index < frame.index]
        return (
            len(steps) > _CALM
            and median(steps) < _RESTS * frame.step
            and sum(step > _GOES_ON * frame.step for step in steps) >= _USUAL
        )

    def _slowed(self, end: int) -> int:
        """The frame from which on everything moves by a smaller step, until `end`: with it a picture stays that shows
        the same at first, and halves all motion. The shot's beginning where there is none."""
        steps = {index: step for index, step in self._steps if self._shot < index}
        best, first = _SLOWED, self._shot
        for at in range(self._shot + _SIDE + 1, end - _SIDE + 1):
            before, after = (
                [steps[index] for index in range(start, start + _SIDE) if index in steps] for start in (at - _SIDE, at)
            )
            if len(before) == len(after) == _SIDE and min(before) > best * max(after):
                best, first = min(before) / max(_STILL, *after), at - 1
        return first

    def _found(self, first: int, last: int, step: FrameFigures) -> Exposure:
        limit = self._order.limit("ghost", "unexplained")
        sentence = f"Another picture shines through in {frames_text(first, last)}."
        thin, spread = min((step.kept, step.kept_spread), (step.kept_next, step.kept_next_spread))
        both = step.kept * step.kept_next
        surely = thin < _HALVED and spread < _WHOLLY_EVENLY and both < ALIGHT
        again = spread < _NEARLY_EVENLY and both < _CHANGED and _WHOLE_LIGHT < step.rise < 1 - _WHOLE_LIGHT
        surely = surely or again
        return Exposure(Found("ghost", first, last, thin, limit, "share", sentence), surely)
