"""`doctor`: what it looks at, what it says to do, and what it tells somebody who helps."""

from __future__ import annotations

import getpass
import json
import logging
import platform
import shutil
import zipfile
from pathlib import Path

import pytest

import app
from tests.addons.terminal.support import SIZE, Call, listing, write_board


def test_doctor_looks_at_everything(call: Call) -> None:
    said = call("doctor", "--json")
    findings = {f["check"]: f for f in said.json["findings"]}
    assert {"python", "av", "gradio", "encoder libx264", "encoder aac", "animatic engine", "settings"} <= set(findings)
    assert findings["animatic engine"]["ok"], findings["animatic engine"]
    assert said.code == 0 and said.json["ok"]


def test_doctor_names_what_is_wrong_with_a_cure(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("KINOLOOM_GENERAL__PROJECTS_FOLDER", str(blocked))
    monkeypatch.setenv("KINOLOOM_FILM__QUALITY", "best")
    said = call("doctor", "--json")
    bad = {f["check"]: f for f in said.json["findings"] if not f["ok"]}
    assert said.code == 1 and not said.json["ok"]
    assert set(bad) == {"projects folder", "settings"}
    assert all(f["cure"] for f in bad.values()) and not bad["settings"]["needed"]
    assert "PROBLEM" in call("doctor").out


# -- one project -------------------------------------------------------------------------------------------------


def test_a_whole_project_is_well(call: Call, made: Path) -> None:
    before = listing(made)
    said = call("doctor", "--project", made / "film.kinoloom", "--json")
    assert said.code == 0, said
    assert said.json["ok"] and said.json["findings"] == said.json["moved"] == []
    assert said.json["checked"]["clips"] == 2
    assert "Nothing is missing" in call("doctor", "--project", made / "film.kinoloom").out
    assert listing(made) == before


def test_harm_to_a_project_is_named_and_only_asked_for_is_anything_moved(call: Call, made: Path) -> None:
    project = made / "film.kinoloom"
    next((project / "takes" / "001").rglob("clip.mp4")).write_bytes(b"damaged")
    picture = next((project / "keyframes" / "001").glob("*.png"))
    shutil.copy(picture, picture.with_name("start_009_00000000.png"))
    before = listing(made)
    said = call("doctor", "--project", project, "--json")
    assert said.code == 1 and [f["kind"] for f in said.json["findings"]] == ["orphan", "damaged"]
    assert listing(made) == before
    text = call("doctor", "--project", project).out
    assert "DAMAGED" in text and "--tidy" in text
    tidied = call("doctor", "--project", project, "--tidy", "--json")
    assert tidied.code == 1, "what is damaged stays so"
    (moved,) = tidied.json["moved"]
    assert (project / moved["to"]).is_file() and not (project / moved["path"]).exists()


def test_damaged_documents_of_a_project_are_told_and_left_alone(call: Call, made: Path) -> None:
    (made / "film.kinoloom" / "project.json").write_text("{")
    before = listing(made)
    said = call("doctor", "--project", made / "film.kinoloom", "--json")
    assert said.code == 1 and [f["path"] for f in said.json["findings"]] == ["project.json"]
    assert listing(made) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--tidy"], ["--with-prompts"], ["--project", "nowhere"], ["--project", "board.json"],
        ["--bundle", "facts.txt"], ["--bundle", "nowhere/facts.zip"], ["--bundle", "taken.zip"],
        ["--bundle", "facts.zip", "--project", "nowhere"], ["--bundle", "facts.zip", "--json"],
    ],
)  # fmt: skip
def test_wrong_use_of_doctor(call: Call, made: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(made)
    (made / "taken.zip").write_text("mine")
    before = listing(made)
    said = call("doctor", *arguments)
    assert said.code == 2 and said.out == "" and len(said.err.splitlines()) == 1, said
    assert listing(made) == before


# -- the bundle --------------------------------------------------------------------------------------------------

PROMPT = "a purple heron crosses the marsh"
OLD_PROMPT = "two otters quarrel under the bridge"
FILM = "secret marsh film"
SECRETS = ("orange-juice-with-ice", "S3CR3TS3CR3T", "sk-abcdefghijklmnop")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home and a rendered project, in whose traces stand secrets and prompts, also past ones."""
    folder = tmp_path_factory.mktemp("planted")
    with pytest.MonkeyPatch.context() as environment:
        set_up(environment, folder)
        leave_traces(folder)
    return folder


def set_up(environment: pytest.MonkeyPatch, folder: Path) -> None:
    environment.setenv("KINOLOOM_HOME", str(folder / "home"))
    environment.setenv("KINOLOOM_COMFYUI__TOKEN", SECRETS[0])
    environment.setenv("KINOLOOM_COMFYUI__SERVERS", f"http://me:{SECRETS[1]}@127.0.0.1:9")


def leave_traces(folder: Path) -> None:
    shots = [
        {"shot_id": "001", "prompt": OLD_PROMPT, "duration": 0.2, "characters": []},
        {"shot_id": "002", "prompt": "Zanzibar", "duration": 0.2},
    ]
    board = write_board(folder, project="Herons at dawn", shots=shots)
    project = folder / FILM
    assert app.run(["new", str(project), "--from", str(board), "--size", SIZE]) == 0
    assert app.run(["render", str(project)]) == 0
    with app.running() as kinoloom:
        opened = kinoloom.studio.projects.open(project)
        kinoloom.studio.storyboards.edit(opened, "001", {"prompt": PROMPT})
        log = logging.getLogger("tests.planted")
        log.warning("Shot 001 failed: the model does not like %r", PROMPT)
        log.warning("cut off: %s…", OLD_PROMPT[:20])
        log.info("GET /x?api_key=%s in %s by %s", SECRETS[1], project, getpass.getuser())
        log.info("with %s and %s, Zanzibar", SECRETS[0], SECRETS[2])
        run = kinoloom.studio.jobs.runs(opened.id) or opened.files.runs()
        log.warning("job %s said: %s", run[0].jobs[0].id, PROMPT)


@pytest.fixture
def told(planted: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That project, with everything set up as it was; to be looked at."""
    set_up(monkeypatch, planted)
    return planted / FILM


def contents(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_bundle_has_facts_and_neither_secrets_nor_prompts(call: Call, told: Path, tmp_path: Path) -> None:
    before = listing(told)
    said = call("doctor", "--bundle", tmp_path / "facts.zip", "--project", told)
    assert said.code == 0, said.err
    found = contents(tmp_path / "facts.zip")
    assert {"README.txt", "about.json", "settings.json", "servers.json", "log/kinoloom.log", "project/runs.json"} <= {
        *found
    }
    text = "\n".join(found.values())
    for word in (*SECRETS, "heron", "marsh", "otters", "quarrel", "bridge", "dawn", "zanzibar"):
        assert word not in text.lower(), f"{word}: {[n for n, t in found.items() if word in t.lower()]}"
    for name in (str(told.parent), str(Path.home()), f"@{platform.node()}"):
        assert name not in text, f"{name}: {[n for n, t in found.items() if name in t]}"
    assert "storyboard.json" not in " ".join(found)
    facts = {f["check"]: f for f in json.loads(found["about.json"])["findings"]}
    assert facts["animatic engine"]["ok"] and facts["kinoloom"]["found"] == app.own_version()
    settings = {s["setting"]: s["value"] for s in json.loads(found["settings.json"])["settings"]}
    assert settings["comfyui.token"] == "[hidden]" and settings["new_project.width"] == 1280
    runs = json.loads(found["project/runs.json"])
    assert {job["state"] for run in runs for job in run["jobs"]} == {"done"}
    assert json.loads(found["project/project.json"])["width"] == 96
    log = [json.loads(line) for line in found["project/log/kinoloom.log"].splitlines()]
    assert "Shot 001: queued" in [entry["message"] for entry in log]
    assert {k: v for k, v in listing(told).items()} == before


def test_with_prompts_only_secrets_are_left_out(call: Call, told: Path, tmp_path: Path) -> None:
    assert call("doctor", "--bundle", tmp_path / "facts.zip", "--project", told, "--with-prompts").code == 0
    found = contents(tmp_path / "facts.zip")
    assert PROMPT in found["project/storyboard.json"] and PROMPT in found["log/kinoloom.log"]
    text = "\n".join(found.values())
    assert not [secret for secret in SECRETS if secret in text]


def test_without_a_project_the_words_of_recent_ones_are_left_out(call: Call, told: Path, tmp_path: Path) -> None:
    assert call("doctor", "--bundle", tmp_path / "facts.zip").code == 0
    found = contents(tmp_path / "facts.zip")
    assert not [name for name in found if name.startswith("project/")]
    text = "\n".join(found.values()).lower()
    assert "heron" not in text and "otters" not in text and "shot 001 failed" in text


def test_the_logs_themselves_have_no_secrets(told: Path) -> None:
    logs = [*(told.parent / "home" / "data" / "logs").iterdir(), *(told / "log").iterdir()]
    assert len(logs) == 2
    for log in logs:
        text = log.read_text()
        assert "[hidden]" in text or log.parent.parent == told
        assert not [secret for secret in SECRETS if secret in text], log
    states = [json.loads(line).get("state") for line in (told / "log" / "kinoloom.log").read_text().splitlines()]
    assert states.count("queued") == states.count("done") == 4


def test_a_damaged_document_is_put_back_from_its_backups(call: Call, made: Path) -> None:
    project = made / "film.kinoloom"
    board = project / "storyboard.json"
    good = board.read_text(encoding="utf-8")
    board.write_text("{", encoding="utf-8")
    assert call("doctor", "--project", project).code == 1
    said = call("doctor", "--project", project, "--restore", "storyboard")
    assert "storyboard.json is back" in said.err
    assert json.loads(board.read_text(encoding="utf-8")) == json.loads(good)
    again = call("doctor", "--project", project, "--restore", "storyboard")
    assert again.code != 0 and "can be read, so its backup was not put in its place" in again.err
    unknown = call("doctor", "--project", project, "--restore", "letters")
    assert unknown.code == 2 and "No versions are kept of 'letters'" in unknown.err
    assert call("doctor", "--restore", "storyboard").code == 2
