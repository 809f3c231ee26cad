from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.draft import Brief, Draft
from domain.errors import BadInput, StudioError
from domain.storyboard import Shot, Storyboard
from domain.timing import film_frames
from services.importing.sentences import clauses, sentences
from services.writing import plan_storyboard, revise
from services.writing.stated import stated_running_time, stated_seconds
from services.writing.timing import readable_step, seconds_of, share_out
from tests.services.writing.texts import Text, texts

RATES = [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(16)]
ALL = texts()


def _words(text: str) -> str:
    return " ".join(text.split())


def _planned(text: Text, rate: Fraction, seconds: int | None, mode: str = "draft") -> Draft | None:
    """The plan, or None where it is refused, which takes a sentence."""
    try:
        return plan_storyboard(
            Brief.model_validate({"text": text.text, "name": text.file, "seconds": seconds, "mode": mode}), rate
        )
    except StudioError as error:
        assert error.message.endswith(".") and error.cure
        return None
    except ValueError as error:
        assert "surrogate" in str(error) or "unicode" in str(error)  # no text: the brief does not take it
        return None


def test_there_are_two_hundred_texts() -> None:
    assert len(ALL) == 200 and len({t.name for t in ALL}) == 200


@pytest.mark.parametrize("place", range(10))
def test_every_text_gives_a_film_of_exactly_the_length_asked_for(place: int) -> None:
    for index, text in enumerate(ALL[place::10]):
        rate, seconds = RATES[index % len(RATES)], (30, 60, 95)[index % 3]
        made = _planned(text, rate, seconds)
        if made is None:
            assert not text.entries or len(text.entries) > film_frames(Fraction(seconds), rate), text.name
            continue
        assert made.storyboard.frames(rate) == film_frames(Fraction(seconds), rate), text.name
        assert made == _planned(text, rate, seconds), text.name


@pytest.mark.parametrize("place", range(4))
def test_every_sentence_of_a_text_is_in_a_shot_as_it_was_written(place: int) -> None:
    for text in [t for t in ALL if t.entries][place::4]:
        for mode in ("draft", "expand"):
            made = _planned(text, Fraction(24), 60, mode)
            assert made is not None
            film = _words(" ".join(s.prompt for s in made.storyboard.shots))
            for entry in text.entries:
                assert _words(entry) in film, (text.name, mode, entry)


@pytest.mark.parametrize("text", [t for t in ALL if t.name.startswith(("list", "table"))], ids=lambda t: t.name)
def test_each_entry_of_a_list_is_one_shot_word_for_word(text: Text) -> None:
    made = _planned(text, Fraction(24), 90, "expand")
    assert made is not None and tuple(s.prompt for s in made.storyboard.shots) == text.entries


def test_an_unusual_number_of_shots_is_met_by_joining_and_by_dividing() -> None:
    story = next(t for t in ALL if t.name == "story-en-4").text
    for count in (1, 2, 5, 9, 14, 30, 60):
        made = plan_storyboard(Brief(text=story, seconds=Fraction(60), shots=count), Fraction(24)).storyboard
        assert len(made.shots) == count and made.frames(Fraction(24)) == 1440


def test_no_two_neighbours_are_framed_or_moved_alike() -> None:
    for name in ("story-en-5", "page-de-2", "story-fr-5", "story-es-5", "story-zh-5"):
        text = next(t for t in ALL if t.name == name)
        shots = plan_storyboard(Brief(text=text.text, seconds=Fraction(90)), Fraction(24)).storyboard.shots
        assert len(shots) > 5
        for one, other in itertools.pairwise(shots):
            assert one.size != other.size, name
            assert one.presets.camera != other.presets.camera, name


def test_who_and_where_is_found_in_four_languages() -> None:
    def cast(text: str) -> tuple[set[str], set[str]]:
        board = plan_storyboard(Brief(text=text), Fraction(24)).storyboard
        return {e.name for e in board.characters}, {e.name for e in board.locations}

    people, places = cast("An old lighthouse keeper walks in the forest. Mara, a girl, follows him.")
    assert {"old lighthouse keeper", "Mara"} <= people and places == {"forest"}
    people, places = cast("Ein alter Mann geht durch den Wald. Anna sieht ihn und ruft.")
    assert {"alter Mann", "Anna"} <= people and places == {"Wald"}
    assert cast("Un chien court dans la forêt. Elle marche.")[0] == {"chien"}
    assert cast("Un perro corre por la playa. La mujer mira el mar.") == ({"perro", "mujer"}, {"playa"})


