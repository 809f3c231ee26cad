"""Clips: counted by decoding, last frames with the right colours, and files that are not what they say."""

from __future__ import annotations

import logging
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
import pytest
from PIL import Image

from domain.errors import MediaFailed, UnreadableMedia
from infrastructure.media import MediaTools
from infrastructure.media.sound import SilentTrack
from infrastructure.processes import PACKAGES
from tests.infrastructure.media import synth

TOOLS = MediaTools()


@pytest.mark.parametrize(
    "rate", [Fraction(16), Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)]
)
def test_a_probe_counts_frames_and_gives_the_exact_rate(tmp_path: Path, rate: Fraction) -> None:
    info = TOOLS.probe(synth.make_clip(tmp_path / "a.mp4", 33, rate=rate))
    assert (info.frames, info.rate, info.width, info.height) == (33, rate, synth.WIDTH, synth.HEIGHT)
    assert (info.codec, info.pix_fmt, info.matrix, info.audio) == ("h264", "yuv420p", "bt709", False)
    assert info.bit_rate > 0
    assert info.size == (tmp_path / "a.mp4").stat().st_size


@pytest.mark.parametrize("ending", ["mkv", "webm"])
def test_a_probe_sees_through_coarse_time_stamps(tmp_path: Path, ending: str) -> None:
    codec = {"mkv": "libx264", "webm": "libvpx-vp9"}[ending]
    options = {} if ending == "mkv" else {"cpu-used": "8", "deadline": "realtime"}
    clip = synth.make_clip(tmp_path / f"a.{ending}", 20, rate=Fraction(24000, 1001), codec=codec, options=options)
    info = TOOLS.probe(clip)
    assert info.frames == 20
    assert info.rate == Fraction(24000, 1001)


def test_a_clip_of_one_frame_and_one_without_tags(tmp_path: Path) -> None:
    info = TOOLS.probe(synth.make_clip(tmp_path / "a.mp4", 1, tagged=False))
    assert (info.frames, info.matrix, info.rate) == (1, "", Fraction(24))


def test_frames_of_uneven_length_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as output:
        stream: Any = output.add_stream("libx264", rate=24, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for pts in (0, 1, 2, 5, 6, 12):
            frame = av.VideoFrame.from_ndarray(numpy.full((96, 64), 100, numpy.uint8), format="yuv420p")
            frame.pts, frame.time_base = pts, Fraction(1, 24)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with caplog.at_level(logging.WARNING):
        assert TOOLS.probe(tmp_path / "a.mp4").frames == 6
    assert "uneven" in caplog.text


@pytest.mark.parametrize(
    ("matrix", "full", "tagged"),
    [("bt601", False, False), ("bt709", False, True), ("bt601", False, True), ("bt709", True, True)],
)
def test_a_last_frame_has_the_colours_it_was_made_with(tmp_path: Path, matrix: str, full: bool, tagged: bool) -> None:
    clip = synth.make_chart_clip(tmp_path / "a.mp4", matrix, full=full, tagged=tagged)
    TOOLS.last_frame(clip, tmp_path / "last.png")
    difference = synth.patches(synth.pixels(tmp_path / "last.png")) - synth.patches(synth.chart())
    assert numpy.abs(difference).max() <= 2
    assert abs(difference.mean()) < 0.5, "many hops from clip to clip must not darken"


def test_the_last_frame_is_the_last(tmp_path: Path) -> None:
    options = {"preset": "veryfast", "bf": "3", "crf": "18"}
    clip = synth.make_clip(tmp_path / "a.mp4", 50, base=200, options=options)
    TOOLS.last_frame(clip, tmp_path / "last.png")
    bars = synth.pixels(tmp_path / "last.png")[20:60].mean((0, 2)).reshape(synth.BITS, -1).mean(1)
    assert sum(1 << bit for bit, bar in enumerate(bars) if bar > 128) == 249


def test_thumbnails_of_clips_and_pictures(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 5)
    TOOLS.thumbnail(clip, tmp_path / "thumbs" / "a.webp", 80)
    TOOLS.last_frame(clip, tmp_path / "a.png")
    TOOLS.thumbnail(tmp_path / "a.png", tmp_path / "thumbs" / "b.webp", 1000)
    with Image.open(tmp_path / "thumbs" / "a.webp") as small, Image.open(tmp_path / "thumbs" / "b.webp") as same:
        assert (small.format, small.size) == ("WEBP", (80, 48))
        assert same.size == (synth.WIDTH, synth.HEIGHT), "never enlarged"
    assert sorted(p.name for p in (tmp_path / "thumbs").iterdir()) == ["a.webp", "b.webp"]


def hostile(folder: Path) -> list[Path]:
    """Files named .mp4 that are none, or no whole one."""
    good = synth.make_clip(folder / "good.mp4", 20).read_bytes()
    with av.open(str(folder / "sound.mp4"), "w") as output:
        SilentTrack(output, 24, Fraction(24)).write()
    contents = {
        "empty.mp4": b"",
        "text.mp4": b"This is no film.\n" * 50,
        "zeros.mp4": bytes(10_000),
        "cut.mp4": good[: len(good) // 2],
        "head.mp4": good[:64],
        "picture.mp4": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "playlist.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
        "concat.mp4": b"ffconcat version 1.0\nfile good.mp4\n",
        "subtitles.mp4": b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "folder.mp4").mkdir()
    return [folder / name for name in (*contents, "sound.mp4", "folder.mp4", "missing.mp4")]


def test_files_that_are_no_clips_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for path in hostile(tmp_path):
        for work in (
            lambda p: TOOLS.probe(p),
            lambda p: TOOLS.last_frame(p, tmp_path / "out.png"),
            lambda p: TOOLS.thumbnail(p, tmp_path / "out.webp", 64),
        ):
            with pytest.raises(UnreadableMedia) as caught:
                work(path)
            assert path.name in caught.value.message
            assert caught.value.message.endswith(".")
            assert caught.value.cure
    assert not (tmp_path / "out.png").exists()
    assert not (tmp_path / "out.webp").exists()


def test_damage_inside_a_clip_never_raises_anything_foreign(tmp_path: Path) -> None:
    good = synth.make_clip(tmp_path / "good.mp4", 30).read_bytes()
    random = numpy.random.default_rng(3)
    for trial in range(25):
        data = bytearray(good)
        for place in random.integers(0, len(data), 30):
            data[place] = int(random.integers(0, 256))
        (tmp_path / "bad.mp4").write_bytes(data)
        try:
            info = TOOLS.probe(tmp_path / "bad.mp4")
            assert info.frames >= 1, trial
        except UnreadableMedia:
            pass


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 3)
    (tmp_path / "file").touch()
    with pytest.raises(MediaFailed, match=r"last\.png"):
        TOOLS.last_frame(clip, tmp_path / "file" / "last.png")


def test_importing_the_adapter_loads_no_codec() -> None:
    code = (
        "import sys, domain.take, services.ports, time; t = time.perf_counter(); import infrastructure.media; "
        "print(time.perf_counter() - t, [m for m in ('av', 'numpy', 'cv2', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGES, capture_output=True, text=True, check=True)
    seconds, _, loaded = done.stdout.partition(" ")
    assert loaded.strip() == "[]"
    assert float(seconds) < 0.3  # 0.01 s on a quiet machine
