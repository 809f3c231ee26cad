"""What is known of a film file that lies in a project."""

from __future__ import annotations

import shutil

from domain.film import FilmReport
from domain.quality.values import Expectation
from services.quality.project_films import project_gate, project_of, project_order
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, shot


def test_a_film_of_a_project_is_checked_with_its_order_and_its_cast(bench: Bench) -> None:
    studio = bench.studio
    project = bench.project(shot(1, prompt="Mara waits."), shot(2, prompt="A boat."))
    studio.casting.add(project, "characters", "Mara")
    source = bench.folder / "mara.png"
    write_png(source, plain(96, 64, 90))
    studio.generation.import_keyframe(project, "001", source)
    bench.render(project)
    bench.film(project)
    (film,) = project.files.films()
    assert project_order(studio.projects, studio.generation, film) is None, "made before films kept what was ordered"
    ordered = Expectation(cuts=(12,), shots=("001", "002"))
    project.change(f"film/{film.stem}.report", FilmReport, lambda report: report.replace(ordered=ordered))

    order = project_order(studio.projects, studio.generation, film)

    assert order is not None and (order.cuts, order.shots) == ((12,), ("001", "002"))
    assert [(one.name, one.shots) for one in order.subjects] == [("Mara", ("001",))]
    elsewhere = bench.folder / film.name
    shutil.copyfile(film, elsewhere)
    assert project_order(studio.projects, studio.generation, elsewhere) is None
    strange = film.with_name("strange.mp4")
    shutil.copyfile(film, strange)
    assert project_order(studio.projects, studio.generation, strange) is None

    report = bench.quality.check_file(film, "draft")
    places = [(file, project_of(studio.projects, file)) for file in (film, elsewhere)]
    pages = [bench.film_checks.file_page(file, report, place).decode() for file, place in places]
    assert "Shot 001" in pages[0] and "Part 1" in pages[1] and "Shot 001" not in pages[1]

    rules = bench.film_checks.rules
    rules.set(project, film_gate="production")
    assert [project_gate(studio.projects, rules, file) for file in (film, strange, elsewhere)] == ["production"] * 2 + [
        ""
    ]
