"""The cut of a project: in step with the storyboard, edited with undo, and made into the film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from domain.cut import editing
from domain.cut.document import Cut
from domain.cut.items import ShotItem, Transition
from domain.cut.reel import ShotLayer
from domain.errors import BadInput, NotFound
from domain.job import Done, Failed
from services.projects import OpenProject
from tests.contracts.video_backend import decoded
from tests.fakes.bench import Bench, phases, shot, words


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    project = bench.project(shot(1, "0.5"), shot(2, "2"), shot(3, "1"), profile="ltx-2")
    bench.render(project)
    return project


def shown(bench: Bench, project: OpenProject) -> list[str]:
    return [placed.item.id for placed in bench.studio.cuts.view(project).reel.placed]


def test_an_unedited_cut_is_the_storyboard_and_nothing_is_stored(bench: Bench, project: OpenProject) -> None:
    view = bench.studio.cuts.view(project)
    assert shown(bench, project) == ["001", "002", "003"] and view.reel.frames == 12 + 48 + 24
    assert not view.notes and not view.lacking()
    assert not (project.files.root / "cut.json").exists()
    bench.studio.storyboards.reorder(project, ["003", "001", "002"])
    assert shown(bench, project) == ["003", "001", "002"]


def test_a_cut_of_shots_without_takes_can_be_edited(bench: Bench) -> None:
    project = bench.project(shot(1, "1"), shot(2, "1"))
    bench.studio.cuts.trim(project, "002", first=4)
    view = bench.studio.cuts.view(project)
    assert view.lacking() == ("001", "002") and view.reel.frames == 24 + 20 and set(view.reel.missing) == {"001", "002"}


def test_each_edit_is_stored_and_taken_back(bench: Bench, project: OpenProject) -> None:
    cuts = bench.studio.cuts
    cuts.trim(project, "002", 4, 40)
    cuts.split(project, "002", 10)
    cuts.set_speed(project, "002-2", "1/2")
    cuts.set_transition(project, "003", Transition(kind="wipe", frames=6))
    title = cuts.add_title(project, "Der Film", "opening", after="", frames=24)
    gap = cuts.add_gap(project, 5, after="001")
    cuts.move(project, "003", 1)
    assert shown(bench, project) == [title, "003", "001", gap, "002", "002-2"]
    view = cuts.view(project)
    assert view.reel.frames == 24 + 24 + 12 + 5 + 10 + 52
    assert cuts.history(project) == ("moving in the cut", "")
    for _ in range(7):
        assert cuts.undo(project)
    assert cuts.undo(project) == "" and shown(bench, project) == ["001", "002", "003"]
    for _ in range(7):
        assert cuts.redo(project)
    assert cuts.view(project).reel == view.reel


def test_undo_leaves_alone_what_another_program_changed(bench: Bench, project: OpenProject) -> None:
    cuts = bench.studio.cuts
    cuts.edit(project, "003", note="first")
    cuts.trim(project, "002", 4)
    project.change("cut", Cut, lambda cut: editing.edited(cut, "003", note="theirs"))
    cuts.undo(project)
    found = cuts.cut(project)
    assert found.item("003").note == "theirs" and not found.item("002").to_json()["first"]


def test_the_storyboard_and_the_cut_have_undos_of_their_own(bench: Bench, project: OpenProject) -> None:
    bench.studio.cuts.edit(project, "002", note="keep me")
    bench.studio.storyboards.delete(project, "002")
    assert shown(bench, project) == ["001", "003"]
    assert [note.text[:8] for note in bench.studio.cuts.view(project).notes] == ["Shot 002"]
    bench.studio.storyboards.undo(project)
    item = bench.studio.cuts.cut(project).item("002")
    assert shown(bench, project) == ["001", "002", "003"] and item.note == "keep me"


def test_notes_stay_until_they_are_read(bench: Bench, project: OpenProject) -> None:
    cuts = bench.studio.cuts
    cuts.edit(project, "002", note="mine")
    bench.studio.storyboards.delete(project, "002")
    cuts.add_gap(project, 5)
    assert any("gone from the storyboard" in note.text for note in cuts.view(project).notes)
    cuts.dismiss(project)
    assert not cuts.view(project).notes
    bench.studio.storyboards.undo(project)
    assert any("is back" in note.text for note in cuts.view(project).notes)


def test_what_cannot_be_changes_nothing(bench: Bench, project: OpenProject) -> None:
    cuts = bench.studio.cuts
    before = cuts.cut(project)
    with pytest.raises(BadInput, match="end at frame 3"):
        cuts.trim(project, "002", 10, 3)
    with pytest.raises(BadInput, match="speed"):
        cuts.set_speed(project, "002", "99")
    with pytest.raises(BadInput, match="colour"):
        cuts.add_gap(project, 5, colour="red")
    with pytest.raises(NotFound):
        cuts.pick_take(project, "001", 0, "nothing")
    with pytest.raises(NotFound):
        cuts.add_shot(project, "nothing")
    with pytest.raises(BadInput, match="finish"):
        cuts.finish(project, sparkle=1)
    assert cuts.cut(project) == before and cuts.history(project) == ("", "")


def test_another_take_can_be_picked_for_one_place_alone(bench: Bench, project: OpenProject) -> None:
    first = project.files.takes("001")[0].id
    bench.render(project, "001", again=True)
    cuts = bench.studio.cuts
    second = cuts.add_shot(project, "001", note="the first try")
    cuts.pick_take(project, second, 0, first)
    view = cuts.view(project)
    assert view.stocks[second].takes[0].id == first != view.stocks["001"].takes[0].id
    assert len(view.reel.materials) == 4
    cuts.pick_take(project, second, 0, None)
    assert len(cuts.view(project).reel.materials) == 3


def test_the_film_is_the_cut(bench: Bench, project: OpenProject) -> None:
    cuts = bench.studio.cuts
    cuts.set_transition(project, "002", Transition(kind="dissolve", frames=6))
    cuts.set_speed(project, "003", 2)
    cuts.add_title(project, "Ende", "credits", frames=10)
    view = cuts.view(project)
    layers = [layer for s in view.reel.stretches if s.blend for layer in s.layers]
    assert all(isinstance(layer, ShotLayer) for layer in layers)
    run = bench.film(project)
    assert phases(run) == ["done"], words(run.jobs[0])
    report = bench.studio.film.newest(project)
    assert report is not None and report.frames == 12 + 48 + 12 + 10 == len(decoded(project.files.films()[-1]))
    assert [(s.shot, s.first, s.frames) for s in report.shots] == [("001", 0, 12), ("002", 12, 48), ("003", 60, 12)]
    outdated = bench.studio.film.outdated
    assert outdated(project, report) == []
    cuts.edit(project, "002", note="only a note")
    assert outdated(project, report) == []
    cuts.set_transition(project, "002", None)
    assert outdated(project, report) == ["002"]
    cuts.undo(project)
    card = next(i.id for i in cuts.cut(project).items if not isinstance(i, ShotItem))
    cuts.edit(project, card, text="Schluss")
    assert outdated(project, report) == [card]
    cuts.finish(project, seam=2)
    assert outdated(project, report) == ["001", "002", "003", card]


def test_an_empty_cut_makes_no_film(bench: Bench, project: OpenProject) -> None:
    for item in ("001", "002", "003"):
        bench.studio.cuts.remove(project, item)
    with pytest.raises(Exception, match="nothing in the cut"):
        bench.studio.film.make(project)
    bench.studio.cuts.as_board(project)
    assert shown(bench, project) == ["001", "002", "003"]


def test_deliveries_are_made_and_remembered(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    film = bench.studio.film
    run = bench.film(project, delivery="gif")
    assert isinstance(run.jobs[0].phase, Done), words(run.jobs[0])
    run = bench.film(project, delivery="prores", target=tmp_path / "edit.mov")
    assert isinstance(run.jobs[0].phase, Done), words(run.jobs[0])
    found = film.delivered(project)
    assert [(r.delivery, r.frames, r.rate) for r in found] == [
        ("gif", 44, Fraction(25, 2)),
        ("prores", 84, Fraction(24)),
    ]
    assert Path(found[0].file).is_file() and found[1].file == str(tmp_path / "edit.mov")
    assert film.newest(project) is None, "the film itself was not made yet"
    with pytest.raises(BadInput, match=r"does not end in \.mov"):
        film.make(project, delivery="prores", target=tmp_path / "edit.mp4")
    with pytest.raises(BadInput, match="web"):
        film.make(project, delivery="cinema")
    with pytest.raises(BadInput, match="do not fit"):
        film.make(project, limit=10_000)
    run = bench.film(project, limit=120_000)
    assert isinstance(run.jobs[0].phase, Done), words(run.jobs[0])
    assert project.files.films()[-1].stat().st_size <= 120_000


def test_a_contact_sheet_shows_the_storyboard(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    sheet = bench.studio.handover.contact_sheet
    assert phases(bench.wait(sheet(project, tmp_path / "sheet.pdf"))) == ["done"]
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(BadInput, match="does not exist"):
        sheet(project, tmp_path / "nowhere" / "sheet.pdf")
    with pytest.raises(BadInput, match=r"\.pdf or \.png"):
        sheet(project, tmp_path / "sheet.doc")


def test_a_take_that_became_short_fails_in_words(bench: Bench, project: OpenProject) -> None:
    clip = project.files.path(project.files.takes("002")[0].clip)
    clip.write_bytes(clip.read_bytes()[:2000])
    run = bench.film(project)
    assert isinstance(run.jobs[0].phase, Failed) and "002" in run.jobs[0].phase.message
