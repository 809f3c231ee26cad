"""Counts the records of an evaluation: recall by check and strength, places, false alarms, joins and drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.tools.calibration.defects import STRENGTHS
from tests.tools.calibration.evaluate import Record


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
    joins: list[Record] = field(default_factory=list)
    drifts: list[Record] = field(default_factory=list)
    steady: list[Record] = field(default_factory=list)
    faults: list[Record] = field(default_factory=list)
    seeds: set[int] = field(default_factory=set)

    def share(self, strengths: Iterable[str]) -> float:
        """Recall over all checks at these strengths."""
        chosen = [tally for (_, strength), tally in self.recall.items() if strength in set(strengths)]
        return sum(tally.found for tally in chosen) / max(1, sum(tally.planted for tally in chosen))

    def placed(self) -> float:
        """Share of what was found that is at its place."""
        return sum(t.placed for t in self.recall.values()) / max(1, sum(t.found for t in self.recall.values()))

    def per_ten_minutes(self) -> float:
        """False alarms in ten minutes of clean film."""
        return self.alarms.total() / max(1e-9, self.clean_seconds / 600)


def count(records: Iterable[Record]) -> Figures:
    """All records in figures."""
    figures = Figures()
    for record in records:
        figures.seeds.add(record["seed"])
        if record["words"]:
            figures.words.append(record["words"])
        if "strength" in record:
            tally = figures.recall.setdefault((record["check"], record["strength"]), Tally())
            tally.planted, tally.found = tally.planted + 1, tally.found + record["found"]
            tally.placed += record["placed"]
        elif record["part"] == "clean":
            figures.clean_seconds += record["seconds"]
            for check, severity in record["found"]:
                (figures.notes if severity == "note" else figures.alarms)[check] += 1
        else:
            parts = {
                "joins": figures.joins,
                "drifts": figures.drifts,
                "steady": figures.steady,
                "faults": figures.faults,
            }
            parts[record["part"]].append(record)
    return figures


def rows(figures: Figures) -> Iterator[str]:
    """The figures as a table in Markdown, then sentences about joins and drift."""
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
    yield ""
    yield from _chained(figures)


def _chained(figures: Figures) -> Iterator[str]:
    if figures.joins:
        clips = [record["scores"] for record in figures.joins]
        sound = [score for lossless, _, _ in clips for score in lossless]
        first, later = [lossy[0] for _, lossy, _ in clips], [score for _, lossy, _ in clips for score in lossy[1:]]
        cut = [score for _, _, cuts in clips for score in cuts]
        apart = sum(record["apart"] for record in figures.joins)
        yield (
            f"Seams: {_range(sound)} (median {median(sound):.2f}) for a lossless continuation; {_range(first)} (median "
            f"{median(first):.2f}) for the first through a lossy clip, {_range(later)} (median {median(later):.2f}) for "
            f"those after it; {_range(cut)} for a hard cut. By its worst join, told apart in {apart} of {len(clips)} "
            f"clips; {sum(score < 0.5 for score in sound)} of {len(sound)} lossless joins are below the limit of 0.5."
        )
    if figures.steady:
        flagged = sum(record["flagged"] for record in figures.steady)
        worst = max(record["total"] for record in figures.steady)
        yield (
            f"Clean chains of 20 segments: {flagged} of {len(figures.steady)} got a finding; they drift by "
            f"{worst:.2f} at most, 1 being the limit."
        )
    if figures.drifts:
        ranked = sum(record["ranked"] for record in figures.drifts)
        early = sum(record["early"] for record in figures.drifts)
        yield (
            f"Planted drift of gain, gamma and hue to either side, blur, sharpening and noise: ranked by strength in {ranked} of "
            f"{len(figures.drifts)} chains, the strongest flagged by the fourth hop of eight in {early}."
        )
    if figures.faults:
        yield ""
        yield from _faulty(figures.faults)


def _faulty(records: Sequence[Record]) -> Iterator[str]:
    """What was told of faults that were planted at joins, as a table, and of clean joins beside them."""
    tallies: dict[str, Tally] = {}
    for record in records:
        for words, told, named in record["joins"][1:]:
            tally = tallies.setdefault(words, Tally())
            tally.planted, tally.found, tally.placed = tally.planted + 1, tally.found + told, tally.placed + named
    clean = [record["joins"][0] for record in records]
    planted, found = sum(t.planted for t in tallies.values()), sum(t.found for t in tallies.values())
    yield (
        f"Faults planted at joins in moving film: {found} of {planted} told ({found / max(1, planted):.1%}); of the clean "
        f"joins beside them {sum(told or named for _, told, named in clean)} of {len(clean)}."
    )
    yield ""
    yield "| at the join | told | by its name |"
    yield "|---|---|---|"
    for words, tally in tallies.items():
        yield f"| {words} | {tally.found} of {tally.planted} | {tally.placed} |"


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


def summary(figures: Figures) -> str:
    """The whole in one sentence."""
    return (
        f"Over all checks: {figures.share(['plain', 'gross']):.1%} of what is plainly visible was found, "
        f"{figures.placed():.1%} of what was found at its place; {figures.alarms.total()} false alarms (notes left "
        f"out) in {figures.clean_seconds / 60:.1f} minutes of clean film, {figures.per_ten_minutes():.1f} in ten "
        f"minutes. Seeds {min(figures.seeds)} to {max(figures.seeds)}."
    )
