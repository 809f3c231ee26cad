"""Files with something wrong about the container, its times or its sound, and sound ones beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

from domain.quality.gate import Gate, Rule
from domain.quality.values import Expectation
from tests.tools.calibration.clips import SHIPPED
from tests.tools.calibration.scenes import handheld, pan
from tests.tools.calibration.worlds import Shape

_FAST = {"mp4": {"movflags": "faststart"}, "mkv": {}}
FRAMES, RATE, HERTZ = 72, Fraction(24), 48000


class Recipe(NamedTuple):
    """How a file is written. `stamps` gives the time of each frame in 1/240 s; `level` is the sound's, 0 to 1 and
    above, None for no sound; `late` and `short` are seconds by which it begins late and ends early; `silent` the
    seconds in its middle in which nothing is heard. `ending` is that of the file's name."""

    ending: str = "mp4"
    codec: str = "libx264"
    width: int = 640
    height: int = 360
    frames: int = FRAMES
    rate: Fraction = RATE
    pix_fmt: str = "yuv420p"
    options: tuple[tuple[str, str], ...] = (("crf", "20"), ("preset", "veryfast"))
    aspect: Fraction = Fraction(1)
    tagged: bool = True
    stamps: Callable[[int], int] | None = None
    level: float | None = 0.4
    late: float = 0.0
    short: float = 0.0
    silent: float = 0.0


class Written(NamedTuple):
    """A file with a fault of one check: what it is in words, how it is written, what was ordered, and by which gate it
    is judged. `damage` changes the bytes of the file when it has been written. `check` is "" for sound files."""

    check: str
    words: str
    recipe: Recipe = Recipe()
    ordered: Expectation = Expectation()
    gate: Gate = SHIPPED
    damage: Callable[[bytes], bytes] = lambda content: content


def _gate(check: str, **limits: float) -> Gate:
    return Gate(id="asked", title="Asked", rules={check: Rule(limits=limits)})


