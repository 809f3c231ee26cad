"""A window speaks the language that is set, else its browser's; a change of the setting reaches every open window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from addons.login import Login
from addons.routes import Assets, add_routes
from addons.sent import sent
from addons.shell import Shell
from addons.uploads import Uploads
from addons.words import speaking
from domain.errors import NotFound
from services.projects import OpenProject
from services.settings import SettingField, SettingsService
from services.studio import Studio
from tests.fakes.bench import Bench, running, shot
from tests.infrastructure.remote.support import request

AUSTRIA = "de-AT,de;q=0.9,en;q=0.5"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path / "studio") as bench:
        yield bench


class OneSetting:
    """The language, kept in memory."""

    def __init__(self) -> None:
        self.language = "auto"

    def fields(self) -> list[SettingField]:
        choices = ("auto", "en", "de")
        return [
            SettingField(
                key="general.language", section="General", title="Language", kind="choice", choices=choices,
                default="auto", value=self.language, origin="default" if self.language == "auto" else "file",
            )
        ]  # fmt: skip

    def problems(self) -> list[str]:
        return []

    def save(self, key: str, value: Any) -> None:
        self.language = value

    def save_login(self, url: str, login: str) -> None:
        raise AssertionError(url)

    def reset(self, key: str) -> None:
        self.language = "auto"

    def place(self) -> str:
        return ""


@pytest.fixture
def studio(bench: Bench) -> Studio:
    return replace(bench.studio, settings=SettingsService(OneSetting(), bench.studio.changes))


@pytest.fixture
def shell(bench: Bench, studio: Studio, tmp_path: Path) -> Shell:
    project = bench.project(shot(1, title="Words", prompt="A queue of settings"))
    return Shell(studio, lambda wanted: project, Uploads(tmp_path / "uploads"))


def part(message: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = message["parts"][name]
    return found


def test_two_windows_speak_two_languages_about_one_project(shell: Shell) -> None:
    german, _ = shell.open_window("a", "", AUSTRIA)
    english, _ = shell.open_window("b", "", "en-GB")
    shell.act("a", {"part": "shell", "act": "tab", "id": "storyboard"})
    for key, label, word in (("a", "Entwurf", "Alle"), ("b", "Draft", "All")):
        told = shell.act(key, {"part": "shell", "act": "resync"})
        shell.act(key, {"part": "shell", "act": "tab", "id": "storyboard"})
        told = shell.act(key, {"part": "shell", "act": "resync"})
        chips = part(told, "storyboard.toolbar")["head"]["chips"]
        assert chips[0]["label"] == word
        assert label in [chip["label"] for chip in chips]
        card = part(told, "storyboard.inspector")["items"][0]
        assert (card["title"], card["prompt"]) == ("Words", "A queue of settings"), "what a person wrote stays"
    assert part(german, "header")["head"]["name"] == part(english, "header")["head"]["name"]


def test_what_went_wrong_is_said_in_the_windows_language(shell: Shell) -> None:
    shell.open_window("a", "", AUSTRIA)
    told = shell.act("a", {"part": "settings.form", "act": "edit", "id": "nothing"})
    assert told["error"] == "Diese Einstellung gibt es nicht. Seite neu laden."
    shell.open_window("b", "", "")
    assert shell.act("b", {"part": "settings.form", "act": "edit", "id": "nothing"})["error"] == (
        "There is no such setting. Reload the page."
    )


def test_why_a_tab_is_not_there_is_said_in_the_windows_language(shell: Shell) -> None:
    place = next(i for i, record in enumerate(shell.records) if record.name == "addons.queue")
    why = "Queue failed its check: There is no such setting."
    shell.records[place] = replace(shell.records[place], status="unavailable", message=why)
    shell.build()
    assert shell.reasons("en-GB") == [why]
    assert shell.reasons(AUSTRIA) == [
        "Warteschlange hat die eigene Prüfung nicht bestanden: Diese Einstellung gibt es nicht."
    ]


def test_a_page_without_a_project_says_why_in_german(bench: Bench, tmp_path: Path) -> None:
    def choose(wanted: str) -> OpenProject:
        raise NotFound("There is no film 'x'.", "Reload the page.")

    message, _ = Shell(bench.studio, choose, Uploads(tmp_path / "uploads")).open_window("w", "", "de")
    assert message == {"closed": "Es gibt keinen Film 'x'. Seite neu laden."}


def test_a_change_of_the_setting_reloads_every_window_whose_language_it_changes(shell: Shell) -> None:
    shell.open_window("a", "", AUSTRIA)
    shell.open_window("b", "", "en")
    change = {"part": "settings.form", "act": "edit", "id": "general.language", "value": "en"}
    assert shell.act("a", change) == {"reload": True}
    assert (shell.poll("b") or {}).get("reload") is None
    shell.open_window("a", "", AUSTRIA)
    assert shell.act("b", change | {"value": "de"}) == {"reload": True}
    assert shell.poll("a") == {"reload": True}


def test_the_page_gets_the_texts_of_its_language_and_no_others(studio: Studio, tmp_path: Path) -> None:
    app = FastAPI()
    script = tmp_path / "tab"
    script.mkdir()
    (script / "parts.js").write_text('Kino.t("Try again"); Kino.t("</script>")', "utf-8")
    add_routes(app, studio, Uploads(tmp_path / "uploads"), Assets([script]))
    client = TestClient(app)

    def asked(accepts: str) -> dict[str, Any]:
        answer = client.get("/studio/texts.js", headers={"accept-language": accepts})
        assert answer.headers["cache-control"] == "no-store"
        sent = answer.text.removeprefix("window.kinoTexts=").partition(";document.documentElement.lang=")
        words: dict[str, Any] = json.loads(sent[0])
        assert sent[2] == f'"{words["language"]}";'
        return words

    assert asked(AUSTRIA) == {"language": "de", "texts": {"Try again": "Noch einmal"}}
    assert asked("en") == {"language": "en", "texts": {}}
    studio.settings.save("general.language", "en")
    assert asked(AUSTRIA)["language"] == "en"


def test_the_page_that_asks_for_the_password_speaks_it_too(tmp_path: Path) -> None:
    app = FastAPI()
    login = Login("correct horse", tmp_path / "login.key")
    app.add_api_route("/login", login.page)
    client = TestClient(app)
    page = client.get("/login", headers={"accept-language": AUSTRIA}).text
    assert '<html lang="de"' in page and "Passwort dieses Studios" in page and "Studio öffnen" in page
    assert "Password of this studio" in client.get("/login").text


def test_what_is_sent_is_said_in_the_windows_language() -> None:
    params = {
        "characters_colours": {"mara": {"coat": "dark red", "hat": "yellow"}}, "objects_colours": {"boat": "green"},
        "slot": "end", "fit": "fill", "focus": [30, 50], "fidelity": 80,
    }  # fmt: skip
    with speaking("de"):
        rows = dict(sent(request(params=params)))
    assert rows["Farben der Kleidung"] == "mara: Mantel dunkelrot, Hut gelb"
    assert (rows["Farben der Dinge"], rows["Slot"]) == ("Boot grün", "Endbild")
    assert (rows["Einpassen"], rows["Fokus"], rows["Treue"]) == ("Füllen", "30 %, 50 %", "80 %")
