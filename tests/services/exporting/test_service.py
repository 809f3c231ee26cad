"""Exports that are files: where they lie, what goes with them, and that a folder of keyframes is imported again."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import BadInput, NotFound, NotReady, UnsafePath
from domain.job import Done
from domain.storyboard import Entity, Storyboard
from services.exporting.service import INDEX, WITH_PICTURES
from services.importing import import_any
from services.projects import OpenProject
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, shot


@pytest.fixture
def project(bench: Bench, tmp_path: Path) -> OpenProject:
    """Three shots, of which the first has its first and last frame and the third its first."""
    project = bench.studio.projects.create(tmp_path / "ferry", "Ferry", backend="fake")
    board = Storyboard(
        title="The ferry", characters=(Entity(id="ines", name="Ines", description="A pilot."),),
        shots=(shot(1, title="Opening: sea", characters=("ines",)), shot(2, id="A-7", dialogue="INES: Go."), shot(3)),
    )  # fmt: skip
    project.change_board("test", lambda _: board)
    for number, (shot_id, slot) in enumerate((("001", "start"), ("001", "end"), ("003", "start"))):
        picture = tmp_path / f"{shot_id}-{slot}.png"
        write_png(picture, plain(64, 48, number))
        bench.studio.generation.import_keyframe(project, shot_id, picture, slot)
    return project


def test_a_folder_of_keyframes_is_imported_with_its_pictures(
    bench: Bench, project: OpenProject, tmp_path: Path
) -> None:
    made = bench.studio.exports.write(project, "images", tmp_path / "out")
    assert [f.name for f in made.files] == [
        INDEX, "001-opening-sea.png", "001-opening-sea-end.png", "003.png",
    ]  # fmt: skip
    assert any("A-7" in note for note in made.notes)
    back = import_any(made.place)
    assert [(s.id, s.title, s.prompt, s.dialogue) for s in back.storyboard.shots] == [
        (s.id, s.title, s.prompt, s.dialogue) for s in project.board.shots
    ]
    assert [(p.shot, p.slot, p.path.name, p.selected) for p in back.pictures] == [
        ("001", "start", "001-opening-sea.png", True), ("001", "end", "001-opening-sea-end.png", True),
        ("003", "start", "003.png", True),
    ]  # fmt: skip
    (made.place / "003.png").unlink()
    gone = import_any(made.place)
    assert len(gone.pictures) == 2 and any("003.png" in note.what for note in gone.notes)
    with pytest.raises(BadInput, match="something in it"):
        bench.studio.exports.write(project, "images", made.place)


def test_without_a_target_exports_lie_in_the_project(bench: Bench, project: OpenProject) -> None:
    exports = bench.studio.exports
    for form in exports.formats():
        made = exports.write(project, form.id)
        assert made.place.parent == project.files.root / "exports" and made.place.exists()
        assert all(path.is_file() for path in made.files)
    again = exports.write(project, "images")
    assert again.place.name.endswith("-2"), "what was exported before stays"
    assert bench.studio.library.export(project.id, exports.write(project, "csv").place.name).is_file()
    for name in ("../project.json", "gone.csv", ".hidden"):
        with pytest.raises((NotFound, UnsafePath)):
            bench.studio.library.export(project.id, name)


def test_the_pages_show_shots_and_cast(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    made = bench.studio.exports.write(project, "pdf", tmp_path / "board.pdf")
    assert made.place.read_bytes().startswith(b"%PDF")
    assert made.place.stat().st_size > 5000
    with pytest.raises(BadInput, match=r"\.pdf"):
        bench.studio.exports.write(project, "pdf", tmp_path / "board.txt")


def test_what_cannot_be_written_is_said(bench: Bench, project: OpenProject, tmp_path: Path) -> None:
    exports = bench.studio.exports
    for form, target in (("docx", None), ("csv", tmp_path / "nowhere" / "a.csv")):
        with pytest.raises(BadInput):
            exports.write(project, form, target)
    empty = bench.studio.projects.create(tmp_path / "empty", "Empty", backend="fake")
    with pytest.raises(NotReady, match="no shots"):
        exports.write(empty, "csv")
    empty.change_board("test", lambda _: Storyboard(shots=(shot(1),)))
    with pytest.raises(NotReady, match="keyframe"):
        exports.write(empty, "images")
    assert not (empty.files.root / "exports").exists()


def test_what_has_pictures_is_written_by_a_job(bench: Bench, project: OpenProject) -> None:
    exports = bench.studio.exports
    for form in WITH_PICTURES:
        done = bench.wait(exports.start(project, form)).jobs[0].phase
        assert isinstance(done, Done) and (project.files.root / "exports" / done.result).exists()
        assert ("A-7" in done.note) is (form == "images")
    project.change_board("test", lambda board: board.replace(shots=(shot(9),)))
    with pytest.raises(NotReady, match="keyframe"):
        exports.start(project, "images")
    with pytest.raises(BadInput, match="no storyboard format"):
        exports.start(project, "docx")
