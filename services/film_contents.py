"""What a film is made of: the items of the cut as they are now, and how a film that was made differs from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.base import canonical_hash
from domain.cut.document import Cut
from domain.cut.finish import Finish
from domain.cut.items import Item, ShotItem
from domain.cut.reel import Placed
from domain.film import FilmCard, FilmReport, FilmShot
from domain.plan import PlannedShot
from domain.take import Take
from services.cut import CutView
from services.cut.material import Lack


@dataclass(frozen=True)
class CutShot:
    """A shot's item in the film as it would be made now. `first` is its first film frame, 0-based.

    `lacks` says why there is no film of it yet; empty when all takes are there. `stale`: they are, but their inputs
    changed.
    """

    item: str
    planned: PlannedShot
    first: int
    frames: int
    takes: tuple[Take, ...]
    lacks: Lack
    stale: bool
    look: str


def shots_of(view: CutView) -> list[CutShot]:
    """The shot items of a cut, in film order."""
    return [
        CutShot(
            placed.item.id, found.planned, placed.first, placed.frames, found.takes, found.lacks, found.stale,
            _look(placed, view.reel.finish),
        )
        for placed in view.reel.placed
        for found in ([view.stocks[placed.item.id]] if isinstance(placed.item, ShotItem) else [])
    ]  # fmt: skip


def film_shots(view: CutView) -> tuple[FilmShot, ...]:
    """The shot items of a cut as a film's report has them."""
    return tuple(
        FilmShot(
            shot=shot.planned.shot, first=shot.first, frames=shot.frames, takes=tuple(take.id for take in shot.takes),
            stale=shot.stale, item=shot.item, look=shot.look,
        )
        for shot in shots_of(view)
    )  # fmt: skip


def film_cards(view: CutView) -> tuple[FilmCard, ...]:
    """The titles and gaps of a cut as a film's report has them."""
    return tuple(
        FilmCard(item=placed.item.id, first=placed.first, frames=placed.frames, look=_card(placed.item))
        for placed in view.reel.placed
        if not isinstance(placed.item, ShotItem)
    )


def differences(cut: Cut, report: FilmReport, now: Sequence[CutShot]) -> list[str]:
    """Shots, then titles and gaps, that are not in the cut as they are in a film; those that are gone last."""
    old = any(not shot.look for shot in report.shots)  # of a version that knew no edits
    here = [
        (s.item, s.planned.shot, (s.frames, tuple(take.id for take in s.takes), s.lacks, "" if old else s.look))
        for s in now
    ]
    film = [(s.item or s.shot, s.shot, (s.frames, s.takes, "", "" if old else s.look)) for s in report.shots]
    cards = [(i.id, i.id, _card(i)) for i in cut.items if not isinstance(i, ShotItem)]
    old_cards = [(card.item, card.item, card.look) for card in report.cards]
    return list(dict.fromkeys([*_differing(here, film), *_differing(cards, old_cards)]))


def _card(item: Item) -> str:
    """A hash of everything about a card that is seen; its length is part of it."""
    return canonical_hash({name: value for name, value in item.to_json().items() if name not in ("id", "note")})


def _look(placed: Placed, finish: Finish) -> str:
    """A hash of everything about a shot's item that is seen, but for its takes and its place."""
    hidden = {"id", "note", "takes", "gain", "muted"}
    seen = {name: value for name, value in placed.item.to_json().items() if name not in hidden}
    return canonical_hash([seen, finish.to_json(), placed.start, placed.end, placed.before])


def _differing(now: Sequence[tuple[str, str, object]], then: Sequence[tuple[str, str, object]]) -> list[str]:
    """The names (second) of items (first) that differ, are new, moved, or gone; each once."""
    here, there = {i: (n, what) for i, n, what in now}, {i: (n, what) for i, n, what in then}
    both = [i for i in here if i in there]
    moved = {a for a, b in zip(both, [i for i in there if i in here], strict=True) if a != b}
    changed = [n for i, (n, what) in here.items() if i not in there or there[i][1] != what or i in moved]
    gone = [n for i, (n, _) in there.items() if i not in here]
    return list(dict.fromkeys([*changed, *gone]))
