"""What becomes of a job that did not come to a good end, and how times are reckoned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.verdicts import later, seconds_until


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_moment_is_as_far_away_as_was_said(seconds: int, longest: int) -> None:
    now = "2026-02-28T23:59:30Z"
    assert seconds_until(later(now, seconds), now, longest) == min(seconds, longest)


@pytest.mark.parametrize("moment", ["", "soon", "2026-02-28T23:59:29Z", "2026-02-28"])
def test_what_is_past_or_no_moment_is_due(moment: str) -> None:
    assert seconds_until(moment, "2026-02-28T23:59:30Z", 100) == 0
