"""What the editor's older versions, node packs and files written by hand put into a workflow."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.validate import faults
from tests.infrastructure.comfyui.editor import converted, node, subgraph, workflow

PAINT = node(1, "Paint", ["a hill", 7, "fixed", "ink", 0.5], outputs=["IMAGE", "MASK"])


def keep(link: Any, ident: Any = 9) -> dict[str, Any]:
    return node(ident, "Keep", ["x"], [("images", "IMAGE", link)])


# -- links without lines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("setter", "getter"), [("SetNode", "GetNode"), ("easy setNode", "easy getNode")])
def test_a_value_is_got_by_the_name_it_was_set_under(setter: str, getter: str) -> None:
    nodes = [
        PAINT, node(2, setter, ["picture"], [("IMAGE", "IMAGE", 1)], ["*"]), node(3, getter, ["picture"], outputs=["IMAGE"]),
        node(4, getter, ["nothing"], outputs=["IMAGE"]), keep(2), keep(3, 10),
    ]  # fmt: skip
    made = converted(workflow(nodes, [[1, 1, 0, 2, 0, "IMAGE"], [2, 3, 0, 9, 0, "IMAGE"], [3, 4, 0, 10, 0, "IMAGE"]]))
    assert sorted(made) == ["1", "10", "9"]
    assert made["9"][1]["images"] == ["1", 0]
    assert "images" not in made["10"][1], "nobody set it"


def test_a_name_set_outside_is_got_inside_a_subgraph_unless_it_is_set_there_too() -> None:
    getter = node(5, "GetNode", ["picture"], outputs=["IMAGE"])
    inner = [getter, node(6, "Blur", [3], [("image", "IMAGE", 1)], ["IMAGE"])]
    links: list[tuple[Any, ...]] = [(1, 5, 0, 6, 0, "IMAGE"), (2, 6, 0, -20, 0, "IMAGE")]
    shadowed = [*inner, node(7, "Paint", ["inside"], outputs=["IMAGE"]),
                node(8, "SetNode", ["picture"], [("IMAGE", "IMAGE", 3)], ["*"])]  # fmt: skip
    outer = [PAINT, node(2, "SetNode", ["picture"], [("IMAGE", "IMAGE", 1)], ["*"]), keep(2)]
    wires = [[1, 1, 0, 2, 0, "IMAGE"], [2, 4, 0, 9, 0, "IMAGE"]]
    for nodes, more, source in ((inner, [], "1"), (shadowed, [(3, 7, 0, 8, 0, "IMAGE")], "4:7")):
        sub = subgraph("sub", [], nodes, [*links, *more])
        made = converted(workflow([*outer, node(4, "sub", outputs=["IMAGE"])], wires, [sub]))
        assert made["4:6"][1]["image"] == [source, 0]


def test_reroutes_and_panels_of_a_node_pack_vanish() -> None:
    nodes = [
        PAINT, node(2, "Reroute (rgthree)", None, [("", "*", 1)], ["IMAGE"]), keep(2), node(3, "Label (rgthree)"),
        node(4, "Fast Groups Bypasser (rgthree)"),
    ]  # fmt: skip
    made = converted(workflow(nodes, [[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 9, 0, "IMAGE"]]))
    assert sorted(made) == ["1", "9"]
    assert made["9"][1]["images"] == ["1", 0]


def test_get_nodes_that_name_each_other_lead_nowhere() -> None:
    nodes = [
        node(1, "GetNode", ["a"], outputs=["IMAGE"]), node(2, "SetNode", ["a"], [("IMAGE", "IMAGE", 1)], ["*"]), keep(2),
    ]  # fmt: skip
    with pytest.raises(Exception, match="go round"):
        converted(workflow(nodes, [[1, 1, 0, 2, 0, "IMAGE"], [2, 1, 0, 9, 0, "IMAGE"]]))


def test_an_open_socket_without_a_name_is_not_sent() -> None:
    made = converted(workflow([PAINT, node(9, "Keep", ["x"], [("", "IMAGE", 1)])], [[1, 1, 0, 9, 0, "IMAGE"]]))
    assert made["9"][1] == {"filename_prefix": "x"}


# -- files of other versions, and by hand ------------------------------------------------------------------------


def test_a_control_that_has_become_a_socket_leaves_its_old_value_behind() -> None:
    """As long as the file stores as many values as there were controls then."""
    values = [0.5, "increment", "b", "fixed", "filter", 42, "given", 8]
    assert converted(workflow([node(1, "Count", values)]))["1"][1] == {
        "step": 0.5, "kind": "b", "noise_seed": 42, "end": 8,
    }  # fmt: skip


def test_links_that_only_the_table_has_are_found_by_the_servers_sockets() -> None:
    merge = {"id": 3, "type": "Merge"}
    other = node(2, "Paint", ["b"], outputs=["IMAGE", "MASK"])
    links = [[1, 1, 1, 3, 0, "MASK"], [2, 1, 0, 3, 1, "IMAGE"], [3, 2, 0, 3, 2, "IMAGE"], [4, 2, 0, 3, 9, "IMAGE"]]
    made = converted(workflow([PAINT, other, merge], links))
    assert made["3"][1] == {"mask": ["1", 1], "one": ["1", 0], "two": ["2", 0]}


CHOOSER = NodeDefs(
    {"CustomCombo": {"input": {"required": {"choice": ["COMBO", {"options": []}]}}, "output": ["STRING"]}}
)


@pytest.mark.parametrize(
    ("values", "inputs"),
    [
        (["b", 1, "a", "b", ""], {"choice": "b", "index": 1, "option1": "a", "option2": "b", "option3": ""}),
        (["b", "a", "b"], {"choice": "b", "option0": "a", "option1": "b"}),
    ],
)
def test_a_list_of_the_nodes_own_goes_along_and_is_not_held_against_it(values: list[Any], inputs: Any) -> None:
    graph = to_api(workflow([node(1, "CustomCombo", values)]), CHOOSER).graph
    assert graph["1"]["inputs"] == inputs
    assert faults(graph, CHOOSER) == []


# -- group nodes -------------------------------------------------------------------------------------------------


def grouped(sep: str = ">", config: Any = None) -> dict[str, Any]:
    """Two painters whose pictures are merged inside; the second is called "Sky"."""

    def inner(kind: str, values: Any, inputs: Any, outputs: Any, **more: Any) -> dict[str, Any]:
        made = node(-1, kind, values, inputs, outputs, **more)
        del made["id"]
        return made

    group = {
        "nodes": [
            inner("Paint", ["one", 1, "fixed", "ink", 0.1], [("over", "IMAGE", None), ("mask", "MASK", None)],
                  ["IMAGE", "MASK"]),
            inner("Paint", ["two", 2, "fixed", "oil", 0.2], [("over", "IMAGE", None), ("mask", "MASK", None)],
                  ["IMAGE", "MASK"], title="Sky"),
            inner("Merge", None, [("mask", "MASK", None), ("one", "IMAGE", None), ("two", "IMAGE", None)], ["IMAGE"]),
        ],
        "links": [[0, 1, 2, 0, 1, "MASK"], [0, 0, 2, 1, 1, "IMAGE"], [1, 0, 2, 2, 2, "IMAGE"]],
        "external": [],
        "config": config or {},
    }  # fmt: skip
    values = ["A", 11, "fixed", "oil", 0.3, "B", 22, "fixed", "ink", 0.4]
    host = node(5, f"workflow{sep}pair", values, [("over", "IMAGE", None), ("Sky over", "IMAGE", 1)], ["MASK", "IMAGE"])
    nodes = [node(1, "Paint", ["under"], outputs=["IMAGE"]), host, keep(2)]
    links = [[1, 1, 0, 5, 1, "IMAGE"], [2, 5, 1, 9, 0, "IMAGE"]]
    return workflow(nodes, links, extra={"groupNodes": {"pair": group}})


@pytest.mark.parametrize("sep", [">", "/"])
def test_a_group_node_is_its_nodes_with_the_values_of_the_instance(sep: str) -> None:
    made = converted(grouped(sep))
    assert made["5:0"] == ["Paint", {"words": "A", "seed": 11, "style": "oil", "strength": 0.3}]
    assert made["5:1"] == ["Paint", {"words": "B", "seed": 22, "style": "ink", "strength": 0.4, "over": ["1", 0]}]
    assert made["5:2"] == ["Merge", {"mask": ["5:0", 1], "one": ["5:0", 0], "two": ["5:1", 0]}]
    assert made["9"][1]["images"] == ["5:2", 0], "the second output: the first is the other painter's mask"


def test_a_control_that_a_group_node_hides_keeps_the_inner_value() -> None:
    data = grouped(config={"0": {"input": {"strength": {"visible": False}}}})
    data["nodes"][1]["widgets_values"] = ["A", 11, "fixed", "oil", "B", 22, "fixed", "ink", 0.4]
    made = converted(data)
    assert made["5:0"][1]["strength"] == 0.1
    assert made["5:1"][1]["words"] == "B"
