"""Earlier versions of documents, and the trash: through the services, over real folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import BadInput, Conflict, NotFound
from domain.project import ShotChoice
from domain.storyboard import Storyboard
from services.projects import OpenProject
from tests.fakes.bench import Bench, shot


@pytest.fixture
def project(bench: Bench) -> OpenProject:
    project = bench.project(shot(1))
    bench.render(project)
    return project


def files(project: OpenProject) -> set[str]:
    """Everything outside the trash and what is only ours."""
    root = project.files.root
    hidden = ("trash", ".kinoloom", "backups", "logs")
    return {
        p.relative_to(root).as_posix()
        for p in root.rglob("*")
        if p.is_file() and p.relative_to(root).parts[0] not in hidden
    }


def test_a_deleted_take_comes_back_with_all_it_had(bench: Bench, project: OpenProject) -> None:
    keeping, before = bench.studio.keeping, files(project)
    (take,) = project.files.takes()
    entry = keeping.delete_take(project, "001", 0, take.id)
    assert project.files.takes() == [] and bench.states(project) == {"001": ["ready"]}
    assert (
        keeping.trash(project) == [entry]
        and entry.title == f"Take {take.id} of shot 001"
        and entry.size > take.clip_bytes
    )
    keeping.put_back(project, entry.id)
    assert project.files.takes() == [take] and bench.states(project) == {"001": ["done"]}
    assert files(project) == before and keeping.trash(project) == []


def test_an_old_take_comes_back_too(bench: Bench, project: OpenProject) -> None:
    """Its folder has the same time as before, as if nothing had happened in between."""
    (take,) = project.files.takes()
    folder = project.files.path(take.clip).parent
    os.utime(folder, (1_700_000_000, 1_700_000_000))
    assert project.files.takes() == [take]
    entry = bench.studio.keeping.delete_take(project, "001", 0, take.id)
    assert project.files.takes() == []
    bench.studio.keeping.put_back(project, entry.id)
    assert project.files.takes() == [take]


def test_a_deleted_keyframe_gives_way_to_another_until_it_comes_back(bench: Bench, project: OpenProject) -> None:
    (keyframe,) = project.files.keyframes()
    bench.studio.selection.pick_keyframe(project, "001", keyframe.name)
    entry = bench.studio.keeping.delete_keyframe(project, "001", keyframe.name)
    assert project.files.keyframes() == []
    assert bench.studio.generation.state(project, "001").keyframe("start") is None
    bench.studio.keeping.put_back(project, entry.id)
    assert bench.studio.generation.state(project, "001").keyframe("start") == keyframe.image, "the choice was kept too"


def test_a_deleted_film_takes_its_report_along(bench: Bench, project: OpenProject) -> None:
    bench.film(project)
    (film,) = project.files.films()
    for ending in ("srt", "vtt", "checks.json", "checks.html"):
        film.with_suffix(f".{ending}").write_text("beside")
    (film.with_name(f"{film.stem}0.srt")).write_text("of another")
    before = files(project)
    entry = bench.studio.keeping.delete_film(project, film.stem)
    left = [name for name in files(project) if name.startswith("film/")]
    assert project.files.films() == [] and left == [f"film/{film.stem}0.srt"]
    bench.studio.keeping.put_back(project, entry.id)
    assert files(project) == before


def test_what_is_not_there_cannot_be_deleted(bench: Bench, project: OpenProject) -> None:
    keeping, before = bench.studio.keeping, files(project)
    wrong: list[Callable[[], object]] = [
        lambda: keeping.delete_take(project, "001", 0, "../../x"),
        lambda: keeping.delete_take(project, "001", 1, project.files.takes()[0].id),
        lambda: keeping.delete_keyframe(project, "..", "x"),
        lambda: keeping.delete_film(project, "../project"),
        lambda: keeping.put_back(project, "20260101T000000Z-00000000"),
    ]
    for work in wrong:
        with pytest.raises(NotFound):
            work()
    assert files(project) == before and keeping.trash(project) == []


def test_a_take_is_not_put_over_another(bench: Bench, project: OpenProject) -> None:
    (take,) = project.files.takes()
    entry = bench.studio.keeping.delete_take(project, "001", 0, take.id)
    project.files.path(project.files.keyframes()[0].image)
    Path(project.files.root / take.clip.path).parent.mkdir()
    with pytest.raises(Conflict, match="is there again, so the one in the trash stays"):
        bench.studio.keeping.put_back(project, entry.id)


def test_any_version_of_a_storyboard_comes_back(bench: Bench, project: OpenProject) -> None:
    first = project.board
    bench.studio.storyboards.edit(project, "001", {"prompt": "another"})
    keeping = bench.studio.keeping
    versions = project.files.backups("storyboard", Storyboard)
    wanted = next(v for v in versions[1:])
    assert keeping.restore(project.files, "storyboard", wanted.key) == first == project.board
    assert len(project.files.backups("storyboard", Storyboard)) == len(versions) + 1, "what it replaced is kept too"
    with pytest.raises(Conflict, match="can be read"):
        keeping.restore(project.files, "storyboard")
    with pytest.raises(BadInput, match="No versions are kept of 'ui'"):
        keeping.restore(project.files, "ui")


def test_a_lost_document_can_be_begun_anew(bench: Bench, project: OpenProject) -> None:
    project.change_selection(lambda s: s.with_choice("001", ShotChoice(starred=("x",))))
    keeping = bench.studio.keeping
    with pytest.raises(BadInput, match=r"selection\.json cannot be begun anew"):
        keeping.start_over(project.files, "selection")
    (project.files.root / "selection.json").unlink()
    keeping.start_over(project.files, "selection")
    assert project.selection.shots == {}
    oldest = project.files.backups("selection", type(project.selection))[-1]
    keeping.restore(project.files, "selection", oldest.key)
    assert project.selection.of("001").starred == ("x",)


def test_a_project_whose_own_file_is_lost_can_be_opened_to_be_mended(bench: Bench, project: OpenProject) -> None:
    (project.files.root / "project.json").unlink()
    found = bench.studio.keeping.open_files(project.files.root)
    (standing,) = [s for s in bench.studio.keeping.documents(found) if s.problem]
    assert standing.document == "project" and "can be restored" in standing.cure
    bench.studio.keeping.restore(found, "project")
    assert bench.studio.projects.open(project.files.root).project == project.project
