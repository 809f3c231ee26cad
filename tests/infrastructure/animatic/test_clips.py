"""Clips: exact frames, the right motion, exact joints, and colours that survive."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from infrastructure.animatic.encoding import ClipWriter
from infrastructure.animatic.pictures import KEY
from tests.infrastructure.animatic.studio import (
    HEIGHT,
    WIDTH,
    apart,
    clip,
    decoded,
    foreign,
    made,
    panel,
    pixels,
    shift,
)  # fmt: skip


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return panel(
        tmp_path_factory.mktemp("panel"), params={"size": "wide", "caption": "Über das Feld", "burn_in": False}
    )


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return panel(
        tmp_path_factory.mktemp("other"), prompt="a ship on the sea at sunset", seed=9, params={"size": "wide"}
    )


def moved(out: Path, start: Path, camera: str, **params: Any) -> list[Any]:
    return clip(out, start, frames=25, params={"camera": camera} | params)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 24, 49])
def test_exactly_the_frames_asked_for(start: Path, tmp_path: Path, count: int) -> None:
    frames = clip(tmp_path, start, frames=count, params={"camera": "dolly_in"})
    assert len(frames) == count and frames[0].shape == (HEIGHT, WIDTH, 3)
    assert apart(frames[-1], pixels(tmp_path / "last.png")) < 4


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(16), Fraction(25), Fraction(60)])
def test_rate_tags_and_structure_are_exact(start: Path, tmp_path: Path, rate: Fraction) -> None:
    clip(tmp_path, start, frames=12, rate=rate, params={"camera": "pan_left"})
    data = (tmp_path / "clip.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "not fast to start"
    with av.open(str(tmp_path / "clip.mp4")) as file:
        stream = file.streams.video[0]
        assert stream.average_rate == rate and stream.frames == 12
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        assert context.pix_fmt == "yuv420p" and context.name == "h264"
        times = [packet.pts * packet.time_base for packet in file.demux(stream) if packet.pts is not None]
    assert times == [i / rate for i in range(12)], "times that are not in order or not constant"


def test_clips_can_be_joined_by_copying(start: Path, other: Path, tmp_path: Path) -> None:
    headers = set()
    for name, picture, camera in (("a", start, "orbit"), ("b", other, "static"), ("c", other, "handheld")):
        clip(tmp_path / name, picture, frames=7, params={"camera": camera})
        with av.open(str(tmp_path / name / "clip.mp4")) as file:
            headers.add((bytes(file.streams.video[0].codec_context.extradata or b""), file.streams.video[0].time_base))
    assert len(headers) == 1


def test_equal_requests_give_equal_files(start: Path, tmp_path: Path) -> None:
    sums = set()
    for name in ("one", "two"):
        clip(tmp_path / name, start, params={"camera": "orbit"})
        data = [(tmp_path / name / f).read_bytes() for f in ("clip.mp4", "last.png")]
        sums.add(hashlib.sha256(b"".join(data)).hexdigest())
    assert len(sums) == 1


# -- moves -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("camera", "x", "y"),
    [("pan_right", -1, 0), ("pan_left", 1, 0), ("tilt_up", 0, 1), ("tilt_down", 0, -1), ("tracking", -1, 0),
     ("crane_up", 0, 1), ("crane_down", 0, -1)],
)  # fmt: skip
@pytest.mark.parametrize("ours", [True, False])
def test_the_content_goes_against_the_camera(
    tmp_path: Path, start: Path, camera: str, x: int, y: int, ours: bool
) -> None:
    picture = start if ours else foreign(tmp_path / "f.png")
    frames = moved(tmp_path / "out", picture, camera)
    steps = [shift(a, b) for a, b in pairwise(frames)]
    dx, dy = np.median(steps, axis=0)
    assert dx * x > 0.1 if x else abs(dx) < 0.3
    assert dy * y > 0.1 if y else abs(dy) < 0.3


@pytest.mark.parametrize(
    ("camera", "grows"), [("dolly_in", True), ("zoom_in", True), ("dolly_out", False), ("zoom_out", False)]
)
@pytest.mark.parametrize("ours", [True, False])
def test_what_is_approached_grows(tmp_path: Path, start: Path, camera: str, grows: bool, ours: bool) -> None:
    frames = moved(tmp_path / "out", start if ours else foreign(tmp_path / "f.png"), camera)
    left = shift(frames[8][:, : WIDTH // 2], frames[16][:, : WIDTH // 2])[0]
    right = shift(frames[8][:, WIDTH // 2 :], frames[16][:, WIDTH // 2 :])[0]
    assert (right - left > 0.5) if grows else (right - left < -0.5)


@pytest.mark.parametrize("camera", ["orbit", "handheld"])
def test_orbit_and_handheld_move_gently(tmp_path: Path, start: Path, camera: str) -> None:
    frames = moved(tmp_path, start, camera)
    assert apart(frames[0], frames[-1]) > 0.8
    assert max(apart(a, b) for a, b in pairwise(frames)) < 14


@pytest.mark.parametrize(
    "params", [{"camera": "static"}, {"camera": "pan_left", "motion": 0}, {"camera": "nonsense"}, {}]
)
@pytest.mark.parametrize("ours", [True, False])
def test_stillness_is_perfect(tmp_path: Path, start: Path, params: dict[str, Any], ours: bool) -> None:
    picture = start if ours else foreign(tmp_path / "f.png", WIDTH, HEIGHT)
    clip(tmp_path / "out", picture, frames=8, params=params)
    assert apart(pixels(tmp_path / "out" / "last.png"), pixels(picture)) == 0 or not ours
    frames = decoded(tmp_path / "out" / "clip.mp4")
    assert all(apart(f, frames[0]) < 2 for f in frames)
    last = pixels(tmp_path / "out" / "last.png")
    clip(tmp_path / "one", picture, frames=1, params=params)
    assert apart(pixels(tmp_path / "one" / "last.png"), last) == 0


def test_speed_and_motion_change_the_distance(tmp_path: Path, start: Path) -> None:
    far = {}
    for name, params in {"slow": {"camera_speed": 0.5}, "normal": {}, "more": {"motion": 1.5}}.items():
        frames = moved(tmp_path / name, start, "pan_right", **params)
        far[name] = -sum(shift(a, b)[0] for a, b in pairwise(frames))
    assert 0.4 < far["slow"] / far["normal"] < 0.6 and 1.3 < far["more"] / far["normal"] < 1.7


def test_moves_are_smooth_to_a_part_of_a_pixel(tmp_path: Path, start: Path) -> None:
    frames = clip(tmp_path, start, frames=49, params={"camera": "pan_right"})
    steps = np.array([-shift(a, b)[0] for a, b in pairwise(frames)])
    assert steps[0] < 0.2 * steps.max() and steps[-1] < 0.2 * steps.max(), "not eased"
    assert np.abs(np.diff(steps[10:38])).max() < 0.25, f"jitter: {steps.round(2)}"


@pytest.mark.parametrize("camera", ["pan_left", "tilt_up", "zoom_out", "dolly_out", "orbit", "handheld"])
@pytest.mark.parametrize("size", [(90, 400), (1000, 100), (31, 17)])
def test_nothing_beyond_a_foreign_picture_is_shown(tmp_path: Path, camera: str, size: tuple[int, int]) -> None:
    picture = foreign(tmp_path / "f.png", *size) if min(size) > 20 else tmp_path / "f.png"
    if min(size) <= 20:
        Image.new("RGB", size, (200, 190, 180)).save(picture)
    frames = clip(
        tmp_path / "out", picture, width=160, height=90, params={"camera": camera, "motion": 2.0, "burn_in": False}
    )
    assert min(int(f.min()) for f in frames) > 40


# -- joints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("camera", ["pan_right", "dolly_in", "orbit", "handheld", "static", "zoom_out"])
def test_a_shot_in_segments_is_the_shot_in_one_piece(tmp_path: Path, camera: str) -> None:
    keyframe = panel(tmp_path / "p", params={"size": "wide", "caption": "Hello"})
    common = {"camera": camera}
    whole = clip(tmp_path / "whole", keyframe, frames=17, params=common | {"span": [0, 17]})
    first = clip(tmp_path / "a", keyframe, frames=9, params=common | {"span": [0, 17]})
    second = clip(tmp_path / "b", tmp_path / "a" / "last.png", frames=9, params=common | {"span": [8, 17]})
    for one, two in zip(whole, [*first, *second[1:]], strict=True):
        assert apart(one, two) < 2.5
    clip(tmp_path / "c", tmp_path / "a" / "last.png", frames=1, params=common | {"span": [8, 17]})
    assert apart(pixels(tmp_path / "c" / "last.png"), pixels(tmp_path / "a" / "last.png")) == 0
    assert apart(pixels(tmp_path / "b" / "last.png"), pixels(tmp_path / "whole" / "last.png")) == 0


@pytest.mark.parametrize("camera", ["pan_right", "dolly_out", "tracking", "zoom_in"])
@pytest.mark.parametrize("ours", [True, False])
def test_a_continuation_begins_with_the_last_frame_of_what_it_continues(
    tmp_path: Path, camera: str, ours: bool
) -> None:
    keyframe = panel(tmp_path / "p", params={"caption": "Hello"}) if ours else foreign(tmp_path / "f.png")
    words = {"camera": camera, "caption": "Hello"}
    clip(tmp_path / "a", keyframe, params=words)
    last = pixels(tmp_path / "a" / "last.png")
    clip(tmp_path / "b", tmp_path / "a" / "last.png", frames=1, params=words)
    assert apart(pixels(tmp_path / "b" / "last.png"), last) == 0
    frames = clip(tmp_path / "c", tmp_path / "a" / "last.png", frames=12, params=words)
    assert apart(frames[0], last) < 6
    assert max(apart(a, b) for a, b in pairwise(frames)) < 16


@pytest.mark.parametrize("ours", [(True, True), (True, False), (False, False)])
@pytest.mark.parametrize("camera", ["dolly_in", "pan_left"])
def test_a_morph_begins_and_ends_exactly_on_its_pictures(
    tmp_path: Path, start: Path, other: Path, ours: tuple[bool, bool], camera: str
) -> None:
    one = start if ours[0] else foreign(tmp_path / "one.png", WIDTH, HEIGHT)
    two = other if ours[1] else foreign(tmp_path / "two.png", WIDTH, HEIGHT)
    frames = clip(tmp_path / "out", one, two, frames=13, params={"camera": camera})
    assert len(frames) == 13
    assert apart(pixels(tmp_path / "out" / "last.png"), pixels(two)) == 0
    clip(tmp_path / "first", one, two, frames=1, params={"camera": camera})
    assert apart(pixels(tmp_path / "first" / "last.png"), pixels(one)) == 0
    assert apart(frames[0], pixels(one)) < 4
    if one != two and apart(pixels(one), pixels(two)) > 5:
        assert apart(frames[6], frames[0]) > 2 and apart(frames[6], frames[-1]) > 2


def test_the_overlay_stands_still_while_the_art_moves(tmp_path: Path) -> None:
    keyframe = panel(tmp_path / "p", params={"size": "wide", "caption": "Hello there"})
    bare = clip(tmp_path / "bare", keyframe, params={"camera": "pan_right", "burn_in": False})
    burnt = clip(tmp_path / "burnt", keyframe, params={"camera": "pan_right"})
    marks = [np.abs(a.astype(int) - b.astype(int)).max(axis=2) > 60 for a, b in zip(bare, burnt, strict=True)]
    assert marks[0].sum() > 40 and (marks[0] & marks[-1]).sum() > 0.6 * marks[0].sum()


def test_a_panel_of_another_shape_is_cropped_not_squeezed(tmp_path: Path, start: Path) -> None:
    frames = clip(tmp_path, start, width=180, height=180, params={"camera": "pan_left"})
    assert frames[0].shape == (180, 180, 3)
    assert min(int(f.max(axis=2).min()) for f in frames) >= 0
    assert all(f[:, [0, -1]].max(axis=2).mean() > 20 for f in frames)


def test_a_note_that_is_not_ours_makes_a_picture_flat(tmp_path: Path) -> None:
    from PIL import PngImagePlugin

    for text in ("{", "[]", '{"schema": 1, "kind": "panel", "spec": {}}', '{"schema": 99, "kind": "frame"}'):
        info = PngImagePlugin.PngInfo()
        info.add_text(KEY, text)
        Image.new("RGB", (WIDTH, HEIGHT), (120, 90, 60)).save(tmp_path / "n.png", pnginfo=info)
        assert len(clip(tmp_path / "out", tmp_path / "n.png", params={"camera": "zoom_in"})) == 9


# -- colour ------------------------------------------------------------------------------------------------------


def exactly(path: Path) -> npt.NDArray[np.float64]:
    """The last frame by the BT.709 matrix in floating point: decoders round, and that is not ours to measure."""
    with av.open(str(path)) as container:
        planes = [frame.to_ndarray().astype(np.float64) for frame in container.decode(video=0)][-1]
    height = planes.shape[0] * 2 // 3
    luma = (planes[:height] - 16) / 219
    blue, red = (
        (c.reshape(height // 2, -1).repeat(2, 0).repeat(2, 1) - 128) / 224
        for c in (planes[height : height * 5 // 4], planes[height * 5 // 4 :])
    )
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    return np.stack([r, g, b], axis=2) * 255


def test_a_colour_chart_survives_encoding(tmp_path: Path) -> None:
    """Within 2 levels for 95 of 100 values, 3 at the worst, 1 on average: what 8 bits of limited range can carry.

    One step of luma is 1.2 levels and one of chroma 2.1 of blue, each rounded twice (to YUV and back), and the encoder
    adds a step of its own. So no colour is asked to come out closer than that; greys must stay grey within 1.5.
    """
    colours = [(r, g, b) for r in (16, 90, 180, 240) for g in (16, 90, 180, 240) for b in (16, 120, 240)]
    colours += [(v, v, v) for v in range(0, 256, 17)]
    chart = np.zeros((128, 256, 4), dtype=np.uint8)
    chart[..., 3] = 255
    for i, (r, g, b) in enumerate(colours):
        y, x = divmod(i, 16)
        chart[y * 16 : y * 16 + 16, x * 16 : x * 16 + 16, :3] = (b, g, r)
    with ClipWriter(tmp_path / "chart.mp4", 256, 128, Fraction(24)) as writer:
        for _ in range(3):
            writer.add(chart)
    picture = exactly(tmp_path / "chart.mp4")
    errors: list[npt.NDArray[np.float64]] = []
    for i, colour in enumerate(colours):
        y, x = divmod(i, 16)
        patch = picture[y * 16 + 5 : y * 16 + 11, x * 16 + 5 : x * 16 + 11].reshape(-1, 3).mean(axis=0)
        errors.append(np.abs(patch - colour))
        assert errors[-1].max() <= 3, (colour, patch)
        if len(set(colour)) == 1:
            assert np.ptp(patch) <= 1.5, f"grey {colour} came out as {patch}"
    assert np.mean(errors) <= 1
    assert np.mean(np.array(errors) <= 2) >= 0.95


# -- what cannot be done -----------------------------------------------------------------------------------------


def refused(out: Path, picture: Path, **values: Any) -> str:
    event = made("video", out, {"start": picture}, **values)[-1]
    assert event["event"] == "failed" and event["retry"] is False and event["cure"]
    assert not (out / "clip.mp4").exists()
    return str(event["message"])


def test_odd_sizes_are_refused(tmp_path: Path, start: Path) -> None:
    assert "321 x 180" in refused(tmp_path, start, width=321)


def test_a_missing_start_is_a_sentence(tmp_path: Path) -> None:
    assert made("video", tmp_path)[-1]["event"] == "failed"
    assert "not there" in refused(tmp_path, tmp_path / "gone.png")


def test_unusable_pictures_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    assert "text.png is not a picture" in refused(tmp_path / "a", tmp_path / "text.png")
    whole = foreign(tmp_path / "f.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    assert "damaged" in refused(tmp_path / "b", tmp_path / "cut.png")
    big = Image.new("1", (20_000, 10_000))
    big.save(tmp_path / "big.png")
    assert "million" in refused(tmp_path / "c", tmp_path / "big.png")


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "I;16", "CMYK", "LA"])
def test_pictures_of_other_kinds_are_taken(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("f.tif" if mode == "CMYK" else "f.png")
    image = (
        Image.new(mode, (200, 120), 40_000 if mode == "I;16" else None)
        if mode == "I;16"
        else Image.new(mode, (200, 120))
    )
    image.save(path)
    assert len(clip(tmp_path / "out", path, frames=2, params={"camera": "zoom_in"})) == 2
