"""Denser and larger clips in a reel: every film frame still shows its own instant of the shot."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.cut.document import Cut
from domain.cut.items import ShotItem
from domain.cut.reel import Material, Reel, ShotLayer, Source
from domain.cut.refining import Refined, refined, times_of
from domain.cut.resolve import resolve
from domain.passes import enlarged, frames_after, times_for
from domain.project import Picked

FILM = Fraction(24)


def clip(name: str) -> Picked:
    return Picked(path=name, sha256="0" * 64)


def chain(lengths: list[tuple[int, bool]], rate: Fraction = Fraction(16)) -> Material:
    """Clips of so many kept frames; those marked begin with the frame that the one before them ended with."""
    sources: list[Source] = []
    offset = 0
    for index, (kept, joined) in enumerate(lengths):
        drop = int(joined and index > 0)
        sources.append(
            Source(segment=index, take="t", clip=clip(f"{index}"), first=drop, count=kept, offset=offset, repeats=drop)
        )
        offset += kept
    frames = math.ceil(offset * FILM / rate)
    return Material(shot="001", frames=frames, rate=rate, sources=tuple(sources))


def reel_of(material: Material, speed: Fraction = Fraction(1)) -> Reel:
    item = ShotItem(id="a", shot="001", speed=speed)
    return resolve(Cut(items=(item,), order=("001",)), {"a": material}, FILM)


def instant(reel: Reel, frame: int, times: int) -> Fraction:
    """The native instant (in frames of the clips as they were made) of the picture that a film frame shows; the
    pictures of a denser clip follow the first one of it by an Nth of a frame each."""
    layer = reel.stretches[0].layers[0]
    assert isinstance(layer, ShotLayer)
    material = reel.materials[0]
    number = min(max(math.floor(layer.position(frame)), 0), material.count - 1)
    index, place = material.at(number)
    kept = sum(s.count for s in chain_of(material, times)[:index])
    head = chain_of(material, times)[index].first
    return kept + Fraction(place, times) - head


def chain_of(material: Material, times: int) -> list[Source]:
    """The sources as they were before they were made denser."""
    found = []
    for source in material.sources:
        drop = 1 if source.repeats else 0
        count = source.count // times if drop else (source.count - 1) // times + 1
        found.append(source.replace(first=drop, count=count))
    return found


lengths = st.lists(st.tuples(st.integers(2, 20), st.booleans()), min_size=1, max_size=4)


@given(lengths, st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 4)]))
def test_every_film_frame_shows_its_own_instant(given_lengths: list[tuple[int, bool]], speed: Fraction) -> None:
    material = chain(given_lengths)
    plain = reel_of(material, speed)
    times = times_of(plain)[0]
    dense = refined(plain, lambda _, source: Refined(clip(f"{source.clip.path}-dense"), times))
    assert dense.frames == plain.frames
    layer = plain.stretches[0].layers[0]
    assert isinstance(layer, ShotLayer)
    lost = [sum(n for n, _ in given_lengths[: i + 1]) - 1 for i in range(len(given_lengths))]
    lost = [n for i, n in enumerate(lost) if i + 1 == len(lost) or not given_lengths[i + 1][1]]
    for frame in range(plain.frames):
        wanted = min(layer.position(frame), Fraction(plain.materials[0].count - 1))
        found = instant(dense, frame, times)
        if math.floor(wanted) in lost:  # nothing was made behind the last picture of a clip that is not continued
            assert found == math.floor(wanted)
        else:
            assert found == wanted


@given(lengths, st.integers(2, 8))
def test_every_picture_asked_for_is_in_its_clip(given_lengths: list[tuple[int, bool]], times: int) -> None:
    material = chain(given_lengths)
    dense = refined(reel_of(material), lambda _, source: Refined(source.clip, times)).materials[0]
    for number in range(dense.count):
        index, place = dense.at(number)
        old = material.sources[index]
        assert 0 <= place < frames_after(old.first + old.count, times)
    for one, two in zip(dense.sources, dense.sources[1:], strict=False):
        assert two.offset == one.offset + one.count + one.hold


def test_sixteen_frames_a_second_at_twenty_four_take_three_for_one_and_every_second_of_them() -> None:
    plain = reel_of(chain([(81, False)]))
    assert times_of(plain) == {0: 3}
    dense = refined(plain, lambda _, source: Refined(source.clip, 3))
    layer = dense.stretches[0].layers[0]
    assert isinstance(layer, ShotLayer) and layer.start == 0 and layer.step == 2
    assert dense.materials[0].rate == 48


def test_a_rate_that_no_number_reaches_is_made_four_times_as_dense() -> None:
    assert times_for([Fraction(16, 24)]) == 3
    assert times_for([Fraction(1)]) == 1
    assert times_for([Fraction(16 * 1001, 24000)]) == 4


def test_larger_clips_only_change_their_files() -> None:
    plain = reel_of(chain([(5, False), (4, True)]))
    larger = refined(plain, lambda _, source: Refined(clip("big")) if source.segment else None)
    assert [s.clip.path for s in larger.materials[0].sources] == ["0", "big"]
    assert larger.stretches == plain.stretches


def test_a_shot_of_which_one_clip_is_not_dense_stays_as_it_is() -> None:
    plain = reel_of(chain([(5, False), (4, True)]))
    assert refined(plain, lambda _, source: Refined(clip("d"), 3) if source.segment else None) == plain


def test_the_size_that_fills_or_fits_the_film() -> None:
    assert enlarged(832, 480, 1920, 1080, "fill") == (1920, 1108)
    assert enlarged(832, 480, 1920, 1080, "fit") == (1872, 1080)
    assert enlarged(832, 480, 1920, 1080, "stretch") == (1920, 1080)
    assert enlarged(1920, 1080, 1920, 1080, "fill") is None
    assert enlarged(3840, 2160, 1920, 1080, "fit") is None
