"""The storyboard: order, ids, and changes by replacement."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import BadInput, NotFound
from domain.names import is_safe_name
from domain.storyboard import MAX_SHOTS, Entity, MotionSampling, Sampling, Shot, Storyboard
from domain.timing import film_frames


def board(*ids: str) -> Storyboard:
    """A storyboard of shots with these ids."""
    return Storyboard(shots=tuple(Shot(id=i) for i in ids))


def ids(film: Storyboard) -> list[str]:
    return [shot.id for shot in film.shots]


def test_shots_are_found_by_id_and_by_place() -> None:
    film = board("a", "b", "c")
    assert film.shot("b").id == "b"
    assert film.position("c") == 2
    with pytest.raises(NotFound, match="no shot 'd'"):
        film.position("d")


def test_a_change_makes_another_storyboard_and_leaves_the_first() -> None:
    film = board("a", "b")
    changed = film.with_shot(film.shot("b").replace(prompt="new"))
    assert (film.shot("b").prompt, changed.shot("b").prompt) == ("", "new")
    assert changed.shot("a") == film.shot("a")
    with pytest.raises(NotFound):
        film.with_shot(Shot(id="z"))
    with pytest.raises(ValidationError):
        film.shots[0].prompt = "x"  # type: ignore[misc]


def test_new_shots_go_behind_another_or_to_the_end() -> None:
    film = board("a", "b")
    assert ids(film.with_new(Shot(id="x"))) == ["a", "b", "x"]
    assert ids(film.with_new(Shot(id="x"), "a")) == ["a", "x", "b"]
    assert ids(film.without(["a"])) == ["b"]
    with pytest.raises(NotFound):
        film.without(["a", "z"])


def test_an_order_names_every_shot_once() -> None:
    film = board("a", "b", "c")
    assert ids(film.reordered("cab")) == ["c", "a", "b"]
    for wrong in ("ab", "abcc", "abd", ""):
        with pytest.raises(BadInput, match="every shot exactly once"):
            film.reordered(wrong)


@pytest.mark.parametrize("pair", [("a", "a"), ("Ab", "aB"), ("x.1", "X.1")])
def test_ids_differ_also_where_case_does_not_count(pair: tuple[str, str]) -> None:
    with pytest.raises(ValidationError, match="two shots have the id"):
        board(*pair)


@pytest.mark.parametrize(
    "name", ["", "a/b", "..", ".a", "a.", "a\n", "con", "LPT1", "nul.txt", "x" * 65, "ä", "a b", "-a"]
)
def test_ids_that_cannot_be_folders_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Shot(id=name)


@pytest.mark.parametrize(
    ("names", "after", "free"),
    [
        ([], None, "001"), (["001", "002"], None, "003"), (["001", "002"], "002", "003"), (["001", "002"], "001", "001A"),
        (["001", "001A", "002"], "001", "001B"), (["001", "001A", "002"], "001A", "001B"), (["001", "001a", "002"], "001", "001B"),
        (["a", "b"], None, "003"), (["007", "a"], None, "008"), (["A", "b"], "A", "AA"), (["9" * 64], None, "002"),
    ],
)  # fmt: skip
def test_new_ids_are_numbered_as_on_set(names: list[str], after: str | None, free: str) -> None:
    film = board(*names)
    assert film.free_id(after) == free


@given(st.lists(st.from_regex(r"[0-9A-Za-z]{1,4}", fullmatch=True), max_size=30, unique_by=str.casefold), st.data())
def test_a_free_id_can_always_be_used(names: list[str], data: st.DataObject) -> None:
    film = board(*[n for n in names if is_safe_name(n)])
    after = data.draw(st.none() | st.sampled_from(ids(film))) if film.shots else None
    grown = film.with_new(Shot(id=film.free_id(after)), after)
    assert len(grown.shots) == len(film.shots) + 1


def test_a_shot_can_be_followed_by_more_than_all_letters() -> None:
    film = board("001", "002")
    made = []
    for _ in range(60):
        made.append(film.free_id("001"))
        film = film.with_new(Shot(id=made[-1]), "001")
    assert made[:2] == ["001A", "001B"]
    assert made[25:28] == ["001Z", "001AA", "001AB"]


@given(
    st.lists(st.fractions(Fraction(1, 100), 500, max_denominator=100), max_size=20),
    st.sampled_from([24, 25, Fraction(24000, 1001)]),
)
def test_the_film_has_the_frames_of_its_shots(lengths: list[Fraction], rate: Any) -> None:
    film = Storyboard(shots=tuple(Shot(id=f"{i}", seconds=s) for i, s in enumerate(lengths)))
    assert film.frames(Fraction(rate)) == sum(film_frames(s, Fraction(rate)) for s in lengths)


@pytest.mark.parametrize(
    ("model", "fields"),
    [(Sampling, {"seed": -2}), (Sampling, {"seed": 2**64}), (Sampling, {"steps": 0}), (Sampling, {"cfg": -1}), (Sampling, {"cfg": float("nan")}),
     (MotionSampling, {"motion_strength": -0.1}), (Shot, {"id": "a", "seconds": 0}), (Shot, {"id": "a", "unknown": 1}),
     (Shot, {"id": "a", "prompt": "x" * 20_001}), (Shot, {"id": "a", "size": "huge"}), (Entity, {"id": "a/b"})],
)  # fmt: skip
def test_values_out_of_range_are_refused(model: type[Any], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(fields)


def test_zero_is_a_motion_strength_and_unset_is_none() -> None:
    assert MotionSampling(motion_strength=0).motion_strength == 0
    assert MotionSampling().motion_strength is None


def test_there_is_a_limit_to_shots() -> None:
    shots = [{"id": f"{i}"} for i in range(MAX_SHOTS + 1)]
    with pytest.raises(ValidationError):
        Storyboard.model_validate({"shots": shots})
    assert len(Storyboard.model_validate({"shots": shots[1:]}).shots) == MAX_SHOTS


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8")), json_values, max_size=4),
    st.text(st.characters(codec="utf-8"), max_size=50),
)
def test_everything_survives_json_extras_included(extras: dict[str, Any], text: str) -> None:
    film = Storyboard(
        title=text, style=text, extras=extras,
        shots=(Shot(id="1", prompt=text, seconds=Fraction(1, 3), size="aerial", video=MotionSampling(motion_strength=0), extras=extras),),
        characters=(Entity(id="c", name=text, strength=0.5, seed=-1, extras=extras),),
    )  # fmt: skip
    assert Storyboard.model_validate_json(json.dumps(film.to_json())) == film
    assert Storyboard.model_validate(json.loads(json.dumps(film.to_json()))) == film
