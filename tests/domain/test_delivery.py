"""The arithmetic of deliveries: sizes, frames and file sizes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import QUALITIES, SHIPPED, Delivery, film_delivery
from domain.errors import BadInput
from domain.timing import film_frames

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30), Fraction(60)]
CHOOSABLE = [delivery for delivery in SHIPPED if delivery.compressed] + [film_delivery(q) for q in QUALITIES]


@given(
    delivery=st.sampled_from(CHOOSABLE), limit=st.integers(10_000, 10**11),
    seconds=st.fractions(Fraction(1, 24), 20_000, max_denominator=1001),
)  # fmt: skip
def test_a_bounded_file_has_room_for_picture_and_sound(delivery: Delivery, limit: int, seconds: Fraction) -> None:

    try:
        found = delivery.within(limit, seconds)
    except BadInput:
        return
    rate = found.max_rate or found.bit_rate
    assert rate is not None and found.limit == limit
    assert (rate * (seconds + 1) + found.sound_bit_rate * seconds) / 8 <= limit + 1
    assert found.smaller(2 * limit).within(limit, seconds).limit == limit


@given(frames=st.integers(1, 200_000), rate=st.sampled_from(RATES), other=st.none() | st.sampled_from(RATES))
def test_frames_of_another_rate_last_as_long(frames: int, rate: Fraction, other: Fraction | None) -> None:
    delivery = film_delivery("fast").replace(rate=other)
    found = delivery.frames(frames, rate)
    assert found == (frames if other is None else film_frames(frames / rate, other))
    assert abs(found / (other or rate) - frames / rate) <= 1 / (other or rate)
    assert delivery.replace(seconds=2).frames(frames, rate) <= film_frames(Fraction(2), other or rate) + 1


def test_the_table_is_sound() -> None:
    ids = [delivery.id for delivery in SHIPPED]
    assert len(set(ids)) == len(ids) and "film" not in ids
    web = next(delivery for delivery in SHIPPED if delivery.id == "web")
    assert web.bit_rate is not None and web.bit_rate >= 10_000_000 and web.sound_bit_rate == 320_000
    assert not any(delivery.open_to_copies for delivery in SHIPPED)
    assert all(film_delivery(quality).open_to_copies for quality in QUALITIES)
    assert not film_delivery("fast").within(10**9, Fraction(60)).open_to_copies


@pytest.mark.parametrize(
    ("size", "fitted"), [((1920, 1080), (480, 270)), ((1080, 1920), (270, 480)), ((96, 64), (96, 64))]
)
def test_a_preview_keeps_the_shape(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    gif = next(delivery for delivery in SHIPPED if delivery.id == "gif")
    assert gif.size(*size) == fitted
