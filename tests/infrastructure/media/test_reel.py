"""The arithmetic of which frame stands where, against a plain reading of the rules."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import MediaFailed
from domain.plan import time_shot
from domain.profile import ModelProfile
from infrastructure.media.reel import assemble, total
from services.ports import ClipUse

RATES = [Fraction(16), Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30), Fraction(50)]


@settings(max_examples=80, deadline=None)
@given(
    native=st.sampled_from(RATES), rate=st.sampled_from(RATES), seconds=st.fractions(Fraction(1, 10), 12, max_denominator=100),
    a=st.integers(1, 8), b=st.integers(0, 4), longest=st.integers(20, 90), overlap=st.integers(0, 3),
)  # fmt: skip
def test_any_plan_gives_every_film_frame_its_native_frame(
    native: Fraction, rate: Fraction, seconds: Fraction, a: int, b: int, longest: int, overlap: int
) -> None:
    profile = ModelProfile(id="m", title="M", rate=native, a=a, b=b, n_max=longest, overlap=overlap)
    timing = time_shot("001", seconds, rate, profile, "chain")
    uses = [
        ClipUse(
            path=Path(str(s.index)), first=s.drop, count=s.keep, offset=s.first, native_rate=native,
            shot="001", shot_frames=timing.frames,
        )
        for s in timing.segments
    ]  # fmt: skip
    shown = [
        (int(str(piece.path)), place)
        for piece in assemble(uses, rate)
        for place, n in piece.repeats.items()
        for _ in range(n)
    ]
    # native frame i of the shot is the i-th kept frame, segment after segment
    kept = [(s.index, s.drop + k) for s in timing.segments for k in range(s.keep)]
    assert shown == [kept[j * native // rate] for j in range(timing.frames)]
    assert total(assemble(uses * 2, rate)) == 2 * timing.frames


def test_clips_that_disagree_are_refused() -> None:
    first = ClipUse(path=Path("a"), first=0, count=5, offset=0, native_rate=Fraction(24), shot="1", shot_frames=10)
    second = first.replace(offset=5, shot_frames=9)
    with pytest.raises(MediaFailed, match=r"Shot 1.*agree"):
        assemble([first, second], Fraction(24))


def test_a_gap_between_clips_is_told() -> None:
    first = ClipUse(path=Path("a"), first=0, count=5, offset=0, native_rate=Fraction(24), shot="1", shot_frames=10)
    with pytest.raises(MediaFailed, match="no clip gives its frame 5"):
        assemble([first, first.replace(offset=6)], Fraction(24))
