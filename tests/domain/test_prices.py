"""Prices in words: never more exact than they are."""

from __future__ import annotations

import pytest

from domain.prices import Price, dollars, total


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0.05, "about $0.05"), (0.054, "about $0.054"), (0.2, "about $0.20"), (12.345, "about $12.35"), (0, "about $0.00"),
     (0.0004, "about $0.00")],
)  # fmt: skip
def test_amounts(amount: float, words: str) -> None:
    assert dollars(amount) == words


def test_a_price_says_where_it_is_from() -> None:
    assert Price(dollars=0.05, dated="2026-11-21").words == "about $0.05 (list of 2026-11-21)"
    assert Price(dollars=0.05).words == "about $0.05 (as in Settings)"


def test_sums() -> None:
    known = Price(dollars=0.05)
    assert total([]) == total([None, None]) == ""
    assert total([known] * 12) == "about $0.60"
    assert total([known, None]) == "about $0.05, some unknown"
