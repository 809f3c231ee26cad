"""The corpus in a short form: one plain defect per check is found at its place, clean clips are left alone.

`python -m tests.tools.calibration` runs all of it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from domain.quality.checks import CHECKS
from domain.quality.values import Expectation
from tests.tools.calibration import chains
from tests.tools.calibration.clips import Encoding, judge, write
from tests.tools.calibration.defects import FAINT, Planted, planted, spoil
from tests.tools.calibration.docs import PAGE, with_checks
from tests.tools.calibration.files import Recipe, Written, faulty, sound_ones, write_file
from tests.tools.calibration.joining import FAULTS
from tests.tools.calibration.kinds import KINDS
from tests.tools.calibration.worlds import Pixels, Shape

SHAPE = Shape(480, 272, 48, 7)


@cache
def _host(name: str) -> tuple[Pixels, ...]:
    """A clean clip, drawn once for all defects that are planted in it; nobody writes into its frames."""
    frames = tuple(KINDS[name].scene(SHAPE))
    for frame in frames:
        frame.setflags(write=False)
    return frames


def _one_each() -> dict[str, Planted]:
    """The plainest of each check, leaving out the faint ones."""
    return {defect.check: defect for defect in reversed(list(planted())) if defect.strength != FAINT}


@pytest.mark.parametrize("defect", list(_one_each().values()), ids=lambda defect: defect.check)
def test_a_plain_defect_is_found_at_its_place(defect: Planted, tmp_path: Path) -> None:
    host = "handheld" if "handheld" in defect.hosts else defect.hosts[0]
    frames, first, last = spoil(_host(host), defect, 24, SHAPE)
    path = write(tmp_path / "spoilt.mp4", frames, Encoding(crf=20))

    outcome, _ = judge(path, Expectation(cuts=(), moving=defect.check == "motionless"))

    hits = [finding for finding in outcome.findings if finding.check == defect.check]
    assert hits, f"{defect.words}: {outcome.findings}"
    if not defect.whole:
        assert abs(hits[0].first - first) <= 1
        assert abs(hits[0].last - last) <= 1


@pytest.mark.parametrize(
    "name",
    ["night", "fades", "cuts", "split", "dissolve", "passer", "title_card"],
)
def test_a_clean_clip_is_left_alone(name: str, tmp_path: Path) -> None:
    kind, shape = KINDS[name], Shape(320, 192, 48, 11)
    path = write(tmp_path / "clean.mp4", kind.scene(shape), Encoding(crf=20))

    outcome, _ = judge(path, kind.ordered(shape))

    assert [finding.sentence for finding in outcome.findings] == []
    assert len(outcome.cuts) == {"cuts": 3, "dissolve": 1}.get(name, 0)


def test_a_split_screen_that_nobody_ordered_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "split.mp4", KINDS["split"].scene(Shape(320, 192, 32, 11)))

    outcome, _ = judge(path, Expectation(cuts=()))

    assert [finding.check for finding in outcome.findings] == ["panels"]


@pytest.mark.parametrize("written", list(faulty()), ids=lambda written: f"{written.check}, {written.words}")
def test_a_fault_of_the_file_is_told(written: Written, tmp_path: Path) -> None:
    small = written._replace(recipe=_smaller(written), ordered=_ordered(written))

    outcome, _ = judge(write_file(tmp_path / f"file.{small.recipe.ending}", small, 3), small.ordered, small.gate)

    assert written.check in {finding.check for finding in outcome.findings}


@pytest.mark.parametrize("written", list(sound_ones()), ids=lambda written: written.words)
def test_a_sound_file_is_left_alone(written: Written, tmp_path: Path) -> None:
    small = written._replace(recipe=_smaller(written), ordered=_ordered(written))

    outcome, _ = judge(write_file(tmp_path / f"file.{small.recipe.ending}", small, 3), small.ordered, small.gate)

    assert [finding.sentence for finding in outcome.findings] == []


def _smaller(written: Written) -> Recipe:
    recipe = written.recipe
    return recipe._replace(width=recipe.width // 4 // 2 * 2, height=recipe.height // 4 // 2 * 2)


def _ordered(written: Written) -> Expectation:
    ordered = written.ordered
    return ordered.replace(width=ordered.width // 4 // 2 * 2, height=ordered.height // 4 // 2 * 2)


def test_a_strong_drift_is_flagged_and_a_clean_chain_is_not() -> None:
    shape = Shape(320, 192, 5 * 12, 4)
    clean = chains.examined(chains.chained("pan", shape, per=12), shape.frames, 12)
    drifting = chains.examined(chains.chained("pan", shape, chains.gain(0.95), 12), shape.frames, 12)

    assert clean.findings == ()
    assert drifting.drift[0].reanchor is not None
    assert drifting.drift[0].points[-1].total > 5 * clean.drift[0].points[-1].total


def test_the_page_lists_the_checks_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_checks(page) == page, "docs/quality.md is out of date. Renew it: python -m tests.tools.calibration.docs"


def test_the_table_of_the_page_is_of_these_checks() -> None:
    """A check that is added or taken away needs another evaluation."""
    evaluation = PAGE.read_text(encoding="utf-8").partition("<!-- evaluation -->")[2].partition("<!-- end of")[0]
    checks, _, joins = evaluation.partition("| at the join |")
    rows, faults = (
        {line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")} for part in (checks, joins)
    )

    assert rows - {"check"} == {defect.check for defect in planted()} | {written.check for written in faulty()}
    assert rows - {"check"} <= set(CHECKS)
    assert faults == {fault.words for fault in FAULTS}
