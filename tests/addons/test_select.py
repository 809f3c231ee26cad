"""The Select tab without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.select import ADDON
from addons.select.model import OLDER, OWN, PICKED, STANDS, STARRED, parts
from domain.errors import BadInput, NotFound, StudioError
from tests.addons.support import Window, bytes_of
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, shot


@pytest.fixture
def window(bench: Bench) -> Window:
    """Three shots; the first two have two variants each."""
    project = bench.project(shot(1), shot(2), shot(3))
    bench.wait(bench.studio.generation.draw_keyframes(project, ["001", "002"], 2))
    return Window(bench, project, parts)


def names(window: Window, shot_id: str) -> list[str]:
    return [name for name, _ in window.items("select.shots")[shot_id]["v"]]


def flags(window: Window, shot_id: str) -> list[int]:
    return [flag for _, flag in window.items("select.shots")[shot_id]["v"]]


def test_the_addon_says_where_it_stands() -> None:
    assert (ADDON.id, ADDON.title, ADDON.order) == ("select", "Select", 40)


def test_the_first_variant_stands_until_one_is_picked(window: Window) -> None:
    assert flags(window, "001") == [STANDS, 0]
    second = names(window, "001")[1]
    assert window.act("select.shots", "pick", "001", name=second) is None
    assert flags(window, "001") == [0, STANDS + PICKED]
    choice = window.project.selection.of("001").keyframes["start"]
    assert choice.path.endswith(f"{second}.png"), "picking is approving: it is stored at the click"
    assert window.head("select.bar") | {"picked": 1, "of": 3} == window.head("select.bar")


def test_picking_the_picked_one_takes_the_pick_back(window: Window) -> None:
    first = names(window, "001")[0]
    window.act("select.shots", "pick", "001", name=first)
    reply = window.act("select.shots", "pick", "001", name=first)
    assert reply is not None and "No start frame" in reply.said
    assert window.project.selection.of("001").keyframes == {}
    assert flags(window, "001") == [STANDS, 0]


def test_stars_and_filters(window: Window) -> None:
    window.act("select.shots", "star", "002", name=names(window, "002")[0])
    assert flags(window, "002") == [STANDS + STARRED, 0]
    window.act("select.bar", "filter", value="starred")
    assert list(window.refreshed().items("select.shots")) == ["001", "002"], "the shot in hand stays in sight"
    window.act("select.shots", "select", "002")
    assert list(window.items("select.shots")) == ["002"]
    assert window.head("select.bar")["counts"] == {"all": 3, "open": 3, "starred": 1, "changed": 0}
    window.act("select.shots", "pick", "002", name=names(window, "002")[0])
    window.act("select.bar", "filter", value="open")
    assert list(window.items("select.shots")) == ["001", "002", "003"]
    assert window.head("select.bar")["counts"]["open"] == 2


def test_changed_words_are_marked_on_the_pictures(bench: Bench, window: Window) -> None:
    window.act("select.shots", "pick", "001", name=names(window, "001")[0])
    bench.studio.storyboards.edit(window.project, "001", {"prompt": "a boat"})
    assert flags(window, "001") == [STANDS + PICKED + OLDER, OLDER]
    assert window.head("select.bar")["counts"]["changed"] == 1


def test_a_picture_of_ones_own_is_marked_and_never_older(bench: Bench, window: Window, tmp_path: Path) -> None:
    write_png(tmp_path / "x.png", plain(96, 64, 3))
    bench.studio.generation.import_keyframe(window.project, "003", tmp_path / "x.png")
    bench.studio.storyboards.edit(window.project, "003", {"prompt": "a boat"})
    assert flags(window, "003") == [STANDS + PICKED + OWN]


def test_two_marked_pictures_are_compared_and_a_refresh_shows_the_same(window: Window) -> None:
    one, two = names(window, "001")
    window.act("select.shots", "mark", "001", name=one)
    assert window.head("select.compare") == {}
    window.act("select.shots", "mark", "001", name=two)
    window.act("select.compare", "mode", value="wipe")
    head = window.refreshed().head("select.compare")
    assert [side["name"] for side in head["sides"]] == [one, two] and head["mode"] == "wipe"
    assert [side["n"] for side in head["sides"]] == [1, 2]
    window.act("select.shots", "mark", "002", name=names(window, "002")[0])
    assert [s["shot"] for s in window.head("select.compare")["sides"]] == ["001", "002"], "the third replaces the first"
    window.act("select.compare", "pick", "002", name=names(window, "002")[0])
    assert window.head("select.compare")["sides"][1]["f"] & PICKED
    window.act("select.compare", "unmark")
    assert window.head("select.compare") == {}


def test_marks_of_pictures_that_are_gone_are_forgotten(bench: Bench, window: Window) -> None:
    for name in names(window, "001"):
        window.act("select.shots", "mark", "001", name=name)
    bench.studio.storyboards.delete(window.project, "001")
    assert window.head("select.compare") == {}
    window.view.choose("select.marks", ["nonsense", 3, None])
    assert window.head("select.compare") == {}


def test_end_frames_have_a_view_of_their_own(bench: Bench, window: Window) -> None:
    assert [s for s, _ in window.head("select.bar")["slots"]] == ["start"]
    bench.wait(bench.studio.generation.draw_keyframes(window.project, ["002"], 2, "end"))
    assert [s for s, _ in window.head("select.bar")["slots"]] == ["start", "end"]
    window.act("select.bar", "slot", slot="end")
    assert list(window.items("select.shots")) == ["002"]
    assert flags(window, "002") == [0, 0], "an end frame stands only when it is picked"
    with pytest.raises(BadInput):
        window.act("select.bar", "slot", slot="mid-3")


def test_the_next_step_is_rendering(window: Window) -> None:
    assert window.head("select.bar")["render"] == 3
    reply = window.act("select.bar", "video")
    assert reply is not None and reply.tab == "video"
    reply = window.act("select.shots", "draw", "003")
    assert reply is not None and reply.tab == "keyframes" and window.view.ui.shot == "003"


def test_ids_from_outside_are_looked_up(window: Window) -> None:
    for verb in ("select", "pick", "star", "mark", "draw"):
        with pytest.raises(StudioError):
            window.act("select.shots", verb, "404", name="x")
    with pytest.raises(NotFound):
        window.act("select.shots", "pick", "001", name=names(window, "002")[0])


def test_picking_resends_one_row(window: Window) -> None:
    window.news("select.shots")
    window.act("select.shots", "pick", "001", name=names(window, "001")[1])
    changed = window.news("select.shots")["select.shots"]
    assert [item["id"] for item in changed["items"]] == ["001"]
    assert max(bytes_of(changed["items"])) <= 200


def test_a_variant_goes_into_the_trash_and_its_mark_with_it(bench: Bench, window: Window) -> None:
    first, *rest = names(window, "001")
    window.act("select.shots", "mark", "001", name=first)
    reply = window.act("select.shots", "delete", "001", name=first)
    assert reply is not None and reply.said.startswith("Variant 1 of shot 001 is in the trash.")
    assert names(window, "001") == rest
    assert window.head("select.shots")["marks"] == []
    for shot_id, name in (("001", first), ("001", "../x"), ("nope", first)):
        with pytest.raises(NotFound):
            window.act("select.shots", "delete", shot_id, name=name)
    assert len(bench.studio.keeping.trash(window.project)) == 1
