"""What is planned, what counts as done, and what makes it stale: each way to change, and each way not to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadInput, NotFound
from domain.project import Picked
from services.pacing import key_for
from services.projects import OpenProject
from tests.fakes.backend import FakeBackend, fake_spec, plain, write_png
from tests.fakes.bench import Bench, running, shot

Change = Callable[[Bench, OpenProject], object]


def edit(**fields: Any) -> Change:
    changes = {name.replace("__", "."): value for name, value in fields.items()}
    return lambda bench, project: bench.studio.storyboards.edit(project, "001", changes)


def film(**fields: Any) -> Change:
    return lambda bench, project: project.change_project(**fields)


def burn_in(bench: Bench, project: OpenProject) -> None:
    bench.options = bench.options.replace(backend_params={"fake": {"burn_in": False}})


def bring_picture(slot: str) -> Change:
    def change(bench: Bench, project: OpenProject) -> None:
        picture = bench.folder / "mine.png"
        write_png(picture, plain(96, 64, 99))
        bench.studio.generation.import_keyframe(project, "001", picture, slot)

    return change


def other_variant(bench: Bench, project: OpenProject) -> None:
    bench.wait(bench.studio.generation.draw_keyframes(project, ["001"], 1))
    newest = project.files.keyframes("001")[-1]
    assert newest.image.sha256 != project.files.keyframes("001")[0].image.sha256
    bench.studio.selection.pick_keyframe(project, "001", newest.name)


BASE: dict[str, Any] = {
    "title": "Arrival", "negative": "fog", "video": {"seed": 5}, "image": {"seed": 4}, "characters": ["ann"],
    "presets": {"camera": "pan_left", "motion": "normal", "style": "noir"},
}  # fmt: skip

STALE: dict[str, tuple[Change, str]] = {
    "prompt": (edit(prompt="a ship"), "the words changed"),
    "negative": (edit(negative="rain"), "the words changed"),
    "picture seed rule": (edit(image__seed=8), "the words changed"),
    "style": (edit(presets__style="anime"), "the words changed"),
    "character": (edit(characters=("bob",)), "the words changed"),
    "title, which is drawn": (edit(title="Departure"), "the words changed"),
    "shot size": (edit(size="close_up"), "the words changed"),
    "film size": (film(width=128), "the words changed"),
    "clip seed rule": (edit(video__seed=6), "seed"),
    "clip seed no longer fixed": (edit(video__seed=None), "seed"),
    "film rate": (film(rate="25"), "frame rate"),
    "duration": (edit(seconds="0.75"), "length"),
    "camera": (edit(presets__camera="dolly_in"), "camera"),
    "motion": (edit(presets__motion="dynamic"), "motion"),
    "motion strength": (edit(video__motion_strength=0), "motion"),
    "steps": (edit(video__steps=30), "steps"),
    "another keyframe is picked": (other_variant, "start frame"),
    "an own picture": (bring_picture("start"), "start frame"),
    "an end frame": (bring_picture("end"), "end frame"),
    "an option of the backend": (burn_in, "the words changed"),
    "profile": (film(profile="wan2.2-5b"), "the words changed"),
    "backend": (film(backend="other"), "the words changed"),
}


def no_change(bench: Bench, project: OpenProject) -> None:
    pass


def undo_back(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.edit(project, "001", {"prompt": "something else"})
    assert bench.states(project)["001"] == ["stale"]
    bench.studio.storyboards.undo(project)


def type_it_back(bench: Bench, project: OpenProject) -> None:
    old = project.board.shot("001").prompt
    bench.studio.storyboards.edit(project, "001", {"prompt": "something else"})
    bench.studio.storyboards.edit(project, "001", {"prompt": old})


def reorder(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.add(project, prompt="another")
    bench.studio.storyboards.reorder(project, [s.id for s in reversed(project.board.shots)])


def insert_before(bench: Bench, project: OpenProject) -> None:
    added = bench.studio.storyboards.add(project, prompt="new", seconds="0.3")
    bench.studio.storyboards.move(project, added.id, -5)
    assert project.board.shots[0].id == added.id


def star(bench: Bench, project: OpenProject) -> None:
    bench.studio.selection.star(project, "001", project.files.keyframes("001")[0].name)


def pick_what_stands(bench: Bench, project: OpenProject) -> None:
    bench.studio.selection.pick_keyframe(project, "001", project.files.keyframes("001")[0].name)


def choose_what_stands(bench: Bench, project: OpenProject) -> None:
    bench.studio.selection.choose_take(project, "001", 0, project.files.takes("001")[0].id)


def more_variants(bench: Bench, project: OpenProject) -> None:
    bench.wait(bench.studio.generation.draw_keyframes(project, ["001"], 2))


def other_setting(bench: Bench, project: OpenProject) -> None:
    bench.options = bench.options.replace(
        quality="ultra", variants=7, width=640, backend_params={"other": {"burn_in": False}}
    )


def later_process(bench: Bench, project: OpenProject) -> None:
    with running(bench.folder, owner="two") as second:
        assert second.states(second.studio.projects.open(project.files.root))["001"] == ["done"]


def delete_and_undo(bench: Bench, project: OpenProject) -> None:
    bench.studio.storyboards.delete(project, "001")
    bench.studio.storyboards.undo(project)


NOT_STALE: dict[str, Change] = {
    "nothing": no_change,
    "description": edit(description="for the crew only"),
    "extras": edit(extras={"note": "mine"}),
    "undo to the old words": undo_back,
    "typing the old words again": type_it_back,
    "reordering": reorder,
    "adding another shot": lambda b, p: b.studio.storyboards.add(p, prompt="another"),
    "adding a shot before it": insert_before,
    "editing another shot": lambda b, p: b.studio.storyboards.edit(p, "002", {"prompt": "other", "seconds": "2"}),
    "a star": star,
    "picking what stands": pick_what_stands,
    "choosing the take that stands": choose_what_stands,
    "further variants": more_variants,
    "a setting that is not used": other_setting,
    "opening it again": later_process,
    "deleting and undoing": delete_and_undo,
    "the film's name": film(name="Another name"),
    "the board's title": lambda b, p: b.studio.storyboards.describe(p, title="Other", description="Other"),
    "a mode that plans the shot alike": film(mode="single"),
    "the look, where the shot has its own style": film(look="watercolor"),
    "a character's sentence, where the backend takes names only": lambda b, p: b.studio.storyboards.describe(
        p, characters=({"id": "ann", "description": "tall"},)
    ),
}


@pytest.fixture
def made(bench: Bench) -> OpenProject:
    """A project whose two shots are rendered."""
    project = bench.project(shot(1, **BASE), shot(2))
    bench.render(project)
    assert bench.states(project) == {"001": ["done"], "002": ["done"]}
    return project


@pytest.mark.parametrize("name", STALE)
def test_makes_a_take_stale(bench: Bench, made: OpenProject, name: str) -> None:
    change, why = STALE[name]
    change(bench, made)
    assert bench.states(made)["001"] == ["stale"]
    assert why in bench.reason(made)
    bench.render(made)
    assert bench.states(made)["001"] == ["done"], bench.reason(made)


@pytest.mark.parametrize("name", NOT_STALE)
def test_makes_no_take_stale(bench: Bench, made: OpenProject, name: str) -> None:
    takes = len(made.files.takes("001"))
    NOT_STALE[name](bench, made)
    assert bench.states(made)["001"] == ["done"], bench.reason(made)
    run = bench.studio.generation.render(made, ["001"])
    assert run is None and len(made.files.takes("001")) == takes


def test_only_what_changed_is_made_again(bench: Bench, made: OpenProject) -> None:
    bench.studio.storyboards.edit(made, "001", {"presets.camera": "dolly_in"})
    run = bench.render(made)
    assert [(j.kind, j.shot) for j in run.jobs] == [("segment", "001")]


def test_another_rate_keeps_the_pictures(bench: Bench, made: OpenProject) -> None:
    pictures = len(made.files.keyframes())
    made.change_project(rate="30")
    bench.render(made)
    assert len(made.files.keyframes()) == pictures


def test_what_the_backend_does_not_use_makes_nothing_stale(tmp_path: Path) -> None:
    backend = FakeBackend(fake_spec(fields=frozenset({"prompt"})))
    with running(tmp_path, backend) as bench:
        project = bench.project(shot(1, **BASE))
        bench.render(project)
        for change in (
            edit(title="Other"), edit(negative="rain"), edit(presets__camera="tilt_up"), edit(presets__style="anime"),
            edit(video__seed=77), edit(image__seed=78), edit(characters=()), edit(size="wide"),
            edit(video__motion_strength=1),
        ):  # fmt: skip
            change(bench, project)
            assert bench.states(project)["001"] == ["done"], bench.reason(project)
        edit(prompt="else")(bench, project)
        assert bench.states(project)["001"] == ["stale"]


def test_a_moved_folder_keeps_everything(bench: Bench, made: OpenProject, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "moved film"
    target.parent.mkdir()
    shutil.move(made.files.root, target)
    with running(tmp_path, owner="two") as second:
        moved = second.studio.projects.open(target)
        assert second.states(moved) == {"001": ["done"], "002": ["done"]}
        assert second.studio.generation.render(moved) is None


def test_a_random_seed_is_not_stale_for_having_been_drawn(bench: Bench) -> None:
    project = bench.project(shot(1, image={"seed": -1}, video={"seed": -1}))
    bench.render(project)
    assert bench.states(project) == {"001": ["done"]}
    assert bench.studio.generation.render(project) is None
    bench.render(project, again=True)
    seeds = {take.request.seed for take in project.files.takes("001")}
    assert len(seeds) == 2


def test_a_picked_picture_survives_new_words(bench: Bench, made: OpenProject) -> None:
    bring_picture("start")(bench, made)
    bench.render(made)
    bench.studio.storyboards.edit(made, "001", {"prompt": "a ship"})
    assert bench.states(made)["001"] == ["stale"] and bench.reason(made) == "changed since: prompt"
    run = bench.render(made)
    assert [job.kind for job in run.jobs] == ["segment"], "the picture that was brought is not drawn over"


def test_a_take_whose_files_are_gone_is_made_again(bench: Bench, made: OpenProject) -> None:
    take = made.files.takes("001")[0]
    shutil.rmtree(made.files.path(take.clip).parent)
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(made.files.root)
        assert second.states(again) == {"001": ["ready"], "002": ["done"]}
        second.render(again)
        assert second.states(again)["001"] == ["done"]


# -- states of a plan ----------------------------------------------------------------------------------------------


def test_a_fresh_shot_is_ready_and_draws_its_keyframe_first(bench: Bench) -> None:
    project = bench.project(shot(1))
    assert bench.states(project) == {"001": ["ready"]}
    assert bench.reason(project) == "draws a keyframe first"


def test_a_backend_without_pictures_is_blocked_until_one_is_brought(tmp_path: Path) -> None:
    with running(tmp_path, FakeBackend(fake_spec(kinds=frozenset({"video"})))) as bench:
        project = bench.project(shot(1))
        assert bench.states(project) == {"001": ["blocked"]}
        assert "start keyframe" in bench.reason(project)
        bring_picture("start")(bench, project)
        assert bench.states(project) == {"001": ["ready"]}
        bench.render(project)
        assert bench.states(project) == {"001": ["done"]}
        with pytest.raises(BadInput, match="no pictures"):
            bench.studio.generation.draw_keyframes(project)


def test_a_long_shot_waits_segment_by_segment(bench: Bench) -> None:
    project = bench.project(shot(1, "12"), profile="wan2.2-14b")
    assert bench.states(project) == {"001": ["ready", "waiting", "waiting"]}
    bench.render(project)
    assert bench.states(project) == {"001": ["done", "done", "done"]}
    bench.studio.storyboards.edit(project, "001", {"video.seed": 3})
    assert bench.states(project) == {"001": ["stale", "stale", "stale"]}


def test_keyframe_mode_needs_a_picture_at_every_boundary(tmp_path: Path) -> None:
    with running(tmp_path, FakeBackend(fake_spec(kinds=frozenset({"video"})))) as bench:
        project = bench.project(shot(1, "8"), profile="wan2.2-14b", mode="keyframe")
        for slot, states in (
            ("start", ["blocked", "blocked"]),
            ("mid-1", ["ready", "blocked"]),
            ("end", ["ready"] * 2),
        ):
            bring_picture(slot)(bench, project)
            assert bench.states(project)["001"] == states
        bench.render(project)
        requests = sorted(bench.backend.requests("video"), key=lambda r: r.params["span"])
        assert all(r.start and r.end for r in requests)
        assert [r.start and r.start.path.split("/")[-1].split("_")[0] for r in requests] == ["start", "mid-1"]
        assert [r.end and r.end.path.split("/")[-1].split("_")[0] for r in requests] == ["mid-1", "end"]


def test_mode_changes_the_plan_of_a_long_shot(bench: Bench) -> None:
    project = bench.project(shot(1, "8"), profile="wan2.2-14b")
    bench.render(project)
    assert bench.states(project)["001"] == ["done", "done"]
    project.change_project(mode="keyframe")
    assert bench.states(project)["001"] == ["stale", "stale"]
    project.change_project(mode="single")
    found = bench.plan(project).shots[0]
    assert found.state == "blocked" and "Longer than" in found.problem and not found.segments
    project.change_project(mode="chain")
    assert bench.states(project)["001"] == ["done", "done"]


def test_a_plan_can_be_asked_for_without_changing_the_project(bench: Bench) -> None:
    project = bench.project(shot(1, "8"))
    found = bench.plan(project, profile="wan2.2-14b", mode="keyframe")
    assert (found.profile, found.mode, found.native_rate) == ("wan2.2-14b", "keyframe", Fraction(16))
    assert [s.segment.generate for s in found.shots[0].segments] == [65, 65]
    assert (project.project.profile, project.project.mode) == ("animatic", "chain")
    assert bench.backend.received == []


def test_a_plan_of_some_shots(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2), shot(3))
    assert [s.shot for s in bench.plan(project, only=["003", "001"]).shots] == ["001", "003"]
    with pytest.raises(NotFound):
        bench.plan(project, only=["004"])


def test_unknown_backends_and_profiles_are_named(bench: Bench) -> None:
    project = bench.project(shot(1))
    with pytest.raises(NotFound, match="fake"):
        bench.plan(project, backend="nothing")
    with pytest.raises(BadInput, match="wan"):
        bench.plan(project, profile="nothing")


def test_expected_time_is_learnt(bench: Bench) -> None:
    project = bench.project(shot(1), shot(2))
    assert bench.plan(project).expected_seconds is None
    setup = bench.studio.generation.setup(project)
    key = key_for(setup.spec, setup.profile, project.project)
    bench.timings.learn(key, 0.5)
    assert bench.plan(project).expected_seconds == 24 * 0.5 / 2
    bench.render(project)
    assert bench.plan(project).expected_seconds == 0
    assert len(bench.timings.learnt[key]) == 3


def test_a_keyframe_file_that_is_gone_does_not_stand(bench: Bench, made: OpenProject) -> None:
    keyframe = made.files.keyframes("001")[0]
    made.files.path(keyframe.image).unlink()
    made.files.path(Picked(path=keyframe.image.path[:-4] + ".json", sha256="0" * 64)).unlink()
    with running(bench.folder, owner="two") as second:
        again = second.studio.projects.open(made.files.root)
        assert second.states(again)["001"] == ["stale"]
        second.render(again)
        assert second.states(again)["001"] == ["done"]
