"""Following the storyboard: shots come, go and move there, and no edit of the cut is ever thrown away for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from domain.cut.document import Cut, Note, Parked
from domain.cut.items import Item, ShotItem

BEHIND = 16
"""How many items before it a parked item remembers."""


def follow(cut: Cut, shots: Sequence[str]) -> tuple[Cut, tuple[Note, ...]]:
    """The cut in step with the storyboard's shot ids, and what that changed beyond the storyboard's own order.

    A cut in which nothing was reordered has the storyboard's order afterwards. What is in step comes back unchanged,
    the same object. Trims are not touched: what no longer fits is clamped when the cut is resolved, and said there.
    """
    order = tuple(shots)
    if cut.order == order:
        return cut, ()
    cut, gone = _without_gone(cut, frozenset(order))
    cut, moved = _moved(cut, order)
    cut, back = _with_returned(cut, order)
    cut = _with_new(cut, order)
    return cut.replace(order=order), (*gone, *moved, *back)


def behind(items: Sequence[Item], place: int) -> tuple[str, ...]:
    """The ids of the items before that place, the nearest first, as a parked item remembers them."""
    return tuple(item.id for item in reversed(items[max(0, place - BEHIND) : place]))


def place_of(parked: Parked, items: Sequence[Item]) -> int:
    """Where a parked item goes back to: behind the nearest that is left of those it stood behind, else to the head."""
    places = {item.id: index for index, item in enumerate(items)}
    return next((places[i] + 1 for i in parked.behind if i in places), 0)


def _without_gone(cut: Cut, there: frozenset[str]) -> tuple[Cut, list[Note]]:
    """Shots that the storyboard no longer has are parked with all that was done to them."""
    kept: list[Item] = []
    parked: list[Parked] = []
    notes: list[Note] = []
    for place, item in enumerate(cut.items):
        if not isinstance(item, ShotItem) or item.shot in there:
            kept.append(item)
            continue
        parked.append(Parked(item=item, behind=behind(cut.items, place), by="storyboard"))
        if item.edited:
            notes.append(
                Note(
                    item=item.id,
                    text=f"Shot {item.shot} is gone from the storyboard; its edits are kept and come back with it.",
                )
            )
    return (cut.replace(items=tuple(kept), parked=(*cut.parked, *parked)) if parked else cut), notes


def _with_returned(cut: Cut, order: Sequence[str]) -> tuple[Cut, list[Note]]:
    """Items that went with their shot stand where they stood when the shot is there again."""
    there = set(order)
    present = set(cut.shots())
    # the storyboard may have put it back elsewhere: where nothing is reordered, its order holds
    as_board = _runs(cut.items) == [shot for shot in order if shot in present]
    items = list(cut.items)
    left: list[Parked] = []
    notes: list[Note] = []
    returned: set[str] = set()
    for parked in cut.parked:
        item = parked.item
        if parked.by != "storyboard" or not isinstance(item, ShotItem) or item.shot not in there:
            left.append(parked)
            continue
        items.insert(place_of(parked, items), item)
        returned.add(item.shot)
        if item.edited:
            notes.append(Note(item=item.id, text=f"Shot {item.shot} is back, with the edits it had."))
    if len(left) == len(cut.parked):
        return cut, []
    cut = cut.replace(items=tuple(items), parked=tuple(left))
    return (_in_step(cut, returned, order) if as_board else cut), notes


def _with_new(cut: Cut, order: Sequence[str]) -> Cut:
    """Shots the cut has never seen come behind the one before them in the storyboard."""
    known = {i.shot for i in (*cut.items, *(p.item for p in cut.parked)) if isinstance(i, ShotItem)}
    new = [shot for shot in order if shot not in known]
    if not new:
        return cut
    fresh = frozenset(new)
    groups: dict[str, list[str]] = {}  # the shot before, to those that come behind it; "" for the head
    before = ""
    present = set(cut.shots())
    for shot in order:
        if shot in fresh:
            groups.setdefault(before, []).append(shot)
        elif shot in present:
            before = shot
    taken = {item.id.casefold() for item in (*cut.items, *(p.item for p in cut.parked))}

    def made(shot: str) -> ShotItem:
        name, number = shot, 1
        while name.casefold() in taken:
            number += 1
            name = f"{shot[:58]}-{number}"
        taken.add(name.casefold())
        return ShotItem(id=name, shot=shot)

    last = {item.shot: place for place, item in enumerate(cut.items) if isinstance(item, ShotItem)}
    head = next((place for place, item in enumerate(cut.items) if isinstance(item, ShotItem)), len(cut.items))
    items: list[Item] = []
    for place in range(len(cut.items) + 1):
        if place == head:
            items += [made(shot) for shot in groups.get("", ())]
        if place == len(cut.items):
            break
        item = cut.items[place]
        items.append(item)
        if isinstance(item, ShotItem) and last[item.shot] == place:
            items += [made(shot) for shot in groups.get(item.shot, ())]
    return cut.replace(items=tuple(items))


def _moved(cut: Cut, order: Sequence[str]) -> tuple[Cut, list[Note]]:
    """Shots that changed their place in the storyboard change it in the cut too, if it had the storyboard's order."""
    both = set(cut.order) & set(order)
    was = [shot for shot in cut.order if shot in both]
    now = [shot for shot in order if shot in both]
    if was == now:
        return cut, []
    movers = _movers(was, now)
    notes: list[Note] = []
    follows = {shot for shot in movers if _as_in(cut, shot, was)}
    for shot in now:
        if shot not in movers:
            continue
        if shot in follows:
            cut = _put(cut, shot, order)
        elif any(isinstance(item, ShotItem) and item.shot == shot for item in cut.items):
            notes.append(Note(text=f"Shot {shot} was moved in the storyboard; the cut keeps the order you gave it."))
    return cut, notes


