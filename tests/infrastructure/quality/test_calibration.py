"""The corpus in a short form: one plain defect per check is found at its place, clean clips are left alone.

`python -m tests.tools.calibration` runs all of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.quality.checks import CHECKS
from domain.quality.values import Expectation
from tests.tools.calibration.clips import Encoding, judge, write
from tests.tools.calibration.defects import FAINT, Planted, planted, spoil
from tests.tools.calibration.docs import PAGE, with_checks
from tests.tools.calibration.evaluate import MANY_SHOTS
from tests.tools.calibration.scenes import CLEAN, Shape


def _one_each() -> dict[str, Planted]:
    """The plainest of each check, leaving out the faint ones."""
    return {defect.check: defect for defect in reversed(list(planted())) if defect.strength != FAINT}


@pytest.mark.parametrize("defect", _one_each().values(), ids=lambda defect: defect.check)
def test_a_plain_defect_is_found_at_its_place(defect: Planted, tmp_path: Path) -> None:
    shape = Shape(480, 272, 64, 7)
    frames, first, last = spoil(CLEAN[defect.scene or "handheld"](shape), defect, 24, shape)
    path = write(tmp_path / "spoilt.mp4", frames, Encoding(crf=20))

    outcome, _ = judge(path, Expectation(cuts=(), moving=defect.check == "motionless"))

    hits = [finding for finding in outcome.findings if finding.check == defect.check]
    assert hits, f"{defect.words}: {outcome.findings}"
    if not defect.whole:
        assert abs(hits[0].first - first) <= 1
        assert abs(hits[0].last - last) <= 1


@pytest.mark.parametrize("name", ["pan", "night", "whip", "fades", "horizon", "cuts", "split", "eased_pan"])
def test_a_clean_clip_is_left_alone(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / "clean.mp4", CLEAN[name](Shape(480, 272, 72, 11)), Encoding(crf=20))
    ordered = Expectation(cuts=None if name in MANY_SHOTS else (), split_screen=name == "split")

    outcome, _ = judge(path, ordered)

    assert [finding.sentence for finding in outcome.findings] == []
    assert len(outcome.cuts) == (3 if name == "cuts" else 0)


def test_a_split_screen_that_nobody_ordered_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "split.mp4", CLEAN["split"](Shape(480, 272, 48, 11)))

    outcome, _ = judge(path, Expectation(cuts=()))

    assert [finding.check for finding in outcome.findings] == ["panels"]


def test_the_page_lists_the_checks_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_checks(page) == page, "docs/quality.md is out of date. Renew it: python -m tests.tools.calibration.docs"


def test_the_table_of_the_page_is_of_these_checks() -> None:
    """A check that is added or taken away needs another evaluation."""
    evaluation = PAGE.read_text(encoding="utf-8").partition("<!-- evaluation -->")[2].partition("<!-- end of")[0]
    rows = {line.split("|")[1].strip() for line in evaluation.splitlines() if line.startswith("| ")} - {"check"}

    assert rows == {defect.check for defect in planted()}
    assert rows <= set(CHECKS)
