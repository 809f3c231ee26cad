from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from domain.draft import Brief, changes
from domain.errors import BadInput
from domain.job import Done
from domain.storyboard import Shot, Storyboard
from services.projects import OpenProject
from services.writing import DraftView
from tests.fakes.bench import Bench

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
