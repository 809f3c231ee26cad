"""Making, opening, importing and copying projects, and their documents."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput, Conflict, DamagedFile, NewerFile, NotFound
from domain.importing import ImportResult
from domain.project import Picked, ShotChoice
from domain.storyboard import Storyboard
from services.projects import MAX_NAME
from tests.fakes.bench import Bench, running, shot


def test_a_new_project_has_the_format_of_the_settings(bench: Bench) -> None:
    bench.options = bench.options.replace(width=640, height=360, rate="25")
    project = bench.studio.projects.create(bench.folder / "My film")
    now = project.project
    assert (now.name, now.width, now.height, now.rate) == ("My film", 640, 360, Fraction(25))
    assert project.board == Storyboard(title="My film")


@pytest.mark.parametrize(
    "fields", [{"width": 641}, {"width": 2}, {"height": 9000}, {"rate": "0"}, {"rate": "NaN"}, {"mode": "x"}, {"x": 1}]
)
def test_a_format_that_cannot_be_makes_no_folder(bench: Bench, fields: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        bench.studio.projects.create(bench.folder / "film", **fields)
    assert not (bench.folder / "film").exists()


def test_a_folder_in_use_is_left_alone(bench: Bench) -> None:
    folder = bench.folder / "used"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(Conflict):
        bench.studio.projects.create(folder)
    assert [p.name for p in folder.iterdir()] == ["mine.txt"]


def test_the_same_folder_is_opened_once(bench: Bench) -> None:
    project = bench.project(shot(1))
    link = bench.folder / "film" / ".." / "film"
    assert bench.studio.projects.open(link) is project
    assert bench.studio.projects.opened() == [project]
    assert bench.studio.projects.get(project.id) is project


def test_what_is_no_project(bench: Bench) -> None:
    (bench.folder / "empty").mkdir()
    for name in ("empty", "not there"):
        with pytest.raises(NotFound):
            bench.studio.projects.open(bench.folder / name)
    with pytest.raises(NotFound):
        bench.studio.projects.get("nothing")
    assert bench.studio.projects.recent() == []


def test_recent_projects_come_newest_first(bench: Bench) -> None:
    a, b = bench.project(name="a"), bench.project(name="b")
    assert bench.studio.projects.recent() == [b.files.root, a.files.root]
    bench.studio.projects.open(a.files.root)
    assert bench.studio.projects.recent() == [a.files.root, b.files.root]


def test_a_copied_folder_gets_an_id_of_its_own(bench: Bench) -> None:
    project = bench.project(shot(1))
    bench.render(project)
    shutil.copytree(project.files.root, bench.folder / "copy")
    copy = bench.studio.projects.open(bench.folder / "copy")
    assert copy.id != project.id and copy.project.id == copy.id
    assert project.project.id == project.id
    assert bench.states(copy) == {"001": ["done"]}, "a copy is not stale for being one"
    bench.studio.storyboards.edit(copy, "001", {"title": "in the copy"})
    assert project.board.shot("001").title == ""


def test_a_folder_that_was_moved_while_open_keeps_its_id(bench: Bench) -> None:
    project = bench.project(shot(1))
    shutil.move(project.files.root, bench.folder / "moved")
    moved = bench.studio.projects.open(bench.folder / "moved")
    assert moved.id == project.id and bench.studio.projects.get(project.id) is moved


def test_those_who_asked_are_told_of_each_opening_once(bench: Bench) -> None:
    told: list[str] = []
    bench.studio.projects.on_open(lambda p: told.append(p.id))
    project = bench.project(shot(1))
    bench.studio.projects.open(project.files.root)
    assert told == [project.id]


def test_an_imported_storyboard_brings_its_format(bench: Bench) -> None:
    board = Storyboard(title="x" * 300, shots=(shot(1),))
    result = ImportResult(storyboard=board, format="gcv 2.2", width=640, height=480, rate=Fraction(25))
    project = bench.studio.projects.create_from(result, bench.folder / "imported", height=360)
    now = project.project
    assert (now.width, now.height, now.rate) == (640, 360, Fraction(25))
    assert project.board == board and len(now.name) == MAX_NAME


def test_importing_into_an_open_project_can_be_undone(bench: Bench) -> None:
    project = bench.project(shot(1))
    before = project.board
    bench.studio.projects.replace_board(project, ImportResult(storyboard=Storyboard(shots=(shot(7),)), format="text"))
    assert [s.id for s in project.board.shots] == ["007"]
    assert bench.studio.storyboards.undo(project) == "import" and project.board == before


def test_a_free_folder_is_free(bench: Bench) -> None:
    first = bench.studio.projects.free_folder("Der Film!")
    bench.studio.projects.create(first)
    second = bench.studio.projects.free_folder("Der Film!")
    assert first != second and not second.exists() and first.parent == second.parent


def test_a_window_shows_the_last_project_or_a_sample(bench: Bench) -> None:
    sample = bench.studio.projects.for_window()
    assert sample.board.shots and bench.studio.projects.for_window() is sample
    film = bench.project(shot(1))
    assert bench.studio.projects.for_window() is film
    assert bench.studio.projects.for_window(sample.id) is sample


def test_a_damaged_document_is_set_aside_and_said(bench: Bench) -> None:
    project = bench.project(shot(1))
    board = project.files.root / "storyboard.json"
    board.write_text("{not json")
    with pytest.raises(DamagedFile):
        _ = project.board
    assert not board.exists() and len(list(project.files.root.glob("storyboard.json.damaged*"))) == 1


def test_a_newer_document_is_left_alone(bench: Bench) -> None:
    project = bench.project(shot(1))
    board = project.files.root / "storyboard.json"
    text = re.sub(r'"version": \d+', '"version": 99', board.read_text(), count=1)
    board.write_text(text)
    with running(bench.folder, owner="two") as second, pytest.raises(NewerFile):
        _ = second.studio.projects.open(project.files.root).board
    assert board.read_text() == text


def test_a_damaged_window_state_costs_nothing(bench: Bench) -> None:
    project = bench.project(shot(1))
    project.change_ui(tab="video", shot="001")
    assert project.ui.tab == "video"
    (project.files.root / "ui.json").write_text("nonsense")
    assert project.ui.tab == "storyboard"
    assert project.change_ui(tab="film").tab == "film"


@pytest.mark.parametrize("name", ["project", "storyboard", "selection"])
def test_a_document_that_went_missing_is_said_and_not_begun_anew(bench: Bench, name: str) -> None:
    project = bench.project(shot(1))
    project.change_selection(lambda s: s.with_choice("001", ShotChoice(starred=("x",))))
    before = getattr(project, "board" if name == "storyboard" else name)
    Path(project.files.root / f"{name}.json").unlink()
    with running(bench.folder, owner="two") as second:
        for act in (
            lambda: getattr(project, "board" if name == "storyboard" else name),
            lambda: project.change_project(name="x") if name == "project" else None,
            lambda: project.change_board("x", lambda b: b.replace(title="x")) if name == "storyboard" else None,
            lambda: second.studio.projects.open(project.files.root).board if name == "storyboard" else None,
        ):  # fmt: skip
            try:
                assert act() is None
            except DamagedFile as error:
                assert f"{name}.json is not there any more. A backup of" in str(error)
        assert not (project.files.root / f"{name}.json").exists()
        project.files.restore(name, type(before))
        assert getattr(project, "board" if name == "storyboard" else name) == before


def test_changes_from_two_programs_are_both_kept(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    with running(bench.folder, owner="two") as second:
        other = second.studio.projects.open(project.files.root)
        picked = Picked(path="keyframes/x.png", sha256="0" * 64)
        assert other.selection.shots == project.selection.shots == {}
        other.change_selection(lambda s: s.with_choice("001", ShotChoice(keyframes={"start": picked})))
        project.change_selection(lambda s: s.with_choice("002", ShotChoice(takes={"0": "x"})))
        assert set(other.selection.shots) == {"001", "002"}
