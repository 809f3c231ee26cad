"""The Storyboard tab without a browser."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from addons.api import Action, AddonContext, PartData, Reply
from addons.session import ProjectCache, Session, View
from addons.storyboard import model
from addons.storyboard.actions import StoryboardActions, typed_seconds
from addons.uploads import Uploads
from addons.wire import difference
from domain.backend import Problem
from domain.errors import BadInput, NotFound
from domain.storyboard import Presets
from services.projects import OpenProject
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, phases, shot


class Window:
    """A window on a project: what it shows, and what is done in it."""

    def __init__(self, bench: Bench, project: OpenProject) -> None:
        self.bench = bench
        self.project = project
        self.session = Session("w", project, project.ui)
        self.cache = ProjectCache()
        self.uploads = Uploads(bench.folder / "uploads")
        self.actions = StoryboardActions(AddonContext(bench.studio, self.uploads))

    @property
    def view(self) -> View:
        return View(self.bench.studio, self.session, self.cache)

    def act(self, verb: str, item: str = "", **data: Any) -> Reply:
        return self.actions.act(self.view, Action("storyboard.cards", verb, item, data)) or Reply()

    def edit(self, field: str, value: str, item: str = "001") -> None:
        self.act("edit", item, field=field, value=value)

    def card(self, item: str = "001") -> dict[str, Any]:
        return next(dict(c) for c in model.cards(self.view).items if c["id"] == item)

    def inspected(self) -> dict[str, Any]:
        return dict(model.inspector(self.view).items[0])

    def hand_over(self, name: str, content: bytes) -> dict[str, str]:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        return {"token": asyncio.run(self.uploads.receive(name, chunks(), 10**7)), "name": name}

    def selected(self) -> str:
        shown = self.view.shot
        return shown.id if shown else ""

    def ids(self) -> list[str]:
        return [s.id for s in self.project.board.shots]


def window(bench: Bench, *numbers: int, **fields: Any) -> Window:
    return Window(bench, bench.project(*(shot(n, **fields) for n in numbers)))


# -- how a shot stands -------------------------------------------------------------------------------------------


def test_a_shot_goes_from_draft_over_keyframe_to_rendered_and_says_the_next_step(bench: Bench) -> None:
    w = window(bench, 1, 2)
    assert (w.card()["k"], w.card()["p"]) == ("Draft", "draw")
    assert model.toolbar(w.view).head["next"]["act"] == "draw-all"
    w.act("draw", "001")
    bench.wait(bench.studio.jobs.runs(w.project.id)[-1])
    assert (w.card()["k"], w.card()["p"]) == ("Keyframe", "render")
    assert w.card()["i"].startswith("keyframe/001/start_")
    assert w.card("002")["k"] == "Draft"
    w.act("render", "001")
    bench.wait(bench.studio.jobs.runs(w.project.id)[-1])
    assert w.card()["k"] == "Rendered"
    assert "p" not in w.card()
    w.edit("prompt", "another house")
    stale = w.card()
    assert (stale["k"], stale["p"]) == ("Stale", "render")
    assert "keyframe" in stale["y"] or "prompt" in stale["y"]


def test_every_step_of_the_whole_film_is_offered_in_turn(bench: Bench) -> None:
    w = window(bench, 1, 2)
    said = []
    for _ in range(3):
        step = model.toolbar(w.view).head["next"]["act"]
        said.append(step)
        if step != "film":
            w.act(step)
            bench.wait(bench.studio.jobs.runs(w.project.id)[-1])
    assert said == ["draw-all", "render-all", "film"]
    assert w.act("film").tab == "film"


@pytest.mark.logs_errors("the backend refuses on purpose")
def test_a_failed_shot_says_why_and_can_be_tried_again(bench: Bench) -> None:
    w = window(bench, 1)
    bench.backend.problems = (Problem(what="The card is out of memory.", cure="Close other programs."),)
    w.act("draw", "001")
    run = bench.wait(bench.studio.jobs.runs(w.project.id)[-1])
    assert phases(run) == ["failed"]
    failed = w.card()
    assert (failed["k"], failed["p"], failed["y"]) == (
        "Failed",
        "retry",
        "The card is out of memory. Close other programs.",
    )
    assert w.inspected()["state"]["why"] == failed["y"]
    bench.backend.problems = ()
    w.act("retry", "001")
    bench.wait(run)
    assert w.card()["k"] == "Keyframe"


def test_filter_and_search_hide_cards_without_sending_them_again(bench: Bench) -> None:
    w = Window(bench, bench.project(shot(1, prompt="a red boat"), shot(2, prompt="a blue house", seconds="1")))
    difference(w.session, [("cards", model.cards(w.view))])
    w.act("search", q="BLUE house")
    change = difference(w.session, [("cards", model.cards(w.view))])
    assert change["cards"]["head"]["hidden"] == ["001"]
    assert "items" not in change["cards"]
    head = model.toolbar(w.view).head
    assert (head["shown"], head["shots"], head["length"], head["partly"]) == (1, 2, "0:01.0", True)
    w.act("filter", "done")
    assert model.cards(w.view).head["hidden"] == ["001", "002"]
    w.act("clear")
    assert model.cards(w.view).head["hidden"] == []
    w.act("filter", "<b>")
    assert w.view.choice(model.FILTER, "all") == "all"


def test_three_hundred_cards_are_small_and_an_edit_sends_little(bench: Bench) -> None:
    words = "A lighthouse keeper walks along the shore — Möwen kreisen über der grauen See. " * 8
    w = Window(bench, bench.project(*(shot(n, prompt=words) for n in range(1, 301))))
    parts = {"cards": model.cards, "strip": model.strip, "inspector": model.inspector, "toolbar": model.toolbar}

    def send() -> int:
        change = difference(w.session, [(name, view(w.view)) for name, view in parts.items()])
        return len(json.dumps(change, ensure_ascii=False).encode())

    first = send()
    assert first < 200_000
    assert max(len(json.dumps(c, ensure_ascii=False).encode()) for c in model.cards(w.view).items) <= 400
    w.edit("prompt", "Only these words are new.", "150")
    assert 0 < send() < 5_000


# -- editing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"), [("3.1", "31/10"), ("3,1", "31/10"), (" 4 s ", "4"), ("10/3", "10/3"), ("2 seconds", "2")]
)
def test_a_length_is_read_as_people_type_it(text: str, wanted: str) -> None:
    assert typed_seconds("001", text) == Fraction(wanted)


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "1e9", "abc", "1e999999", "--1", "3.1.2"])
def test_a_bad_length_is_told_and_changes_nothing(bench: Bench, text: str) -> None:
    w = window(bench, 1)
    before = w.project.board
    with pytest.raises(BadInput, match="Shot 001 keeps its length"):
        w.edit("seconds", text)
    assert w.project.board == before


def test_the_length_is_said_in_frames_with_its_rounding(bench: Bench) -> None:
    assert model.frames_words(Fraction(4), Fraction(24)) == "4 s = 96 frames at 24 fps"
    said = model.frames_words(Fraction("3.1"), Fraction(24))
    assert said == "3.1 s = 74 frames at 24 fps (rounded from 74.40: 3.083 s in the film)"
    assert model.exact_text(Fraction("3.1")) == "3.1"
    assert model.exact_text(Fraction(10, 3)) == "10/3"
    assert model.exact_text(Fraction(1, 8)) == "0.125"


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("prompt", "A boat.", lambda s: s.prompt),
        ("title", "The boat", lambda s: s.title),
        ("notes", "ask Mara", lambda s: s.description),
        ("negative", "text", lambda s: s.negative),
        ("size", "close_up", lambda s: s.size),
        ("presets.camera", "pan_left", lambda s: s.presets.camera),
        ("presets.mood", "from_elsewhere", lambda s: s.presets.mood),
        ("location", "the quay", lambda s: s.location),
    ],
)
def test_each_field_reaches_the_shot(bench: Bench, field: str, value: str, read: Any) -> None:
    w = window(bench, 1, 2)
    w.edit(field, value)
    assert read(w.project.board.shot("001")) == value
    assert read(w.project.board.shot("002")) != value
    w.bench.studio.storyboards.undo(w.project)
    assert read(w.project.board.shot("001")) != value


def test_strength_steps_and_seeds_are_numbers_or_unset(bench: Bench) -> None:
    w = window(bench, 1)
    w.edit("strength", "0,25")
    assert w.project.board.shot("001").video.motion_strength == 0.25
    w.act("unset", "001", name="strength")
    assert w.project.board.shot("001").video.motion_strength is None
    w.edit("image.seedmode", "fixed")
    fixed = w.project.board.shot("001").image.seed
    assert fixed is not None and fixed >= 0
    w.edit("image.seedmode", "random")
    assert w.project.board.shot("001").image.seed == -1
    w.edit("image.seed", "18446744073709551615")
    assert model.seed_words(w.project.board.shot("001").image) == {"mode": "fixed", "seed": "18446744073709551615"}
    w.edit("image.seedmode", "auto")
    assert w.project.board.shot("001").image.seed is None
    for field, bad in (
        ("image.seed", "-5"),
        ("image.steps", "many"),
        ("strength", "much"),
        ("image.cfg", "nan"),
        ("size", "huge"),
    ):
        with pytest.raises(BadInput):
            w.edit(field, bad)


@pytest.mark.parametrize("field", ["id", "extras", "presets.nothing", "__class__", "image", ""])
def test_other_fields_cannot_be_edited(bench: Bench, field: str) -> None:
    w = window(bench, 1)
    with pytest.raises(BadInput):
        w.edit(field, "x")


def test_a_shot_deleted_in_another_window_is_not_edited_in_its_neighbour(bench: Bench) -> None:
    w = window(bench, 1, 2)
    w.act("delete", "001")
    with pytest.raises(NotFound):
        w.edit("prompt", "late words", "001")
    assert w.project.board.shot("002").prompt == "a house, 2"


def test_imported_values_stay_selectable_and_are_marked(bench: Bench) -> None:
    odd = Presets(camera="slow_push", mood="wistful", style="noir")
    w = Window(bench, bench.project(shot(1, presets=odd)))
    shown = w.inspected()
    assert shown["odd"] == {"camera": "slow_push (imported, as dolly in)", "mood": "wistful (imported)"}
    assert shown["presets"]["mood"] == "wistful"


def test_only_fields_that_the_backend_uses_are_shown(bench: Bench) -> None:
    head = model.inspector(window(bench, 1).view).head
    fields = bench.backend.spec.fields
    assert set(head["presets"]) <= fields
    assert head["uses"] == sorted(fields)
    assert bool(head["cameras"]) == ("camera" in fields)


def test_people_join_by_name_and_leave_again_in_one_step_each(bench: Bench) -> None:
    w = window(bench, 1, 2)
    w.act("newcast", "001", kind="characters", name="  Old   Tom ")
    assert [e.name for e in w.project.board.characters] == ["Old Tom"]
    assert w.project.board.shot("001").characters == ("old-tom",)
    w.act("newcast", "002", kind="characters", name="old tom")
    assert len(w.project.board.characters) == 1
    w.act("cast", "001", kind="characters", who="old-tom")
    assert w.project.board.shot("001").characters == ()
    bench.studio.storyboards.undo(w.project)
    assert w.project.board.shot("001").characters == ("old-tom",)
    with pytest.raises(BadInput):
        w.act("cast", "001", kind="characters", who="nobody")
    with pytest.raises(BadInput):
        w.act("newcast", "001", kind="characters", name="   ")


# -- order -------------------------------------------------------------------------------------------------------


def test_add_duplicate_delete_and_move(bench: Bench) -> None:
    w = window(bench, 1, 2, 3)
    w.act("add", "001")
    assert w.ids() == ["001", "001A", "002", "003"]
    assert w.selected() == "001A"
    w.act("duplicate", "003")
    assert w.ids()[-1] == "004"
    said = w.act("delete", "004")
    assert said.said == "Deleted shot 004. Undo brings it back."
    assert w.selected() == "003"
    w.act("move", "003", by="-1")
    assert w.ids() == ["001", "001A", "003", "002"]
    w.act("move", "001", by=-99)
    assert w.ids()[0] == "001"
    w.act("reorder", order=["002", "003", "001A", "001"])
    assert w.ids() == ["002", "003", "001A", "001"]
    for bad in (["002"], "002", None, ["002", "003", "001A", "x"]):
        with pytest.raises(BadInput):
            w.act("reorder", order=bad)
    bench.studio.storyboards.undo(w.project)
    assert w.ids() == ["001", "001A", "003", "002"]


def test_deleting_the_last_shot_leaves_an_empty_board_with_a_way_on(bench: Bench) -> None:
    w = window(bench, 1)
    w.act("delete", "001")
    assert model.cards(w.view).items == []
    assert model.inspector(w.view).items == ()
    assert model.strip(w.view).items == []
    assert model.toolbar(w.view).head["next"] == {}


def test_unknown_verbs_and_ids_do_nothing(bench: Bench) -> None:
    w = window(bench, 1)
    for verb in ("nothing", "__init__", "act", "../x", ""):
        assert w.act(verb, "001") == Reply()
    w.act("select", "nope")
    assert w.selected() == "001"


# -- files -------------------------------------------------------------------------------------------------------


def test_importing_replaces_the_board_and_one_undo_brings_it_back(bench: Bench) -> None:
    w = window(bench, 1, 2)
    file = {"segments": [{"segment_id": 1, "prompt": "A field.", "duration_sec": 8}]}
    taken = [w.hand_over("list.json", json.dumps(file).encode()), w.hand_over("notes.md", b"# M\n\n**Style.** Soft.\n")]
    reply = w.act("import", files=taken)
    assert reply.said == "Imported 1 shot. Undo brings the old storyboard back."
    assert w.project.board.style == "Soft."
    panel: PartData = model.notes(w.view)
    assert panel.head["source"] == "list.json + notes.md"
    assert any(where == "notes.md" for where, _ in panel.head["notes"])
    assert model.notes(Window(bench, w.project).view).head == panel.head  # a new window shows it too
    w.act("dismiss")
    assert model.notes(w.view).head == {}
    bench.studio.storyboards.undo(w.project)
    assert w.ids() == ["001", "002"]


def test_files_that_are_no_use_change_nothing(bench: Bench) -> None:
    w = window(bench, 1)
    before = w.project.board
    for files in (
        [("bad.json", b"{nope")], [("a.json", b"[]"), ("b.json", b"[]")], [("p.png", b"x"), ("q.json", b"{}")], [("e.txt", b"")],
    ):  # fmt: skip
        with pytest.raises(BadInput):
            w.act("import", files=[w.hand_over(*f) for f in files])
    with pytest.raises(NotFound):
        w.act("import", files=[{"token": "gone", "name": "x.json"}])
    with pytest.raises(BadInput):
        w.act("import")
    assert w.project.board == before


@pytest.mark.parametrize("zipped", [False, True])
def test_several_pictures_become_shots(bench: Bench, tmp_path: Path, zipped: bool) -> None:
    w = window(bench, 1)
    for number in (1, 2):
        write_png(tmp_path / f"{number}.png", plain(96, 64, number))
    given = [w.hand_over(f"{n}.png", (tmp_path / f"{n}.png").read_bytes()) for n in (2, 1)]
    if zipped:
        with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
            for number in (1, 2):
                archive.write(tmp_path / f"{number}.png", f"{number}.png")
        given = [w.hand_over("two.zip", (tmp_path / "two.zip").read_bytes())]
    assert w.act("import", files=given).said == "Imported 2 shots. Undo brings the old storyboard back."
    assert phases(bench.wait(bench.studio.jobs.runs(w.project.id)[-1])) == ["done"]
    assert [shot.title for shot in w.project.board.shots] == ["1", "2"]
    assert all(w.card(i)["k"] == "Keyframe" for i in w.ids())
    with pytest.raises(BadInput, match="several at once"):
        w.act("import", files=[w.hand_over("1.png", (tmp_path / "1.png").read_bytes())])
    with zipfile.ZipFile(tmp_path / "film.zip", "w") as archive:
        archive.writestr("film/project.json", "{}")
    with pytest.raises(BadInput, match="packed project"):
        w.act("import", files=[w.hand_over("film.zip", (tmp_path / "film.zip").read_bytes())])


def test_a_picture_dropped_on_a_card_is_its_keyframe(bench: Bench, tmp_path: Path) -> None:
    w = window(bench, 1, 2)
    write_png(tmp_path / "own.png", plain(96, 64, 5))
    w.act("drop", "002", files=[w.hand_over("own.png", (tmp_path / "own.png").read_bytes())])
    assert w.card("002")["k"] == "Keyframe"
    assert w.card("001")["k"] == "Draft"
    with pytest.raises(BadInput):
        w.act("drop", "001", files=[w.hand_over("film.png", b"this is text")])
