"""Two pictures in one, told once: what three ways of looking for them have found."""

from __future__ import annotations

from collections.abc import Iterator

from domain.quality.exposures import Exposure, Exposures
from domain.quality.figures import LAG
from domain.quality.mirrors import Mirrors
from domain.quality.mixtures import Ghosts
from domain.quality.remains import KEPT, Remains
from domain.quality.tracking import Found, Order, Seen, frames_text
from domain.quality.veils import Veil, Veils

_SETTLED = KEPT // 2
"""Frames after the last of them, in which nothing more can be found that overlaps with them."""
_MOST = 100
"""Findings that are held back at most."""
_LONGEST = 160
"""Frames from one's coming to its going, at most."""
_NEAR = 5
"""Frames by which the ends of what is the same may differ."""
_REPLACED = 0.8
"""Likeness to the picture of half a second ago, at least at one time, where one picture follows another: coloured light
that wanders over one picture leaves more."""


class Doubles:
    """Cross-fades and double exposures. What is left of the picture of half a second ago says most surely where they
    begin and end, unless it says only one of both."""

    def __init__(self, order: Order) -> None:
        self._fades, self._exposures, self._mirrors = Ghosts(order), Exposures(order), Mirrors(order)
        self._remains = Remains()
        self._veils = Veils(order, self._remains)
        self._veiled: list[Veil] = []
        self._faded: list[Found] = []
        self._exposed: list[Exposure] = []
        self._mirrored: list[Found] = []

    def observe(self, seen: Seen) -> Iterator[Found]:
        """Look in all ways, and tell what is settled."""
        self._remains.observe(seen.frame)
        self._veiled.extend(self._veils.observe(seen))
        self._faded.extend(self._fades.observe(seen))
        self._exposed.extend(self._exposures.observe(seen))
        self._mirrored.extend(self._mirrors.observe(seen))
        found = [*(veil.found for veil in self._veiled), *(one.found for one in self._exposed)]
        found += (*self._faded, *self._mirrored)
        if found and (len(found) > _MOST or max(one.last for one in found) < seen.frame.index - _SETTLED):
            yield from self._merged()

    def close(self) -> Iterator[Found]:
        """The rest."""
        self._veiled.extend(self._veils.close())
        self._faded.extend(self._fades.close())
        self._exposed.extend(self._exposures.close())
        yield from self._merged()

    def _merged(self) -> Iterator[Found]:
        mirrored, self._mirrored = self._mirrored, []
        yield from mirrored
        yield from (one for one in self._others() if not any(_overlap(one, other) for other in mirrored))

    def _others(self) -> Iterator[Found]:
        fades = [fade for fade in self._faded if self._is_mixed(fade)]
        found, joined = self._joined(fades)
        exposed = [one.found for one in self._exposed if one.surely or not self._only_lit(one.found)]
        found += exposed
        self._faded, self._exposed = [], []
        veiled = [veil for veil in self._veiled if self._is_seen(veil.found.first, veil.found.last)]
        self._veiled = []
        for veil in veiled:
            surer = found if veil.inferred else exposed  # a step is the surest end
            if any(_overlap(veil.found, other) for other in joined) or any(_ends(veil.found, one) for one in surer):
                continue
            same = [other for other in found if _overlap(veil.found, other)]
            if veil.whole or not any(_has_end(veil, other) for other in same):
                found = [other for other in found if other not in same]
                yield self._at_its_place(veil)
        yield from (*found, *joined)

    def _is_seen(self, first: int, last: int) -> bool:
        """Whether there is something to be seen, and more than parts that are not found again."""
        return not self._remains.empty(first, last) and not self._remains.hidden(first, last)

    def _at_its_place(self, veil: Veil) -> Found:
        first, last = self._remains.ends(veil.found.first, veil.found.last)
        if not veil.whole or (first, last) == (veil.found.first, veil.found.last):
            return veil.found
        what = veil.found.sentence.rsplit(" in ", 1)[0]
        return veil.found._replace(first=first, last=last, sentence=f"{what} in {frames_text(first, last)}.")

    def _joined(self, fades: list[Found]) -> tuple[list[Found], list[Found]]:
        """A picture that is faded over another one, and away from it, is one double exposure: those that are not, and
        those that are."""
        alone: list[Found] = []
        joined: list[Found] = []
        for fade in sorted(fades, key=lambda fade: fade.first):
            before = alone[-1] if alone else None
            if before is not None and self._comes_back(before, fade):
                alone.pop()
                sentence = f"Another picture shines through in {frames_text(before.first, fade.last)}."
                joined.append(before._replace(last=fade.last, sentence=sentence))
            else:
                alone.append(fade)
        return alone, joined

    def _is_mixed(self, fade: Found) -> bool:
        """Whether one picture follows another, and not through black."""
        alike = self._remains.least(fade.first, fade.last + LAG)
        return alike < _REPLACED and not self._remains.empty(fade.first, fade.last)

    def _comes_back(self, one: Found, other: Found) -> bool:
        between = (one.last + other.first) // 2
        returns = self._remains.returns(one.first - 1, between, other.last + 1)
        return returns and other.last - one.first < _LONGEST

    def _only_lit(self, found: Found) -> bool:
        """Whether it is the same picture in other light, or in haze, as it comes and as it goes."""
        frames, other = min(LAG, found.last - found.first + 1), self._remains.other
        comes = other(range(found.first, found.first + frames), range(found.first - LAG, found.first))
        after = found.last + LAG + 1
        goes = other(range(after - frames, after), range(after, after + LAG))
        return (comes is False and goes is not True) or (goes is False and comes is not True)


def _overlap(one: Found, other: Found) -> bool:
    """Whether the shorter one lies in the other by half."""
    shorter = min(one.last - one.first, other.last - other.first) + 1
    return 2 * (min(one.last, other.last) - max(one.first, other.first) + 1) >= shorter


def _ends(one: Found, other: Found) -> bool:
    """Whether both have nearly the same ends."""
    return max(abs(one.first - other.first), abs(one.last - other.last)) <= _NEAR


def _has_end(veil: Veil, other: Found) -> bool:
    """Whether another one has the end that is known."""
    if veil.comes:
        return abs(other.first - veil.found.first) <= _NEAR
    return abs(other.last - veil.found.last) <= _NEAR
