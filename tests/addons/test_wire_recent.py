"""Answers that reach the browser together: the later one brings the earlier along."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from addons.wire import TOGETHER, Recent


def numbered(seq: int) -> dict[str, Any]:
    return {"base": seq - 1, "seq": seq}


def test_what_follows_at_once_brings_what_came_before() -> None:
    recent = Recent()
    assert recent.follow(numbered(1), 10.0) == numbered(1)
    assert recent.follow(numbered(2), 10.1) == {**numbered(2), "also": [numbered(1)]}
    assert recent.follow(numbered(3), 10.2) == {**numbered(3), "also": [numbered(1), numbered(2)]}
    assert recent.follow(numbered(4), 10.2 + TOGETHER) == numbered(4)


@given(st.lists(st.floats(0, TOGETHER / 10), min_size=1, max_size=9))
def test_of_answers_in_one_frame_the_last_is_enough(pauses: list[float]) -> None:
    recent, now, message = Recent(), 100.0, numbered(0)
    for seq, pause in enumerate(pauses, 1):
        now += pause
        message = recent.follow(numbered(seq), now)
    assert [m["seq"] for m in [*message.get("also", []), message]] == list(range(1, len(pauses) + 1))
