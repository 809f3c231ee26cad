"""The film: exactly the frames of its shots, and a word about what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import BadInput, NotReady
from domain.job import Done, Failed
from services.projects import OpenProject
from tests.contracts.video_backend import decoded
from tests.fakes.bench import Bench, phases, shot, words


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    project = bench.project(shot(1, "0.5"), shot(2, "3.1"), shot(3, "0.02"))
    bench.render(project)
    return project


def test_the_film_has_exactly_the_frames_of_its_shots(bench: Bench, project: OpenProject) -> None:
    run = bench.film(project)
    assert phases(run) == ["done"], words(run.jobs[0])
    report = bench.studio.film.newest(project)
    assert report is not None
    assert [(s.shot, s.first, s.frames, s.stale) for s in report.shots] == [
        ("001", 0, 12, False), ("002", 12, 74, False), ("003", 86, 1, False),
    ]  # fmt: skip
    film = project.files.films()[-1]
    assert len(decoded(film)) == report.frames == report.info.frames == 87
    assert (report.width, report.height) == (96, 64) and report.info.audio


def test_a_model_with_another_rate_and_grid_gives_the_same_frames(bench: Bench) -> None:
    project = bench.project(shot(1, "8"), shot(2, "0.5"), profile="wan2.2-14b")
    bench.render(project)
    view = bench.studio.cuts.view(project)
    sources = [source for material in view.reel.materials for source in material.sources]
    # what the last take of a shot has beyond its kept frames is its handle
    assert [(s.first, s.count, s.offset) for s in sources] == [(0, 65, 0), (1, 64, 65), (0, 9, 0)]
    assert [placed.frames for placed in view.reel.placed] == [192, 12]
    bench.film(project)
    assert len(decoded(project.files.films()[-1])) == 204


def test_shots_without_takes_are_named(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.add(project)
    with pytest.raises(NotReady, match=r"1 of 4 shots .*: 004\."):
        bench.studio.film.make(project)
    bench.studio.storyboards.edit(project, "001", {"seconds": "9"})
    with pytest.raises(NotReady, match=r"2 of 4 shots .*: 001, 004\."):
        bench.studio.film.make(project)


def test_an_empty_storyboard_makes_no_film(bench: Bench) -> None:
    with pytest.raises(NotReady, match="no shots"):
        bench.studio.film.make(bench.project())


def test_a_stale_take_that_is_long_enough_is_used_and_marked(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.edit(project, "002", {"seconds": "1"})
    assert phases(bench.film(project)) == ["done"]
    report = bench.studio.film.newest(project)
    assert report is not None and [(s.shot, s.frames, s.stale) for s in report.shots][1] == ("002", 24, True)
    assert len(decoded(project.files.films()[-1])) == 12 + 24 + 1


def test_takes_of_another_rate_do_not_count(bench: Bench, project: OpenProject) -> None:
    project.change_project(rate="12")  # there are frames enough, but of twice the speed
    with pytest.raises(NotReady):
        bench.studio.film.make(project)


def test_the_film_waits_for_what_it_is_made_of(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    render = bench.studio.generation.render(project)
    assert render is not None
    film = bench.studio.film.make(project, after=tuple(j.id for j in render.jobs))
    assert phases(film) == ["queued"]
    bench.backend.let_go.set()
    assert phases(bench.wait(film)) == ["done"]


def test_no_film_is_made_of_what_failed(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[fail]"))
    render = bench.studio.generation.render(project)
    assert render is not None
    film = bench.wait(bench.studio.film.make(project, after=tuple(j.id for j in render.jobs)))
    assert phases(film) == ["cancelled"] and project.files.films() == []


@pytest.mark.parametrize("name", ["film.mov", "film", "folder.mp4", "nowhere/film.mp4"])
def test_a_place_that_cannot_be_is_refused_before_any_work(bench: Bench, project: OpenProject, name: str) -> None:
    (bench.folder / "folder.mp4").mkdir()
    with pytest.raises(BadInput):
        bench.studio.film.make(project, target=bench.folder / name)
    assert bench.studio.jobs.runs(project.id)[1:] == []


def test_an_unknown_quality_is_refused(bench: Bench, project: OpenProject) -> None:
    with pytest.raises(BadInput, match="ultra"):
        bench.studio.film.make(project, quality="best")


def test_a_film_elsewhere_replaces_only_when_it_is_finished(bench: Bench, project: OpenProject) -> None:
    target = bench.folder / "out.mp4"
    target.write_text("the old film")
    take = project.files.takes("002")[0]
    clip = project.files.path(take.clip)
    good = clip.read_bytes()
    clip.write_bytes(good[: len(good) // 2])
    run = bench.film(project, target=target)
    assert isinstance(run.jobs[0].phase, Failed) and target.read_text() == "the old film"
    assert sorted(p.name for p in bench.folder.glob("*out*")) == ["out.mp4"], "nothing half is left"
    clip.write_bytes(good)
    run = bench.film(project, target=target)
    assert isinstance(run.jobs[0].phase, Done) and len(decoded(target)) == 87


def test_stopping_a_film_leaves_nothing_half(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    bench.studio.storyboards.edit(project, "001", {"seconds": "60"})
    bench.render(project)
    run = bench.studio.film.make(project, target=tmp_path / "out.mp4", quality="ultra")
    while bench.studio.jobs.job(run.jobs[0].id).phase.kind == "queued":
        bench.studio.changes.wait(0, 0.01)
    bench.studio.jobs.stop([run.jobs[0].id])
    ended = bench.wait(run)
    if phases(ended) == ["cancelled"]:
        assert not list(tmp_path.glob("*out*"))


def test_films_are_numbered_and_kept(bench: Bench, project: OpenProject) -> None:
    bench.film(project)
    bench.film(project)
    assert [p.name for p in project.files.films()] == ["film-01.mp4", "film-02.mp4"]
    assert [r.name for r in bench.studio.film.reports(project)] == ["film-01", "film-02"]


def test_a_film_is_out_of_date_where_its_shots_changed(bench: Bench, project: OpenProject) -> None:
    bench.film(project)
    report = bench.studio.film.newest(project)
    assert report is not None
    outdated = bench.studio.film.outdated
    assert outdated(project, report) == []
    bench.studio.storyboards.edit(project, "001", {"description": "not in the picture"})
    assert outdated(project, report) == []
    bench.render(project, "001", again=True)
    assert outdated(project, report) == ["001"]
    bench.studio.selection.choose_take(project, "001", 0, report.shots[0].takes[0])
    assert outdated(project, report) == []
    bench.studio.storyboards.reorder(project, ["002", "001", "003"])
    assert sorted(outdated(project, report)) == ["001", "002"]
    bench.studio.storyboards.delete(project, "003")
    assert sorted(outdated(project, report)) == ["001", "002", "003"]
