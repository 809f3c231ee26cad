"""The finished mix: as long as the film, in sync, ducked, as loud as was asked for, never above its highest peak."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy
import pytest

from domain.errors import Cancelled, MediaFailed, UnreadableMedia
from domain.sound.mixing import SAMPLE_RATE, Fade, Mix, Part, sample_at
from domain.sound.report import Measured
from domain.sound.tracks import Ducking
from infrastructure.sound import SoundTools
from tests.infrastructure.sound import tones


def mixed(folder: Path, seconds: float, parts: Iterable[Part], **how: Any) -> tuple[Path, Measured]:
    """Mix parts of files in the folder."""
    parts = tuple(sorted(parts, key=lambda part: part.at))
    mix = Mix.model_validate({"samples": round(seconds * SAMPLE_RATE), "parts": parts} | how)
    target = folder / "mix.wav"
    files = {part.file.path: folder / part.file.path for part in parts}
    found = SoundTools().mix(mix, files, target, report=lambda done: None, stopped=lambda: False)
    assert sorted(path.name for path in folder.glob("mix*")) == ["mix.wav"], "what was in between is gone"
    return target, found


@pytest.mark.parametrize(("name", "wished"), [("web", -14), ("broadcast", -23)])
@pytest.mark.parametrize("source", ["loud", "quiet", "peaks"])
def test_the_wished_loudness_is_met_within_the_highest_true_peak(
    tmp_path: Path, name: str, wished: float, source: str
) -> None:
    sound = {"loud": tones.noise(12, 0.3), "quiet": tones.tone(12, level=0.02), "peaks": tones.noise(12, 0.02)}[source]
    if source == "peaks":
        sound[:: SAMPLE_RATE // 2] = 0.99
    path = tones.write(tmp_path / "sound.wav", sound)
    target, told = mixed(tmp_path, 12, [tones.part(path, seconds=12)], loudness=name)
    loudness, peak = tones.loudness(target)
    assert loudness == pytest.approx(wished, abs=0.5)
    assert peak <= -1
    assert told.loudness == pytest.approx(loudness, abs=0.15) and told.true_peak == pytest.approx(peak, abs=0.15)


def test_without_a_wish_it_stays_as_it_was_mixed_but_for_its_peaks(tmp_path: Path) -> None:
    path = tones.write(tmp_path / "sound.wav", tones.tone(5, 500, level=0.1))
    target, _ = mixed(tmp_path, 5, [tones.part(path, seconds=5, gain=-6)], loudness="off")
    assert tones.strength(tones.decoded(target), 500, 1, 4) == pytest.approx(-26, abs=0.1)
    parts = [tones.part(path, track, seconds=5, gain=20) for track in ("clips", "effects", "music")]
    target, told = mixed(tmp_path, 5, parts, loudness="off")
    assert tones.loudness(target)[1] <= -1 and told.true_peak is not None and told.true_peak <= -1


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(24000, 1001), Fraction(25)])
def test_a_clips_click_lands_on_its_frame(tmp_path: Path, rate: Fraction) -> None:
    clip = tones.write(tmp_path / "clip.mp4", tones.click(4, 3), codec="aac", picture=rate)
    frame = 50
    at = sample_at(frame, rate)
    target, _ = mixed(tmp_path, 8, [tones.part(clip, at=at / SAMPLE_RATE, seconds=2, start="5/2", gain=12)])
    sound = tones.decoded(target)
    assert len(sound) == 8 * SAMPLE_RATE
    assert abs(tones.loudest(sound) - (at + SAMPLE_RATE // 2)) <= SAMPLE_RATE // 1000


def test_parts_are_faded_and_cross_with_even_power(tmp_path: Path) -> None:
    path = tones.write(tmp_path / "noise.wav", tones.noise(10, 0.1))
    other = tones.write(tmp_path / "other.wav", tones.noise(10, 0.1, seed=2))
    second = SAMPLE_RATE
    cross = [Fade(first=2 * second, samples=2 * second, rises=rises) for rises in (False, True)]
    target, _ = mixed(
        tmp_path, 6, loudness="off",
        parts=[tones.part(path, seconds=4, fades=[cross[0]]), tones.part(other, at=2, seconds=4, fades=[cross[1]])],
    )  # fmt: skip
    sound = tones.decoded(target)
    levels = [float(numpy.sqrt((sound[s : s + second // 2] ** 2).mean())) for s in range(0, 6 * second, second // 2)]
    assert max(levels) / min(levels) < 1.06


def test_music_gives_way_to_speech_and_comes_back(tmp_path: Path) -> None:
    music = tones.write(tmp_path / "music.wav", tones.tone(20, 220, level=0.3))
    speech = tones.write(tmp_path / "speech.wav", tones.noise(6, 0.05, rate=22050), rate=22050, layout="mono")
    parts = [tones.part(music, "music", seconds=20), tones.part(speech, "narration", at=7, seconds=6)]
    kept: dict[bool, list[float]] = {}
    for on in (True, False):
        target, _ = mixed(tmp_path, 20, parts, loudness="off", ducking=Ducking(on=on, depth=12))
        sound = tones.decoded(target)
        kept[on] = [tones.strength(sound, 220, *span) for span in ((2, 6), (9, 12.5), (15, 19))]
    before, during, after = kept[True]
    assert before == pytest.approx(after, abs=0.1) and before == pytest.approx(kept[False][0], abs=0.1)
    assert before - during == pytest.approx(12, abs=2.5)
    assert kept[False][0] - kept[False][1] == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("level", [0.01, 0.15])
def test_music_gives_way_as_much_however_loud_was_spoken(tmp_path: Path, level: float) -> None:
    music = tones.write(tmp_path / "music.wav", tones.tone(8, 220, level=0.1))
    speech = tones.write(tmp_path / "speech.wav", tones.noise(4, level))
    parts = [tones.part(music, "music", seconds=8), tones.part(speech, "narration", at=4, seconds=4)]
    target, _ = mixed(tmp_path, 8, parts, loudness="off", ducking=Ducking(depth=9))
    sound = tones.decoded(target)
    assert tones.strength(sound, 220, 1, 3.9) - tones.strength(sound, 220, 5, 8) == pytest.approx(9, abs=2.5)


def test_a_silent_film_has_a_silent_mix_of_its_length(tmp_path: Path) -> None:
    target, told = mixed(tmp_path, 3.5, [])
    sound = tones.decoded(target)
    assert len(sound) == round(3.5 * SAMPLE_RATE) and not sound.any()
    assert told == Measured()


@pytest.mark.parametrize("samples", [1, 2000, SAMPLE_RATE // 2])
def test_a_very_short_film_has_every_sample(tmp_path: Path, samples: int) -> None:
    path = tones.write(tmp_path / "sound.wav", tones.tone(1, level=0.9))
    target, told = mixed(tmp_path, samples / SAMPLE_RATE, [tones.part(path)])
    assert len(tones.decoded(target)) == samples
    # the meter needs four tenths of a second
    assert (told.loudness is None) == (samples < 0.4 * SAMPLE_RATE)
    if told.loudness is not None:
        assert told.loudness == pytest.approx(-14, abs=0.5)


def test_a_sound_that_ends_early_is_followed_by_silence(tmp_path: Path) -> None:
    path = tones.write(tmp_path / "sound.wav", tones.tone(1))
    target, _ = mixed(tmp_path, 3, [tones.part(path, at=0.5, seconds=2.5)], loudness="off")
    sound = tones.decoded(target)
    assert not sound[: SAMPLE_RATE // 2].any() and not sound[round(1.51 * SAMPLE_RATE) :].any()


def test_a_sound_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.mp3").write_text("no sound")
    with pytest.raises(UnreadableMedia, match=r"broken\.mp3"):
        mixed(tmp_path, 2, [tones.part(tmp_path / "broken.mp3")])
    assert not (tmp_path / "mix.wav").exists()


def test_it_stops_when_asked_and_leaves_nothing(tmp_path: Path) -> None:
    path = tones.write(tmp_path / "sound.wav", tones.noise(20))
    parts = [tones.part(path, at=20.0 * n, seconds=20) for n in range(24)]
    mix = Mix(samples=480 * SAMPLE_RATE, parts=tuple(parts))
    done: list[float] = []
    for enough in (0.02, 0.45):  # while it is summed, and while it is mastered
        began = 0.0

        def stopped(enough: float = enough) -> bool:
            nonlocal began
            if done and done[-1] >= enough:
                began = began or time.monotonic()
                return True
            return False

        done.clear()
        with pytest.raises(Cancelled):
            SoundTools().mix(mix, {path.name: path}, tmp_path / "mix.wav", report=done.append, stopped=stopped)
        assert time.monotonic() - began < 1.5
        assert not list(tmp_path.glob("mix*"))


def test_nothing_to_hear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaFailed, match="nothing"):
        mixed(tmp_path, 0, [])


_PEAK = """
import resource, sys
from pathlib import Path
from domain.sound.mixing import Mix
from infrastructure.sound.rendering import render
mix = Mix.model_validate_json(Path(sys.argv[1]).read_text())
render(mix, {"clip.mp4": Path(sys.argv[2])}, Path(sys.argv[3]), lambda done: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="memory is read with the resource module")
def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    clip = tones.write(tmp_path / "clip.mp4", tones.noise(6), codec="aac", picture=Fraction(24))
    peaks = []
    for minutes in (1, 4):
        parts = tuple(tones.part(clip, at=6.0 * n, seconds=6) for n in range(minutes * 10))
        (tmp_path / "mix.json").write_text(Mix(samples=minutes * 60 * SAMPLE_RATE, parts=parts).model_dump_json())
        arguments = [tmp_path / "mix.json", clip, tmp_path]
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=120
        )
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 12, f"{peaks} MB"
