"""Requests are told apart by all that decides the result, and by nothing else."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from domain.base import canonical_hash
from domain.project import Picked
from domain.request import GenerationRequest, changed_fields

ONE, TWO = "1" * 64, "2" * 64
BASE = GenerationRequest(
    kind="video", backend="b", workflow="w", workflow_hash="h", profile="p", label="001", prompt="a", negative="n", seed=7, seed_rule="fixed:7",
    width=64, height=32, frames=9, rate=Fraction(24), start=Picked(path="a.png", sha256=ONE), references=(Picked(path="r.png", sha256=ONE),),
    params={"camera": "static", "motion": 0},
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "image"}, "kind"), ({"backend": "c"}, "backend"), ({"workflow": "x"}, "workflow"), ({"workflow_hash": "i"}, "workflow file"),
        ({"profile": "q"}, "model"), ({"label": "002"}, "slate"), ({"prompt": "A"}, "prompt"), ({"negative": ""}, "negative prompt"),
        ({"seed_rule": "random"}, "seed"), ({"width": 66}, "size"), ({"height": 34}, "size"), ({"frames": 10}, "length"),
        ({"rate": Fraction(24000, 1001)}, "frame rate"), ({"start": Picked(path="a.png", sha256=TWO)}, "start frame"), ({"start": None}, "start frame"),
        ({"end": Picked(path="e.png", sha256=ONE)}, "end frame"), ({"references": ()}, "reference pictures"),
        ({"params": {"camera": "orbit", "motion": 0}}, "camera"), ({"params": {"camera": "static"}}, "motion"),
        ({"params": {"camera": "static", "motion": 0, "camera_speed": 2}}, "camera speed"),
    ],
)  # fmt: skip
def test_whatever_decides_the_result_changes_the_fingerprint_and_is_named(change: dict[str, Any], word: str) -> None:
    other = BASE.replace(**change)
    assert other.fingerprint != BASE.fingerprint
    assert changed_fields(BASE, other) == [word]
    assert changed_fields(other, BASE) == [word]


@pytest.mark.parametrize(
    "change",
    [{"seed": 8}, {"start": Picked(path="moved/b.png", sha256=ONE)}, {"references": (Picked(path="x.png", sha256=ONE),)},
     {"params": {"motion": 0, "camera": "static"}}, {}],
)  # fmt: skip
def test_whatever_does_not_decide_it_is_no_change(change: dict[str, Any]) -> None:
    other = BASE.replace(**change)
    assert other.fingerprint == BASE.fingerprint
    assert changed_fields(BASE, other) == []


def test_the_fingerprint_survives_json_and_does_not_get_into_it() -> None:
    before = BASE.fingerprint
    again = GenerationRequest.model_validate_json(json.dumps(BASE.to_json()))
    assert again == BASE
    assert again.fingerprint == before
    assert "fingerprint" not in BASE.to_json()
    assert BASE.replace(prompt="b").fingerprint != before  # not carried over by replacement


@pytest.mark.parametrize(
    "change", [{"seed": -1}, {"seed": 2**64}, {"width": 0}, {"frames": 0}, {"rate": 0}, {"kind": "sound"}, {"x": 1}]
)
def test_requests_that_no_backend_can_take_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BASE.replace(**change)


def test_equal_values_have_equal_hashes_whatever_their_order() -> None:
    assert canonical_hash({"a": 1, "b": [1, "ä"]}) == canonical_hash({"b": [1, "ä"], "a": 1})
    assert canonical_hash([1, 2]) != canonical_hash([2, 1])
    assert canonical_hash({"a": 0}) != canonical_hash({"a": None})
    with pytest.raises(ValueError):
        canonical_hash(float("nan"))
