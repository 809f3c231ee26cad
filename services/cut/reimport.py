"""What becomes of a cut when another list is imported over the storyboard it follows."""

from __future__ import annotations

from domain.cut.document import Cut
from domain.cut.items import Item, ShotItem
from domain.cut.reconcile import follow
from domain.importing import ImportNote, ImportResult

_SHOWN = 8


def is_edited(item: Item) -> bool:
    """Whether the item is anything else than a shot of the storyboard, whole and as it is."""
    return not isinstance(item, ShotItem) or item.edited


def is_plain(cut: Cut) -> bool:
    """Whether it is the storyboard's order, with nothing edited, added or taken out."""
    shots = [item.shot for item in cut.items if isinstance(item, ShotItem)]
    return not cut.parked and not any(is_edited(item) for item in cut.items) and shots == list(cut.order)


def import_notes(before: Cut, result: ImportResult) -> tuple[ImportNote, ...]:
    """What importing the list means for the cut there was, `before`, which is left alone where it has edits."""
    if is_plain(before):
        return ()
    after, _ = follow(before, [shot.id for shot in result.storyboard.shots])
    names = {item.id for item in before.items if is_edited(item)}
    kept = [item.id for item in after.items if item.id in names]
    parked = [p.item.shot for p in after.parked if p.item.id in names and isinstance(p.item, ShotItem)]
    found = []
    if kept:
        some = ", ".join(kept[:_SHOWN]) + (" …" if len(kept) > _SHOWN else "")
        found.append(f"keeps its edits of {some}; shots are known by their ids, so look whether they still mean these.")
    else:
        found.append("keeps its order.")
    if parked:
        some = ", ".join(parked[:_SHOWN]) + (" …" if len(parked) > _SHOWN else "")
        found.append(f"has put edits aside, because the list has no shot {some}; they come back with the shot.")
    if result.transitions:
        found.append("does not take the transitions of the list, because it has edits of its own.")
    return tuple(ImportNote(where="cut", what=what) for what in found)
