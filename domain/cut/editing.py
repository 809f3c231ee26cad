"""Edits of the cut: each gives another cut, or raises BadInput or NotFound and leaves everything as it was."""

from __future__ import annotations

import math
from typing import Any

from domain.cut.document import Cut, Parked
from domain.cut.items import GapItem, Item, LowerThird, ShotItem, TitleItem
from domain.cut.reconcile import behind, place_of
from domain.errors import BadInput, NotFound

_FIXED = {"kind", "id", "shot"}


def edited(cut: Cut, item_id: str, **changes: Any) -> Cut:
    """The cut with fields of one item changed. Raises BadInput for a field the item does not have."""
    place = cut.position(item_id)
    item = cut.items[place]
    for name in changes:
        if name in _FIXED or name not in type(item).model_fields:
            raise BadInput(f"A {item.kind} in the cut has no {name!r} that can be changed.")
    return _with(cut, place, item.replace(**changes))


def moved(cut: Cut, item_id: str, to: int) -> Cut:
    """The cut with the item at place `to` (0-based among the others); places beyond the ends are the ends."""
    place = cut.position(item_id)
    items = list(cut.items)
    item = items.pop(place)
    items.insert(min(max(to, 0), len(items)), item)
    return cut.replace(items=tuple(items))


def reordered(cut: Cut, item_ids: list[str]) -> Cut:
    """The same items in that order. Raises BadInput unless each is named exactly once."""
    by_id = {item.id: item for item in cut.items}
    if len(item_ids) != len(by_id) or set(item_ids) != set(by_id):
        raise BadInput("The new order does not name every item exactly once.", "Reload the page and drag again.")
    return cut.replace(items=tuple(by_id[i] for i in item_ids))


def added(cut: Cut, item: Item, after: str | None = None) -> Cut:
    """The cut with a new item behind `after`; at the head when that is empty, at the end when it is None."""
    place = len(cut.items) if after is None else 0 if not after else cut.position(after) + 1
    item = item.replace(id=cut.free_id(item.id))
    return cut.replace(items=(*cut.items[:place], item, *cut.items[place:]))


def removed(cut: Cut, item_id: str) -> Cut:
    """The cut with the item parked."""
    place = cut.position(item_id)
    parked = Parked(item=cut.items[place], behind=behind(cut.items, place))
    return cut.replace(items=(*cut.items[:place], *cut.items[place + 1 :]), parked=(*cut.parked, parked))


def restored(cut: Cut, item_id: str) -> Cut:
    """The cut with a parked item back where it stood. Raises NotFound; BadInput when its shot is gone."""
    for parked in cut.parked:
        if parked.item.id != item_id:
            continue
        if parked.by == "storyboard":
            raise BadInput(
                "The shot of this item is gone from the storyboard.", "Undo its deletion in Storyboard; it comes back."
            )
        place = place_of(parked, cut.items)
        return cut.replace(
            items=(*cut.items[:place], parked.item, *cut.items[place:]),
            parked=tuple(p for p in cut.parked if p is not parked),
        )
    raise NotFound(f"Nothing called {item_id[:60]!r} was taken out of the cut.", "Reload the page.")


def split(cut: Cut, item_id: str, at: int, planned: int) -> Cut:
    """The item cut in two before its film frame `at`; together they are as long as it was.

    `planned` is the planned frames of its shot. At other speeds than 1 the cut lies at the shot's frame nearest to it
    that keeps the length. Raises BadInput when one part would be empty.
    """
    place = cut.position(item_id)
    item = cut.items[place]
    frames = item.length(planned) if isinstance(item, ShotItem) else item.frames
    if not 0 < at < frames:
        raise BadInput(f"There is nothing to cut at frame {at}: the item has {frames}.", "Choose a frame inside it.")
    name = cut.free_id(item.id)
    if isinstance(item, ShotItem):
        one, two = _halves(item, at, planned)
        seam = one.length(planned)
        first: Item = one.replace(lower_thirds=_texts(item, 0, seam))
        second: Item = two.replace(id=name, into=None, lower_thirds=_texts(item, seam, frames))
    else:
        first, second = item.replace(frames=at), item.replace(id=name, frames=frames - at, into=None)
    return cut.replace(items=(*cut.items[:place], first, second, *cut.items[place + 1 :]))


def _halves(item: ShotItem, at: int, planned: int) -> tuple[ShotItem, ShotItem]:
    """The two parts of a shot's item at the frame nearest to film frame `at` that keeps their length together."""
    end, length = item.end_in(planned), item.length(planned)
    wanted = item.first + at * item.speed
    reach = math.ceil(2 * item.speed) + 1
    near = range(max(item.first + 1, math.floor(wanted) - reach), min(end, math.ceil(wanted) + reach + 1))
    for middle in sorted(near, key=lambda frame: abs(frame - wanted)):
        one, two = item.replace(end=middle), item.replace(first=middle)
        if one.length(planned) + two.length(planned) == length:
            return one, two
    raise BadInput("This part of the shot is too short to be cut there.", "Choose another frame.")


def trimmed(cut: Cut, item_id: str, first: int | None, end: int | None, planned: int) -> Cut:
    """The cut with an item's in and out (exclusive), in frames of its shot; None leaves one as it is.

    An end that is the shot's planned one follows the storyboard from then on.
    """
    item = cut.item(item_id)
    if not isinstance(item, ShotItem):
        raise BadInput("Only shots have an in and an out.", "Give the card or gap another length.")
    changes: dict[str, Any] = {}
    if first is not None:
        changes["first"] = first
    if end is not None:
        changes["end"] = None if end == planned else end
    return edited(cut, item_id, **changes)


def as_board(cut: Cut) -> Cut:
    """The cut as the storyboard has it: every shot once and whole, titles and gaps parked. The finish stays."""
    shots = {item.shot: item for item in reversed(cut.items) if isinstance(item, ShotItem)}
    for out in cut.parked:  # what was only taken out comes back; what was edited stays parked
        if isinstance(out.item, ShotItem) and not out.item.edited:
            shots.setdefault(out.item.shot, out.item)
    plain = tuple(ShotItem(id=shots[s].id if s in shots else cut.free_id(s), shot=s) for s in cut.order)
    kept = {item.id for item in plain}
    parked = tuple(
        Parked(item=item, behind=behind(cut.items, place))
        for place, item in enumerate(cut.items)
        if item.id not in kept
    )
    return cut.replace(items=plain, parked=(*(p for p in cut.parked if p.item.id not in kept), *parked))


def title(text: str, style: str, **fields: Any) -> TitleItem:
    """A new card; its id is a wish until it is added."""
    return TitleItem.model_validate({"id": style, "text": text, "style": style} | fields)


def gap(frames: int, **fields: Any) -> GapItem:
    """A new gap; its id is a wish until it is added."""
    return GapItem.model_validate({"id": "gap", "frames": frames} | fields)


def _with(cut: Cut, place: int, item: Item) -> Cut:
    return cut.replace(items=(*cut.items[:place], item, *cut.items[place + 1 :]))


def _texts(item: ShotItem, first: int, end: int) -> tuple[LowerThird, ...]:
    """The lower thirds that begin in that part of the item, counted from its start."""
    return tuple(text.replace(first=text.first - first) for text in item.lower_thirds if first <= text.first < end)
