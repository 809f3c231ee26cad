"""Workflows made ready for a server; those bound to a template that the server brings itself."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import BackendUnavailable, BadInput
from domain.workflow import Choices, WorkflowEntry
from infrastructure.comfyui.build import build_prompt
from infrastructure.comfyui.catalogue import Workflow
from infrastructure.comfyui.manifests import read_manifest
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.prepare import prepare
from tests.infrastructure.comfyui.editor import node, subgraph, workflow
from tests.infrastructure.comfyui.test_slots import INFO

DEFS = NodeDefs(INFO)

# A template as the server brings it: one big node with a prompt that a model may rewrite, sizes and seconds.
BIG = subgraph(
    "big",
    [("first", "IMAGE"), ("last", "IMAGE"), ("value", "STRING"), ("value_1", "BOOLEAN"), ("width_1", "INT"),
     ("height", "INT"), ("value_2", "INT"), ("seed", "INT"), ("ckpt_name", "COMBO")],
    [
        node(1, "Loader", ["a.safetensors"], [("*ckpt_name", "COMBO", 9)], ["MODEL", "CLIP", "VAE"]),
        node(2, "PrimitiveStringMultiline", ["theirs"], [("*value", "STRING", 3)], ["STRING"]),
        node(3, "Rewriter", [""], [("*prompt", "STRING", 10), ("model", "CLIP", 11)], ["STRING"]),
        node(4, "PrimitiveBoolean", [True], [("*value", "BOOLEAN", 4)], ["BOOLEAN"]),
        node(5, "ComfySwitchNode", [False], [("on_false", "*", 12), ("on_true", "*", 13), ("*switch", "BOOLEAN", 14)], ["*"]),
        node(6, "Encode", [""], [("clip", "CLIP", 15), ("*text", "STRING", 16)], ["CONDITIONING"]),
        node(7, "PrimitiveInt", [5], [("*value", "INT", 7)], ["INT"]),
        node(8, "SimpleMath", ["a*24+1"], [("a", "INT", 17)], ["INT"]),
        node(9, "ImageToVideo", [640, 480, 81], [("positive", "CONDITIONING", 18), ("negative", "CONDITIONING", 19),
             ("start_image", "IMAGE", 1), ("end_image", "IMAGE", 2), ("*width", "INT", 5), ("*height", "INT", 6),
             ("*length", "INT", 20)], ["CONDITIONING", "CONDITIONING", "LATENT"]),
        node(10, "KSampler", [3, 20, 5.0, 1.0], [("model", "MODEL", 21), ("positive", "CONDITIONING", 22),
             ("negative", "CONDITIONING", 23), ("latent_image", "LATENT", 24), ("*seed", "INT", 8)], ["LATENT"]),
        node(11, "Decode", [], [("samples", "LATENT", 25), ("vae", "VAE", 26)], ["IMAGE"]),
        node(12, "CreateVideo", [24.0], [("images", "IMAGE", 27)], ["VIDEO"]),
    ],
    [
        (1, -10, 0, 9, 2, "IMAGE"), (2, -10, 1, 9, 3, "IMAGE"), (3, -10, 2, 2, 0, "STRING"), (4, -10, 3, 4, 0, "BOOLEAN"),
        (5, -10, 4, 9, 4, "INT"), (6, -10, 5, 9, 5, "INT"), (7, -10, 6, 7, 0, "INT"), (8, -10, 7, 10, 4, "INT"),
        (9, -10, 8, 1, 0, "COMBO"), (10, 2, 0, 3, 0, "STRING"), (11, 1, 1, 3, 1, "CLIP"), (12, 2, 0, 5, 0, "*"),
        (13, 3, 0, 5, 1, "*"), (14, 4, 0, 5, 2, "BOOLEAN"), (15, 1, 1, 6, 0, "CLIP"), (16, 5, 0, 6, 1, "STRING"),
        (17, 7, 0, 8, 0, "INT"), (18, 6, 0, 9, 0, "CONDITIONING"), (19, 6, 0, 9, 1, "CONDITIONING"), (20, 8, 0, 9, 6, "INT"),
        (21, 1, 0, 10, 0, "MODEL"), (22, 9, 0, 10, 1, "CONDITIONING"), (23, 9, 1, 10, 2, "CONDITIONING"),
        (24, 9, 2, 10, 3, "LATENT"), (25, 10, 0, 11, 0, "LATENT"), (26, 1, 2, 11, 1, "VAE"), (27, 11, 0, 12, 0, "IMAGE"),
        (28, 12, 0, -20, 0, "VIDEO"),
    ],
    labels=["first_frame", "last_frame", "prompt", "prompt_enhance", "width", "height", "duration", "seed", "ckpt_name"],
)  # fmt: skip
TEMPLATE = workflow(
    [
        node(1, "LoadImage", ["s.png", "image"], (), ["IMAGE", "MASK"]),
        node(2, "Resolution", ["16:9"], (), ["INT", "INT"]),
        node(5, "big", None, [("first", "IMAGE", 1), ("width_1", "INT", 2), ("height", "INT", 3)], ["VIDEO"]),
        node(9, "SaveVideo", ["x"], [("video", "VIDEO", 4)]),
    ],
    [[1, 1, 0, 5, 0, "IMAGE"], [2, 2, 0, 5, 1, "INT"], [3, 2, 1, 5, 2, "INT"], [4, 5, 0, 9, 0, "VIDEO"]],
    [BIG],
)
TOML = """
title = "Newer"
kind = "video"
profile = "ltx-2.3"
template = "video_newer"
[slots]
prompt = "@host.prompt"
negative = "@host.negative"
seed = "@host.seed"
width = "@host.width"
height = "@host.HEIGHT"
length = "@found.length"
fps = "@found.fps"
start_image = "@host.first_frame"
end_image = "@host.last_frame"
[[switches]]
id = "enhance"
title = "Rewrite"
on = { "@host.prompt_enhance" = true }
off = { "@host.prompt_enhance" = false }
[[switches]]
id = "gone"
title = "Not in this version"
on = { "@host.warp" = true }
[quality.fast]
title = "Fast"
set = { fps = 12.0 }
switches = { gone = true, enhance = false }
"""


def bound(toml: str = TOML) -> Workflow:
    manifest = read_manifest("newer", toml)
    return Workflow(WorkflowEntry(id="newer", title=manifest.title), manifest)


def test_places_are_found_in_the_servers_own_template() -> None:
    asked: list[str] = []

    def fetch(name: str) -> Any:
        asked.append(name)
        return TEMPLATE

    prepared = prepare(bound(), DEFS, fetch)
    slots = {slot: [str(p) for p in places] for slot, places in prepared.manifest.slots.items()}
    assert slots == {
        "prompt": ["5:2.value"], "seed": ["5:10.seed"], "width": ["5:9.width"], "height": ["5:9.height"],
        "length": ["5:9.length"], "fps": ["5:12.fps"], "start_image": ["1.image"], "end_image": ["5:9.end_image"],
        "model:main": ["5:1.ckpt_name"],
    }  # fmt: skip
    assert any("no negative" in note for note in prepared.notes), "both conditionings come of one text here"
    assert asked == ["video_newer"]
    assert prepared.manifest.writer == "9" and not prepared.manifest.template
    assert [s.id for s in prepared.manifest.switches] == ["enhance"], "what the template lacks is not offered"
    assert prepared.manifest.quality["fast"].switches == {"enhance": False}


def test_what_is_built_of_it() -> None:
    prepared = prepare(bound(), DEFS, lambda _: TEMPLATE)
    values = {
        "prompt": "mine",
        "seed": 5,
        "width": 1280,
        "height": 704,
        "length": 121,
        "fps": 24,
        "start_image": "k.png",
    }
    plain = build_prompt(prepared, Choices(values=values), DEFS, "job").graph
    kinds = {entry["class_type"] for entry in plain.values()}
    assert "Rewriter" not in kinds and "Resolution" not in kinds and "SimpleMath" not in kinds
    assert plain["5:6"]["inputs"]["text"] == "mine"
    assert plain["5:9"]["inputs"] | {} == {
        **plain["5:9"]["inputs"], "width": 1280, "height": 704, "length": 121, "start_image": ["1", 0],
    }  # fmt: skip
    assert "end_image" not in plain["5:9"]["inputs"]
    with_end = build_prompt(prepared, Choices(values={**values, "end_image": "e.png"}), DEFS, "job").graph
    loader = with_end["5:9"]["inputs"]["end_image"][0]
    assert with_end[loader] == {
        "class_type": "LoadImage",
        "inputs": {"image": "e.png"},
        "_meta": {"title": "end_image"},
    }
    rewritten = build_prompt(prepared, Choices(values=values, switches={"enhance": True}), DEFS, "job").graph
    assert rewritten["5:3"]["inputs"]["prompt"] == "mine"
    assert rewritten["5:6"]["inputs"]["text"] == ["5:3", 0]


def test_a_slot_that_neither_the_node_nor_the_graph_has_is_told() -> None:
    prepared = prepare(bound(TOML.replace("negative =", "motion =")), DEFS, lambda _: TEMPLATE)
    assert "motion" not in prepared.manifest.slots
    assert any("no motion" in note for note in prepared.notes)


@pytest.mark.parametrize("fetch", [None, lambda _: None])
def test_a_server_without_the_template(fetch: Any) -> None:
    with pytest.raises(BackendUnavailable, match="video_newer, which this server does not have"):
        prepare(bound(), DEFS, fetch)


def test_a_template_that_writes_nothing() -> None:
    with pytest.raises(BadInput, match="writes no picture and no clip"):
        prepare(bound(), DEFS, lambda _: workflow([node(1, "LoadImage", ["s.png"])]))


def own(data: Any, toml: str = "") -> Workflow:
    manifest = read_manifest("own", toml) if toml else None
    return Workflow(WorkflowEntry(id="own", title="Own"), manifest, data)


def test_a_workflow_without_a_manifest_gets_one_that_is_not_confirmed() -> None:
    prepared = prepare(own(TEMPLATE), DEFS)
    assert prepared.manifest.id == "own" and prepared.manifest.needs_start
    assert "not confirmed" in prepared.notes[0]
    with pytest.raises(BadInput, match="writes no picture"):
        prepare(own(workflow([node(1, "LoadImage", ["s.png"])])), DEFS)


def test_a_manifest_of_another_graph_is_told() -> None:
    toml = 'title = "T"\nkind = "video"\nprofile = "ltx-2"\nwriter = "9"\n[slots]\nprompt = "77.text"\n'
    with pytest.raises(BadInput, match="names nodes that its graph does not have: 77"):
        prepare(own(TEMPLATE, toml), DEFS)


def test_a_workflow_whose_files_are_broken() -> None:
    entry = WorkflowEntry(id="own", title="Own", fault="own.json is no JSON.")
    with pytest.raises(BadInput, match="no JSON"):
        prepare(Workflow(entry, None), DEFS)
