"""When work that failed is tried again by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.retries import RetryPolicy


def test_pauses_grow_up_to_the_longest_and_end() -> None:
    policy = RetryPolicy(attempts=4, first=10, factor=3, longest=60)
    assert [policy.pause(n) for n in range(6)] == [10, 30, 60, 60, None, None]


def test_without_attempts_nothing_is_tried_again() -> None:
    assert RetryPolicy(attempts=0).pause(0) is None


def test_a_longest_pause_below_the_first_is_refused() -> None:
    with pytest.raises(ValidationError):
        RetryPolicy(first=60, longest=10)


@given(
    st.integers(0, 20), st.floats(0, 100), st.floats(1, 10), st.floats(100, 86_400), st.integers(0, 30)
)  # fmt: skip
def test_pauses_never_shrink_and_stay_in_their_bounds(
    attempts: int, first: float, factor: float, longest: float, done: int
) -> None:
    policy = RetryPolicy(attempts=attempts, first=first, factor=factor, longest=longest)
    now, after = policy.pause(done), policy.pause(done + 1)
    assert (now is None) == (done >= attempts)
    if now is not None:
        assert min(first, longest) <= now <= longest
        assert after is None or after >= now
