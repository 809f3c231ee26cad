"""The inputs that a slot may be pointed at, and what presets and switches come to."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from domain.engine import InputInfo, InputKind, fits
from domain.workflow import WorkflowManifest
from infrastructure.comfyui.convert import Graph, to_api
from infrastructure.comfyui.inputs import MAX_INPUTS, SHOWN, graph_inputs
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.presets import own_values, quality_infos, switch_info
from tests.fakes.comfy_graphs import node, pass_through, sampled

DEFS = NodeDefs(
    {
        "KSampler": {
            "display_name": "Sampler", "output": ["LATENT"],
            "input": {"required": {
                "seed": ["INT", {}], "steps": ["INT", {}], "cfg": ["FLOAT", {}], "sampler_name": [["euler", "dpm"], {}],
                "model": ["MODEL"], "denoise": ["FLOAT", {}],
            }},
        },
        "WanImageToVideo": {
            "display_name": "Wan", "output": ["LATENT"],
            "input": {"required": {"width": ["INT", {}]}, "optional": {"start_image": ["IMAGE"]}},
        },
    }
)  # fmt: skip


def listed(graph: Graph, defs: NodeDefs = DEFS) -> dict[str, InputInfo]:
    return {i.place: i for i in graph_inputs(to_api(graph, NodeDefs()), defs)}


def test_inputs_with_values_are_listed_and_linked_ones_are_not() -> None:
    found = listed(sampled("x"))
    assert (found["3.steps"].kind, found["3.steps"].value, found["3.steps"].node) == ("whole", "4", "The sampler")
    assert (found["3.sampler_name"].kind, found["3.cfg"].kind, found["6.text"].kind) == ("choice", "number", "text")
    assert "3.model" not in found and "6.clip" not in found
    assert listed(sampled("x"), NodeDefs())["3.cfg"].kind == "number", "without a server, by the value"


def test_pictures_are_loaders_and_inputs_that_take_a_picture_even_where_nothing_is_linked() -> None:
    assert listed(pass_through("a.png", "x"))["1.image"].kind == "picture"
    free: Graph = {"12": node("WanImageToVideo", width=640)}
    assert [(i.place, i.kind) for i in listed(free).values()] == [("12.width", "whole"), ("12.start_image", "picture")]


def test_long_values_are_shortened_and_huge_graphs_cut() -> None:
    long: Graph = {"1": node("CLIPTextEncode", text="word " * 50)}
    assert len(listed(long)["1.text"].value) == SHOWN
    huge = {str(n): node("CLIPTextEncode", text="a", more="b") for n in range(MAX_INPUTS)}
    assert len(listed(huge)) == MAX_INPUTS


@pytest.mark.parametrize(
    ("slot", "kinds"),
    [
        ("prompt", {"text"}), ("negative", {"text"}), ("seed", {"whole"}), ("steps", {"whole"}),
        ("cfg", {"whole", "number"}), ("fps", {"whole", "number"}), ("start_image", {"picture"}),
        ("reference-12", {"picture"}), ("model:high", {"choice", "text"}), ("lora:turbo", {"choice", "text"}),
        ("lora_strength:turbo", {"whole", "number"}),
    ],
)  # fmt: skip
def test_slots_fit_inputs_of_their_kind(slot: str, kinds: set[InputKind]) -> None:
    every: tuple[InputKind, ...] = ("text", "whole", "number", "choice", "switch", "picture")
    assert {kind for kind in every if fits(slot, kind)} == kinds


def manifest(**fields: Any) -> WorkflowManifest:
    given: dict[str, Any] = {
        "id": "x", "title": "X", "kind": "image", "profile": "image-16", "writer": "9",
        "slots": {"prompt": "6.text", "steps": ["5.steps", "3.steps"], "cfg": "3.cfg"},
        "switches": [{"id": "turbo", "title": "Turbo", "on": {"3.steps": 4, "3.cfg": 1.0, "8.shift": 5}}],
        "quality": {"fast": {"title": "Fast", "scale": 0.5, "switches": {"turbo": True}},
                    "high": {"title": "High", "set": {"steps": 30, "prompt": "fine"}}},
    }  # fmt: skip
    return WorkflowManifest.model_validate(given | fields)


def test_presets_and_switches_tell_steps_and_guidance() -> None:
    made = manifest()
    assert own_values(made, sampled("x")) == {"steps": 4, "cfg": 7.0}, "the first place that has a number"
    linked = sampled("x")
    linked["3"]["inputs"]["cfg"] = ["1", 0]
    assert own_values(made, linked) == {"steps": 4}
    fast, high = quality_infos(made)
    assert (fast.scale, fast.switches, fast.values) == (0.5, {"turbo": True}, {})
    assert high.values == {"steps": 30}, "words are no number"
    assert switch_info(made, made.switches[0]).values == {"steps": 4, "cfg": 1.0}


def test_shipped_presets_differ_in_what_they_tell(checkout: Path) -> None:
    for path in sorted((checkout / "workflows").glob("*.toml")):
        made = WorkflowManifest.model_validate({"id": path.stem, **tomllib.loads(path.read_text("utf-8"))})
        told = [(tuple(q.values.items()), tuple(q.switches.items()), q.scale) for q in quality_infos(made)]
        assert len(set(told)) == len(told), f"two presets of {path.stem} look the same"
