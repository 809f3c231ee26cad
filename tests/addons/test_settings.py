"""The Settings tab without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from addons.api import Action
from addons.header import view as header
from addons.session import ProjectCache, Session, View
from addons.settings import model
from domain.errors import BadInput, NotFound
from services.settings import SettingField, SettingsService
from tests.fakes.bench import Bench, shot

FIELDS = (
    SettingField(key="general.open_browser", section="General", title="Open the browser", kind="switch", default=True),
    SettingField(key="general.folder", section="General", title="Folder", kind="text", default=""),
    SettingField(
        key="server.port", section="Server", title="Port", kind="number", default=7860, minimum=0, maximum=65535
    ),
    SettingField(
        key="appearance.theme",
        section="Appearance",
        title="Theme",
        kind="choice",
        choices=("dark", "light"),
        default="dark",
    ),
    SettingField(key="keys.token", section="Keys", title="Token", kind="text", default="", secret=True),
)


class MemorySettings:
    """Settings that live in a dictionary; `fixed` are set by the environment."""

    def __init__(self, **fixed: Any) -> None:
        self.kept: dict[str, Any] = {}
        self.fixed = {key.replace("__", "."): value for key, value in fixed.items()}
        self.wrong: list[str] = []

    def fields(self) -> list[SettingField]:
        return [self._field(field) for field in FIELDS]

    def _field(self, field: SettingField) -> SettingField:
        if field.key in self.fixed:
            return field.replace(value=self.fixed[field.key], origin="environment")
        if field.key in self.kept:
            return field.replace(value=self.kept[field.key], origin="file")
        return field.replace(value=field.default)

    def problems(self) -> list[str]:
        return self.wrong

    def save(self, key: str, value: Any) -> None:
        self.kept[key] = value

    def reset(self, key: str) -> None:
        self.kept.pop(key, None)

    def save_login(self, url: str, login: str) -> None:
        self.kept[f"login of {url}"] = login

    def place(self) -> str:
        return "/home/me/settings.yaml"


def window(bench: Bench, source: MemorySettings) -> View:
    studio = replace(bench.studio, settings=SettingsService(source, bench.studio.changes))
    project = bench.project(shot(1))
    return View(studio, Session("w", project, project.ui), ProjectCache())


def items(view: View) -> dict[str, dict[str, Any]]:
    return {str(item["id"]): dict(item) for item in model.form(view).items}


def edit(view: View, key: str, value: Any) -> None:
    model.act(view, Action("settings.form", "edit", key, {"value": value, "field": key}))


def test_every_setting_shows_its_value_and_where_it_comes_from(bench: Bench) -> None:
    source = MemorySettings(server__port=9000)
    source.kept["general.folder"] = "/films"
    source.wrong = ["film.quality is not used."]
    view = window(bench, source)
    shown = items(view)
    assert [shown[k]["origin"] for k in ("general.open_browser", "general.folder", "server.port")] == [
        "default",
        "file",
        "environment",
    ]
    assert shown["server.port"]["variable"] == "KINOLOOM_SERVER__PORT"
    assert [shown[f.key]["section"] for f in FIELDS] == ["General", "", "Server", "Appearance", "Keys"]
    head = model.form(view).head
    assert (head["problems"], head["file"]) == (source.wrong, "/home/me/settings.yaml")


def test_a_change_is_saved_as_its_kind_and_reset_again(bench: Bench) -> None:
    source = MemorySettings()
    view = window(bench, source)
    for key, given, kept in (
        ("general.open_browser", False, False), ("server.port", " 8000 ", 8000), ("appearance.theme", "light", "light"),
        ("general.folder", " /x ", "/x"),
    ):  # fmt: skip
        edit(view, key, given)
        assert source.kept[key] == kept
        assert type(source.kept[key]) is type(kept)
    said = model.act(view, Action("settings.form", "reset", "server.port"))
    assert said is not None
    assert said.said == "Port is back to its default."
    assert "server.port" not in source.kept


def test_the_look_reaches_every_window_with_the_header(bench: Bench) -> None:
    view = window(bench, MemorySettings())
    assert header(view).head["look"] == "dark"
    edit(view, "appearance.theme", "light")
    assert header(view).head["look"] == "light"


@pytest.mark.parametrize(
    ("key", "value"),
    [("server.port", "many"), ("server.port", "-1"), ("server.port", "65536"), ("server.port", "nan"), ("server.port", ""),
     ("appearance.theme", "pink"), ("appearance.theme", None)],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(bench: Bench, key: str, value: Any) -> None:
    source = MemorySettings()
    with pytest.raises(BadInput):
        edit(window(bench, source), key, value)
    assert source.kept == {}


def test_what_the_environment_sets_is_not_changed_here(bench: Bench) -> None:
    source = MemorySettings(server__port=9000)
    view = window(bench, source)
    for verb in ("edit", "reset"):
        with pytest.raises(BadInput, match="KINOLOOM_SERVER__PORT"):
            model.act(view, Action("settings.form", verb, "server.port", {"value": "1"}))
    with pytest.raises(NotFound):
        edit(view, "no.such", "1")
    assert model.act(view, Action("settings.form", "nothing", "server.port")) is None
    assert source.kept == {}


def test_a_secret_never_travels_to_the_browser(bench: Bench) -> None:
    source = MemorySettings()
    source.kept["keys.token"] = "hunter2"
    shown = items(window(bench, source))["keys.token"]
    assert "hunter2" not in str(shown)
    assert shown["kept"] is True


def test_about_says_what_runs_here(bench: Bench) -> None:
    head = model.about(window(bench, MemorySettings())).head
    assert head["licence"] == "Apache-2.0"
    assert "The fake" in head["engines"]
