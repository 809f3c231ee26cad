"""The advice of the Storyboard tab, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.storyboard import parts
from addons.words import speaking
from domain.errors import NotFound
from tests.addons.support import Window
from tests.fakes.bench import running, shot

ADVICE, CARDS = "storyboard.advice", "storyboard.cards"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    with running(tmp_path) as bench:
        shots = [shot(n, presets={"camera": "zoom_in"}, seconds=f"0.{n}") for n in range(1, 6)]
        yield Window(bench, bench.project(*shots), parts)


def test_a_film_without_any_shows_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        window = Window(bench, bench.project(shot(1)), parts)
        assert window.head(ADVICE)["any"] is False and not window.items(ADVICE)
        assert "a" not in window.items(CARDS)["001"]


def test_it_is_listed_marked_clicked_and_put_away(window: Window) -> None:
    ((key, row),) = window.items(ADVICE).items()
    assert (row["title"], row["shots"]) == ("Camera moves", ["001", "002", "003", "004", "005"])
    assert row["says"] == "Shots 001 to 005 have the same camera move: Zoom in." and row["cure"]
    assert window.head(ADVICE)["count"] == "Advice: 1 piece"
    cards = window.items(CARDS)
    assert [shot for shot in cards if "a" in cards[shot]] == ["001", "005"] and cards["001"]["a"] == row["says"]

    reply = window.act(ADVICE, "select", "004")
    assert window.session.ui.shot == "004" and reply is not None and "004" in reply.focus
    with pytest.raises(NotFound):
        window.act(ADVICE, "select", "099")

    window.act(ADVICE, "dismiss", key=key)
    assert not window.items(ADVICE) and "a" not in window.items(CARDS)["001"]
    assert window.refreshed().head(ADVICE)["away"] == "Give 1 piece again"
    with pytest.raises(NotFound):
        window.act(ADVICE, "dismiss", key="nothing:001")

    window.act(ADVICE, "restore")
    assert list(window.items(ADVICE)) == [key] and window.head(ADVICE)["away"] == ""


def test_an_edit_that_helps_takes_it_away(window: Window) -> None:
    window.act("storyboard.inspector", "edit", "003", field="presets.camera", value="static")
    assert window.head(ADVICE)["any"] is False


def test_it_is_said_in_german(window: Window) -> None:
    window.session.language = "de"
    with speaking("de"):
        (row,) = window.items(ADVICE).values()
        assert row["title"] == "Kamerabewegungen"
        assert row["says"].startswith("Die Einstellungen 001 bis 005 haben dieselbe Kamerabewegung:")
        assert row["cure"] == "In einer davon die Kamera ruhen lassen."
