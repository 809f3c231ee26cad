"""The Film tab without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from addons.api import Action, PartData, Reply
from addons.film import model
from addons.session import ProjectCache, Session, View
from domain.errors import NotFound, StudioError
from services.film import QUALITIES
from services.projects import OpenProject
from tests.fakes.bench import Bench, running, shot


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path) as bench:
        yield bench


class Window:
    """A window on a project: what its parts show, and what is done in them."""

    def __init__(self, bench: Bench, project: OpenProject) -> None:
        self.bench = bench
        self.session = Session("w", project, project.ui)
        self.cache = ProjectCache()

    @property
    def view(self) -> View:
        return View(self.bench.studio, self.session, self.cache)

    @property
    def make(self) -> PartData:
        return model.make_view(self.view)

    @property
    def player(self) -> PartData:
        return model.player_view(self.view)

    def states(self) -> dict[str, str]:
        return {item["id"]: item["s"] for item in self.player.items}

    def act(self, verb: str, item: str = "") -> Reply | None:
        return model.make_act(self.view, Action("film.make", verb, item))

    def finish(self) -> None:
        for run in self.bench.studio.jobs.runs():
            self.bench.wait(run)


def test_without_shots_the_next_step_is_to_write_some(bench: Bench) -> None:
    window = Window(bench, bench.project())
    assert window.make.head["step"] == "none"
    assert window.player.head.get("film") is None
    reply = window.act("go", "storyboard")
    assert reply is not None and reply.tab == "storyboard"
    with pytest.raises(StudioError):
        window.act("make")


def test_the_strip_shows_the_cut_before_there_is_a_film(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2, "1"), shot(3))
    window = Window(bench, project)
    bench.render(project, "001", "002")
    bench.studio.storyboards.edit(project, "002", {"prompt": "other words"})
    assert window.states() == {"001": "done", "002": "stale", "003": "missing"}
    assert [(item["f"], item["n"]) for item in window.player.items] == [(0, 12), (12, 24), (36, 12)]
    assert window.player.head["strip"] == "cut"
    assert (window.make.head["step"], window.make.head["lack"], window.make.head["stale"]) == ("render", 1, 1)
    assert "Shot 003 has no take yet." in window.make.head["note"]


def test_render_what_is_missing_and_make_the_film(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    window = Window(bench, project)
    bench.render(project, "001")
    reply = window.act("make")
    assert reply is not None and reply.said == "Rendering 1 shot, then the film is made."
    window.finish()
    (film,) = model.films(window.view)
    assert film.frames == 24
    assert window.make.head["fresh"] is True
    head = window.player.head
    assert head["film"]["frames"] == 24 and head["strip"] == "film" and head["older"] == ""


def test_only_one_film_is_made_at_a_time(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[slow]"))
    window = Window(bench, project)
    window.act("make")
    job = window.make.head["job"]
    assert job["state"] == "before" and job["detail"] == "0 of 1 clips rendered"
    reply = window.act("make")
    assert reply is not None and reply.said == "The film is being made already."
    assert sum(j.kind == "film" for j in bench.studio.jobs.jobs()) == 1
    reply = window.act("cancel")
    assert reply is not None and reply.said == "Stopped. Nothing was written."
    assert "job" not in window.make.head and "failed" not in window.make.head
    bench.backend.let_go.set()
    window.finish()
    assert model.films(window.view) == []


def test_a_render_that_fails_tells_why_there_is_no_film(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1, prompt="[fail]")))
    window.act("make")
    window.finish()
    assert "did not finish" in window.make.head["failed"]["message"]


def test_an_older_film_names_the_shots_that_changed(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2), shot(3))
    window = Window(bench, project)
    bench.render(project)
    bench.film(project)
    bench.studio.storyboards.edit(project, "002", {"seconds": "1"})
    bench.render(project)
    assert window.player.head["older"] == "Older than the cut: shot 002 changed."
    assert [item.get("c") for item in window.player.items] == [None, 1, None]
    # the strip stays the film's own, so that the playhead is right, until the cut is asked for
    assert [(item["f"], item["n"]) for item in window.player.items] == [(0, 12), (12, 12), (24, 12)]
    model.player_act(window.view, Action("film.player", "strip", "cut"))
    assert [(item["f"], item["n"]) for item in window.player.items] == [(0, 12), (12, 24), (36, 12)]
    bench.studio.storyboards.delete(project, "003")
    bench.studio.storyboards.reorder(project, ["002", "001"])
    assert window.player.head["older"] == "Older than the cut: shots 002, 001 and 003 changed."
    project.change_project(width=128)
    assert window.player.head["older"] == "Made at 96×64, 24 fps; the project is 128×64, 24 fps now."


def test_stale_words_do_not_make_the_film_older_but_are_told(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    window = Window(bench, project)
    bench.render(project)
    bench.film(project)
    bench.studio.storyboards.edit(project, "002", {"prompt": "other words"})
    assert window.player.head["older"] == "" and window.make.head["fresh"] is False
    assert window.states() == {"001": "done", "002": "stale"}
    window.act("make-all")
    window.finish()
    assert len(model.films(window.view)) == 2 and window.make.head["fresh"] is True


def test_choosing_a_film_and_going_back_to_the_newest(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project)
    bench.render(project)
    for _ in range(2):
        bench.film(project)
    names = [item["id"] for item in model.list_view(window.view).items]
    assert names == ["film-02", "film-01"]
    model.list_act(window.view, Action("film.list", "film", "film-01"))
    assert window.player.head["film"]["name"] == "film-01" and window.session.ui.film == "film-01"
    model.list_act(window.view, Action("film.list", "film", "film-02"))
    assert window.session.ui.film == ""
    with pytest.raises(NotFound):
        model.list_act(window.view, Action("film.list", "film", "../project"))


def test_the_facts_are_those_of_the_file(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2, "1"))
    window = Window(bench, project)
    bench.render(project)
    bench.film(project)
    facts = model.list_view(window.view).head["facts"]
    rows = dict(facts["rows"])
    assert rows["Frames"] == "36 counted" and rows["Length"] == "1.5 s" and rows["Picture"] == "96×64, 24 fps"
    path = Path(facts["path"])
    assert path.is_file() and rows["On disk"].endswith("bytes)") and str(path.stat().st_size)[:1] in rows["On disk"]
    report = model.report_view(window.view)
    assert [(r["id"], r["f"], r["in"], r["out"], r["n"]) for r in report.items] == [
        ("001", 0, "00:00:00:00", "00:00:00:12", 12),
        ("002", 12, "00:00:00:12", "00:00:01:12", 24),
    ]


def test_the_chosen_quality_is_the_films(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project)
    bench.render(project)
    assert [q["id"] for q in window.make.head["qualities"] if q["on"]] == ["fast"]
    window.act("quality", "high")
    window.act("quality", "nonsense")
    window.act("make")
    window.finish()
    assert [film.quality for film in model.films(window.view)] == ["high"]


def test_every_quality_is_explained() -> None:
    assert set(model.QUALITY_WORDS) == set(QUALITIES)


@pytest.mark.parametrize(
    ("frames", "rate", "words"),
    [(720, Fraction(24), "30 s"), (37, Fraction(24), "1.542 s (37/24 s)"), (24, Fraction(24000, 1001), "1.001 s"),
     (50, Fraction(24000, 1001), "2.085 s (1001/480 s)")],
)  # fmt: skip
def test_lengths_are_exact(frames: int, rate: Fraction, words: str) -> None:
    assert model.exact_seconds(frames, rate) == words


@pytest.mark.parametrize(
    ("shots", "words"),
    [(["003"], "shot 003"), (["003", "007"], "shots 003 and 007"), ([f"{n:03d}" for n in range(1, 13)],
     "shots 001, 002, 003, 004, 005, 006, 007, 008 and 4 more")],
)  # fmt: skip
def test_shots_in_words(shots: list[str], words: str) -> None:
    assert model.named(shots) == words


def test_strip_items_are_small(bench: Bench) -> None:
    project = bench.project(shot(1, title="T" * 300, prompt="w" * 3000))
    bench.render(project)
    items = Window(bench, project).player.items
    assert max(len(json.dumps(item)) for item in items) <= 400
