"""Two changes made apart from each other are both kept, or neither is made over the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Conflict
from domain.merging import merge
from domain.project import Picked, Selection, ShotChoice
from domain.storyboard import Entity, Presets, Shot, Storyboard


def board(*ids: str, **fields: Any) -> Storyboard:
    return Storyboard(shots=tuple(Shot(id=i) for i in ids), **fields)


def edited(start: Storyboard, shot: str, **fields: Any) -> Storyboard:
    return start.with_shot(start.shot(shot).replace(**fields))


BASE = board("001", "002", "003")


@pytest.mark.parametrize(
    ("ours", "theirs", "both"),
    [
        (edited(BASE, "001", title="a"), edited(BASE, "002", title="b"), edited(edited(BASE, "001", title="a"), "002", title="b")),
        (edited(BASE, "001", title="a"), edited(BASE, "001", prompt="b"), edited(BASE, "001", title="a", prompt="b")),
        (
            edited(BASE, "001", presets=Presets(camera="pan_left")), edited(BASE, "001", presets=Presets(style="noir")),
            edited(BASE, "001", presets=Presets(camera="pan_left", style="noir")),
        ),
        (BASE.without(["002"]), edited(BASE, "001", title="a"), edited(BASE.without(["002"]), "001", title="a")),
        (BASE.with_new(Shot(id="004")), BASE.with_new(Shot(id="001A"), "001"), board("001", "001A", "002", "003", "004")),
        (BASE.reordered(["003", "001", "002"]), BASE.with_new(Shot(id="004"), "001"), board("003", "001", "004", "002")),
        (BASE.replace(style="x"), BASE.replace(never="y"), BASE.replace(style="x", never="y")),
        (BASE.replace(extras={"a": 1}), BASE.replace(extras={"b": 2}), BASE.replace(extras={"b": 2, "a": 1})),
        (BASE.replace(title="same"), BASE.replace(title="same"), BASE.replace(title="same")),
        (
            BASE.replace(characters=(Entity(id="anna"),)), BASE.replace(characters=(Entity(id="bo"),)),
            BASE.replace(characters=(Entity(id="anna"), Entity(id="bo"))),
        ),
    ],
)  # fmt: skip
def test_what_does_not_touch_is_kept(ours: Storyboard, theirs: Storyboard, both: Storyboard) -> None:
    assert merge(BASE, ours, theirs) == both


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (edited(BASE, "001", title="a"), edited(BASE, "001", title="b"), "Shot 001: title was changed in two places"),
        (edited(BASE, "001", presets=Presets(camera="a")), edited(BASE, "001", presets=Presets(camera="b")), "Shot 001: presets camera"),
        (BASE.without(["001"]), edited(BASE, "001", title="b"), "Shot 001 was changed"),
        (BASE.with_new(Shot(id="004", title="a")), BASE.with_new(Shot(id="004", title="b")), "Shot 004 was changed"),
        (BASE.reordered(["003", "001", "002"]), BASE.reordered(["002", "001", "003"]), "The order of the shots was changed"),
        (BASE.replace(style="a"), BASE.replace(style="b"), "Style was changed"),
    ],
)  # fmt: skip
def test_what_touches_is_refused_with_its_place(ours: Storyboard, theirs: Storyboard, words: str) -> None:
    for one, other in ((ours, theirs), (theirs, ours)):
        with pytest.raises(Conflict, match=words):
            merge(BASE, one, other)


def test_choices_for_different_slots_of_one_shot_are_both_kept() -> None:
    picture = Picked(path="keyframes/001/a.png", sha256="0" * 64)
    ours = Selection(shots={"001": ShotChoice(keyframes={"start": picture})})
    theirs = Selection(shots={"001": ShotChoice(keyframes={"end": picture}, takes={"0": "t"})})
    assert merge(Selection(), ours, ours) == ours
    start = Selection(shots={"001": ShotChoice()})
    merged = merge(start, ours, theirs)
    assert merged.of("001") == ShotChoice(keyframes={"end": picture, "start": picture}, takes={"0": "t"})


shots = st.builds(Shot, id=st.sampled_from(["001", "002", "003", "004"]), title=st.sampled_from(["", "a"]))
boards = st.builds(
    Storyboard, title=st.sampled_from(["", "x"]), shots=st.lists(shots, max_size=4, unique_by=lambda s: s.id).map(tuple)
)


@given(boards, boards, boards)
def test_a_merge_takes_everything_from_either_side_or_refuses(
    base: Storyboard, ours: Storyboard, theirs: Storyboard
) -> None:
    assert merge(base, ours, base) == ours and merge(base, base, theirs) == theirs
    try:
        merged = merge(base, ours, theirs)
    except Conflict as error:
        assert error.cure and ours != theirs
        return
    was, mine, other, now = ({s.id: s for s in b.shots} for b in (base, ours, theirs, merged))
    for key in {*was, *mine, *other}:
        changed = [side.get(key) for side in (mine, other) if side.get(key) != was.get(key)]
        assert now.get(key) == (changed[0] if changed else was.get(key))
