"""The Write panel of the Storyboard tab, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.storyboard import parts
from domain.errors import BadInput
from domain.storyboard import Shot, Storyboard
from tests.addons.support import Window
from tests.fakes.bench import Bench

IDEA = "An old woman opens a door. She sees the sea. A dog runs along the beach."
WRITE = "storyboard.write"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    bench = Bench(tmp_path)
    board = Storyboard(shots=(Shot(id="001", prompt="Mine."),))
    window = Window(bench, bench.studio.projects.create(tmp_path / "film", "film", board), parts)
    assert window.head(WRITE) == {"open": False}
    window.act("storyboard.toolbar", "writepanel")
    yield window
    bench.close()


def _written(window: Window, **asked: str) -> str:
    window.act(WRITE, "write", text=IDEA, **asked)
    window.finish()
    return str(window.head(WRITE)["draft"])


def test_a_draft_is_listed_and_taken_as_a_whole(window: Window) -> None:
    draft = _written(window, seconds="30 s")
    head = window.refreshed().head(WRITE)  # a refresh loses nothing
    assert (head["text"], head["seconds"], head["count"], head["busy"], head["replaces"]) == (
        IDEA,
        "30",
        3,
        False,
        True,
    )
    assert "dog" in head["cast"] and head["words"].startswith("3 shots")
    assert window.items(WRITE)["003"]["words"] == "A dog runs along the beach."
    window.act(WRITE, "accept-all", draft=draft)
    assert len(window.project.board.shots) == 3 and window.head(WRITE)["draft"] == ""


def test_a_revision_shows_both_sides_and_is_taken_by_the_shot(window: Window) -> None:
    window.act(WRITE, "accept-all", draft=_written(window))
    window.act(WRITE, "revise", instruction="at night")
    window.finish()
    head = window.head(WRITE)
    assert head["revision"] and ["Time of day", "", "night"] in window.items(WRITE)["002"]["fields"]
    window.act(WRITE, "accept", "002", draft=head["draft"])
    window.act(WRITE, "refuse", "001", draft=head["draft"])
    assert [s.presets.time_of_day for s in window.project.board.shots] == ["", "night", ""]
    assert list(window.items(WRITE)) == ["003"]


def test_a_job_that_fails_says_why_in_the_panel(window: Window) -> None:
    window.act(WRITE, "revise", instruction="as nobody ever would")
    window.finish()
    assert "changes nothing" in window.head(WRITE)["error"]


@pytest.mark.parametrize("asked", [{"seconds": "soon"}, {"shots": "-1"}, {"language": "xx"}, {"text": "  "}])
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(window: Window, asked: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        window.act(WRITE, "write", **({"text": IDEA} | asked))
    assert window.head(WRITE)["draft"] == "" and len(window.project.board.shots) == 1


def test_the_panel_and_the_cast_are_not_open_at_once(window: Window) -> None:
    window.act("storyboard.toolbar", "castpanel")
    assert window.head(WRITE) == {"open": False}
    window.act("storyboard.toolbar", "writepanel")
    window.act(WRITE, "close")
    assert window.head(WRITE) == {"open": False}
