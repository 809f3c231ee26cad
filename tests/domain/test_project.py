"""The project and what is chosen in it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from domain.project import MAX_SIDE, Picked, Project, Selection, ShotChoice, UiState


def test_a_new_project_is_hd_at_24_frames() -> None:
    project = Project(id="p", name="P")
    assert (project.width, project.height, project.rate) == (1280, 720, Fraction(24))
    assert (project.backend, project.profile, project.mode) == ("animatic", "animatic", "chain")


@pytest.mark.parametrize("written", [24, "24", "24/1", 23.976, "30000/1001", 12.5])
def test_a_project_survives_json_with_any_rate(written: Any) -> None:
    project = Project(id="p", name="P", rate=written, width=1920, height=1080, extras={"a": [1, {"b": None}]})
    assert Project.model_validate_json(json.dumps(project.to_json())) == project


def test_ntsc_stays_exact() -> None:
    project = Project(id="p", name="P", rate=23.976)
    assert project.rate == Fraction(24000, 1001)
    assert project.to_json()["rate"] == "24000/1001"


@pytest.mark.parametrize(
    "fields",
    [{"width": 1281}, {"height": 721}, {"width": 62}, {"height": MAX_SIDE + 2}, {"rate": 0}, {"rate": 241}, {"id": "../p"}, {"backend": "a/b"},
     {"seed": -1}, {"seed": 2**63}, {"mode": "other"}, {"name": "x" * 201}, {"unknown": 1}],
)  # fmt: skip
def test_a_project_that_no_film_can_have_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Project.model_validate({"id": "p", "name": "P"} | fields)


@pytest.mark.parametrize("sha", ["", "a" * 63, "A" * 64, "g" * 64, "a" * 65, "a" * 64 + "\n"])
def test_a_picked_file_has_a_whole_hash(sha: str) -> None:
    with pytest.raises(ValidationError):
        Picked(path="a.png", sha256=sha)


def test_choices_of_a_shot_are_replaced_and_others_kept() -> None:
    first = ShotChoice(keyframes={"start": Picked(path="a.png", sha256="a" * 64)}, takes={"0": "t1"}, starred=("a",))
    selection = Selection().with_choice("001", first).with_choice("002", ShotChoice(takes={"0": "t2"}))
    changed = selection.with_choice("002", ShotChoice())
    assert changed.of("001") == first
    assert changed.of("002") == ShotChoice() == changed.of("never seen")
    assert selection.of("002").takes == {"0": "t2"}
    assert Selection.model_validate_json(json.dumps(selection.to_json())) == selection


def test_what_windows_remember_stays_small() -> None:
    assert UiState(choices={str(i): i for i in range(200)}).tab == "storyboard"
    with pytest.raises(ValidationError, match="too many"):
        UiState(choices={str(i): i for i in range(201)})
