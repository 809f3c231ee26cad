from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from domain.asking import Question
from domain.draft import Brief, changes
from domain.errors import BackendFailed, BadInput, NotReady
from domain.job import Done, Failed, Stopped
from domain.storyboard import Shot, Storyboard
from services.projects import OpenProject
from services.writing import DraftView
from services.writing.modelled import Parts
from tests.fakes.bench import Bench
from tests.fakes.llm import answer
from tests.fakes.writer import Line, ScriptedWriter

IDEA = "An old woman opens a door. She sees the sea. A dog runs along the beach."


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def _project(bench: Bench, *shots: Shot) -> OpenProject:
    return bench.studio.projects.create(bench.folder / "film", "film", Storyboard(shots=shots))


def _written(bench: Bench, project: OpenProject, brief: Brief) -> DraftView:
    run = bench.studio.jobs.wait(bench.studio.writing.write(project, brief).id, 20)
    assert [type(job.phase) for job in run.jobs] == [Done], run
    view = bench.studio.writing.view(project)
    assert view is not None
    return view


def test_a_draft_waits_in_the_project_and_changes_nothing_until_it_is_accepted(bench: Bench) -> None:
    project = _project(bench, Shot(id="001", prompt="Mine."))
    before = project.board
    view = _written(bench, project, Brief(text=IDEA, seconds=Fraction(30)))
    assert project.board == before and len(view.changes) == 3
    again = Bench(bench.folder)
    other = again.studio.projects.open(project.files.root)
    assert again.studio.writing.view(other) == view  # a restart loses nothing
    again.close()
    assert bench.studio.writing.accept(project, view.draft.id) == 3
    assert project.board.frames(project.project.rate) == 30 * project.project.rate
    assert bench.studio.writing.view(project) is None
    bench.studio.storyboards.undo(project)
    assert project.board == before


def test_single_shots_of_a_draft_go_to_the_end_with_their_cast(bench: Bench) -> None:
    project = _project(bench, Shot(id="001", prompt="Mine."))
    view = _written(bench, project, Brief(text=IDEA))
    assert bench.studio.writing.accept(project, view.draft.id, ["003"]) == 1
    assert [s.prompt for s in project.board.shots] == ["Mine.", "A dog runs along the beach."]
    shot = project.board.shots[-1]
    assert shot.characters == ("dog",) and project.board.entity("characters", "dog").name == "dog"
    left = bench.studio.writing.view(project)
    assert left is not None and [c.id for c in left.changes] == ["001", "002"]
    bench.studio.writing.accept(project, view.draft.id)
    assert project.board.shots[0].prompt == "Mine." and len(project.board.shots) == 4
    with pytest.raises(BadInput):
        bench.studio.writing.accept(project, "another")


def test_a_revision_is_accepted_shot_by_shot_and_keeps_what_was_edited_since(bench: Bench) -> None:
    project = _project(bench, *(Shot(id=f"00{n}", prompt=f"Shot {n}.", seconds=Fraction(8)) for n in (1, 2, 3)))
    view = _written(bench, project, Brief(mode="revise", instruction="shorter"))
    assert [(c.id, c.kind, [f.field for f in c.fields]) for c in view.changes] == [
        (f"00{n}", "changed", ["seconds"]) for n in (1, 2, 3)
    ]
    assert [(f.before, f.after) for f in view.changes[0].fields] == [("8 s", "6 s")]
    bench.studio.storyboards.edit(project, "002", {"prompt": "Edited since."})
    bench.studio.writing.accept(project, view.draft.id, ["002"])
    assert [(s.prompt, float(s.seconds)) for s in project.board.shots] == [
        ("Shot 1.", 8.0),
        ("Edited since.", 6.0),
        ("Shot 3.", 8.0),
    ]
    bench.studio.writing.refuse(project, view.draft.id, ["001"])
    left = bench.studio.writing.view(project)
    assert left is not None and [c.id for c in left.changes] == ["003"]
    bench.studio.writing.refuse(project, view.draft.id)
    assert bench.studio.writing.view(project) is None and project.board.shots[2].seconds == 8


def test_a_removal_stands_at_its_place_in_the_list(bench: Bench) -> None:
    project = _project(
        bench, *(Shot(id=f"00{n}", prompt=f"A {w} waits.") for n, w in enumerate(("dog", "cat", "cow"), 1))
    )
    view = _written(bench, project, Brief(mode="revise", instruction="remove the cat, at night"))
    assert [(c.id, c.kind) for c in changes(view.draft)] == [("001", "changed"), ("002", "removed"), ("003", "changed")]
    bench.studio.writing.accept(project, view.draft.id)
    assert [s.id for s in project.board.shots] == ["001", "003"]


