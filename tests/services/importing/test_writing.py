"""What people write themselves: screenplays, tables, plain words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.errors import BadInput
from services.importing import import_text
from services.importing.estimate import estimated_seconds
from services.importing.tables import heading_field, seconds_text
from tests.services.importing.boards import noted, stored

SCREENPLAY = """Title: _**The Ferry**_
Author: Somebody

FADE IN:

INT. CAR DECK - NIGHT #12A#

= Somebody waits.

Rain on *steel*. One lamp. [[check lamp]]

ANNA (30s)
(quietly)
He is late.

/* EXT. CUT SCENE - DAY

Nothing. */
EXT. QUAY - LOWER END - DUSK

A gull lands.

@McCoy
Go away.

CUT TO:

.ON THE BRIDGE

The radar turns.

INT. CAR DECK - CONTINUOUS

Silence.
"""


def test_scenes_of_a_screenplay_become_shots() -> None:
    result = import_text(SCREENPLAY, "ferry.fountain")
    board = result.storyboard
    assert (result.format, board.title, board.description) == ("fountain", "The Ferry", "By Somebody")
    assert [(s.id, s.title, s.location, s.presets.time_of_day) for s in board.shots] == [
        ("12A", "INT. CAR DECK - NIGHT", "CAR-DECK", "night"),
        ("002", "EXT. QUAY - LOWER END - DUSK", "QUAY-LOWER-END", "sunset"),
        ("003", "ON THE BRIDGE", "ON-THE-BRIDGE", ""),
        ("004", "INT. CAR DECK - CONTINUOUS", "CAR-DECK", ""),
    ]
    assert [s.prompt for s in board.shots] == [
        "Rain on steel. One lamp.",
        "A gull lands.",
        "The radar turns.",
        "Silence.",
    ]
    assert [s.characters for s in board.shots] == [("ANNA",), ("McCoy",), (), ()]
    assert board.shots[0].description == "Somebody waits."
    assert "He is late." in board.shots[0].extras["source"]["text"]
    assert [e.name for e in board.locations] == ["CAR DECK", "QUAY - LOWER END", "ON THE BRIDGE"]
    assert "lengths of 4 shots were estimated" in noted(result)
    said = ["ANNA (30s, quietly): He is late.", "McCoy: Go away.", "", ""]
    assert [s.dialogue for s in board.shots] == said
    assert stored(board) == board


def test_a_screenplay_is_told_by_its_headings_too() -> None:
    assert import_text("INT. ROOM - DAY\n\nA chair.", "idea.txt").format == "fountain"
    with pytest.raises(BadInput, match="no scene headings"):
        import_text("Just words.", "a.fountain")


def test_longer_text_is_estimated_longer_and_speech_more_than_action() -> None:
    assert estimated_seconds("") == 2
    assert estimated_seconds("word " * 40) == 10
    assert estimated_seconds("", "word " * 40) == 16
    assert estimated_seconds("word " * 41) == Fraction(21, 2)
    assert estimated_seconds("x " * 10**6) == 86400


TABLE = {
    "a.csv": "Shot;Action;Dur. (s);Shot size;Camera;Location;Cast;Weather\n1A;Dog runs;2,5;WS;pan left;Yard;Rex, Bo;glad\n;Cat sleeps;0:04;CU;;Yard;;\n",
    "a.tsv": "shot\taction\tdur s\tshot size\tcamera\tlocation\tcast\tweather\n1A\tDog runs\t2.5 s\twide\tpan left\tYard\tRex; Bo\tglad\n\tCat sleeps\t4 sec\tclose-up\t\tYard\t\t\n",
    "a.md": "# Yard\n\n| Shot | Action | Duration | Framing | Camera | Location | Cast | Weather |\n|:--|--|--|--|--|--|--|--|\n"
    "| 1A | Dog runs | 2.5 | wide | pan left | Yard | Rex, Bo | glad |\n|  | Cat sleeps | 00:00:04 | CU | | Yard | | |\n\nEnd.\n",
}


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.md"])
def test_rows_of_a_table_become_shots(name: str) -> None:
    result = import_text(TABLE[name], name)
    assert result.format == "table"
    first, second = result.storyboard.shots
    assert (first.id, first.prompt, first.seconds, first.size) == ("1A", "Dog runs", Fraction(5, 2), "wide")
    assert (first.presets.camera, first.location, first.characters) == ("pan_left", "Yard", ("Rex", "Bo"))
    assert (second.id, second.prompt, second.seconds, second.size) == ("002", "Cat sleeps", Fraction(4), "close_up")
    assert "table · Weather" in noted(result) or "table · weather" in noted(result)
    assert "glad" in first.extras["source"].values()


def test_a_table_of_plain_text_is_told_by_its_headings() -> None:
    assert import_text("shot,prompt\n1,A door.\n", "idea.txt").format == "table"
    assert import_text("A door, a window, a prompt answer.", "idea.txt").format == "text"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "no column that says what a shot shows"), ("prompt,seconds\n", "headings but no shots"),
        ("prompt,seconds\nx,-1\n", "Row 1 (shot 001): duration is '-1'"), ("prompt,seconds\nx,soon\n", "duration is 'soon'"),
        ('prompt,seconds\n"' + "x" * 200_000 + '",1\n', "not a readable table"),
        ("prompt\n" + "x\n" * 20_001, "at most 20000"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_says_why(text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        import_text(text, "a.csv")
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5", "5"),
        ("5 s", "5"),
        ("5,5 sec", "5.5"),
        ("1:05", "65"),
        ("01:00:02.5", "3602.5"),
        ("4 Sekunden", "4"),
        ("soon", "soon"),
    ],
)
def test_lengths_as_people_write_them(written: str, seconds: str) -> None:
    assert seconds_text(written) == seconds


def test_headings_as_people_write_them() -> None:
    assert [heading_field(h) for h in ("Shot #", "DURATION (s)", "Shot_Size", "Länge", "Blah", "")] == [
        "id", "duration", "size", "duration", "", "",
    ]  # fmt: skip


def test_paragraphs_become_shots() -> None:
    result = import_text(
        "# Morning\n\nWide shot of a lake\nin fog.\n\nA boat.\r\n\r\n- One oar\n- Two oars\n", "idea.md"
    )
    assert (result.format, result.storyboard.title) == ("text", "Morning")
    assert [s.prompt for s in result.storyboard.shots] == [
        "Wide shot of a lake in fog.",
        "A boat.",
        "One oar",
        "Two oars",
    ]
    assert result.storyboard.shots[0].size == "wide"
    assert "estimated" in noted(result)


def test_sentences_of_one_paragraph_become_shots() -> None:
    board = import_text('A man waits. "Where is she?" He looks up!', "idea.txt").storyboard
    assert [s.prompt for s in board.shots] == ["A man waits.", '"Where is she?"', "He looks up!"]
    assert board.title == "idea"


@pytest.mark.parametrize("text", ["---\n***\n", "...", "\ufeff"])
def test_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"holds no words|is empty"):
        import_text(text, "idea.txt")


def test_too_much_text_is_refused_or_cut_with_a_note() -> None:
    with pytest.raises(BadInput, match="at most 20000"):
        import_text("x\n\n" * 20_001, "idea.txt")
    result = import_text("word " * 5000, "idea.txt")
    assert len(result.storyboard.shots[0].prompt) == 20_000
    assert "cut to 20000" in noted(result)
