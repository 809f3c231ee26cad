"""Gates from files."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import BadInput
from domain.quality.checks import CHECKS
from domain.quality.gate import read_gate
from domain.quality.values import Expectation
from tests.domain.quality.frames import clip, found, judged


def test_a_gate_moves_limits_and_leaves_the_others() -> None:
    gate = read_gate("mine", {"title": "Mine", "size": {"width": 1280, "severity": "warn"}}, "mine.toml")

    assert (gate.limit("size", "width"), gate.limit("size", "height")) == (1280, 0)
    assert gate.severity("size") == "warn"
    assert gate.severity("black") == CHECKS["black"].severity
    assert gate.action("black") == CHECKS["black"].action


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"title": "X", "blak": {}}, "did you mean 'black'"),
        ({"title": "X", "size": {"widht": 1}}, "did you mean 'width'"),
        ({"title": "X", "size": {"width": "wide"}}, "size.width"),
        ({"title": "X", "black": {"severity": "loud"}}, "black.severity"),
        ({"title": "X", "black": 3}, "no table"),
        ({}, "title"),
        ({"title": "X", "size": {"width": float("nan")}}, "size.width"),
    ],
)
def test_a_gate_that_cannot_be_used_says_where(data: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=r"The gate mine\.toml cannot be used") as caught:
        read_gate("mine", data, "mine.toml")
    assert words in str(caught.value)


def test_limits_of_the_file_are_judged() -> None:
    data = {
        "size": {"width": 3840, "height": 2160},
        "length": {"seconds": 30},
        "rate": {"fps": 25},
        "bit_rate": {"mbit": 20},
    }
    gate = read_gate("tall", {"title": "Tall"} | data, "tall.toml")

    assert {name for name, _, _ in found(judged(clip(96), gate=gate))} == set(data)


def test_an_upright_film_is_measured_by_its_longer_side() -> None:
    gate = read_gate("hd", {"title": "HD", "size": {"width": 1920, "height": 1080}}, "hd.toml")

    assert found(judged(clip(48), gate=gate, width=1080, height=1920)) == []
    assert [name for name, _, _ in found(judged(clip(48), gate=gate, width=1080, height=1080))] == ["size"]


@pytest.mark.parametrize(
    ("fps", "rate", "passes"), [(24, "24/1", True), (24, "24000/1001", False), (23.976, "24000/1001", True)]
)
def test_a_rate_is_met_exactly(fps: float, rate: str, passes: bool) -> None:
    gate = read_gate("r", {"title": "R", "rate": {"fps": fps}}, "r.toml")

    assert judged(clip(48), Expectation(), gate, rate=rate).verdict.passed is passes
