"""Examinations in worker processes, and gates as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import BadInput, Cancelled, NotFound, UnreadableMedia
from domain.quality.values import Expectation
from infrastructure.clock import SystemClock
from infrastructure.quality.examiner import FileExaminer
from infrastructure.quality.gates import SHIPPED, FileGates
from services.quality import QualityService, report_document, report_lines
from tests.tools.calibration.clips import write
from tests.tools.calibration.scenes import Shape, pan


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames = list(pan(Shape(320, 180, 48, 5)))
    frames[30] = frames[30] * 0
    return write(tmp_path_factory.mktemp("film") / "film.mp4", frames)


@pytest.fixture
def service(tmp_path: Path) -> QualityService:
    return QualityService(FileExaminer(), FileGates(tmp_path / "gates"), SystemClock())


def test_a_file_is_examined_in_a_process_of_its_own(service: QualityService, film: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = service.check_file(film, "draft", report=lambda done, of: seen.append((done, of)))

    assert not report.verdict.passed
    assert [(f.check, f.first, f.last) for f in report.findings if f.severity == "fail"] == [("black", 30, 30)]
    assert report.stream.frames == 48
    assert seen[0][1] == 48
    assert report.made


def test_the_report_is_told_to_people_and_programs(service: QualityService, film: Path) -> None:
    report = service.check_file(film, "draft")
    document, lines = report_document(report, "film.mp4"), list(report_lines(report, "film.mp4"))

    assert document["video"] | {"bit_rate": 0, "duration": 0} == {
        "width": 320, "height": 180, "rate": "24/1", "frames": 48, "duration": 0, "bit_rate": 0, "codec": "h264",
        "pix_fmt": "yuv420p",
        "colour": {"matrix": "bt709", "primaries": "bt709", "transfer": "bt709", "range": "limited"},
    }  # fmt: skip
    assert document["passed"] is False
    (black,) = [finding for finding in document["findings"] if finding["check"] == "black"]
    assert black["frames"] == [30, 30]
    assert {"severity", "value", "limit", "message", "cure"} <= set(black)
    assert lines[0].startswith("film.mp4: 320 x 180, 24 fps, 48 frames, 2.00 s")
    assert any(line.startswith("FAIL  black: The picture is black in frame 30") for line in lines)
    assert lines[-1].startswith('It does not pass "Draft"')


def test_an_examination_can_be_stopped(service: QualityService, film: Path) -> None:
    with pytest.raises(Cancelled, match=r"film\.mp4 was stopped"):
        service.check_file(film, "draft", stopped=lambda: True)


def test_files_that_cannot_be_examined_are_refused(service: QualityService, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"nothing")
    with pytest.raises(UnreadableMedia, match=r"x\.mp4"):
        service.check_file(tmp_path / "x.mp4")
    with pytest.raises(NotFound, match="There is no file"):
        service.check_file(tmp_path / "none.mp4")
    with pytest.raises(UnreadableMedia, match="not there"):
        FileExaminer().examine(
            tmp_path, FileGates(tmp_path).get("web"), Expectation(), lambda done, of: None, lambda: False
        )


def test_the_shipped_gates_can_be_used(service: QualityService) -> None:
    gates = {gate.id: gate for gate in service.gates()}

    assert tuple(gates) == SHIPPED
    production = gates["production"]
    assert production.limit("size", "width") == 1920
    assert production.limit("size", "height") == 1080
    assert production.limit("length", "seconds") == 30
    assert production.limit("rate", "fps") == 24
    assert production.limit("bit_rate", "mbit") == 10
    assert production.limit("continuity", "score") == 0.85
    assert {production.severity(c) for c in ("black", "flash", "panels", "ghost", "bit_rate", "continuity")} == {"fail"}


def test_own_gates_stand_beside_and_over_the_shipped_ones(service: QualityService, tmp_path: Path) -> None:
    folder = tmp_path / "gates"
    folder.mkdir()
    (folder / "mine.toml").write_text('title = "Mine"\n[length]\nseconds = 3\n')
    (folder / "web.toml").write_text('title = "Our web"\n')

    assert [gate.title for gate in service.gates()] == ["Draft", "Our web", "Production", "Mine"]
    (folder / "bad.toml").write_text("title = ")
    with pytest.raises(BadInput, match=r"The gate bad\.toml cannot be used"):
        service.gates()
    with pytest.raises(NotFound, match="There is no gate"):
        FileGates(folder).get("../web")
