"""Editing the storyboard, and taking edits back."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import BadInput, Conflict, NotFound, StudioError
from domain.storyboard import Storyboard
from services.projects import OpenProject
from services.storyboards import StoryboardService
from tests.fakes.bench import Bench, running, shot


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    return bench.project(shot(1), shot(2), shot(3))


def ids(project: OpenProject) -> list[str]:
    return [s.id for s in project.board.shots]


def test_a_new_shot_goes_behind_the_one_named(bench: Bench, project: OpenProject) -> None:
    added = bench.studio.storyboards.add(project, "001", prompt="between", seconds="3.1")
    assert ids(project) == ["001", "001A", "002", "003"]
    assert added.seconds == Fraction(31, 10) and project.board.shot("001A").prompt == "between"
    bench.studio.storyboards.add(project)
    assert ids(project)[-1] == "004"


def test_nested_fields_are_edited_one_by_one(bench: Bench, project: OpenProject) -> None:
    edited = bench.studio.storyboards.edit(
        project,
        "002",
        {"presets.camera": "pan_left", "presets.style": "noir", "video.motion_strength": 0, "title": "T"},
    )
    assert (edited.presets.camera, edited.presets.style, edited.title) == ("pan_left", "noir", "T")
    assert edited.video.motion_strength == 0, "0 is a value"
    bench.studio.storyboards.edit(project, "002", {"video.seed": 7})
    assert project.board.shot("002").video.motion_strength == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seconds", -1), ("seconds", 0), ("seconds", "NaN"), ("seconds", "1e9"), ("seconds", "soon"), ("nothing", 1),
        ("id", "009"), ("presets.nothing", "x"), ("nothing.camera", "x"), ("prompt", "x" * 20_001), ("image.seed", -2),
        ("video.steps", 0), ("video.cfg", "NaN"), ("presets.camera", 7), ("size", "huge"), ("shots", []),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    bench: Bench, project: OpenProject, field: str, value: Any
) -> None:
    before = project.board
    with pytest.raises(BadInput) as caught:
        bench.studio.storyboards.edit(project, "001", {"title": "new", field: value})
    assert field.rpartition(".")[2] in str(caught.value) and "\n" not in str(caught.value)
    assert project.board == before and project.history() == ("shots", "")


def test_shots_that_are_not_there(bench: Bench, project: OpenProject) -> None:
    boards = bench.studio.storyboards
    for act in (
        lambda: boards.edit(project, "009", {"title": "x"}), lambda: boards.delete(project, "009"),
        lambda: boards.duplicate(project, "009"), lambda: boards.add(project, "009"),
        lambda: boards.move(project, "009", 1),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()


def test_a_duplicate_stands_behind_with_an_id_of_its_own(bench: Bench, project: OpenProject) -> None:
    copy = bench.studio.storyboards.duplicate(project, "002")
    assert ids(project) == ["001", "002", copy.id, "003"]
    assert copy.replace(id="002") == project.board.shot("002")


def test_moving_stops_at_the_ends(bench: Bench, project: OpenProject) -> None:
    for name, by, expected in (
        ("001", 1, ["002", "001", "003"]), ("001", 9, ["002", "003", "001"]), ("003", -9, ["003", "002", "001"]),
        ("003", -1, ["003", "002", "001"]),
    ):  # fmt: skip
        bench.studio.storyboards.move(project, name, by)
        assert ids(project) == expected


@pytest.mark.parametrize("order", [["001"], ["001", "002", "002"], ["001", "002", "004"], ["001", "002", "003", "003"]])
def test_an_order_that_names_not_each_once_is_refused(bench: Bench, project: OpenProject, order: list[str]) -> None:
    with pytest.raises(BadInput):
        bench.studio.storyboards.reorder(project, order)
    assert ids(project) == ["001", "002", "003"]


def test_undo_and_redo_say_what_they_do(bench: Bench, project: OpenProject) -> None:
    boards = bench.studio.storyboards
    boards.edit(project, "001", {"title": "One"})
    boards.delete(project, "002")
    assert project.history() == ("deleting shot 002", "")
    assert boards.undo(project) == "deleting shot 002" and ids(project) == ["001", "002", "003"]
    assert boards.undo(project) == "editing shot 001" and project.board.shot("001").title == ""
    assert boards.redo(project) == "editing shot 001" and project.board.shot("001").title == "One"
    assert project.history() == ("editing shot 001", "deleting shot 002")
    boards.edit(project, "003", {"title": "Three"})
    assert boards.redo(project) == "", "a new edit ends what could be made again"
    while boards.undo(project):
        pass
    assert ids(project) == [] and boards.undo(project) == ""


def test_an_edit_that_changes_nothing_is_no_step(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.edit(project, "001", {"prompt": project.board.shot("001").prompt})
    assert project.history() == ("shots", "")


def test_steps_are_kept_up_to_a_number(bench: Bench, project: OpenProject) -> None:
    project = OpenProject(project.files, undo_steps=6)
    for number in range(9):
        bench.studio.storyboards.edit(project, "001", {"title": str(number)})
    steps = 0
    while bench.studio.storyboards.undo(project):
        steps += 1
    assert steps == 6


def test_undo_never_takes_back_what_another_program_did(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.edit(project, "001", {"title": "ours"})
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        second.studio.storyboards.edit(again, "002", {"title": "theirs"})
    assert bench.studio.storyboards.undo(project) == "editing shot 001"
    assert [s.title for s in project.board.shots] == ["", "theirs", ""]
    assert bench.studio.storyboards.redo(project) == "editing shot 001"
    assert [s.title for s in project.board.shots] == ["ours", "theirs", ""]


def test_undo_refuses_where_another_program_edited_the_same(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.edit(project, "001", {"title": "ours"})
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        second.studio.storyboards.edit(again, "001", {"title": "theirs"})
    with pytest.raises(Conflict, match="Shot 001: title was changed in two places"):
        bench.studio.storyboards.undo(project)
    assert [s.title for s in project.board.shots] == ["theirs", "", ""]
    assert project.history() == ("shots", ""), "that step is forgotten, and those before it are not"


def test_edits_of_two_programs_are_both_kept_and_undo_takes_only_ours(bench: Bench, project: OpenProject) -> None:
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)
        assert again.board == project.board
        second.studio.storyboards.edit(again, "002", {"title": "theirs"})
        bench.studio.storyboards.edit(project, "001", {"title": "ours"})
        assert [s.title for s in again.board.shots] == ["ours", "theirs", ""]
        bench.studio.storyboards.undo(project)
        assert [s.title for s in again.board.shots] == ["", "theirs", ""]


def test_an_edit_that_another_program_came_before_is_made_on_top_of_theirs(bench: Bench, project: OpenProject) -> None:
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(project.files.root)

        def ours(board: Storyboard) -> Storyboard:
            if not again.board.shot("002").title:
                second.studio.storyboards.edit(again, "002", {"title": "theirs"})
            return board.with_shot(board.shot("001").replace(title="ours"))

        project.change_board("ours", ours)
        assert [s.title for s in again.board.shots] == ["ours", "theirs", ""]
        bench.studio.storyboards.undo(project)
        assert [s.title for s in again.board.shots] == ["", "theirs", ""]


def test_undo_of_a_deletion_brings_the_choices_back(bench: Bench, project: OpenProject) -> None:
    bench.render(project, "001")
    keyframe = project.files.keyframes("001")[0]
    bench.studio.selection.pick_keyframe(project, "001", keyframe.name)
    bench.studio.storyboards.delete(project, "001")
    bench.studio.storyboards.undo(project)
    assert bench.studio.generation.state(project, "001").keyframe("start") == keyframe.image
    assert bench.states(project)["001"] == ["done"]


def test_the_boards_own_fields(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.describe(project, title="The film", style="grainy")
    assert (project.board.title, project.board.style) == ("The film", "grainy")
    with pytest.raises(BadInput):
        bench.studio.storyboards.describe(project, nothing="x")


# -- any edits, any way back ------------------------------------------------------------------------------------------

Edit = Callable[[StoryboardService, OpenProject], object]


def _some(project: OpenProject, number: int) -> str:
    shots = project.board.shots
    return shots[number % len(shots)].id if shots else "none"


numbers = st.integers(0, 50)
edits = st.one_of(
    st.builds(lambda n: lambda b, p: b.add(p, _some(p, n) if n % 3 else None, title=str(n)), numbers),
    st.builds(lambda n: lambda b, p: b.delete(p, _some(p, n)), numbers),
    st.builds(lambda n: lambda b, p: b.duplicate(p, _some(p, n)), numbers),
    st.builds(lambda n, by: lambda b, p: b.move(p, _some(p, n), by), numbers, st.integers(-4, 4)),
    st.builds(
        lambda n, field, value: lambda b, p: b.edit(p, _some(p, n), {field: value}),
        numbers,
        st.sampled_from(["title", "prompt", "seconds", "presets.camera", "video.seed"]),
        st.sampled_from(["1", "2.5", "pan_left", "x", "7", ""]),
    ),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(edits, min_size=1, max_size=12))
def test_undoing_every_edit_leads_back_and_redoing_forth(tmp_path: Path, steps: list[Edit]) -> None:
    with running(tmp_path) as bench:
        project = bench.project(shot(1), shot(2), name=f"film-{len(list(tmp_path.iterdir()))}")
        service = bench.studio.storyboards
        first = project.board
        boards = [first]
        for step in steps:
            try:
                step(service, project)
            except StudioError:
                assert project.board == boards[-1], "a refused edit changed something"
            if project.board != boards[-1]:
                boards.append(project.board)
        for earlier in reversed(boards[:-1]):
            assert service.undo(project)
            assert project.board == earlier
        for later in boards[1:]:
            assert service.redo(project)
            assert project.board == later
        assert len({s.id.casefold() for s in project.board.shots}) == len(project.board.shots)
