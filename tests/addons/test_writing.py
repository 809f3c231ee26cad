"""The Write panel of the Storyboard tab, without a browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from addons.storyboard import parts
from addons.words import speaking
from domain.asking import Question
from domain.errors import BackendUnavailable, BadInput, NotReady
from domain.storyboard import Shot, Storyboard
from tests.addons.support import Window
from tests.fakes.bench import Bench
from tests.fakes.llm import answer
from tests.fakes.writer import Line, ScriptedWriter

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
    assert len(window.project.board.shots) == 3 and window.head(WRITE) == {"open": False}, "the shots are seen"


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


# -- with a language model -------------------------------------------------------------------------------------------


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """A window on a studio whose language model answers from a script."""
    benches: list[Bench] = []

    def make(*script: Line) -> Window:
        benches.append(Bench(tmp_path / "model", writer=ScriptedWriter(*script)))
        project = benches[-1].studio.projects.create(tmp_path / "told", "told", Storyboard())
        window = Window(benches[-1], project, parts)
        window.act("storyboard.toolbar", "writepanel")
        return window

    yield make
    for bench in benches:
        bench.close()


def test_without_a_model_the_panel_leads_to_the_settings(window: Window) -> None:
    head = window.head(WRITE)
    assert head["writers"] == [] and head["host"] == "" and head["why"] == ""
    reply = window.act(WRITE, "settings")
    assert reply is not None and reply.tab == "settings"
    with pytest.raises(NotReady, match="No language model is set up"):
        window.act(WRITE, "write", text=IDEA, writer="model")


def test_a_model_is_chosen_written_with_and_what_it_took_is_said(asking: Callable[..., Window]) -> None:
    window = asking(answer(3))
    assert window.head(WRITE)["writers"] == [["rules", "Offline rules"], ["model", "Model scripted"]]
    window.act(WRITE, "write", text=IDEA, writer="model", output="de", seconds="12")
    window.finish()
    head = window.refreshed().head(WRITE)
    assert (head["writer"], head["output"], head["host"], head["count"]) == ("model", "de", "model.example", 3)
    assert head["cost"] == "scripted: 150 tokens, 0.0010 US dollars" and head["progress"] == ""
    assert head["words"] == "3 shots, 0:12.0"
    window.act(WRITE, "accept-all", draft=head["draft"])
    window.act(WRITE, "write", text=IDEA, writer="rules")
    window.finish()
    assert window.head(WRITE)["cost"] == "" and window.head(WRITE)["writer"] == "rules"


def test_progress_is_shown_and_writing_can_be_cancelled(asking: Callable[..., Window]) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slowly(question: Question) -> str:
        began.set()
        go_on.wait(20)
        return answer(1)

    window = asking(slowly)
    window.act(WRITE, "write", text=IDEA, writer="model")
    assert began.wait(20)
    head = window.head(WRITE)
    assert head["busy"] and head["progress"] == "waiting for scripted"
    with speaking("de"):
        assert window.head(WRITE)["progress"] == "wartet auf scripted"
    window.act(WRITE, "stop")
    go_on.set()
    window.bench.wait(window.bench.studio.jobs.runs()[-1])
    head = window.head(WRITE)
    assert not head["busy"] and head["draft"] == "" and head["error"] == ""


def test_a_models_failure_is_a_sentence_in_either_language(asking: Callable[..., Window]) -> None:
    lost = BackendUnavailable("The language model at h:1 said nothing for 120 s.", "Try again.", retry=False)
    window = asking(lost)
    window.act(WRITE, "write", text=IDEA, writer="model")
    window.bench.wait(window.bench.studio.jobs.runs()[-1])
    assert window.head(WRITE)["error"].startswith("The language model at h:1 said nothing for 120 s.")
    with speaking("de"):
        assert window.head(WRITE)["error"].startswith("Das Sprachmodell bei h:1 hat 120 s lang nichts gesagt.")


def test_a_revision_can_be_made_by_the_model(asking: Callable[..., Window]) -> None:
    window = asking(answer(2), json.dumps({"changed": [{"id": "001", "size": "aerial"}]}))
    window.act(WRITE, "write", text=IDEA, writer="model")
    window.finish()
    window.act(WRITE, "accept-all", draft=window.head(WRITE)["draft"])
    window.act(WRITE, "revise", instruction="from above", writer="model")
    window.finish()
    head = window.head(WRITE)
    assert head["revision"] and [i["fields"] for i in window.items(WRITE).values()] == [
        [["Shot size", "medium", "aerial"]]
    ]
