"""The same faults that a server would refuse, found before sending."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.comfyui.nodedefs import NodeDef, NodeDefs
from infrastructure.comfyui.validate import completed, faults, inputs_of, spelled_as_server

INFO: dict[str, Any] = {
    "Make": {
        "display_name": "Make it",
        "input": {
            "required": {
                "count": ["INT", {"min": 1, "max": 8, "default": 4}], "share": ["FLOAT", {"max": 1.0}],
                "words": ["STRING", {}], "on": ["BOOLEAN", {}], "kind": [["a", "b"], {}],
                "newer": ["COMBO", {"options": ["x"]}],
            },
            "optional": {"image": ["IMAGE"], "file": [["up.png"], {"image_upload": True}],
                         "far": ["COMBO", {"options": [], "remote": {"route": "/x"}}], "curve": ["CURVE", {}]},
        },
        "output": ["IMAGE", ["a", "b"]],
    },
    "Keep": {"input": {"required": {"images": ["IMAGE,MASK"]}}, "output": [], "output_node": True},
    "Pass": {"input": {"required": {"any": ["COMFY_MATCHTYPE_V3"]}}, "output": ["COMFY_MATCHTYPE_V3"]},
    "Save": {
        "input": {
            "required": {
                "format": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                    {"key": "mp4", "inputs": {"required": {"codec": [["h264", "av1"], {}]}}}, {"key": "gif", "inputs": {}}]}],
                "hidden": ["INT", {}],
            }
        },
        "output": [],
    },
    "Number": {"input": {"required": {"value": ["INT"]}}, "output": ["INT"]},
}  # fmt: skip
DEFS = NodeDefs(INFO)
GOOD = {"count": 4, "share": 0.5, "words": "w", "on": True, "kind": "a", "newer": "x"}


def node(class_type: str, /, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def test_a_good_graph_has_none() -> None:
    graph = {
        "1": node("Make", **GOOD, file="not yet there.png", far="elsewhere", curve={"__value__": [1, 2]}),
        "2": node("Keep", images=["1", 0]),
        "3": node("Pass", any=["1", 0]),
        "4": node("Keep", images=["3", 0]),
        "5": node("Make", **{**GOOD, "kind": ["1", 1], "share": 1}),
    }
    assert faults(graph, DEFS) == []


@pytest.mark.parametrize(
    ("inputs", "kind", "said"),
    [
        ({"count": 0}, "too_small", "0 is below the smallest value 1"),
        ({"count": 9}, "too_large", "9 is above the largest value 8"),
        ({"count": 2.5}, "wrong_type", "takes a whole number"),
        ({"count": "4"}, "wrong_type", "takes a number"),
        ({"count": True}, "wrong_type", "takes a number"),
        ({"share": None}, "wrong_type", "takes a number"),
        ({"words": 5}, "wrong_type", "takes text"),
        ({"on": "false"}, "wrong_type", "takes true or false"),
        ({"kind": "c"}, "not_in_list", "'c' is not there"),
        ({"newer": "y"}, "not_in_list", "'y' is not there"),
        ({"image": "x.png"}, "bad_link", "must be linked"),
        ({"image": ["9", 0]}, "bad_link", "node 9, which is not in the graph"),
        ({"image": ["1", 5]}, "bad_link", "output 5 of Make it, which has 2"),
        ({"image": ["1", 1]}, "bad_link", "takes IMAGE, but is linked to COMBO of Make it"),
        ({"words": ...}, "missing_input", "needs a value"),
    ],
)
def test_a_fault_says_where_and_why(inputs: dict[str, Any], kind: str, said: str) -> None:
    given = {k: v for k, v in {**GOOD, **inputs}.items() if v is not ...}
    found = faults({"1": node("Make", **GOOD), "2": node("Make", **given)}, DEFS)
    assert [f.kind for f in found] == [kind]
    assert (found[0].node, found[0].title, found[0].input) == ("2", "Make", next(iter(inputs)))
    assert said in found[0].message
    if kind == "not_in_list":
        assert found[0].choices


def test_nodes_that_are_not_there_and_circles() -> None:
    graph = {
        "1": {**node("New"), "_meta": {"title": "The new one"}},
        "2": node("Pass", any=["3", 0]),
        "3": node("Pass", any=["2", 0]),
    }
    found = faults(graph, DEFS)
    assert [(f.kind, f.title) for f in found] == [("missing_node", "The new one"), ("bad_link", "Pass")]
    assert "circle" in found[1].message


def test_what_a_choice_brings_along_is_needed_unless_its_old_name_is_given() -> None:
    """Newer servers have SaveVideo's codec below its format, and still take the plain name."""
    assert [f.input for f in faults({"1": node("Save", format="mp4", hidden=1)}, DEFS)] == ["format.codec"]
    assert faults({"1": node("Save", format="mp4", codec="h264", hidden=1)}, DEFS) == []
    assert faults({"1": node("Save", format="gif", hidden=1)}, DEFS) == []
    definition = DEFS.get("Save")
    assert definition is not None and list(inputs_of(definition, {"format": "mp4"})) == [
        "format",
        "format.codec",
        "hidden",
    ]


def test_controls_that_a_newer_server_asks_for_get_its_defaults() -> None:
    graph = {"1": node("Make", count=2), "2": node("Keep"), "3": node("Unknown")}
    made = completed(graph, DEFS)
    assert made["1"]["inputs"] == {"count": 2, "share": 0.0, "words": "", "on": False, "kind": "a", "newer": "x"}
    assert made["2"]["inputs"] == {} and graph["1"]["inputs"] == {"count": 2}


@pytest.mark.parametrize(
    ("wanted", "spelled"),
    [
        ("wan/a.safetensors", "wan\\a.safetensors"), ("wan\\a.safetensors", "wan\\a.safetensors"),
        ("A.safetensors", "wan\\a.safetensors"), ("b.safetensors", None), ("other/c.safetensors", "c.safetensors"),
        ("gone.safetensors", None),
    ],
)  # fmt: skip
def test_files_are_found_under_the_servers_spelling(wanted: str, spelled: str | None) -> None:
    listed = ["wan\\a.safetensors", "x/b.safetensors", "y/b.safetensors", "c.safetensors"]
    definition = NodeDef("L", {"input": {"required": {"unet_name": [listed]}}})
    assert spelled_as_server(definition.inputs[0], wanted) == spelled