@pytest.mark.parametrize(
    ("text", "who"),
    [("Rain beats on the window. Mara sleeps.", ["Mara"]), ("Regen fällt auf das Dach. Jonas schläft.", ["Jonas"]),
     ("Storm walks in. They look at Storm.", ["Storm"])],
)  # fmt: skip
def test_weather_is_nobody_unless_somebody_is_called_so(text: str, who: list[str]) -> None:
    plan = plan_storyboard(Brief(text=text), Fraction(24))
    assert [e.name for e in plan.storyboard.characters] == who


def test_she_is_whoever_was_named_before() -> None:
    shots = plan_storyboard(
        Brief(text="An old woman opens a door. She sees the sea. A dog barks."), Fraction(24)
    ).storyboard.shots
    assert [s.characters for s in shots] == [("old-woman",), ("old-woman",), ("dog",)]


def test_a_list_keeps_what_was_filled_in_and_gets_what_was_missing() -> None:
    table = "| shot | action | seconds | size |\n|---|---|---|---|\n| A1 | A dog runs. | 3 | CU |\n| A2 | A cat sleeps. |  |  |"
    one, two = plan_storyboard(Brief(mode="expand", text=table, seconds=Fraction(10)), Fraction(24)).storyboard.shots
    assert (one.id, float(one.seconds), str(one.size), one.presets.camera) == ("A1", 3.0, "close_up", "tracking")
    assert (two.id, float(two.seconds)) == ("A2", 7.0) and two.size not in (None, "close_up") and two.presets.camera


def test_a_projects_own_storyboard_is_filled_in_and_not_rewritten() -> None:
    board = Storyboard(
        shots=(Shot(id="7", prompt="A dog runs.", seconds=Fraction(9)), Shot(id="8", prompt="It rains."))
    )
    made = plan_storyboard(Brief(mode="expand", seconds=Fraction(12)), Fraction(24), board).storyboard
    assert [(s.id, s.prompt) for s in made.shots] == [("7", "A dog runs."), ("8", "It rains.")]
    assert [s.seconds for s in made.shots] == [9, 3] and all(s.size for s in made.shots)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("She waits for eight seconds.", 8), ("A dog (5 s)", 5), ("0:10-0:15 rain", 5), ("Er läuft 3,5 Sekunden lang.", Fraction(7, 2)),
        ("Elle attend pendant huit secondes.", 8), ("After five seconds she turns.", None), ("A 60 second film", None),
        ("It lasts for 99999 seconds", None), ("A shot for 0 seconds", None),
    ],
)  # fmt: skip
def test_a_length_in_words_is_read(text: str, seconds: Fraction | None) -> None:
    assert stated_seconds(text) == seconds


def test_a_running_time_in_words_is_met() -> None:
    assert stated_running_time("ein Film von 45 Sekunden") == 45
    made = plan_storyboard(Brief(text="A 30 second spot about a dog. The dog runs. It sleeps."), Fraction(24))
    assert made.storyboard.frames(Fraction(24)) == 720


