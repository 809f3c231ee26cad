"""Choosing keyframes and takes, and the pictures that windows ask for by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import NotFound, StudioError
from services.projects import OpenProject
from tests.fakes.bench import Bench, shot


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    project = bench.project(shot(1), shot(2))
    bench.wait(bench.studio.generation.draw_keyframes(project, variants=2))
    bench.render(project)
    return project


def test_a_pick_is_stored_at_the_click_and_can_be_taken_back(bench: Bench, project: OpenProject) -> None:
    first, second = project.files.keyframes("001")
    seen = bench.studio.changes.value
    bench.studio.selection.pick_keyframe(project, "001", second.name)
    assert bench.studio.changes.value > seen
    assert '"' + second.image.path + '"' in (project.files.root / "selection.json").read_text()
    assert bench.studio.generation.state(project, "001").keyframe("start") == second.image
    bench.studio.selection.unpick(project, "001", "start")
    assert bench.studio.generation.state(project, "001").keyframe("start") == first.image


def test_a_star_comes_and_goes(bench: Bench, project: OpenProject) -> None:
    name = project.files.keyframes("001")[0].name
    assert bench.studio.selection.star(project, "001", name)
    assert project.selection.of("001").starred == (name,)
    assert not bench.studio.selection.star(project, "001", name)
    assert project.selection.of("001").starred == ()


def test_a_chosen_take_stands(bench: Bench, project: OpenProject) -> None:
    first = project.files.takes("001")[0]
    bench.render(project, "001", again=True)
    assert bench.plan(project).shots[0].segments[0].take != first.id
    bench.studio.selection.choose_take(project, "001", 0, first.id)
    assert bench.plan(project).shots[0].segments[0].take == first.id
    assert bench.states(project)["001"] == ["done"]


def test_what_is_not_there_cannot_be_chosen(bench: Bench, project: OpenProject) -> None:
    other = project.files.keyframes("002")[0].name
    take = project.files.takes("001")[0].id
    selection = bench.studio.selection
    for act in (
        lambda: selection.pick_keyframe(project, "001", "nothing"),
        lambda: selection.pick_keyframe(project, "002", project.files.keyframes("001")[0].name + "x"),
        lambda: selection.pick_keyframe(project, "001", other),
        lambda: selection.star(project, "009", "nothing"),
        lambda: selection.choose_take(project, "001", 1, take),
        lambda: selection.choose_take(project, "001", 0, "nothing"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()
    assert project.selection.shots == {}


def test_pictures_and_clips_are_found_by_name(bench: Bench, project: OpenProject) -> None:
    library = bench.studio.library
    keyframe, take = project.files.keyframes("001")[0], project.files.takes("001")[0]
    assert library.keyframe(project.id, "001", keyframe.name) == project.files.path(keyframe.image)
    assert library.clip(project.id, "001", 0, take.id) == project.files.path(take.clip)
    film = bench.film(project)
    name = film.jobs[0].phase.result if film.jobs[0].phase.kind == "done" else ""
    assert library.film(project.id, name) == project.files.film_path(name)


@pytest.mark.parametrize("name", ["../project", "..", "nothing", "/etc/passwd", "", "a" * 500, "x\x00y"])
def test_names_from_outside_lead_nowhere_else(bench: Bench, project: OpenProject, name: str) -> None:
    library = bench.studio.library
    asked: tuple[Callable[[], Path], ...] = (
        lambda: library.keyframe(project.id, "001", name), lambda: library.keyframe(project.id, name, "x"),
        lambda: library.keyframe(name, "001", "x"), lambda: library.clip(project.id, name, 0, "x"),
        lambda: library.clip(project.id, "001", 0, name), lambda: library.film(project.id, name),
        lambda: library.keyframe_thumb(project.id, "001", name, 320),
        lambda: library.take_thumb(project.id, name, 0, "x", 320),
    )  # fmt: skip
    for ask in asked:
        with pytest.raises(StudioError):
            ask()


def test_small_pictures_are_made_once(bench: Bench, project: OpenProject) -> None:
    keyframe, take = project.files.keyframes("001")[0], project.files.takes("001")[0]
    library = bench.studio.library
    asked: tuple[Callable[[], Path], ...] = (
        lambda: library.keyframe_thumb(project.id, "001", keyframe.name, 160),
        lambda: library.take_thumb(project.id, "001", 0, take.id, 160),
    )
    for ask in asked:
        made = ask()
        assert made.read_bytes()[8:12] == b"WEBP"
        stamp = made.stat().st_mtime_ns
        assert ask() == made and made.stat().st_mtime_ns == stamp
        assert made.is_relative_to(bench.folder / "cache")
    with pytest.raises(NotFound, match="161"):
        library.keyframe_thumb(project.id, "001", keyframe.name, 161)
