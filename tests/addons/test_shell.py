"""The frame around the tabs: a page that cannot show a project, and the header."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.header import HEADER
from addons.shell import Shell
from addons.uploads import Uploads
from domain.errors import DamagedFile
from services.holds import ALL, DISK
from services.projects import OpenProject
from tests.addons.support import Window
from tests.fakes.bench import Bench, running, shot


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path / "studio") as bench:
        yield bench


def test_a_page_whose_project_cannot_be_opened_says_why(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def choose(wanted: str) -> OpenProject:
        raise DamagedFile("project.json cannot be read.", "Put a backup in its place.")

    shell = Shell(bench.studio, choose, Uploads(tmp_path / "uploads"))
    message, tab = shell.open_window("w", "")
    assert (message, tab) == ({"closed": "project.json cannot be read. Put a backup in its place."}, "")
    assert shell.sessions.get("w") is None
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR], "what is meant is no traceback"


@pytest.mark.logs_errors
def test_what_goes_wrong_unexpectedly_at_a_page_load_is_a_sentence_too(bench: Bench, tmp_path: Path) -> None:
    def choose(wanted: str) -> OpenProject:
        raise RuntimeError("boom")

    message, tab = Shell(bench.studio, choose, Uploads(tmp_path / "uploads")).open_window("w", "")
    assert tab == "" and message["closed"].startswith("That did not work: RuntimeError('boom')")


def test_a_hold_that_no_button_lifts_is_explained_in_the_header(bench: Bench) -> None:
    project = bench.project(shot(1))
    window = Window(bench, project, lambda context: HEADER)
    jobs = bench.studio.jobs
    jobs.pause(project.id)
    assert (window.head("header")["paused"], window.head("header")["why"]) == (True, "")
    jobs.hold("The graphics card is at 86 °C.", project=ALL, by="temperature")
    assert window.head("header")["why"] == "The graphics card is at 86 °C."
    said = window.act("header", "resume")
    assert said is not None and said.said == "The graphics card is at 86 °C."
    assert window.head("header")["paused"]
    jobs.release(project=ALL, by="temperature")
    assert (window.head("header")["paused"], window.head("header")["why"]) == (False, "")
    jobs.hold("The disk is almost full.", project=project.id, by=DISK)
    assert window.head("header")["why"] == "The disk is almost full."
