"""What an editor changed: names and files that tell which clip it was, and what cannot be had exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from domain.cut.document import Cut
from domain.cut.items import GapItem, ShotItem, Transition
from domain.interchange.edits import ClipEntry, EditList, GapEntry, Join, MediaFile
from domain.interchange.returned import Returned, returned

PLANNED = {"001": 48, "002": 48}
CUT = Cut(items=(ShotItem(id="001", shot="001"), GapItem(id="gap", frames=10), ShotItem(id="002", shot="002")))


def clip(name: str, start: int = 0, frames: int = 48, **fields: Any) -> ClipEntry:
    file = MediaFile(
        key="main", target=f"takes/{name}/0/a/clip.mp4", frames=60, width=64, height=48, alias=f"{name}.mp4"
    )
    told = {"id": name, "name": name, "start": start, "frames": frames, "media": (file,), "active": "main"}
    return ClipEntry.model_validate(told | fields)


OURS = EditList(rate=Fraction(24), entries=(clip("001"), GapEntry(id="gap", frames=10), clip("002")))


def back(*entries: ClipEntry | GapEntry, cut: Cut = CUT, ours: EditList = OURS, **fields: Any) -> Returned:
    return returned(cut, PLANNED, ours, EditList(rate=Fraction(24), entries=entries, **fields))


def test_a_clip_without_its_name_is_known_by_its_file_wherever_that_lies() -> None:
    for target in ("/volumes/x/takes/002/0/a/clip.mp4", "cut.media/002.mp4", "TAKES/002/0/A/CLIP.MP4"):
        found = back(clip("001"), GapEntry(frames=10), ClipEntry(name="renamed", start=4, frames=20, target=target))
        assert found.unknown == () and [(c.kind, c.item) for c in found.changes] == [("trimmed", "002")], target
        item = found.cut.items[2]
        assert isinstance(item, ShotItem) and (item.first, item.end) == (4, 24)


def test_a_file_of_the_same_name_in_another_folder_is_not_the_films() -> None:
    found = back(clip("001"), GapEntry(frames=10), clip("002"), ClipEntry(name="x", frames=9, target="music/clip.mp4"))
    assert "x at 00:00:04:10" in found.unknown[0] and found.changes == () and found.cut == CUT


def test_a_hole_is_the_next_gap_and_one_more_is_a_new_one() -> None:
    found = back(clip("001"), GapEntry(frames=12), clip("002"), GapEntry(frames=3))
    assert [(c.kind, c.item) for c in found.changes] == [("length", "gap"), ("added", "gap-2")]
    assert [item.id for item in found.cut.items] == ["001", "gap", "002", "gap-2"]


def test_what_a_list_leaves_out_is_kept_aside() -> None:
    found = back(clip("002"))
    assert [p.item.id for p in found.cut.parked] == ["001", "gap"] and [i.id for i in found.cut.items] == ["002"]


def test_a_length_that_slow_motion_cannot_have_is_told() -> None:
    slow = Cut(items=(ShotItem(id="001", shot="001", speed=Fraction(1, 2)),))
    ours = EditList(rate=Fraction(24), entries=(clip("001", 0, 96, speed=Fraction(1, 2)),))
    found = back(clip("001", 0, 31, speed=Fraction(1, 2)), cut=slow, ours=ours)
    item = found.cut.items[0]
    assert isinstance(item, ShotItem) and item.length(48) in (30, 32) and "cannot have 31 frames" in found.notes[0]


def test_a_speed_that_a_format_rounds_is_the_one_it_was() -> None:
    fast = Cut(items=(ShotItem(id="001", shot="001", speed=Fraction(2)),))
    ours = EditList(rate=Fraction(24), entries=(clip("001", 0, 24, speed=Fraction(2)),))
    near = clip("001", 0, 24, speed=Fraction(1998, 1000))
    assert back(near, cut=fast, ours=ours, exact=False).changes == ()
    assert [c.kind for c in back(near, cut=fast, ours=ours).changes] == ["speed"]
    stopped = back(clip("001", 0, 24, speed=Fraction(0)), cut=fast, ours=ours)
    assert stopped.changes == () and "cannot run" in stopped.notes[0]


def test_a_begin_before_the_shot_is_moved_to_it() -> None:
    found = back(clip("001", -5, 48), GapEntry(id="gap", frames=10), clip("002"))
    item = found.cut.items[0]
    assert isinstance(item, ShotItem) and item.first == 0 and "begins 5 frames before" in found.notes[0]


def test_a_dissolve_of_unknown_kind_leaves_the_kind_and_a_wipe_does_not() -> None:
    black = CUT.replace(items=(*CUT.items[:2], CUT.items[2].replace(into=Transition(kind="fade_black", frames=4))))
    ours = OURS.replace(entries=(*OURS.entries[:2], clip("002", into=Join(kind="fade_black", before=2, after=2))))
    rest = (clip("001"), GapEntry(id="gap", frames=10))
    assert back(*rest, clip("002", into=Join(kind=None, before=2, after=2)), cut=black, ours=ours).changes == ()
    found = back(*rest, clip("002", into=Join(kind="wipe", before=2, after=2)), cut=black, ours=ours)
    assert [(c.kind, c.item) for c in found.changes] == [("transition", "002")]
