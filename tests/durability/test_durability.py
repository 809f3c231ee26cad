"""The kill test and the reopening test in their short forms; `python -m tests.tools.kill_test` has the long ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.durability import kills, reopening

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="SIGKILL and /proc are needed")


@pytest.mark.parametrize(
    ("engine", "way", "times"),
    [("animatic", "studio", 4), ("comfyui", "studio", 4), ("comfyui", "commands", 2)],
)
def test_a_render_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    engine: str, way: str, times: int, tmp_path: Path
) -> None:
    counts = kills.run(engine, times, tmp_path, seed=11, way=way)
    assert counts.wrong == []
    assert (counts.kills, counts.takes) == (times, kills.SEGMENTS * counts.films)


def test_closing_and_reopening_during_a_render_leaves_nothing_behind(tmp_path: Path) -> None:
    left = reopening.run(6, tmp_path, seed=5)
    assert left.wrong == []
    assert left.times == 6 and left.takes > 0, "it never got as far as a take"
