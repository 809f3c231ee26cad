"""A segment list with its master prompt, down to the prompt and the seed of every shot."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from domain.project import Project
from domain.prompting import compose, wording_for
from domain.seeds import shot_seed
from domain.storyboard import Storyboard
from services.importing import import_file
from services.importing.master_prompt import parse_master_prompt
from services.importing.notes import Notes
from services.importing.segments import import_segments

FILM = Project(id="p", name="P")
PICTURES = ("", "sdxl", "flux-krea", "qwen-image", "qwen-image-edit", "flux-kontext", "z-image-turbo", "krea-2")

MASTER = """# The kite

**Style.** Pencil and wash, a lot of sky.

**Characters.**
- Nora: a girl of nine in a red cardigan. Seeds from 1000.
- grandfather: a thin man with a cane. Seeds from 2000.

**Objects.**
- kite: a bundle of sticks and paper (segments 1 to 2); a green kite with a long tail (segments 3 to 4). Seeds from 3000.

**Location.**
- dune: a high dune above a flat grey sea. Seeds from 5000.

**Never.** Text, birds.
"""
SEGMENTS: dict[str, Any] = {
    "segments": [
        {"segment_id": 1, "duration": 4, "prompt": "Nora ties two sticks together.", "objects": ["kite"], "location": "dune"},
        {"segment_id": 2, "duration": 4, "prompt": "A hand with a cane.", "characters": ["grandfather"], "location": "dune"},
        {"segment_id": 3, "duration": 4, "prompt": "The kite rises.", "location": "dune"},
        {"segment_id": 4, "duration": 4, "prompt": "@grandfather watches @Nora and the KITE.", "location": "dune"},
        {"segment_id": 5, "duration": 4, "prompt": "Nobody on the beach.", "location": "dune"},
    ]
}  # fmt: skip
NORA, OLD = "a girl of nine in a red cardigan.", "a thin man with a cane."
STICKS, KITE = "a bundle of sticks and paper", "a green kite with a long tail."
DUNE = "a high dune above a flat grey sea."


def sample() -> Storyboard:
    notes = Notes()
    return import_segments(SEGMENTS, "kite.json", notes, parse_master_prompt(MASTER, "master.md", notes)).storyboard


def prompts(board: Storyboard, workflow: str) -> dict[str, str]:
    wording = wording_for(workflow, "")
    return {shot.id: compose("image", shot, board, wording).prompt for shot in board.shots}


def seeds(board: Storyboard) -> dict[str, int]:
    return {shot.id: shot_seed(FILM, board, shot, "image").number for shot in board.shots}


@pytest.mark.parametrize("workflow", PICTURES)
def test_each_sentence_stands_once_in_exactly_the_prompts_of_its_shots(workflow: str) -> None:
    said = prompts(sample(), workflow)
    for sentence, where in {
        NORA: {"001", "004"}, OLD: {"002", "004"}, STICKS: {"001"}, KITE: {"003", "004"}, DUNE: set(said),
    }.items():  # fmt: skip
        assert {shot for shot, text in said.items() if sentence in text} == where, sentence
        assert all(text.count(sentence) <= 1 for text in said.values())
    assert "@" not in "".join(said.values())
    assert "grandfather watches Nora and the KITE." in said["004"]


def test_seeds_lie_in_the_series_of_whoever_the_shot_is_about() -> None:
    found = seeds(sample())
    assert found == {"001": 1010, "002": 2020, "003": 3030, "004": 2040, "005": 5050}
    assert found == seeds(sample()), "the same input gives the same seeds"


def test_a_segment_that_is_not_there_is_noted() -> None:
    notes = Notes()
    master = parse_master_prompt("**Objects.**\n- oak: an old oak (segments 2 to 90).\n", "m.md", notes)
    board = import_segments(SEGMENTS, "kite.json", notes, master).storyboard
    assert "There is no segment 90; oak is not seen there." in "\n".join(map(str, notes.listed()))
    assert board.objects[0].states[0].last == "090"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("a boy (shot 3).", [("a boy.", "3", "3")]), ("a boy (segments 2 on)", [("a boy", "2", "")]),
        ("jung (Einstellungen 1 bis 4); alt (ab 5)", [("jung", "1", "4")]),
        ("a boy (not a segment)", []), ("a boy (segments x to y)", []),
    ],
)  # fmt: skip
def test_stretches_of_segments_are_read(words: str, wanted: list[tuple[str, str, str]]) -> None:
    master = parse_master_prompt(f"**Characters.**\n- who: {words}\n", "m.md", Notes())
    states = master.characters[0].states
    assert [(s.description, s.first, s.last) for s in states] == wanted


@pytest.mark.corpus
@pytest.mark.parametrize("workflow", PICTURES)
def test_the_sample_shot_by_shot(corpus: Path, workflow: str) -> None:
    board = import_file(corpus / "samples" / "apfelbaum" / "veo_segments.json").storyboard
    assert len(board.shots) == 33
    him = board.characters[0].description
    elder = board.characters[1].description
    sapling, tree = (e.states[0].description for e in board.objects)
    assert [him[:9], elder[:11], sapling[:16], tree[:16]] == [
        "young man", "elderly man", "young apple tree", "grown apple tree",
    ]  # fmt: skip
    said = prompts(board, workflow)
    his = [s.id for s in board.shots if "protagonist" in s.characters]
    theirs = [s.id for s in board.shots if "elder" in s.characters]
    assert (len(his), len(theirs)) == (12, 10)
    numbers = seeds(board)
    for shot in board.shots:
        text, number = said[shot.id], int(shot.id)
        assert text.count(him) == (shot.id in his), shot.id
        assert text.count(elder) == (shot.id in theirs), shot.id
        assert text.count(sapling) == (number <= 23), shot.id
        assert text.count(tree) == (number >= 24), shot.id
        assert text.count(board.locations[0].description) == 1
        series = 1000 if shot.id in his else 2000 if shot.id in theirs else 3000 if number <= 23 else 4000
        assert numbers[shot.id] in range(series, series + 1000), shot.id
    assert len(set(numbers.values())) == 33
    assert re.search(r"\bno text on screen\b", said["001"]) or workflow == "sdxl"
