"""The one decoding pass: what the file says, whatever it is."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from domain.errors import UnreadableMedia
from domain.quality.figures import FrameFigures, Stream
from infrastructure.quality.reader import examine
from tests.infrastructure.media.synth import make_clip
from tests.tools.calibration.clips import Encoding, figures, judge, write
from tests.tools.calibration.scenes import Shape, pan


def read(path: Path) -> tuple[Stream, list[FrameFigures]]:
    found: list[FrameFigures] = []
    return examine(path, lambda rate: found.append, lambda done, of: None), found


def with_sound(path: Path, samples: Any, *, frames: int = 48, delay: float = 0.0) -> Path:
    """A clip at 24 frames per second with mono sound at 48 kHz, which begins `delay` seconds late."""
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 128, 96, "yuv420p"
        sound: Any = output.add_stream("pcm_s16le", rate=48000)
        sound.layout = "mono"
        for frame in itertools.islice(pan(Shape(128, 96, frames, 1)), frames):
            output.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")))
        output.mux(video.encode(None))
        whole = np.clip(samples * 32767, -32768, 32767).astype(np.int16)
        for at in range(0, len(whole), 1024):
            part = av.AudioFrame.from_ndarray(whole[None, at : at + 1024], format="s16", layout="mono")
            part.rate, part.pts, part.time_base = 48000, at + round(delay * 48000), Fraction(1, 48000)
            output.mux(sound.encode(part))
        output.mux(sound.encode(None))
    return path


def tone(seconds: float, level: float = 0.5) -> Any:
    return level * np.sin(np.arange(round(seconds * 48000)) / 20)


def test_a_clip_is_counted_and_timed(tmp_path: Path) -> None:
    stream, frames = read(make_clip(tmp_path / "a.mp4", 37, rate=Fraction(24000, 1001)))

    assert (stream.frames, stream.claimed, len(frames)) == (37, 37, 37)
    assert stream.rate == Fraction(24000, 1001)
    assert stream.seconds == pytest.approx(37 * 1001 / 24000, abs=1e-4)
    assert [frame.index for frame in frames] == list(range(37))
    assert frames[24].seconds == pytest.approx(1.001, abs=1e-4)
    assert (stream.matrix, stream.uneven_count, stream.broken_at, stream.sound) == ("bt709", 0, None, None)


def test_frames_off_their_time_are_found(tmp_path: Path) -> None:
    path = tmp_path / "uneven.mp4"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=24, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 240)
        for i in range(30):
            frame = av.VideoFrame.from_ndarray(np.full((96, 64), i, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = i * 10 + (4 if i == 17 else 0), Fraction(1, 240)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    assert read(path)[0].uneven == (17, 18)


def test_a_container_without_times_of_presentation_is_even(tmp_path: Path) -> None:
    path = tmp_path / "old.avi"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=24, options={"bf": "3", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for frame in pan(Shape(128, 96, 30, 3)):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")))
        output.mux(stream.encode(None))
    with av.open(str(path)) as source:
        stamps = [frame.pts for frame in source.decode(video=0) if frame.pts is not None]

    assert stamps != sorted(stamps), "its frames are told in the order of decoding"
    assert (read(path)[0].frames, read(path)[0].uneven_count) == (30, 0)


def test_a_file_cut_short_is_measured_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mp4", pan(Shape(320, 180, 60, 3)))
    short = tmp_path / "short.mp4"
    remuxed = tmp_path / "front.mp4"
    with av.open(str(whole)) as source, av.open(str(remuxed), "w", options={"movflags": "faststart"}) as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    content = remuxed.read_bytes()
    short.write_bytes(content[: len(content) * 6 // 10])

    outcome, told = judge(short)

    assert 0 < told.frames < 60
    assert told.claimed == 60
    assert "count" in {finding.check for finding in outcome.findings}


@pytest.mark.parametrize("content", [b"", b"not a film", b"\x00" * 5000])
def test_what_is_no_film_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)

    with pytest.raises(UnreadableMedia, match=r"x\.mp4 cannot be read"):
        read(path)


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "ending"),
    [
        ("libx264", "yuv444p", "mp4"), ("libx264", "yuv420p10le", "mp4"), ("libx264", "gray", "mkv"),
        ("ffv1", "bgr0", "mkv"), ("ffv1", "yuv422p", "mkv"), ("mjpeg", "yuvj420p", "mkv"),
        ("libx264rgb", "rgb24", "mp4"),
    ],
)  # fmt: skip
def test_any_format_gives_the_same_levels(codec: str, pix_fmt: str, ending: str, tmp_path: Path) -> None:
    shape = Shape(160, 96, 3, 5)
    usual = figures(write(tmp_path / "usual.mp4", pan(shape), Encoding(crf=10)))
    path = tmp_path / f"other.{ending}"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = 160, 96, pix_fmt
        if pix_fmt not in ("bgr0", "rgb24"):
            stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1 + ("j" in pix_fmt)
        for frame in pan(shape):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")
            ranged = 2 if "j" in pix_fmt else 1
            if pix_fmt not in ("bgr0", "rgb24"):
                picture = picture.reformat(format=pix_fmt, dst_colorspace=1, dst_color_range=ranged)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))

    for one, other in zip(usual, figures(path), strict=True):
        assert other.mean == pytest.approx(one.mean, abs=3.5)
        assert other.contrast == pytest.approx(one.contrast, abs=3.5)


def test_sound_is_measured_in_the_same_pass(tmp_path: Path) -> None:
    sound = read(with_sound(tmp_path / "a.mov", tone(2)))[0].sound

    assert sound is not None
    assert sound.peak == pytest.approx(0.5, abs=0.01)
    assert sound.loudness == pytest.approx(0.5 / 2**0.5, abs=0.01)
    assert sound.seconds == pytest.approx(2)
    assert (sound.begins, sound.clipped, sound.silent_seconds) == (0, 0, 0)


@pytest.mark.parametrize(
    ("samples", "delay", "words"),
    [
        (tone(2, 3.0), 0, "clipped"),
        (tone(1.2), 0, "ends 0.80 s before"),
        (tone(1.5), 0.5, "begins 0.50 s after"),
    ],
    ids=["clipped", "short", "late"],
)
def test_bad_sound_is_told(samples: Any, delay: float, words: str, tmp_path: Path) -> None:
    outcome, _ = judge(with_sound(tmp_path / "a.mov", samples, delay=delay))

    assert any(words in finding.sentence for finding in outcome.findings if finding.check == "sound")


def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    """Nothing that is kept from frame to frame holds a decoded picture, but for the last one."""
    import tracemalloc

    path = write(tmp_path / "a.mp4", pan(Shape(320, 180, 170, 3)))
    marks: list[int] = []

    def observe(frame: FrameFigures) -> None:
        if frame.index in (80, 160):
            marks.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        examine(path, lambda rate: observe, lambda done, of: None)
    finally:
        tracemalloc.stop()
    assert marks[1] - marks[0] < 200_000
