"""Any sound file becomes 48 kHz stereo, in sync to the sample; what is none is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from domain.errors import UnreadableMedia
from domain.sound.mixing import SAMPLE_RATE
from infrastructure.sound import SoundTools
from infrastructure.sound.reading import blocks, stretched
from tests.infrastructure.sound import tones

MILLISECOND = SAMPLE_RATE // 1000

FORMATS = [
    ("pcm.wav", {}), ("old.wav", {"rate": 8000, "layout": "mono"}), ("cd.wav", {"rate": 44100}),
    ("lossless.flac", {"codec": "flac"}), ("many.flac", {"codec": "flac", "layout": "5.1"}),
    ("music.mp3", {"codec": "libmp3lame", "rate": 44100}), ("speech.m4a", {"codec": "aac"}),
 ("small.opus", {"codec": "libopus"}),
    ("clip.mp4", {"codec": "aac", "picture": Fraction(24)}), ("clip.mkv", {"codec": "flac", "picture": Fraction(25)}),
    ("clip.mov", {"picture": Fraction(24000, 1001)}),
]  # fmt: skip


def whole(path: Path, start: Fraction = Fraction(0)) -> Any:
    return numpy.concatenate(list(blocks(path, start)))


@pytest.mark.parametrize(("name", "how"), FORMATS, ids=[name for name, _ in FORMATS])
def test_a_click_stays_where_it_is(tmp_path: Path, name: str, how: dict[str, Any]) -> None:
    path = tones.write(tmp_path / name, tones.click(6, 5, how.get("rate", SAMPLE_RATE)), **how)
    sound = whole(path)
    assert sound.dtype == numpy.float32 and sound.shape[1] == 2
    assert abs(tones.loudest(sound) - 5 * SAMPLE_RATE) <= MILLISECOND
    assert abs(len(sound) - 6 * SAMPLE_RATE) <= 1024  # the last packet of some codecs is filled up
    for start in (Fraction(1, 3), Fraction(4), Fraction(19, 4)):
        found = tones.loudest(whole(path, start)) + start * SAMPLE_RATE
        assert abs(found - 5 * SAMPLE_RATE) <= MILLISECOND, f"from {start} s on"


def test_a_clips_sound_that_begins_late_is_heard_late(tmp_path: Path) -> None:
    path = tones.write(
        tmp_path / "late.mkv", tones.click(3, 1), codec="flac", picture=Fraction(24), late=0.75
    )  # fmt: skip
    assert abs(tones.loudest(whole(path)) - 1.75 * SAMPLE_RATE) <= MILLISECOND
    assert abs(tones.loudest(whole(path, Fraction(1, 2))) - 1.25 * SAMPLE_RATE) <= MILLISECOND


@pytest.mark.parametrize("speed", [Fraction(2), Fraction(1, 2), Fraction(5, 4), Fraction(6)])
def test_another_speed_keeps_the_pitch(tmp_path: Path, speed: Fraction) -> None:
    path = tones.write(tmp_path / "tone.wav", tones.tone(6, 500))
    sound = numpy.concatenate(list(stretched(blocks(path), speed)))
    assert len(sound) == pytest.approx(6 * SAMPLE_RATE / speed, abs=0.1 * SAMPLE_RATE)
    middle = len(sound) / 2 / SAMPLE_RATE
    there = numpy.abs(numpy.fft.rfft(sound[int((middle - 0.25) * SAMPLE_RATE) : int((middle + 0.25) * SAMPLE_RATE), 0]))
    assert abs(int(there.argmax()) * 2 - 500) <= 4


def test_a_probe_tells_length_and_where_it_is_silent(tmp_path: Path) -> None:
    quiet = numpy.zeros(SAMPLE_RATE)
    path = tones.write(tmp_path / "spoken.wav", numpy.concatenate([quiet, tones.tone(1), quiet, tones.tone(1), quiet]))
    info = SoundTools().probe(path)
    assert (info.seconds, info.rate, info.channels) == (Fraction(5), 48000, 2)
    assert float(info.first) == pytest.approx(1, abs=0.001) and float(info.end) == pytest.approx(4, abs=0.001)
    assert len(info.peaks) == 100
    assert max(info.peaks[:20]) == 0 and min(info.peaks[21:39]) == pytest.approx(64, abs=1)


def test_a_long_sound_has_no_more_bars_and_a_silent_one_no_loud_ones(tmp_path: Path) -> None:
    info = SoundTools().probe(tones.write(tmp_path / "long.flac", numpy.zeros(8000 * 120), rate=8000, codec="flac"))
    assert len(info.peaks) == 2000 and set(info.peaks) == {0}
    assert info.first == info.end == Fraction(0)


@pytest.mark.parametrize("name", ["words.mp3", "picture.wav", "playlist.mp3", "cut.flac", "gone.wav", "folder.wav"])
def test_what_is_no_sound_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    match name.partition(".")[0]:
        case "words":
            path.write_text("these are words " * 100)
        case "picture":
            Image.new("RGB", (8, 8)).save(path, "PNG")
        case "playlist":
            path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
        case "cut":
            path.write_bytes(tones.write(tmp_path / "whole.flac", tones.tone(1), codec="flac").read_bytes()[:60])
        case "folder":
            path.mkdir()
    with pytest.raises(UnreadableMedia, match=path.name):
        SoundTools().probe(path)
    with pytest.raises(UnreadableMedia, match=path.name):
        SoundTools().take_in(path, tmp_path)


def test_a_sound_is_taken_in_as_it_is(tmp_path: Path) -> None:
    source = tones.write(tmp_path / "My Song (final).MP3", tones.tone(1), codec="libmp3lame", rate=44100)
    (tmp_path / "in").mkdir()
    taken = SoundTools().take_in(source, tmp_path / "in")
    assert taken.name == "sound.mp3" and taken.read_bytes() == source.read_bytes()


def test_of_a_video_only_the_sound_is_taken_and_not_encoded_again(tmp_path: Path) -> None:
    source = tones.write(tmp_path / "clip.mp4", tones.click(3, 2), codec="aac", picture=Fraction(24))
    (tmp_path / "in").mkdir()
    taken = SoundTools().take_in(source, tmp_path / "in")
    assert taken.name == "sound.mka" and taken.stat().st_size < source.stat().st_size
    one, two = whole(source), whole(taken)
    assert tones.loudest(one) == pytest.approx(tones.loudest(two), abs=MILLISECOND)
    assert abs(one).max() == pytest.approx(abs(two).max(), abs=1e-6)
