"""The steps of the command line: choosing shots, going on with a film, and jobs across processes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from domain.errors import BadInput, Conflict, NotFound, NotReady, StudioError
from domain.importing import ImportedPicture, ImportResult
from domain.storyboard import Storyboard
from domain.timing import film_frames
from services import commands as steps
from services.reports import ProgressLines, job_document
from services.run_commands import StopWatcher
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, phases, running, shot


def board(*ids: str) -> Storyboard:
    return Storyboard(shots=tuple(shot(1).replace(id=i) for i in ids))


@pytest.mark.parametrize(
    ("ids", "text", "chosen"),
    [
        ("001 002 003 004 005", "1,3-5", "001 003 004 005"),
        ("001 002 003", "003,1", "001 003"),
        ("001 002 003", " 2 , 2-3 ", "002 003"),
        ("3 2 1", "3", "3"),  # an id wins over the place
        ("3 2 1", "1-2", "3 2"),
        ("intro 10A outro", "10A,3", "10A outro"),
        ("a-b 1-2 c", "1-2", "1-2"),
    ],
)
def test_shots_are_chosen_by_id_or_place(ids: str, text: str, chosen: str) -> None:
    assert steps.choose_shots(board(*ids.split()), text) == chosen.split()


@pytest.mark.parametrize("text", ["", "0", "4", "2-1", "1-9", "x", "1;2", "-1", "1,,2", "1-", "١", "99999999"])
def test_shots_that_are_not_there_are_named(text: str) -> None:
    with pytest.raises(BadInput):
        steps.choose_shots(board("001", "002", "003"), text)
    with pytest.raises(BadInput):
        steps.choose_shots(Storyboard(), "1")


@pytest.mark.parametrize("text", ["", "1920", "1920x", "x1080", "1920x1080x1", "-2x4", "1e3x4", "999999x2"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(BadInput):
        steps.parse_size(text)


def test_words_become_exact_values() -> None:
    assert steps.parse_size("1920X1080") == (1920, 1080)
    assert steps.read_rate("23.976") == Fraction(24000, 1001)
    assert steps.read_seconds("3.1") == Fraction(31, 10)
    for read, text in ((steps.read_rate, "fast"), (steps.read_rate, "0"), (steps.read_seconds, "inf")):
        with pytest.raises(BadInput):
            read(text)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(7)])
@pytest.mark.parametrize("frames", [1, 2, 17, 1001, 100_000])
def test_a_prompt_of_so_many_frames_has_exactly_these(frames: int, rate: Fraction) -> None:
    result = steps.prompt_board("a house", rate=rate, frames=frames, characters=["Ann", "Ann", "張"], seed=3)
    found = Storyboard.model_validate_json(result.storyboard.model_dump_json())
    assert film_frames(found.shots[0].seconds, rate) == frames
    assert len(set(found.shots[0].characters)) == 3
    assert found.shots[0].image.seed == found.shots[0].video.seed == 3


# -- one film in one go --------------------------------------------------------------------------------------------


def result(*shots: int, **fields: object) -> ImportResult:
    found = ImportResult(storyboard=Storyboard(title="T", shots=tuple(shot(n) for n in shots)), format="gcv 2.2")
    return found.replace(**fields)


def test_the_project_beside_the_film_is_used_again(bench: Bench) -> None:
    folder = bench.folder / "x.kinoloom"
    first = bench.commands.project_for(result(1, 2), folder, width=96, height=64, backend="fake")
    bench.render(first)
    with running(bench.folder, owner="two") as second:
        again = second.commands.project_for(result(1, 2), folder)
        assert (again.project.width, again.project.backend) == (96, "fake")
        assert second.studio.generation.render(again) is None
        changed = second.commands.project_for(result(2, 3), folder)
        assert [s.id for s in changed.board.shots] == ["002", "003"]
        assert second.states(changed) == {"002": ["done"], "003": ["ready"]}
        assert second.commands.project_for(result(2, 3), folder, rate=Fraction(25)).project.rate == 25


def test_a_format_that_the_file_changes_is_taken_over_and_one_that_was_asked_for_is_kept(bench: Bench) -> None:
    folder = bench.folder / "x.kinoloom"
    asked = result(1, width=640, height=360, rate=Fraction(25))
    assert bench.commands.project_for(asked, folder, rate=Fraction(30)).project.rate == 30
    assert bench.commands.project_for(asked, folder).project.rate == 30
    now = bench.commands.project_for(asked.replace(width=960), folder).project
    assert (now.width, now.height, now.rate) == (960, 360, Fraction(30))


def test_edits_in_the_project_are_never_lost(bench: Bench) -> None:
    folder = bench.folder / "x.kinoloom"
    project = bench.commands.project_for(result(1, 2), folder)
    bench.studio.storyboards.edit(project, "001", {"title": "mine"})
    assert bench.commands.project_for(result(1, 2), folder).board.shot("001").title == "mine"
    with pytest.raises(BadInput, match="edited"):
        bench.commands.project_for(result(1), folder)
    assert project.board.shot("001").title == "mine"


def test_a_project_of_something_else_is_left_alone(bench: Bench) -> None:
    project = bench.project(shot(7))
    with pytest.raises(BadInput):
        bench.commands.project_for(result(1), project.files.root)
    assert [s.id for s in project.board.shots] == ["007"]


def test_pictures_are_taken_in_once_and_the_selected_one_stands(bench: Bench) -> None:
    paths = []
    for number in range(3):
        paths.append(bench.folder / f"p{number}.png")
        write_png(paths[-1], plain(96, 64, number))
    pictures = tuple(ImportedPicture(shot="001", path=p, selected=i == 1, variant=i) for i, p in enumerate(paths))
    folder = bench.folder / "x.kinoloom"
    project = bench.commands.project_for(result(1, pictures=pictures), folder, backend="fake")
    assert [k.source for k in project.files.keyframes("001")] == ["p0.png", "p2.png", "p1.png"]
    stands = bench.studio.generation.state(project, "001").keyframe("start")
    assert stands == project.files.keyframes("001")[-1].image
    bench.commands.project_for(result(1, pictures=pictures), folder)
    assert len(project.files.keyframes("001")) == 3


def test_what_cannot_be_made_is_said_before_work_begins(bench: Bench) -> None:
    project = bench.project(shot(1, "60"), profile="wan2.2-14b", mode="single")
    with pytest.raises(NotReady, match="Longer than"):
        bench.commands.check_makeable(project)
    project.change_project(mode="chain")
    bench.commands.check_makeable(project)


# -- several processes -----------------------------------------------------------------------------------------------


def test_a_request_to_stop_reaches_the_owner(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"), shot(2, prompt="a barn [slow]"))
    run = bench.studio.generation.render(project)
    assert run is not None
    watcher = StopWatcher(bench.studio, bench.stops)
    watcher.start()
    with running(bench.folder, owner="two") as second:
        second.alive.add("one")
        again = second.studio.projects.open(project.files.root)
        with pytest.raises(Conflict, match="another Kinoloom"):
            second.commands.claim(again)
        one = [run.jobs[1].id]
        assert [j.phase.kind for j in second.commands.cancel(again, one)] == ["cancelled"]
        assert phases(bench.studio.jobs.wait(run.id, 0)) != ["cancelled"] * 4
        second.commands.cancel(again)
    assert set(phases(bench.wait(run))) == {"cancelled"}
    watcher.close()
    assert list((project.files.root / "runs").glob("*.cancel")) == []


def test_requests_for_runs_of_others_are_left_lying(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.stops.ask(project.files.root, "somebody-elses", [])
    StopWatcher(bench.studio, bench.stops).look()
    assert (project.files.root / "runs" / "somebody-elses.cancel").exists()


def test_runs_of_a_dead_process_are_closed_before_new_work(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    project.files.write(f"runs/{bench.saved[0].id}", bench.saved[0])
    bench.close()
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        assert second.commands.status(again)[0]["state"] == "interrupted"
        second.commands.claim(again)
        assert [j["state"] for j in second.commands.status(again)[0]["jobs"]] == ["cancelled", "cancelled"]
        second.commands.claim(again)


def test_a_film_that_was_left_waiting_goes_on_after_its_shots(bench: Bench) -> None:
    """Both runs begin in one second; the film must still not be tried before what it is made of."""
    project = bench.project(shot(1, prompt="a house [slow]"))
    render = bench.studio.generation.render(project)
    assert render is not None
    film = bench.studio.film.make(project, after=tuple(j.id for j in render.jobs))
    left = [r.replace(created="2026-01-01T00:00:00Z") for r in (render, film)]
    bench.close()
    for run in left:
        project.files.write(f"runs/{run.id}", run)
    with running(bench.folder, owner="two") as second:
        second.backend.let_go.set()
        again = second.studio.projects.open(project.files.root)
        assert second.studio.generation.resume(again) == 3
        assert phases(second.wait(film)) == ["done"]


def test_a_process_that_does_not_answer_keeps_its_work(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    left = bench.saved[0].replace(owner="77@another-machine:1")
    project.files.write(f"runs/{left.id}", left)
    bench.close()
    with running(bench.folder, owner="two") as second:
        second.alive.add(left.owner)
        again = second.studio.projects.open(project.files.root)
        assert [j.ended for j in second.commands.cancel(again, patience=0.2)] == [False, False]
        assert (project.files.root / "runs" / f"{left.id}.cancel").exists()
        assert second.commands.status(again)[0]["state"] == "active"


def test_an_id_that_fits_several_jobs_or_none(bench: Bench) -> None:
    project = bench.project(shot(1))
    run = bench.render(project)
    changed = run.replace(jobs=tuple(j.replace(id=f"abcd{i}") for i, j in enumerate(run.jobs)))
    project.files.write(f"runs/{run.id}", changed)
    with pytest.raises(BadInput, match="2 jobs"):
        bench.commands.cancel(project, ["abcd"])
    with pytest.raises(NotFound):
        bench.commands.cancel(project, ["abc"])
    assert bench.commands.cancel(project, ["abcd0"]) == [], "what has ended is left alone"


def test_the_first_failure_speaks_for_all(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="[fail]"), shot(2, prompt="[fail]"))
    run = bench.wait(bench.studio.generation.render(project))
    with pytest.raises(StudioError, match=r"Keyframe 001: The fake was told to fail. \(and 1 more failed\)"):
        bench.commands.raise_unfinished(run.jobs)
    assert job_document(run.jobs[0])["message"] == "The fake was told to fail."


def test_progress_tells_each_end_once(bench: Bench) -> None:
    run = bench.render(bench.project(shot(1)))
    lines = ProgressLines()
    assert [line.split(":")[0] for line in lines.news(run.jobs)] == ["[1/2] Keyframe 001", "[2/2] Shot 001"]
    assert lines.news(run.jobs) == [] and lines.fraction(run.jobs) == 1 and lines.now(run.jobs) == ""


def test_following_an_interrupted_run_stops_it(bench: Bench) -> None:
    project = bench.project(shot(1, prompt="a house [slow]"))
    run = bench.studio.generation.render(project)
    assert run is not None

    def interrupt(jobs: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.commands.follow([run.id], interrupt)
    assert [j.phase.kind for j in project.files.runs()[0].jobs] == ["cancelled", "cancelled"]


def test_a_picture_given_as_storyboard_is_refused(bench: Bench) -> None:
    for name in ("board.png", "board.MP4"):
        path: Path = bench.folder / name
        path.write_text("INT. HOUSE - DAY")
        with pytest.raises(BadInput, match="picture or clip"):
            bench.commands.read(path)
