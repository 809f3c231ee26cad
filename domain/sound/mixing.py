"""From the sound plan and the reel to a mix: which part of which file is heard from which sample of the film on.

Sample of film frame f at rate R: ``floor(f * 48000 / R + 1/2)``; so no error adds up, at whatever rate.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from pydantic import Field

from domain.base import Value
from domain.cut.items import FASTEST, SLOWEST, ShotItem, Speed
from domain.cut.reel import Material, Placed, Reel
from domain.project import Picked
from domain.sound.files import SoundFile, Time
from domain.sound.narration import Fitted, heard
from domain.sound.tracks import Ducking, Levels, Loudness, Piece, SoundPlan, Track

SAMPLE_RATE = 48_000
"""Samples per second of every mix; it has two channels."""

EDGE = 240
"""Samples (5 ms) over which a sound comes and goes where it is cut, so that nothing clicks."""

SHORTEST_LOOP = SAMPLE_RATE // 4
"""Samples that a sound needs to be repeated."""


class Fade(Value):
    """From nothing to all (`rises`), or from all to nothing, over film samples `first` to `first + samples`.

    It follows a quarter of a sine, so that two sounds that cross keep their power.
    """

    first: int
    samples: int = Field(ge=1)
    rises: bool


class Part(Value):
    """A part of a file in the mix: `samples` samples from film sample `at` on, under all of `fades`.

    It begins `start` seconds into the file, counted from the file's first picture if it has one, and runs at `speed`
    with its pitch kept. `gain` is in dB.
    """

    track: Track
    file: Picked
    at: int = Field(ge=0)
    samples: int = Field(ge=1)
    start: Time = Fraction(0)
    speed: Speed = Fraction(1)
    gain: float = 0
    fades: tuple[Fade, ...] = ()

    @property
    def end(self) -> int:
        """The film sample behind its last."""
        return self.at + self.samples


class Mix(Value):
    """All that is heard in a film of `samples` samples, in order of its beginning."""

    samples: int = Field(ge=0)
    parts: tuple[Part, ...] = ()
    ducking: Ducking = Ducking()
    loudness: Loudness = "web"

    def files(self) -> tuple[Picked, ...]:
        """Every file it is made of."""
        return tuple({part.file.path: part.file for part in self.parts}.values())


def sample_at(frame: Fraction | int, rate: Fraction) -> int:
    """The sample that a place in the film, in frames, stands at."""
    return math.floor(frame / rate * SAMPLE_RATE + Fraction(1, 2))


def mix_of(
    plan: SoundPlan, reel: Reel, materials: Mapping[str, Material], audible: Collection[str],
    files: Mapping[str, SoundFile], lines: Iterable[tuple[Fitted, SoundFile]],
) -> Mix:  # fmt: skip
    """The mix. `materials` are by item id, `audible` the paths of clips that have a sound, `files` by path, `lines` the
    narration with what was spoken. A sound whose file or item is gone is left out."""
    parts = [
        *_clips(plan.levels, reel, materials, audible),
        *_laid(plan, reel, files),
        *_spoken(plan.levels, reel, lines),
    ]
    length = sample_at(reel.frames, reel.rate)
    kept = [part for part in parts if part.at < length]
    return Mix(
        samples=length, parts=tuple(sorted(kept, key=lambda part: (part.at, part.track, part.file.path))),
        ducking=plan.ducking, loudness=plan.loudness,
    )  # fmt: skip


# -- the clips' own sound -------------------------------------------------------------------------------------------


def _clips(levels: Levels, reel: Reel, materials: Mapping[str, Material], audible: Collection[str]) -> Iterator[Part]:
    if levels.muted("clips"):
        return
    for place, placed in enumerate(reel.placed):
        following = reel.placed[place + 1] if place + 1 < len(reel.placed) else None
        if isinstance(placed.item, ShotItem) and not placed.item.muted:
            yield from _item(placed.item, placed, following, materials[placed.item.id], reel.rate, levels, audible)


def _item(
    item: ShotItem, placed: Placed, following: Placed | None, material: Material, rate: Fraction, levels: Levels,
    audible: Collection[str],
) -> Iterator[Part]:  # fmt: skip
    """The sounds of a shot's item, in sync with its picture; where a transition lies, they cross those of its neighbour
    as far as there is material."""

    def film(native: int) -> Fraction:
        """The place in the film, in frames, at which a native frame of the shot begins."""
        return placed.first + (native / material.rate * rate - placed.start) / item.speed

    out = (following.before, following.after) if following else (0, 0)
    begin = max(Fraction(placed.first - placed.before), film(0), Fraction(0))
    end = min(Fraction(placed.first + placed.frames + out[1]), film(material.count))
    joins = sample_at(placed.before + placed.after, rate), sample_at(out[0] + out[1], rate)
    for source in material.sources:
        first, last = max(begin, film(source.offset)), min(end, film(source.offset + source.count))
        at, until = sample_at(first, rate), sample_at(last, rate)
        if until <= at or source.clip.path not in audible:
            continue
        into = (first - film(source.offset)) * item.speed / rate
        fades = _fades(
            at, until, max(EDGE, joins[0] if first == begin else 0), max(EDGE, joins[1] if last == end else 0)
        )
        yield Part(
            track="clips", file=source.clip, at=at, samples=until - at, start=source.first / material.rate + into,
            speed=item.speed, gain=levels.clips + item.gain, fades=fades,
        )  # fmt: skip


# -- music and effects ----------------------------------------------------------------------------------------------


class Laid(NamedTuple):
    """Where an imported sound is heard, in film samples: `first` to `last` (exclusive). Its first round began at
    `origin`, and each has `length` samples; with `step` (0: it is heard once) they begin that far apart."""

    first: int
    last: int
    origin: int
    length: int
    step: int


def laid(piece: Piece, reel: Reel, file: SoundFile) -> Laid | None:
    """Where an imported sound is heard; None when the item it hangs on is not in the film, or nothing of it is left."""
    anchor = 0
    if piece.item:
        there = next((placed.first for placed in reel.placed if placed.item.id == piece.item), None)
        if there is None:
            return None
        anchor = there
    end = sample_at(reel.frames, reel.rate)
    origin = sample_at(anchor + piece.offset, reel.rate)
    length = _samples(file.info.seconds) - _samples(piece.start)
    if length < 1:
        return None
    step = 0
    last = origin + length
    if piece.loop and length >= SHORTEST_LOOP:
        step = length - min(_samples(piece.crossfade), length // 3)
        last = end
    if piece.seconds is not None:
        last = origin + _samples(piece.seconds) if step else min(last, origin + _samples(piece.seconds))
    first, last = max(0, origin), min(end, last)
    return Laid(first, last, origin, length, step) if first < last else None


def _laid(plan: SoundPlan, reel: Reel, files: Mapping[str, SoundFile]) -> Iterator[Part]:
    for piece in plan.pieces:
        file = files.get(piece.sound.path)
        if file is None or piece.muted or plan.levels.muted(piece.track):
            continue
        place = laid(piece, reel, file)
        if place is not None:
            yield from _rounds(piece, place, plan.levels.gain(piece.track) + piece.gain)


def _rounds(piece: Piece, place: Laid, gain: float) -> Iterator[Part]:
    """The sound once, or again and again, each time over the end of the last."""
    whole = _fades(place.first, place.last, _samples(piece.fade_in), _samples(piece.fade_out))
    cross = place.length - place.step if place.step else 0
    number = (place.first - place.origin) // place.step if place.step else 0
    while True:
        begin = place.origin + number * place.step
        at, until = max(begin, place.first), min(begin + place.length, place.last)
        if at >= until:
            return
        fades = [fade for fade in whole if fade.first < until and fade.first + fade.samples > at]
        if cross and number and begin >= place.first:
            fades.append(Fade(first=begin, samples=cross, rises=True))
        if cross and begin + place.length <= place.last:
            fades.append(Fade(first=begin + place.step, samples=cross, rises=False))
        yield Part(
            track=piece.track, file=piece.sound, at=at, samples=until - at,
            start=Fraction(_samples(piece.start) + at - begin, SAMPLE_RATE), gain=gain, fades=tuple(fades),
        )  # fmt: skip
        if not place.step:
            return
        number += 1


# -- narration ------------------------------------------------------------------------------------------------------


def _spoken(levels: Levels, reel: Reel, lines: Iterable[tuple[Fitted, SoundFile]]) -> Iterator[Part]:
    if levels.muted("narration"):
        return
    for found, file in lines:
        if found.line.muted:
            continue
        start, end = heard(file.info)
        at, samples = sample_at(found.first, reel.rate), max(1, _samples(end - start))
        yield Part(
            track="narration", file=file.file, at=at, samples=samples, start=start,
            gain=levels.narration + found.line.gain, fades=_fades(at, at + samples, EDGE, EDGE),
        )  # fmt: skip


def _fades(first: int, last: int, into: int, out: int) -> tuple[Fade, ...]:
    """Coming within `into` samples and going within `out`, each at most half of it."""
    half = (last - first) // 2
    into, out = min(into, half), min(out, half)
    found = [Fade(first=first, samples=into, rises=True)] if into else []
    return (*found, *([Fade(first=last - out, samples=out, rises=False)] if out else []))


def _samples(seconds: Fraction | float) -> int:
    exact = seconds if isinstance(seconds, Fraction) else Fraction(str(seconds))
    return math.floor(exact * SAMPLE_RATE + Fraction(1, 2))


def tempo(speed: Fraction) -> list[float]:
    """Factors from 1/2 to 2 whose product is `speed`: further a voice is not stretched in one step without harm."""
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"a speed of {speed}")
    found: list[float] = []
    rest = float(speed)
    while not 0.5 <= rest <= 2:
        step = 0.5 if rest < 1 else 2.0
        found.append(step)
        rest /= step
    return [*found, rest] if rest != 1 or not found else found
