from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.draft import Brief
from domain.errors import BadInput
from domain.project import Picked
from domain.storyboard import CAST, Entity, EntityState, MotionSampling, Overrides, Presets, Sampling, Shot, Storyboard
from services.exporting import TEXTS, export_board, write_board
from services.exporting.formats import lost_in
from services.exporting.losses import BOARD_LABELS, CAST_LABELS, SHOT_LABELS
from services.exporting.master_prompt import master_prompt
from services.importing import import_file, import_text
from services.writing import plan_storyboard
from tests.services.test_effects import SHOT_WITHOUT, leaves

IDEA = (
    "An old woman opens a door at night. \"Who is there?\" she asks. She sees the sea, grey | wide. A dog runs along the "
    "beach. HELLO! Mara walks in the forest. Élodie dort."
)  # fmt: skip

SHEET = Picked(path="keyframes/a.png", sha256="a" * 64)
FULL = Storyboard(
    title="The ferry", description="About a ferry.", style="ink on paper", never="text, logos", seed=9000,
    characters=(
        Entity(id="ines", name="Ines", description="A woman of forty.", clothing="a coat", style="soft", negative="hats",
               voice="low", aliases=("the pilot",), seed=1000, seeds="fixed", references=(SHEET,), lora="i.safetensors",
               strength=0.5),
        Entity(id="boy", name="the boy", description="A boy of eight.", seed=2000),
    ),
    objects=(
        Entity(id="tree", name="tree", seed=4000, states=(
            EntityState(id="state-1", name="tree", first="001", last="002", description="A thin sapling."),
            EntityState(id="state-2", name="tree", first="003", description="A grown tree.", clothing="snow"),
        )),
    ),
    locations=(Entity(id="strait", name="The strait", description="A narrow strait."),),
    looks=(Entity(id="dream", name="Dream", description="Soft edges."),),
    shots=(
        Shot(
            id="001", title="Opening", prompt="Ines steers.\nThe tree stands.", description="ask Mara", negative="crowd",
            seconds=Fraction(10, 3), size="wide", characters=("ines", "boy"), objects=("tree",), location="strait",
            look="dream", mask=SHEET, dialogue="INES (softly): Hold on, all of you.\nthe boy: Why?", sound="gulls | engine", carry=0.25,
            presets=Presets(style="noir", lighting="a lamp", mood="odd_key", time_of_day="morning",
                            composition="rule_of_thirds", color_grade="warm", camera="slow_push", motion="subtle"),
            overrides=Overrides(image="by\nhand", video="clip by hand", negative="none of it"),
            image=Sampling(seed=2**63, steps=9, cfg=2.5), video=MotionSampling(seed=-1, steps=7, cfg=3.0, motion_strength=0.0),
        ),
        Shot(id="002", prompt="A gull.", presets=Presets(camera="spiral_in", composition="low_angle"), location="strait",
             characters=("boy",)),
        Shot(id="003", prompt="HE IS HERE", size="over_shoulder", dialogue="Nobody knows."),
    ),
)  # fmt: skip

SHOT = frozenset(f"shot.{name}" for name in SHOT_LABELS)
CAST_FIELDS = frozenset(f"cast.{name}" for name in CAST_LABELS)
BOARD = frozenset(f"board.{name}" for name in BOARD_LABELS)
SCREENPLAY = {
    "shot.prompt",
    "shot.description",
    "shot.location",
    "shot.presets.time_of_day",
    "shot.dialogue",
    "cast.name",
}
TABLE = (CAST_FIELDS - {"cast.name"}) | BOARD | {"shot.mask"}
CANNOT_HOLD: dict[str, frozenset[str]] = {
    "json": frozenset(),
    "gcv": frozenset({"cast.references", "shot.mask"}),
    "segments": CAST_FIELDS - {"cast.name", "cast.description", "cast.seed"} | {"board.seed", "shot.mask"},
    "csv": TABLE - {"board.title"},
    "md": TABLE - {"board.title"},
    # line breaks are lost, and whoever speaks without a name is VOICE; only those who speak are of the cast
    "fountain": (SHOT - SCREENPLAY) | {"shot.prompt", "shot.dialogue"} | CAST_FIELDS | BOARD - {"board.title"},
    "fdx": (SHOT - SCREENPLAY) | {"shot.prompt", "shot.dialogue"} | CAST_FIELDS | BOARD - {"board.title"},
}
"""What each format has no place for. Everything else of a storyboard comes back from it exactly."""


def test_every_field_is_compared() -> None:
    assert set(leaves(Shot)) == set(SHOT_LABELS) | set(SHOT_WITHOUT)
    assert set(Entity.model_fields) == set(CAST_LABELS) | {"id", "extras"}
    assert set(Storyboard.model_fields) == {*BOARD_LABELS, *CAST, "shots", "extras"}


@pytest.fixture
def board() -> Storyboard:
    return plan_storyboard(Brief(text=IDEA, seconds=Fraction(40)), Fraction(24)).storyboard


