"""Straight lines through the picture, followed over time: which of them are borders of panels."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from domain.quality.figures import Line
from domain.quality.tracking import Order

_REGULAR = tuple(part / whole for whole in (2, 3, 4) for part in range(1, whole))
_REGULAR_NEAR, _LEVEL_NEAR, _EXACTLY = 0.012, 0.006, 0.004
"""Places where pictures are parted, and how near to one a line has to be: any, one that lies, and one at a half that is
told by little else."""
_ROUGH, _UNEVEN, _PLAIN = 12, 4.5, 4
"""Levels by which the picture varies along a line to be called rough, uneven, and more than a plain colour."""
_MOVING = 1.0
"""Levels of change beside an upright line that stays: a thing in the picture would move along."""
_STIRS = 0.001
"""Share of the lesser side of a line that something moves in."""
_DIFFERING, _REPEATED = 0.05, 0.8
"""Difference of tones of two pictures, and how much less is asked of a line that parts a picture from itself."""
_EXACT, _ALONG, _GOES_ON = 0.75, 0.85, 0.62
"""Share of its length in which a border that is cut with a knife is at the very same pixel, and in which it is seen;
and correlation of its sides, at most."""
_MADE, _OPPOSED = 0.9, 0.35
"""How much less is asked of a line at a regular place and at the very same pixel, where now one side is the lighter one
and now the other."""
_LEVEL, _ON, _TURNS = 0.85, 0.3, 0.18
"""The same of a level one at a regular place; and how little the change across one is the same all along, at least: the
sky is the lighter all along."""
_NOW_AND_THEN = 0.2
"""Share of the frames in which something moves on both sides, at least."""
_RAGGED = 0.6
"""Share of its length in which a border that was made is at the very same pixel, at least: of a horizon, a roof and a
shelf it is less."""
_OPEN = 0.2
"""Share of a line's last part in which it is seen, below which it is the side of a box."""
_NARROW, _TOO_NARROW = 0.15, 0.08
"""Share of the picture that a strip beside a line takes, and is more likely a roof or a floor than a panel, and below
which it is none, as planks and shelves are not."""
_FOLLOWS, _LIKELY, _UNLIKE = 0.78, 0.52, 0.45
"""Correlation of the two sides of a line above which one picture goes on behind it, or may do so, and below which it
does not."""
_STEADY, _STEADY_A_FRAME = 0.0015, 0.0001
"""How far the border of a panel strays in all, or in a frame, at most: an edge in the picture goes with the camera."""
_ENDS = 3
"""Places at each end of a line's time of which the middle one is taken."""
_LASTS = 0.5
"""Share of its shot for which a border is there, at least."""
_LONG = 48
"""Frames that are enough for that however long the shot is."""


