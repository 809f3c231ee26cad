"""What one step from frame to frame tells of another picture that it brings in, or takes away."""

from __future__ import annotations

from statistics import median

from domain.quality.figures import FrameFigures

THIN = 0.82
"""Slope on the neighbouring frame below which all of a picture is thinned."""
_SURELY = 0.85
"""How much smaller that slope is than the other way round, where another picture came in: motion thins both."""
_EVENLY = 0.35
"""How far the slopes may lie apart over the picture: a mixture is one all over."""
_QUITE_EVENLY = 0.25
"""How far they may lie apart where only that tells on which side the mixture is."""
_MORE_EVENLY = 0.6
"""Share of the other way's spread that the slope of a mixture on the whole picture has at most."""
ALIGHT = 0.93
"""Product of the slopes both ways, which is 1 where the same picture has only become lighter or darker."""
_LIKE = 0.4
"""Likeness to the frame before, below which a picture was replaced rather than mixed."""
_HARDLY = 0.5
"""Product of the slopes both ways, at most, in a step that is clearly one to another picture."""
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
_VERY_EVENLY, _HARDLY_FAINTER = 0.15, 0.96
"""How far the slopes lie apart at most where less is enough: over itself a picture keeps most of its contrast."""
_OTHER = 0.8
"""Product of the slopes both ways, at most, in a step that adds light which goes again later."""
_ALL_THE_WAY, _LIKE_ITSELF = 0.97, 0.7
"""Share of a change that goes one way, and product of the slopes both ways, at least, in a step of the light alone."""


def stands_out(frame: FrameFigures, past: list[FrameFigures]) -> bool:
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


def is_mixing(step: FrameFigures) -> bool:
    """Whether a step may bring in another picture or take it away, and is not just motion."""
    light = not 1 - _ALL_LIGHTER < step.rise < _ALL_LIGHTER
    return _one_sided(step) or light or step.residue > _STAYS * step.step


def opposed(into: FrameFigures, out: FrameFigures) -> bool:
    """Whether the first step thins the picture before it more than the second one does, against the one after it: a
    mixture comes and goes. Two jerks of something that moves thin either way, as it happens."""
    light = any(not 1 - _ALL_LIGHTER < step.rise < _ALL_LIGHTER for step in (into, out))
    return light or into.kept * out.kept_next < into.kept_next * out.kept


def enters(step: FrameFigures, before: FrameFigures) -> bool:
    """Whether a step tells by itself that a mixture begins with it."""
    fainter = step.contrast < _fainter(step.kept_spread) * before.contrast or step.rise > _ALL_LIGHTER
    forth, back = (step.kept, step.kept_spread), (step.kept_next, step.kept_next_spread)
    return (fainter and _is_clear(*forth, back[0])) or _is_mixed(*forth, *back, step.residue > _STAYS * step.step)


def leaves(step: FrameFigures, before: FrameFigures) -> bool:
    """Whether a step tells by itself that a mixture has ended before it."""
    fainter = before.contrast < _fainter(step.kept_next_spread) * step.contrast or step.rise < 1 - _ALL_LIGHTER
    forth, back = (step.kept, step.kept_spread), (step.kept_next, step.kept_next_spread)
    return (fainter and _is_clear(*back, forth[0])) or _is_mixed(*back, *forth, step.residue > _STAYS * step.step)


def _fainter(spread: float) -> float:
    """Share of its contrast that a picture keeps at most where it is thinned so evenly."""
    return _HARDLY_FAINTER if spread < _VERY_EVENLY else _FAINTER


def _is_clear(thin: float, spread: float, other: float) -> bool:
    """Whether a slope is small, evenly so all over the picture, and smaller than the other way round."""
    return thin < _SURELY * other and thin * other < ALIGHT and spread < _EVENLY


def _is_mixed(thin: float, spread: float, other: float, other_spread: float, no_motion: bool) -> bool:
    """Whether one side of a step is the other one with another picture over it: the whole one goes on evenly in the
    mixture, but what the mixture has of the whole one differs from place to place."""
    evenly = spread < _QUITE_EVENLY and spread < _MORE_EVENLY * other_spread
    return no_motion and evenly and thin < THIN and thin * other < _HARDLY


def added(step: FrameFigures) -> bool:
    """Whether a step only adds light, all over, and with it another picture."""
    other = step.kept * step.kept_next < ALIGHT and step.kept_next < THIN and step.kept_next_spread < _EVENLY
    return other and step.rise > _ALL_LIGHTER and _WHOLLY < step.kept < 1 / _WHOLLY


def taken(step: FrameFigures) -> bool:
    """The same the other way round: light that only goes away."""
    other = step.kept * step.kept_next < ALIGHT and step.kept < THIN and step.kept_spread < _EVENLY
    return other and step.rise < 1 - _ALL_LIGHTER and _WHOLLY < step.kept_next < 1 / _WHOLLY


def only_lit(step: FrameFigures, *, leaves: bool) -> bool:
    """Whether what leaves (else: enters) by a step may be darkness: it becomes lighter all over (darker), and what is
    there stays like itself, as when a lamp goes on (off)."""
    way = step.rise if leaves else 1 - step.rise
    return way > _ALL_THE_WAY and step.kept * step.kept_next > _LIKE_ITSELF


def other(step: FrameFigures, back: FrameFigures) -> bool:
    """Whether both steps change the whole picture, and no motion does that."""
    return all(each.kept * each.kept_next < _HARDLY and each.residue > _STAYS * each.step for each in (step, back))


def lit(step: FrameFigures, back: FrameFigures) -> bool:
    """Whether two steps bring light with another picture in it and take it away: the same picture in more light would
    have more contrast."""
    turned = max(each.kept * each.kept_next for each in (step, back)) < _OTHER
    return (
        turned
        and step.rise > _ALL_LIGHTER
        and back.rise < 1 - _ALL_LIGHTER
        and max(step.kept, back.kept_next) < 1 / _WHOLLY
    )


def dimmed(step: FrameFigures, back: FrameFigures) -> bool:
    """The same with a picture that takes light away, all over, as a slide before another does."""
    thinned = max(step.kept, back.kept_next) < THIN and max(step.kept_spread, back.kept_next_spread) < _EVENLY / 2
    turned = max(each.kept * each.kept_next for each in (step, back)) < _OTHER
    return thinned and turned and step.rise < 1 - _ALL_LIGHTER and back.rise > _ALL_LIGHTER


def is_partly(step: FrameFigures) -> bool:
    """Whether something of the picture before is left, and something has changed."""
    return _LIKE < step.likeness < 0.97
