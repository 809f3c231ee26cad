"""From stems to the finished mix: ducking, the wished loudness within the highest true peak, measured afterwards.

Loudness and true peak are those of EBU R 128 and ITU-R BS.1770, as FFmpeg's ebur128 measures them. The gain is linear;
only what would peak too high is limited, at four times the sample rate, for a true peak lies between the samples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ffmpeg

from domain.errors import MediaFailed
from domain.sound.mixing import SAMPLE_RATE, Mix
from domain.sound.report import Measured
from domain.sound.tracks import LOUDNESS, TRUE_PEAK, Ducking
from infrastructure.sound.program import run, source
from infrastructure.sound.rendering import HEADROOM, Stem

MOST_GAIN = 30.0
"""dB that a quiet mix is raised at most: what is quieter still is noise."""

MARGIN = 0.5
"""dB that peaks stay below the highest, because encoding to AAC moves them a little."""

_NEAR = 0.2  # LU
_TRIES = 4
_SILENT = -69.0  # LUFS; the meter says -70 when nothing passed its gate
_RATIO = 20.0
_SPEECH = -18.0  # dBFS; what speech is brought to where it only steers the music
_FOLLOWS = 5.0  # dB by which the compressor's follower, quick to rise and slow to fall, reads speech too loud
_LOWEST, _HIGHEST = -60.0, 0.0  # dBFS; thresholds that the compressor takes

Report = Callable[[float], None]
Stopped = Callable[[], bool]


def master(
    mix: Mix, stems: Mapping[Stem, Path], speech: float | None, folder: Path, target: Path, report: Report,
    stopped: Stopped,
) -> Measured:  # fmt: skip
    """Write the finished mix to `target`, a WAV file of 24 bits; what was measured in it.

    `speech` is the level of the speech stem in dBFS. `folder` is one of ours for what is in between.
    """
    one = folder / "one.flac"

    def part(first: float, last: float) -> Report:
        return lambda done: report(first + (last - first) * done)

    run(_flac(_summed(stems, mix.ducking, speech), one), mix.samples, part(0, 0.25), stopped)
    before = measure(one, mix.samples, part(0.25, 0.4), stopped, HEADROOM)
    gain, ceiling = _first_gain(before, mix), TRUE_PEAK - MARGIN
    wished = LOUDNESS[mix.loudness]
    share = 0.6 / _TRIES
    found = before
    for attempt in range(_TRIES):
        base = 0.4 + share * attempt
        peak = before.true_peak
        limited = peak is not None and peak + gain > ceiling
        run(
            _wav(_raised(source(one), gain, ceiling if limited else None), mix.samples, target), mix.samples,
            part(base, base + share * 0.6), stopped,
        )  # fmt: skip
        found = measure(target, mix.samples, part(base + share * 0.6, base + share), stopped)
        over = (found.true_peak or ceiling) - (TRUE_PEAK - MARGIN / 2)
        lacking = (
            0.0 if wished is None or found.loudness is None or before.loudness is None else wished - found.loudness
        )
        if over <= 0 and (not limited or abs(lacking) <= _NEAR or gain + lacking > MOST_GAIN):
            break
        ceiling -= max(0.0, over) + (0.1 if over > 0 else 0.0)
        gain = min(MOST_GAIN, gain + lacking)
    return found


def measure(path: Path, samples: int, report: Report, stopped: Stopped, scale: float = 1.0) -> Measured:
    """Loudness and true peak of a file, `scale` times as loud as it is. Raises MediaFailed."""
    heard = _scaled(source(path), scale) if scale != 1 else source(path).audio
    meter = heard.filter("ebur128", peak="true", framelog="quiet")
    said = run(ffmpeg.output(meter, "-", format="null"), samples, report, stopped)
    summary = said.rpartition("Summary:")[2]
    loudness, peak = (re.search(rf"{name}:\s+(-?inf|-?[0-9.]+)", summary) for name in ("I", "Peak"))
    if loudness is None or peak is None:
        raise MediaFailed("The loudness of the mix could not be measured.", "Try again; the log has more.")
    integrated = float(loudness[1])
    return Measured(
        loudness=integrated if integrated > _SILENT else None,
        true_peak=None if "inf" in peak[1] else float(peak[1]),
    )  # fmt: skip


def _first_gain(before: Measured, mix: Mix) -> float:
    wished = LOUDNESS[mix.loudness]
    if wished is None or before.loudness is None:
        return 0.0
    return min(MOST_GAIN, wished - before.loudness)


def _summed(stems: Mapping[Stem, Path], ducking: Ducking, speech: float | None) -> Any:
    """All stems together, still HEADROOM too quiet."""
    sounds = {name: _scaled(source(path), 1.0) for name, path in stems.items()}
    if "music" in sounds and "speech" in sounds and speech is not None:
        heard = sounds["speech"].asplit()
        sounds["speech"] = heard[0]
        sounds["music"] = _ducked(sounds["music"], heard[1], ducking, speech)
    if len(sounds) == 1:
        return next(iter(sounds.values()))
    return ffmpeg.filter(list(sounds.values()), "amix", inputs=len(sounds), normalize=0, duration="longest")


def _ducked(music: Any, speech: Any, ducking: Ducking, level: float) -> Any:
    """The music, quieter by about the wished depth while speech of that level is heard, however loud it was spoken."""
    threshold = max(_LOWEST, min(_HIGHEST, _SPEECH - ducking.depth / (1 - 1 / _RATIO)))
    steer = min(64.0, HEADROOM * _factor(_SPEECH - _FOLLOWS - level))
    return ffmpeg.filter(
        [music, speech], "sidechaincompress", threshold=_factor(threshold), ratio=_RATIO, attack=ducking.attack,
        release=ducking.release, makeup=1, detection="rms", level_sc=steer,
    )  # fmt: skip


def _raised(one: Any, gain: float, ceiling: float | None) -> Any:
    heard = _scaled(one, HEADROOM * _factor(gain))
    if ceiling is None:
        return heard
    limited = heard.filter("aresample", 4 * SAMPLE_RATE).filter(
        "alimiter", limit=max(0.0625, _factor(ceiling)), attack=5, release=80, level=0, latency=1
    )
    return limited.filter("aresample", SAMPLE_RATE)


def _scaled(sound: Any, factor: float) -> Any:
    floating = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    return floating if factor == 1 else floating.filter("volume", f"{factor:.9f}", precision="float")


def _flac(sound: Any, target: Path) -> Any:
    # the encoder takes no block of a few samples, so the last is filled up
    whole = sound.filter("asetnsamples", SAMPLE_RATE // 10, p=1).filter("aformat", sample_fmts="s32")
    return ffmpeg.output(whole, f"file:{target}", format="flac", acodec="flac", compression_level=0)


def _wav(sound: Any, samples: int, target: Path) -> Any:
    whole = sound.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    return ffmpeg.output(whole, f"file:{target}", format="wav", acodec="pcm_s24le", ar=SAMPLE_RATE, rf64="auto")


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
