"""Surgery on graphs."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from domain.workflow import SlotPlace
from infrastructure.comfyui.grafts import (
    gguf_choices,
    gguf_loaders,
    picture_source,
    saves_last_frame,
    with_gguf,
    with_last_frame,
    with_sage,
)  # fmt: skip
from infrastructure.comfyui.graph import (
    ancestors,
    bypassed,
    constant,
    folded,
    free_id,
    output_nodes,
    pruned,
    with_value,
    without,
)  # fmt: skip
from infrastructure.comfyui.nodedefs import NodeDefs
from tests.infrastructure.comfyui.test_slots import INFO

MORE: dict[str, Any] = {
    **INFO,
    "PathchSageAttentionKJ": {
        "input": {"required": {"model": ["MODEL"], "sage_attention": [["disabled", "auto"]], "allow_compile": ["BOOLEAN"]}},
        "output": ["MODEL"],
    },
    "UnetLoaderGGUF": {"input": {"required": {"unet_name": [["sub/A-high_noise-Q8_0.gguf", "b.gguf"]]}}, "output": ["MODEL"]},
    "ImageFromBatch": {
        "input": {"required": {"image": ["IMAGE"], "batch_index": ["INT", {"max": 4095}], "length": ["INT"]}},
        "output": ["IMAGE"],
    },
    "Grow": {"input": {"required": {"images": ["COMFY_AUTOGROW_V3", {"template": {"min": 2}}]}}, "output": ["IMAGE"]},
    "SaveWEBM": {"input": {"required": {"images": ["IMAGE"], "fps": ["FLOAT"]}}, "output": [], "output_node": True},
    "Mend": {"input": {"required": {"video": ["VIDEO"]}}, "output": ["VIDEO"]},
}  # fmt: skip
DEFS = NodeDefs(MORE)


def entry(kind: str, /, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


GRAPH = {
    "1": entry("Loader", ckpt_name="a.safetensors"),
    "2": entry("LoraLoaderModelOnly", model=["1", 0], lora_name="l.safetensors", strength_model=1.0),
    "3": entry("Encode", clip=["1", 1], text="x"),
    "4": entry("LoadImage", image="s.png"),
    "5": entry("ImageToVideo", positive=["3", 0], negative=["3", 0], width=8, height=8, length=9, start_image=["4", 0]),
    "6": entry("KSampler", model=["2", 0], positive=["5", 0], negative=["5", 1], latent_image=["5", 2], seed=1),
    "7": entry("Decode", samples=["6", 0], vae=["1", 2]),
    "8": entry("CreateVideo", images=["7", 0], fps=24.0),
    "9": entry("SaveVideo", video=["8", 0], filename_prefix="x"),
    "10": entry("SaveImage", images=["4", 0], filename_prefix="other"),
}


@pytest.fixture(autouse=True)
def unchanged() -> Any:
    """Every function gives a new graph."""
    before = copy.deepcopy(GRAPH)
    yield
    assert before == GRAPH


def test_pruning_keeps_what_the_outputs_need() -> None:
    assert ancestors(GRAPH, ["8"]) == {"1", "2", "3", "4", "5", "6", "7", "8"}
    assert set(pruned(GRAPH, ["10", "gone"])) == {"4", "10"}
    assert output_nodes(GRAPH, DEFS) == ["9", "10"]
    assert output_nodes(GRAPH, NodeDefs()) == ["9", "10"]


def test_constants_and_settled_switches_are_folded() -> None:
    graph = {
        "1": entry("PrimitiveBoolean", value=True),
        "2": entry("PrimitiveInt", value=4),
        "3": entry("ComfySwitchNode", switch=["1", 0], on_true=["2", 0], on_false=["9", 0]),
        "4": entry("ComfySwitchNode", switch=["3", 0], on_true=["2", 0], on_false=["2", 0]),  # 4 is no yes or no
        "5": entry("ComfySwitchNode", switch=False, on_true=["2", 0]),  # nothing to pass on
        "6": entry("ComfySwitchNode", switch=["1", 0], on_true=["6", 0], on_false=["2", 0]),  # itself
        "7": entry("Use", a=["3", 0], b=["4", 0], c=["5", 0], d=["6", 0], e=["2", 1], f=["gone", 0]),
        "9": entry("Missing", model="not there"),
    }
    made = folded(graph)["7"]["inputs"]
    assert made == {"a": 4, "b": ["4", 0], "c": ["5", 0], "d": ["6", 0], "e": ["2", 1], "f": ["gone", 0]}
    assert set(pruned(folded(graph), ["7"])) == {"2", "4", "5", "6", "7"}, "the branch not taken is gone"
    assert constant(graph, ["2", 0]) == 4 and constant(graph, ["9", 0]) == ["9", 0]


def test_a_bypassed_node_passes_its_model_on() -> None:
    made = bypassed(GRAPH, ["2", "gone"], DEFS)
    assert made["6"]["inputs"]["model"] == ["1", 0] and "2" not in made
    assert "clip" not in bypassed(GRAPH, ["1"], DEFS)["3"]["inputs"], "a loader has nothing to pass on"
    chain = {**GRAPH, "2b": entry("LoraLoaderModelOnly", model=["2", 0]), "6": entry("KSampler", model=["2b", 0])}
    assert bypassed(chain, ["2", "2b"], DEFS)["6"]["inputs"]["model"] == ["1", 0]
    assert bypassed(GRAPH, ["2"], NodeDefs())["6"]["inputs"]["model"] == ["1", 0]


def test_a_picture_that_is_not_there_takes_along_what_needs_it() -> None:
    made = without(GRAPH, ["4"], DEFS)
    assert "start_image" not in made["5"]["inputs"] and "5" in made, "an optional input is left open"
    assert "10" not in made, "a node that needs it goes"
    scaled = {**GRAPH, "11": entry("ImageScale", image=["4", 0])}
    scaled["5"] = entry("ImageToVideo", positive=["3", 0], start_image=["11", 0])
    made = without(scaled, ["4"], DEFS)
    assert "11" not in made and "start_image" not in made["5"]["inputs"]


def test_a_growing_list_shrinks_down_to_its_least() -> None:
    grow = {str(n): entry("LoadImage", image=f"{n}.png") for n in range(3)}
    grow["9"] = entry("Grow", **{f"images.image{n}": [str(n), 0] for n in range(3)})
    assert set(without(grow, ["2"], DEFS)["9"]["inputs"]) == {"images.image0", "images.image1"}
    assert "9" not in without(grow, ["1", "2"], DEFS)


def test_a_value_takes_the_place_of_a_link() -> None:
    made = with_value(GRAPH, [SlotPlace(node="6", input="latent_image"), SlotPlace(node="6", input="seed")], 5)
    assert made["6"]["inputs"]["latent_image"] == made["6"]["inputs"]["seed"] == 5
    assert free_id({"a": {}, "a_2": {}}, "a") == "a_3"


# -- grafts --------------------------------------------------------------------------------------------------------


def test_the_last_frame_is_taken_in_front_of_the_writer() -> None:
    made, save = with_last_frame(GRAPH, "9", "kinoloom/last")
    assert save is not None and len(made) == len(GRAPH) + 2
    assert made[save]["inputs"] == {"images": ["kinoloom_last", 0], "filename_prefix": "kinoloom/last"}
    assert made["kinoloom_last"]["inputs"] == {"image": ["7", 0], "batch_index": 4095, "length": 1}
    assert with_last_frame(made, "9", "other") == (made, save), "once is enough"
    assert saves_last_frame(made, "9") == save and saves_last_frame(GRAPH, "9") is None


@pytest.mark.parametrize(
    ("writer", "source"),
    [
        ({"12": entry("SaveWEBM", images=["7", 0], fps=24.0)}, ["7", 0]),
        ({"12": entry("VHS_VideoCombine", images=["7", 0])}, ["7", 0]),
        ({"12": entry("SaveVideo", video=["13", 0]), "13": entry("Mend", video=["8", 0])}, ["7", 0]),
        ({"12": entry("SaveVideo", video=["13", 0]), "13": entry("Service", prompt="p")}, None),
        ({"12": entry("SaveVideo", video=["13", 0]), "13": entry("Mend", video=["13", 0])}, None),
        ({"12": entry("SaveVideo")}, None),
        ({"12": entry("SaveWEBM")}, None),
    ],
)
def test_where_a_writers_pictures_come_from(writer: dict[str, Any], source: Any) -> None:
    graph = {**GRAPH, **writer}
    assert picture_source(graph, "12") == source
    made, save = with_last_frame(graph, "12", "x")
    assert (save is None) == (source is None)
    if source is None:
        assert made == graph


def test_sage_attention_between_loader_and_users() -> None:
    made = with_sage(GRAPH, DEFS)
    (key,) = set(made) - set(GRAPH)
    assert made[key]["inputs"] == {"model": ["1", 0], "sage_attention": "auto", "allow_compile": False}
    assert made["2"]["inputs"]["model"] == [key, 0]
    assert made["3"]["inputs"]["clip"] == ["1", 1] and made["7"]["inputs"]["vae"] == ["1", 2]


def test_loaders_of_gguf_files() -> None:
    graph = {"3:1": {**entry("UNETLoader", unet_name="a.safetensors", weight_dtype="default"), "_meta": {"title": "T"}}}
    assert gguf_loaders(graph, DEFS) == ["3:1"] and gguf_loaders(graph, NodeDefs(INFO)) == []
    made = with_gguf(graph, ["3:1"])
    assert made["3:1"] == {**entry("UnetLoaderGGUF", unet_name="a.safetensors"), "_meta": {"title": "T"}}
    assert gguf_choices("UNETLoader", "unet_name", DEFS) == ("sub/A-high_noise-Q8_0.gguf", "b.gguf")
    assert gguf_choices("CLIPLoader", "clip_name", DEFS) == gguf_choices("Other", "x", DEFS) == ()
