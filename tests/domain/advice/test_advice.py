"""Advice on how shots follow each other."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from domain.advice import RULES, Advice, advise
from domain.project import Picked
from domain.storyboard import Entity, EntityState, Presets, Shot, Storyboard
from services.sample import sample_storyboard

MARA = Entity(id="mara", name="Mara", description="A woman in a red coat.")
TOM = Entity(id="tom", name="Tom", description="A man in a green coat.")
PIER = Entity(id="pier", name="The pier", description="A long pier.")


def shot(number: int, prompt: str = "", *, time: str = "", camera: str = "", comp: str = "", **fields: Any) -> Shot:
    seconds = fields.pop("seconds", Fraction(2 + number, 3))
    presets = Presets(time_of_day=time, camera=camera, composition=comp)
    return Shot(id=f"{number:03d}", prompt=prompt, seconds=seconds, presets=presets, **fields)


def board(*shots: Shot, **fields: Any) -> Storyboard:
    return Storyboard(shots=shots, **({"characters": (MARA, TOM), "locations": (PIER,)} | fields))


def rules(storyboard: Storyboard, **more: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.rule, found.shots) for found in advise(storyboard, **more)]


def test_the_shipped_sample_gets_none() -> None:
    assert advise(sample_storyboard()) == ()


def test_every_rule_says_what_to_do() -> None:
    pair = (
        shot(1, "Mara looks left.", size="close_up", location="pier", dialogue="MARA: Well?", time="noon"),
        shot(2, "Tom looks left.", size="close_up", location="pier", dialogue="TOM: No.", time="night"),
    )
    found = advise(board(*pair))
    assert [one.rule for one in found] == ["eyeline", "time-jump"]
    assert all(one.sentence.endswith(".") and one.cure.endswith(".") and one.rule in RULES for one in found)
    assert found[0].key == "eyeline:001+002"


# -- jump cuts ---------------------------------------------------------------------------------------------------------


def jump(**second: Any) -> Storyboard:
    first = shot(1, "Mara waits.", size="medium", location="pier")
    return board(first, shot(2, **({"prompt": "Mara waves.", "size": "medium", "location": "pier"} | second)))


def test_the_same_framing_twice_is_a_jump_cut() -> None:
    assert rules(jump()) == [("jump-cut", ("001", "002"))]


@pytest.mark.parametrize(
    "second",
    [
        {"size": "close_up"}, {"size": None}, {"location": "cellar"}, {"location": ""}, {"prompt": "Tom waves."},
        {"prompt": "Mara and Tom wave."}, {"prompt": "The sea."}, {"prompt": "Mara from behind."}, {"carry": 1.0},
        {"comp": "low_angle"}, {"prompt": "Mara in profile."}, {"prompt": "Reverse shot of Mara."},
    ],
)  # fmt: skip
def test_another_size_place_figure_or_angle_is_none(second: dict[str, Any]) -> None:
    assert rules(jump(**second)) == []


def test_neither_is_a_transition_nor_a_pair_of_details() -> None:
    assert rules(jump(), softened={"002"}) == []
    detail = {"size": "extreme_close_up", "location": "pier"}
    assert rules(board(shot(1, "Mara's hand.", **detail), shot(2, "Mara's eye.", **detail))) == []


# -- left and right ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Mara walks to the left.", "Mara runs right, breathless."),
        ("Mara looks off left.", "She is cold. Mara glances to the right of the frame."),
        ("Mara enters from the left.", "Mara walks left."),
        ("Mara geht nach links.", "Mara rennt schnell nach rechts."),
        ("Mara stands on the left, Tom on the right.", "Tom on the left, Mara on the right."),
        ("Mara steht links im Bild, Tom rechts im Bild.", "Mara wartet rechts im Bild, Tom links im Bild."),
        ("Mara moves from left to right.", "Mara moves from right to left."),
    ],
)
def test_a_changed_direction_within_a_scene_crosses_the_line(first: str, second: str) -> None:
    shots = (shot(1, first, location="pier", size="wide"), shot(2, second, location="pier", size="medium"))
    assert rules(board(*shots)) == [("line", ("001", "002"))]
    assert rules(board(*shots), softened={"002"}) == []
    apart = (shots[0], shots[1].replace(location="cellar"))
    assert rules(board(*apart)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Mara walks to the left.", "Mara walks to the left."),
        ("Mara walks to the left.", "Mara turns and walks to the right."),
        ("Mara walks to the left.", "Tom walks to the right."),
        ("Mara walks left.", "Mara runs right up to the door."),
        ("Mara looks left.", "Mara looks right at him."),
        ("The camera moves left along Mara.", "The camera moves right along Mara."),
        ("Mara raises her left hand.", "Mara raises her right hand."),
        ("Mara walks to the left.", "Mara and Tom: somebody walks to the right bank."),
        ("Mara on the left.", "Mara on the right."),
    ],
)
def test_what_is_not_certain_is_not_told(first: str, second: str) -> None:
    shots = (shot(1, first, location="pier", size="wide"), shot(2, second, location="pier", size="medium"))
    assert rules(board(*shots)) == []


def test_two_who_speak_look_at_each_other() -> None:
    def speaking(looks: str, other: str, **fields: Any) -> Storyboard:
        common = {"location": "pier", "size": "close_up", **fields}
        return board(
            shot(1, f"Mara looks {looks}.", dialogue="MARA: Well?", **common),
            shot(2, f"Tom looks {other}.", dialogue="TOM: No.", **common),
        )

    assert rules(speaking("left", "left")) == [("eyeline", ("001", "002"))]
    assert rules(speaking("left", "right")) == []
    assert rules(speaking("left", "left", size="wide")) == []


# -- scenes ------------------------------------------------------------------------------------------------------------


def test_a_new_place_is_seen_as_a_whole_early_on() -> None:
    sizes = ("close_up", "medium", "medium_close_up", "wide")
    scene = [shot(n, size=size, location="pier") for n, size in enumerate(sizes, 1)]
    assert rules(board(*scene)) == [("establishing", ("001", "002", "003"))]
    assert rules(board(scene[0], scene[3], *scene[1:3])) == []
    assert rules(board(*scene[:2])) == [], "two shots are no scene"
    assert rules(board(scene[0], scene[1].replace(size=None), *scene[2:])) == [], "one of them may show it"
    away = shot(9, size="wide", location="cellar")
    again = [one.replace(id=f"1{one.id}") for one in scene]
    assert [found[1] for found in rules(board(*scene, away, *again))] == [("001", "002", "003")], "it is known by then"


@pytest.mark.parametrize(
    ("before", "after", "words", "told"),
    [
        ("noon", "night", "", True), ("morning", "sunset", "", True), ("sunset", "night", "", False),
        ("night", "sunrise", "", False), ("noon", "night", "Hours later, nobody.", False), ("noon", "", "", False),
        ("noon", "overcast", "", False), ("noon", "night", "Stunden danach.", False),
    ],
)  # fmt: skip
def test_a_leap_in_time_wants_a_sign(before: str, after: str, words: str, told: bool) -> None:
    film = board(shot(1, location="pier", time=before), shot(2, words, location="pier", time=after))
    assert rules(film) == ([("time-jump", ("001", "002"))] if told else [])
    assert rules(film, softened={"002"}) == []


def test_long_chains_are_told_from_the_sixth_segment_on() -> None:
    film = board(shot(1), shot(2))
    assert rules(film, chains={"001": 5, "002": 6}) == [("long-chain", ("002",))]


def test_who_is_in_several_shots_is_described_somewhere() -> None:
    def told(entity: Entity) -> bool:
        film = board(shot(1, characters=("ada",)), shot(2, characters=("ada",)), characters=(entity,))
        return [rule for rule, _ in rules(film)] == ["undefined"]

    assert told(Entity(id="ada", name="Ada")) and told(Entity(id="bob"))
    for known in (
        {"description": "A woman."}, {"clothing": "a coat"}, {"lora": "ada.safetensors"},
        {"references": (Picked(path="a.png", sha256="0" * 64),)},
        {"states": (EntityState(id="old", description="An old woman."),)},
    ):  # fmt: skip
        assert not told(Entity(id="ada", name="Ada", **known))


def test_a_name_in_the_words_is_one_of_the_cast() -> None:
    named = (shot(1, "By the door Ada waits."), shot(2, "At the desk Ada's hand trembles."), shot(3, "Mara nods."))
    (found,) = advise(board(*named))
    assert (found.rule, found.shots) == ("undefined", ("001", "002")) and found.sentence.startswith("Ada is in 2 shots")
    ada = Entity(id="a1", name="Ada Byron", description="A mathematician.")
    assert rules(board(*named, characters=(MARA, TOM, ada))) == []
    assert rules(board(named[0], named[2])) == [], "one shot is no series"
    german = tuple(shot(n, "Am Ufer liegt ein Boot, und der Mann im Mantel sieht das Haus.") for n in (1, 2))
    assert rules(board(*german)) == []
    weather = (shot(1, "Under clouds Snow falls on snow."), shot(2, "In the yard Snow covers all."))
    assert rules(board(*weather)) == []


def test_a_speaker_is_one_of_the_cast() -> None:
    lines = (shot(1, dialogue="ADA: Here.\nNARRATOR: She said."), shot(2, dialogue="ADA (V.O.): There."))
    assert rules(board(*lines)) == [("undefined", ("001", "002"))]
    mara = (shot(1, dialogue="MARA: Here."), shot(2, dialogue="MARA: There."))
    assert rules(board(*mara)) == []


# -- rhythm ------------------------------------------------------------------------------------------------------------


def row(count: int, **fields: Any) -> Storyboard:
    return board(*(shot(n, **fields) for n in range(1, count + 1)))


@pytest.mark.parametrize(
    ("rule", "least", "fields"),
    [
        ("same-size", 5, {"size": "medium"}), ("same-move", 4, {"camera": "zoom_in"}),
        ("same-angle", 5, {"comp": "low_angle"}), ("same-length", 10, {"seconds": Fraction(4)}),
        ("same-size", 5, {"prompt": "Medium shot of the sea."}), ("same-move", 4, {"camera": "slow_push"}),
    ],
)  # fmt: skip
def test_shots_that_are_alike_for_too_long(rule: str, least: int, fields: dict[str, Any]) -> None:
    ids = tuple(f"{n:03d}" for n in range(1, least + 1))
    assert rules(row(least, **fields)) == [(rule, ids)]
    assert rules(row(least - 1, **fields)) == []
    broken = row(least, **fields)
    middle = shot(least // 2, size="wide", camera="static", comp="", seconds=Fraction(1, 2))
    assert rules(broken.with_shot(middle)) == []


@pytest.mark.parametrize("fields", [{"camera": "static"}, {"camera": ""}, {"size": None}, {"camera": "no_such_move"}])
def test_what_is_unset_or_stands_still_is_not_monotonous(fields: dict[str, Any]) -> None:
    assert rules(row(9, **fields)) == []


# -- reading it --------------------------------------------------------------------------------------------------------


def test_what_was_dismissed_is_not_said_again_until_its_shots_change() -> None:
    film = jump()
    (found,) = advise(film)
    assert advise(film, dismissed={found.key}) == ()
    renamed = film.replace(shots=(film.shots[0], film.shots[1].replace(id="009")))
    assert [one.shots for one in advise(renamed, dismissed={found.key})] == [("001", "009")]


def test_it_comes_in_the_order_of_the_film() -> None:
    film = board(
        shot(1, location="pier", time="noon"),
        shot(2, "Mara waits.", location="pier", size="medium", time="night"),
        shot(3, "Mara waves.", location="pier", size="medium", time="morning"),
    )
    found: tuple[Advice, ...] = advise(film)
    assert [(one.rule, one.shots[0]) for one in found] == [
        ("time-jump", "001"),
        ("jump-cut", "002"),
        ("time-jump", "002"),
    ]
