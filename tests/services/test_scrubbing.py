"""Words of a person do not stay in a text, however they are quoted; the text stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scrubbing import MIN_LETTERS, PROMPT, Scrubber, texts_in

HERON = "A purple heron crosses the marsh at dawn, slowly"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Shot 001 failed: {HERON}!", f"Shot 001 failed: {PROMPT}!"),
        ("Shot 001: PURPLE  Heron crosses", f"Shot 001: {PROMPT}"),
        ("cut off: purple heron cros…", f"cut off: {PROMPT}…"),
        ('{"prompt": "heron crosses the marsh"}', f'{{"prompt": "{PROMPT}"}}'),
        ("at the dawn of the heron", "at the dawn of the heron"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_quotations_are_taken_out(text: str, left: str) -> None:
    assert Scrubber([HERON]).text(text) == left


def test_a_text_of_one_word_is_taken_out_as_a_word() -> None:
    scrubber = Scrubber(["Lighthouse", "001"])
    assert scrubber.text("lighthouse: 001, lighthouses") == f"{PROMPT}: 001, lighthouses"


def test_words_that_are_not_written_apart() -> None:
    assert Scrubber(["紫色的鹭穿过沼泽"]).text("failed: 的鹭穿过… at 001") == f"failed: {PROMPT}… at 001"


WORDS = st.lists(st.text("abcdefgäé", min_size=4, max_size=9), min_size=2, max_size=12)


@given(words=WORDS, data=st.data())
def test_no_part_of_two_words_survives(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 2))
    part = " ".join(words[first : first + 2])
    assert len(part) > MIN_LETTERS
    text = Scrubber([" ".join(words)]).text(f"Job 12: {part}.")
    assert text == f"Job 12: {PROMPT}."


def test_folders_and_names_are_written_for_what_they_are() -> None:
    scrubber = Scrubber(names={"/home/ann/films/x": "<project>", "/home/ann": "~", "ann": "<user>", "": "nothing"})
    said = scrubber.text("/home/ann/films/x/takes, /home/ann/y, ann@host, planned, /home/anna")
    assert said == "<project>/takes, ~/y, <user>@host, planned, /home/anna"


def test_data_keep_their_fields() -> None:
    data = {"message": HERON, "level": HERON, "list": [HERON, 1, None], "purple heron": True}
    assert Scrubber([HERON]).tree(data, frozenset({"level"})) == {
        "message": PROMPT, "level": HERON, "list": [PROMPT, 1, None], "purple heron": True,
    }  # fmt: skip


def test_what_counts_as_words() -> None:
    data = {"id": "001-4de57ece", "prompt": HERON, "cast": [{"name": "Ann", "id": "ann"}], "n": 1, "title": "Dusk"}
    assert texts_in(data) == [HERON, "Ann", "Dusk"]
