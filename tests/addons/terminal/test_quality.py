"""`kinoloom check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.addons.reports.test_page import english_in
from tests.addons.terminal.support import Call
from tests.tools.calibration.clips import write
from tests.tools.calibration.scenes import Shape, pan


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write(tmp_path / "film.mp4", pan(Shape(320, 180, 30, 5)))


def test_a_sound_clip_passes_and_a_small_one_is_no_production(call: Call, film: Path) -> None:
    passed = call("check", film, "--gate", "draft")
    assert passed.code == 0
    assert passed.out.splitlines()[-1] == 'It passes "Draft".'

    failed = call("check", film, "--gate", "production", "--json")
    assert failed.code == 1
    document = json.loads(failed.out)
    assert document["passed"] is False
    assert {"size", "length", "bit_rate"} <= {f["check"] for f in document["findings"] if f["severity"] == "fail"}


def test_what_cannot_be_checked_is_misuse(call: Call, film: Path, tmp_path: Path) -> None:
    for arguments in (("check", tmp_path / "none.mp4"), ("check", film, "--gate", "none"), ("check",)):
        said = call(*arguments)
        assert said.code == 2
        assert said.out == ""


def test_the_whole_report_is_written_as_a_page_in_the_language_that_is_set(
    call: Call, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOLOOM_GENERAL__LANGUAGE", "de")
    page = tmp_path / "report.html"
    said = call("check", film, "--gate", "production", "--report", page)
    assert said.code == 1 and "does not pass" in said.out
    text = page.read_text("utf-8")
    assert text.startswith('<!doctype html><html lang="de">') and "Bildgröße" in text and "data:image/webp" in text
    assert not english_in(text)

    for wrong in (tmp_path / "report.txt", tmp_path / "none" / "report.html", tmp_path):
        refused = call("check", film, "--report", wrong)
        assert refused.code == 2 and refused.out == ""
    assert sorted(p.name for p in tmp_path.glob("*.html")) == ["report.html"]
