"""Following the storyboard: nothing is lost, nothing moves silently, and an unedited cut is the storyboard."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cut import editing
from domain.cut.document import Cut
from domain.cut.items import ShotItem, TitleItem, Transition
from domain.cut.reconcile import follow


def followed(*orders: str) -> Cut:
    """A cut that followed these storyboards one after another; a shot is a letter."""
    cut = Cut()
    for order in orders:
        cut, _ = follow(cut, list(order))
    return cut


def letters(cut: Cut) -> str:
    return "".join(item.shot if isinstance(item, ShotItem) else "-" for item in cut.items)


boards = st.lists(st.sampled_from("abcdefghij"), unique=True).map("".join)


@settings(max_examples=200)
@given(orders=st.lists(boards, min_size=1, max_size=6))
def test_an_unedited_cut_is_always_the_storyboard(orders: list[str]) -> None:
    cut = followed(*orders)
    assert letters(cut) == orders[-1]
    again, notes = follow(cut, list(orders[-1]))
    assert again is cut and notes == ()


@settings(max_examples=200)
@given(orders=st.lists(boards, min_size=2, max_size=6), data=st.data())
def test_no_edit_is_ever_lost(orders: list[str], data: st.DataObject) -> None:
    cut = followed(orders[0])
    item = None
    if cut.items:
        item = data.draw(st.sampled_from(cut.items))
        cut = editing.edited(cut, item.id, note="mine", into=Transition(frames=7))
    cut = editing.added(cut, TitleItem(id="card", text="A film"), "")
    for order in orders[1:]:
        cut, _ = follow(cut, list(order))
    everything = [*cut.items, *(p.item for p in cut.parked)]
    assert sum(item.id == "card" for item in cut.items) == 1
    if item is not None:
        assert [i for i in everything if i.note == "mine"] == [item.replace(note="mine", into=Transition(frames=7))]
    assert set(cut.shots()) == set(orders[-1])
    assert cut.order == tuple(orders[-1])
    if orders[0]:
        back, _ = follow(cut, list(orders[0]))
        assert any(i.note == "mine" for i in back.items), "with its shot the edit comes back into the film"


def test_a_shot_that_moves_moves_in_the_cut_where_the_cut_kept_the_order() -> None:
    cut = followed("abcde")
    cut = editing.moved(cut, "e", 0)
    assert letters(cut) == "eabcd"
    now, notes = follow(cut, list("acbde"))
    assert letters(now) == "eacbd" and not notes


def test_a_shot_that_moves_stays_where_the_user_put_it_and_that_is_said() -> None:
    cut = editing.moved(followed("abcde"), "b", 4)
    assert letters(cut) == "acdeb"
    now, notes = follow(cut, list("bacde"))
    assert letters(now) == "acdeb"
    assert [note.text for note in notes] == [
        "Shot b was moved in the storyboard; the cut keeps the order you gave it."
    ]  # fmt: skip


def test_new_shots_come_behind_the_one_before_them() -> None:
    cut = editing.added(followed("abc"), TitleItem(id="card", text="A film"), "")
    cut = editing.moved(cut, "c", 1)
    assert letters(cut) == "-cab"
    now, _ = follow(cut, list("xabyc"))
    assert letters(now) == "-xcaby"


def test_an_edited_shot_that_is_deleted_is_told_and_comes_back() -> None:
    cut = editing.edited(followed("abc"), "b", note="mine")
    gone, notes = follow(cut, list("ac"))
    assert letters(gone) == "ac" and "comes back" in notes[0].text.replace("come back", "comes back")
    back, notes = follow(gone, list("abc"))
    assert back.items == cut.items and "is back" in notes[0].text


def test_a_shot_the_user_took_out_stays_out() -> None:
    cut = editing.removed(followed("abc"), "b")
    now, _ = follow(cut, list("dabc"))
    assert letters(now) == "dac"
    assert letters(editing.restored(now, "b")) == "dabc"
