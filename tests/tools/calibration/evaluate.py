"""Runs the checks over the corpus, one clip after another. Each gives a record; `tables` counts them.

Limits were set on seeds below `EVALUATION`; what is printed comes from seeds above it, so that it is not flattery.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.quality.values import Expectation
from tests.tools.calibration import chains, files, joining
from tests.tools.calibration.clips import Encoding, judge, write
from tests.tools.calibration.defects import planted, spoil
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.worlds import Shape

EVALUATION = 3000
"""Seeds from here on were never looked at while limits were set."""

SIZES = ((640, 360), (848, 480), (960, 544))
QUALITIES = (18, 23, 27)
RATES = (Fraction(24), Fraction(25), Fraction(24000, 1001))
STANDS_FOR = {"flicker": {"harmful"}, "flash": {"harmful"}}
"""A defect that is found as something worse has been found."""

PARTS = ("spoilt", "files", "chains", "clean")
Task = tuple[str, str, int]
"""Part, name, seed."""
Record = dict[str, Any]
"""What came of one task: `part`, `name`, `seed`, `words`, and more by part."""


def tasks(seeds: Iterable[int], parts: Sequence[str] = PARTS, checks: Sequence[str] = ()) -> list[Task]:
    """Everything there is to do, for all checks or some: one of each check first, then the second ones, so that a run
    that is stopped has seen all of them."""
    seen: Counter[str] = Counter()
    rounds: list[tuple[int, Task]] = []
    for check, task in _tasks(seeds, parts, checks):
        rounds.append((seen[check], task))
        seen[check] += 1
    return [task for _, task in sorted(rounds, key=lambda pair: pair[0])]


def _tasks(seeds: Iterable[int], parts: Sequence[str], checks: Sequence[str]) -> Iterator[tuple[str, Task]]:
    for seed in seeds:
        for number, defect in enumerate(planted()):
            if "spoilt" in parts and (not checks or defect.check in checks):
                yield defect.check, ("spoilt", str(number), seed)
        for number, written in enumerate([*files.faulty(), *files.sound_ones()]):
            if "files" in parts and (not checks or written.check in checks):
                yield written.check, ("files", str(number), seed)
        if "chains" in parts and (not checks or {"seam", "drift"} & set(checks)):
            for host in chains.hosts(seed, chains.JOINED):
                yield "joins", ("joins", host, seed)
            for host in chains.hosts(seed + 1, chains.STEADY):
                yield "steady", ("steady", host, seed)
            for kind in chains.DRIFTS:
                yield "drifts", ("drifts", kind, seed)
            for host in joining.hosts(seed):
                yield "faults", ("faults", host, seed)
        if "clean" in parts:
            for name in KINDS:
                yield "clean", ("clean", name, seed)


def run(task: Task) -> Record:
    """One task."""
    part, name, seed = task
    made = {"spoilt": _spoilt, "files": _file, "joins": _joins, "steady": _steady, "drifts": _drifts, "clean": _clean}
    made["faults"] = _faults
    return {"part": part, "name": name, "seed": seed} | made[part](name, seed)


def chosen(number: int, seed: int, frames: int) -> tuple[Shape, Encoding]:
    """Size and encoding of one clip."""
    width, height = SIZES[(number + seed) % 3]
    encoding = Encoding(RATES[(number // 3 + seed) % 3], QUALITIES[(number + seed // 3) % 3])
    return Shape(width, height, frames, seed * 1009 + number), encoding


def _clean(name: str, seed: int) -> Record:
    kind = KINDS[name]
    shape, encoding = chosen(list(KINDS).index(name), seed, 96)
    shape, encoding = kind.shape(shape), kind.encoding(encoding)
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / f"{name}.mp4", kind.scene(shape), encoding)
        outcome, stream = judge(path, kind.ordered(shape))
    found = [(f.check, f.severity) for f in outcome.findings]
    said = "; ".join(f"{f.check} ({f.severity}): {f.sentence}" for f in outcome.findings)
    return {"seconds": stream.seconds, "found": found, "words": f"alarm in {name}: {said}" if found else ""}


def _spoilt(name: str, seed: int) -> Record:
    number = int(name)
    defect = list(planted())[number]
    host = defect.hosts[(number * 3 + seed) % len(defect.hosts)]
    shape, encoding = chosen(number, seed, 80)
    frames, first, last = spoil(KINDS[host].scene(shape), defect, 20 + (seed * 5 + number * 7) % 30, shape)
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "spoilt.mp4", frames, encoding)
        outcome, _ = judge(path, Expectation(cuts=(), moving=defect.check == "motionless"))
    names = {defect.check} | STANDS_FOR.get(defect.check, set())
    hits = [finding for finding in outcome.findings if finding.check in names]
    placed = defect.whole or any(abs(hit.first - first) <= 1 and abs(hit.last - last) <= 1 for hit in hits)
    others = sorted({finding.check for finding in outcome.findings} - names)
    words = (
        f"{defect.check} {defect.strength}: {defect.words} in {host} {shape.width} x {shape.height}, "
        f"frames {first}-{last}; told {[(hit.first, hit.last) for hit in hits][:3]}, also {others}"
    )
    return _planted(defect.check, defect.strength, bool(hits), placed, words)


def _planted(check: str, strength: str, found: bool, placed: bool, words: str) -> Record:
    said = "" if found and placed else f"{'misplaced' if found else 'missed'} {words}"
    return {"check": check, "strength": strength, "found": found, "placed": found and placed, "words": said}


def _file(name: str, seed: int) -> Record:
    written = [*files.faulty(), *files.sound_ones()][int(name)]
    with TemporaryDirectory() as folder:
        path = files.write_file(Path(folder) / f"file.{written.recipe.ending}", written, seed)
        outcome, stream = judge(path, written.ordered, written.gate)
    names = [(finding.check, finding.severity) for finding in outcome.findings]
    if written.check:
        hit = written.check in {check for check, _ in names}
        return _planted(written.check, "plain", hit, hit, f"{written.check}: {written.words}; told {names}")
    said = f"alarm in a file, {written.words}: {names}" if names else ""
    return {"part": "clean", "seconds": stream.seconds, "found": names, "words": said}


def _joins(name: str, seed: int) -> Record:
    scores = chains.joins(name, seed)
    said = "" if scores.apart() else f"joins of {name} are not told apart: {scores}"
    return {"apart": scores.apart(), "scores": [list(part) for part in scores], "words": said}


def _faults(name: str, seed: int) -> Record:
    joined = joining.faults(name, seed)
    bad = [
        f"{one.words} ({'not named' if one.told else 'missed'})" for one in joined[1:] if not one.told or not one.named
    ]
    bad += ["a clean join is told"] if joined[0].told or joined[0].named else []
    return {"joins": [list(one) for one in joined], "words": f"joins in {name}: {'; '.join(bad)}" if bad else ""}


def _drifts(name: str, seed: int) -> Record:
    drift = chains.drifts(name, seed)
    good = drift.ranked() and drift.early()
    said = f"drift of {name}: totals {drift.totals}, re-anchored at {drift.reanchor}"
    return {"ranked": drift.ranked(), "early": drift.early(), "totals": drift.totals, "words": "" if good else said}


def _steady(name: str, seed: int) -> Record:
    total, findings = chains.clean_chain(name, seed)
    said = f"a clean chain of 20 segments, {name}: total {total:.2f}, {findings} findings" if findings else ""
    return {"total": total, "flagged": bool(findings), "words": said}


def evaluate(wanted: Iterable[Task], workers: int = 2, kept: Path | None = None) -> Iterator[Record]:
    """Records of all tasks, run in worker processes. With `kept`, a file of records: those in it are not run again,
    and new ones are added as they come."""
    known: dict[tuple[str, ...], Record] = {}
    if kept is not None and kept.is_file():
        for line in kept.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            known[record["task"], record["name"], str(record["seed"])] = record
    yield from known.values()
    missing = [task for task in wanted if (task[0], task[1], str(task[2])) not in known]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for task, record in zip(missing, pool.map(run, missing), strict=True):
            record["task"] = task[0]
            if kept is not None:
                with kept.open("a", encoding="utf-8") as output:
                    output.write(json.dumps(record) + "\n")
            yield record
