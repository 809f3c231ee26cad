"""The Keyframes tab without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.keyframes import ADDON
from addons.keyframes.model import parts
from domain.errors import BadInput, NotFound, StudioError, UnreadableMedia
from services.projects import OpenProject
from tests.addons.support import Window, bytes_of
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, shot


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    return bench.project(shot(1), shot(2), shot(3))


@pytest.fixture
def window(bench: Bench, project: OpenProject) -> Window:
    return Window(bench, project, parts)


def test_the_addon_says_where_it_stands() -> None:
    assert (ADDON.id, ADDON.title, ADDON.order) == ("keyframes", "Keyframes", 30)


def test_an_empty_project_shows_no_rows_and_no_shot(bench: Bench) -> None:
    window = Window(bench, bench.project(), parts)
    assert window.head("keyframes.bar")["shots"] == 0
    assert window.head("keyframes.shot") == {"shot": ""}
    reply = window.act("keyframes.shot", "storyboard")
    assert reply is not None and reply.tab == "storyboard"


def test_what_is_missing_is_drawn_once_however_often_one_clicks(bench: Bench, window: Window) -> None:
    bench.studio.jobs.pause(window.project.id)
    window.act("keyframes.bar", "variants", value=2)
    assert window.head("keyframes.bar")["draw"] == 3
    reply = window.act("keyframes.bar", "draw-missing")
    assert reply is not None and reply.said == "6 pictures are in the queue."
    assert window.head("keyframes.bar") | {"draw": 0, "open": 6} == window.head("keyframes.bar")
    with pytest.raises(BadInput):
        window.act("keyframes.bar", "draw-missing")
    bench.studio.jobs.resume(window.project.id)
    window.finish()
    assert [row["n"] for row in window.items("keyframes.shots").values()] == [2, 2, 2]
    assert [row["s"] for row in window.items("keyframes.shots").values()] == ["done"] * 3
    assert window.head("keyframes.bar")["missing"] == 0


def test_variants_are_the_chosen_number_newest_first_with_their_own_seeds(window: Window) -> None:
    window.act("keyframes.shot", "variants", value=3)
    window.act("keyframes.shot", "draw", "002")
    window.finish()
    window.act("keyframes.shots", "select", "002")
    shown = list(window.items("keyframes.shot").values())
    assert [v["n"] for v in shown] == [3, 2, 1]
    assert len({v["seed"] for v in shown}) == 3
    assert [v["stands"] for v in shown] == ["", "", "first variant"]
    assert shown[0]["size"] == "96 × 64"


@pytest.mark.parametrize(("asked", "kept"), [(0, 1), (-3, 1), (99, 12), ("x", 1), ("7", 7)])
def test_the_number_of_variants_stays_between_one_and_twelve(window: Window, asked: object, kept: int) -> None:
    window.act("keyframes.bar", "variants", value=asked)
    assert window.head("keyframes.bar")["variants"] == kept
    assert window.refreshed().head("keyframes.bar")["variants"] == kept


def test_changed_words_mark_the_picked_picture_and_say_what_changed(bench: Bench, window: Window) -> None:
    window.act("keyframes.shot", "draw", "001")
    window.finish()
    (name,) = window.items("keyframes.shot")
    window.act("keyframes.shot", "pick", "001", name=name)
    assert window.head("keyframes.bar")["changed"] == 0
    bench.studio.storyboards.edit(window.project, "001", {"prompt": "a boat"})
    head = window.head("keyframes.shot")
    assert head["changed"] and head["older"] == ["prompt"]
    assert window.items("keyframes.shots")["001"]["s"] == "changed"
    assert window.head("keyframes.bar")["changed"] == 1
    bench.studio.storyboards.edit(window.project, "001", {"prompt": "a house, 1"})
    assert not window.head("keyframes.shot")["changed"], "the words are as they were"


def test_an_older_picture_that_nobody_picked_stands_no_longer(bench: Bench, window: Window) -> None:
    window.act("keyframes.shot", "draw", "001")
    window.finish()
    bench.studio.storyboards.edit(window.project, "001", {"prompt": "a boat"})
    row = window.items("keyframes.shots")["001"]
    assert (row["s"], row["h"]) == ("changed", "")
    assert window.head("keyframes.bar")["missing"] == 3


def test_the_filter_is_remembered_and_keeps_the_shot_in_hand(window: Window) -> None:
    window.act("keyframes.shot", "draw", "001")
    window.finish()
    window.act("keyframes.shots", "select", "001")
    window.act("keyframes.bar", "filter", value="missing")
    assert list(window.items("keyframes.shots")) == ["001", "002", "003"]
    window.act("keyframes.shots", "select", "002")
    assert list(window.refreshed().items("keyframes.shots")) == ["002", "003"]
    window.act("keyframes.bar", "filter", value="<script>")
    assert window.head("keyframes.bar")["filter"] == "all"


def test_picking_twice_takes_the_pick_back(window: Window) -> None:
    window.act("keyframes.shot", "variants", value=2)
    window.act("keyframes.shot", "draw", "001")
    window.finish()
    name = next(iter(window.items("keyframes.shot")))
    window.act("keyframes.shot", "pick", "001", name=name)
    assert window.items("keyframes.shot")[name]["stands"] == "picked"
    window.act("keyframes.shot", "pick", "001", name=name)
    assert window.items("keyframes.shot")[name]["stands"] == ""
    window.act("keyframes.shot", "star", "001", name=name)
    assert window.items("keyframes.shot")[name]["star"]


def test_an_end_frame_is_drawn_on_request_and_stands_only_when_picked(window: Window) -> None:
    head = window.head("keyframes.shot")
    assert head["addEnd"] and [s[0] for s in head["slots"]] == ["start"]
    window.act("keyframes.shot", "slot", "001", slot="end")
    window.act("keyframes.shot", "draw", "001")
    window.finish()
    head = window.head("keyframes.shot")
    assert (head["slot"], head["used"], head.get("stands")) == ("end", False, None)
    (name,) = window.items("keyframes.shot")
    window.act("keyframes.shot", "pick", "001", name=name)
    head = window.head("keyframes.shot")
    assert (head["used"], head["stands"]) == (True, name)
    window.act("keyframes.shots", "select", "002")
    assert window.head("keyframes.shot")["slot"] == "start", "another shot without an end frame shows its start"


def test_inner_boundaries_show_where_the_mode_uses_them(bench: Bench) -> None:
    project = bench.project(shot(1, "8"), profile="wan2.2-14b", mode="keyframe")
    window = Window(bench, project, parts)
    assert [s[0] for s in window.head("keyframes.shot")["slots"]] == ["start", "mid-1", "end"]
    window.act("keyframes.bar", "draw-missing")
    window.finish()
    assert window.items("keyframes.shots")["001"] | {"n": 3, "s": "done"} == window.items("keyframes.shots")["001"]
    with pytest.raises(NotFound):
        window.act("keyframes.shot", "slot", "001", slot="mid-7")


def test_what_is_sent_is_the_request(window: Window) -> None:
    fields = dict(window.head("keyframes.shot")["sent"])
    assert fields["Words"] == "a house, 1"
    assert fields["Picture"] == "96 × 64"
    assert "counting up" in fields["Seed"]
    assert fields["Engine"] == "The fake"


def test_a_picture_of_ones_own_is_taken_in_and_picked(window: Window, tmp_path: Path) -> None:
    source = tmp_path / "mine.png"
    write_png(source, plain(120, 80, 1))
    reply = window.act("keyframes.shot", "import", "001", token=window.hand_over(source), name="mine.png")
    assert reply is not None and "picked" in reply.said
    (variant,) = window.items("keyframes.shot").values()
    assert (variant["own"], variant["stands"], variant["size"], variant["older"]) == (
        "mine.png",
        "picked",
        "120 × 80",
        [],
    )


def test_a_file_that_is_no_picture_is_refused_in_words_and_changes_nothing(window: Window, tmp_path: Path) -> None:
    source = tmp_path / "mine.png"
    source.write_text("no picture")
    with pytest.raises(UnreadableMedia):
        window.act("keyframes.shot", "import", "001", token=window.hand_over(source), name="mine.png")
    assert window.items("keyframes.shot") == {}
    with pytest.raises(NotFound):
        window.act("keyframes.shot", "import", "001", token="never given")


def test_a_failed_drawing_says_why_and_can_be_tried_again(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1, prompt="[fail]")), parts)
    window.act("keyframes.shot", "draw", "001")
    window.finish()
    assert window.items("keyframes.shots")["001"]["s"] == "failed"
    ((job, _, words),) = window.head("keyframes.shot")["failed"]
    assert words == "The fake was told to fail. Change the words."
    bench.studio.storyboards.edit(window.project, "001", {"prompt": "a house"})
    window.act("keyframes.shot", "retry", job=job)
    window.finish()
    assert window.head("keyframes.shot")["failed"] == []
    assert window.items("keyframes.shots")["001"]["s"] == "done"


def test_progress_resends_only_the_row_that_is_drawn(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1), shot(2, prompt="[slow]"), shot(3)), parts)
    window.news("keyframes.shots")
    window.act("keyframes.shot", "draw", "002")
    window.wait_for_preview()
    changed = window.news("keyframes.shots")["keyframes.shots"]
    assert [item["id"] for item in changed["items"]] == ["002"] and "order" not in changed
    assert changed["items"][0]["s"] == "running"
    window.act("keyframes.shot", "stop", "002")
    window.finish()
    assert window.items("keyframes.shots")["002"]["s"] == "missing"


def test_ids_from_outside_are_looked_up(window: Window) -> None:
    for verb in ("select", "draw", "pick", "star", "slot", "stop", "import"):
        with pytest.raises(StudioError):
            window.act("keyframes.shot", verb, "../../etc", name="x", slot="start", token="x")
    with pytest.raises(NotFound):
        window.act("keyframes.shot", "pick", "001", name="../001")
    with pytest.raises(NotFound):
        window.act("keyframes.shot", "retry", job="someone else's")


def test_rows_are_small(bench: Bench) -> None:
    window = Window(bench, bench.project(*(shot(i, prompt="wörter " * 60) for i in range(1, 40))), parts)
    assert max(bytes_of(list(window.shows("keyframes.shots").items))) <= 350


def test_a_variant_goes_into_the_trash_and_comes_back_picked(bench: Bench, window: Window) -> None:
    window.act("keyframes.bar", "draw-missing")
    window.finish()
    name = next(iter(window.items("keyframes.shot")))
    window.act("keyframes.shot", "pick", "001", name=name)
    reply = window.act("keyframes.shot", "delete", "001", name=name)
    assert reply is not None and "shot 001 is in the trash" in reply.said
    assert name not in window.items("keyframes.shot")
    with pytest.raises(NotFound):
        window.act("keyframes.shot", "delete", "001", name=name)
    (entry,) = bench.studio.keeping.trash(window.project)
    bench.studio.keeping.put_back(window.project, entry.id)
    assert window.items("keyframes.shot")[name]["stands"] == "picked"


def test_a_foreign_picture_is_fitted_and_fitted_anew_from_the_original(bench: Bench, window: Window) -> None:
    source = bench.folder / "square.png"
    write_png(source, plain(200, 200, 90))
    bench.studio.generation.import_keyframe(window.project, "001", source)
    fit = window.head("keyframes.shot")["fit"]
    assert (fit["size"], fit["film"], fit["how"]) == ("200 × 200", "96 × 64", "")
    window.act("keyframes.shot", "fit", "001", name=fit["name"], how="fill", x="0", y="100")
    now = window.head("keyframes.shot")["fit"]
    assert (now["how"], now["x"], now["y"], now["size"]) == ("fill", 0.0, 1.0, "96 × 64")
    window.act("keyframes.shot", "fit", "001", name=now["name"], how="extend")
    window.act("keyframes.shot", "fit", "001", name=now["name"], how="extend")
    made = window.project.files.keyframes("001")
    assert [k.extras.get("fitted_from") for k in made] == [None, fit["name"], fit["name"]], "the same is made once"
    assert window.head("keyframes.shot")["stands"] == made[-1].name and window.head("keyframes.shot")["picked"]
    for bad in ({"how": "stretch"}, {"how": "fit", "name": "gone"}):
        with pytest.raises((BadInput, NotFound)):
            window.act("keyframes.shot", "fit", "001", **{"name": fit["name"], **bad})


def test_pictures_that_fit_or_were_drawn_need_no_fitting(bench: Bench, window: Window) -> None:
    window.act("keyframes.bar", "draw-missing")
    window.finish()
    assert window.head("keyframes.shot")["fit"] is None
    drawn = window.project.files.keyframes("001")[0]
    with pytest.raises(BadInput, match="Draw it again"):
        window.act("keyframes.shot", "fit", "001", name=drawn.name, how="fit")
