"""The part of the Project tab that offers backups, earlier versions and the trash."""

from __future__ import annotations

import json
import os
import time

import pytest

from addons.project import parts
from domain.errors import BadInput
from tests.addons.support import Window
from tests.fakes.bench import Bench, running, shot


@pytest.fixture
def window(bench: Bench) -> Window:
    return Window(bench, bench.project(shot(1)), parts)


def test_a_damaged_storyboard_is_offered_its_backup_and_comes_back(window: Window) -> None:
    before = window.project.board
    (window.project.files.root / "storyboard.json").write_text("{")
    for _ in range(2):  # it stays said until somebody decides
        (damaged,) = window.head("project.kept")["damaged"]
        assert damaged["name"] == "storyboard" and damaged["when"] and damaged["anew"]
    reply = window.act("project.kept", "restore", "storyboard")
    assert reply is not None and "storyboard.json is back" in reply.said
    assert window.head("project.kept")["damaged"] == [] and window.project.board == before


def test_an_earlier_version_is_put_back(window: Window) -> None:
    before = window.project.board
    window.bench.studio.storyboards.edit(window.project, "001", {"title": "later"})
    versions = {d["name"]: d["versions"] for d in window.head("project.kept")["documents"]}
    assert len(versions["storyboard"]) >= 2
    window.act("project.kept", "restore", "storyboard", key=versions["storyboard"][1]["key"])
    assert window.project.board == before


def test_what_was_deleted_is_listed_and_put_back(window: Window) -> None:
    window.bench.render(window.project)
    (take,) = window.project.files.takes()
    entry = window.bench.studio.keeping.delete_take(window.project, "001", 0, take.id)
    item = window.items("project.kept")[entry.id]
    assert item["title"] == f"Take {take.id} of shot 001" and item["size"].endswith(" MB")
    window.act("project.kept", "back", entry.id)
    assert window.project.files.takes() == [take] and window.items("project.kept") == {}


def test_nothing_is_begun_anew_over_something_good(window: Window) -> None:
    with pytest.raises(BadInput):
        window.act("project.kept", "anew", "storyboard")
    with pytest.raises(BadInput):
        window.act("project.kept", "restore", "../../x")
    assert window.project.board.shots


def test_a_silent_computer_is_asked_about_and_put_aside(window: Window) -> None:
    assert window.head("project.kept")["elsewhere"] == ""
    note = window.project.files.root / ".kinoloom" / "occupant.json"
    facts = {
        "schema": "kinoloom/occupant",
        "version": 1,
        "host": "atelier",
        "pid": 9,
        "token": "t",
        "since": "2026-11-21 08:30",
    }
    note.write_text(json.dumps(facts))
    assert "is open for rendering in Kinoloom on atelier" in window.head("project.kept")["elsewhere"]
    os.utime(note, (time.time() - 600, time.time() - 600))
    assert "take the project over" in window.head("project.kept")["elsewhere"]
    window.act("project.kept", "over")
    assert window.head("project.kept")["elsewhere"] == "" and not note.exists()


def test_what_renders_here_is_not_elsewhere(bench: Bench) -> None:
    window = Window(bench, bench.project(shot(1, prompt="a house [slow]")), parts)
    run = bench.studio.generation.render(window.project)
    assert window.head("project.kept")["elsewhere"] == ""
    with running(bench.folder, owner="two") as second:
        other = Window(second, second.studio.projects.open(window.project.files.root), parts)
        assert other.head("project.kept")["elsewhere"] == "", "it is the same process"
    bench.backend.let_go.set()
    bench.wait(run)
