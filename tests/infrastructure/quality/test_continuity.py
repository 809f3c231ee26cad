"""Whether a shot keeps what its reference shows."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import UnreadableMedia
from domain.quality.gate import read_gate
from domain.quality.values import Expectation, Subject
from infrastructure.quality.signatures import CONFIDENCE, METHOD
from infrastructure.quality.worker import examine_file
from tests.tools.calibration.clips import write
from tests.tools.calibration.scenes import Pixels, Shape, pan

GATE = read_gate("keeps", {"title": "Keeps", "continuity": {"score": 0.6, "severity": "fail"}}, "keeps.toml")
RED, GREEN = (40, 30, 200), (60, 180, 50)


def walker(frame: Pixels, coat: tuple[int, int, int], x: int) -> Pixels:
    frame = frame.copy()
    cv2.ellipse(frame, (x, 110), (22, 48), 0, 0, 360, coat, -1)
    cv2.circle(frame, (x, 50), 15, (150, 180, 225), -1)
    return frame


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Three shots: the red walker in one place, there again with a green coat, and the red one elsewhere."""
    here, there = Shape(320, 180, 30, 8), Shape(320, 180, 30, 4321)
    shots = ((here, RED), (here, GREEN), (there, RED))
    frames = [walker(f, coat, 100 + 3 * i) for shape, coat in shots for i, f in enumerate(pan(shape))]
    return write(tmp_path / "film.mp4", frames)


def test_each_shot_is_compared_with_what_it_names(film: Path, tmp_path: Path) -> None:
    grey = np.full((180, 320, 3), 128, np.uint8)
    cv2.imwrite(str(tmp_path / "walker.png"), walker(grey, RED, 160))
    cv2.imwrite(str(tmp_path / "place.png"), next(pan(Shape(320, 180, 30, 8))))
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


def test_only_the_shots_that_name_a_subject_are_judged(film: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "place.png"), next(pan(Shape(320, 180, 30, 8))))
    subject = Subject(name="the hill", kind="location", reference=str(tmp_path / "place.png"), shots=("002",))
    ordered = Expectation(cuts=(30, 60), shots=("001", "002", "003"), subjects=(subject,))

    assert [found.shot for found in examine_file(film, GATE, ordered, lambda done, of: None).likeness] == ["002"]


def test_a_reference_that_cannot_be_read_is_told(film: Path, tmp_path: Path) -> None:
    subject = Subject(name="Ada", kind="character", reference=str(tmp_path / "none.png"))

    with pytest.raises(UnreadableMedia, match=r"none\.png cannot be read"):
        examine_file(film, GATE, Expectation(subjects=(subject,)), lambda done, of: None)
