from __future__ import annotations

from fractions import Fraction

import pytest

from domain.draft import Brief
from domain.errors import BadInput
from domain.storyboard import Storyboard
from services.exporting import FORMATS, export_board
from services.importing import import_text
from services.writing import plan_storyboard

IDEA = (
    "An old woman opens a door at night. \"Who is there?\" she asks. She sees the sea, grey | wide. A dog runs along the "
    "beach. HELLO! Mara walks in the forest. Élodie dort."
)  # fmt: skip


@pytest.fixture
def board() -> Storyboard:
    return plan_storyboard(Brief(text=IDEA, seconds=Fraction(40)), Fraction(24)).storyboard


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.id)
def test_every_format_is_read_back_with_the_same_shots_and_words(board: Storyboard, form: object) -> None:
    chosen = next(f for f in FORMATS if f is form)
    back = import_text(export_board(board, chosen.id), f"film{chosen.ending}").storyboard
    assert [(s.id, " ".join(s.prompt.split())) for s in back.shots] == [(s.id, s.prompt) for s in board.shots]
    if chosen.id != "fountain":  # has no lengths; they are estimated
        assert [s.seconds for s in back.shots] == [s.seconds for s in board.shots]


@pytest.mark.parametrize("form", ["csv", "md"])
def test_a_table_keeps_framing_camera_and_cast(board: Storyboard, form: str) -> None:
    back = import_text(export_board(board, form), f"film.{form}").storyboard

    def told(film: Storyboard) -> list[object]:
        names = {e.id: e.name for e in (*film.characters, *film.locations)}
        return [
            (s.size, s.presets.camera, [names[i] for i in s.characters], names.get(s.location, "")) for s in film.shots
        ]

    assert told(back) == told(board)


def test_our_own_json_loses_nothing(board: Storyboard) -> None:
    assert import_text(export_board(board, "json"), "film.json").storyboard == board


def test_a_format_that_there_is_not_is_refused(board: Storyboard) -> None:
    with pytest.raises(BadInput, match="no storyboard format"):
        export_board(board, "docx")
