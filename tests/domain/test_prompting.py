"""Names in texts, states over time, prompts in parts, and seeds in series."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mentions import Mentions
from domain.project import Project
from domain.prompting import (
    WORDINGS,
    Kind,
    PromptPart,
    Wording,
    compose,
    count_words,
    joined,
    present,
    sheet_id,
    sheet_owner,
    shots_of,
    spoken_names,
    state_in,
    with_sheet,
)
from domain.prompting.compose import WRITTEN
from domain.seeds import SERIES, shot_seed
from domain.storyboard import Entity, EntityState, Presets, Sampling, Shot, Storyboard
from domain.vocabulary import PRESET_CHOICES

FILM = Project(id="p", name="P")
NAMES = Mentions([
    ("characters", "old-tom", ("Old Tom", "the keeper")), ("characters", "tom", ("Tom",)), ("objects", "oak", ("oak",)),
    ("characters", "x1", ("X",)), ("characters", "mizuki", ("美月",)), ("locations", "m", ("Müllers Hof",)),
])  # fmt: skip


def named(text: str) -> list[str]:
    return [m.id for m in NAMES.find(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Old Tom waits.", ["old-tom"]), ("OLD TOM, tom!", ["old-tom", "tom"]), ("@old-tom's hat", ["old-tom"]),
        ("the keeper of the key", ["old-tom"]), ("tomato soup and atom", []), ("Tom.", ["tom"]), ("oaks", []),
        ("an oak-panelled room", ["oak"]), ("X marks it; @x does too", ["x1"]), ("mail tom@oak.org", ["tom", "oak"]),
        ("old-tom without a mark", ["tom"]), ("今日は美月が走る", ["mizuki"]), ("@美月が走る", ["mizuki"]), ("müllers hof", ["m"]),
        ("", []), ("@", []), ("@@tom", ["tom"]),
    ],
)  # fmt: skip
def test_names_are_found_as_whole_words_whatever_their_case(text: str, ids: list[str]) -> None:
    assert named(text) == ids


@given(st.text(max_size=200))
def test_mentions_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    found = NAMES.find(text + " @tom ")
    assert found and all(0 <= a.start < a.end <= b.start for a, b in pairwise(found))


def board(*entities: Entity, **fields: Any) -> Storyboard:
    shots = tuple(Shot(id=f"{n:03d}", prompt="Nothing.") for n in range(1, 6))
    return Storyboard(**{"characters": entities, "shots": shots, **fields})


# -- who is in a shot ------------------------------------------------------------------------------------------------


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_state_holds_from_its_first_to_its_last_shot(first: int, last: int) -> None:
    ends = {n: f"{n:03d}" if n else "" for n in range(7)}
    state = EntityState(id="s", first=ends[first], last=ends[last])
    film = board(Entity(id="a", states=(state,)))
    held = [s.id for s in film.shots if state_in(film.characters[0], s.id, film)]
    known = first <= 5 and last <= 5  # there is no sixth shot
    assert held == ([ends[n] for n in range(first or 1, (last or 5) + 1)] if known else [])


def test_what_exists_only_for_a_while_is_not_there_before_or_after() -> None:
    tree = Entity(id="tree", name="tree", states=(EntityState(id="s", first="003", last="004", description="an oak"),))
    film = board(tree)
    film = film.replace(shots=tuple(s.replace(prompt="The tree.") for s in film.shots))
    assert shots_of("characters", "tree", film) == ("003", "004")
    listed = film.with_shot(film.shot("001").replace(characters=("tree",)))
    assert [p.name for p in present(listed.shot("001"), listed)] == ["tree"], "unless the shot lists it"


def test_what_a_state_says_stands_in_place_of_the_rest() -> None:
    state = EntityState(id="s", name="Ann, older", first="002", description="old", clothing="", negative="child")
    film = board(Entity(id="a", name="Ann", description="young", clothing="a coat", negative="beard", states=(state,)))
    film = film.replace(shots=tuple(s.replace(characters=("a",)) for s in film.shots))
    before, after = (present(film.shot(i), film)[0] for i in ("001", "002"))
    assert (before.name, before.description, before.clothing, before.negative) == ("Ann", "young", "a coat", "beard")
    assert (after.name, after.description, after.clothing, after.negative) == ("Ann, older", "old", "a coat", "child")


def test_marks_are_resolved_to_names_and_nothing_else_is_touched() -> None:
    film = board(Entity(id="ann", name="Ann Lee"))
    assert spoken_names("@ann, @Ann Lee and @nobody; ann@home", film, film.shots[0]) == (
        "Ann Lee, Ann Lee and @nobody; ann@home"
    )


# -- composing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("preset", "key"), [(p, k) for p, keys in PRESET_CHOICES.items() for k in (*keys, "own_key")])
def test_every_preset_key_has_words_and_unknown_ones_are_said_as_written(preset: str, key: str) -> None:
    shot = Shot(id="001", prompt="x", presets=Presets.model_validate({preset: key}))
    kind: Kind = "video" if preset == "motion" else "image"
    said = {p.of: p.text for p in compose(kind, shot, Storyboard(shots=(shot,)), WORDINGS[""]).parts}
    assert said[key] and "_" not in said[key]
    assert key != "own_key" or said[key] == "own key"


def test_what_does_not_fit_is_left_out_from_the_end_and_listed() -> None:
    shot = Shot(
        id="001", prompt="one two three four five six", presets=Presets(mood="tense", lighting="neon", style="noir"),
        characters=("ann",),
    )  # fmt: skip
    film = Storyboard(shots=(shot,), characters=(Entity(id="ann", description="seven eight nine ten"),))
    tight = Wording(id="t", budget=14)
    made = compose("image", shot, film, tight)
    assert [p.source for p in made.left_out] == ["mood", "style"]
    assert [p.source for p in made.parts] == ["shot size", "words", "characters", "lighting"]
    assert made.words <= 14 and "mood, style" in made.notes[0]
    tiny = compose("image", shot, film, Wording(id="t", budget=3))
    assert {p.source for p in tiny.parts} == {"words", "characters"} <= WRITTEN
    assert len(tiny.parts) + len(tiny.left_out) == len(made.parts) + len(made.left_out)


@given(st.lists(st.text(max_size=30), max_size=6))
def test_every_part_stands_word_for_word_in_the_prompt(texts: list[str]) -> None:
    text = joined(PromptPart(source="x", text=t) for t in texts)
    assert all(t.strip() in text for t in texts)


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("don't stop", 2), ("two-fold, yes", 2), ("美月が走る", 3), ("a, b; c.", 3)]
)
def test_words_are_counted(text: str, words: int) -> None:
    assert count_words(text) == words


def test_unwanted_things_are_joined_and_said_once() -> None:
    ann = Entity(id="ann", negative="a hat")
    shot = Shot(id="001", prompt="x", negative="birds, ", characters=("ann",))
    film = Storyboard(shots=(shot,), characters=(ann,), never="Text")
    wording = Wording(id="w", unwanted="text, blurry")
    assert compose("image", shot, film, wording).negative == "birds, a hat, Text, blurry"
    plain = Shot(id="001", prompt="x")
    assert compose("image", plain, Storyboard(shots=(plain,)), wording).negative == "", (
        "the workflow keeps its own list"
    )


@pytest.mark.parametrize(
    ("options", "works"),
    [({}, True), ({"quality": "fast"}, False), ({"quality": "fast", "switches": {"turbo": False}}, True),
     ({"switches": {"turbo": True}}, False), ({"quality": "high"}, True), ({"switches": "odd"}, True)],
)  # fmt: skip
def test_unwanted_things_are_not_sent_where_they_have_no_effect(options: dict[str, Any], works: bool) -> None:
    shot = Shot(id="001", prompt="x", negative="birds")
    wording = Wording(id="w", negative="turbo", turbo=frozenset({"fast"}))
    made = compose("image", shot, Storyboard(shots=(shot,)), wording, options=options)
    assert (made.negative == "birds", made.notes == ()) == (works, works)


def test_the_speaker_of_a_line_is_named_with_the_voice() -> None:
    ann = Entity(id="ann", name="Ann", voice="low")
    shot = Shot(
        id="001",
        prompt="x",
        dialogue="ANN: Yes.\n\n@ann: No: never.\nStranger: Who?\nA cry\nann (V.O., softly): So.\nVOICE: Go.",
    )
    made = compose("video", shot, Storyboard(shots=(shot,), characters=(ann,)), WORDINGS["ltx-2"])
    assert [p.text for p in made.parts if p.source == "dialogue"] == [
        'Ann (low) says: "Yes."', 'Ann (low) says: "No: never."', 'Stranger says: "Who?"', 'A voice says: "A cry"',
        'Ann (low, V.O., softly) says: "So."', 'A voice says: "Go."',
    ]  # fmt: skip


# -- sheets ------------------------------------------------------------------------------------------------------------


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,61}[A-Za-z0-9]", fullmatch=True))
def test_a_sheet_is_a_shot_outside_the_film(name: str) -> None:
    film = board(Entity(id=name, name="Ann", description="a tall woman", clothing="a coat"))
    shot_id = sheet_id("characters", name)
    sheet = with_sheet(film, shot_id).shot(shot_id)
    assert "Ann: a tall woman. a coat." in sheet.prompt
    owner = sheet_owner(shot_id, film)
    assert owner is not None and owner[1].id == name
    assert shot_id not in film.places and with_sheet(film, "001") == film == with_sheet(
        film, "cast.characters.nobody-1"
    )


# -- seeds -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 99), st.integers(0, 2**64 - 1), st.sampled_from(["stepped", "fixed"]))
def test_a_series_stays_in_its_thousand_and_does_not_depend_on_the_order(number: int, first: int, mode: str) -> None:
    shot = Shot(id=f"{number:03d}", prompt="x", characters=("a",))
    film = Storyboard(shots=(shot,), characters=(Entity.model_validate({"id": "a", "seed": first, "seeds": mode}),))
    seed = shot_seed(FILM, film, shot, "image")
    assert (seed.number - first) % 2**64 < SERIES
    moved = film.replace(shots=(Shot(id="zzz"), *film.shots))
    assert shot_seed(FILM, moved, shot, "image") == seed == shot_seed(FILM, film, shot, "video")


def test_variants_of_neighbouring_shots_do_not_meet() -> None:
    film = board(Entity(id="a", seed=1000)).replace(seed=5000)
    found = [shot_seed(FILM, film, s, "image").number for s in film.shots]
    assert found == [5010, 5020, 5030, 5040, 5050]
    odd = [shot_seed(FILM, film, Shot(id=i), "image").number for i in ("007", "007A", "007B")]
    assert len(set(odd)) == 3 and all(5070 <= n < 5080 for n in odd)


@pytest.mark.parametrize(
    ("own", "theirs", "film", "rule", "whose"),
    [
        (7, 1000, 5000, "fixed:7", ""), (-1, 1000, 5000, "random", ""), (None, 1000, 5000, "series:1000", "Ann"),
        (None, -1, 5000, "random", "Ann"), (None, None, 5000, "series:5000", "the film"), (None, None, None, "auto:1", ""),
    ],
)  # fmt: skip
def test_the_nearest_wish_counts(own: Any, theirs: Any, film: Any, rule: str, whose: str) -> None:
    shot = Shot(id="001", prompt="Ann", image=Sampling(seed=own))
    made = Storyboard(shots=(shot,), characters=(Entity(id="a", name="Ann", seed=theirs),), seed=film)
    found = shot_seed(FILM, made, shot, "image")
    assert (found.rule, found.whose) == (rule, whose)
