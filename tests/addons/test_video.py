"""The Video tab without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from addons.video import ADDON
from addons.video.model import parts
from domain.errors import BadInput, NotFound, NotReady, StudioError
from tests.addons.support import Window, bytes_of
from tests.fakes.backend import FakeBackend, fake_spec
from tests.fakes.bench import Bench, running, shot


@pytest.fixture
def window(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1), shot(2), shot(3)), parts)


@pytest.fixture
def chain(bench: Bench) -> Window:
    """One shot of eight seconds at 16 fps: two chained segments."""
    return Window(bench, bench.project(shot(1, "8"), profile="wan2.2-14b"), parts)


def test_the_addon_says_where_it_stands() -> None:
    assert (ADDON.id, ADDON.title, ADDON.order) == ("video", "Video", 50)


def test_an_empty_project_leads_to_the_storyboard(bench: Bench) -> None:
    window = Window(bench, bench.project(), parts)
    assert window.head("video.bar")["shots"] == 0
    assert window.head("video.shot") == {"shot": ""}
    reply = window.act("video.shot", "storyboard")
    assert reply is not None and reply.tab == "storyboard"


def test_the_plan_says_the_frames_of_every_segment(chain: Window) -> None:
    row = chain.items("video.plan")["001"]
    assert (row["f"], row["n"], row["s"]) == (192, 128, "ready")
    (g1, d1, k1, o1, *_), (g2, d2, k2, o2, *_) = row["g"]
    assert k1 + k2 == 128
    assert (g1, g2) == (d1 + k1 + o1, d2 + k2 + o2) and (d1, d2, o1) == (0, 1, 0)
    assert [segment[4] for segment in row["g"]] == ["kn", "pn"]
    assert [segment[5] for segment in row["g"]] == ["r", "w"]
    head = chain.head("video.bar")
    assert (head["frames"], head["make"], head["price"]) == (192, g1 + g2, "free")
    starts = [s["from"] for s in chain.head("video.shot")["segments"]]
    assert starts == ["the start frame", "the last frame of segment 1"]


def test_the_time_is_told_from_past_runs_and_not_before(bench: Bench, window: Window) -> None:
    assert (window.head("video.bar")["renderTime"], "x" in window.items("video.plan")["001"]) == ("", False)
    window.act("video.bar", "render")
    window.finish()
    (key,) = [name for name in bench.timings.learnt if not name.startswith("image/")]
    bench.timings.learnt[key] = [10.0]
    bench.studio.storyboards.edit(window.project, "002", {"prompt": "a boat"})
    assert window.head("video.bar")["renderTime"] == "about 1 min", "12 frames of 10 s, two at once"
    rows = window.items("video.plan")
    assert rows["002"]["x"] == "about 1 min" and "x" not in rows["001"]


def test_rendering_all_makes_every_shot_and_then_the_film_is_next(window: Window) -> None:
    assert window.head("video.bar")["render"] == 3
    reply = window.act("video.bar", "render")
    assert reply is not None and reply.said == "3 clips are in the queue."
    window.finish()
    head = window.head("video.bar")
    assert (head["done"], head["render"], head["make"]) == (3, 0, 0)
    assert {row["s"] for row in window.items("video.plan").values()} == {"done"}
    reply = window.act("video.bar", "render")
    assert reply is not None and "rendered or in the queue" in reply.said
    reply = window.act("video.bar", "film")
    assert reply is not None and reply.tab == "film"


def test_one_shot_and_only_the_stale_ones(bench: Bench, window: Window) -> None:
    window.act("video.shot", "render-shot", "002")
    window.finish()
    assert [row["s"] for row in window.items("video.plan").values()] == ["ready", "done", "ready"]
    with pytest.raises(BadInput):
        window.act("video.bar", "render-stale")
    bench.studio.storyboards.edit(window.project, "002", {"presets.camera": "pan_left"})
    row = window.items("video.plan")["002"]
    assert (row["s"], row["r"]) == ("stale", "changed since: camera")
    assert window.head("video.bar")["stale"] == 1
    window.act("video.bar", "render-stale")
    window.finish()
    assert [row["s"] for row in window.items("video.plan").values()] == ["ready", "done", "ready"]


def test_another_take_stands_and_the_older_one_can_be_chosen_again(window: Window) -> None:
    window.act("video.shot", "render-shot", "001")
    window.finish()
    ((first, card),) = window.items("video.shot").items()
    assert (card["stands"], card["chosen"], card["shown"], card["older"]) == (True, False, True, [])
    window.act("video.shot", "again", "001")
    window.finish()
    cards = window.items("video.shot")
    second = next(i for i in cards if i != first)
    assert list(cards) == [second, first], "the newest comes first"
    assert cards[second]["stands"] and cards[second]["shown"] and not cards[first]["stands"]
    assert cards[first]["seed"] != cards[second]["seed"]
    assert window.act("video.shot", "choose", take=first) is None
    cards = window.refreshed().items("video.shot")
    assert cards[first]["chosen"] and cards[first]["stands"] and cards[first]["shown"]
    play = window.head("video.shot")["play"]
    assert play["key"] == first and play["frames"] == 12 and play["rate"] == [24, 1]


def test_a_take_can_be_looked_at_without_choosing_it(window: Window) -> None:
    window.act("video.shot", "render-shot", "001")
    window.act("video.shot", "again", "001")
    window.finish()
    window.act("video.shot", "again", "001")
    window.finish()
    older = list(window.items("video.shot"))[-1]
    window.act("video.shot", "show", take=older)
    shown = window.refreshed()
    assert shown.head("video.shot")["play"]["key"] == older
    assert not shown.items("video.shot")[older]["stands"]
    window.act("video.plan", "select", "002")
    assert window.head("video.shot")["play"] is None


def test_choosing_another_take_says_what_continues_from_it(chain: Window) -> None:
    chain.act("video.shot", "render-shot", "001")
    chain.finish()
    chain.act("video.shot", "again", "001")
    chain.finish()
    head = chain.head("video.shot")
    assert [s["s"] for s in head["segments"]] == ["done", "done"]
    assert [(c["g"], c["n"]) for c in chain.shows("video.shot").items] == [(1, 2), (0, 2), (1, 1), (0, 1)]
    old = next(i for i, c in chain.items("video.shot").items() if (c["g"], c["n"]) == (0, 1))
    reply = chain.act("video.shot", "choose", take=old)
    # The take of segment 2 that was made from this one fits again by itself; nothing is stale.
    assert reply is None
    newest = next(i for i, c in chain.items("video.shot").items() if (c["g"], c["n"]) == (1, 2))
    chain.act("video.shot", "choose", take=newest)
    segments = chain.head("video.shot")["segments"]
    assert segments[1]["s"] == "stale"
    assert chain.items("video.shot")[newest]["older"] == ["the frame it continues from"]
    back = next(i for i, c in chain.items("video.shot").items() if (c["g"], c["n"]) == (0, 2))
    chain.act("video.shot", "choose", take=back)
    assert chain.head("video.shot")["segments"][1]["s"] == "done"
    reply = chain.act("video.shot", "choose", take=old)
    assert reply is not None and reply.said == "Chosen. Segment 2 continues from another take and is stale now."


def test_a_take_says_how_it_was_made(window: Window) -> None:
    window.act("video.shot", "render-shot", "001")
    window.finish()
    head = window.head("video.shot")
    fields = dict(head["sent"])
    assert (
        fields["Words"] == "a house, 1" and fields["Camera"] == "Static" and fields["Length"] == "12 frames at 24 fps"
    )
    assert fields["Starts from"].startswith("keyframes/001/start_")
    assert head["facts"].startswith("12 frames at 24 fps · 96 × 64 · h264")


def test_progress_resends_only_the_row_at_work_and_a_refresh_shows_it_again(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1), shot(2, prompt="[slow]"), shot(3)), parts)
    bench.backend.let_go.set()
    bench.wait(bench.studio.generation.draw_keyframes(window.project, None, 1))
    bench.backend.let_go.clear()
    window.news("video.plan", "video.bar")
    window.act("video.shot", "render-shot", "002")
    window.wait_for_preview()
    changed = window.news("video.plan")["video.plan"]
    assert [item["id"] for item in changed["items"]] == ["002"] and "order" not in changed
    again = window.refreshed().items("video.plan")["002"]
    assert again["s"] == "running" and again["p"][0] == 50 and again["p"][1] == "half" and again["p"][4] == "s"
    assert again["p"][3].startswith("/media/preview/")
    head = window.head("video.bar")
    assert (head["running"], head["waiting"], head["percent"]) == (1, 0, 50)
    window.act("video.bar", "pause")
    assert window.head("video.bar")["paused"]
    window.act("video.bar", "resume")
    assert not window.head("video.bar")["paused"]
    window.act("video.shot", "stop-shot", "002")
    window.finish()
    assert window.items("video.plan")["002"]["s"] == "ready"
    assert window.head("video.bar")["running"] == 0


def test_stop_ends_everything_that_was_started_here(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1, prompt="[slow]"), shot(2, prompt="[slow]")), parts)
    window.act("video.bar", "render")
    window.act("video.bar", "stop")
    window.finish()
    assert not bench.studio.jobs.busy(window.project.id)
    assert window.head("video.bar")["render"] == 2


def test_a_failure_is_told_with_the_shot_and_tried_again(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1, prompt="[fail]"), shot(2)), parts)
    window.act("video.bar", "render")
    window.finish()
    assert [row["s"] for row in window.items("video.plan").values()] == ["failed", "done"]
    ((job, title, words),) = window.head("video.shot")["failed"]
    assert (title, words) == ("Keyframe 001", "The fake was told to fail. Change the words.")
    bench.studio.storyboards.edit(window.project, "001", {"prompt": "a house"})
    window.act("video.shot", "retry", job=job)
    window.finish()
    assert window.head("video.shot")["failed"] == []
    assert window.items("video.plan")["001"]["s"] == "done"
    with pytest.raises(NotFound):
        window.act("video.shot", "retry", job="someone else's")


def test_a_blocked_shot_says_what_it_needs(tmp_path: Path) -> None:
    backend = FakeBackend(fake_spec(kinds=frozenset({"video"})))
    with running(tmp_path, backend) as bench:
        window = Window(bench, bench.project(shot(1)), parts)
        row = window.items("video.plan")["001"]
        assert row["s"] == "blocked" and "make or import one in Keyframes" in row["r"]
        assert window.head("video.bar") | {"blocked": 1, "render": 0} == window.head("video.bar")
        with pytest.raises(NotReady):
            window.act("video.bar", "render")


def test_ids_from_outside_are_looked_up(window: Window) -> None:
    for verb in ("select", "render-shot", "again", "stop-shot"):
        with pytest.raises(StudioError):
            window.act("video.shot", verb, "404")
    for verb in ("show", "choose"):
        with pytest.raises(NotFound):
            window.act("video.shot", verb, take="0/../../x")


def test_rows_are_small(bench: Bench) -> None:
    shots = [shot(i, "12", prompt="wörter " * 60) for i in range(1, 30)]
    window = Window(bench, bench.project(*shots, profile="wan2.2-14b"), parts)
    assert max(bytes_of(list(window.shows("video.plan").items))) <= 350


def test_a_take_goes_into_the_trash_and_the_one_before_it_stands(bench: Bench, window: Window) -> None:
    window.act("video.bar", "render")
    window.finish()
    window.act("video.shot", "again", "001")
    window.finish()
    newest, first = window.items("video.shot")
    window.act("video.shot", "show", "001", take=newest)
    reply = window.act("video.shot", "delete-take", "001", take=newest)
    assert reply is not None and reply.said.startswith("Take 2 of shot 001 is in the trash.")
    assert list(window.items("video.shot")) == [first]
    assert window.items("video.shot")[first]["stands"] and window.items("video.shot")[first]["shown"]
    with pytest.raises(NotFound):
        window.act("video.shot", "delete-take", "001", take=newest)
    (entry,) = bench.studio.keeping.trash(window.project)
    assert entry.kind == "take"
    bench.studio.keeping.put_back(window.project, entry.id)
    assert list(window.items("video.shot")) == [newest, first]


def test_a_fresh_start_picture_is_told_and_taken_back(bench: Bench, chain: Window) -> None:
    assert chain.head("video.shot")["anchors"] == []
    bench.studio.selection.anchor(chain.project, "001", 1)
    head = chain.head("video.shot")
    assert head["anchors"] == [2] and head["segments"][1]["from"] == "the boundary 1"
    assert [segment[4] for segment in chain.items("video.plan")["001"]["g"]] == ["kn", "kn"]
    with pytest.raises(BadInput):
        chain.act("video.shot", "unanchor", "001")
    reply = chain.act("video.shot", "unanchor", "001", segment=2)
    assert reply is not None and reply.said == "Segment 2 continues the one before again."
    assert chain.head("video.shot")["anchors"] == []
