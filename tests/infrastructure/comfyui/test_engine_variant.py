"""A switch that stands for another file of the same workflow, as some tools keep their SageAttention graphs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from domain.project import Picked
from domain.request import GenerationRequest
from infrastructure.comfyui.nodedefs import NodeDefs
from tests.fakes.comfy_studio import PASS, Rig, server

SWITCH = '\n[[switches]]\nid = "sage"\ntitle = "SageAttention"\nvariant = "held_sage"\n'


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    comfy = server(tmp_path / "server", PASS)
    rig = Rig(tmp_path / "studio", comfy)
    rig.own.mkdir(parents=True, exist_ok=True)
    graph = json.loads(files("workflows").joinpath("pass-through.json").read_text("utf-8"))
    manifest = files("workflows").joinpath("pass-through.toml").read_text("utf-8")
    (rig.own / "held.json").write_text(json.dumps(graph))
    (rig.own / "held.toml").write_text(manifest + SWITCH)
    graph["2"]["inputs"]["upscale_method"] = "bicubic"
    (rig.own / "held_sage.json").write_text(json.dumps(graph))
    (rig.own / "held_sage.toml").write_text(manifest)
    yield rig
    rig.close()
    comfy.stop()


def request(**options: Any) -> GenerationRequest:
    picture = Picked(path="keyframes/001/a.png", sha256="a" * 64)
    return GenerationRequest(
        kind="video", backend="comfyui", workflow="held", profile="pass-through", seed=1, seed_rule="unused",
        width=64, height=48, frames=5, rate=24, start=picture, params={"workflow_options": options} if options else {},
    )  # fmt: skip


@pytest.mark.parametrize(("options", "method"), [({}, "lanczos"), ({"switches": {"sage": True}}, "bicubic")])
def test_the_file_that_the_switch_names_is_sent(rig: Rig, options: dict[str, Any], method: str) -> None:
    defs = NodeDefs(rig.pool.members()[0].server.object_info())
    built = rig.engine.build_for(request(**options), "job", {"start": "kinoloom/a.png"}, defs, None)
    methods = [n["inputs"]["upscale_method"] for n in built.graph.values() if n["class_type"] == "ImageScale"]
    assert methods == [method]
