"""Fitting narration: whole, one after another, near its wish; and the words on the screen."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cut.document import Cut
from domain.cut.items import GapItem, ShotItem
from domain.cut.reel import Material
from domain.cut.resolve import resolve
from domain.errors import BadInput
from domain.mentions import Mentions
from domain.sound.narration import Window, fingerprint, fitted, frames_of, windows
from domain.sound.speech import VoiceInfo
from domain.sound.speeches import QUICK, SLOW, Person, assigned, speeches
from domain.sound.subtitles import (
    FASTEST_READ,
    MOST_LINES,
    WIDEST,
    Caption,
    Spoken,
    captions,
    cues_of,
    milliseconds,
    too_fast,
    written,
)  # fmt: skip
from domain.sound.tracks import Line, SoundPlan, Voice, check_loudness, check_subtitles

FILM = Fraction(24)
RATES = [Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30)]


def line(shot: str, offset: int = 0) -> Line:
    return Line(shot=shot, text="Words", offset=offset)


def fit(length: object, window: tuple[int, int] = (24, 48), offset: int = 0) -> tuple[str, int, int]:
    found = fitted([line("a", offset)], {"a": Window(*window)}, {"a": Fraction(str(length))}, FILM)[0]
    return found.fit, found.first, found.frames


def test_a_line_that_fits_begins_where_it_is_wished() -> None:
    assert fit("1.5", offset=6) == ("fits", 30, 36)


def test_a_line_is_moved_to_be_heard_whole() -> None:
    assert fit("1.5", offset=20) == ("moved", 36, 36)
    assert fit("2", offset=1) == ("moved", 24, 48), "to the frame"


def test_a_line_that_is_longer_than_its_shot_is_marked_and_still_whole() -> None:
    assert fit("2.01") == ("short", 24, 49)
    assert fit("10", offset=30) == ("short", 24, 240)


@given(
    st.lists(st.tuples(st.integers(1, 100), st.fractions(Fraction(1, 100), 8, max_denominator=100), st.integers(0, 120)),
             min_size=1, max_size=8),
    st.sampled_from(RATES),
)  # fmt: skip
def test_no_line_overlaps_another_or_comes_before_its_shot(
    shots: list[tuple[int, Fraction, int]], rate: Fraction
) -> None:
    places, first = {}, 0
    for number, (frames, _, _) in enumerate(shots):
        places[str(number)] = Window(first, frames)
        first += frames
    lengths = {str(n): length for n, (_, length, _) in enumerate(shots)}
    lines = [line(str(n), offset) for n, (_, _, offset) in enumerate(shots)]
    found = fitted(reversed(lines), places, lengths, rate)
    assert [f.line.shot for f in found] == [str(n) for n in range(len(shots))]
    for one in found:
        assert one.first >= one.window.first and one.frames >= lengths[one.line.shot] * rate
        assert (one.fit == "short") == (one.frames > one.window.frames)
        if one.fit == "fits":
            assert one.end <= one.window.end
    for one, two in itertools.pairwise(found):
        assert two.first >= one.end


def test_a_split_shot_is_one_window_and_a_repeated_one_its_first() -> None:
    materials = {i: Material(shot="a", frames=48, rate=FILM) for i in ("a", "b", "d")}
    items = [
        ShotItem(id="a", shot="a", end=10), ShotItem(id="b", shot="a", first=20), GapItem(id="c", frames=5),
        ShotItem(id="d", shot="a"),
    ]  # fmt: skip
    assert windows(resolve(Cut(items=items), materials, FILM)) == {"a": Window(0, 38)}


def test_what_was_spoken_is_known_by_words_voice_and_speaker() -> None:
    voice = Voice(engine="espeak", name="en")
    known = fingerprint("Hello", voice, "x")
    assert known == fingerprint(" Hello\n", voice, "x")
    others = [("Hallo", voice, "x"), ("Hello", voice.replace(speed=1.1), "x"), ("Hello", voice, "y")]
    assert len({known, *(fingerprint(*other) for other in others)}) == 4


def test_a_plan_keeps_the_place_of_a_line_and_has_one_for_each_shot() -> None:
    plan = SoundPlan(lines=[line("a"), line("b"), line("c")])
    assert [x.shot for x in plan.with_line("b", line("b", 3)).lines] == ["a", "b", "c"]
    assert [x.shot for x in plan.with_line("b", None).lines] == ["a", "c"]
    assert [x.shot for x in plan.with_line("d", line("d")).lines] == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="one line"):
        plan.replace(lines=[line("a"), line("a")])
    assert SoundPlan.model_validate(plan.to_json()) == plan


def test_wishes_that_are_none_are_refused_by_name() -> None:
    assert check_loudness("broadcast") == "broadcast" and check_subtitles("burn") == "burn"
    with pytest.raises(BadInput, match="web, broadcast, off"):
        check_loudness("loud")
    with pytest.raises(BadInput, match="none, track, burn, files"):
        check_subtitles("yes")


# -- subtitles ------------------------------------------------------------------------------------------------------

words = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=60), min_size=1, max_size=60
)


@given(words)
def test_cues_have_two_lines_of_42_and_lose_no_word(given_words: list[str]) -> None:
    cues = cues_of(" ".join(given_words))
    for cue in cues:
        rows = cue.split("\n")
        assert len(rows) <= MOST_LINES and all(0 < len(row) <= WIDEST for row in rows)
    assert "".join("".join(cues).split()) == "".join("".join(given_words).split())


def test_cues_end_at_sentences_and_halve_their_lines() -> None:
    text = "The apple tree stands in the garden, old and crooked. Nobody knows who planted it, or when that was."
    assert cues_of(text) == [
        "The apple tree stands in\nthe garden, old and crooked.", "Nobody knows who planted\nit, or when that was.",
    ]  # fmt: skip


@given(
    st.lists(st.tuples(words, st.integers(1, 400), st.integers(0, 100)), min_size=1, max_size=5), st.sampled_from(RATES)
)
def test_captions_follow_one_another_within_the_film(lines: list[tuple[list[str], int, int]], rate: Fraction) -> None:
    first, spoken = 0, []
    for given_words, frames, pause in lines:
        spoken.append(Spoken(" ".join(given_words), first, frames))
        first += frames + pause
    found = captions(spoken, rate, first)
    for one, two in itertools.pairwise(found):
        assert one.end <= two.first
    assert all(c.frames >= 1 for c in found) and found[-1].end <= first
    times = [milliseconds(c.first, rate) for c in found]
    assert all(abs(t - 1000 * c.first / rate) <= Fraction(1, 2) for t, c in zip(times, found, strict=True))


def test_a_short_cue_stays_until_it_can_be_read_and_a_quick_one_is_told() -> None:
    (kept,) = captions([Spoken("Twenty letters it has", 0, 12)], FILM, 240)
    assert kept.frames == -(-len("Twenty letters it has") * 24 // FASTEST_READ)
    pressed = captions([Spoken("Twenty letters it has", 0, 12), Spoken("Next", 13, 48)], FILM, 240)
    assert pressed[0].frames == 13 and too_fast(pressed, FILM) == [pressed[0]]


def test_subtitle_files_have_exact_times_and_marks() -> None:
    rate = Fraction(24000, 1001)
    cues = [Caption(first=0, frames=24, text="One\ntwo"), Caption(first=86314, frames=12, text="a < b & c --> d")]
    assert written(cues, rate, "srt") == (
        "1\n00:00:00,000 --> 00:00:01,001\nOne\ntwo\n\n2\n01:00:00,013 --> 01:00:00,514\na < b & c → d\n"
    )
    assert written(cues, rate, "vtt") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.001\nOne\ntwo\n\n01:00:00.013 --> 01:00:00.514\na &lt; b &amp; c → d\n"
    )
    assert written([], rate, "srt") == "" and written([], rate, "vtt") == "WEBVTT\n"
    assert len(re.findall("-->", written(cues, rate, "srt"))) == 2


def test_frames_are_never_too_few_for_a_sound() -> None:
    assert frames_of(Fraction(1), FILM) == 24 and frames_of(Fraction(1) + Fraction(1, 48000), FILM) == 25


# -- dialogue --------------------------------------------------------------------------------------------------------

_CAST = Mentions([("characters", "mara", ["Mara", "the keeper"]), ("locations", "bay", ["Bay"])])


def test_speeches_are_read_with_who_says_them_and_how() -> None:
    text = (
        "MARA (softly): It is coming: now.\n\n@mara: I know.\nGUARD: Halt!\nA line of nobody\nVOICE: Far off.\nBay: Hm."
    )
    assert [(s.who, s.name, s.how, s.words, s.speaker) for s in speeches(text, _CAST)] == [
        ("mara", "MARA", "softly", "It is coming: now.", "mara"), ("mara", "mara", "", "I know.", "mara"),
        ("", "GUARD", "", "Halt!", "guard"), ("", "", "", "A line of nobody", ""), ("", "VOICE", "", "Far off.", ""),
        ("", "Bay", "", "Hm.", "bay"),
    ]  # fmt: skip


def test_voices_are_of_the_language_fit_what_is_told_and_differ_as_long_as_there_are_any() -> None:
    voices = [
        VoiceInfo(id="en", title="English", language="en"), VoiceInfo(id="de", title="German", language="de"),
        *(VoiceInfo(id=f"{lang}+{kind[0]}{n}", title="x", language=lang, kind=kind)
          for lang in ("en", "de") for kind in ("female", "male") for n in (1, 2)),
    ]  # fmt: skip
    people = [Person("a", "a woman who speaks slowly"), Person("b", "eine alte Frau"), Person("c", "der König, schnell"),
              Person("d", "a fox"), Person("e", "her mother and her father")]  # fmt: skip
    given = assigned(people, voices, "de", ["de+f1"])
    assert [(key, voice.name, voice.speed) for key, voice in given.items()] == [
        ("a", "de+f2", SLOW), ("b", "de+f1", 1), ("c", "de+m1", QUICK), ("d", "de+m2", 1), ("e", "de+f2", 1),
    ]  # fmt: skip
    assert {voice.name[:2] for voice in assigned(people, voices, "fr", []).values()} == {"en"}, "none speaks French"
    assert assigned(people, [], "de", []) == {}


@given(st.text(max_size=300))
def test_no_word_of_a_dialogue_is_lost(text: str) -> None:
    said = [f"{s.name}{s.how}{s.words}" for s in speeches(text, _CAST)]
    kept = "".join(c for line in said for c in line if c.isalnum())
    assert kept == "".join(c for c in text if c.isalnum())
