"""Whatever a file holds: a graph comes out, or a sentence."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from infrastructure.comfyui.convert import Converted, is_link, to_api
from infrastructure.comfyui.guess import found_manifest
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.validate import completed, faults
from tests.infrastructure.comfyui.editor import DEFS, INFO, node, subgraph, workflow

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
KINDS = st.sampled_from([*INFO, "sub", "other", "Reroute", "PrimitiveNode", "Note", "Unknown", 5, None])
IDS = st.integers(-21, 4) | st.sampled_from(["1", "2", "x", None])
SLOTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["image", "words", "radius", "images"]),
            "type": st.sampled_from(["IMAGE", "*", "INT"]),
        },
        optional={"link": IDS, "widget": st.just({"name": "words"}), "label": JSON},
    ),
    max_size=3,
)
NODES = st.lists(
    st.fixed_dictionaries(
        {"id": IDS, "type": KINDS},
        optional={
            "mode": st.sampled_from([0, 2, 4, "x"]), "inputs": SLOTS | JSON, "outputs": SLOTS | JSON,
            "widgets_values": st.lists(SCALARS, max_size=6) | JSON, "properties": JSON, "title": JSON,
            "widgets_values_named": JSON,
        },
    ),
    max_size=5,
)  # fmt: skip
LINKS = st.lists(
    st.tuples(IDS, IDS, st.integers(-2, 3), IDS, st.integers(-2, 3), st.text(max_size=3)).map(list) | JSON, max_size=6
)
GRAPHS = st.fixed_dictionaries({"nodes": NODES, "links": LINKS}, optional={"inputs": SLOTS | JSON, "outputs": SLOTS})
EDITOR = st.builds(
    lambda graph, subs: {**graph, "definitions": {"subgraphs": subs}},
    GRAPHS,
    st.lists(st.builds(lambda g, i: {**g, "id": i}, GRAPHS, st.sampled_from(["sub", "other"])), max_size=2),
)


def check(data: Any) -> None:
    """A graph whose parts are what the rest of the program relies on, or BadInput."""
    try:
        made = to_api(data, DEFS)
    except BadInput as error:
        assert "\n" not in str(error)
        return
    assert isinstance(made, Converted)
    json.dumps(made.graph)
    for entry in made.graph.values():
        assert isinstance(entry["class_type"], str) and isinstance(entry["inputs"], dict)
        if "nodes" in data:
            assert all(not is_link(v) or v[0] in made.graph for v in entry["inputs"].values())
    faults(made.graph, DEFS)
    completed(made.graph, DEFS)
    found_manifest("x", "Any", made, DEFS)


@given(JSON)
def test_any_json(data: Any) -> None:
    check(data)


@given(EDITOR)
def test_anything_like_a_workflow(data: Any) -> None:
    check(data)


@given(
    st.dictionaries(
        st.text(max_size=4),
        st.fixed_dictionaries(
            {"class_type": st.sampled_from([*INFO, "SaveImage", "KSampler", "LoadImage", ""])},
            optional={
                "inputs": st.dictionaries(
                    st.text(max_size=8), JSON | st.tuples(st.text(max_size=2), st.integers(0, 2)).map(list), max_size=4
                ),
                "_meta": JSON,
            },
        ),
        max_size=5,
    )
)
def test_anything_like_an_api_graph(data: Any) -> None:
    check(data)


@given(st.dictionaries(st.sampled_from(["Paint", "Keep"]), JSON))
def test_any_object_info(info: Any) -> None:
    made = to_api(workflow([node(1, "Paint", ["a", 1]), node(2, "Keep", ["x"])]), NodeDefs(info))
    faults(made.graph, NodeDefs(info))


def test_a_subgraph_that_contains_itself() -> None:
    inner = [node(1, "sub", None, (), ["IMAGE"])]
    with pytest.raises(BadInput, match="nested too deeply"):
        to_api(workflow(inner, (), [subgraph("sub", [], inner, [])]), DEFS)


def test_subgraphs_that_multiply() -> None:
    subs = [subgraph(f"s{i}", [], [node(1, f"s{i + 1}"), node(2, f"s{i + 1}")], []) for i in range(30)]
    with pytest.raises(BadInput, match="too large"):
        to_api(workflow([node(1, "s0")], (), [*subs, subgraph("s30", [], [], [])]), DEFS)


def test_a_million_nodes() -> None:
    began = time.monotonic()
    nodes = [{"id": i, "type": "Paint"} for i in range(1_000_000)]
    with pytest.raises(BadInput, match="too large"):
        to_api({"nodes": nodes, "links": []}, DEFS)
    with pytest.raises(BadInput, match="more than"):
        to_api({str(i): {"class_type": "Paint"} for i in range(30_000)}, DEFS)
    assert time.monotonic() - began < 10


def test_deep_nesting() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for data in (
        workflow([node(1, "Paint", [deep])]),
        {"1": {"class_type": "Paint", "inputs": {"x": deep}}},
        {"nodes": deep},
    ):
        with pytest.raises(BadInput):
            to_api(data, DEFS)
    for _ in range(100_000):  # taken apart by hand: the interpreter would do it by recursion
        deep = deep[0] if deep else deep
