"""Double exposures: another picture that comes in all at once, shines through, and goes all at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median

from domain.quality.figures import FrameFigures, is_jump
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
_THIN = 0.82
"""Slope on the neighbouring frame below which all of a picture is thinned."""
_SURELY = 0.85
"""How much smaller that slope is than the other way round, where another picture came in: motion thins both."""
_EVENLY = 0.35
"""How far the slopes may lie apart over the picture: a mixture is one all over."""
_QUITE_EVENLY = 0.25
"""How far they may lie apart where only that tells on which side the mixture is."""
_MORE_EVENLY = 0.6
"""Share of the other way's spread that the slope of a mixture on the whole picture has at most."""
_ALIGHT = 0.93
"""Product of the slopes both ways, which is 1 where the same picture has only become lighter or darker."""
_LIKE = 0.4
"""Likeness to the frame before, below which a picture was replaced rather than mixed."""
_TURNED = 0.85
"""The lesser slope of two steps between which a picture comes back, at most."""
_BACK = 0.75
"""Likeness to the picture before the first step that the one after the second has, at least."""
_SURELY_BACK = 0.9
"""The same where the other picture had a cut."""
_BLURRED = 0.8
"""Likeness of the steps into and out of a blur, at least."""
_NEARLY = 0.55
"""The same where both steps are clearly of another picture: the first one has moved meanwhile."""
_HARDLY = 0.5
"""Product of the slopes both ways, at most, in such steps."""
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
_ALL_LIGHTER = 0.85
"""Share of a change that is growing lighter, where another picture was added like light to light."""
_WHOLLY = 0.8
"""Slope of a picture on itself with another one added, at least; it is about 1. Light that is only brighter makes it
more."""
_ONE_SIDED = 0.8
"""Share of its slope the other way round that a step's slope has at most, where it is no motion."""
_STAYS = 0.42
"""Share of a step that the motion of the whole picture does not explain, where it is none; about half of any step."""
_FAINTER = 0.9
"""Share of its contrast that a picture keeps under another one, at most, unless that adds light."""
_OTHER = 0.8
"""Product of the slopes both ways, at most, in a step that adds light which goes again later."""


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

    def observe(self, seen: Seen) -> Iterator[Found]:
        """A step into a mixture and the step out of it. A clear step alone is enough: then the picture was mixed from
        the beginning of the shot, or is to its end."""
        frame, past = seen.frame, list(self._past)
        self._last = frame.index
        step = self._back(frame, past) if len(past) >= 3 else None
        if step is not None:
            self._entered, self._pending = None, None
            self._left = [left for left in self._left if left.index < step.index]
            yield self._found(step.index, frame.index - 1, min(step.kept, step.kept_next))
        if seen.cut:
            yield from self._lasting(frame.index - 1)
            self._shot = frame.index
            self._past.clear()
        self._past.append(frame)
        self._confirmed(frame)
        shaken = frame.residue < _MOVED * frame.step
        if (
            step is None
            and not (seen.cut or shaken)
            and len(past) >= 3
            and _stands_out(frame, past)
            and _is_partly(frame)
        ):
            yield from self._turned(frame, past[-1])

    def close(self) -> Iterator[Found]:
        """The double exposure that ends the file."""
        yield from self._lasting(self._last)

    def _turned(self, frame: FrameFigures, before: FrameFigures) -> Iterator[Found]:
        into = frame.kept < _THIN and frame.sharpness > _SOFTER * before.sharpness
        out = frame.kept_next < _THIN and before.sharpness > _SOFTER * frame.sharpness
        taken = _taken(frame) and before.sharpness > _SOFTER * frame.sharpness
        enters, leaves = into and _enters(frame, before), out and _leaves(frame, before)
        entered = self._entered
        if entered is not None and (out or taken) and frame.index - entered.index <= _LONGEST:
            self._entered, self._pending = None, None
            if frame.index - entered.index >= _SHORTEST:
                yield self._found(entered.index, frame.index - 1, entered.kept)
        elif enters and not (leaves and frame.kept_next_spread < frame.kept_spread):
            self._entered, self._surely, self._pending = frame, False, frame
        elif leaves or taken:
            self._pending = frame
        elif _added(frame) and frame.sharpness > _SOFTER * before.sharpness:
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
        jumps = is_jump(frame.step, [f.step for f in past[-3:]])
        light = not _WHOLE_LIGHT < frame.rise < 1 - _WHOLE_LIGHT
        finer = light and max(frame.sharpness, before.sharpness) > _FINER * min(frame.sharpness, before.sharpness)
        if not jumps or (both >= _ALIGHT and not finer) or frame.likeness < (_BARELY if light else _PARTLY):
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
            if _stands_out(frame, past) and (_lit(step, frame) or _dimmed(step, frame)):
                return step
            soft = min(step.sharpness, before.sharpness) < _SOFTER * min(sharp, frame.sharpness)
            if (
                (soft and min(step.likeness, frame.likeness) > _BLURRED)
                or back is None
                or back.left != step.index
                or back.alike < (_NEARLY if _other(step, frame) else _BACK)
            ):
                continue
            turned = max(min(each.kept, each.kept_next) for each in (step, frame)) < _TURNED
            if turned and _is_mixing(step) and _is_mixing(frame):
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
            self._surely = True
        else:
            self._left = [*self._left, step][:4]

    def _lasting(self, last: int) -> Iterator[Found]:
        """The double exposures that a shot begins and ends with. Whether a step took another picture away or brought
        it in, what comes later may tell."""
        left, self._left = self._left, []
        for step in left:
            yield self._found(self._shot, step.index - 1, min(step.kept, step.kept_next))
        entered, self._entered, self._pending = self._entered, None, None
        if entered is not None and self._surely:
            yield self._found(entered.index, last, entered.kept)

    def _found(self, first: int, last: int, value: float) -> Found:
        limit = self._order.limit("ghost", "unexplained")
        sentence = f"Another picture shines through in {frames_text(first, last)}."
        return Found("ghost", first, last, value, limit, "share", sentence)


