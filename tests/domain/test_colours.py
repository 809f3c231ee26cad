"""Colour words: what they are said of, in English and German, and who wears what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.colours import PARTS, THINGS, coloured, told_of, worn
from domain.storyboard import Entity, Shot, Storyboard


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A girl in a long dark red woollen coat walks to the blue boat.", [("coat", "dark red"), ("boat", "blue")]),
        ("In einem roten Mantel und mit dunkelblauer Mütze", [("coat", "red"), ("hat", "dark blue")]),
        ("Ihr gelber Regenmantel leuchtet, ihr hellgrüner Schal auch", [("coat", "yellow"), ("scarf", "light green")]),
        ("a red-haired woman with light blue eyes", [("hair", "red")]),
        ("eine blonde Frau, ein Mann mit grauem Bart", [("hair", "blond"), ("hair", "grey")]),
        ("a white house under a blue sky, the red light on her coat", [("house", "white")]),
        ("white smoke over the house; Rotkäppchen; a greyish coat", []),
    ],
)
def test_colours_are_of_what_they_stand_before(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.what, one.colour) for one in coloured(text)] == found


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert all(one.what in PARTS | THINGS and text[one.start :] for one in coloured(text))


def test_who_was_named_last_wears_it() -> None:
    text = "Mara in a red coat meets Tom, who has a blue hat"
    assert told_of(text, [(0, "mara"), (25, "tom")]) == {"mara": {"coat": "red"}, "tom": {"hat": "blue"}}
    assert told_of("In a red coat stands Mara", [(21, "mara")]) == {"mara": {"coat": "red"}}
    assert told_of("Her red coat", [], "mara") == {"mara": {"coat": "red"}}
    assert told_of("A red coat", [(20, "mara"), (30, "tom")]) == {"": {"coat": "red"}}
    assert worn(["a red coat", "a blue coat and a green hat"]) == {"coat": "red", "hat": "green"}


def test_what_a_shot_says_first_holds_for_the_others() -> None:
    shots = [Shot(id=f"00{n}", prompt=words) for n, words in enumerate(
        ["Mara walks", "Mara in a red coat runs", "Mara, now in a blue coat and a green hat, sits"], 1)]  # fmt: skip
    board = Storyboard(shots=tuple(shots), characters=(Entity(id="mara", name="Mara"),))
    assert board.first_worn == {"mara": {"coat": "red", "hat": "green"}}
    assert board.worn_in(shots[2]) == {"mara": {"coat": "blue", "hat": "green"}}
