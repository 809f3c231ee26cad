"""Names that become folders."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UnsafePath
from domain.names import check_name, free_name, is_safe_name, slug


@pytest.mark.parametrize(
    "name", ["a", "001", "007A", "a.b", "a-b_c", "x" * 64, "con1", "lamp.v2", "Z_", "a--", "console"]
)
def test_names_that_every_system_takes(name: str) -> None:
    assert is_safe_name(name)
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a.", ".a", "a/b", "a\\b", "a:b", "a b", "a\0", "a\n", "\n", "x" * 65, "ä", "-a", "_a", "CON", "con.txt", "Aux", "com9", "LPT1.x",
     "nul", "/etc", "C:", "～", "a*", "a?"],
)  # fmt: skip
def test_names_that_some_system_does_not_take(name: str) -> None:
    assert not is_safe_name(name)
    with pytest.raises(UnsafePath):
        check_name(name)


def test_a_long_unsafe_name_is_shortened_in_the_message() -> None:
    with pytest.raises(UnsafePath) as caught:
        check_name("/" * 10_000)
    assert len(str(caught.value)) < 250


@given(st.text())
def test_a_safe_name_is_one_path_part(name: str) -> None:
    if is_safe_name(name):
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name)
        assert not name.startswith(".") and not name.endswith(".")


@given(st.text() | st.sampled_from(["CON", "com1", "...", "Ünïcode Titel", "a" * 200]))
def test_any_text_has_a_slug(text: str) -> None:
    found = slug(text)
    assert is_safe_name(found)
    assert len(found) <= 48
    assert slug(found) == found


def test_slugs_read_like_the_text() -> None:
    assert slug("Ünïcode: Der Film!") == "unicode-der-film"
    assert slug("  ", "film") == "film"
    assert slug("CON") == "untitled"


@given(
    st.sampled_from(["a", "Shot", "x" * 64]),
    st.sets(st.sampled_from(["a", "A", "a-2", "shot", "SHOT-2", "x" * 64, "x" * 58 + "-2"])),
)
def test_a_free_name_is_safe_and_not_taken_in_any_case(wanted: str, taken: set[str]) -> None:
    found = free_name(wanted, taken)
    assert found.casefold() not in {t.casefold() for t in taken}
    assert is_safe_name(found)
    assert found == wanted or wanted.casefold() in {t.casefold() for t in taken}
