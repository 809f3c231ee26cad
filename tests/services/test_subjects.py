"""What the shots of a film are compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.project import Picked
from domain.prompting import sheet_id
from domain.quality.values import Subject
from services.projects import OpenProject
from services.subjects import subjects_of
from tests.fakes.backend import plain, write_png
from tests.fakes.bench import Bench, shot


@pytest.fixture
def film(bench: Bench) -> OpenProject:
    project = bench.project(
        shot(1, prompt="Mara and Tom on the pier.", location="pier", size="wide"),
        shot(2, prompt="Mara waits.", location="pier", size="close_up"),
        shot(3, prompt="Mara again.", size="extreme_wide"),
    )
    bench.studio.casting.add(project, "characters", "Mara")
    bench.studio.casting.add(project, "characters", "Tom")
    return project


def picture(bench: Bench, film: OpenProject, shot_id: str, tone: int) -> Picked:
    source = bench.folder / f"{shot_id}-{tone}.png"
    write_png(source, plain(96, 64, tone))
    return bench.studio.generation.import_keyframe(film, shot_id, source, pick=not shot_id.startswith("cast.")).image


def subjects(bench: Bench, film: OpenProject) -> dict[str, Subject]:
    generation = bench.studio.generation
    return {found.name: found for found in subjects_of(film, generation.states(film, generation.setup(film)))}


def test_without_pictures_nothing_is_compared(bench: Bench, film: OpenProject) -> None:
    assert subjects(bench, film) == {}


def test_the_chosen_keyframe_of_the_first_shot_stands_in_for_a_sheet(bench: Bench, film: OpenProject) -> None:
    both, alone = picture(bench, film, "001", 20), picture(bench, film, "002", 60)

    found = subjects(bench, film)

    assert Path(found["Mara"].reference) == film.files.path(alone), "where nobody else is to be taken for her"
    assert (found["Mara"].kind, found["Mara"].shots, found["Mara"].hardly) == (
        "character",
        ("001", "002", "003"),
        ("003",),
    )
    assert Path(found["Tom"].reference) == film.files.path(both)
    assert (found["pier"].kind, found["pier"].shots, found["pier"].hardly) == ("location", ("001", "002"), ("002",))
    assert Path(found["pier"].reference) == film.files.path(both), "a close-up shows little of a place"


def test_a_reference_sheet_comes_before_every_keyframe(bench: Bench, film: OpenProject) -> None:
    picture(bench, film, "002", 60)
    sheet = picture(bench, film, sheet_id("characters", "mara"), 90)
    bench.studio.casting.add_reference(film, "characters", "mara", sheet)
    assert Path(subjects(bench, film)["Mara"].reference) == film.files.path(sheet)

    film.files.path(sheet).unlink()

    assert Path(subjects(bench, film)["Mara"].reference).name != Path(sheet.path).name, "what is gone is no reference"


def test_a_state_that_looks_different_is_not_compared_with_the_sheet(bench: Bench, film: OpenProject) -> None:
    casting = bench.studio.casting
    sheet = picture(bench, film, sheet_id("characters", "mara"), 90)
    casting.add_reference(film, "characters", "mara", sheet)
    casting.edit(film, "characters", "mara", {"description": "a woman in oilskins"})
    state = casting.add_state(film, "characters", "mara")
    casting.edit_state(
        film, "characters", "mara", state.id, {"first": "003", "name": "Old Mara", "clothing": "a shawl"}
    )
    assert set(subjects(bench, film)) == {"Mara"}

    later = picture(bench, film, "003", 120)
    found = subjects(bench, film)

    assert (Path(found["Mara"].reference), found["Mara"].shots) == (film.files.path(sheet), ("001", "002"))
    assert (Path(found["Old Mara"].reference), found["Old Mara"].shots) == (film.files.path(later), ("003",))

    own = picture(bench, film, sheet_id("characters", "mara"), 130)
    casting.add_reference(film, "characters", "mara", own, state.id)
    assert Path(subjects(bench, film)["Old Mara"].reference) == film.files.path(own)
