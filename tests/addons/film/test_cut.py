"""The timeline and the inspector of the Film tab without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addons import film, undo
from domain.cut.items import ShotItem, TitleItem
from domain.errors import BadInput, NotFound, UnreadableMedia
from services.projects import OpenProject
from tests.addons.support import Window as Base
from tests.addons.support import bytes_of
from tests.fakes.bench import Bench, running, shot


class Window(Base):
    """A window on the Film tab."""

    def __init__(self, bench: Bench, project: OpenProject) -> None:
        super().__init__(bench, project, film.parts)
        self.session.remember(tab="film")

    def do(self, verb: str, item: str = "", **data: Any) -> None:
        self.act("film.timeline", verb, item, **data)

    def edit(self, item: str, field: str, value: Any, part: str = "film.clip") -> None:
        self.act(part, "edit", item, field=field, value=value)

    def order(self) -> list[str]:
        return list(self.items("film.timeline"))

    def lengths(self) -> list[int]:
        return [item["n"] for item in self.items("film.timeline").values()]

    def inspected(self) -> dict[str, Any]:
        (item,) = self.items("film.clip").values()
        return item

    def item(self, item: str) -> ShotItem:
        found = self.bench.studio.cuts.cut(self.project).item(item)
        assert isinstance(found, ShotItem)
        return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with running(tmp_path_factory.mktemp("film")) as bench:
        yield bench


@pytest.fixture
def window(bench: Bench, request: pytest.FixtureRequest) -> Window:
    """A film of four rendered shots of half a second, 12 frames each."""
    project = bench.project(*(shot(n) for n in (1, 2, 3, 4)), name=request.node.name[:60].replace("[", "-").strip("]"))
    bench.render(project)
    return Window(bench, project)


def test_an_item_tells_which_clips_its_frames_lie_in(window: Window) -> None:
    first = window.items("film.timeline")["001"]
    take = window.project.files.takes("001")[0]
    assert first["src"] == [[0, take.id, 0, 12, 0]] and first["of"] == [12] and first["nr"] == [24, 1]
    assert (first["a"], first["b"], first["m"], first["s"]) == (0, 12, 12, "done")


def test_trimming_changes_one_item_and_sends_one(window: Window) -> None:
    window.news("film.timeline")
    window.do("trim", "002", first=3)
    window.do("trim", "002", end=9)
    assert window.lengths() == [12, 6, 12, 12]
    news = window.news("film.timeline")["film.timeline"]
    assert [item["id"] for item in news["items"]] == ["002"] and "order" not in news
    assert (news["items"][0]["a"], news["items"][0]["b"], news["items"][0]["m"]) == (3, 9, 12)


@pytest.mark.parametrize("edges", [{"first": -1}, {"first": 12, "end": 4}, {"end": 0}, {}, {"first": "x"}])
def test_an_edge_that_cannot_be_changes_nothing(window: Window, edges: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        window.do("trim", "002", **edges)
    assert window.lengths() == [12, 12, 12, 12]
    assert not (window.project.files.root / "cut.json").exists()


def test_moving_by_place_and_by_step(window: Window) -> None:
    window.do("move", "004", to=1)
    assert window.order() == ["001", "004", "002", "003"]
    window.do("move", "004", by=1)
    assert window.order() == ["001", "002", "004", "003"]
    window.do("move", "001", by=-1)
    assert window.order() == ["001", "002", "004", "003"]
    with pytest.raises(NotFound):
        window.do("move", "../001", to=0)


def test_splitting_keeps_the_length(window: Window) -> None:
    window.do("split", "002", at=5)
    assert window.order() == ["001", "002", "002-2", "003", "004"] and window.lengths() == [12, 5, 7, 12, 12]
    with pytest.raises(BadInput):
        window.do("split", "002", at=0)


def test_what_is_taken_out_waits_in_the_tray(window: Window) -> None:
    window.do("select", "002")
    window.do("remove", "002")
    head = window.head("film.timeline")
    assert head["parked"] == [{"id": "002", "what": "Shot 002", "gone": False}]
    assert head["selected"] == "003" and window.order() == ["001", "003", "004"]
    window.do("restore", "002")
    assert window.order() == ["001", "002", "003", "004"] and window.head("film.timeline")["parked"] == []


def test_titles_and_gaps_are_items(window: Window) -> None:
    window.do("select", "002", side="clip")
    window.do("add-title", style="opening")
    assert window.inspected()["text"] == window.project.project.name
    window.edit("opening", "text", "The Lamp")
    window.edit("opening", "frames", "48")
    window.do("select", "002")
    window.do("add-gap")
    assert window.order() == ["opening", "001", "002", "gap", "003", "004"]
    assert window.lengths() == [48, 12, 12, 24, 12, 12]
    window.do("length", "gap", frames=6)
    window.edit("gap", "colour", "#ff0000")
    assert window.items("film.timeline")["gap"] == {"id": "gap", "k": "gap", "n": 6, "bg": "#ff0000"}
    title = window.bench.studio.cuts.cut(window.project).item("opening")
    assert isinstance(title, TitleItem) and title.text == "The Lamp"
    with pytest.raises(BadInput):
        window.do("add-title", style="<b>")


def test_every_field_of_a_shot_reaches_the_cut(window: Window) -> None:
    window.do("select", "002", side="clip")
    for field, value in (
        ("first", "2"), ("end", "10"), ("speed", "0,5"), ("note", "tighter"), ("into.kind", "wipe"),
        ("into.frames", "4"), ("into.direction", "up"), ("into.softness", "0.2"), ("grade.exposure", "0.5"),
        ("grade.white", "5600"), ("gain", "-3"), ("muted", True),
    ):  # fmt: skip
        window.edit("002", field, value)
    item = window.item("002")
    assert (item.first, item.end, float(item.speed), item.note) == (2, 10, 0.5, "tighter")
    assert item.into is not None and (item.into.kind, item.into.frames, item.into.direction) == ("wipe", 4, "up")
    assert item.into.softness == 0.2 and item.grade is not None
    assert (item.grade.exposure, item.grade.white, item.gain, item.muted) == (0.5, 5600, -3, True)
    shown = window.inspected()
    assert (shown["first"], shown["end"], shown["speed"], shown["n"]) == (2, 10, "0.5", 16)
    row = window.items("film.timeline")["002"]
    assert row["v"] == [1, 2] and row["mu"] == 1 and row["e"] == ["grade", "note"] and row["tr"][0] == "wipe"
    window.edit("002", "into.kind", "")
    window.act("film.clip", "plain", "002")
    window.act("film.clip", "whole", "002")
    item = window.item("002")
    assert item.into is None and item.grade is None and (item.first, item.end, float(item.speed)) == (0, None, 1.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("speed", "fast"), ("first", "-3"), ("into.frames", "1"), ("grade.exposure", "99"), ("grade.lut", "/etc/passwd"),
     ("take.0", "no-such"), ("id", "x"), ("shot", "001"), ("takes", "{}"), ("lower.0.text", "x"), ("finish.fit", "round"),
     ("finish.grade.white", "1"), ("finish.seam", "400"), ("into.kind", "explode")],
)  # fmt: skip
def test_what_a_field_cannot_take_is_refused_in_words(window: Window, field: str, value: str) -> None:
    with pytest.raises((BadInput, NotFound)) as refused:
        window.edit("002", field, value)
    assert str(refused.value).count(" ") > 3
    assert not (window.project.files.root / "cut.json").exists()


def test_a_grade_that_changes_nothing_is_none(window: Window) -> None:
    window.edit("002", "grade.exposure", "0.5")
    window.edit("002", "grade.exposure", "0")
    assert window.item("002").grade is None


def test_lower_thirds_are_added_edited_and_removed(window: Window) -> None:
    window.do("select", "002", side="clip")
    window.act("film.clip", "text-add", "002", at=4)
    window.edit("002", "lower.0.text", "Mara")
    window.edit("002", "lower.0.frames", "5")
    (text,) = window.item("002").lower_thirds
    assert (text.text, text.first, text.frames) == ("Mara", 4, 5)
    window.act("film.clip", "text-remove", "002", place=0)
    assert window.item("002").lower_thirds == ()


def test_another_take_for_one_item_only(window: Window) -> None:
    other = window.project.files.takes("002")[0].id
    window.bench.studio.storyboards.edit(window.project, "002", {"prompt": "a barn"})
    window.bench.render(window.project, "002")
    window.act("film.clip", "again", "002")
    window.do("select", "002", side="clip")
    standing = window.inspected()["takes"][0]["standing"]
    assert standing != other
    window.edit("002", "take.0", other)
    items = window.items("film.timeline")
    assert items["002"]["src"][0][1] == other and items["002-2"]["src"][0][1] == standing
    window.edit("002", "take.0", "")
    assert window.items("film.timeline")["002"]["src"][0][1] == standing


def test_the_finish_is_the_films(window: Window) -> None:
    window.act("film.sides", "side", "look")
    for field, value in (("seam", "6"), ("match", "previous"), ("retime", "blend"), ("fit", "fit"),
                         ("grade.saturation", "0")):  # fmt: skip
        window.edit("", f"finish.{field}", value, part="film.look")
    head = window.head("film.look")
    assert (head["seam"], head["match"], head["retime"], head["fit"]) == (6, "previous", "blend", "fit")
    assert head["grade"]["saturation"] == 0 and not head["grade"]["neutral"]
    window.act("film.look", "plain")
    assert window.head("film.look")["grade"]["neutral"]


def test_a_pass_over_the_clips_is_offered_where_a_server_can_make_one_or_one_was_chosen(window: Window) -> None:
    window.act("film.sides", "side", "look")
    assert window.head("film.look")["upscales"] == window.head("film.look")["interpolates"] == []
    window.edit("", "finish.upscale", "upscale-clip", part="film.look")
    head = window.head("film.look")
    assert head["upscale"] == "upscale-clip" and [value for value, _ in head["upscales"]] == [
        "",
        "server",
        head["upscale"],
    ]
    assert head["interpolates"] == []


def test_a_colour_table_is_the_projects_and_colours_an_item_or_the_film(window: Window, tmp_path: Path) -> None:
    def table(name: str, words: str) -> Path:
        path = tmp_path / str(len(words)) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(words, encoding="utf-8")
        return path

    inverse = "LUT_1D_SIZE 2\n1 1 1\n0 0 0\n"
    window.act("film.sides", "side", "look")
    window.give("film.look", "table", table("Night & day.cube", inverse))
    grade = window.head("film.look")["grade"]
    assert grade["lut"].startswith("night-day-") and grade["lut"].endswith(".cube") and not grade["neutral"]
    window.edit("", "finish.grade.lut_strength", "0.5", part="film.look")
    assert window.head("film.look")["grade"]["lut_strength"] == 0.5
    with pytest.raises(UnreadableMedia):
        window.give("film.look", "table", table("words.cube", "no table at all"))
    assert window.head("film.look")["grade"]["lut"] == grade["lut"]
    window.act("film.look", "no-table")
    assert window.head("film.look")["grade"]["lut"] == ""
    window.give("film.clip", "table", table("again.cube", inverse), "002")
    window.do("select", "002", side="clip")
    assert window.inspected()["grade"]["lut"].startswith("again-")
    assert len(list((window.project.files.root / "tables").iterdir())) == 2


def test_undo_takes_back_the_last_edit_of_cut_and_sound_in_turn(window: Window) -> None:
    sound = window.bench.studio.sound
    window.do("move", "004", to=0)
    window.act("film.sound", "edit", "001", field="text", value="Once.")
    window.do("trim", "001", first=2)
    assert undo.history(window.view) == ("trimming", "")
    assert [undo.undo(window.view) for _ in range(2)] == ["trimming", "narrating shot 001"]
    assert sound.plan(window.project).line("001") is None
    undo.undo(window.view)
    assert window.order() == ["001", "002", "003", "004"] and undo.history(window.view)[0] == ""
    assert [undo.redo(window.view) for _ in range(4)][3] == ""
    assert window.order()[0] == "004" and window.lengths()[1] == 10
    assert sound.plan(window.project).line("001") is not None


def test_undo_elsewhere_is_the_storyboards(window: Window) -> None:
    window.do("move", "004", to=0)
    window.session.remember(tab="storyboard")
    window.bench.studio.storyboards.edit(window.project, "001", {"prompt": "other"})
    assert undo.undo(window.view) == "editing shot 001"
    assert window.order()[0] == "004"


def test_a_page_that_is_loaded_again_shows_the_same(window: Window) -> None:
    window.do("select", "003", side="clip")
    window.edit("003", "note", "keep")
    again = window.refreshed()
    assert again.head("film.timeline")["selected"] == "003" and again.head("film.sides")["open"] == "clip"
    (item,) = again.items("film.clip").values()
    assert item["id"] == "003" and item["note"] == "keep"


def test_only_the_open_panel_is_sent(window: Window) -> None:
    assert window.head("film.look") == {} and window.head("film.sound") == {} and window.head("film.export") == {}
    assert window.shows("film.clip").items == ()


def test_as_the_storyboard_again(window: Window) -> None:
    assert window.head("film.timeline")["plain"] is True
    window.do("move", "004", to=0)
    window.do("add-gap")
    assert window.head("film.timeline")["plain"] is False
    window.do("as-board")
    assert window.order() == ["001", "002", "003", "004"]


def test_items_are_small(bench: Bench, tmp_path: Path) -> None:
    project = bench.project(shot(1, title="T" * 300, prompt="w" * 3000), name=tmp_path.name)
    bench.render(project)
    assert max(bytes_of(Window(bench, project).shows("film.timeline").items)) <= 500
