"""Edits: each gives another cut or says why not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.cut import editing
from domain.cut.document import Cut
from domain.cut.items import LowerThird, ShotItem, TitleItem, parse_speed
from domain.errors import BadInput, NotFound

PLAIN = Cut(items=tuple(ShotItem(id=i, shot=i) for i in "abc"), order=tuple("abc"))


@settings(max_examples=300)
@given(
    planned=st.integers(2, 200), first=st.integers(0, 50), end=st.none() | st.integers(1, 220),
    speed=st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 4), Fraction(5, 3), Fraction(7)]),
    at=st.integers(1, 400),
)  # fmt: skip
def test_a_split_item_is_as_long_as_before_and_shows_the_same(
    planned: int, first: int, end: int | None, speed: Fraction, at: int
) -> None:
    item = ShotItem(id="a", shot="a", first=first, end=end if end is None else first + end, speed=speed)
    cut = Cut(items=(item,))
    length = item.length(planned)
    if not 0 < at < length:
        with pytest.raises(BadInput, match="nothing to cut"):
            editing.split(cut, "a", at, planned)
        return
    try:
        one, two = editing.split(cut, "a", at, planned).items
    except BadInput:
        assert speed != 1, "at its own speed every frame can be cut at"
        return
    assert isinstance(one, ShotItem) and isinstance(two, ShotItem)
    assert one.length(planned) + two.length(planned) == length
    assert one.first == item.first and one.end == two.first and two.end == item.end
    if speed == 1:
        assert one.length(planned) == at


def test_splitting_takes_lower_thirds_to_their_part() -> None:
    item = ShotItem(id="a", shot="a", lower_thirds=(LowerThird(text="x", first=3), LowerThird(text="y", first=30)))
    one, two = editing.split(Cut(items=(item,)), "a", 20, 48).items
    assert isinstance(one, ShotItem) and isinstance(two, ShotItem)
    assert [(t.text, t.first) for t in one.lower_thirds] == [("x", 3)]
    assert [(t.text, t.first) for t in two.lower_thirds] == [("y", 10)]


def test_an_end_at_the_planned_one_follows_the_storyboard() -> None:
    trimmed = editing.trimmed(PLAIN, "a", 5, 40, 48).item("a")
    assert isinstance(trimmed, ShotItem) and (trimmed.first, trimmed.end) == (5, 40)
    again = editing.trimmed(editing.trimmed(PLAIN, "a", 5, 40, 48), "a", None, 48, 48).item("a")
    assert isinstance(again, ShotItem) and (again.first, again.end) == (5, None)
    with pytest.raises(BadInput, match="in and an out"):
        editing.trimmed(editing.added(PLAIN, TitleItem(id="t")), "t", 0, 5, 0)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(NotFound):
        editing.moved(PLAIN, "x", 0)
    with pytest.raises(BadInput, match="colour"):
        editing.edited(PLAIN, "a", colour="#000000")
    with pytest.raises(BadInput, match="id"):
        editing.edited(PLAIN, "a", id="b")
    with pytest.raises(BadInput, match="exactly once"):
        editing.reordered(PLAIN, ["a", "b"])
    with pytest.raises(ValidationError):
        editing.trimmed(PLAIN, "a", 10, 5, 48)
    with pytest.raises(ValueError, match="speed"):
        parse_speed("30")
    with pytest.raises(NotFound):
        editing.restored(PLAIN, "a")


def test_taking_out_and_putting_back_is_the_same_cut() -> None:
    for item in "abc":
        assert editing.restored(editing.removed(PLAIN, item), item) == PLAIN


def test_going_back_to_the_storyboard_parks_what_was_added() -> None:
    cut = editing.split(editing.added(PLAIN, TitleItem(id="card", text="x"), ""), "b", 10, 48)
    plain = editing.as_board(editing.moved(cut, "c", 0))
    assert plain.items == PLAIN.items
    assert {p.item.id for p in plain.parked} == {"card", "b-2"}


def test_a_cut_is_read_back_as_it_was() -> None:
    cut = editing.edited(editing.added(PLAIN, TitleItem(id="t", text="x")), "a", speed="3/2", takes={"0": "t1"})
    assert Cut.model_validate_json(cut.model_dump_json()) == cut
