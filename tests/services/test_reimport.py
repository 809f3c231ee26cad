"""A list that is imported over a project's storyboard, and the cut that was made of the one before."""

from __future__ import annotations

from pathlib import Path

from domain.cut.items import ShotItem, Transition
from domain.importing import ImportedTransition, ImportResult
from domain.storyboard import Storyboard
from services.projects import OpenProject
from tests.fakes.bench import Bench, shot

WIPE = ImportedTransition(shot="002", kind="wipe")


def imported(bench: Bench, project: OpenProject, *numbers: int) -> list[str]:
    """Import a list of these shots with a wipe; what was said about the cut."""
    board = Storyboard(title="New", shots=tuple(shot(n) for n in numbers))
    result = ImportResult(storyboard=board, format="segment list", transitions=(WIPE,))
    bench.studio.projects.replace_board(project, result)
    return [f"{note.where} {note.what}" for note in bench.studio.cuts.imported(project, result)]


def joins(bench: Bench, project: OpenProject) -> dict[str, str]:
    return {item.id: item.into.kind for item in bench.studio.cuts.cut(project).items if item.into is not None}


def test_an_unedited_cut_becomes_that_of_the_list(bench: Bench) -> None:
    project = bench.project(shot(1), shot(3))
    assert imported(bench, project, 1, 2, 3) == []
    assert joins(bench, project) == {"002": "wipe"}
    assert [item.id for item in bench.studio.cuts.cut(project).items] == ["001", "002", "003"]
    bench.studio.cuts.undo(project)
    assert joins(bench, project) == {}


def test_an_edited_cut_is_left_alone_and_nothing_of_it_is_dropped(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2), shot(3))
    cuts = bench.studio.cuts
    cuts.trim(project, "003", 2, 10)
    cuts.set_transition(project, "002", Transition(kind="dissolve", frames=6))
    title = cuts.add_title(project, "A title", after="001")
    said = imported(bench, project, 2, 4)
    assert said[0].startswith(f"cut keeps its edits of {title}, 002; shots are known by their ids")
    assert said[1:] == [
        "cut has put edits aside, because the list has no shot 003; they come back with the shot.",
        "cut does not take the transitions of the list, because it has edits of its own.",
    ]
    cut = cuts.cut(project)
    assert joins(bench, project) == {"002": "dissolve"} and [i.id for i in cut.items] == [title, "002", "004"]
    (parked,) = [p.item for p in cut.parked if isinstance(p.item, ShotItem) and p.item.edited]
    assert (parked.id, parked.first, parked.end) == ("003", 2, 10)
    imported(bench, project, 1, 2, 3)
    back = cuts.cut(project).item("003")
    assert isinstance(back, ShotItem) and (back.first, back.end) == (2, 10), "it comes back as it was"


def test_make_tells_what_became_of_the_cut(bench: Bench, tmp_path: Path) -> None:
    commands, folder = bench.commands, tmp_path / "made"
    boards = [Storyboard(title="A", shots=tuple(shot(n) for n in numbers)) for numbers in ((1, 2), (2, 3))]
    project = commands.project_for(ImportResult(storyboard=boards[0], format="text"), folder)
    bench.studio.cuts.trim(project, "001", 2, 10)
    commands.project_for(ImportResult(storyboard=boards[1], format="text"), folder)
    (note,) = bench.studio.cuts.cut(project).notes
    assert note.text == "Shot 001 is gone from the storyboard; its edits are kept and come back with it."
