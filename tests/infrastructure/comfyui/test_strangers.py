"""Whose code a server runs for a workflow, told with its list of nodes, and by the file alone."""

from __future__ import annotations

from typing import Any

import pytest

from domain.workflow import WorkflowReport, by_pack
from infrastructure.comfyui.convert import Converted
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.strangers import foreign_nodes, named_in
from services.workflow_reports import report_lines

MODULES = {
    "KSampler": "nodes", "Canny": "comfy_extras.nodes_canny", "Old": "", "Blend": "custom_nodes.comfyui-blend",
    "Mix": "custom_nodes.comfyui-blend", "FluxPro": "comfy_api_nodes.nodes_bfl", "Odd": "somewhere.else",
}  # fmt: skip


def graph(*kinds: str) -> dict[str, Any]:
    return {str(n): {"class_type": kind, "inputs": {}} for n, kind in enumerate(kinds)}


def test_a_server_tells_whose_code_it_runs() -> None:
    defs = NodeDefs({kind: {"python_module": module} for kind, module in MODULES.items()})
    every = graph(*MODULES, "Gone")
    found = foreign_nodes(Converted(every), every, defs)
    assert {n.class_type: (n.pack, n.installed) for n in found} == {
        "Blend": ("comfyui-blend", True), "Mix": ("comfyui-blend", True), "Odd": ("somewhere.else", True),
        "FluxPro": ("an online service, through ComfyUI", True), "Gone": ("", False),
    }  # fmt: skip
    assert [(pack, len(nodes)) for pack, nodes in by_pack(found).items()] == [
        ("an online service, through ComfyUI", 1), ("comfyui-blend", 2), ("somewhere.else", 1), ("", 1),
    ]  # fmt: skip
    lines = "\n".join(report_lines(WorkflowReport(file="x", format="api", foreign=tuple(found))))
    assert "Runs code of comfyui-blend (2 nodes):\n  Blend: installed\n  Mix: installed\n" in lines
    assert "Runs code of an unknown pack (1 node):\n  Gone: missing" in lines


def test_without_a_server_the_file_tells_what_it_can() -> None:
    editor = {
        "nodes": [
            {"id": 1, "type": "KSampler", "properties": {"cnr_id": "comfy-core"}},
            {"id": 2, "type": "Blend", "properties": {"cnr_id": "comfyui-blend"}},
            {"id": 3, "type": "VHS_VideoCombine"},
            {"id": 4, "type": "Unknown"},
        ],
        "links": [],
    }
    assert {n.class_type: (n.pack, n.installed) for n in named_in(editor)} == {
        "Blend": ("comfyui-blend", None), "VHS_VideoCombine": ("ComfyUI-VideoHelperSuite", None),
    }  # fmt: skip
    assert [n.class_type for n in named_in(graph("VHS_LoadVideo", "KSampler"))] == ["VHS_LoadVideo"]


@pytest.mark.parametrize("data", [None, {}, [], {"nodes": []}, {"a": 1}])
def test_what_is_no_workflow_names_nobody(data: Any) -> None:
    assert named_in(data) == ()
