"""Clips as they come from phones, servers and crashes: made to fit, or refused in a sentence."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy
import pytest

from domain.errors import MediaFailed, UnreadableMedia
from infrastructure.media import MediaTools, clips
from tests.infrastructure.media import synth
from tests.infrastructure.media.reels import Stock, made


def ffmpeg(*arguments: object) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)], check=True)


def film_of(clip: Path, frames: int, folder: Path, **size: Any) -> Any:
    """The luma of every frame of a film of that clip."""
    made(Stock().shot("a", frames, [(clip, 0, frames)]), folder / "film.mp4", **size)
    with av.open(str(folder / "film.mp4")) as film:
        return [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]


def test_uneven_frames_count_as_frames(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = synth.make_clip(tmp_path / "a.mp4", 30)
    uneven = tmp_path / "vfr.mkv"
    ffmpeg("-i", source, "-vf", "select='not(mod(n,3))+not(mod(n,5))'", "-fps_mode", "vfr", uneven)
    info = MediaTools().probe(uneven)
    assert info.frames == 14 and "uneven" in caplog.text
    film_of(uneven, 14, tmp_path)
    assert synth.numbers(tmp_path / "film.mp4") == [n for n in range(30) if n % 3 == 0 or n % 5 == 0]


def test_odd_sizes_are_conformed(tmp_path: Path) -> None:
    odd = tmp_path / "odd.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=white:size=161x97:rate=24", "-frames:v", 5, "-pix_fmt", "yuv444p", odd)
    assert (MediaTools().probe(odd).width, MediaTools().probe(odd).height) == (161, 97)
    frames = film_of(odd, 5, tmp_path)
    assert len(frames) == 5 and min(int(frame.min()) for frame in frames) >= 230


@pytest.mark.parametrize(("turn", "bright"), [(90, "bottom"), (270, "top"), (180, "right")])
def test_a_phone_film_stands_upright(tmp_path: Path, turn: int, bright: str) -> None:
    """The left half is white. Turned by 90 degrees against the clock it is below, as in every player."""
    planes = synth.grey(40)
    planes[: synth.HEIGHT, : synth.WIDTH // 2] = 200
    flat = synth.lossless(tmp_path / "flat.mp4", [planes] * 4)
    phone = tmp_path / "phone.mp4"
    ffmpeg("-display_rotation", turn, "-i", flat, "-c", "copy", phone)
    upright = (synth.WIDTH, synth.HEIGHT) if turn == 180 else (synth.HEIGHT, synth.WIDTH)
    info = MediaTools().probe(phone)
    assert (info.width, info.height) == upright
    picture = film_of(phone, 4, tmp_path, width=upright[0], height=upright[1])[0]
    parts = {
        "top": picture[: upright[1] // 3], "bottom": picture[-upright[1] // 3 :], "right": picture[:, -upright[0] // 3 :]
    }  # fmt: skip
    assert parts[bright].mean() > 180 and picture.mean() < 140
    # as the decoder that comes with ffmpeg turns it, and as the last frame is kept
    ffmpeg("-i", phone, "-frames:v", 1, tmp_path / "theirs.png")
    MediaTools().last_frame(phone, tmp_path / "ours.png")
    theirs, ours = synth.pixels(tmp_path / "theirs.png"), synth.pixels(tmp_path / "ours.png")
    assert theirs.shape == ours.shape and numpy.abs(theirs.astype(int) - ours).mean() < 3


def test_ten_bits_become_eight_without_a_shift(tmp_path: Path) -> None:
    deep = tmp_path / "deep.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "color=gray:size=160x96:rate=24", "-frames:v", 4, "-vf", "scale=out_color_matrix=bt709",
        "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-x265-params", "log-level=error", "-colorspace", "bt709", deep,
    )  # fmt: skip
    levels = {int(level) for frame in film_of(deep, 4, tmp_path) for level in numpy.unique(frame)}
    with av.open(str(deep)) as container:
        ten = next(container.decode(video=0))
        assert ten.format.name == "yuv420p10le"
        wanted = int(numpy.frombuffer(bytes(ten.planes[0]), numpy.uint16)[0]) / 4
    # the film's own luma, before it is shown as grey
    with av.open(str(tmp_path / "film.mp4")) as container:
        found = next(container.decode(video=0)).to_ndarray(format="yuv420p")[:96]
    assert len(levels) < 4 and numpy.abs(found - wanted).max() <= 1


def test_what_is_transparent_is_black(tmp_path: Path) -> None:
    ghost = tmp_path / "ghost.mov"
    ffmpeg(
        "-f", "lavfi", "-i", "color=white:size=160x96:rate=24,format=rgba,colorchannelmixer=aa=0", "-frames:v", 3,
        "-c:v", "qtrle", ghost,
    )  # fmt: skip
    assert all(frame.max() <= 18 for frame in film_of(ghost, 3, tmp_path))


def test_sound_of_any_kind_or_none_changes_no_frame(tmp_path: Path) -> None:
    plain = synth.make_clip(tmp_path / "plain.mp4", 24)
    mono = tmp_path / "mono.mp4"
    ffmpeg(
        "-i", plain, "-f", "lavfi", "-i", "sine=frequency=300:sample_rate=8000:duration=1", "-c:v", "copy", "-ac", 1,
        "-ar", 8000, mono,
    )  # fmt: skip
    told = {path.name: MediaTools().probe(path) for path in (plain, mono)}
    assert [(info.frames, info.audio) for info in told.values()] == [(24, False), (24, True)]
    for path in (plain, mono):
        made(Stock().shot("a", 24, [(path, 0, 24)]), tmp_path / "film.mp4")
        assert synth.numbers(tmp_path / "film.mp4") == list(range(24))


def test_a_lost_index_is_told_and_the_rest_of_a_cut_stream_is_not_believed(tmp_path: Path) -> None:
    clip = synth.make_clip(tmp_path / "a.mp4", 48)
    data = clip.read_bytes()
    lost = tmp_path / "lost.mp4"
    lost.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(UnreadableMedia, match=r"lost\.mp4 cannot be read"):
        MediaTools().probe(lost)
    stream = tmp_path / "stream.mkv"
    ffmpeg("-i", clip, "-c", "copy", stream)
    whole = stream.read_bytes()
    stream.write_bytes(whole[: len(whole) * 2 // 3])  # the index of a Matroska file comes last
    try:
        left = clips.probe(stream).frames
    except UnreadableMedia:
        left = 0
    assert left < 48
    with pytest.raises((MediaFailed, UnreadableMedia)) as caught:
        made(Stock().shot("a", 48, [(stream, 0, 48)], Fraction(24)), tmp_path / "film.mp4")
    assert caught.value.cure
