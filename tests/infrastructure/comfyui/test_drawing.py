"""The way back: a graph as it was sent, drawn for the editor, is the same graph when the editor sends it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.drawing import drawn
from infrastructure.comfyui.nodedefs import NodeDefs
from tests.infrastructure.comfyui.editor import DEFS
from tests.infrastructure.comfyui.sameness import canonical, differences, without_unknown
from tests.infrastructure.comfyui.test_convert_pairs import NAMES, read, server
from tests.workflows.server import object_info

SHIPPED = sorted(w.entry.id for w in Catalogue().all() if w.data is not None)


@cache
def shipped_defs() -> NodeDefs:
    return NodeDefs(object_info())


def there_and_back(graph: dict[str, Any], defs: NodeDefs) -> dict[str, Any]:
    data = json.loads(json.dumps(drawn(graph, defs), allow_nan=False))
    return {k: {"class_type": e["class_type"], "inputs": e["inputs"]} for k, e in to_api(data, defs).graph.items()}


@pytest.mark.parametrize("workflow_id", SHIPPED)
def test_shipped_graphs_come_back_with_their_ids(workflow_id: str) -> None:
    data = Catalogue().get(workflow_id).data
    assert data is not None
    graph = to_api(data, shipped_defs()).graph
    assert there_and_back(graph, shipped_defs()) == {
        key: {"class_type": e["class_type"], "inputs": e["inputs"]} for key, e in graph.items()
    }


@pytest.mark.corpus
@pytest.mark.parametrize("name", NAMES)
def test_what_the_editor_sent_comes_back_up_to_ids(name: str) -> None:
    graph = without_unknown(read(name, "api"), server())
    back = there_and_back(graph, NodeDefs(server()))
    assert canonical(back) == canonical(graph), differences(back, graph)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="/*"), max_size=20)
SEED = st.integers(0, 2**53)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Graphs of the imagined server, with ids of every kind."""
    keys = draw(st.lists(st.from_regex(r"[0-9]{1,4}(:[0-9]{1,3})?|[a-z]{1,6}", fullmatch=True), min_size=4, max_size=9,
                         unique=True))  # fmt: skip
    graph: dict[str, Any] = {}
    pictures: list[list[Any]] = []
    for key in keys:
        kind = draw(
            st.sampled_from(["Paint", "Blur", "Resize", "Batch", "Count", "Numbers"]) if pictures else st.just("Paint")
        )
        inputs: dict[str, Any]
        further: bool = draw(st.booleans())
        match kind:
            case "Paint":
                inputs = {"words": draw(TEXT), "seed": draw(SEED), "style": draw(st.sampled_from(["oil", "ink"])),
                          "strength": draw(st.floats(0, 1))}  # fmt: skip
                if pictures and further:
                    inputs["over"] = draw(st.sampled_from(pictures))
            case "Blur":
                numbers = [[k, 0] for k, e in graph.items() if e["class_type"] in ("Count", "Numbers")]
                radius = draw(st.sampled_from(numbers)) if numbers and further else draw(SEED)
                inputs = {"image": draw(st.sampled_from(pictures)), "radius": radius}
            case "Resize":
                how: dict[str, Any] = {"how": "by", "how.factor": draw(st.floats(0, 9))}
                if further:
                    how = {"how": "random", "how.seed": draw(SEED), "how.mode": "fit", "how.mode.pad": draw(SEED)}
                inputs = {"image": draw(st.sampled_from(pictures)), **how, "method": "area"}
            case "Batch":
                inputs = {f"images.image{n}": draw(st.sampled_from(pictures)) for n in range(draw(st.integers(2, 4)))}
            case "Count":
                inputs = {"step": 0.5, "kind": "b", "noise_seed": draw(SEED), "given": draw(TEXT), "end": 8}
            case _:
                inputs = {"values": {"__value__": draw(st.lists(SEED, max_size=3))}, "name": draw(TEXT)}
        graph[key] = {"class_type": kind, "inputs": inputs}
        if kind not in ("Count", "Numbers"):
            pictures.append([key, 0])
    return graph


@given(graphs())
def test_any_graph_comes_back(graph: dict[str, Any]) -> None:
    back = there_and_back(graph, DEFS)
    assert canonical(back) == canonical(graph), differences(back, graph)


def test_rows_and_own_lists_come_back() -> None:
    rows = {"loras.0.name": "a", "loras.1.name": "b", "note": "n"}
    graph = {"1": {"class_type": "Loras", "inputs": rows}}
    assert there_and_back(graph, DEFS) == graph
    maker = NodeDefs({"CustomCombo": {"input": {"required": {"choice": ["COMBO", {"options": []}]}}}})
    listed = {"choice": "b", "index": 1, "option1": "a", "option2": "b"}
    graph = {"1": {"class_type": "CustomCombo", "inputs": listed}}
    assert there_and_back(graph, maker) == graph


def test_a_node_that_the_server_lacks_is_drawn_by_names() -> None:
    graph = {
        "1": {"class_type": "Paint", "inputs": {"words": "w", "seed": 1, "style": "oil", "strength": 0.5}},
        "2": {"class_type": "Strange", "inputs": {"image": ["1", 1], "amount": 3}},
    }
    assert there_and_back(graph, DEFS) == graph


def test_the_drawing_reads_from_left_to_right_and_nothing_overlaps(tmp_path: Path) -> None:
    data = Catalogue().get("wan2.2-14b-i2v").data
    assert data is not None
    made = drawn(to_api(data, shipped_defs()).graph, shipped_defs())
    nodes = {n["id"]: n for n in made["nodes"]}
    assert made["last_node_id"] == max(nodes) and made["last_link_id"] == len(made["links"])
    for number, source, output, target, slot, _ in made["links"]:
        assert nodes[source]["pos"][0] < nodes[target]["pos"][0]
        assert number in nodes[source]["outputs"][output]["links"] and nodes[target]["inputs"][slot]["link"] == number
    boxes = [(*n["pos"], *n["size"]) for n in nodes.values()]
    for i, (x, y, w, h) in enumerate(boxes):
        for a, b, c, d in boxes[i + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y
    named = next(n for n in nodes.values() if n["type"] == "KSamplerAdvanced")
    assert named["widgets_values"][2] == "fixed", "behind the seed"
