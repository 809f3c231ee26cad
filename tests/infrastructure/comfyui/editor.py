"""Small workflows in editor format, written down by hand, and the nodes of an imagined server for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.nodedefs import NodeDefs

Json = Any

INFO: dict[str, Json] = {
    "Paint": {
        "input": {
            "required": {
                "words": ["STRING", {"multiline": True, "dynamicPrompts": True}],
                "seed": ["INT", {"default": 0, "control_after_generate": True}],
                "style": [["oil", "ink"]],
            },
            "optional": {"over": ["IMAGE"], "mask": ["MASK"], "strength": ["FLOAT", {"default": 1.0}]},
        },
        "output": ["IMAGE", "MASK"],
        "display_name": "Paint a picture",
    },
    "Blur": {
        "input": {"required": {"image": ["IMAGE"], "radius": ["INT", {"default": 3}]}},
        "output": ["IMAGE"],
    },
    "Merge": {
        "input": {"required": {"mask": ["MASK"], "one": ["IMAGE"], "two": ["IMAGE"]}},
        "output": ["IMAGE"],
    },
    "Count": {
        "input": {
            "required": {
                "step": ["FLOAT", {"control_after_generate": True}],
                "kind": ["COMBO", {"options": ["a", "b"], "control_after_generate": True}],
                "noise_seed": ["INT", {"control_after_generate": False}],
                "given": ["STRING", {"forceInput": True}],
                "end": ["INT", {}],
            }
        },
        "output": ["INT"],
    },
    "Resize": {
        "input": {
            "required": {
                "image": ["IMAGE"],
                "how": [
                    "COMFY_DYNAMICCOMBO_V3",
                    {
                        "options": [
                            {"key": "by", "inputs": {"required": {"factor": ["FLOAT", {"default": 1.0}]}}},
                            {
                                "key": "random",
                                "inputs": {
                                    "required": {
                                        "seed": ["INT", {}],
                                        "mode": [
                                            "COMFY_DYNAMICCOMBO_V3",
                                            {"options": [{"key": "fit", "inputs": {"required": {"pad": ["INT", {}]}}}]},
                                        ],
                                    }
                                },
                            },
                        ]
                    },
                ],
                "method": [["lanczos", "area"]],
            }
        },
        "output": ["IMAGE"],
    },
    "Batch": {
        "input": {"required": {"images": ["COMFY_AUTOGROW_V3", {"template": {"prefix": "image", "min": 2}}]}},
        "output": ["IMAGE"],
    },
    "Numbers": {"input": {"required": {"values": ["CURVE", {}], "name": ["STRING", {}]}}, "output": ["INT"]},
    "Loras": {
        "input": {
            "required": {
                "loras": ["COMFY_DYNAMICGROUP_V3", {"template": {"required": {"name": ["STRING", {}]}}}],
                "note": ["STRING", {}],
            }
        },
        "output": ["MODEL"],
    },
    "Keep": {
        "input": {"required": {"images": ["IMAGE"], "filename_prefix": ["STRING", {"default": "out"}]}},
        "output": [],
        "output_node": True,
    },
}
"""`GET /object_info` of a server that never was."""

DEFS = NodeDefs(INFO)


def node(
    ident: Json, kind: str, values: Json = None, inputs: Sequence[tuple[str, str, Json]] = (),
    outputs: Sequence[str] = (), **more: Json,
) -> dict[str, Json]:  # fmt: skip
    """A node; `inputs` are (name, type, link number or None), with "*" before the name of one turned from a control."""
    slots = []
    for name, kind_of, link in inputs:
        slot: dict[str, Json] = {"name": name.lstrip("*"), "type": kind_of, "link": link}
        if name.startswith("*"):
            slot["widget"] = {"name": name.lstrip("*")}
        slots.append(slot)
    made: dict[str, Json] = {
        "id": ident, "type": kind, "inputs": slots, "outputs": [{"name": o, "type": o} for o in outputs], **more
    }  # fmt: skip
    if values is not None:
        made["widgets_values"] = values
    return made


def workflow(
    nodes: Sequence[Json], links: Sequence[Json] = (), subgraphs: Sequence[Json] = (), **more: Json
) -> dict[str, Json]:  # fmt: skip
    """A whole file; links are [number, source, output, target, input, type]."""
    found: dict[str, Json] = {"version": 0.4, "nodes": list(nodes), "links": list(links), **more}
    if subgraphs:
        found["definitions"] = {"subgraphs": list(subgraphs)}
    return found


def subgraph(
    ident: str, inputs: Sequence[tuple[str, str]], nodes: Sequence[Json], links: Sequence[tuple[Json, ...]],
    labels: Sequence[str] = (),
) -> dict[str, Json]:  # fmt: skip
    """A subgraph; its links are (number, source, output, target, input, type) with -10 and -20 for the boundary."""
    named = [{"id": f"{ident}-{n}", "name": name, "type": kind} for n, (name, kind) in enumerate(inputs)]
    for slot, label in zip(named, labels, strict=False):
        slot["label"] = label
    keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    return {
        "id": ident, "name": ident, "inputs": named, "outputs": [{"name": "out", "type": "IMAGE"}], "nodes": list(nodes),
        "links": [dict(zip(keys, link, strict=True)) for link in links],
    }  # fmt: skip


def converted(data: Json) -> dict[str, Json]:
    """The graph without titles, as {id: [class, inputs]}."""
    graph = to_api(data, DEFS).graph
    return {key: [entry["class_type"], entry["inputs"]] for key, entry in graph.items()}
