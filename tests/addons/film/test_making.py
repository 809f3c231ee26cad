"""Making the film in the Film tab, and the films there are, without a browser."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from addons import film
from addons.api import Reply
from addons.film import films, making, reading
from domain.errors import NotFound, StudioError
from domain.sound.report import Measured, MixReport
from services.film import QUALITIES
from services.projects import OpenProject
from tests.addons.support import Window as Base
from tests.fakes.bench import Bench, shot


class Window(Base):
    """A window on the Film tab."""

    def __init__(self, bench: Bench, project: OpenProject) -> None:
        super().__init__(bench, project, film.parts)

    @property
    def make(self) -> dict[str, Any]:
        return self.head("film.make")

    @property
    def player(self) -> dict[str, Any]:
        return self.head("film.player")

    def states(self) -> dict[str, str]:
        return {i: item["s"] for i, item in self.items("film.timeline").items()}

    def do(self, verb: str, item: str = "") -> Reply | None:
        return self.act("film.make", verb, item)


def test_without_shots_the_next_step_is_to_write_some(bench: Bench) -> None:
    window = Window(bench, bench.project())
    assert window.make["step"] == "none"
    assert window.player.get("film") is None
    reply = window.do("go", "storyboard")
    assert reply is not None and reply.tab == "storyboard"
    with pytest.raises(StudioError):
        window.do("make")


def test_the_timeline_shows_the_cut_before_there_is_a_film(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2, "1"), shot(3))
    window = Window(bench, project)
    bench.render(project, "001", "002")
    bench.studio.storyboards.edit(project, "002", {"prompt": "other words"})
    assert window.states() == {"001": "done", "002": "stale", "003": "missing"}
    assert [item["n"] for item in window.items("film.timeline").values()] == [12, 24, 12]
    assert window.player["source"] == "cut"
    assert (window.make["step"], window.make["lack"], window.make["stale"]) == ("render", 1, 1)
    assert "Shot 003 has no take yet." in window.make["note"]


def test_render_what_is_missing_and_make_the_film(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    window = Window(bench, project)
    bench.render(project, "001")
    reply = window.do("make")
    assert reply is not None and reply.said == "Rendering 1 shot, then the film is made."
    window.finish()
    (film,) = reading.films(window.view)
    assert film.frames == 24
    assert window.make["fresh"] is True
    head = window.player
    assert head["film"]["frames"] == 24 and head["source"] == "film" and head["older"] == ""


def test_only_one_film_is_made_at_a_time(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[slow]"))
    window = Window(bench, project)
    window.do("make")
    job = window.make["job"]
    assert job["state"] == "before" and job["detail"] == "0 of 1 clips rendered"
    reply = window.do("make")
    assert reply is not None and reply.said == "The film is being made already."
    assert sum(j.kind == "film" for j in bench.studio.jobs.jobs()) == 1
    reply = window.do("cancel")
    assert reply is not None and reply.said == "Stopped. Nothing was written."
    assert "job" not in window.make and "failed" not in window.make
    bench.backend.let_go.set()
    window.finish()
    assert reading.films(window.view) == []


def test_a_render_that_fails_tells_why_there_is_no_film(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1, prompt="[fail]")))
    window.do("make")
    window.finish()
    assert "did not finish" in window.make["failed"]["message"]


def test_safe_areas_are_shown_until_they_are_not(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1)))
    assert window.head("film.player")["safe"] is False
    window.act("film.player", "safe")
    assert window.head("film.player")["safe"] is True
    window.act("film.player", "safe")
    assert window.head("film.player")["safe"] is False


def test_an_older_film_names_the_shots_that_changed(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2), shot(3))
    window = Window(bench, project)
    bench.render(project)
    bench.film(project)
    bench.studio.storyboards.edit(project, "002", {"seconds": "1"})
    bench.render(project)
    assert window.player["older"] == "Older than the cut: shot 002 changed."
    assert [item.get("c") for item in window.items("film.timeline").values()] == [None, 1, None]
    # the cut is played until the film is asked for; the film tells where its items stand in it
    assert window.player["source"] == "cut"
    window.act("film.player", "source", "film")
    assert window.player["source"] == "film"
    assert window.player["items"] == [["001", 0, 12], ["002", 12, 12], ["003", 24, 12]]
    bench.studio.storyboards.delete(project, "003")
    bench.studio.storyboards.reorder(project, ["002", "001"])
    assert window.player["older"] == "Older than the cut: shots 002, 001 and 003 changed."
    project.change_project(width=128)
    assert window.player["older"] == "Made at 96×64, 24 fps; the project is 128×64, 24 fps now."


def test_stale_words_do_not_make_the_film_older_but_are_told(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    window = Window(bench, project)
    bench.render(project)
    bench.film(project)
    bench.studio.storyboards.edit(project, "002", {"prompt": "other words"})
    assert window.player["older"] == "" and window.make["fresh"] is False
    assert window.states() == {"001": "done", "002": "stale"}
    window.do("make-all")
    window.finish()
    assert len(reading.films(window.view)) == 2 and window.make["fresh"] is True


def test_choosing_a_film_and_going_back_to_the_newest(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project)
    bench.render(project)
    for _ in range(2):
        bench.film(project)
    names = [item["id"] for item in films.list_view(window.view).items]
    assert names == ["film-02", "film-01"]
    window.act("film.list", "film", "film-01")
    assert window.player["film"]["name"] == "film-01" and window.session.ui.film == "film-01"
    window.act("film.list", "film", "film-02")
    assert window.session.ui.film == ""
    with pytest.raises(NotFound):
        window.act("film.list", "film", "../project")


def test_the_facts_are_those_of_the_file(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2, "1"))
    window = Window(bench, project)
    bench.render(project)
    bench.film(project)
    facts = films.list_view(window.view).head["facts"]
    rows = dict(facts["rows"])
    assert rows["Frames"] == "36 counted" and rows["Length"] == "1.5 s" and rows["Picture"] == "96×64, 24 fps"
    assert rows["Sound"] == "silence"
    path = Path(facts["path"])
    assert path.is_file() and rows["On disk"].endswith("bytes)") and str(path.stat().st_size)[:1] in rows["On disk"]
    report = films.report_view(window.view)
    assert [(r["id"], r["f"], r["in"], r["out"], r["n"]) for r in report.items] == [
        ("001", 0, "00:00:00:00", "00:00:00:12", 12),
        ("002", 12, "00:00:00:12", "00:00:01:12", 24),
    ]


def test_the_chosen_quality_is_the_films(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project)
    bench.render(project)
    assert [q["id"] for q in window.make["qualities"] if q["on"]] == ["fast"]
    window.do("quality", "high")
    window.do("quality", "nonsense")
    window.do("make")
    window.finish()
    assert [film.quality for film in reading.films(window.view)] == ["high"]


def test_every_quality_is_explained() -> None:
    assert set(making.QUALITY_WORDS) == set(QUALITIES)


@pytest.mark.parametrize(
    ("frames", "rate", "words"),
    [(720, Fraction(24), "30 s"), (37, Fraction(24), "1.542 s (37/24 s)"), (24, Fraction(24000, 1001), "1.001 s"),
     (50, Fraction(24000, 1001), "2.085 s (1001/480 s)")],
)  # fmt: skip
def test_lengths_are_exact(frames: int, rate: Fraction, words: str) -> None:
    assert reading.exact_seconds(frames, rate) == words


@pytest.mark.parametrize(
    ("shots", "words"),
    [(["003"], "shot 003"), (["003", "007"], "shots 003 and 007"), ([f"{n:03d}" for n in range(1, 13)],
     "shots 001, 002, 003, 004, 005, 006, 007, 008 and 4 more")],
)  # fmt: skip
def test_shots_in_words(shots: list[str], words: str) -> None:
    assert reading.named(shots) == words


def test_the_sound_of_a_film_is_told_as_measured(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    bench.film(project)
    (made,) = bench.studio.film.reports(project)
    loud = MixReport(measured=Measured(loudness=-14.04, true_peak=-1.2))
    assert films.sound_words(made.replace(sound=loud)) == "−14.0 LUFS, true peak −1.2 dBTP"
    assert films.sound_words(made.replace(info=made.info.replace(audio=False))) == "no sound"
