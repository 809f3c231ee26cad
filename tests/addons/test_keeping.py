"""What is derived from a project is worked out again only for the shots that changed."""

from __future__ import annotations

import pytest

from addons.video.model import parts
from domain.storyboard import Entity
from tests.addons.support import Window
from tests.fakes.bench import Bench, shot


@pytest.fixture
def window(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1), shot(2, characters=["mara"]), shot(3)), parts)


def kept(window: Window, before: dict[str, object]) -> list[str]:
    return [shot_id for shot_id, state in window.view.states.items() if state is before.get(shot_id)]


def test_an_edit_costs_one_shot(bench: Bench, window: Window) -> None:
    before = dict[str, object](window.view.states)
    bench.studio.storyboards.edit(window.project, "002", {"prompt": "a boat"})
    assert kept(window, before) == ["001", "003"]
    assert window.view.states["002"].words.shot.prompt == "a boat"
    assert window.view.plan.shots[1].segments[0].state == "ready"


def test_a_pick_costs_one_shot_and_is_seen(bench: Bench, window: Window) -> None:
    bench.wait(bench.studio.generation.draw_keyframes(window.project, ["001"], 2))
    bench.render(window.project)
    before = dict[str, object](window.view.states)
    assert {s.state for s in window.view.plan.shots} == {"done"}
    name = bench.studio.projects.get(window.project.id).files.keyframes("001")[1].name
    bench.studio.selection.pick_keyframe(window.project, "001", name)
    assert kept(window, before) == ["002", "003"]
    assert [s.state for s in window.view.plan.shots] == ["stale", "done", "done"]


def test_a_change_of_the_film_or_the_cast_concerns_every_shot(bench: Bench, window: Window) -> None:
    before = dict[str, object](window.view.states)
    window.project.change_project(seed=7)
    assert kept(window, before) == []
    before = dict[str, object](window.view.states)
    window.project.change_board("cast", lambda b: b.replace(characters=(Entity(id="mara", name="Mara"),)))
    assert kept(window, before) == []
    assert window.view.states["002"].image_request("start").params["characters"] == [{"id": "mara", "name": "Mara"}]


def test_shots_that_come_back_or_move_are_right(bench: Bench, window: Window) -> None:
    assert list(window.view.states) == ["001", "002", "003"]
    bench.studio.storyboards.reorder(window.project, ["003", "001", "002"])
    assert list(window.view.states) == ["003", "001", "002"]
    bench.studio.storyboards.delete(window.project, "001")
    assert [s.shot for s in window.view.plan.shots] == ["003", "002"]
    bench.studio.storyboards.undo(window.project)
    assert [s.shot for s in window.view.plan.shots] == ["003", "001", "002"]


def test_another_length_or_way_of_making_is_planned_anew(bench: Bench, window: Window) -> None:
    assert window.view.plan.frames == 36
    bench.studio.storyboards.edit(window.project, "001", {"seconds": "1"})
    assert window.view.plan.frames == 48
    window.project.change_project(profile="wan2.2-14b")
    assert window.view.plan.native_rate == 16 and window.view.states["001"].timing.native == 16