def _stands_out(frame: FrameFigures, past: list[FrameFigures]) -> bool:
    """Whether a step is larger than those before it, or thins the picture more: fast motion thins one frame after
    another."""
    if frame.step <= 1.5 or median(f.kept for f in past) <= 0.72:
        return False
    lost = 1 - frame.kept * frame.kept_next
    usual = median(1 - f.kept * f.kept_next for f in past)
    even = min(frame.kept_spread, frame.kept_next_spread) < _EVENLY / 2
    clear = lost > max(0.3, 2 * usual) and even and _one_sided(frame)
    return frame.step > 2 * max(f.step for f in past[1:]) or clear


def _one_sided(step: FrameFigures) -> bool:
    """Whether a picture is thinned one way only. Motion that no shift explains thins both ways alike."""
    return min(step.kept, step.kept_next) < _ONE_SIDED * max(step.kept, step.kept_next)


def _is_mixing(step: FrameFigures) -> bool:
    """Whether a step may bring in another picture or take it away, and is not just motion."""
    light = not 1 - _ALL_LIGHTER < step.rise < _ALL_LIGHTER
    return _one_sided(step) or light or step.residue > _STAYS * step.step


def _enters(step: FrameFigures, before: FrameFigures) -> bool:
    """Whether a step tells by itself that a mixture begins with it."""
    fainter = step.contrast < _FAINTER * before.contrast or step.rise > _ALL_LIGHTER
    forth, back = (step.kept, step.kept_spread), (step.kept_next, step.kept_next_spread)
    return (fainter and _is_clear(*forth, back[0])) or _is_mixed(*forth, *back, step.residue > _STAYS * step.step)


def _leaves(step: FrameFigures, before: FrameFigures) -> bool:
    """Whether a step tells by itself that a mixture has ended before it."""
    fainter = before.contrast < _FAINTER * step.contrast or step.rise < 1 - _ALL_LIGHTER
    forth, back = (step.kept, step.kept_spread), (step.kept_next, step.kept_next_spread)
    return (fainter and _is_clear(*back, forth[0])) or _is_mixed(*back, *forth, step.residue > _STAYS * step.step)


def _is_clear(thin: float, spread: float, other: float) -> bool:
    """Whether a slope is small, evenly so all over the picture, and smaller than the other way round."""
    return thin < _SURELY * other and thin * other < _ALIGHT and spread < _EVENLY


def _is_mixed(thin: float, spread: float, other: float, other_spread: float, no_motion: bool) -> bool:
    """Whether one side of a step is the other one with another picture over it: the whole one goes on evenly in the
    mixture, but what the mixture has of the whole one differs from place to place."""
    evenly = spread < _QUITE_EVENLY and spread < _MORE_EVENLY * other_spread
    return no_motion and evenly and thin < _THIN and thin * other < _HARDLY


def _added(step: FrameFigures) -> bool:
    """Whether a step only adds light, all over, and with it another picture."""
    other = step.kept * step.kept_next < _ALIGHT and step.kept_next < _THIN and step.kept_next_spread < _EVENLY
    return other and step.rise > _ALL_LIGHTER and _WHOLLY < step.kept < 1 / _WHOLLY


def _taken(step: FrameFigures) -> bool:
    """The same the other way round: light that only goes away."""
    other = step.kept * step.kept_next < _ALIGHT and step.kept < _THIN and step.kept_spread < _EVENLY
    return other and step.rise < 1 - _ALL_LIGHTER and _WHOLLY < step.kept_next < 1 / _WHOLLY


def _other(step: FrameFigures, back: FrameFigures) -> bool:
    """Whether both steps change the whole picture, and no motion does that."""
    return all(each.kept * each.kept_next < _HARDLY and each.residue > _STAYS * each.step for each in (step, back))


def _lit(step: FrameFigures, back: FrameFigures) -> bool:
    """Whether two steps bring light with another picture in it and take it away: the same picture in more light would
    have more contrast."""
    turned = max(each.kept * each.kept_next for each in (step, back)) < _OTHER
    return (
        turned
        and step.rise > _ALL_LIGHTER
        and back.rise < 1 - _ALL_LIGHTER
        and max(step.kept, back.kept_next) < 1 / _WHOLLY
    )


def _dimmed(step: FrameFigures, back: FrameFigures) -> bool:
    """The same with a picture that takes light away, all over, as a slide before another does."""
    thinned = max(step.kept, back.kept_next) < _THIN and max(step.kept_spread, back.kept_next_spread) < _EVENLY / 2
    turned = max(each.kept * each.kept_next for each in (step, back)) < _OTHER
    return thinned and turned and step.rise < 1 - _ALL_LIGHTER and back.rise > _ALL_LIGHTER


def _is_partly(step: FrameFigures) -> bool:
    """Whether something of the picture before is left, and something has changed."""
    return _LIKE < step.likeness < 0.97
