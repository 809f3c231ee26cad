"""Runs the checks over the corpus and counts: recall by check and strength, places, and false alarms.

Limits were set on seeds below `EVALUATION`; what is printed comes from seeds above it, so that it is not flattery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.quality.values import Expectation
from tests.tools.calibration.clips import Encoding, judge, write
from tests.tools.calibration.defects import STRENGTHS, Planted, planted, spoil
from tests.tools.calibration.scenes import CLEAN, Shape

EVALUATION = 2000
"""Seeds from here on were never looked at while limits were set."""

SIZES = ((640, 360), (960, 544), (1280, 720))
QUALITIES = (18, 23, 27)
RATES = (Fraction(24), Fraction(25), Fraction(24000, 1001))
HOSTS = ("pan", "handheld", "night", "grain", "portrait", "flat_art", "follow", "zoom", "chase", "rain")
"""Clean clips that defects are planted in."""

MANY_SHOTS = {"cuts", "fade_through_black"}
STANDS_FOR = {"flicker": {"harmful"}, "flash": {"harmful"}}
"""A defect that is found as something worse has been found."""


@dataclass
class Tally:
    """Planted, found, and found at their place to a frame, of one check and strength."""

    planted: int = 0
    found: int = 0
    placed: int = 0


@dataclass
class Figures:
    """What an evaluation came to. `alarms` are findings in clean clips other than notes, `notes` the others."""

    recall: dict[tuple[str, str], Tally] = field(default_factory=dict)
    alarms: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    clean_seconds: float = 0
    words: list[str] = field(default_factory=list)

    def share(self, strengths: Iterable[str]) -> float:
        """Recall over all checks at these strengths."""
        chosen = [tally for (_, strength), tally in self.recall.items() if strength in set(strengths)]
        return sum(tally.found for tally in chosen) / max(1, sum(tally.planted for tally in chosen))

    def per_ten_minutes(self) -> float:
        """False alarms in ten minutes of clean film."""
        return self.alarms.total() / max(1e-9, self.clean_seconds / 600)


def _shape(number: int, seed: int, frames: int) -> tuple[Shape, Encoding]:
    width, height = SIZES[(number + seed) % 3]
    encoding = Encoding(RATES[(number // 3 + seed) % 3], QUALITIES[(number + seed // 3) % 3])
    return Shape(width, height, frames, seed * 1009 + number), encoding


def clean_clip(task: tuple[str, int]) -> tuple[str, float, list[tuple[str, str, str]]]:
    """Name, seconds, and the findings (check, severity, sentence) of a clean clip."""
    name, seed = task
    shape, encoding = _shape(list(CLEAN).index(name), seed, 96)
    ordered = Expectation(cuts=None if name in MANY_SHOTS else (), split_screen=name == "split")
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / f"{name}.mp4", CLEAN[name](shape), encoding)
        outcome, stream = judge(path, ordered)
    return name, stream.seconds, [(f.check, f.severity, f.sentence) for f in outcome.findings]


def spoilt_clip(task: tuple[int, int]) -> tuple[str, str, bool, bool, str]:
    """Check and strength of a planted defect, whether it was found and at its place, and what happened in words."""
    number, seed = task
    defect: Planted = list(planted())[number]
    host = defect.scene or HOSTS[(number * 3 + seed) % len(HOSTS)]
    shape, encoding = _shape(number, seed, 80)
    frames, first, last = spoil(CLEAN[host](shape), defect, 20 + (seed * 5 + number * 7) % 30, shape)
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "spoilt.mp4", frames, encoding)
        outcome, _ = judge(path, Expectation(cuts=(), moving=defect.check == "motionless"))
    names = {defect.check} | STANDS_FOR.get(defect.check, set())
    hits = [finding for finding in outcome.findings if finding.check in names]
    placed = defect.whole or any(abs(hit.first - first) <= 1 and abs(hit.last - last) <= 1 for hit in hits)
    others = sorted({finding.check for finding in outcome.findings} - names)
    words = f"{defect.check} {defect.strength}: {defect.words} in {host} {shape.width} x {shape.height}, frames {first}-{last}"
    return defect.check, defect.strength, bool(hits), bool(hits) and placed, f"{words}; also {others}"


def evaluate(seeds: Iterable[int], workers: int = 2, clean: bool = True, spoilt: bool = True) -> Figures:
    """All clips of all seeds, in worker processes."""
    seeds = list(seeds)
    figures = Figures()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        if spoilt:
            tasks = [(number, seed) for seed in seeds for number in range(len(list(planted())))]
            for check, strength, found, placed, words in pool.map(spoilt_clip, tasks):
                tally = figures.recall.setdefault((check, strength), Tally())
                tally.planted, tally.found, tally.placed = tally.planted + 1, tally.found + found, tally.placed + placed
                if not placed:
                    figures.words.append(f"{'misplaced' if found else 'missed'} {words}")
        if clean:
            for name, seconds, found_clean in pool.map(clean_clip, [(n, s) for s in seeds for n in CLEAN]):
                figures.clean_seconds += seconds
                for check, severity, sentence in found_clean:
                    (figures.notes if severity == "note" else figures.alarms)[check] += 1
                    figures.words.append(f"alarm {name}: {check} ({severity}): {sentence}")
    return figures


def table(figures: Figures) -> Iterator[str]:
    """The figures as a table in Markdown."""
    yield (
        "| check | "
        + " | ".join(f"found, {strength}" for strength in STRENGTHS)
        + " | placed to ±1 frame | false alarms |"
    )
    yield "|---|" + "---|" * (len(STRENGTHS) + 2)
    for check in dict.fromkeys(check for check, _ in figures.recall):
        cells = []
        for strength in STRENGTHS:
            tally = figures.recall.get((check, strength))
            cells.append(f"{tally.found} of {tally.planted}" if tally else "")
        tallies = [tally for (name, _), tally in figures.recall.items() if name == check]
        placed = f"{sum(t.placed for t in tallies)} of {sum(t.found for t in tallies)}"
        alarms = figures.alarms[check] + figures.notes[check]
        yield f"| {check} | {' | '.join(cells)} | {placed} | {alarms} |"
