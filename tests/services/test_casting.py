"""The storyboard's cast: edits, states, references and sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import BadInput, NotFound
from domain.project import Picked
from domain.prompting import sheet_id
from domain.storyboard import CAST, CastKind
from services.projects import OpenProject
from tests.fakes.backend import fake_spec, plain, write_png
from tests.fakes.bench import Bench, phases, running, shot


@pytest.fixture
def film(bench: Bench) -> OpenProject:
    project = bench.project(shot(1), shot(2, prompt="Mara waits."), shot(3))
    bench.studio.casting.add(project, "characters", "  Mara ")
    return project


def picture(bench: Bench, film: OpenProject, tone: int = 9) -> Picked:
    source = bench.folder / f"mine-{tone}.png"
    write_png(source, plain(96, 64, tone))
    owner = sheet_id("characters", "mara")
    return bench.studio.generation.import_keyframe(film, owner, source, pick=False).image


@pytest.mark.parametrize("kind", CAST)
def test_every_kind_is_added_edited_and_deleted_in_steps_that_can_be_undone(bench: Bench, kind: CastKind) -> None:
    film = bench.project(shot(1))
    casting = bench.studio.casting
    first, second = casting.add(film, kind, "Old Tom"), casting.add(film, kind, "Old Tom")
    assert (first.id, second.id) == ("old-tom", "old-tom-2")
    casting.edit(film, kind, "old-tom", {"description": "a grey man", "aliases": ("Tom",), "seed": 4000})
    assert film.board.entity(kind, "old-tom").description == "a grey man"
    casting.delete(film, kind, "old-tom")
    assert [e.id for e in film.board.entities(kind)] == ["old-tom-2"]
    bench.studio.storyboards.undo(film)
    assert film.board.entity(kind, "old-tom").seed == 4000


def test_who_is_deleted_leaves_the_shots_that_list_it(bench: Bench, film: OpenProject) -> None:
    bench.studio.storyboards.edit(film, "001", {"characters": ("mara", "somebody")})
    bench.studio.casting.delete(film, "characters", "mara")
    assert film.board.shot("001").characters == ("somebody",)


def test_the_shots_of_each_are_those_that_list_or_name_it(bench: Bench, film: OpenProject) -> None:
    bench.studio.storyboards.edit(film, "003", {"characters": ("mara",)})
    assert bench.studio.casting.shots(film) == {("characters", "mara"): ("002", "003")}


def test_states_follow_each_other_and_end_at_shots(bench: Bench, film: OpenProject) -> None:
    casting = bench.studio.casting
    young = casting.add_state(film, "characters", "mara")
    casting.edit_state(film, "characters", "mara", young.id, {"last": "001", "description": "young"})
    old = casting.add_state(film, "characters", "mara")
    assert (old.first, old.id != young.id) == ("002", True)
    for bad in ({"last": "099"}, {"references": ()}, {"nothing": "x"}):
        with pytest.raises(BadInput):
            casting.edit_state(film, "characters", "mara", young.id, bad)
    with pytest.raises(NotFound):
        casting.edit_state(film, "characters", "mara", "gone", {"name": "x"})
    casting.delete_state(film, "characters", "mara", young.id)
    assert [s.id for s in film.board.characters[0].states] == [old.id]


def test_a_state_ends_at_the_next_shot_that_stays_when_one_is_deleted(bench: Bench, film: OpenProject) -> None:
    casting = bench.studio.casting
    state = casting.add_state(film, "characters", "mara")
    casting.edit_state(film, "characters", "mara", state.id, {"first": "001", "last": "002"})
    bench.studio.storyboards.delete(film, "002")
    now = film.board.characters[0].states[0]
    assert (now.first, now.last) == ("001", "001")


def test_references_are_pictures_of_the_project_and_the_first_is_the_sheet(bench: Bench, film: OpenProject) -> None:
    casting = bench.studio.casting
    one, two = picture(bench, film, 9), picture(bench, film, 60)
    casting.add_reference(film, "characters", "mara", one)
    casting.add_reference(film, "characters", "mara", two)
    casting.add_reference(film, "characters", "mara", one)
    assert film.board.characters[0].references == (one, two), "each once"
    casting.choose_sheet(film, "characters", "mara", two.path)
    assert film.board.characters[0].references == (two, one)
    casting.remove_reference(film, "characters", "mara", two.path)
    assert [p.path for p in film.board.characters[0].references] == [one.path]
    with pytest.raises(NotFound):
        casting.add_reference(film, "characters", "mara", Picked(path="no.png", sha256="0" * 64))
    assert not film.selection.shots, "a reference is no choice of a shot"


def test_a_sheet_is_drawn_from_the_words_and_is_sent_with_every_shot(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        spec = fake_spec(reads_text=True, references=2)
        bench.registry._entries["fake"] = (spec, lambda: bench.backend)
        film = bench.project(shot(1), shot(2, prompt="Mara waits."))
        bench.studio.casting.add(film, "characters", "Mara")
        bench.studio.casting.edit(film, "characters", "mara", {"description": "A woman in a red hat"})
        run = bench.wait(bench.studio.generation.draw_sheet(film, "characters", "mara", 2))
        assert phases(run) == ["done", "done"]
        drawn = film.files.keyframes(sheet_id("characters", "mara"))
        assert len(drawn) == 2 and drawn[0].request is not None
        assert "A woman in a red hat." in drawn[0].request.prompt and "side by side" in drawn[0].request.prompt
        assert drawn[0].request.references == ()
        (sheet,) = film.board.characters[0].references
        assert sheet in [k.image for k in drawn], "whichever is there first"
        sent = {s: bench.studio.generation.state(film, s).image_request("start").references for s in ("001", "002")}
        assert sent == {"001": (), "002": (sheet,)}
        bench.wait(bench.studio.generation.draw_keyframes(film, ["002"]))
        (made,) = film.files.keyframes("002")
        assert made.request is not None and made.request.references == (sheet,)
        with pytest.raises(NotFound):
            bench.studio.generation.draw_sheet(film, "characters", "nobody")


@pytest.mark.parametrize(
    ("name", "fields"),
    [("  ", {}), ("X", {"id": "y"}), ("X", {"states": ()}), ("X", {"strength": 99}), ("X", {"nothing": 1})],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    bench: Bench, film: OpenProject, name: str, fields: dict[str, object]
) -> None:
    before = film.board
    with pytest.raises(BadInput):
        if fields:
            bench.studio.casting.edit(film, "characters", "mara", fields)
        else:
            bench.studio.casting.add(film, "characters", name)
    assert film.board == before


# -- the shot before ---------------------------------------------------------------------------------------------------


def test_the_picked_keyframe_of_the_shot_before_is_carried_over(bench: Bench) -> None:
    def use(**changes: object) -> None:
        bench.registry._entries["fake"] = (fake_spec(reads_text=True, **changes), lambda: bench.backend)

    use(references=1)
    film = bench.project(shot(1), shot(2), shot(3))
    source = bench.folder / "own.png"
    write_png(source, plain(96, 64, 40))
    picked = bench.studio.generation.import_keyframe(film, "001", source).image
    request = {s: bench.studio.generation.state(film, s).image_request("start") for s in ("001", "002", "003")}
    assert all(r.references == () for r in request.values()), "nothing is carried over unasked"
    for name in ("001", "002", "003"):
        bench.studio.storyboards.edit(film, name, {"carry": 0.75})
    state = {s: bench.studio.generation.state(film, s) for s in ("001", "002", "003")}
    assert [s.image_request("start").references for s in state.values()] == [(), (picked,), ()]
    assert state["002"].image_request("end").references == (), "an end frame is this shot's own"
    use(fields=fake_spec().fields | {"carry"})
    amount = bench.studio.generation.state(film, "002").image_request("start")
    assert (amount.start, amount.params["denoise"], amount.references) == (picked, 0.25, ())
    bench.studio.storyboards.reorder(film, ["002", "001", "003"])
    states = {s: bench.studio.generation.state(film, s).image_request("start").start for s in ("002", "001", "003")}
    assert states == {"002": None, "001": None, "003": picked}
    for bad in (-0.1, 1.1):
        with pytest.raises(BadInput):
            bench.studio.storyboards.edit(film, "001", {"carry": bad})