@given(
    st.integers(1, 20_000), st.lists(st.tuples(st.integers(0, 500), st.none() | st.integers(1, 400)), min_size=1, max_size=40),
    st.sampled_from([1, 2, 6, 12]),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_shares_add_up_to_the_frame(frames: int, asked: list[tuple[int, int | None]], step: int) -> None:
    weights, fixed = [Fraction(w) for w, _ in asked], [f for _, f in asked]
    if frames < len(asked):
        with pytest.raises(ValueError):
            share_out(frames, weights, fixed, step)
        return
    shares = share_out(frames, weights, fixed, step)
    assert sum(shares) == frames and min(shares) >= 1


@given(st.integers(1, 100_000), st.sampled_from(RATES))
@settings(max_examples=300, deadline=None)
def test_a_length_in_seconds_is_exactly_that_many_frames(frames: int, rate: Fraction) -> None:
    assert film_frames(seconds_of(frames, rate), rate) == frames
    assert readable_step(rate, frames, 1) >= 1


@given(st.text("ab .!?,;…。！«»\"')\n", max_size=200))
@settings(max_examples=300, deadline=None)
def test_cutting_a_text_loses_nothing(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert "".join("".join(clauses(text, 2)).split()) == "".join(text.split())


def test_abbreviations_end_no_sentence() -> None:
    assert sentences("Mr. Brown sees Dr. J. Hill. He waits... and goes. Now!") == [
        "Mr. Brown sees Dr. J. Hill.", "He waits... and goes.", "Now!",
    ]  # fmt: skip


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_ends_in_a_storyboard_or_a_sentence(text: str) -> None:
    try:
        made = plan_storyboard(Brief(text=text, seconds=Fraction(10)), Fraction(24)).storyboard
    except BadInput as error:
        assert error.message.endswith(".")
    else:
        assert made.frames(Fraction(24)) == 240


# -- revising ------------------------------------------------------------------------------------------------------


def _board() -> Storyboard:
    text = "A dog runs along the beach. Mara walks in the city. She sees the dog. The sun sets. Birds fly. Mara smiles."
    return plan_storyboard(Brief(text=text, seconds=Fraction(48)), Fraction(24)).storyboard


def _revised(instruction: str) -> Storyboard:
    return revise(_board(), Brief(mode="revise", instruction=instruction), Fraction(24)).storyboard


def test_shorter_and_a_number_of_seconds_are_met_to_the_frame() -> None:
    assert _revised("shorter").frames(Fraction(24)) == 864
    assert _revised("Kürze auf 30 Sekunden").frames(Fraction(24)) == 720
    assert _revised("make it longer").frames(Fraction(24)) == 1536


def test_more_close_ups_gives_more_of_them() -> None:
    count = sum(s.size == "close_up" for s in _board().shots)
    assert sum(s.size == "close_up" for s in _revised("more close-ups").shots) > count
    assert sum(s.size == "close_up" for s in _revised("weniger Großaufnahmen").shots) == 0


def test_whoever_is_removed_is_gone_and_the_others_stay_word_for_word() -> None:
    after = _revised("remove the dog")
    assert "dog" not in " ".join(s.prompt for s in after.shots) and all(e.name != "dog" for e in after.characters)
    assert [s.prompt for s in after.shots] == [s.prompt for s in _board().shots if "dog" not in s.prompt]
    assert [s.id for s in _revised("remove shot 4").shots] == ["001", "002", "003", "005", "006"]


def test_time_of_day_and_camera_follow_the_words() -> None:
    assert {s.presets.time_of_day for s in _revised("at night").shots} == {"night"}
    assert {s.presets.camera for s in _revised("calmer").shots} == {"static"}


@given(
    st.lists(
        st.sampled_from(
            [
                "shorter",
                "longer",
                "remove",
                "without",
                "the dog",
                "shot 1, 2",
                "rename",
                "dog",
                "to",
                "Rex",
                "more",
                "fewer",
                "close-ups",
                "aerials",
                "calmer",
                "livelier",
                "at night",
                "45 s",
                "0,5 s",
                "3 minutes",
                "@",
                "(",
                ".",
                "sie",
            ]
        ),
        max_size=8,
    ).map(" ".join)
)
@settings(max_examples=200, deadline=None)
def test_any_instruction_ends_in_a_storyboard_or_a_sentence(instruction: str) -> None:
    try:
        after = revise(_board(), Brief(mode="revise", instruction=instruction), Fraction(24)).storyboard
    except BadInput as error:
        assert error.message.endswith(".")
    else:
        assert after.shots and after != _board()


@pytest.mark.parametrize(
    "instruction",
    ["", "paint it in the manner of nobody", "5 s" * 300, "remove the", "1 s 0 s", "0 s", "99999 minutes"],
)
def test_what_is_not_understood_is_said_in_a_sentence(instruction: str) -> None:
    board = _board()
    try:
        after = revise(board, Brief(mode="revise", instruction=instruction), Fraction(24))
    except BadInput as error:
        assert error.message.endswith(".")
    else:
        assert after.storyboard.frames(Fraction(24)) in (24, 120)


def test_words_that_are_added_are_in_the_language_that_is_asked_for() -> None:
    text = "A woman opens the door at night. She walks to the harbour."
    plain, german = (plan_storyboard(Brief(text=text, output=o), Fraction(24)) for o in ("", "de"))
    assert [s.prompt for s in german.storyboard.shots] == [s.prompt for s in plain.storyboard.shots]
    assert [s.description for s in plain.storyboard.shots] != [s.description for s in german.storyboard.shots]
    first = german.storyboard.shots[0].description
    assert first.endswith("bei Nacht: A woman opens the door at night.") and german.language == "de"
    # sizes and moves are keys, found by the text's own words
    assert [(s.size, s.presets) for s in german.storyboard.shots] == [
        (s.size, s.presets) for s in plain.storyboard.shots
    ]
    listed = plan_storyboard(
        Brief(text="1. A dog (3 s)\n2. A cat (3 s)", shots=5, seconds=Fraction(9), output="de"), Fraction(24)
    )
    assert [str(n) for n in listed.notes] == [
        "storyboard · shots: The list has 2 shots, and stays as it is.",
        "storyboard · duration: Stated lengths were stretched to the running time of 9 s.",
    ]


def test_a_text_too_short_to_tell_its_language_is_in_the_one_that_is_asked_for() -> None:
    made = plan_storyboard(Brief(text="Leuchtturm, Nacht.", output="de"), Fraction(24))
    assert made.language == "de" and "Nacht" in made.storyboard.shots[0].description