def _cut_short(content: bytes) -> bytes:
    return content[: len(content) * 6 // 10]


def _scratched(content: bytes) -> bytes:
    """A stretch in the middle is overwritten."""
    middle = len(content) // 2
    return content[:middle] + bytes(range(251)) * 12 + content[middle + 251 * 12 :]


def _nicked(content: bytes) -> bytes:
    """A few bytes in the middle are overwritten, as by a bad sector."""
    middle = len(content) // 2
    return content[:middle] + bytes(7 * i % 251 for i in range(60)) + content[middle + 60 :]


def _late_frame(i: int) -> int:
    return 10 * i + (5 if i == 30 else 0)


def _uneven(i: int) -> int:
    return 10 * i + (0, 3, -3)[i % 3]


def _left_out(i: int) -> int:
    return 10 * (i + (i >= 40))


def faulty() -> Iterator[Written]:
    """One file for each way in which a file can be wrong."""
    ordered = Expectation(frames=FRAMES, rate="24", width=640, height=360, cuts=())
    yield Written("count", "the file ends too early", damage=_cut_short)
    yield Written("decodes", "3 kB in its middle are overwritten", damage=_scratched)
    yield Written("decodes", "60 bytes in its middle are overwritten", damage=_nicked)
    yield Written("decodes", "60 bytes of a Matroska file are overwritten", Recipe(ending="mkv"), damage=_nicked)
    yield Written(
        "decodes", "60 bytes of a lossless file are overwritten", Recipe(ending="mkv", codec="ffv1", options=()),
        damage=_nicked,
    )  # fmt: skip
    yield Written("decodes", "a Matroska file ends too early", Recipe(ending="mkv"), damage=_cut_short)
    yield Written("count", "two frames fewer than ordered", Recipe(frames=FRAMES - 2), ordered)
    yield Written("rate", "25 instead of 24 frames a second", Recipe(rate=Fraction(25)), ordered)
    yield Written("rate", "24 instead of 23.976", ordered=Expectation(rate="24000/1001"))
    yield Written("even", "one frame is late", Recipe(stamps=_late_frame))
    yield Written("even", "every frame has another length", Recipe(stamps=_uneven))
    yield Written("even", "a frame is left out", Recipe(stamps=_left_out))
    yield Written("length", "3 s where 30 are asked for", gate=_gate("length", seconds=30))
    yield Written("size", "smaller than asked for", gate=_gate("size", width=1280, height=720))
    yield Written("size", "other than ordered", Recipe(width=624, height=352), ordered)
    yield Written("shape", "pixels that are not square", Recipe(aspect=Fraction(4, 3)), ordered)
    yield Written("bit_rate", "below the rate asked for", gate=_gate("bit_rate", mbit=20))
    yield Written(
        "pixels", "4:4:4 where 4:2:0 is asked for", Recipe(pix_fmt="yuv444p"), gate=_gate("pixels", only_420=1)
    )
    yield Written("pixels", "10 bits", Recipe(pix_fmt="yuv420p10le"), gate=_gate("pixels", only_420=1))
    yield Written("tags", "no colour tags", Recipe(tagged=False))
    yield Written("sound", "no sound where some was ordered", Recipe(level=None), Expectation(sound=True))
    yield Written("sound", "silence where sound was ordered", Recipe(level=0), Expectation(sound=True))
    yield Written("sound", "nothing but silence", Recipe(level=0))
    yield Written("sound", "a second of silence", Recipe(silent=1.2), gate=_gate("sound", silent=1))
    yield Written("sound", "clipped", Recipe(level=2.5))
    yield Written("sound", "clipped a little", Recipe(level=1.6))
    yield Written("sound", "begins half a second late", Recipe(late=0.5, short=0.5))
    yield Written("sound", "ends 0.8 s early", Recipe(short=0.8))


def sound_ones() -> Iterator[Written]:
    """Files without a fault, of many kinds."""
    ordered = Expectation(frames=FRAMES, rate="24", width=640, height=360, cuts=(), sound=True)
    yield Written("", "as ordered", ordered=ordered)
    yield Written("", "23.976 frames a second", Recipe(rate=Fraction(24000, 1001)), Expectation(rate="24000/1001"))
    yield Written("", "29.97 frames a second", Recipe(rate=Fraction(30000, 1001)))
    yield Written("", "60 frames a second", Recipe(rate=Fraction(60)))
    yield Written("", "10 bits, nobody minds", Recipe(pix_fmt="yuv420p10le"))
    yield Written("", "no sound, nobody minds", Recipe(level=None))
    yield Written("", "no sound, as ordered", Recipe(level=None), Expectation(sound=False))
    yield Written("", "loud but not clipped", Recipe(level=0.85))
    yield Written("", "as loud as can be", Recipe(level=0.999))
    yield Written("", "silence, as ordered", Recipe(level=0), Expectation(sound=False))
    yield Written("", "without frames that refer to later ones", Recipe(options=(("crf", "20"), ("bf", "0"))))
    yield Written("", "upright", Recipe(width=360, height=640))
    yield Written("", "a Matroska file", Recipe(ending="mkv"))
    yield Written("", "a lossless file", Recipe(ending="mkv", codec="ffv1", options=()))


def write_file(path: Path, written: Written, seed: int) -> Path:
    """Write the file of a recipe, then damage it as it says."""
    recipe = written.recipe
    shape = Shape(recipe.width, recipe.height, recipe.frames, seed)
    with av.open(str(path), "w", options=_FAST[recipe.ending]) as output:
        video: Any = output.add_stream(recipe.codec, rate=recipe.rate, options=dict(recipe.options))
        video.width, video.height, video.pix_fmt = recipe.width, recipe.height, recipe.pix_fmt
        video.sample_aspect_ratio = recipe.aspect
        context = video.codec_context
        if recipe.tagged:
            context.colorspace = context.color_primaries = context.color_trc = context.color_range = 1
        if recipe.stamps is not None:
            context.time_base = Fraction(1, 240)
        sound: Any = None
        if recipe.level is not None:
            sound = output.add_stream("aac", rate=HERTZ)
            sound.layout = "mono"
        for i, frame in enumerate((pan, handheld)[seed % 2](shape)):
            picture: Any = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")
            picture = picture.reformat(format=recipe.pix_fmt, dst_colorspace=1, dst_color_range=1)
            if recipe.stamps is not None:
                picture.pts, picture.time_base = recipe.stamps(i), Fraction(1, 240)
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        if sound is not None:
            _sing(output, sound, recipe, seed)
    path.write_bytes(written.damage(path.read_bytes()))
    return path


def _sing(output: Any, sound: Any, recipe: Recipe, seed: int) -> None:
    """Two tones that swell, as long as the picture but for what the recipe says."""
    length = float(recipe.frames / recipe.rate)
    time = np.arange(round((length - recipe.short) * HERTZ)) / HERTZ
    wave = np.sin(2 * np.pi * (180 + 20 * (seed % 7)) * time) * (0.75 + 0.25 * np.sin(3 * time))
    samples = np.clip((recipe.level or 0.0) * wave, -1, 1).astype(np.float32)
    if recipe.silent:
        begin = round((length - recipe.silent) / 2 * HERTZ)
        samples[begin : begin + round(recipe.silent * HERTZ)] = 0
    for at in range(0, len(samples), 1024):
        part: Any = av.AudioFrame.from_ndarray(samples[None, at : at + 1024], format="fltp", layout="mono")
        part.rate, part.pts, part.time_base = HERTZ, at + round(recipe.late * HERTZ), Fraction(1, HERTZ)
        output.mux(sound.encode(part))
    output.mux(sound.encode(None))
