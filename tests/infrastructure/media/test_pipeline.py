"""The picture of a cut: the planned count whatever is in it, transitions that can be seen, and colours that stay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy
import pytest

from domain.cut.finish import Finish, Grade
from domain.cut.items import GapItem, Item, LowerThird, ShotItem, TitleItem, Transition, TransitionKind
from domain.cut.refining import Refined, refined, times_of
from domain.delivery import SHIPPED, Delivery
from domain.errors import StudioError, UnreadableMedia
from domain.timing import film_frames, native_frames
from infrastructure.animatic.encoding import ClipWriter
from infrastructure.media.conform import Picture
from infrastructure.media.grading import adaptation, apply, read_cube
from infrastructure.media.pipeline import Pipeline
from infrastructure.media.titles import Card
from tests.infrastructure.media import synth
from tests.infrastructure.media.reels import Stock, made, picked, through_worker

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30)]
SIZE = Picture(synth.WIDTH, synth.HEIGHT)
LOSSLESS = Delivery(id="best", title="Best", codec="h264", crf=4, preset="ultrafast")


def seen(
    stock: Stock, folder: Path, *items: Item, finish: Finish | None = None, rate: Fraction = RATES[1]
) -> list[Any]:
    """The luma of every frame of the film, before it is encoded."""
    reel = stock.reel(*items, finish=finish, rate=rate)
    pipeline = Pipeline(reel, stock.files, SIZE._replace(fit=reel.finish.fit), folder)
    return [frame.to_ndarray(format="yuv420p")[: SIZE.height].copy() for frame in pipeline.frames()]


def flat(path: Path, level: int, square: Any = None) -> Path:
    """A lossless clip of one grey, with a square of another level in it (level, left, top, side)."""
    planes = synth.grey(level)
    if square:
        value, left, top, side = square
        planes[top : top + side, left : left + side] = value
    return synth.lossless(path, [planes] * 24)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("native", [Fraction(16), Fraction(24)])
def test_any_cut_has_exactly_the_frames_it_comes_to(tmp_path: Path, rate: Fraction, native: Fraction) -> None:
    stock = Stock()
    for number, seconds in enumerate((Fraction("3.1"), Fraction(6), Fraction("0.5"))):
        frames = film_frames(seconds, rate)
        needed = native_frames(frames, native, rate) + 4  # a handle
        half = needed // 2
        one = synth.make_clip(tmp_path / f"{number}-a.mp4", half + 1, rate=native, base=0)
        two = synth.make_clip(tmp_path / f"{number}-b.mp4", needed - half, rate=native, base=half)
        stock.shot(f"{number}", frames, [(one, 0, half + 1), (two, 1, needed - half - 1)], native)
    items: tuple[Item, ...] = (
        TitleItem(id="open", text="A film", style="opening", frames=10),
        ShotItem(id="a", shot="0", into=Transition(kind="fade_black", frames=8)),
        ShotItem(id="b", shot="1", end=80, speed=Fraction(2), into=Transition(kind="dissolve", frames=9)),
        ShotItem(id="c", shot="2", speed=Fraction(1, 2), into=Transition(kind="wipe", frames=7)),
        GapItem(id="gap", frames=5, into=Transition(kind="fade_white", frames=6)),
        ShotItem(id="d", shot="1", first=20, end=50, speed=Fraction(3, 2), into=Transition(kind="morph", frames=4)),
    )
    reel = stock.reel(*items, rate=rate, finish=Finish(retime="blend", seam=3))
    film = tmp_path / "film.mp4"
    info = made(stock, film, reel).info
    planned = 10 + film_frames(Fraction("3.1"), rate) + 40 + 2 * film_frames(Fraction("0.5"), rate) + 5 + 20
    assert reel.frames == info.frames == planned
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == planned
    assert abs(info.audio_frames - planned) <= 1


def test_no_frame_comes_twice_at_a_continuation(tmp_path: Path) -> None:
    clips = [synth.make_clip(tmp_path / f"{n}.mp4", 17, base=16 * n) for n in range(3)]
    stock = Stock().shot("001", 49, [(clips[0], 0, 17), (clips[1], 1, 16), (clips[2], 1, 16)])
    made(stock, tmp_path / "film.mp4", stock.reel(finish=Finish(seam=4, match="previous")))
    assert synth.numbers(tmp_path / "film.mp4") == list(range(49))


@pytest.mark.parametrize("kind", ["dissolve", "fade_black", "fade_white", "wipe", "morph"])
def test_each_transition_leads_from_one_shot_to_the_other(tmp_path: Path, kind: TransitionKind) -> None:
    one, two = flat(tmp_path / "a.mp4", 60), flat(tmp_path / "b.mp4", 180)
    stock = Stock().shot("a", 12, [(one, 0, 24)]).shot("b", 24, [(two, 0, 24)])
    items = (ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b", first=6, into=Transition(kind=kind, frames=11)))
    frames = seen(stock, tmp_path, *items)
    assert len(frames) == 12 + 18
    start = next(i for i, f in enumerate(frames) if abs(f.mean() - 60) > 0.5)
    part = frames[start : start + 11]
    assert {int(f.mean()) for f in frames[:start]} == {60} and {int(f.mean()) for f in frames[start + 11 :]} == {180}
    middle = part[5]
    if kind == "dissolve":
        assert [round(float(f.mean())) for f in part] == [round(60 + 120 * (k + 1) / 12) for k in range(11)]
    elif kind.startswith("fade"):
        assert float(middle.mean()) == {"fade_black": 16, "fade_white": 235}[kind]
    elif kind == "wipe":
        assert middle[0, 10] == 180 and middle[0, -10] == 60, "it moves to the right, the new behind its edge"
    else:
        assert 115 <= float(middle.mean()) <= 125


def test_a_wipe_goes_where_it_is_told(tmp_path: Path) -> None:
    one, two = flat(tmp_path / "a.mp4", 60), flat(tmp_path / "b.mp4", 180)
    stock = Stock().shot("a", 12, [(one, 0, 24)]).shot("b", 24, [(two, 0, 24)])
    for direction, new, old in (("left", (40, 150), (40, 9)), ("down", (9, 80), (86, 80)), ("up", (86, 80), (9, 80))):
        into = Transition.model_validate({"kind": "wipe", "frames": 3, "direction": direction, "softness": 0})
        frames = seen(stock, tmp_path, ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b", into=into))
        half = next(f for f in frames if 60 < f.mean() < 180 and abs(f.mean() - 120) < 5)
        assert half[new] == 180 and half[old] == 60


def test_a_morph_moves_the_object_and_leaves_the_place_alone(tmp_path: Path) -> None:
    one = flat(tmp_path / "a.mp4", 100, square=(200, 60, 30, 36))
    two = flat(tmp_path / "b.mp4", 100, square=(200, 66, 30, 36))
    stock = Stock().shot("a", 12, [(one, 0, 24)]).shot("b", 24, [(two, 0, 24)])
    items = (
        ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b", first=6, into=Transition(kind="morph", frames=11))
    )  # fmt: skip
    middle = seen(stock, tmp_path, *items)[12]
    assert numpy.abs(middle[:, :40].astype(int) - 100).max() <= 1, "the place is as it was"
    row = middle[48].astype(int)
    # a dissolve would show two steps, at 60 and at 66; the object itself is half way
    edge = [x for x in range(50, 80) if row[x] > 150]
    assert 61 <= edge[0] <= 65
    assert row[edge[0] + 3] > 190 and row[edge[0] - 3] < 110


def test_slow_motion_by_motion_has_new_places_and_by_repeat_has_not(tmp_path: Path) -> None:
    noise = numpy.random.default_rng(3).integers(60, 200, (12, 10)).repeat(4, 0).repeat(4, 1)
    pictures = [synth.grey(90) for _ in range(8)]
    for index, planes in enumerate(pictures):
        planes[20:68, 20 + 4 * index : 60 + 4 * index] = noise
    path = synth.lossless(tmp_path / "move.mp4", pictures)
    stock = Stock().shot("a", 8, [(path, 0, 8)])
    item = ShotItem(id="a", shot="a", speed=Fraction(1, 2))

    def left(frame: Any) -> float:
        """Where the block begins."""
        change = numpy.abs(frame[20:68].astype(int) - 90).mean(0)
        return float(numpy.interp(20, numpy.maximum.accumulate(change[:100]), numpy.arange(100)))

    places = {}
    for retime in ("repeat", "blend", "motion"):
        frames = seen(stock, tmp_path, item, finish=Finish.model_validate({"retime": retime}))
        assert len(frames) == 16
        places[retime] = [left(frame) for frame in frames]
    steps = numpy.diff(places["motion"][:14])
    assert numpy.abs(steps - 2).max() < 1.2, "every frame moves by half of what two native frames do"
    assert sum(abs(step) < 0.1 for step in numpy.diff(places["repeat"])) >= 7


def test_grey_stays_grey_through_dissolve_grade_title_and_master(tmp_path: Path) -> None:
    levels = numpy.linspace(16, 235, 20).round()
    path = synth.lossless(tmp_path / "ramp.mp4", [synth.grey(numpy.tile(levels.repeat(8), (96, 1)))] * 30)
    stock = Stock().shot("a", 20, [(path, 0, 30)]).shot("b", 20, [(path, 0, 30)])
    grade = Grade(saturation=0.8)
    items = (
        ShotItem(id="a", shot="a", grade=grade),
        ShotItem(id="b", shot="b", first=5, grade=grade, into=Transition(frames=8)),
    )
    film = tmp_path / "film.mp4"
    made(stock, film, stock.reel(*items, finish=Finish(match="previous", seam=4)), delivery=LOSSLESS)
    worst = 0.0
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            flat_planes = frame.to_ndarray(format="yuv420p").astype(float)
            columns = flat_planes[8:88, :].reshape(80, 20, 8)[:, :, 2:6].mean((0, 2))
            worst = max(worst, float(numpy.abs((columns - levels) * 255 / 219).max()))
            assert numpy.abs(flat_planes[96:] - 128).max() <= 1, "no colour came in"
    assert worst <= 1.0, worst


def test_a_chart_and_a_grid_pass_a_dissolve_with_itself(tmp_path: Path) -> None:
    chart = synth.make_chart_clip(tmp_path / "chart.mp4", "bt709", frames=20)
    stock = Stock().shot("a", 12, [(chart, 0, 20)]).shot("b", 20, [(chart, 0, 20)])
    items = (ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b", first=4, into=Transition(frames=8)))
    made(stock, tmp_path / "film.mp4", stock.reel(*items), width=256, height=192, delivery=LOSSLESS)
    difference = synth.patches(synth.bt709_pixels(tmp_path / "film.mp4")) - synth.patches(synth.chart())
    assert numpy.abs(difference).max() <= 3 and abs(difference.mean()) < 0.5
    planes = synth.grey(60)
    planes[: synth.HEIGHT : 2], planes[: synth.HEIGHT, ::2] = 200, 200
    grid = synth.lossless(tmp_path / "grid.mp4", [planes] * 20)
    stock = Stock().shot("a", 12, [(grid, 0, 20)]).shot("b", 20, [(grid, 0, 20)])
    for frame in seen(stock, tmp_path, *items):
        assert (frame == planes[: synth.HEIGHT]).all(), "not one pixel of it moves"


def test_grey_is_grey_from_the_animatic_to_the_master(tmp_path: Path) -> None:
    """A ramp of greys as the animatic engine writes it, dissolved and mastered, decoded by the textbook formula."""
    greys = numpy.arange(0, 256, 17)
    ramp = numpy.full((96, 256, 4), 255, numpy.uint8)
    ramp[..., :3] = greys.repeat(16)[None, :, None]
    with ClipWriter(tmp_path / "ramp.mp4", 256, 96, Fraction(24)) as writer:
        for _ in range(30):
            writer.add(ramp)
    stock = Stock().shot("a", 20, [(tmp_path / "ramp.mp4", 0, 30)]).shot("b", 20, [(tmp_path / "ramp.mp4", 0, 30)])
    items = (
        ShotItem(id="a", shot="a"),
        ShotItem(id="b", shot="b", first=5, into=Transition(kind="dissolve", frames=8)),
    )
    web = next(d for d in SHIPPED if d.id == "web").replace(width=512, height=192)
    film = tmp_path / "film.mp4"
    made(stock, film, stock.reel(*items), width=512, height=192, delivery=web)
    errors, spreads = [], []
    for number in (0, 16, 19, 23, 30):
        rgb = synth.bt709_pixels(film, number)[20:170].reshape(150, 16, 32, 3)[:, :, 8:24].mean((0, 2))
        errors.append(numpy.abs(rgb - greys[:, None]).max())
        spreads.append(numpy.ptp(rgb, axis=1).max())
    assert max(spreads) <= 1, f"greys keep their neutrality, measured {max(spreads):.2f}"
    assert max(errors) <= 1, f"and their level, measured {max(errors):.2f}"


def steps(frames: Sequence[Any], at: int) -> float:
    return float(numpy.abs(frames[at].astype(float) - frames[at - 1]).mean())


def test_a_darker_continuation_is_matched_and_its_rest_fades_out(tmp_path: Path) -> None:
    rng = numpy.random.default_rng(5).integers(40, 200, (12, 20)).repeat(8, 0).repeat(8, 1)

    def clip(name: str, change: Any) -> Path:
        return synth.lossless(tmp_path / name, [synth.grey(numpy.clip(change(rng.astype(float)), 0, 255))] * 20)

    one = clip("one.mp4", lambda picture: picture)
    two = clip("two.mp4", lambda picture: (picture - 16) * 0.95 + 16 - 3)
    stock = Stock().shot("a", 39, [(one, 0, 20), (two, 1, 19)])
    plain = seen(stock, tmp_path, finish=Finish())
    matched = seen(stock, tmp_path, finish=Finish(match="previous"))
    blended = seen(stock, tmp_path, finish=Finish(seam=8))
    assert steps(plain, 20) > 5
    assert steps(matched, 20) < 1 and numpy.abs(matched[38].astype(int) - matched[0]).mean() < 1.5
    assert steps(blended, 20) < steps(plain, 20) / 5
    assert (blended[30] == plain[30]).all(), "it is faded out after eight frames"
    # trimmed to the second clip alone, the same colours come out
    tail = seen(stock, tmp_path, ShotItem(id="x", shot="a", first=25), finish=Finish(match="previous"))
    assert (tail[0] == matched[25]).all()
    # a picture that is another one altogether is left as it is
    other = clip("other.mp4", lambda picture: numpy.rot90(picture, 2))
    stock = Stock().shot("a", 39, [(one, 0, 20), (other, 1, 19)])
    assert (seen(stock, tmp_path, finish=Finish(match="previous"))[25] == seen(stock, tmp_path)[25]).all()


def test_titles_stay_in_the_safe_area_and_lower_thirds_come_and_go(tmp_path: Path) -> None:
    one = flat(tmp_path / "a.mp4", 100)
    stock = Stock().shot("a", 24, [(one, 0, 24)])
    text = LowerThird(text="Änne Müller", subtitle="Apothekerin", first=4, frames=16)
    items = (
        TitleItem(id="t", text="Ein sehr langer Titel, der umbrochen wird", style="opening", frames=3),
        TitleItem(id="c", text="\n".join(f"Name {n}" for n in range(60)), style="credits", frames=12),
        ShotItem(id="a", shot="a", lower_thirds=(text,)),
    )
    frames = seen(stock, tmp_path, *items)
    title = frames[0]
    assert title.max() > 200 and (title[:, : int(synth.WIDTH * 0.05)] == 16).all() and (title[:4] == 16).all()
    rolls = [frame for frame in frames[3:15]]
    assert (rolls[0] == 16).all() and (rolls[-1] == 16).all() and rolls[6].max() > 150
    assert not (rolls[5] == rolls[6]).all()
    shot = frames[15:]
    assert (shot[3] == 100).all() and (shot[20] == 100).all()
    assert shot[12][: int(synth.HEIGHT * 0.6)].min() == 100 and (shot[12][int(synth.HEIGHT * 0.66) :] != 100).any()
    assert abs(int(shot[4][-8, 12]) - 100) < abs(int(shot[12][-8, 12]) - 100), "it fades in"


def test_grades_do_what_they_say(tmp_path: Path) -> None:
    grey = numpy.full((1, 3), 0.5)
    assert numpy.allclose(apply(Grade(saturation=2, contrast=1), grey, {}), grey)
    warm = apply(Grade(white=5500), grey, {})[0]
    assert warm[0] > 0.5 > warm[2], "under 5500 K white is warmer than under 6504 K"
    assert numpy.allclose(adaptation(6504, 5500) @ adaptation(5500, 6504), numpy.eye(3))
    brighter = apply(Grade(exposure=1), grey, {})[0, 0]
    assert brighter**2.4 == pytest.approx(2 * 0.5**2.4)
    table = tmp_path / "swap.cube"
    points = [f"{b} {g} {r}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]  # red runs fastest: red and blue change
    table.write_text('TITLE "swap"\n# a comment\nLUT_3D_SIZE 2\n' + "\n".join(points))
    lut = picked(table)
    swapped = apply(Grade(lut=lut), numpy.array([[0.2, 0.5, 0.9]]), {table.name: table})
    assert numpy.allclose(swapped, [[0.9, 0.5, 0.2]])
    half = apply(Grade(lut=lut, lut_strength=0.5), numpy.array([[0.2, 0.5, 0.9]]), {table.name: table})
    assert numpy.allclose(half, [[0.55, 0.5, 0.55]])
    for bad in ("LUT_3D_SIZE 2\n0 0 0\n", "hello", "LUT_3D_SIZE 99999\n", "LUT_1D_SIZE 2\n0 0 0\n1 1 nan\n"):
        table.write_text(bad)
        with pytest.raises(UnreadableMedia, match="colour table"):
            read_cube(table)


def test_fill_fit_and_stretch(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 1, width=96, height=96, base=0b1111111111)
    stock = Stock().shot("a", 1, [(clip, 0, 1)])
    found = {
        fit: seen(stock, tmp_path, finish=Finish.model_validate({"fit": fit}))[0] for fit in ("fill", "fit", "stretch")
    }
    assert found["fill"].min() > 200 and found["stretch"].min() > 200
    assert found["fit"][:, :30].max() == 16 and found["fit"][:, -30:].max() == 16 and found["fit"][48, 80] > 200


@pytest.mark.parametrize("style", ["opening", "card"])
@pytest.mark.parametrize("lines", [3, 12, 60])
def test_all_of_a_long_title_is_seen(style: Literal["opening", "card"], lines: int) -> None:
    """Every line of it is painted: set smaller to fit, and rolling where it cannot be."""
    text = "\n".join(f"Line {n}" for n in range(lines))
    title = TitleItem(id="t", text=text, style=style, frames=120)
    card = Card(title, Picture(320, 180, "yuv420p", "fill"))
    first = card.at(0).to_ndarray(format="gray")
    if lines < 60:
        rows = numpy.asarray(first > 120).any(axis=1)
        bright = numpy.flatnonzero(rows)
        assert bright.min() >= 180 * 0.04 and bright.max() <= 180 * 0.96, "within the safe area"
        begins = [top for top in bright.tolist() if top - 1 not in bright]
        assert len(begins) >= lines, "each line is there"
    else:
        frames = [card.at(n).to_ndarray(format="gray") for n in range(120)]
        assert not (frames[0] > 120).any() and not (frames[-1] > 120).any()
        assert any((frame > 120).any() for frame in frames)
        assert (frames[60] != frames[61]).any(), "it rolls"


def test_denser_clips_of_a_chain_show_each_film_frame_its_own_picture(tmp_path: Path) -> None:
    """16 frames a second at 24: of three pictures for one the film shows every second, across the seam too."""
    one = synth.make_clip(tmp_path / "one.mp4", 9, rate=Fraction(16))
    two = synth.make_clip(tmp_path / "two.mp4", 9, rate=Fraction(16))
    stock = Stock().shot("001", 26, [(one, 0, 9), (two, 1, 8)], rate=Fraction(16))
    dense = [
        synth.make_clip(tmp_path / "one-dense.mp4", 25, base=0), synth.make_clip(tmp_path / "two-dense.mp4", 25, base=24)
    ]  # fmt: skip
    for path in dense:
        stock.files[path.name] = path
    reel = stock.reel()
    assert times_of(reel) == {0: 3}
    found = refined(reel, lambda _, source: Refined(picked(dense[source.segment]), 3))
    film = tmp_path / "film.mp4"
    assert made(stock, film, found).info.frames == 26
    assert synth.numbers(film) == [min(2 * frame, 48) for frame in range(26)]


def test_the_last_picture_is_held_where_a_clip_is_not_continued(tmp_path: Path) -> None:
    one = synth.make_clip(tmp_path / "one.mp4", 4, rate=Fraction(16))
    stock = Stock().shot("001", 12, [(one, 0, 4), (one, 0, 4)], rate=Fraction(16))
    dense = synth.make_clip(tmp_path / "dense.mp4", 10)
    stock.files[dense.name] = dense
    found = refined(stock.reel(), lambda _, source: Refined(picked(dense), 3))
    film = tmp_path / "film.mp4"
    assert made(stock, film, found).info.frames == 12
    assert synth.numbers(film) == [0, 2, 4, 6, 8, 9, 0, 2, 4, 6, 8, 9]


def test_a_grade_is_made_in_a_folder_of_any_name_and_nothing_is_left_there(tmp_path: Path) -> None:
    folder = tmp_path / "it's: [a] film, 100%"
    folder.mkdir()
    stock = Stock().shot("001", 4, [(synth.make_clip(folder / "a.mp4", 4), 0, 4)])
    reel = stock.reel(finish=Finish(grade=Grade(exposure=1)))
    assert through_worker(stock, folder / "film.mp4", reel=reel, scratch_in=folder).info.frames == 4
    assert sorted(path.name for path in folder.iterdir()) == ["a.mp4", "film.mp4"]


def test_a_folder_without_room_is_said_in_a_sentence(tmp_path: Path) -> None:
    stock = Stock().shot("001", 4, [(synth.make_clip(tmp_path / "a.mp4", 4), 0, 4)])
    with pytest.raises(StudioError, match=r"Making room for film\.mp4 failed: its folder is not there\."):
        through_worker(stock, tmp_path / "film.mp4", scratch_in=tmp_path / "gone")


KINDS: tuple[TransitionKind, ...] = ("dissolve", "fade_black", "fade_white", "wipe", "morph")
SPEEDS = [Fraction(2), Fraction(1, 2), Fraction(3, 2), Fraction(7, 9)]


@pytest.mark.parametrize("rate", RATES)
def test_every_transition_into_every_speed_keeps_the_planned_count(tmp_path: Path, rate: Fraction) -> None:
    """Shots of 3.1 s, 6.0 s and 0.5 s, each transition into each speed: 20 items, counted in the decoded film."""
    stock = Stock()
    for number, seconds in enumerate((Fraction("3.1"), Fraction(6), Fraction("0.5"))):
        frames = film_frames(seconds, rate)
        needed = native_frames(frames, Fraction(16), rate) + 4
        clip = synth.make_clip(tmp_path / f"{number}.mp4", needed, rate=Fraction(16))
        stock.shot(f"{number}", frames, [(clip, 0, needed)], Fraction(16))
    items, planned = [], 0
    for number, (kind, speed) in enumerate((kind, speed) for kind in KINDS for speed in SPEEDS):
        first, end = (0, film_frames(Fraction("0.5"), rate)) if number % 3 == 2 else (5, 18 + number)
        into = Transition(kind=kind, frames=3 + number % 4)
        items.append(ShotItem(id=f"i{number}", shot=f"{number % 3}", first=first, end=end, speed=speed, into=into))
        planned += max(1, math.floor((end - first) / speed + Fraction(1, 2)))
    reel = stock.reel(*items, rate=rate)
    assert not any("no room" in note.text for note in reel.notes), "every transition is really made"
    info = made(stock, tmp_path / "film.mp4", reel).info
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == info.frames == reel.frames == planned
    assert abs(info.audio_frames - planned) < 1


def test_a_grid_of_single_pixels_and_a_chart_pass_from_the_animatic_to_the_master(tmp_path: Path) -> None:
    """Drawn by the animatic, conformed, dissolved and mastered for the web; the error of every pixel is measured.

    Measured when this was written, in levels of 255: for the grid 0.95 on average and 3.8 at worst, for the patches of
    the chart 1.6 at worst.
    """
    grid = numpy.full((192, 256, 4), 255, numpy.uint8)
    grid[..., :3] = 60
    grid[::2, :, :3] = 200
    grid[:, ::2, :3] = 200
    chart = numpy.full((192, 256, 4), 255, numpy.uint8)
    chart[..., :3] = synth.chart()[..., ::-1]  # blue first, as it is drawn
    web = next(d for d in SHIPPED if d.id == "web").replace(width=256, height=192)
    found = {}
    for name, picture in (("grid", grid), ("chart", chart)):
        clip, film = tmp_path / f"{name}.mp4", tmp_path / f"{name}-film.mp4"
        with ClipWriter(clip, 256, 192, Fraction(24)) as writer:
            for _ in range(24):
                writer.add(picture)
        stock = Stock().shot("a", 16, [(clip, 0, 24)]).shot("b", 16, [(clip, 0, 24)])
        items = (ShotItem(id="a", shot="a"), ShotItem(id="b", shot="b", first=5, into=Transition(frames=8)))
        made(stock, film, stock.reel(*items), width=256, height=192, delivery=web)
        found[name] = [synth.bt709_pixels(film, number) for number in (0, 12, 16, 20, 26)]
    errors = [numpy.abs(frame - grid[..., :3]) for frame in found["grid"]]
    assert max(float(error.mean()) for error in errors) <= 1.2, [float(error.mean()) for error in errors]
    assert max(float(error.max()) for error in errors) <= 5, [float(error.max()) for error in errors]
    wrong = [numpy.abs(synth.patches(frame) - synth.patches(synth.chart())).max() for frame in found["chart"]]
    assert max(wrong) <= 2, wrong
