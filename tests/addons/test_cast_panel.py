"""The cast panel of the Storyboard tab, and the prompt beside the shot, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addons.api import Action, AddonContext, Reply
from addons.storyboard import cast, model
from domain.errors import BadInput, NotFound
from domain.prompting import sheet_id
from domain.storyboard import CAST
from tests.addons.test_storyboard import Window
from tests.fakes.backend import ALL_FIELDS, fake_spec, plain, write_png
from tests.fakes.bench import Bench, running, shot

SPOKEN = fake_spec(
    reads_text=True, references=2, fields=ALL_FIELDS | {"look", "dialogue", "sound", "lora"}, workflow="",
    profiles=("ltx-2.5",),
)  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path) as bench:
        bench.registry._entries["fake"] = (SPOKEN, lambda: bench.backend)
        yield bench


class Panel(Window):
    """A window with the cast panel unfolded."""

    def do(self, verb: str, who: str = "", **data: Any) -> Reply:
        context = AddonContext(self.bench.studio, self.uploads)
        return cast.CastActions(context).act(self.view, Action("storyboard.cast", verb, who, data)) or Reply()

    def write(self, who: str, field: str, value: str) -> None:
        self.do("edit", who, field=f"cast.{field}", value=value)

    def one(self) -> dict[str, Any]:
        return dict(cast.panel(self.view).items[0])

    def head(self) -> dict[str, Any]:
        return dict(cast.panel(self.view).head)


@pytest.fixture
def w(bench: Bench) -> Panel:
    panel = Panel(bench, bench.project(shot(1, prompt="Mara waits."), shot(2), shot(3)))
    panel.act("castpanel")
    panel.do("add", kind="characters", name="Mara")
    return panel


def test_the_panel_opens_beside_the_shot_and_folds_again(bench: Bench) -> None:
    w = Panel(bench, bench.project(shot(1)))
    assert w.head() == {"open": False}
    w.act("castpanel")
    assert [g["kind"] for g in w.head()["groups"]] == list(CAST)
    assert cast.panel(w.view).items == ()
    w.do("close")
    assert w.head() == {"open": False}


def test_everyone_is_listed_with_how_many_shots_and_the_new_one_is_chosen(w: Panel) -> None:
    w.do("add", kind="locations", name="The quay")
    everyone = {e["id"]: (e["shots"], e["on"]) for g in w.head()["groups"] for e in g["who"]}
    assert everyone == {"characters/mara": (1, False), "locations/the-quay": (0, True)}
    w.do("choose", "characters/mara")
    assert (w.one()["shots"], w.one()["mark"]) == (["001"], "@mara")
    w.do("shot", "characters/mara", shot="002")
    assert w.selected() == "002"


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("name", "Maria", "Maria"), ("description", "A tall woman.", "A tall woman."), ("clothing", "a coat", "a coat"),
        ("style", "ink", "ink"), ("negative", "hat", "hat"), ("voice", "low", "low"),
        ("aliases", "the keeper, old Mara,,the keeper", ("the keeper", "old Mara")), ("lora", "m.safetensors", "m.safetensors"),
        ("strength", "0,5", 0.5), ("strength", "", None), ("seed", "4100", 4100),
    ],
)  # fmt: skip
def test_each_field_reaches_the_storyboard(w: Panel, field: str, typed: str, stored: Any) -> None:
    w.write("characters/mara", field, typed)
    assert getattr(w.project.board.characters[0], field) == stored


def test_seeds_are_a_series_one_number_random_or_none(w: Panel) -> None:
    found = []
    for mode in ("stepped", "fixed", "random", "none"):
        w.write("characters/mara", "seeds", mode)
        entity = w.project.board.characters[0]
        found.append((w.one()["seeds"], entity.seed))
    assert found == [("stepped", 1000), ("fixed", 1000), ("random", -1), ("none", None)]


@pytest.mark.parametrize(
    ("who", "field", "value"),
    [
        ("characters/mara", "seed", "-3"), ("characters/mara", "strength", "much"), ("characters/mara", "seeds", "often"),
        ("characters/mara", "states", "x"), ("characters/mara", "id", "x"), ("characters/mara", "extras", "x"),
        ("characters/mara", "description", "x" * 20_001), ("characters/mara", "aliases", "x" * 201),
        ("characters/gone", "name", "x"), ("shots/001", "prompt", "x"), ("", "name", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(w: Panel, who: str, field: str, value: str) -> None:
    before = w.project.board
    with pytest.raises((BadInput, NotFound)):
        w.write(who, field, value)
    assert w.project.board == before


def test_states_are_added_edited_and_taken_away(w: Panel) -> None:
    w.do("state", "characters/mara")
    state = w.one()["states"][0]["id"]
    w.write(state, "last", "002")
    w.write(state, "description", "A girl.")
    assert w.one()["states"][0] | {"pictures": []} == w.one()["states"][0]
    assert w.project.board.characters[0].states[0].last == "002"
    with pytest.raises(BadInput):
        w.write(state, "voice", "x")
    w.act("delete", "001")
    w.act("delete", "002")
    assert w.one()["states"][0]["gone"] == ["002"]
    w.do("state-away", state)
    assert w.one()["states"] == []


def test_pictures_are_handed_over_chosen_from_what_is_there_and_taken_away(w: Panel) -> None:
    source = w.bench.folder / "mine.png"
    write_png(source, plain(96, 64, 50))
    w.do("picture", "characters/mara", **w.hand_over("mine.png", source.read_bytes()))
    first = w.one()["pictures"][0]["path"]
    assert w.one()["pictures"][0]["url"]
    w.act("draw", "001")
    w.bench.wait(w.bench.studio.jobs.runs(w.project.id)[-1])
    offered = w.one()["more"]
    assert [m["shot"] for m in offered] == ["001"]
    w.do("use", "characters/mara", name=offered[0]["name"], shot="001")
    second = w.one()["pictures"][1]["path"]
    w.do("sheet-first", "characters/mara", path=second)
    assert [p["path"] for p in w.one()["pictures"]] == [second, first]
    w.do("unuse", "characters/mara", path=second)
    assert [p["path"] for p in w.one()["pictures"]] == [first]
    with pytest.raises(NotFound):
        w.do("use", "characters/mara", name="nothing", shot="001")


def test_a_sheet_is_made_and_shown(w: Panel) -> None:
    assert w.do("sheet", "characters/mara").said == "A sheet of Mara is in the queue."
    w.bench.wait(w.bench.studio.jobs.runs(w.project.id)[-1])
    assert [p["from"] for p in w.one()["pictures"]] == [sheet_id("characters", "mara")]
    assert w.head()["groups"][0]["who"][0]["face"]


def test_deleting_is_undone_in_one_step(w: Panel) -> None:
    w.do("delete", "characters/mara")
    assert not w.project.board.characters
    w.bench.studio.storyboards.undo(w.project)
    assert w.project.board.characters[0].name == "Mara"


def test_unknown_verbs_do_nothing(w: Panel) -> None:
    for verb in ("nothing", "__init__", "act", ""):
        assert w.do(verb, "characters/mara") == Reply()


# -- the prompt beside the shot --------------------------------------------------------------------------------------


def test_the_prompt_changes_with_the_cast_and_says_whose_part_is_whose(w: Panel) -> None:
    w.write("characters/mara", "description", "A tall woman.")
    keyframe = w.inspected()["sent"][0]
    assert ["characters", "Mara: A tall woman.", "Mara"] in keyframe["parts"]
    assert keyframe["words"] <= keyframe["budget"]


def test_a_prompt_is_written_by_hand_and_composed_again(w: Panel) -> None:
    w.act("byhand", "001", kind="video")
    keyframe, clip = w.inspected()["sent"]
    assert (keyframe["written"], clip["written"]) == (False, True)
    assert w.project.board.shot("001").overrides.video == clip["text"]
    w.edit("overrides.video", "As I say.")
    assert w.inspected()["sent"][1]["text"] == "As I say."
    w.act("composed", "001", kind="video")
    assert w.inspected()["sent"][1]["written"] is False


def test_a_prompt_of_no_words_is_not_written_by_hand(w: Panel) -> None:
    w.bench.registry._entries["fake"] = (SPOKEN.replace(profiles=("wan2.2-5b",)), lambda: w.bench.backend)
    w.edit("prompt", "")
    with pytest.raises(BadInput, match="Write its words first"):
        w.act("byhand", "001", kind="video")


def test_looks_dialogue_and_sound_reach_the_shot_and_the_film_its_style(w: Panel) -> None:
    w.do("add", kind="looks", name="Dream")
    w.edit("look", "Dream")
    w.edit("dialogue", "MARA: It is coming.")
    w.edit("sound", "rain")
    w.act("edit", field="board.style", value="Ink on paper.")
    w.act("edit", field="board.never", value="text")
    board = w.project.board
    first = board.shots[0]
    assert (first.look, first.dialogue, first.sound) == ("dream", "MARA: It is coming.", "rain")
    assert (board.style, board.never) == ("Ink on paper.", "text")
    said = w.inspected()["sent"][1]["text"]
    assert 'Mara says: "It is coming."' in said and "rain" in said
    head = model.inspector(w.view).head
    assert (head["looks"], head["style"], head["reads"]) == ([["dream", "Dream"]], "Ink on paper.", True)


def test_a_list_that_has_no_effect_says_so(w: Panel) -> None:
    assert model.inspector(w.view).head["silent"] == "This model takes no list of unwanted things."
