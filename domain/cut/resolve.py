"""From the cut to the reel: every film frame gets its layers, and transitions their frames from handles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from domain.cut.document import Cut, Note
from domain.cut.items import GapItem, Item, LowerThird, ShotItem, TitleItem, Transition
from domain.cut.reel import Blend, ColourLayer, Layer, Material, Overlay, Placed, Reel, ShotLayer, Stretch, TitleLayer

_ENDLESS = 10**9


class _Part(NamedTuple):
    """An item with the part of its material it shows, and what lies beyond that part, all in film frames."""

    item: Item
    frames: int
    start: int = 0
    end: int = 0
    head: int = _ENDLESS
    tail: int = _ENDLESS
    material: Material | None = None


class _Join(NamedTuple):
    """A transition with the frames it gets on both sides of the cut."""

    transition: Transition
    before: int
    after: int


def resolve(cut: Cut, material: Mapping[str, Material], rate: Fraction) -> Reel:
    """The reel of a cut at the film's `rate`. `material` is by item id; KeyError for a shot's item that it lacks.

    Film frame k of a shot's item shows the shot's time ``(first + k*speed) / rate``. The film is as long as its items
    together, whatever the transitions.
    """
    notes: list[Note] = []
    parts = [_part(item, material, rate, notes) for item in cut.items]
    joins = _joins(parts, notes)
    index: dict[Material, int] = {}
    for part in parts:
        if part.material is not None:
            index.setdefault(part.material, len(index))

    def layer(part: _Part, frame: int) -> Layer:
        return _layer(part, frame, cut, index, rate)

    stretches: list[Stretch] = []
    placed: list[Placed] = []
    overlays: list[Overlay] = []
    first = 0
    for place, (part, join) in enumerate(zip(parts, joins, strict=True)):
        if join is not None:
            out = layer(parts[place - 1], parts[place - 1].frames - join.before) if place else _nothing(join.transition)
            how = join.transition
            stretches.append(
                Stretch(
                    first=first - join.before, frames=join.before + join.after, layers=(out, layer(part, -join.before)),
                    blend=Blend(kind=how.kind, direction=how.direction, softness=how.softness),
                )
            )  # fmt: skip
        after = join.after if join else 0
        following = joins[place + 1] if place + 1 < len(joins) else None
        plain = part.frames - after - (following.before if following else 0)
        if plain:
            stretches.append(Stretch(first=first + after, frames=plain, layers=(layer(part, after),)))
        placed.append(
            Placed(
                item=part.item, first=first, frames=part.frames, start=part.start, end=part.end,
                before=join.before if join else 0, after=after,
            )
        )  # fmt: skip
        if isinstance(part.item, ShotItem):
            overlays += _overlays(part.item.lower_thirds, first, part.frames)
        first += part.frames
    return Reel(
        rate=rate, frames=first, stretches=tuple(stretches), materials=tuple(index), overlays=tuple(overlays),
        placed=tuple(placed), finish=cut.finish, notes=tuple(notes),
    )  # fmt: skip


def _part(item: Item, material: Mapping[str, Material], rate: Fraction, notes: list[Note]) -> _Part:
    """The item clamped to what there is of its shot; a clamp is noted, and the cut itself keeps what was asked for."""
    if not isinstance(item, ShotItem):
        return _Part(item, item.frames)
    found = material[item.id]
    start, end = item.first, item.end_in(found.frames)
    there = found.film_frames(rate) if found.sources else max(found.frames, end)
    if start >= there:
        notes.append(_note(item, f"begins at frame {start}, but there are {there}; its last frame is shown."))
        start = there - 1
        end = there
    elif end > there:
        what = "the shot's planned end" if item.end is None else f"frame {end}"
        notes.append(_note(item, f"is to go to {what}, but its takes end at frame {there}; it ends there."))
        end = there
    frames = max(1, math.floor((end - start) / item.speed + Fraction(1, 2)))
    head, tail = math.floor(start / item.speed), math.floor((there - end) / item.speed)
    return _Part(item, frames, start, end, head, tail, found)


def _joins(parts: Sequence[_Part], notes: list[Note]) -> list[_Join | None]:
    """Where each transition lies. They share an item's frames, so that no two of them overlap."""
    found: list[_Join | None] = []
    for place, part in enumerate(parts):
        transition = part.item.into
        if transition is None:
            found.append(None)
            continue
        follows = place + 1 < len(parts) and parts[place + 1].item.into is not None
        room_after = (part.frames + 1) // 2 if follows else part.frames
        room_before = 0
        if place:
            taken = found[place - 1]
            room_before = parts[place - 1].frames - (taken.after if taken else 0)
        frames = min(transition.frames, room_before + room_after)
        if frames < 2:
            notes.append(_note(part.item, "has no room for its transition; it is a straight cut."))
            found.append(None)
            continue
        if frames < transition.frames:
            notes.append(
                _note(part.item, f"has room for {frames} of the {transition.frames} frames of its transition.")
            )
        before, held = _laid(transition, frames, room_before, room_after, parts[place - 1] if place else None, part)
        if held:
            notes.append(
                _note(part.item, f"has no handle for {held} of the {frames} frames of its transition; a frame is held.")
            )
        found.append(_Join(transition, before, frames - before))
    return found


def _laid(
    transition: Transition, frames: int, room_before: int, room_after: int, out: _Part | None, into: _Part
) -> tuple[int, int]:
    """Frames before the cut, and how many frames have to be held: as few as can be, ties to the middle."""
    tail = out.tail if out is not None else _ENDLESS
    fades = transition.kind in ("fade_black", "fade_white")
    # each side of a fade is seen in one half of it only
    unseen, seen = (frames - frames // 2, frames // 2) if fades else (0, frames)

    def held(before: int) -> int:
        return max(0, before - unseen - into.head) + max(0, seen - before - tail)

    lowest, highest = max(0, frames - room_after), min(frames, room_before)
    best = min(range(lowest, highest + 1), key=lambda before: (held(before), abs(2 * before - frames), -before))
    return best, held(best)


def _layer(part: _Part, frame: int, cut: Cut, index: Mapping[Material, int], rate: Fraction) -> Layer:
    """The layer that shows the item from its own frame `frame` on, which may lie before its first."""
    item = part.item
    if isinstance(item, TitleItem):
        return TitleLayer(item=item.id, title=item, start=frame)
    if isinstance(item, GapItem):
        return ColourLayer(item=item.id, colour=item.colour)
    assert part.material is not None
    native = part.material.rate / rate
    grades = tuple(grade for grade in (item.grade, cut.finish.grade) if grade is not None and not grade.neutral)
    return ShotLayer(
        item=item.id, material=index[part.material], start=(part.start + frame * item.speed) * native,
        step=item.speed * native, grades=grades,
    )  # fmt: skip


def _nothing(transition: Transition) -> ColourLayer:
    """What the first item comes out of."""
    return ColourLayer(colour="#ffffff" if transition.kind == "fade_white" else "#000000")


def _overlays(texts: Sequence[LowerThird], first: int, frames: int) -> list[Overlay]:
    """Lower thirds in film frames, ending with their item."""
    return [
        Overlay(first=first + text.first, frames=min(text.frames, frames - text.first), text=text)
        for text in texts
        if text.first < frames
    ]


def _note(item: Item, what: str) -> Note:
    name = f"Shot {item.shot}" if isinstance(item, ShotItem) else f"{item.kind.capitalize()} {item.id}"
    return Note(item=item.id, text=f"{name} {what}")
