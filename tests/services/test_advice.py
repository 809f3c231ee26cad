"""Advice on a project: what the cut and the plan add, and what is put away."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from domain.cut.items import Transition
from domain.errors import NotFound
from services.advice import advice_lines, by_shot, dismiss, import_advice, longest_chain, project_advice, restore
from services.importing import import_text
from services.projects import OpenProject
from tests.fakes.bench import Bench, shot


@pytest.fixture
def film(bench: Bench) -> OpenProject:
    common: dict[str, Any] = {"size": "medium", "location": "pier", "characters": ("mara",)}
    film = bench.project(shot(1, **common), shot(2, **common), shot(3, size="wide"))
    bench.studio.casting.add(film, "characters", "Mara")
    bench.studio.casting.edit(film, "characters", "mara", {"description": "a woman"})
    return film


def test_what_is_put_away_stays_away_and_can_be_given_again(bench: Bench, film: OpenProject) -> None:
    (found,) = project_advice(film)
    assert (found.rule, found.shots) == ("jump-cut", ("001", "002"))
    assert set(by_shot([found])) == {"001", "002"}

    dismiss(film, found.key)

    assert project_advice(film) == ()
    assert project_advice(bench.studio.projects.open(film.files.root), every=True) == (found,)
    with pytest.raises(NotFound):
        dismiss(film, found.key)
    assert (restore(film), restore(film)) == (1, 0)
    assert project_advice(film) == (found,)
    assert list(advice_lines((found,), "film"))[-1] == "film: 1 piece of advice."


def test_a_transition_in_the_cut_softens(bench: Bench, film: OpenProject) -> None:
    cuts = bench.studio.cuts
    second = cuts.cut(film).items[1]
    cuts.set_transition(film, second.id, Transition(kind="dissolve", frames=6))
    assert project_advice(film) == ()


def test_long_chains_come_from_the_plan(bench: Bench, film: OpenProject) -> None:
    bench.studio.storyboards.edit(film, "003", {"seconds": Fraction(40)})
    planned = bench.plan(film, profile="wan2.2-14b", mode="chain").shots
    chain = longest_chain(planned[2])
    assert [longest_chain(one) for one in planned[:2]] == [1, 1] and chain == len(planned[2].segments) > 5
    told = [one for one in project_advice(film, planned) if one.rule == "long-chain"]
    assert [one.shots for one in told] == [("003",)] and f"{chain} segments" in told[0].sentence
    dismiss(film, told[0].key, planned)
    assert [one.rule for one in project_advice(film, planned)] == ["jump-cut"]


def test_an_imported_storyboard_gets_advice_with_its_transitions() -> None:
    def told(**into: str) -> list[str]:
        row = {"duration_seconds": 4, "camera": "medium shot", "prompt": "A man.", "characters": ["m"], "location": "f"}
        rows = [{"segment_id": 1, **row, **into}, {"segment_id": 2, **row}]
        return [one.rule for one in import_advice(import_text(json.dumps({"title": "T", "segments": rows}), "a.json"))]

    assert told() == ["jump-cut", "undefined"]
    assert told(transition_to_next="dissolve") == ["undefined"]
