"""Edit lists to write: any, and one with everything in it."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import strategies as st

from domain.interchange.edits import ClipEntry, EditList, Entry, GapEntry, Join, Mark, MediaFile

RATES = [Fraction(24_000, 1001), Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(30)]


def media(name: str, frames: int, key: str = "DEFAULT_MEDIA", take: str = "") -> MediaFile:
    return MediaFile(key=key, target=f"takes/{name}/clip one.mp4", frames=frames, width=1280, height=720, take=take)


def clip(name: str, start: int, frames: int, of: int, **fields: object) -> ClipEntry:
    """A clip of a file with `of` frames."""
    told = {"id": name, "name": name, "start": start, "frames": frames, "media": (media(name, of),)}
    return ClipEntry.model_validate(told | {"active": "DEFAULT_MEDIA"} | fields)


def everything(rate: Fraction) -> EditList:
    """Handles, a take to choose, a gap in the middle and one at the end, speeds, marks and transitions."""
    two = (media("002", 200), media("002-b", 180, key="b", take="b"))
    return EditList(
        name="A film & more", rate=rate, width=1280, height=720,
        entries=(
            clip("001", 10, 100, 150, marks=(Mark(first=10, name="001 A <door>", text="It opens\nslowly"),)),
            clip("002", 20, 90, 200, into=Join(kind="dissolve", before=5, after=7), media=two),
            GapEntry(id="gap", frames=24),
            clip("003", 30, 61, 400, speed=Fraction(2), into=Join(kind="dissolve", before=6, after=6)),
            clip("004", 8, 40, 60, speed=Fraction(1, 2), extras={"prompt": "a house", "shot": "004"}),
            clip("005", 12, 33, 80, into=Join(kind="wipe", before=4, after=4)),
            GapEntry(id="gap-2", frames=7),
        ),
    )  # fmt: skip


@st.composite
def edit_lists(draw: st.DrawFn, *, speeds: bool = True) -> EditList:
    """Any list that an export can give: every transition has its frames, and none overlaps another."""
    rate = draw(st.sampled_from(RATES))
    entries: list[Entry] = []
    room = 0  # what the entry before has left for a transition
    for number in range(draw(st.integers(1, 8))):
        frames = draw(st.integers(1, 400))
        if draw(st.integers(0, 4)) == 0:
            entry: Entry = GapEntry(id=f"gap-{number}", frames=frames)
            into = draw(_joins(room, frames // 2)) if number else None
        else:
            speed = draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3, 2)])) if speeds else 1
            start = draw(st.integers(0, 300))
            of = start + math.ceil(frames * speed) + draw(st.integers(0, 100))
            entry = clip(f"{number:03d}", start, frames, of, speed=speed)
            out = entries[-1] if entries else None
            tail = _tail(out) if isinstance(out, ClipEntry) else 10**6
            into = draw(_joins(min(room, math.floor(start / entry.speed)), min(frames // 2, tail))) if number else None
        if isinstance(entry, GapEntry) and into is not None and isinstance(entries[-1], ClipEntry):
            into = into if into.after <= _tail(entries[-1]) else None
        entries.append(entry.replace(into=into))
        room = frames - frames // 2
    return EditList(name="Film", rate=rate, entries=tuple(entries))


def _tail(entry: Entry) -> int:
    assert isinstance(entry, ClipEntry)
    return math.floor((entry.shown.frames - entry.start - math.ceil(entry.frames * entry.speed)) / entry.speed)


@st.composite
def _joins(draw: st.DrawFn, before: int, after: int) -> Join | None:
    join = Join(kind="dissolve", before=draw(st.integers(0, max(0, before))), after=draw(st.integers(0, max(0, after))))
    return join if join.frames >= 2 and draw(st.booleans()) else None
