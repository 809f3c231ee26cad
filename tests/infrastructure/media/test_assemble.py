"""Joining: the right frame at every place, exactly as many as the shots ask for, and never half a film."""

from __future__ import annotations

import os
import threading
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy
import pytest

from domain.delivery import film_delivery
from domain.errors import BadInput, Cancelled, MediaFailed
from domain.timing import native_frames
from infrastructure.media.copying import can_copy
from infrastructure.media.runs import plain_runs
from tests.infrastructure.media import synth
from tests.infrastructure.media.reels import Stock, made, through_worker

FILM = Fraction(24)
NTSC = Fraction(24000, 1001)


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def whole(path: Path, frames: int, rate: Fraction = FILM, shot: str = "001") -> Stock:
    """One clip that is one shot."""
    return Stock().shot(shot, frames, [(path, 0, frames)], rate)


@pytest.mark.parametrize(
    ("native", "rate"),
    [
        (Fraction(16), FILM), (FILM, FILM), (FILM, NTSC), (Fraction(16), Fraction(25)), (FILM, Fraction(30)),
        (Fraction(30), FILM), (Fraction(25), NTSC), (Fraction(50), Fraction(25)),
    ],
)  # fmt: skip
def test_each_film_frame_shows_the_native_frame_of_its_time(tmp_path: Path, native: Fraction, rate: Fraction) -> None:
    shots = (37, 50)
    stock = Stock()
    expected: list[int] = []
    for index, frames in enumerate(shots):
        needed = native_frames(frames, native, rate)
        clip = synth.make_clip(tmp_path / f"{index}.mp4", needed, rate=native, base=300 * index)
        stock.shot(f"00{index}", frames, [(clip, 0, needed)], native)
        expected += [300 * index + j * native // rate for j in range(frames)]
    info = made(stock, tmp_path / "film.mp4", stock.reel(rate=rate)).info
    assert synth.numbers(tmp_path / "film.mp4") == expected
    assert (info.frames, info.rate, info.audio_frames) == (87, rate, 87)


@pytest.mark.parametrize("may_copy", [True, False])
def test_a_chain_drops_repeats_at_its_heads_and_the_surplus_at_its_tail(tmp_path: Path, may_copy: bool) -> None:
    # Wan 2.2, 8 s: 65 + 65 made, 65 + 63 kept, the second's frame 0 repeats the first's last
    first = synth.make_clip(tmp_path / "a.mp4", 65, rate=Fraction(16), base=0)
    second = synth.make_clip(tmp_path / "b.mp4", 65, rate=Fraction(16), base=64)
    stock = Stock().shot("001", 192, [(first, 0, 65), (second, 1, 64)], Fraction(16))
    found = made(stock, tmp_path / "film.mp4", may_copy=may_copy)
    assert found.way == "encode"
    assert synth.numbers(tmp_path / "film.mp4") == [j * 2 // 3 for j in range(192)]
    assert found.info.frames == 192


@pytest.mark.parametrize("bframes", [0, 3])
def test_clips_that_are_alike_are_joined_without_encoding(tmp_path: Path, bframes: int) -> None:
    options = {"preset": "veryfast", "crf": "18", "bf": str(bframes), "x264-params": f"bframes={bframes}:scenecut=0"}
    counts = (25, 1, 40)
    stock = Stock()
    expected: list[int] = []
    for index, count in enumerate(counts):
        clip = synth.make_clip(tmp_path / f"{index}.mp4", count, base=100 * index, options=options)
        stock.shot(f"00{index}", count, [(clip, 0, count)])
        expected += range(100 * index, 100 * index + count)
    copied = made(stock, tmp_path / "copied.mp4")
    encoded = made(stock, tmp_path / "encoded.mp4", may_copy=False)
    assert (copied.way, encoded.way) == ("copy", "encode")
    assert synth.numbers(tmp_path / "copied.mp4") == synth.numbers(tmp_path / "encoded.mp4") == expected
    for info in (copied.info, encoded.info):
        assert (info.frames, info.rate, info.matrix, info.codec) == (66, FILM, "bt709", "h264")
        assert (info.pix_fmt, info.audio, info.audio_frames) == ("yuv420p", True, 66)


@pytest.mark.parametrize("may_copy", [True, False])
def test_time_stamps_are_even_and_sound_is_as_long_as_the_picture(tmp_path: Path, may_copy: bool) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 31, rate=NTSC)
    stock = whole(clip, 31, NTSC).shot("002", 31, [(clip, 0, 31)], NTSC)
    made(stock, tmp_path / "film.mp4", stock.reel(rate=NTSC), may_copy=may_copy)
    with av.open(str(tmp_path / "film.mp4")) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        packets = [packet for packet in film.demux(video) if packet.size]
        assert len(packets) == 62
        assert all(p.dts is not None and p.pts is not None and p.dts <= p.pts for p in packets)
        assert all(a.dts < b.dts for a, b in pairwise(packets))  # type: ignore[operator]
        stamps = sorted(p.pts * video.time_base for p in packets if p.pts is not None and video.time_base)
        assert stamps == [j / NTSC for j in range(62)]
        assert video.average_rate == NTSC
        assert audio.duration == round(62 / NTSC * 48000)
        assert (audio.rate, audio.channels) == (48000, 2)
    with av.open(str(tmp_path / "film.mp4")) as film:
        sound = numpy.concatenate([f.to_ndarray() for f in film.decode(audio=0)], axis=1)
        assert not numpy.abs(sound).max() > 1e-4
        assert 0 <= sound.shape[1] - round(62 / NTSC * 48000) < 1024
    head = (tmp_path / "film.mp4").read_bytes()[:4096]
    assert b"moov" in head, "the index comes first, so that players start at once"


def test_a_clip_that_begins_later_or_has_other_parameters_is_not_copied(tmp_path: Path) -> None:
    plain = synth.make_clip(tmp_path / "a.mp4", 10)
    other = synth.make_clip(tmp_path / "b.mp4", 10, options={"preset": "ultrafast", "crf": "18"})
    untagged = synth.make_clip(tmp_path / "c.mp4", 10, tagged=False)
    slower = synth.make_clip(tmp_path / "d.mp4", 10, rate=Fraction(25))

    def copies(*clips: tuple[Path, int, int], width: int = synth.WIDTH) -> bool:
        stock = Stock()
        for number, (path, first, frames) in enumerate(clips):
            stock.shot(f"{number}", frames, [(path, first, frames)])
        runs = plain_runs(stock.reel(), stock.files)
        assert runs is not None
        return can_copy(runs, width, synth.HEIGHT, FILM)

    assert copies((plain, 0, 10), (plain, 0, 10))
    assert not copies((plain, 0, 10), (other, 0, 10))
    assert not copies((plain, 1, 9))
    assert not copies((plain, 0, 9))
    assert not copies((untagged, 0, 10))
    assert not copies((slower, 0, 10))
    assert not copies((plain, 0, 10), width=320)


def test_untagged_clips_are_read_as_601_and_the_film_is_709_with_tags(tmp_path: Path) -> None:
    clip = synth.make_chart_clip(tmp_path / "a.mp4", "bt601", tagged=False, frames=8)
    made(whole(clip, 8), tmp_path / "film.mp4", width=256, height=192, delivery=film_delivery("ultra"))
    difference = synth.patches(synth.bt709_pixels(tmp_path / "film.mp4")) - synth.patches(synth.chart())
    assert numpy.abs(difference).max() <= 4  # one rounding in the clip, one in the film, and the encoder
    assert abs(difference.mean()) < 0.6, "no drift to dark or light"


@pytest.mark.parametrize(("matrix", "full"), [("bt601", False), ("bt709", True), ("bt601", True)])
def test_tagged_clips_are_read_as_tagged(tmp_path: Path, matrix: str, full: bool) -> None:
    clip = synth.make_chart_clip(tmp_path / "a.mp4", matrix, full=full, frames=4)
    made(whole(clip, 4), tmp_path / "film.mp4", width=256, height=192, delivery=film_delivery("ultra"))
    difference = synth.patches(synth.bt709_pixels(tmp_path / "film.mp4")) - synth.patches(synth.chart())
    assert numpy.abs(difference).max() <= 4


def test_other_sizes_aspects_and_codecs_fill_the_frame(tmp_path: Path) -> None:
    small = synth.make_clip(tmp_path / "a.mp4", 12, width=176, height=96, base=3)
    large = synth.make_clip(tmp_path / "b.mkv", 12, width=320, height=192, base=40, codec="libx264", pix_fmt="yuv444p")
    rgb = synth.make_clip(
        tmp_path / "c.mkv", 12, base=80, codec="ffv1", pix_fmt="bgr0", tagged=False, options={"level": "3"}
    )
    stock = whole(small, 12).shot("002", 12, [(large, 0, 12)]).shot("003", 12, [(rgb, 0, 12)])
    found = made(stock, tmp_path / "film.mp4")
    assert (found.info.width, found.info.height, found.way) == (synth.WIDTH, synth.HEIGHT, "encode")
    assert synth.numbers(tmp_path / "film.mp4") == [*range(3, 15), *range(40, 52), *range(80, 92)]


def test_through_the_worker_with_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "domain").mkdir()  # a folder of the user's named like a package of ours
    (tmp_path / "domain" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    clip = synth.make_clip(tmp_path / "a.mp4", 100, rate=Fraction(16))
    said: list[tuple[int, int]] = []
    stock = Stock().shot("001", 150, [(clip, 0, 100)], Fraction(16))
    found = through_worker(
        stock, tmp_path / "films" / "film.mp4", report=lambda done, frames: said.append((done, frames))
    )
    assert found.info.frames == 150
    assert said[0] == (0, 150)
    assert said[-1] == (150, 150)
    assert said == sorted(said)
    assert names(tmp_path / "films") == ["film.mp4"]


def test_stopping_keeps_the_film_that_was_there(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 60, width=320, height=192)
    target = tmp_path / "film.mp4"
    target.write_bytes(b"the film before")
    begun = threading.Event()
    asked = 0.0

    def stopped() -> bool:
        nonlocal asked
        if begun.is_set():
            asked = asked or time.monotonic()
        return bool(asked)

    def report(done: int, frames: int) -> None:
        if done:
            begun.set()

    stock = Stock()
    for number in range(80):
        stock.shot(f"{number:03d}", 59, [(clip, 0, 59)])
    ultra = film_delivery("ultra")
    with pytest.raises(Cancelled):
        through_worker(stock, target, width=1280, height=768, delivery=ultra, report=report, stopped=stopped)
    assert time.monotonic() - asked < 1.5
    assert target.read_bytes() == b"the film before"
    assert names(tmp_path) == ["a.mp4", "film.mp4"]


def test_missing_short_and_damaged_clips_name_the_shot(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 10)
    target = tmp_path / "film.mp4"
    with pytest.raises(MediaFailed, match=r"Shot 007.*gone\.mp4"):
        through_worker(whole(clip, 10).shot("007", 10, [(tmp_path / "gone.mp4", 0, 10)]), target)
    with pytest.raises(MediaFailed, match=r"Shot 008.*shorter"):
        made(whole(clip, 12, shot="008"), target)
    text = tmp_path / "text.mp4"
    text.write_text("not a film at all\n" * 100)
    with pytest.raises(MediaFailed, match=r"Shot 009.*cannot be read"):
        made(whole(clip, 10).shot("009", 10, [(text, 0, 10)]), target)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with pytest.raises(MediaFailed, match="Shot 010"):
        made(whole(cut, 10, shot="010"), target)
    with pytest.raises(MediaFailed, match="Shot 011 has no take"):
        through_worker(Stock().shot("011", 10, []), target)
    with pytest.raises(MediaFailed, match="nothing in the cut"):
        through_worker(Stock(), target)


def test_what_cannot_be_put_in_place_leaves_no_litter(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 10)
    target = tmp_path / "film.mp4"
    target.mkdir()  # a real obstacle: no file can be renamed over a folder
    (target / "inside").touch()
    with pytest.raises(Exception, match=r"film\.mp4 failed"):
        through_worker(whole(clip, 10), target)
    assert names(tmp_path) == ["a.mp4", "film.mp4"]


def test_left_over_files_of_processes_that_are_gone_are_removed(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 5)
    gone = tmp_path / ".film.mp4.999999999-aaaa.kinoloom-tmp"
    alive = tmp_path / f".film.mp4.{os.getppid()}-bbbb.kinoloom-tmp"
    gone.touch()
    alive.touch()
    through_worker(whole(clip, 5), tmp_path / "film.mp4")
    assert not gone.exists()
    assert alive.exists()


def test_wrong_wishes_are_refused_before_anything_starts(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 5)
    with pytest.raises(BadInput, match="pixels"):
        through_worker(whole(clip, 5), tmp_path / "film.mp4", width=161)
    assert names(tmp_path) == ["a.mp4"]