def missing(board: Storyboard, form: str) -> set[str]:
    page = master_prompt(board) if form == "segments" else ""
    return set(lost_in(board, form, export_board(board, form), page))


@pytest.mark.parametrize("form", TEXTS, ids=lambda f: f.id)
def test_what_a_format_cannot_hold_is_what_is_said_and_nothing_else(form: Any) -> None:
    assert missing(FULL, form.id) == CANNOT_HOLD[form.id]
    said = " ".join(write_board(FULL, form.id).notes)
    labels = {
        **{f"shot.{k}": v for k, v in SHOT_LABELS.items()}, **{f"cast.{k}": v for k, v in CAST_LABELS.items()},
        **{f"board.{k}": v for k, v in BOARD_LABELS.items()},
    }  # fmt: skip
    assert all(labels[field] in said for field in CANNOT_HOLD[form.id])
    assert bool(said) == bool(CANNOT_HOLD[form.id])


@pytest.mark.parametrize("form", TEXTS, ids=lambda f: f.id)
def test_every_format_is_read_back_with_the_same_shots_and_words(board: Storyboard, form: Any) -> None:
    back = import_text(export_board(board, form.id), f"film{form.ending}").storyboard
    assert [(s.id, " ".join(s.prompt.split())) for s in back.shots] == [(s.id, s.prompt) for s in board.shots]
    if form.id not in ("fountain", "fdx"):  # they have no lengths; they are estimated
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


def test_a_state_keeps_its_sentence_in_words_where_there_is_no_field_for_it() -> None:
    entity = FULL.objects[0]
    film = FULL.replace(objects=(), characters=(entity,))
    text = export_board(film, "gcv")
    assert "A thin sapling (shots 001 to 002). A grown tree (shots from 003 on)." in text
    back = import_text(text, "film.json").storyboard.characters[0]
    assert [(s.first, s.last, s.description) for s in back.states] == [
        ("001", "002", "A thin sapling."), ("003", "", "A grown tree."),
    ]  # fmt: skip


def test_a_segment_list_and_its_master_prompt_are_one_film_again(tmp_path: Path) -> None:
    made = write_board(FULL, "segments")
    (tmp_path / "list.json").write_text(made.text, encoding="utf-8")
    for ending, text in made.beside.items():
        (tmp_path / f"list{ending}").write_text(text, encoding="utf-8")
    (tmp_path / "another-master-prompt.md").write_text("## Style\n\nanother film\n", encoding="utf-8")
    back = import_file(tmp_path / "list.json").storyboard
    assert (back.title, back.style, back.never) == (FULL.title, FULL.style, FULL.never)
    for kind in CAST:
        assert [(e.name, e.description, e.seed) for e in back.entities(kind)] == [
            (e.name, e.description, e.seed) for e in FULL.entities(kind)
        ]
    assert [(s.first, s.last, s.description) for s in back.objects[0].states] == [
        ("001", "002", "A thin sapling."), ("003", "", "A grown tree."),
    ]  # fmt: skip
    again = write_board(back, "segments")
    assert again.text == made.text and again.beside == made.beside, "an unchanged import is written as it came"
    page = "# A page\n\n**Style.** ink on paper\n\n**Never.** text\n\n**Weather.** none\n"
    (tmp_path / "list-master-prompt.md").write_text(page, encoding="utf-8")
    written = import_file(tmp_path / "list.json").storyboard
    kept = write_board(written, "segments").beside
    assert kept == {"-master-prompt.md": page}, "word for word"
    [changed] = write_board(written.replace(never="rain"), "segments").beside.values()
    assert "## Never\n\nrain" in changed and "## Weather\n\nnone" in changed


def test_our_own_json_loses_nothing(board: Storyboard) -> None:
    assert import_text(export_board(board, "json"), "film.json").storyboard == board
    assert import_text(export_board(FULL, "json"), "film.json").storyboard == FULL


words = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), blacklist_characters="<>&|*_[]/"), min_size=1, max_size=30
).map(lambda text: f"x{text}x")  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Shot, id=st.just("x"), title=words, prompt=words, negative=words, sound=words, dialogue=words,
            seconds=st.fractions(min_value=Fraction(1, 10), max_value=600, max_denominator=1000),
            presets=st.builds(Presets, mood=words, camera=words.map(lambda w: w[:80])),
            image=st.builds(Sampling, seed=st.none() | st.integers(-1, 2**64 - 1), cfg=st.none() | st.floats(0, 100)),
        ),
        min_size=1, max_size=4,
    ),
    st.sampled_from(["json", "gcv", "csv", "md", "segments"]),
)  # fmt: skip
def test_whatever_stands_in_a_shot_comes_back(shots: list[Shot], form: str) -> None:
    film = Storyboard(title="x", shots=tuple(shot.replace(id=f"{n:03d}") for n, shot in enumerate(shots, 1)))
    assert missing(film, form) <= {"board.title"}


def test_a_format_that_there_is_not_is_refused(board: Storyboard) -> None:
    with pytest.raises(BadInput, match="no storyboard format"):
        export_board(board, "docx")