def _movers(was: Sequence[str], now: Sequence[str]) -> set[str]:
    """The fewest shots that have to move to turn one order into the other: all but a longest common subsequence."""
    place = {shot: index for index, shot in enumerate(was)}
    tails: list[int] = []
    ends: list[int] = []  # index in `now` of each tail
    before: list[int] = [-1] * len(now)
    for index, shot in enumerate(now):
        at = bisect_left(tails, place[shot])
        before[index] = ends[at - 1] if at else -1
        tails[at : at + 1] = [place[shot]]
        ends[at : at + 1] = [index]
    stays: set[str] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        stays.add(now[at])
        at = before[at]
    return set(now) - stays


def _as_in(cut: Cut, shot: str, order: Sequence[str]) -> bool:
    """Whether the shot stands in one place in the cut, between the shots it stands between in `order`."""
    runs = _runs(cut.items)
    present = set(runs)
    if runs.count(shot) != 1:
        return False
    expected = [s for s in order if s in present]
    at, there = expected.index(shot), runs.index(shot)
    before = expected[at - 1] if at else None
    after = expected[at + 1] if at + 1 < len(expected) else None
    return (runs[there - 1] if there else None) == before and (
        runs[there + 1] if there + 1 < len(runs) else None
    ) == after


def _in_step(cut: Cut, returned: set[str], order: Sequence[str]) -> Cut:
    """The cut with returned shots where `order` has them, unless they stood among the parts of other shots."""
    runs = _runs(cut.items)
    if len(runs) == len(set(runs)):
        for shot in [shot for shot in order if shot in returned]:
            cut = _put(cut, shot, order)
    return cut


def _runs(items: Iterable[Item]) -> list[str]:
    """The shots in film order, neighbouring items of one shot counted once."""
    found: list[str] = []
    for item in items:
        if isinstance(item, ShotItem) and (not found or found[-1] != item.shot):
            found.append(item.shot)
    return found


def _put(cut: Cut, shot: str, order: Sequence[str]) -> Cut:
    """The shot's items behind those of the nearest shot before it in `order`, else before the first shot."""
    own = [item for item in cut.items if isinstance(item, ShotItem) and item.shot == shot]
    rest = [item for item in cut.items if not (isinstance(item, ShotItem) and item.shot == shot)]
    last = {item.shot: place for place, item in enumerate(rest) if isinstance(item, ShotItem)}
    before = next((s for s in reversed(order[: order.index(shot)]) if s in last), None)
    if before is not None:
        at = last[before] + 1
    else:
        at = next((place for place, item in enumerate(rest) if isinstance(item, ShotItem)), len(rest))
    return cut.replace(items=(*rest[:at], *own, *rest[at:]))
