"""What an editor changed: an edit list that came back, held against the cut as it would be handed over now.

Only differences count, so that what a format cannot say stays as it is in the cut.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from domain.base import Value
from domain.cut.document import Cut
from domain.cut.editing import removed
from domain.cut.items import FASTEST, SLOWEST, GapItem, Item, ShotItem, TitleItem, Transition
from domain.interchange.edits import ClipEntry, EditList, Entry, GapEntry, Join, MediaFile
from domain.names import free_name
from domain.timing import rate_label, timecode

ChangeKind = Literal["moved", "trimmed", "speed", "transition", "take", "added", "removed", "length"]

_ROUNDED = Fraction(1, 100)
"""By which part of it a speed may differ where the format rounds it."""

_EXACT = Fraction(1, 100_000)
"""The same where it does not: files hold speeds as binary fractions."""


class Change(Value):
    """One thing that an editor did to an item of the cut."""

    kind: ChangeKind
    item: str
    text: str


class Returned(Value):
    """What an edited list means for the cut: `cut` as it will be, from `before` as it is.

    `unknown` names clips that are none of the film's; they are left out. `notes` tell what could not be taken over
    exactly.
    """

    before: Cut
    cut: Cut
    changes: tuple[Change, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Pair(NamedTuple):
    """An entry of the edited list and the one of ours that it was; None for a new gap."""

    entry: Entry
    ours: Entry | None


def returned(cut: Cut, planned: Mapping[str, int], ours: EditList, theirs: EditList) -> Returned:
    """What `theirs`, an edited list, changes in the cut that would be handed over as `ours`.

    `planned` is the planned frames of each shot item's shot, by item id.
    """
    pairs, unknown = _paired(ours, theirs)
    work = _Work(cut, planned, theirs)
    items = [work.taken(pair, first=place == 0) for place, pair in enumerate(_settled(pairs, theirs))]
    after = work.cut
    gone = [entry for entry in ours.entries if entry.id not in work.used]
    for entry in gone:
        after = removed(after, entry.id)
        work.tell("removed", entry.id, f"{_named(cut.item(entry.id))} is no longer in the film; it is kept aside.")
    handed = {entry.id for entry in ours.entries}
    stay = [item for item in after.items if item.id not in handed]  # what could not be handed over stays at the end
    after = after.replace(items=(*items, *stay))
    moved = _moved([e.id for e in ours.entries if e.id in work.used], [i.id for i in items if i.id in handed])
    for name in moved:
        place = [item.id for item in items].index(name)
        behind = f"behind {_named(items[place - 1])}" if place else "at the head"
        work.tell("moved", name, f"{_named(items[place])} stands {behind} now.")
    return Returned(
        before=cut, cut=after if work.changes else cut, changes=tuple(work.changes), unknown=tuple(unknown),
        notes=(*theirs.notes, *work.notes),
    )  # fmt: skip


# -- which entry is which ------------------------------------------------------------------------------------------


def _paired(ours: EditList, theirs: EditList) -> tuple[list[_Pair], list[str]]:
    """Each known entry with ours, by id, name or file; and a sentence for each that is not known."""
    by_name = {entry.id.casefold(): entry for entry in ours.entries}
    gaps = [entry for entry in ours.entries if isinstance(entry, GapEntry)]
    named = {e.id.casefold() for e in theirs.entries if e.id} | {e.name.casefold() for e in theirs.entries}
    free = [gap for gap in gaps if gap.id.casefold() not in named]
    used: set[str] = set()
    pairs: list[_Pair] = []
    unknown: list[str] = []
    at = 0
    lost = 0
    for entry in theirs.entries:
        found = by_name.get(entry.id.casefold()) or by_name.get(entry.name.casefold())
        if found is not None and found.kind != entry.kind:
            found = None
        if found is None and isinstance(entry, ClipEntry):
            found = _by_file(ours, entry, used)
        if found is None and isinstance(entry, GapEntry):
            found = free.pop(0) if free else None
        if found is None and isinstance(entry, ClipEntry):
            where = timecode(at, theirs.rate)
            unknown.append(f"{entry.name or entry.target or 'A clip'} at {where} is not one of this film's clips.")
            lost += entry.frames
        elif found is not None or entry.frames:
            pairs.append(_Pair(entry, found))
            if found is not None:
                used.add(found.id)
        at += entry.frames
    if lost:
        unknown.append(f"Without {'it' if len(unknown) == 1 else 'them'} the film is {lost} frames shorter.")
    return pairs, unknown


def _by_file(ours: EditList, entry: ClipEntry, used: set[str]) -> ClipEntry | None:
    """Ours that can show the file; one that was not found yet is preferred, then the part that begins nearest."""
    able = [own for own in ours.entries if isinstance(own, ClipEntry) and _file(own, entry) is not None]
    return min(able, key=lambda own: (own.id in used, abs(own.start - entry.start)), default=None)


def _takes(file: MediaFile) -> dict[str, str]:
    """The takes that a file shows, by segment; none where it shows those that stand for the shot."""
    if file.take:
        return {str(file.segment): file.take}
    return {str(segment): take for segment, take in enumerate(file.takes)}


def _file(own: ClipEntry, entry: ClipEntry) -> MediaFile | None:
    """Which of our files the entry shows, by its path as far as both tell one."""
    if not entry.target:
        return None
    parts = entry.target.split("/")
    for file in own.media:
        if file.alias and parts[-1].casefold() == file.alias.casefold():
            return file
        mine = file.target.split("/")
        shared = 0
        while shared < min(len(parts), len(mine)) and parts[-1 - shared].casefold() == mine[-1 - shared].casefold():
            shared += 1
        if shared == min(len(parts), len(mine)) or shared >= 4:
            return file
    return None


def _settled(pairs: Sequence[_Pair], theirs: EditList) -> list[_Pair]:
    """The entries with every cut where it lies in ours, or in the middle, where the format does not tell."""
    found = list(pairs)
    if theirs.cuts == "told":
        return found
    for place, pair in enumerate(found):
        join = pair.entry.into
        if join is None or not join.frames or not place:
            continue
        own = pair.ours.into if pair.ours is not None else None
        if own is not None and own.frames == join.frames:
            before = own.before
        elif theirs.cuts == "middle" and abs(join.before - join.after) > 1:
            before = join.before
        else:
            before = (join.frames + 1) // 2
        shift = before - join.before
        last = found[place - 1]
        shift = max(-last.entry.frames, min(shift, pair.entry.frames))
        if not shift:
            continue
        found[place - 1] = last._replace(entry=last.entry.replace(frames=last.entry.frames + shift))
        changes: dict[str, Any] = {
            "frames": pair.entry.frames - shift,
            "into": join.replace(before=join.before + shift, after=max(0, join.after - shift)),
        }
        if isinstance(pair.entry, ClipEntry):
            changes["start"] = pair.entry.start + math.floor(shift * pair.entry.speed + Fraction(1, 2))
        found[place] = pair._replace(entry=pair.entry.replace(**changes))
    return found


def _moved(was: Sequence[str], now: Sequence[str]) -> list[str]:
    """The items that left their place among the others."""
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    stays = {name for block in blocks for name in was[block.a : block.a + block.size]}
    return [name for name in now if name not in stays]


# -- what it means for an item -------------------------------------------------------------------------------------


class _Work:
    """Makes the items of the edited list, and writes down how they differ."""

    def __init__(self, cut: Cut, planned: Mapping[str, int], theirs: EditList) -> None:
        self.cut = cut
        self.used: set[str] = set()
        self.changes: list[Change] = []
        self.notes: list[str] = []
        self._planned = planned
        self._theirs = theirs
        self._names = {item.id for item in (*cut.items, *(p.item for p in cut.parked))}

    def tell(self, kind: ChangeKind, item: str, text: str) -> None:
        """Write a change down."""
        self.changes.append(Change(kind=kind, item=item, text=text))

    def taken(self, pair: _Pair, *, first: bool) -> Item:
        """The item that an entry stands for."""
        entry, ours = pair
        if ours is None:
            gap = GapItem(id=self._name("gap"), frames=max(1, entry.frames), into=self._into(entry.into, None))
            self.tell("added", gap.id, f"A gap of {gap.frames} frames is new.")
            return gap
        item = self.cut.item(ours.id)
        again = ours.id in self.used
        self.used.add(ours.id)
        if again:
            changed = self._item(item, entry, ours, silent=True).replace(
                id=self._name(item.id), into=self._into(entry.into, None)
            )
            self.tell("added", changed.id, f"{_named(item)} stands in the film once more.")
            return changed
        changed = self._item(item, entry, ours)
        if first and not self._theirs.heads:
            return changed
        return self._joined(changed, entry.into, ours.into)

    def _item(self, item: Item, entry: Entry, ours: Entry, *, silent: bool = False) -> Item:
        if isinstance(item, ShotItem) and isinstance(entry, ClipEntry) and isinstance(ours, ClipEntry):
            return self._shot(item, entry, ours, silent)
        if entry.frames == ours.frames or isinstance(item, ShotItem):
            return item
        changed = item.replace(frames=max(1, entry.frames))
        if not silent:
            self.tell("length", item.id, f"{_named(item)} has {changed.frames} frames instead of {ours.frames}.")
        return changed

    def _shot(self, item: ShotItem, entry: ClipEntry, ours: ClipEntry, silent: bool) -> ShotItem:
        own = ours.shown if ours.media else None
        file = (
            next((f for f in ours.media if entry.active and f.key == entry.active), None) or _file(ours, entry) or own
        )
        wanted: dict[str, Any] = {}
        if file is not None and own is not None and file.key != own.key:
            wanted["takes"] = {**item.takes, **_takes(file)}
        speed = self._speed(item.speed, entry, ours)
        # the same time in each file: what is compared is the place in the shot
        moved = (entry.start - (file.origin if file else 0)) - (ours.start - (own.origin if own else 0))
        moved = 0 if abs(moved) <= entry.slack else moved
        if speed != item.speed:
            wanted["speed"] = speed
        if moved or entry.frames != ours.frames or speed != item.speed:
            start = item.first + moved
            if start < 0:
                self.notes.append(f"{_named(item)} begins {-start} frames before the shot does; it begins with it now.")
                start = 0
            now = item.end_in(self._planned[item.id]) - item.first
            span, length = _span(entry.frames, speed, now)
            if length != entry.frames:
                self.notes.append(
                    f"{_named(item)} cannot have {entry.frames} frames at {_speed_words(speed)}; it has {length}."
                )
            end = start + span
            planned = self._planned[item.id]
            wanted |= {"first": start, "end": None if end == planned else end}
        changed = item.replace(**wanted)
        if not silent:
            self._told(item, changed, " and ".join(_takes(file).values()) if file is not None else "")
        return changed

    def _told(self, item: ShotItem, changed: ShotItem, take: str) -> None:
        planned = self._planned[item.id]
        was, now = (item.first, item.end_in(planned)), (changed.first, changed.end_in(planned))
        if was != now:
            length = f"{changed.length(planned)} frames instead of {item.length(planned)}"
            self.tell(
                "trimmed", item.id, f"{_named(item)} shows {now[0]} to {now[1]} of the shot instead of {was[0]} to "
                f"{was[1]}: {length}.",
            )  # fmt: skip
        if item.speed != changed.speed:
            self.tell("speed", item.id, f"{_named(item)} runs at {_speed_words(changed.speed)}.")
        if item.takes != changed.takes:
            self.tell("take", item.id, f"{_named(item)} shows take {take}.")

    def _speed(self, now: Fraction, entry: ClipEntry, ours: ClipEntry) -> Fraction:
        """The speed the entry asks for; the present one where the difference is of the format's making."""
        asked = entry.speed
        if abs(asked - now) <= now * (_EXACT if self._theirs.exact else _ROUNDED):
            return now
        # a list that tells of speeds by lengths alone cannot tell of one that changes no length
        if not self._theirs.exact and asked == 1 and math.floor(entry.frames * now + Fraction(1, 2)) == entry.frames:
            return now
        if not SLOWEST <= asked <= FASTEST:
            self.notes.append(f"{ours.name or ours.id} cannot run at {_speed_words(asked)}; its speed stays.")
            return now
        return asked.limit_denominator(10_000)

    def _joined(self, item: Item, asked: Join | None, ours: Join | None) -> Item:
        if (asked.frames if asked else 0) == (ours.frames if ours else 0) and _alike(asked, ours):
            return item
        into = self._into(asked, item.into)
        self.tell(
            "transition", item.id,
            f"{_named(item)} comes in by a {into.kind.replace('_', ' ')} of {into.frames} frames."
            if into is not None else f"{_named(item)} comes in by a straight cut.",
        )  # fmt: skip
        return item.replace(into=into)

    @staticmethod
    def _into(asked: Join | None, now: Transition | None) -> Transition | None:
        if asked is None or asked.frames < 2:
            return None
        kind = asked.kind or (now.kind if now is not None and now.kind != "wipe" else "dissolve")
        return (now or Transition()).replace(kind=kind, frames=asked.frames)

    def _name(self, wanted: str) -> str:
        name = free_name(wanted, self._names)
        self._names.add(name)
        return name


def _alike(one: Join | None, two: Join | None) -> bool:
    """Whether two transitions of one length are the same, as far as both tell."""
    if one is None or two is None or one.kind == two.kind:
        return True
    return None in (one.kind, two.kind) and "wipe" not in (one.kind, two.kind)


def _span(frames: int, speed: Fraction, now: int) -> tuple[int, int]:
    """Frames of the shot that give that many in the film, as near to `now` as can be, and how many they do give."""

    def length(span: int) -> int:
        return max(1, math.floor(span / speed + Fraction(1, 2)))

    middle = math.floor(frames * speed + Fraction(1, 2))
    reach = math.ceil(speed) + 1
    able = range(max(1, middle - reach), max(1, middle + reach) + 1)
    best = min(able, key=lambda span: (abs(length(span) - frames), abs(span - now), span))
    return best, length(best)


def _named(item: Item) -> str:
    if isinstance(item, ShotItem):
        return f"Shot {item.shot}" if item.id == item.shot else f"Shot {item.shot} ({item.id})"
    if isinstance(item, TitleItem):
        return f"The card {item.id}"
    return f"The gap {item.id}"


def _speed_words(speed: Fraction) -> str:
    return f"{rate_label(speed)} times its speed"
