"""Whatever a model answers, there is a valid storyboard or one sentence."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.draft import Brief, accepted, changes
from domain.errors import StudioError
from domain.storyboard import Shot, Storyboard
from domain.timing import film_frames
from services.exporting import export_board
from services.writing.modelled import Session, plan_with_model
from tests.fakes.writer import ScriptedWriter

RATE = Fraction(24000, 1001)
BOARD = Storyboard(shots=tuple(Shot(id=f"00{n}", prompt=f"Wave {n}.") for n in (1, 2, 3)))
LIST = "1. The first wave.\n2. The second wave.\n3. The third wave.\n"

_words = st.one_of(
    st.text(max_size=20), st.sampled_from(["wide", "Close up", "static", "orbit", "night", "001", "Mara", ""])
)
_plain: Any = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 2**70), st.floats(), _words, st.just("x" * 5000), st.just("\u202e\x00")
)
_json: Any = st.recursive(
    _plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_words, inner, max_size=4)),
    max_leaves=5,
)
_KEYS = ["prompt", "picture", "seconds", "size", "camera", "time_of_day", "location", "characters", "objects", "sound"]
_KEYS += ["dialogue", "number", "id", "after", "name", "description", "also"]


def _near(values: Any) -> Any:
    """Objects with our keys, and mostly values that are wrong."""
    return st.dictionaries(st.sampled_from(_KEYS), values, max_size=4)


_good = st.builds(
    lambda core, wild: wild | core,
    st.fixed_dictionaries(
        {
            "prompt": st.sampled_from(["A wave.", "Die Flut \u00e4ndert sich."]), "number": st.integers(1, 3),
            "id": st.sampled_from(["001", "002", "003"]), "name": st.sampled_from(["Mara", "the sea"]),
        }
    ),
    _near(_json),
)  # fmt: skip
_rows = st.lists(st.one_of(_good, _near(_words), _json), max_size=4)
_answers = st.one_of(
    _json,
    st.fixed_dictionaries(
        {},
        optional={
            **{key: st.one_of(_rows, _rows, _json) for key in ("shots", "characters", "locations", "objects", "changed", "added")},
            "removed": st.lists(st.one_of(_words, _plain), max_size=4), "title": _json, "style": _json, "summary": _json,
        },
    ),
)  # fmt: skip


def said(text: str, brief: Brief, board: Storyboard) -> Storyboard | None:
    """The storyboard after the draft was accepted; None when there is a sentence instead."""
    session = Session(ScriptedWriter(text), lambda fraction, words: None, lambda: False)
    try:
        draft = plan_with_model(brief, RATE, board, session)
    except StudioError as error:
        assert error.message and "\n" not in error.message
        return None
    whole = accepted(board, draft.replace(id="d"))
    assert type(draft).model_validate_json(draft.model_dump_json()) == draft  # it can be stored
    assert len(changes(draft)) <= len(whole.shots) + len(board.shots) and export_board(whole, "json")
    return whole


_often = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@_often
@given(_answers, st.sampled_from([None, 1, 4]), st.sampled_from([None, Fraction(7), Fraction(1, 2)]))
def test_a_draft_of_anything_is_a_storyboard_or_a_sentence(
    data: Any, shots: int | None, seconds: Fraction | None
) -> None:
    made = said(
        json.dumps(data), Brief(text="Waves come in.", shots=shots, seconds=seconds, writer="model"), Storyboard()
    )
    if made is not None:
        assert made.shots and all(shot.prompt for shot in made.shots)
        assert seconds is None or made.frames(RATE) == film_frames(seconds, RATE)


@_often
@given(_answers)
def test_additions_of_anything_change_no_word_of_a_list(data: Any) -> None:
    made = said(json.dumps(data), Brief(text=LIST, writer="model", seconds=Fraction(12)), Storyboard())
    if made is not None:
        assert [s.prompt for s in made.shots] == ["The first wave.", "The second wave.", "The third wave."]
        assert made.frames(RATE) == film_frames(Fraction(12), RATE)


@_often
@given(_answers)
def test_a_revision_of_anything_is_a_difference_or_a_sentence(data: Any) -> None:
    made = said(json.dumps(data), Brief(mode="revise", instruction="livelier", writer="model"), BOARD)
    assert made is None or made.shots


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_words_that_are_no_json_at_all_are_a_sentence(text: str) -> None:
    said(text, Brief(text="Waves come in.", writer="model"), Storyboard())
