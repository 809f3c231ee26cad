"""Segment lists and the master prompt that goes with them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.storyboard import Presets, Sampling, Shot
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS
from services.importing import export_segments, import_file
from services.importing.master_prompt import parse_master_prompt
from services.importing.notes import Notes
from tests.fakes.bench import running
from tests.services.importing.boards import bare_segments, gcv, imported, meaning, noted, segments, stored

MASTER = """# Bread: the rules

**Style.** Warm light,
35 mm, no text.

## Characters
- baker: old man, flour on his sleeves,
  blue apron. Seeds from 4100.
- **apprentice**: girl of twelve.

**Objects:**
* sieve: a round wooden sieve (segments 1 to 3).

**Location.**
- bakery: low vault, one window. Seed 9.

**Never.** Text, modern clothes.

**Sound.** Only the oven.
"""


@pytest.mark.parametrize("source", [segments(), bare_segments()])
def test_a_round_trip_over_our_own_list_gives_the_same_list(source: Any) -> None:
    result = imported(source)
    assert result.format == "segment list"
    assert export_segments(stored(result.storyboard)) == source


@pytest.mark.corpus
def test_the_sample_gives_33_shots_of_8_seconds_with_their_cast(corpus: Path) -> None:
    file = corpus / "samples" / "apfelbaum" / "veo_segments.json"
    result = import_file(file)
    board = result.storyboard
    assert [shot.seconds for shot in board.shots] == [Fraction(8)] * 33
    assert [c.seed for c in (*board.characters, *board.objects, *board.locations)] == [1000, 2000, 3000, 4000, 5000]
    assert board.characters[0].description == "young man, short dark hair, blue shirt, dark trousers, work gloves."
    assert board.style.startswith("Documentary, natural, sharp focus") and board.style.endswith("medium contrast.")
    assert board.never.startswith("Text, subtitles")
    assert "Special transition" in board.extras["master_prompt"]["other"]
    assert board.extras["master_prompt"]["text"] == (file.parent / "master-prompt.md").read_text("utf-8")
    shot = board.shots[1]
    assert (shot.size, shot.presets.camera, shot.objects, shot.location) == ("wide", "pan_right", ("sapling",), "field")
    assert (result.width, result.height) == (1280, 720)
    assert export_segments(stored(board)) == json.loads(file.read_text("utf-8"))


def test_every_field_arrives() -> None:
    result = imported(segments())
    first, second = result.storyboard.shots
    assert meaning(first) == meaning(
        Shot(
            id="001", title="Flour", prompt="Flour falls through a sieve.", seconds=Fraction(8), size="extreme_close_up",
            presets=Presets(camera="pan_left"), objects=("sieve",), location="bakery",
        )
    )  # fmt: skip
    assert (second.seconds, second.size, second.characters) == (Fraction(13, 2), "over_shoulder", ("baker",))
    assert (result.width, result.height) == (720, 1280)
    assert "shot 002 · transition_to_next" in noted(result)
    assert [e.id for e in result.storyboard.characters] == ["baker"]


def test_transitions_become_those_of_a_new_films_cut(tmp_path: Path) -> None:
    words = ["Morph", "cross-fade", "fade to black", "wipe left", "cut", "starburst", None, "dissolve"]
    rows = [{"prompt": f"Scene {n}", "duration": 2, "transition_to_next": word} for n, word in enumerate(words)]
    result = imported(rows)
    told = noted(result)
    ids = [shot.id for shot in result.storyboard.shots]
    cut = result.cut(Fraction(24))
    assert cut is not None and cut.order == tuple(ids)
    found = [(i.into.kind, i.into.frames, i.into.direction) if i.into else None for i in cut.items]
    assert found == [
        None, ("morph", 24, "right"), ("dissolve", 12, "right"), ("fade_black", 12, "right"), ("wipe", 12, "left"),
        None, None, None,
    ]  # fmt: skip
    assert "The cut has a morph there, into shot" in told
    assert "'starburst' is no transition that Kinoloom knows" in told
    assert "there is no segment behind it" in told
    with running(tmp_path) as bench:
        project = bench.studio.projects.create_from(result, tmp_path / "film", "Film")
        assert bench.studio.cuts.cut(project) == cut
        plain = bench.studio.projects.create_from(imported([{"prompt": "One"}]), tmp_path / "plain", "Plain")
        assert not (plain.files.root / "cut.json").exists()


def test_a_segment_that_becomes_the_next_one_in_place_is_a_morph(tmp_path: Path) -> None:
    rows = [{"prompt": f"Scene {n}", "duration": 2, "transition_to_next": "dissolve"} for n in range(4)]
    (tmp_path / "list.json").write_text(json.dumps(rows), encoding="utf-8")
    page = (
        "**Style.** Plain.\n\n**Special.** Segment 2 becomes segment 3 in place, segment 3 becomes segment 9 in place."
    )
    (tmp_path / "master.md").write_text(page, encoding="utf-8")
    result = import_file(tmp_path / "list.json")
    assert [t.kind for t in result.transitions] == ["dissolve", "morph", "dissolve"]
    assert "(the master prompt has it in place)" in noted(result)


@pytest.mark.corpus
def test_the_sample_has_its_morph_from_segment_23_to_24(corpus: Path) -> None:
    result = import_file(corpus / "samples" / "apfelbaum" / "veo_segments.json")
    ids = [shot.id for shot in result.storyboard.shots]
    assert [(t.shot, t.kind) for t in result.transitions] == [(ids[23], "morph")]


def test_other_spellings_and_a_bare_list_arrive() -> None:
    result = imported(bare_segments())
    assert [(s.id, s.seconds, s.presets.camera) for s in result.storyboard.shots] == [
        ("a", Fraction(3), "static"), ("b", Fraction(9, 2), ""),
    ]  # fmt: skip
    assert "shot a · mystery" in noted(result)


@pytest.mark.parametrize(
    ("words", "camera", "size", "angle"),
    [
        ("wide shot, slow pan right", "pan_right", "wide", ""), ("medium shot, slow push in", "dolly_in", "medium", ""),
        ("low angle", "", None, "low_angle"), ("crane up", "crane_up", None, ""), ("dolly_out", "dolly_out", None, ""),
        ("slow_push", "slow_push", None, ""), ("two shot", "", "medium", ""), ("", "", None, ""), ("none", "", None, ""),
    ],
)  # fmt: skip
def test_camera_words_become_move_size_and_angle(words: str, camera: str, size: str | None, angle: str) -> None:
    result = imported([{"prompt": "p", "duration": 1, "camera": words}])
    shot = result.storyboard.shots[0]
    assert (shot.presets.camera, shot.size, shot.presets.composition) == (camera, size, angle)
    assert "camera" not in noted(result)


def test_camera_words_that_say_nothing_are_noted_and_kept() -> None:
    source = [{"prompt": "p", "duration": 1, "camera": "at eye level"}]
    result = imported(source)
    assert "names no move" in noted(result)
    assert export_segments(result.storyboard) == source


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ("16:9", (1280, 720)),
        ("1:1", (720, 720)),
        ("4/3", (960, 720)),
        ("wide", (None, None)),
        ("0:0", (None, None)),
        ("1:999", (None, None)),
    ],
)
def test_an_aspect_ratio_becomes_an_even_size(ratio: str, size: tuple[int | None, int | None]) -> None:
    result = imported(segments() | {"aspect_ratio": ratio})
    assert (result.width, result.height) == size
    assert ("aspect_ratio" in noted(result)) is (size[0] is None)


def test_a_list_of_something_else_is_refused() -> None:
    with pytest.raises(BadInput, match="no segments"):
        imported([{"city": "Oslo"}])


def test_numbers_and_spellings_of_the_list_are_used_for_new_segments() -> None:
    board = imported(segments()).storyboard
    new = Shot(id="003", prompt="Oven.", seconds=2, size="full", characters=("baker",))
    out = export_segments(stored(board.with_new(new)))["segments"][2]
    assert out == {
        "segment_id": 3,
        "duration_seconds": 2,
        "prompt": "Oven.",
        "camera": "full shot",
        "characters": ["baker"],
    }
    board = imported(bare_segments()).storyboard
    out = export_segments(board.with_new(board.shots[0].replace(id="a2")))[2]
    assert out == bare_segments()[0] | {"id": "a2"}


def test_a_storyboard_from_elsewhere_is_exported_as_an_object() -> None:
    board = imported(gcv("2.2")).storyboard
    out = export_segments(board)
    assert out["title"] == "Letters"
    again = imported(out).storyboard
    assert [(s.id, s.prompt, s.seconds, s.characters) for s in again.shots] == [
        (s.id, s.prompt, s.seconds, s.characters) for s in board.shots
    ]


plain = st.text("abcdefgh XYZ,.'-", max_size=20)
edits = st.fixed_dictionaries(
    {},
    optional={
        "title": plain, "prompt": plain, "description": plain, "negative": plain,
        "seconds": st.integers(1, 10**6).map(lambda n: Fraction(n, 1000)), "size": st.none() | st.sampled_from(sorted(SIZE_LABELS)),
        "presets": st.builds(
            Presets,
            camera=st.just("") | st.sampled_from(sorted(CAMERA_LABELS)),
            composition=st.sampled_from(["", "low_angle", "high_angle", "dutch_angle"]),
        ),
        "image": st.builds(Sampling, seed=st.none() | st.integers(-1, 2**64 - 1)),
        "characters": st.lists(st.sampled_from(["baker", "guest"]), unique=True).map(tuple),
        "objects": st.lists(st.sampled_from(["sieve", "door"]), unique=True).map(tuple),
        "location": st.sampled_from(["", "bakery", "yard"]),
    },
)  # fmt: skip


@given(st.sampled_from([segments(), bare_segments()]), st.integers(0, 1), edits)
def test_any_edit_survives_export_and_import(source: Any, number: int, changes: dict[str, Any]) -> None:
    board = imported(source).storyboard
    edited = board.with_shot(board.shots[number].replace(**changes))
    out = export_segments(stored(edited))
    assert [meaning(s) for s in imported(out).storyboard.shots] == [meaning(s) for s in edited.shots]
    before, now = (x if isinstance(x, list) else x["segments"] for x in (source, out))
    assert now[1 - number] == before[1 - number]


# -- the master prompt ------------------------------------------------------------------------------------------


def test_the_sections_of_a_master_prompt_are_understood() -> None:
    notes = Notes()
    found = parse_master_prompt(MASTER, "master.md", notes)
    assert found.title == "Bread: the rules"
    assert found.style == "Warm light, 35 mm, no text."
    assert found.never == "Text, modern clothes."
    assert [(e.name, e.description, e.seed) for e in found.characters] == [
        ("baker", "old man, flour on his sleeves, blue apron.", 4100), ("apprentice", "girl of twelve.", None),
    ]  # fmt: skip
    (sieve,) = found.objects
    assert (sieve.name, sieve.description) == ("sieve", "")
    assert [(s.description, s.first, s.last) for s in sieve.states] == [("a round wooden sieve.", "1", "3")]
    assert [(e.name, e.seed) for e in found.locations] == [("bakery", 9)]
    assert found.other == {"Sound": "Only the oven."}
    assert found.extras()["master_prompt"]["text"] == MASTER
    assert [note.where for note in notes.listed()] == ["master.md · Sound"]


@pytest.mark.parametrize("name", ["master-prompt.md", "MASTER.markdown", "veo_prompt.md"])
def test_a_master_prompt_beside_the_list_is_used_and_not_exported(tmp_path: Path, name: str) -> None:
    (tmp_path / "list.json").write_text(json.dumps(segments()), "utf-8")
    (tmp_path / name).write_text(MASTER, "utf-8")
    (tmp_path / "readme.md").write_text("**Style.** Wrong.", "utf-8")
    board = import_file(tmp_path / "list.json").storyboard
    assert (board.title, board.style) == ("Bread", "Warm light, 35 mm, no text.")
    assert board.shots[1].characters == (board.characters[0].id,)
    assert board.characters[0].seed == 4100
    assert export_segments(stored(board)) == segments()


def test_the_title_of_the_master_prompt_stands_in_for_a_bare_list(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(json.dumps(bare_segments()), "utf-8")
    (tmp_path / "master.md").write_text(MASTER, "utf-8")
    board = import_file(tmp_path / "list.json").storyboard
    assert board.title == "Bread: the rules"
    assert export_segments(stored(board)) == bare_segments()


def test_a_master_prompt_that_links_elsewhere_or_is_no_text_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(MASTER, "utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "list.json").write_text(json.dumps(segments()), "utf-8")
    (folder / "master.md").symlink_to(outside)
    assert import_file(folder / "list.json").storyboard.style == ""
    (folder / "a-prompt.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    result = import_file(folder / "list.json")
    assert result.storyboard.style == ""
    assert "a-prompt.md: could not be used: a-prompt.md is a picture" in noted(result)
