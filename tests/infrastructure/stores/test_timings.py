"""What runs took: the median of the last five, and damage that costs nothing else."""

from __future__ import annotations

import math
from pathlib import Path

from infrastructure.stores.timings import JsonTimingStore
from services.ports import TimingStore


def test_the_median_of_the_last_five(tmp_path: Path) -> None:
    store: TimingStore = JsonTimingStore(tmp_path)
    assert store.expect("wan") is None
    for figure in (100.0, 100.0, 100.0, 1.0, 2.0, 3.0, 4.0, 50.0):
        store.learn("wan", figure)
    store.learn("ltx", 7)
    assert JsonTimingStore(tmp_path).expect("wan") == 3.0
    assert store.expect("ltx") == 7


def test_what_is_no_time_is_not_learnt(tmp_path: Path) -> None:
    store = JsonTimingStore(tmp_path)
    for figure in (0.0, -1.0, math.nan, math.inf):
        store.learn("wan", figure)
    assert store.expect("wan") is None
    assert list(tmp_path.iterdir()) == []


def test_two_programs_learn_together(tmp_path: Path) -> None:
    one, two = JsonTimingStore(tmp_path), JsonTimingStore(tmp_path)
    one.learn("a", 1)
    two.learn("b", 2)
    one.learn("c", 3)
    assert [two.expect(key) for key in "abc"] == [1, 2, 3]


def test_damage_starts_empty_and_keeps_the_damaged_file(tmp_path: Path) -> None:
    store = JsonTimingStore(tmp_path)
    store.learn("a", 1)
    (tmp_path / "timings.json").write_text("{")
    assert store.expect("a") is None
    assert [p.read_text() for p in tmp_path.glob("timings.json.damaged-*")] == ["{"]
    store.learn("a", 2)
    assert store.expect("a") == 2
