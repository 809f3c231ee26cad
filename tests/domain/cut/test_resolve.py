"""Resolving: every film frame gets its layers, transitions take handles and never time."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cut.document import Cut
from domain.cut.finish import Finish, Grade
from domain.cut.items import TRANSITIONS, GapItem, Item, LowerThird, ShotItem, TitleItem, Transition
from domain.cut.reel import Blend, Material, Reel, ShotLayer, Source
from domain.cut.resolve import resolve
from domain.plan import time_shot
from domain.profile import ModelProfile
from domain.project import Picked
from domain.timing import film_frames

RATES = [Fraction(16), Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30), Fraction(50)]
FILM = Fraction(24)


def clip(name: str) -> Picked:
    return Picked(path=name, sha256="0" * 64)


def planned(shot: str, seconds: Fraction, rate: Fraction, profile: ModelProfile) -> Material:
    """The material of a shot that a model made: repeats dropped, the surplus of the last take kept as its handle."""
    timing = time_shot(shot, seconds, rate, profile, "chain")
    last = len(timing.segments) - 1
    sources = tuple(
        Source(
            segment=s.index, take=f"t{s.index}", clip=clip(f"{shot}-{s.index}"), first=s.drop,
            count=s.keep + (s.surplus if s.index == last else 0), offset=s.first, repeats=s.drop,
        )
        for s in timing.segments
    )  # fmt: skip
    return Material(shot=shot, frames=timing.frames, rate=profile.rate, sources=sources)


def simple(shot: str, frames: int, surplus: int = 0) -> Material:
    """One clip at the film's rate."""
    source = Source(segment=0, take="t", clip=clip(shot), first=0, count=frames + surplus, offset=0)
    return Material(shot=shot, frames=frames, rate=FILM, sources=(source,))


def shown(reel: Reel, frame: int, layer: int = -1) -> int:
    """The native frame that a layer of that film frame shows."""
    stretch = next(s for s in reel.stretches if s.first <= frame < s.first + s.frames)
    found = stretch.layers[layer]
    assert isinstance(found, ShotLayer)
    count = reel.materials[found.material].count
    return min(max(math.floor(found.position(frame - stretch.first)), 0), count - 1)


profiles = st.builds(
    ModelProfile, id=st.just("m"), title=st.just("M"), rate=st.sampled_from(RATES), a=st.integers(1, 8),
    b=st.integers(0, 4), n_max=st.integers(20, 90), overlap=st.integers(0, 3),
)  # fmt: skip
lengths = st.fractions(Fraction(1, 10), 12, max_denominator=100)
speeds = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 4), Fraction(5, 3), Fraction(1, 20)])
transitions = st.none() | st.builds(Transition, kind=st.sampled_from(TRANSITIONS), frames=st.integers(2, 60))


@settings(max_examples=80, deadline=None)
@given(profile=profiles, rate=st.sampled_from(RATES), seconds=lengths)
def test_an_unedited_shot_shows_the_native_frame_of_each_film_frame(
    profile: ModelProfile, rate: Fraction, seconds: Fraction
) -> None:
    timing = time_shot("001", seconds, rate, profile, "chain")
    material = planned("001", seconds, rate, profile)
    reel = resolve(Cut(items=(ShotItem(id="001", shot="001"),)), {"001": material}, rate)
    assert reel.frames == timing.frames == film_frames(seconds, rate)
    # native frame i of the shot is the i-th kept frame, segment after segment
    kept = [(s.index, s.drop + k) for s in timing.segments for k in range(s.keep)]
    wanted = [kept[math.floor(j * profile.rate / rate)] for j in range(timing.frames)]
    assert [material.at(shown(reel, j)) for j in range(timing.frames)] == wanted
    assert not reel.notes


