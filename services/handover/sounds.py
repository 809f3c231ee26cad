"""The film's sound as tracks of an edit list: what is heard from where, without levels and fades, which the mix has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from domain.interchange.edits import SoundEntry, SoundTrack
from domain.project import Picked
from domain.sound.mixing import SAMPLE_RATE, Mix, Part

_TRACKS: Mapping[str, str] = {"narration": "Narration", "clips": "Clips", "effects": "Effects", "music": "Music"}


def sound_tracks(
    mix: Mix, rate: Fraction, seconds: Mapping[str, Fraction], target: Callable[[Picked], str]
) -> tuple[SoundTrack, ...]:
    """The parts of a mix in whole film frames, those that overlap on tracks of their own.

    `seconds` is how long files are, by their path in the project; `target` where each lies. Parts that run at another
    speed are left out (`stretched` has them): an editing program would have to stretch them itself.
    """
    found: list[SoundTrack] = []
    for track, title in _TRACKS.items():
        parts = [p for p in mix.parts if p.track == track and p.speed == 1 and p.file.path in seconds]
        lanes = _lanes(_entry(part, rate, seconds[part.file.path], target(part.file)) for part in parts)
        names = [title if len(lanes) == 1 else f"{title} {number}" for number in range(1, len(lanes) + 1)]
        found += [SoundTrack(name=n, entries=tuple(lane)) for n, lane in zip(names, lanes, strict=True)]
    return tuple(found)


def stretched(mix: Mix) -> list[Part]:
    """The parts that run at another speed than their file's."""
    return [part for part in mix.parts if part.speed != 1]


def _entry(part: Part, rate: Fraction, seconds: Fraction, target: str) -> SoundEntry:
    first, end = (_frame(Fraction(sample, SAMPLE_RATE), rate) for sample in (part.at, part.end))
    start = _frame(part.start, rate)
    frames = max(1, end - first)
    length = max(start + frames, math.ceil(seconds * rate))
    return SoundEntry(
        name=target.rpartition("/")[2], target=target, first=first, frames=frames, start=start, length=length
    )


def _frame(seconds: Fraction, rate: Fraction) -> int:
    return math.floor(seconds * rate + Fraction(1, 2))


def _lanes(entries: Iterable[SoundEntry]) -> list[list[SoundEntry]]:
    """The entries, in order, on as few lanes as it takes that none overlaps another."""
    lanes: list[list[SoundEntry]] = []
    for entry in sorted(entries, key=lambda e: e.first):
        free = next((lane for lane in lanes if lane[-1].first + lane[-1].frames <= entry.first), None)
        if free is None:
            lanes.append([entry])
        else:
            free.append(entry)
    return lanes
