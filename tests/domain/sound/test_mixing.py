"""The arithmetic of a mix: in sync with the picture at every rate, as long as the film, fitted and faded."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cut.document import Cut
from domain.cut.items import GapItem, Item, ShotItem, Transition
from domain.cut.reel import Material, Reel, Source
from domain.cut.resolve import resolve
from domain.project import Picked
from domain.sound.files import SoundFile, SoundInfo
from domain.sound.mixing import EDGE, SAMPLE_RATE, Mix, Part, mix_of, sample_at, tempo
from domain.sound.narration import fitted, windows
from domain.sound.tracks import Levels, Line, Piece, SoundPlan

RATES = [Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30)]


def picked(name: str) -> Picked:
    return Picked(path=name, sha256="0" * 64)


def material(shot: str, frames: int, native: Fraction, *counts: tuple[int, int]) -> Material:
    """A shot of clips of (first, count) native frames."""
    offset, sources = 0, []
    for number, (first, count) in enumerate(counts):
        clip = picked(f"{shot}-{number}.mp4")
        sources.append(Source(segment=number, take="t", clip=clip, first=first, count=count, offset=offset))
        offset += count
    return Material(shot=shot, frames=frames, rate=native, sources=tuple(sources))


def reel_of(items: list[Item], materials: dict[str, Material], rate: Fraction = Fraction(24)) -> Reel:
    return resolve(Cut(items=items), materials, rate)


def mixed(reel: Reel, materials: dict[str, Material], plan: SoundPlan | None = None, **given: Any) -> Mix:
    audible = {s.clip.path for m in materials.values() for s in m.sources}
    return mix_of(plan or SoundPlan(), reel, materials, audible, given.get("files", {}), given.get("lines", ()))


def sound(name: str, seconds: object, first: object = 0, end: object = 0) -> SoundFile:
    info = SoundInfo.model_validate({"seconds": seconds, "rate": 48000, "channels": 2, "first": first, "end": end})
    return SoundFile(name=name, file=picked(f"sounds/{name}.wav"), info=info)


@given(st.sampled_from(RATES), st.integers(0, 500_000))
def test_a_film_of_n_frames_has_its_samples_to_the_nearest(rate: Fraction, frames: int) -> None:
    exact = frames * SAMPLE_RATE / rate
    assert abs(sample_at(frames, rate) - exact) <= Fraction(1, 2)
    assert sample_at(frames + 1, rate) > sample_at(frames, rate)


@given(
    st.sampled_from(RATES), st.sampled_from([Fraction(16), Fraction(24), Fraction(25), Fraction(24000, 1001)]),
    st.integers(1, 90), st.integers(0, 60), st.fractions(Fraction(1, 4), 4, max_denominator=8),
)  # fmt: skip
def test_a_clips_sound_stands_where_its_picture_does(
    rate: Fraction, native: Fraction, length: int, first: int, speed: Fraction
) -> None:
    count = int((first + length) * native / rate) + 2
    materials = {"a": material("a", first + length, native, (3, count // 2 + 1), (5, count))}
    item = ShotItem(id="a", shot="a", first=first, end=first + length, speed=speed)
    reel = reel_of([GapItem(id="g", frames=7), item], materials, rate)
    found = mixed(reel, materials)
    placed = reel.placed[1]
    sources = {s.clip.path: s for s in materials["a"].sources}
    at = None
    for part in found.parts:
        source = sources[part.file.path]
        assert at is None or part.at == at, "its clips follow one another without a gap"
        at = part.end
        # film sample → film frame → the shot's time → the clip's own time
        film_frame = part.at * rate / SAMPLE_RATE
        shot_seconds = (placed.start + (film_frame - placed.first) * speed) / rate
        clip_seconds = shot_seconds - source.offset / native + source.first / native
        assert abs(clip_seconds - part.start) <= max(Fraction(1), speed) / SAMPLE_RATE
        assert part.speed == speed and part.track == "clips"
    assert found.parts[0].at == sample_at(7, rate)
    assert at == found.samples == sample_at(reel.frames, rate)


def test_the_sound_of_a_dissolve_crosses_over_its_frames() -> None:
    materials = {"a": material("a", 48, Fraction(24), (0, 60)), "b": material("b", 48, Fraction(24), (0, 60))}
    items: list[Item] = [
        ShotItem(id="a", shot="a"),
        ShotItem(id="b", shot="b", first=10, into=Transition(kind="dissolve", frames=12)),
    ]
    reel = reel_of(items, materials)
    out, into = mixed(reel, materials).parts
    before, after = reel.placed[1].before, reel.placed[1].after
    assert before + after == 12
    assert (into.at, out.end) == (sample_at(48 - before, reel.rate), sample_at(48 + after, reel.rate))
    assert out.fades[-1].samples == into.fades[0].samples == sample_at(12, reel.rate)
    assert into.start == Fraction(10 - before, 24)


def test_cuts_are_faded_by_five_milliseconds_and_short_clips_by_less() -> None:
    materials = {"a": material("a", 1, Fraction(24), (0, 1)), "b": material("b", 24, Fraction(24), (0, 24))}
    reel = reel_of([ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b")], materials)
    one, long = mixed(reel, materials).parts
    assert EDGE == SAMPLE_RATE * 5 // 1000
    assert [f.samples for f in one.fades] == [f.samples for f in long.fades] == [EDGE, EDGE]
    quick = mixed(reel_of([ShotItem(id="b", shot="b", end=1, speed=Fraction(20))], materials, Fraction(240)), materials)
    assert [f.samples for f in quick.parts[0].fades] == [100, 100], "a 240th of a second has room for that"


def test_what_is_muted_or_has_no_sound_is_left_out() -> None:
    materials = {"a": material("a", 24, Fraction(24), (0, 24)), "b": material("b", 24, Fraction(24), (0, 24))}
    reel = reel_of([ShotItem(id="a", shot="a", muted=True), ShotItem(id="b", shot="b", gain=-3)], materials)
    plan = SoundPlan(levels=Levels(clips=-2))
    assert [(p.file.path, p.gain) for p in mixed(reel, materials, plan).parts] == [("b-0.mp4", -5)]
    assert mix_of(plan, reel, materials, set(), {}, []).parts == ()
    assert mixed(reel, materials, SoundPlan(levels=Levels(mute_clips=True))).parts == ()


def music(**fields: Any) -> Piece:
    return Piece.model_validate({"id": "m", "sound": picked("sounds/m.wav"), "loop": True} | fields)


def laid(piece: Piece, seconds: object, frames: int = 240) -> tuple[Part, ...]:
    reel = reel_of([GapItem(id="g", frames=frames)], {})
    return mixed(reel, {}, SoundPlan(pieces=[piece]), files={"sounds/m.wav": sound("m", seconds)}).parts


@given(
    st.fractions(Fraction(1, 10), 30, max_denominator=100), st.integers(1, 2000), st.integers(-100, 300),
    st.floats(0, 10), st.floats(0, 5), st.booleans(), st.none() | st.floats(0.1, 100),
)  # fmt: skip
def test_music_fills_its_place_and_never_leaves_it(
    length: Fraction, frames: int, offset: int, start: float, cross: float, loop: bool, wanted: float | None
) -> None:
    parts = laid(music(offset=offset, start=start, crossfade=cross, loop=loop, seconds=wanted), length, frames)
    end = sample_at(frames, Fraction(24))
    file = sound("m", length)
    for part in parts:
        assert 0 <= part.at < part.end <= end
        assert part.start >= Fraction(0)
        assert part.start * SAMPLE_RATE + part.samples <= file.info.seconds * SAMPLE_RATE + 1
    for one, two in itertools.pairwise(parts):
        assert one.at < two.at <= one.end, "without a gap"
    if loop and wanted is None and parts and length - Fraction(str(start)) > Fraction(1, 4):
        assert parts[-1].end == end, "it goes on to the end of the film"


def test_music_that_is_too_short_begins_again_across_its_end() -> None:
    first, second, third = laid(music(crossfade=1, fade_in=0.5, fade_out=3), 5)
    assert (first.at, first.end) == (0, 5 * SAMPLE_RATE)
    assert second.at == 4 * SAMPLE_RATE and third.end == 10 * SAMPLE_RATE
    crossing = first.fades[-1]
    assert (crossing.first, crossing.samples, crossing.rises) == (4 * SAMPLE_RATE, SAMPLE_RATE, False)
    assert (second.fades[-1].first, second.fades[-1].rises) == (8 * SAMPLE_RATE, False)
    # the film's fade lies over all rounds that sound then, however short the last one is
    for part in (second, third):
        fade = next(f for f in part.fades if f.samples == 3 * SAMPLE_RATE)
        assert (fade.first, fade.rises) == (7 * SAMPLE_RATE, False)


def test_music_that_is_too_long_is_faded_out_at_the_films_end() -> None:
    (part,) = laid(music(start=2.5, fade_out=3), 60)
    assert (part.at, part.samples, part.start) == (0, 10 * SAMPLE_RATE, Fraction(5, 2))
    assert (part.fades[-1].first, part.fades[-1].samples) == (7 * SAMPLE_RATE, 3 * SAMPLE_RATE)


def test_an_effect_hangs_on_its_item_and_goes_with_it() -> None:
    materials = {"a": material("a", 24, Fraction(24), (0, 24))}
    effect = music(track="effects", loop=False, item="a", offset=6)
    plan, files = SoundPlan(pieces=[effect]), {"sounds/m.wav": sound("m", "1/2")}
    alone: list[Item] = [ShotItem(id="a", shot="a")]
    for items, at in ((alone, 6), ([GapItem(id="g", frames=10), *alone], 16)):
        parts = mix_of(plan, reel_of(items, materials), materials, set(), files, []).parts
        assert [(p.at, p.samples) for p in parts] == [(sample_at(at, Fraction(24)), SAMPLE_RATE // 2)]
    assert mix_of(plan, reel_of([GapItem(id="g", frames=10)], {}), {}, set(), files, []).parts == ()


def test_narration_is_heard_without_the_silence_around_it() -> None:
    materials = {"a": material("a", 48, Fraction(24), (0, 48))}
    reel = reel_of([ShotItem(id="a", shot="a")], materials)
    line = Line(shot="a", text="Hello", offset=6, gain=2)
    file = sound("s", 3, "1/2", "3/2")
    (found,) = fitted([line], windows(reel), {"a": Fraction(11, 10)}, reel.rate)
    parts = mix_of(SoundPlan(), reel, materials, set(), {}, [(found, file)]).parts
    assert [(p.at, p.start, p.samples, p.gain) for p in parts] == [
        (sample_at(6, reel.rate), Fraction(9, 20), SAMPLE_RATE * 11 // 10, 2)
    ]
    assert (
        mix_of(SoundPlan(), reel, materials, set(), {}, [(found._replace(line=line.replace(muted=True)), file)]).parts
        == ()
    )


@given(st.fractions(Fraction(1, 20), 20, max_denominator=50))
def test_a_speed_is_made_of_steps_that_a_voice_survives(speed: Fraction) -> None:
    steps = tempo(speed)
    product = 1.0
    for step in steps:
        assert 0.5 <= step <= 2
        product *= step
    assert product == pytest.approx(float(speed))


def test_a_mix_survives_json() -> None:
    parts = laid(music(), 3)
    mix = Mix(samples=480_000, parts=parts)
    assert Mix.model_validate(mix.to_json()) == mix
