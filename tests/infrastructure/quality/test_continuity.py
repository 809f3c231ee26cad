"""Whether a shot keeps what its reference shows."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import pytest

from domain.errors import UnreadableMedia
from domain.quality.gate import read_gate
from domain.quality.values import Expectation, Subject
from infrastructure.quality.signatures import CONFIDENCE, METHOD
from infrastructure.quality.worker import examine_file
from tests.tools.calibration.clips import write
from tests.tools.calibration.continuity import NEAR, VIEWS, as_seen, draw, places, sheet, signature

GATE = read_gate("keeps", {"title": "Keeps", "continuity": {"score": 0.6, "severity": "fail"}}, "keeps.toml")
RED, GREEN = (40, 30, 200), (60, 180, 50)


def walker(frame: Any, coat: tuple[int, int, int], x: int) -> Any:
    frame = frame.copy()
    cv2.ellipse(frame, (x, 110), (22, 48), 0, 0, 360, coat, -1)
    cv2.circle(frame, (x, 50), 15, (150, 180, 225), -1)
    return frame


@pytest.fixture(scope="module")
def here() -> Any:
    return draw("", "harbour", "wide", "noon")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, here: Any) -> Path:
    """Three shots: the red walker in one place, there again with a green coat, and the red one elsewhere."""
    there = draw("", "kitchen", "wide", "noon")
    shots = ((here, RED), (here, GREEN), (there, RED))
    frames = [walker(place, coat, 100 + 3 * i) for place, coat in shots for i in range(30)]
    return write(tmp_path_factory.mktemp("film") / "film.mp4", frames)


def test_each_shot_is_compared_with_what_it_names(film: Path, here: Any, tmp_path: Path) -> None:
    grey = np.full((180, 320, 3), 128, np.uint8)
    cv2.imwrite(str(tmp_path / "walker.png"), walker(grey, RED, 160))
    cv2.imwrite(str(tmp_path / "place.png"), here)
    subjects = (
        Subject(name="Ada", kind="character", reference=str(tmp_path / "walker.png")),
        Subject(name="the hill", kind="location", reference=str(tmp_path / "place.png"), shots=("001", "002", "003")),
    )
    ordered = Expectation(cuts=(30, 60), shots=("001", "002", "003"), subjects=subjects)

    report = examine_file(film, GATE, ordered, lambda done, of: None)

    score = {(found.subject, found.shot): found.score for found in report.likeness}
    assert score["Ada", "001"] > score["Ada", "002"] + 0.2
    assert score["Ada", "003"] > score["Ada", "002"] + 0.2
    assert min(score["the hill", "001"], score["the hill", "002"]) > score["the hill", "003"] + 0.1
    told = {(finding.shot, finding.first, finding.last) for finding in report.findings if finding.check == "continuity"}
    assert ("002", 30, 59) in told
    assert not report.verdict.passed
    assert {(found.method, found.confidence) for found in report.likeness if found.kind == "location"} == {
        (METHOD, CONFIDENCE["location"])
    }
    assert {(found.shot, found.first, found.last) for found in report.likeness} == {
        ("001", 0, 29), ("002", 30, 59), ("003", 60, 89)
    }  # fmt: skip


def test_where_little_of_a_subject_shows_it_is_told_and_not_judged(film: Path, tmp_path: Path) -> None:
    grey = np.full((180, 320, 3), 128, np.uint8)
    cv2.imwrite(str(tmp_path / "walker.png"), walker(grey, RED, 160))
    subject = Subject(name="Ada", kind="character", reference=str(tmp_path / "walker.png"), hardly=("002",))
    ordered = Expectation(cuts=(30, 60), shots=("001", "002", "003"), subjects=(subject,))

    report = examine_file(film, GATE, ordered, lambda done, of: None)

    assert [(found.shot, found.judged) for found in report.likeness] == [("001", True), ("002", False), ("003", True)]
    assert [found.confidence for found in report.likeness] == [0.4, 0.1, 0.4]
    assert "002" not in [finding.shot for finding in report.findings if finding.check == "continuity"]


def test_only_the_shots_that_name_a_subject_are_judged(film: Path, here: Any, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "place.png"), here)
    subject = Subject(name="the hill", kind="location", reference=str(tmp_path / "place.png"), shots=("002",))
    ordered = Expectation(cuts=(30, 60), shots=("001", "002", "003"), subjects=(subject,))

    assert [found.shot for found in examine_file(film, GATE, ordered, lambda done, of: None).likeness] == ["002"]


def test_a_reference_that_cannot_be_read_is_told(film: Path, tmp_path: Path) -> None:
    subject = Subject(name="Ada", kind="character", reference=str(tmp_path / "none.png"))

    with pytest.raises(UnreadableMedia, match=r"none\.png cannot be read"):
        examine_file(film, GATE, Expectation(subjects=(subject,)), lambda done, of: None)


def test_a_blue_coat_is_told_from_a_brown_one_near_and_by_day(tmp_path: Path) -> None:
    references = {who: signature(sheet(who), "character", tmp_path) for who in ("mara", "tom")}
    for place in (NEAR[0], NEAR[2]):
        pictures = {who: as_seen(draw(who, *place)) for who in references}
        for who, other in (("mara", "tom"), ("tom", "mara")):
            same = references[who].likeness(pictures[who])
            assert same > 0.85 and same > references[who].likeness(pictures[other]) + 0.15, place


def test_a_drawn_place_is_told_from_another_in_any_light(tmp_path: Path) -> None:
    for row in places(tmp_path, ("street", "kitchen", "harbour"), VIEWS[1:3]):
        assert median(row.same) > median(row.other) + 0.25, row
        assert row.ranked > 0.9, row
