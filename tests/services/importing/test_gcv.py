"""Storyboards of the gcv family: what they mean here, and that nothing is lost on the way back."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.storyboard import MotionSampling, Presets, Sampling, Shot, Storyboard
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS
from services.importing import export_gcv, import_file
from tests.services.importing.boards import bare_segments, gcv, imported, meaning, noted, segments, stored

GENERATIONS = ("2.0", "2.1", "2.2")


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_round_trip_over_our_own_file_gives_the_same_file(generation: str) -> None:
    source = gcv(generation)
    result = imported(source)
    assert result.format == f"gcv {generation}"
    assert export_gcv(stored(result.storyboard)) == source


@pytest.mark.corpus
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_round_trip_over_a_sample_gives_the_same_file(corpus: Path, generation: str) -> None:
    file = corpus / "samples" / "cindergrace" / f"storyboard-v{generation}.json"
    before = file.read_bytes()
    result = import_file(file)
    assert result.format == f"gcv {generation}"
    assert export_gcv(stored(result.storyboard)) == json.loads(before)
    assert file.read_bytes() == before


def test_every_field_of_the_oldest_generation_arrives() -> None:
    result = imported(gcv("2.0"))
    shot = result.storyboard.shots[0]
    assert meaning(shot) == meaning(
        Shot(
            id="001", title="deck wide.v2", prompt="an empty car deck at night, sodium lamps", description="Empty deck",
            negative="people", seconds=Fraction(5), presets=Presets(camera="slow_push"), location="Car-deck",
            image=Sampling(seed=77, cfg=6.5, steps=28), video=MotionSampling(seed=77, motion_strength=0.25),
        )
    )  # fmt: skip
    assert result.storyboard.shots[1].presets.camera == ""
    assert result.storyboard.shots[1].image.seed == -1
    assert result.storyboard.locations[0].name == "Car deck"
    assert (result.storyboard.title, result.storyboard.description) == ("Night Ferry", "Two shots on a ferry")
    assert (result.width, result.height, result.rate) == (1920, 1080, Fraction(25))
    assert "wan_motion.notes" in noted(result)


def test_every_field_of_the_middle_generation_arrives() -> None:
    shot, second = imported(gcv("2.1")).storyboard.shots
    assert shot.presets == Presets(mood="quietly_odd", camera="dolly_in", motion="subtle")
    assert shot.image == Sampling(seed=1, cfg=3.5, steps=24)
    assert shot.video == MotionSampling(seed=2, cfg=5.0, steps=20, motion_strength=0.0)
    assert second.seconds == Fraction(1, 2)
    assert (second.image.seed, second.video.seed, second.video.motion_strength) == (-1, None, None)


def test_characters_of_the_newest_generation_arrive() -> None:
    result = imported(gcv("2.2"))
    board = result.storyboard
    assert [(c.id, c.name, c.strength) for c in board.characters] == [
        ("lena", "lena", None),
        ("uncle-tom", "uncle tom", 0.6),
    ]
    assert [shot.characters for shot in board.shots] == [("lena",), ("lena", "uncle-tom"), ()]
    assert [shot.seconds for shot in board.shots] == [Fraction(13, 2), Fraction(12), Fraction(13, 4)]
    assert (result.width, result.height) == (1280, 720)


def test_a_character_that_only_a_shot_names_is_listed_but_not_exported() -> None:
    source = gcv("2.2")
    source["shots"][2]["character_lora"] = "stranger"
    board = imported(source).storyboard
    assert [c.id for c in board.characters] == ["lena", "uncle-tom", "stranger"]
    assert export_gcv(stored(board)) == source


@pytest.mark.parametrize(
    ("fps", "rate", "remark"),
    [(16, None, "model's own rate"), (24, 24, ""), (25.0, 25, ""), ("30", 30, ""), (23.976, Fraction(24000, 1001), ""),
     ("fast", None, "not used"), (-1, None, "not used"), (None, None, "")],
)  # fmt: skip
def test_the_rate_of_the_model_does_not_become_that_of_the_film(fps: Any, rate: Fraction | None, remark: str) -> None:
    result = imported(gcv("2.1") | {"video_settings": {"default_fps": fps}})
    assert result.rate == rate
    assert ("default_fps" in noted(result)) is bool(remark)
    assert remark in noted(result)


def test_what_has_no_place_here_is_noted_where_it_stands() -> None:
    notes = {(note.where, note.what.split(";")[0]) for note in imported(gcv("2.2")).notes}
    assert ("shot s-1 · presets.camera", "'whip_pan' is no camera move that Kinoloom knows") in notes
    assert ("shot s-2 · sound_hint", "is not known to Kinoloom") in notes
    assert ("storyboard · made_with", "is not known to Kinoloom") in notes
    assert ("shot 001 · presets.grain", "is not known to Kinoloom") in {
        (note.where, note.what.split(";")[0]) for note in imported(gcv("2.1")).notes
    }


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_file_without_version_is_told_by_its_fields(generation: str) -> None:
    source = gcv(generation)
    del source["version"]
    result = imported(source)
    assert result.format == f"gcv {generation}"
    assert "version" in noted(result)
    assert export_gcv(result.storyboard) == source


def test_the_newer_spelling_wins_over_the_older_one() -> None:
    source = {
        "shots": [
            {"duration": 1, "seed": 1, "flux": {"seed": 2}, "camera_movement": "static", "presets": {"camera": "orbit"}}
        ]
    }
    shot = imported(source).storyboard.shots[0]
    assert (shot.image.seed, shot.video.seed, shot.presets.camera) == (2, 1, "orbit")


def test_unsafe_and_repeated_ids_become_safe_and_unique() -> None:
    wanted = ["../../etc", "001", "001", "CON", "a/b", "", None, 8, "ä ö", "x" * 300, "Ab", "aB"]
    source = {"shots": [{"shot_id": name, "duration": 1} for name in wanted]}
    result = imported(source)
    ids = [shot.id for shot in result.storyboard.shots]
    assert ids[:9] == ["etc", "001", "001-2", "CON-1", "a-b", "006", "007", "008", "a-o"]
    assert ids[10:] == ["Ab", "aB-2"]
    assert len({i.casefold() for i in ids}) == len(ids)
    assert "got the id etc" in noted(result)
    assert export_gcv(stored(result.storyboard))["shots"] == source["shots"]


def test_twenty_thousand_equal_ids_do_not_take_forever() -> None:
    result = imported({"shots": [{"shot_id": "1", "duration": 1, "prompt": "x"}] * 20_000})
    assert result.storyboard.shots[-1].id == "1-20000"
    assert len(result.notes) < 250


# -- edits ------------------------------------------------------------------------------------------------------


def after(generation: str, number: int, **changes: Any) -> dict[str, Any]:
    """The exported shot after an edit in Kinoloom."""
    board = imported(gcv(generation)).storyboard
    shots: list[dict[str, Any]] = export_gcv(stored(board.with_shot(board.shots[number].replace(**changes))))["shots"]
    return shots[number]


def test_an_edit_shows_in_the_field_it_came_from() -> None:
    shot = imported(gcv("2.0")).storyboard.shots[0]
    assert after("2.0", 0, prompt="new")["prompt"] == "new"
    assert after("2.0", 0, seconds=3.1)["duration"] == 3.1
    assert after("2.0", 0, presets=Presets(camera="orbit"))["camera_movement"] == "orbit"
    assert after("2.0", 0, presets=Presets())["camera_movement"] == "none"
    assert after("2.0", 0, image=shot.image.replace(cfg=4))["cfg_scale"] == 4
    assert after("2.0", 0, video=shot.video.replace(motion_strength=0.9))["wan_motion"] == {
        "type": "macro_dolly", "strength": 0.9, "notes": "barely moving",
    }  # fmt: skip
    assert after("2.1", 0, presets=Presets(style="noir"))["presets"] == {
        "style": "noir", "mood": "none", "camera": "none", "motion": "none", "grain": "heavy",
    }  # fmt: skip


def test_the_one_seed_of_the_oldest_generation_parts_when_picture_and_clip_differ() -> None:
    shot = imported(gcv("2.0")).storyboard.shots[0]
    picture = after("2.0", 0, image=shot.image.replace(seed=5))
    assert (picture["seed"], picture["wan"]) == (5, {"seed": 77})
    clip = after("2.0", 0, video=shot.video.replace(seed=6))
    assert (clip["seed"], clip["wan"]) == (77, {"seed": 6})


def test_characters_of_a_shot_are_written_in_the_spelling_it_has() -> None:
    assert after("2.2", 0, characters=())["character_lora"] == "none"
    assert after("2.2", 0, characters=("uncle-tom",))["character_lora"] == "uncle tom"
    both = after("2.2", 1, characters=("uncle-tom",))
    assert (both["characters"], both["character_lora"]) == ([{"id": "uncle tom", "strength": 0.2}], "uncle tom")


def test_edited_and_new_characters_are_exported() -> None:
    board = imported(gcv("2.2")).storyboard
    lena = board.characters[0].replace(strength=0.4)
    new = lena.replace(id="judge", name="The Judge", strength=None, extras={})
    out = export_gcv(stored(board.replace(characters=(lena, *board.characters[1:], new))))
    assert out["characters"] == [
        {"id": "lena", "strength": 0.4}, {"id": "uncle tom", "strength": 0.6}, {"id": "The Judge"},
    ]  # fmt: skip
    assert export_gcv(board.replace(characters=board.characters[1:]))["characters"] == gcv("2.2")["characters"][1:]


def test_a_copied_shot_does_not_share_the_names_of_its_model() -> None:
    board = imported(gcv("2.1")).storyboard
    copy = board.shots[0].replace(id="001A")
    out = export_gcv(stored(board.with_new(copy, "001")))["shots"]
    assert [(s["shot_id"], s["filename_base"]) for s in out] == [
        ("001", "hands_v2"), ("001A", "hands_v2-001A"), ("002", "fire"),
    ]  # fmt: skip
    assert out[1]["flux"] == out[0]["flux"]


def test_order_deletion_and_new_shots_show() -> None:
    board = imported(gcv("2.2")).storyboard
    changed = (
        board.without(["s-1"]).reordered(["s-3", "s-2"]).with_new(Shot(id="9", title="a/b", prompt="p", seconds=2))
    )
    out = export_gcv(changed)["shots"]
    assert [s["shot_id"] for s in out] == ["s-3", "s-2", "9"]
    assert out[2] == {
        "shot_id": "9", "filename_base": "a-b", "prompt": "p", "duration": 2, "kinoloom": {"shot_title": "a/b"},
    }  # fmt: skip


@pytest.mark.parametrize("data", [segments(), bare_segments()])
def test_a_storyboard_from_elsewhere_is_exported_in_the_newest_generation(data: Any) -> None:
    board = imported(data).storyboard
    out = export_gcv(stored(board))
    assert out["version"] == "2.2"
    again = imported(out).storyboard
    assert [s.prompt for s in again.shots] == [s.prompt for s in board.shots]
    assert [(s.id, s.seconds, s.presets, s.size, s.location) for s in again.shots] == [
        (s.id, s.seconds, s.presets, s.size, s.location) for s in board.shots
    ]


def test_a_kept_source_that_was_damaged_by_hand_is_refused_in_words() -> None:
    from domain.errors import BadInput

    board = imported(gcv("2.1")).storyboard
    shot = board.shots[0]
    extras = {**shot.extras, "source": {**shot.extras["source"], "duration": "soon"}}
    with pytest.raises(BadInput, match=r"Shot 001: duration is 'soon'"):
        export_gcv(board.with_shot(shot.replace(extras=extras)))


plain = st.text("abcdefgh XYZ,.'-", max_size=20)
key = st.sampled_from(["", "cinematic", "very_own"])
seed = st.none() | st.integers(-1, 2**64 - 1)
amount = st.none() | st.floats(0, 10)
steps = st.none() | st.integers(1, 1000)
edits = st.fixed_dictionaries(
    {},
    optional={
        "title": plain.map(lambda t: f"t{t}z"), "prompt": plain, "description": plain, "negative": plain,
        "seconds": st.integers(1, 10**6).map(lambda n: Fraction(n, 1000)), "size": st.none() | st.sampled_from(sorted(SIZE_LABELS)),
        "presets": st.builds(Presets, style=key, mood=key, motion=key, camera=st.just("") | st.sampled_from(sorted(CAMERA_LABELS))),
        "image": st.builds(Sampling, seed=seed, cfg=amount, steps=steps),
        "video": st.builds(MotionSampling, seed=seed, cfg=amount, steps=steps, motion_strength=amount),
        "characters": st.lists(st.sampled_from(["lena", "uncle-tom", "someone"]), unique=True).map(tuple),
        "objects": st.lists(st.sampled_from(["lamp", "door"]), unique=True).map(tuple),
        "location": st.sampled_from(["", "Bridge", "Car-deck", "Moon"]),
    },
)  # fmt: skip


@given(st.sampled_from(GENERATIONS), st.integers(0, 1), edits)
def test_any_edit_survives_export_and_import(generation: str, number: int, changes: dict[str, Any]) -> None:
    board = imported(gcv(generation)).storyboard
    edited = board.with_shot(board.shots[number].replace(**changes))
    out = export_gcv(stored(edited))
    again = imported(out).storyboard
    assert [meaning(s) for s in again.shots] == [meaning(s) for s in edited.shots]
    assert out["shots"][1 - number] == gcv(generation)["shots"][1 - number]


@given(st.fixed_dictionaries({}, optional={"title": plain, "description": plain, "style": plain, "never": plain}))
def test_any_edit_of_the_storyboard_survives_export_and_import(changes: dict[str, str]) -> None:
    board = imported(gcv("2.2")).storyboard.replace(**changes)
    again = imported(export_gcv(stored(board))).storyboard
    fields = ("title", "description", "style", "never")
    assert [getattr(again, f) for f in fields] == [getattr(board, f) for f in fields]


def test_an_empty_storyboard_can_be_exported() -> None:
    assert export_gcv(Storyboard(title="T")) == {"project": "T", "version": "2.2", "shots": []}


def test_a_characters_id_is_its_lora_and_what_was_chosen_instead_comes_back() -> None:
    board = imported(gcv("2.2")).storyboard
    assert {e.name: (e.lora, e.strength) for e in board.characters} == {
        "lena": ("lena.safetensors", None), "uncle tom": ("uncle tom.safetensors", 0.6),
    }  # fmt: skip
    lena = board.characters[0]
    for lora in ("lena_v2.safetensors", ""):
        again = imported(export_gcv(board.with_entity("characters", lena.replace(lora=lora)))).storyboard
        assert [e.lora for e in again.characters] == [lora, "uncle tom.safetensors"]