@dataclass(slots=True)
class Border:
    """One line over time."""

    axis: str
    place: float
    first: int
    last: int
    count: int = 0
    covered: float = 0
    varied: float = 0
    gutter: int = 0
    differing: float = 0
    follows: float = 0
    rough: int = 0
    uneven: int = 0
    one_sided: int = 0
    moving: int = 0
    crossings: int = 0
    stirs: int = 0
    same: int = 0
    exact: float = 0
    boxed: int = 0
    begun: list[float] = field(default_factory=list)
    lately: deque[float] = field(default_factory=lambda: deque(maxlen=_ENDS))

    def add(self, line: Line, index: int, crossed: bool) -> None:
        """Count one more frame."""
        self.last, self.count = index, self.count + 1
        self.covered += line.covered
        self.varied += line.varied
        self.gutter += line.gutter > 0
        self.differing += line.differing
        self.follows += line.follows
        self.rough += _unnatural(line)
        self.uneven += min(line.before, line.after) > _UNEVEN
        self.one_sided += max(line.before, line.after) > _PLAIN
        self.moving += line.axis == "v" and line.moving > _MOVING
        self.crossings += crossed
        self.stirs += line.axis == "v" and line.stirs > _STIRS
        self.same += line.same > 0
        self.exact += line.exact
        self.boxed += line.ends < _OPEN
        if len(self.begun) < _ENDS:
            self.begun.append(line.place)
        self.lately.append(line.place)

    def straight(self, order: Order, shot: int) -> bool:
        """Whether it lasts and runs straight through; `shot` is the length of its shot, frames."""
        sure = self.regular() and self.exact > _LEVEL * self.count and self.varied > _OPPOSED * self.count
        less = _REPEATED if self.repeats() else _MADE if sure else 1
        enough = self.count >= max(order.limit("panels", "frames"), min(_LONG, _LASTS * shot))
        return enough and self.covered >= order.limit("panels", "covered") * self.count * less

    def divides(self) -> bool:
        """Whether it stays where it is, between two pictures that are not one."""
        way = abs(median(self.lately) - median(self.begun))
        return (
            (self.differing >= _DIFFERING * self.count or self.repeats())
            and min(self.place, 1 - self.place) >= _TOO_NARROW
            and not self.continued()
            and not self.boxes()
            and way <= max(_STEADY, _STEADY_A_FRAME * self.count)
        )

    def continued(self) -> bool:
        """Whether the picture goes on behind it."""
        return self.follows > _FOLLOWS * self.count

    def cut(self) -> bool:
        """Whether it is cut with a knife: at the very same pixel all along, and neither plain on both sides nor one
        picture behind it. Poles, doors and corners of walls seldom are; where one side is plain as theirs, something
        moves there as well, and it is not the lighter or the darker one all along."""
        exact, goes_on = (_EXACT, _GOES_ON) if self.axis == "v" else (_LEVEL, _ON)
        turns = self.varied > _TURNS * self.count
        stirs = self.stirs > _NOW_AND_THEN * self.count
        return (
            min(self.exact / exact, self.covered / _ALONG) > self.count
            and self.gutter <= 0.6 * self.count < self.one_sided
            and self.follows < goes_on * self.count
            and (self.uneven > 0.6 * self.count or (turns and stirs) if self.axis == "v" else turns and self.regular())
        )

    def off(self) -> float:
        """How far it is from the next regular place."""
        return min(abs(self.place - place) for place in _REGULAR)

    def regular(self) -> bool:
        """Whether it is at a half, a third or a quarter."""
        return self.off() < _REGULAR_NEAR

    def level(self) -> bool:
        """Whether nothing but its place tells it from kerbs, roofs and far shores: these stay as well, and part what
        moves on by parallax, where a camera goes to the side."""
        return self.axis == "h" and max(self.gutter, self.crossings, self.same) <= 0.6 * self.count

    def boxes(self) -> bool:
        """Whether it is the side of a box that ends before the picture does."""
        return self.boxed > 0.6 * self.count and self.gutter <= 0.6 * self.count

    def repeats(self) -> bool:
        """Whether it parts a picture from the same one again."""
        return self.same > 0.6 * self.count

    def evidence(self) -> float:
        """Points for a border of pictures rather than a thing in one."""
        sure = 0.6 * self.count
        in_the_middle = abs(self.place - 0.5) < _EXACTLY
        turns = self.off() < _LEVEL_NEAR and self.varied > _TURNS * self.count
        if self.level() and not in_the_middle and not turns:
            return 0.0
        regular, cut = self.regular(), self.cut()
        unlike = self.uneven > sure and self.follows < _UNLIKE * self.count
        alone = self.axis == "v" and not regular and self.crossings <= sure and self.moving <= sure
        narrow = min(self.place, 1 - self.place) < _NARROW and self.gutter <= sure and self.crossings <= sure
        half = self.axis == "v" and self.off() < _EXACTLY and self.one_sided > 0.4 * self.count and self.rough <= sure
        ragged = self.exact < _RAGGED * self.count and self.gutter <= sure
        stirs = self.stirs > 0.4 * self.count and (regular or cut) and self.one_sided > sure
        return (
            (1.0 if self.crossings > sure else 0)
            + ((0.9 if alone else 1.5) if self.gutter > sure else 0)
            + (2.0 if self.repeats() else 0)
            + (1.0 if cut else 0)
            + (1.0 if stirs else 0)
            - (1.0 if narrow else 0)
            - ((1.0 if regular or self.crossings > sure else 2.5) if ragged else 0)
            + (1.0 if regular else 0)
            + (1.0 if self.varied > _OPPOSED * self.count and self.one_sided > sure else 0)
            + (1.0 if self.rough > sure and self.follows < _LIKELY * self.count else 0)
            + (1.0 if self.moving > sure and self.one_sided > sure else 0)
            + (1.0 if unlike or half else 0)
        )


def paired(track: Border, others: list[Border]) -> float:
    """A point where another line is as far from the opposite edge, as those between three strips are, and neither is
    one between plain colours."""
    far = [other for other in others if abs(track.place + other.place - 1) < _REGULAR_NEAR and other is not track]
    far = [other for other in far if abs(track.place - other.place) > _REGULAR_NEAR]
    return 1.0 if far and all(line.one_sided > 0.4 * line.count for line in (track, *far)) else 0.0


def goes_on(lines: list[Border]) -> bool:
    """Whether three and more lines lie in even steps that are cut off at the picture's edges, as shelves are."""
    places = sorted({round(line.place, 2) for line in lines})
    places = [place for place, before in zip(places, [-1.0, *places], strict=False) if place - before > _REGULAR_NEAR]
    steps = [later - place for place, later in pairwise(places)]
    if len(steps) < 2 or max(steps) - min(steps) > 2 * _REGULAR_NEAR:
        return False
    ends = places[0], 1 - places[-1]
    return max(ends) < 1.2 * max(steps) and min(ends) < min(steps) - 2 * _REGULAR_NEAR


def _unnatural(line: Line) -> bool:
    """Whether the picture varies along the line where things in one picture seldom do: on both sides of an upright
    edge, and above a level one, where the sky or a wall would be."""
    return line.before > _ROUGH and (line.axis == "h" or line.after > _ROUGH)