def test_nothing_to_write_from_is_refused_before_anything_is_queued(bench: Bench) -> None:
    project = _project(bench)
    with pytest.raises(BadInput, match="nothing to write from"):
        bench.studio.writing.write(project, Brief(text="  "))
    assert bench.studio.jobs.runs() == []


# -- with a language model -------------------------------------------------------------------------------------------


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """A bench whose language model answers from a script."""
    benches: list[Bench] = []

    def make(*script: Line) -> Bench:
        writer = ScriptedWriter(*script)
        benches.append(Bench(tmp_path / str(len(benches)), writer=writer))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


MODEL = Brief(text=IDEA, writer="model", seconds=Fraction(20))


def test_a_model_writes_a_draft_that_waits_like_any_other(asking: Callable[..., Bench]) -> None:
    bench = asking(answer(4))
    project = _project(bench, Shot(id="001", prompt="Mine."))
    view = _written(bench, project, MODEL)
    assert (view.draft.model, view.draft.usage.received) == ("scripted", 50) and len(view.changes) == 4
    assert [s.prompt for s in project.board.shots] == ["Mine."]
    (job,) = bench.studio.jobs.jobs(project.id)
    assert job.detail["writer"] == "scripted"
    bench.studio.writing.accept(project, view.draft.id)
    assert project.board.frames(project.project.rate) == 20 * project.project.rate
    assert project.board.characters[0].description == "A woman of sixty in a yellow oilskin coat."


def test_what_went_wrong_is_the_jobs_sentence_and_changes_nothing(asking: Callable[..., Bench]) -> None:
    bench = asking(BackendFailed("The language model refused: no.", "Say it differently.", retry=False))
    project = _project(bench, Shot(id="001", prompt="Mine."))
    before = sorted(p.name for p in project.files.root.rglob("*") if p.is_file())
    run = bench.studio.jobs.wait(bench.studio.writing.write(project, MODEL).id, 20)
    (phase,) = [job.phase for job in run.jobs]
    assert isinstance(phase, Failed) and phase.message == "The language model refused: no."
    assert bench.studio.writing.view(project) is None and len(project.board.shots) == 1
    after = {p.name for p in project.files.root.rglob("*") if p.is_file()} - set(before)
    assert {"asked.json"} <= after and "current.json" not in after


def test_a_failed_draft_is_written_on_from_where_it_was(asking: Callable[..., Bench]) -> None:
    text = "\n\n".join("The tide comes in and the light goes round. " * 100 for _ in range(3))
    lost = BackendFailed("The language model broke off.", "Try again.", retry=False)
    bench = asking(answer(2), lost, answer(1))
    project = _project(bench)
    brief = Brief(text=text, writer="model")
    first = bench.studio.jobs.wait(bench.studio.writing.write(project, brief).id, 20)
    assert [type(job.phase) for job in first.jobs] == [Failed]
    job = bench.studio.jobs.retry(first.jobs[0].id)
    bench.studio.jobs.wait(job.run, 20)
    view = bench.studio.writing.view(project)
    writer = bench.writer
    assert isinstance(writer, ScriptedWriter) and view is not None
    assert writer.asked[0] not in writer.asked[1:] and len(view.changes) == len(writer.asked)
    assert project.files.read("drafts/parts", Parts) == Parts()  # nothing is kept of a draft that is finished


def test_writing_can_be_stopped(asking: Callable[..., Bench]) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slowly(question: Question) -> str:
        began.set()
        go_on.wait(20)
        return answer(1)

    bench = asking(slowly)
    project = _project(bench)
    run = bench.studio.writing.write(project, MODEL)
    assert began.wait(20)
    bench.studio.writing.stop(project)
    go_on.set()
    ended = bench.studio.jobs.wait(run.id, 20)
    assert [type(job.phase) for job in ended.jobs] == [Stopped] and bench.studio.writing.view(project) is None


def test_without_a_model_nothing_is_queued(asking: Callable[..., Bench], bench: Bench) -> None:
    project = _project(bench)
    assert bench.studio.writing.model() == "" and "No language model is set up." in bench.studio.writing.why_no_model()
    with pytest.raises(NotReady, match="No language model is set up"):
        bench.studio.writing.write(project, MODEL)
    other = asking(answer())
    assert isinstance(other.writer, ScriptedWriter)
    other.writer.missing = "Writing with a model needs two more libraries. Install them: pip …"
    with pytest.raises(NotReady, match="two more libraries"):
        other.studio.writing.write(_project(other), MODEL)
    assert bench.studio.jobs.runs() == other.studio.jobs.runs() == []
