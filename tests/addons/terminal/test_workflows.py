"""`kinoloom workflow …`: what it prints, writes and returns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from tests.addons.terminal.support import Call
from tests.fakes.comfy_graphs import pass_through
from tests.fakes.http_server import Handler, HttpServer
from tests.infrastructure.comfyui.editor import INFO, node, workflow
from tests.workflows.server import object_info


@pytest.fixture
def files(tmp_path: Path) -> Path:
    def put(name: str, data: Any) -> None:
        (tmp_path / name).write_text(json.dumps(data), encoding="utf-8")

    nodes = [
        node(1, "Paint", ["a hill", 7, "fixed", "ink"], (), ["IMAGE"]),
        node(9, "Keep", ["x"], [("images", "IMAGE", 1)]),
    ]
    put("editor.json", workflow(nodes, [[1, 1, 0, 9, 0, "IMAGE"]]))
    put("info.json", INFO)
    put("shipped-info.json", object_info())
    return tmp_path


@pytest.fixture
def server() -> Iterator[str]:
    """A server that knows its nodes and one template."""

    class Knowing(Handler):
        def do_GET(self) -> None:
            found = {"/object_info": object_info()}.get(self.path)
            self.answer(200 if found else 404, json.dumps(found).encode())

    with HttpServer(Knowing) as server:
        yield server.host


def test_the_catalogue(capsys: pytest.CaptureFixture[str], kinoloom_home: Path, checkout: Path) -> None:
    own = kinoloom_home / "data" / "workflows"
    own.mkdir(parents=True)
    for name in ("sdxl.json", "sdxl.toml"):
        (own / name).write_bytes((checkout / "workflows" / name).read_bytes())
    (own / "mine.json").write_text(json.dumps({"9": {"class_type": "SaveImage"}}))
    (own / "broken.json").write_text("{")
    assert app.run(["workflow", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")}
    assert "(video, pass-through; shipped)" in lines["pass-through"]
    assert "own, in place of the shipped one" in lines["sdxl"]
    assert "not looked into; own, found, not confirmed" in lines["mine"]
    assert "from the server's template video_minimax_h3_i2v" in lines["minimax-h3"]
    assert app.run(["workflow", "list", "--json"]) == 0
    listed = {w["id"]: w for w in json.loads(capsys.readouterr().out)["workflows"]}
    assert listed["wan2.2-14b-i2v"]["profile"] == "wan2.2-14b" and not listed["wan2.2-14b-i2v"]["fault"]
    assert "no JSON" in listed["broken"]["fault"] and listed["sdxl"]["overrides"]


def test_converting(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    source, info, out = str(files / "editor.json"), str(files / "info.json"), files / "out.json"
    assert app.run(["workflow", "convert", source, "--object-info", info, "-o", str(out)]) == 0
    graph = json.loads(out.read_text(encoding="utf-8"))
    assert graph["9"]["inputs"] == {"filename_prefix": "x", "images": ["1", 0]}
    assert capsys.readouterr().out == f"{out}: 2 nodes\n"
    assert app.run(["workflow", "convert", str(out)]) == 0, "the API format needs no server"
    assert json.loads(capsys.readouterr().out) == graph


def test_inspecting_a_file(capsys: pytest.CaptureFixture[str], files: Path, checkout: Path, tmp_path: Path) -> None:
    alone = tmp_path / "wan.json"
    alone.write_bytes((checkout / "workflows" / "wan2.2-14b-i2v.json").read_bytes())
    info = str(files / "shipped-info.json")
    assert app.run(["workflow", "inspect", str(alone), "--object-info", info, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["format"], report["kind"], report["profile"], report["confirmed"]) == (
        "api",
        "video",
        "wan2.2-14b",
        False,
    )
    assert report["slots"]["prompt"] == ["9.text"] and report["slots"]["model:low"] == ["4.unet_name"]
    assert (report["writer"], report["last_frame"], report["outputs"]) == ("17", "19", ["17", "19"])
    assert all(m["installed"] for m in report["models"]) and not report["problems"]
    assert app.run(["workflow", "inspect", str(checkout / "workflows" / "wan2.2-14b-i2v.json")]) == 0
    text = capsys.readouterr().out
    assert "confirmed by its manifest" in text and "not asked  models/vae/wan_2.1_vae.safetensors 0.25 GB" in text


def test_inspecting_by_id_against_a_server(capsys: pytest.CaptureFixture[str], server: str) -> None:
    assert app.run(["workflow", "inspect", "sdxl", "--server", server]) == 0
    text = capsys.readouterr().out
    assert "SDXL: makes a picture by the profile image-8" in text
    assert "installed  models/checkpoints/sd_xl_base_1.0.safetensors 6.9 GB" in text
    assert app.run(["workflow", "inspect", "minimax-h3", "--server", server]) == 1
    assert "which this server does not have" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["convert", "{files}/editor.json"], 2, "--server URL, or --object-info FILE"),
        (["inspect", "{files}/editor.json"], 2, "--server URL, or --object-info FILE"),
        (["inspect", "{files}/editor.json", "--object-info", "{files}/info.json"], 2, "writes no picture and no clip"),
        (["convert", "{files}/gone.json"], 2, "There is no file"),
        (["inspect", "no-such-workflow"], 2, "There is no file no-such-workflow"),
        (["convert", "{files}/editor.json", "--object-info", "{files}/gone.json"], 2, "There is no file"),
        (["convert", "{files}/editor.json", "--object-info", "{files}/editor.json"], 2, "no ComfyUI object_info"),
        (
            ["convert", "{files}/editor.json", "--object-info", "{files}/info.json", "--server", "x"],
            2,
            "Give one of them",
        ),
        (["convert", "{files}/editor.json", "--server", "http://127.0.0.1:9"], 1, "127.0.0.1:9"),
        (["convert", "{files}/editor.json", "--server", "http://"], 2, "no address"),
        (["convert"], 2, "IN.json"),
    ],
)
def test_errors_are_one_line(
    capsys: pytest.CaptureFixture[str], files: Path, arguments: list[str], code: int, said: str
) -> None:
    assert app.run(["workflow", *(a.replace("{files}", str(files)) for a in arguments)]) == code
    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1


# -- own workflows -------------------------------------------------------------------------------------------------


def test_a_file_and_a_folder_are_taken_in_and_removed_again(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    graph = pass_through("x.png", "mine", 5, (64, 48))
    (folder / "gcv_quick.json").write_text(json.dumps(graph), encoding="utf-8")
    (folder / "gcv_broken.json").write_text("{", encoding="utf-8")
    (folder / "Other one.json").write_text(json.dumps(graph), encoding="utf-8")
    said = call("workflow", "add", folder, "--json")
    assert said.code == 0, said.err
    added = {one["file"]: one for one in json.loads(said.out)["added"]}
    assert added["gcv_quick.json"]["id"] == "gcv_quick" and added["Other one.json"]["id"] == "other-one"
    assert not added["gcv_broken.json"]["id"] and "no JSON" in added["gcv_broken.json"]["fault"]
    one = call("workflow", "add", folder / "Other one.json", "--title", "Mine", "--profile", "pass-through")
    assert one.code == 0 and one.out.startswith("mine  ")
    listed = {w["id"]: w for w in json.loads(call("workflow", "list", "--json").out)["workflows"]}
    assert listed["mine"]["confirmed"] and listed["mine"]["title"] == "Mine" and not listed["other-one"]["confirmed"]
    assert json.loads(call("workflow", "remove", "mine", "--json").out) == {"removed": "mine"}
    assert "mine" not in {w["id"] for w in json.loads(call("workflow", "list", "--json").out)["workflows"]}


def test_what_cannot_be_taken_in_or_removed_is_said_in_a_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    for command in (
        ("add", tmp_path / "gone"), ("add", tmp_path / "empty"), ("add", tmp_path / "bad.json"), ("remove", "sdxl"),
        ("remove", "nothing"),
    ):  # fmt: skip
        said = call("workflow", *command)
        assert said.code != 0 and not said.out and len(said.err.strip().splitlines()) <= 2, said