@st.composite
def films(draw: st.DrawFn) -> tuple[list[Item], dict[str, Material], Fraction]:
    rate = draw(st.sampled_from(RATES))
    items: list[Item] = []
    materials: dict[str, Material] = {}
    for number in range(draw(st.integers(1, 6))):
        name, into = f"i{number}", draw(transitions)
        kind = draw(st.sampled_from(["shot", "shot", "shot", "title", "gap"]))
        if kind == "title":
            items.append(TitleItem(id=name, text="x", frames=draw(st.integers(1, 60)), into=into))
        elif kind == "gap":
            items.append(GapItem(id=name, frames=draw(st.integers(1, 60)), into=into))
        else:
            materials[name] = planned(name, draw(lengths), rate, draw(profiles))
            first = draw(st.integers(0, 40))
            end = draw(st.none() | st.integers(first + 1, first + 200))
            items.append(ShotItem(id=name, shot=name, first=first, end=end, speed=draw(speeds), into=into))
    return items, materials, rate


@settings(max_examples=150, deadline=None)
@given(film=films())
def test_any_film_has_no_gap_no_overlap_and_the_same_length_with_or_without_transitions(
    film: tuple[list[Item], dict[str, Material], Fraction],
) -> None:
    items, materials, rate = film
    reel = resolve(Cut(items=tuple(items)), materials, rate)
    place = 0
    for stretch in reel.stretches:
        assert stretch.first == place
        assert len(stretch.layers) == (2 if stretch.blend else 1)
        place += stretch.frames
    assert place == reel.frames == sum(p.frames for p in reel.placed)
    plain = resolve(Cut(items=tuple(i.replace(into=None) for i in items)), materials, rate)
    assert [(p.first, p.frames) for p in reel.placed] == [(p.first, p.frames) for p in plain.placed]
    assert all(not s.blend for s in plain.stretches)
    # what is seen of an item outside its transitions is what is seen of it without any
    for stretch in (s for s in reel.stretches if not s.blend):
        for frame in {stretch.first, stretch.first + stretch.frames - 1}:
            if isinstance(stretch.layers[0], ShotLayer):
                assert shown(reel, frame) == shown(plain, frame)
    # a transition lies within the two items it joins, and no two touch the same frame
    for before, placed in zip(reel.placed, reel.placed[1:], strict=False):
        assert before.after + placed.before <= before.frames
    for placed in reel.placed:
        asked = placed.item.into
        assert placed.before + placed.after <= (asked.frames if asked else 0)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(TRANSITIONS), frames=st.integers(2, 40), tail=st.integers(0, 30), head=st.integers(0, 30),
    one=st.integers(2, 60), two=st.integers(2, 60),
)  # fmt: skip
def test_a_transition_takes_all_the_handles_there_are_and_says_what_it_holds(
    kind: str, frames: int, tail: int, head: int, one: int, two: int
) -> None:
    items = (
        ShotItem(id="a", shot="a"),
        ShotItem(id="b", shot="b", first=head, into=Transition.model_validate({"kind": kind, "frames": frames})),
    )
    materials = {"a": simple("a", one, tail), "b": simple("b", head + two)}
    reel = resolve(Cut(items=items), materials, FILM)
    before, after = reel.placed[1].before, reel.placed[1].after
    length = before + after
    assert length == min(frames, one + two)
    # count what each layer holds, among the frames in which it is seen at all
    blend = next(s for s in reel.stretches if s.blend)
    held = 0
    for k in range(length):
        progress = Blend.progress(k, length)
        out, into = (layer for layer in blend.layers if isinstance(layer, ShotLayer))
        fades = kind.startswith("fade")
        held += out.position(k) > materials["a"].count - 1 and not (fades and progress >= Fraction(1, 2))
        held += into.position(k) < 0 and not (fades and progress <= Fraction(1, 2))
    best = min(
        sum(
            (max(0, b - (length - length // 2) - head) + max(0, length // 2 - b - tail))
            if fades_of(kind) else max(0, b - head) + max(0, length - b - tail)
            for _ in (0,)
        )
        for b in range(max(0, length - two), min(length, one) + 1)
    )  # fmt: skip
    assert held == best
    assert any("handle" in note.text for note in reel.notes) == bool(held)


def fades_of(kind: str) -> bool:
    return kind.startswith("fade")


def test_a_dissolve_between_full_handles_lies_in_the_middle() -> None:
    items = (ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b", first=12, into=Transition(frames=12)))
    reel = resolve(Cut(items=items), {"a": simple("a", 48, 20), "b": simple("b", 60)}, FILM)
    assert [(s.first, s.frames) for s in reel.stretches] == [(0, 42), (42, 12), (54, 42)]
    assert shown(reel, 42, 0) == 42 and shown(reel, 53, 0) == 53, "the outgoing one goes on into its surplus"
    assert shown(reel, 42, 1) == 6 and shown(reel, 53, 1) == 17, "the incoming one begins before its in"
    assert not reel.notes


def test_speed_counts_half_up_and_shows_times_exactly() -> None:
    items = (ShotItem(id="a", shot="a", first=3, end=40, speed=Fraction(3, 2)),)
    reel = resolve(Cut(items=items), {"a": simple("a", 48)}, FILM)
    assert reel.frames == math.floor(Fraction(37) / Fraction(3, 2) + Fraction(1, 2))
    layer = reel.stretches[0].layers[0]
    assert isinstance(layer, ShotLayer)
    assert [layer.position(k) for k in range(3)] == [3, Fraction(9, 2), 6]


def test_an_end_beyond_what_there_is_is_clamped_and_said() -> None:
    items = (ShotItem(id="a", shot="a", end=60), ShotItem(id="b", shot="a", first=70, end=80))
    material = simple("a", 48, 5)
    reel = resolve(Cut(items=items), {"a": material, "b": material}, FILM)
    assert [p.frames for p in reel.placed] == [53, 1]
    assert [note.item for note in reel.notes] == ["a", "b"]
    assert len(reel.materials) == 1, "what two items share is there once"


def test_without_takes_the_lengths_stand() -> None:
    empty = Material(shot="a", frames=48, rate=FILM)
    reel = resolve(Cut(items=(ShotItem(id="a", shot="a", end=60),)), {"a": empty}, FILM)
    assert (reel.frames, reel.missing) == (60, ("a",))


def test_the_first_item_comes_out_of_its_colour_and_overlays_end_with_their_item() -> None:
    texts = (LowerThird(text="Anna", first=10, frames=100), LowerThird(text="late", first=90))
    items = (
        ShotItem(id="a", shot="a", into=Transition(kind="fade_white", frames=8), lower_thirds=texts),
        GapItem(id="gap", frames=5),
    )
    grade = Grade(exposure=0.5)
    reel = resolve(Cut(items=items, finish=Finish(grade=grade)), {"a": simple("a", 48)}, FILM)
    first = reel.stretches[0]
    assert (first.frames, reel.placed[0].before, reel.placed[0].after) == (8, 0, 8)
    assert first.layers[0].to_json()["colour"] == "#ffffff"
    assert isinstance(first.layers[1], ShotLayer) and first.layers[1].grades == (grade,)
    assert [(o.first, o.frames, o.text.text) for o in reel.overlays] == [(10, 38, "Anna")]
    assert reel.frames == 53


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_transitions_around_a_very_short_item_share_it(frames: int) -> None:
    into = Transition(frames=24)
    items = (
        ShotItem(id="a", shot="a"), GapItem(id="g", frames=frames, into=into), ShotItem(id="b", shot="b", into=into)
    )  # fmt: skip
    reel = resolve(Cut(items=items), {"a": simple("a", 48), "b": simple("b", 48)}, FILM)
    assert reel.frames == 96 + frames
    assert reel.placed[1].after + reel.placed[2].before <= frames
    assert Reel.model_validate_json(reel.model_dump_json()) == reel
