"""The editor's rules for what it sends, one small workflow each."""

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.widgets import spoken
from tests.infrastructure.comfyui.editor import DEFS, INFO, converted, node, subgraph, workflow

PAINT = {"words": "a hill", "seed": 7, "style": "ink", "strength": 0.5}
VALUES = ["a hill", 7, "randomize", "ink", 0.5]


def paint(ident: Any = 1, **more: Any) -> dict[str, Any]:
    return node(ident, "Paint", VALUES, outputs=["IMAGE", "MASK"], **more)


def keep(link: Any = 1, ident: Any = 9) -> dict[str, Any]:
    return node(ident, "Keep", ["x"], [("images", "IMAGE", link)])


# -- values ------------------------------------------------------------------------------------------------------


def test_values_by_place_without_the_control_behind_a_seed() -> None:
    assert converted(workflow([paint()])) == {"1": ["Paint", PAINT]}


def test_what_is_not_stored_has_the_servers_default() -> None:
    made = converted(workflow([node(1, "Paint", ["a hill"])]))
    assert made["1"][1] == {"words": "a hill", "seed": 0, "style": "oil", "strength": 1.0}


def test_values_as_an_object_are_taken_by_name() -> None:
    """VHS nodes store them so."""
    made = converted(workflow([node(1, "Paint", {"words": "w", "seed": 1, "videopreview": {"paused": False}})]))
    assert made["1"][1] == {"words": "w", "seed": 1, "videopreview": {"paused": False}}


def test_a_float_may_have_a_control_a_combo_has_two_and_forced_inputs_have_no_value() -> None:
    values = [0.5, "increment", "b", "increment-wrap", "filter", 42, 8]
    made = converted(workflow([node(1, "Count", values)]))
    assert made["1"][1] == {"step": 0.5, "kind": "b", "noise_seed": 42, "end": 8}


@pytest.mark.parametrize(
    ("values", "inputs"),
    [
        (["by", 2.0, "area"], {"how": "by", "how.factor": 2.0, "method": "area"}),
        (
            ["random", 5, "fixed", "fit", 16, "area"],
            {"how": "random", "how.seed": 5, "how.mode": "fit", "how.mode.pad": 16, "method": "area"},
        ),
        (["gone", "area"], {"how": "gone", "method": "area"}),
    ],
)
def test_a_dynamic_combo_brings_inputs_along(values: list[Any], inputs: dict[str, Any]) -> None:
    assert converted(workflow([node(1, "Resize", values)]))["1"][1] == inputs


def test_a_list_is_wrapped_so_that_it_is_no_link() -> None:
    made = converted(workflow([node(1, "Numbers", [["1", 0], "n"])]))
    assert made["1"][1] == {"values": {"__value__": ["1", 0]}, "name": "n"}


def test_rows_of_a_group_by_name_and_as_rows() -> None:
    named = node(1, "Loras", [1], widgets_values_named={"loras.0.name": "a", "note": "n", "control": "fixed"})
    assert converted(workflow([named]))["1"][1] == {"loras.0.name": "a", "note": "n"}
    rows = node(1, "Loras", [[{"name": "a"}, {"name": "b"}], "n"])
    assert converted(workflow([rows]))["1"][1] == {"loras.0.name": "a", "loras.1.name": "b", "note": "n"}


def test_a_control_turned_input_keeps_its_stale_value_in_the_row() -> None:
    """The value at its place is stale; the link wins, and the values behind it do not shift."""
    blur = node(2, "Blur", [99], [("image", "IMAGE", 1), ("*radius", "INT", 2)], ["IMAGE"])
    number = node(3, "Numbers", [[], "n"], outputs=["INT"])
    made = converted(workflow([paint(), blur, number], [[1, 1, 0, 2, 0, "IMAGE"], [2, 3, 0, 2, 1, "INT"]]))
    assert made["2"][1] == {"radius": ["3", 0], "image": ["1", 0]}


def test_a_link_that_leads_nowhere_leaves_the_control_alone() -> None:
    blur = node(2, "Blur", [4], [("image", "IMAGE", 1), ("*radius", "INT", 99)], ["IMAGE"])
    assert converted(workflow([paint(), blur], [[1, 1, 0, 2, 0, "IMAGE"]]))["2"][1] == {"radius": 4, "image": ["1", 0]}


def test_slots_of_a_growing_list_keep_their_dotted_names() -> None:
    batch = node(2, "Batch", [], [("images.image0", "IMAGE", 1), ("images.image1", "IMAGE", 2)], ["IMAGE"])
    made = converted(workflow([paint(), batch], [[1, 1, 0, 2, 0, "IMAGE"], [2, 1, 0, 2, 1, "IMAGE"]]))
    assert made["2"][1] == {"images.image0": ["1", 0], "images.image1": ["1", 0]}


def test_an_unknown_class_keeps_what_the_file_names() -> None:
    made = to_api(workflow([node(1, "Newer", [1, 2], widgets_values_named={"size": 2})]), DEFS)
    assert made.graph["1"]["inputs"] == {"size": 2}
    assert made.unknown == {"1": "Newer"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a {red|blue} car", "a red car"),
        ("{a|b} {c|{d|e}}", "a c"),
        (r"\{kept\}", "{kept}"),
        ("one // gone\ntwo /* gone\n too */ three", "one \ntwo  three"),
        ("{{in|out}er|x}", "iner"),
        ("open { brace", "open  brace"),
        ("no | bar, 50% } brace", "no | bar, 50% } brace"),
    ],
)
def test_alternatives_in_a_prompt(text: str, said: str) -> None:
    assert spoken(text) == said
    assert converted(workflow([node(1, "Paint", [text])]))["1"][1]["words"] == said


def test_titles_models_and_packs_are_noted() -> None:
    models = [{"name": "m.safetensors", "url": "https://example.org/m", "directory": "loras"}]
    one = paint(title="My painting", properties={"models": models, "cnr_id": "paint-pack"})
    made = to_api(workflow([one, keep()], [[1, 1, 0, 9, 0, "IMAGE"]]), DEFS)
    assert (made.titles["1"], made.titles["9"]) == ("My painting", "Keep")
    assert (made.models, made.packs) == ({"1": tuple(models)}, {"1": "paint-pack"})
    assert to_api(workflow([paint()]), DEFS).titles["1"] == "Paint a picture"


# -- nodes that are not sent --------------------------------------------------------------------------------------


def test_notes_and_muted_nodes_are_left_out_with_the_links_to_them() -> None:
    made = converted(workflow([paint(mode=2), keep(), node(5, "Note", ["hi"])], [[1, 1, 0, 9, 0, "IMAGE"]]))
    assert made == {"9": ["Keep", {"filename_prefix": "x"}]}


def test_reroutes_are_followed() -> None:
    nodes = [paint(), keep(3), node(5, "Reroute", None, [("", "*", 1)]), node(6, "Reroute", None, [("", "*", 2)])]
    made = converted(workflow(nodes, [[1, 1, 0, 5, 0, "*"], [2, 5, 0, 6, 0, "*"], [3, 6, 0, 9, 0, "IMAGE"]]))
    assert made["9"][1] == {"filename_prefix": "x", "images": ["1", 0]}


def test_reroutes_that_go_round_end() -> None:
    nodes = [keep(3), node(5, "Reroute", None, [("", "*", 2)]), node(6, "Reroute", None, [("", "*", 1)])]
    with pytest.raises(Exception, match="too large"):
        converted(workflow(nodes, [[1, 5, 0, 6, 0, "*"], [2, 6, 0, 5, 0, "*"], [3, 6, 0, 9, 0, "IMAGE"]]))


@pytest.mark.parametrize("mode", [0, 2, 4])
def test_a_primitive_gives_its_value_even_while_switched_off(mode: int) -> None:
    blur = node(2, "Blur", [4], [("*radius", "INT", 1)], ["IMAGE"])
    primitive = node(3, "PrimitiveNode", [11, "fixed"], outputs=["INT"], mode=mode)
    assert converted(workflow([blur, primitive], [[1, 3, 0, 2, 0, "INT"]])) == {"2": ["Blur", {"radius": 11}]}


def test_a_primitive_behind_a_reroute() -> None:
    blur = node(2, "Blur", [4], [("*radius", "INT", 2)], ["IMAGE"])
    nodes = [blur, node(3, "PrimitiveNode", [11], outputs=["INT"]), node(5, "Reroute", None, [("", "*", 1)])]
    made = converted(workflow(nodes, [[1, 3, 0, 5, 0, "*"], [2, 5, 0, 2, 0, "INT"]]))
    assert made == {"2": ["Blur", {"radius": 11}]}


@pytest.mark.parametrize(
    ("slots", "passed"),
    [
        ([("image", "IMAGE", 1)], ["1", 0]),
        ([("mask", "MASK", 2), ("one", "IMAGE", 1)], ["1", 0]),  # not the one at the same place: its type differs
        ([("any", "*", 2), ("one", "IMAGE", 1)], ["1", 1]),  # the one at the same place fits
        ([("mask", "MASK", 2)], None),  # never just any input
        ([("one", "IMAGE", None), ("two", "IMAGE", 1)], None),  # the place decides, linked or not
        ([("mask", "MASK", 2), ("pair", "MASK,IMAGE", 1)], ["1", 0]),
    ],
)
def test_a_bypassed_node_passes_on_what_fits(slots: list[Any], passed: Any) -> None:
    nodes = [paint(), node(2, "Merge", [], slots, ["IMAGE"], mode=4), keep(3)]
    links = [[1, 1, 0, 2, 0, "IMAGE"], [2, 1, 1, 2, 0, "MASK"], [3, 2, 0, 9, 0, "IMAGE"]]
    made = converted(workflow(nodes, links))
    assert set(made) == {"1", "9"}
    assert made["9"][1].get("images") == passed


def test_links_as_objects_and_ids_as_text() -> None:
    link = {"id": 1, "origin_id": "a", "origin_slot": 0, "target_id": 9, "target_slot": 0, "type": "IMAGE"}
    assert converted(workflow([paint("a"), keep()], [link]))["9"][1]["images"] == ["a", 0]


def test_native_reroutes_of_links_change_nothing() -> None:
    extra = {"reroutes": [{"id": 1, "linkIds": [1], "pos": [0, 0]}], "linkExtensions": [{"id": 1, "parentId": 1}]}
    made = converted(workflow([paint(), keep()], [[1, 1, 0, 9, 0, "IMAGE"]], extra=extra))
    assert made["9"][1]["images"] == ["1", 0]


# -- subgraphs -----------------------------------------------------------------------------------------------------

INNER = [
    node(1, "Paint", VALUES, [("over", "IMAGE", 3), ("*words", "STRING", 1), ("*seed", "INT", 2)], ["IMAGE", "MASK"]),
    node(2, "Blur", [5], [("image", "IMAGE", 4), ("*radius", "INT", 6)], ["IMAGE"]),
]
INNER_LINKS = [
    (1, -10, 1, 1, 1, "STRING"), (2, -10, 2, 1, 2, "INT"), (3, -10, 0, 1, 0, "IMAGE"), (4, 1, 0, 2, 0, "IMAGE"),
    (5, 2, 0, -20, 0, "IMAGE"), (6, -10, 3, 2, 1, "INT"),
]  # fmt: skip
INPUTS = [("image", "IMAGE"), ("words", "STRING"), ("seed", "INT"), ("radius", "INT")]
SUB = subgraph("sub", INPUTS, INNER, INNER_LINKS, labels=["picture", "prompt"])


def instance(values: Any = None, inputs: Any = (), **more: Any) -> dict[str, Any]:
    return node(5, "sub", values, inputs, ["IMAGE"], **more)


def test_inner_nodes_get_path_ids_and_keep_their_own_values_without_others() -> None:
    made = converted(workflow([instance(), keep()], [[1, 5, 0, 9, 0, "IMAGE"]], [SUB]))
    assert made["5:1"] == ["Paint", PAINT]
    assert made["5:2"] == ["Blur", {"radius": 5, "image": ["5:1", 0]}]
    assert made["9"][1]["images"] == ["5:2", 0]


@pytest.mark.parametrize(
    ("values", "more"),
    [
        (["sea", 8, 2], {}),  # by position over the inputs that lead to a control
        (["sea", 8, 2], {"widgets_values_named": {"words": "sea", "seed": 8, "radius": 2}}),
        ({"words": "sea", "seed": 8, "radius": 2}, {}),
        (["sea", 8, 2], {"properties": {"proxyWidgets": [["-1", "words"], ["-1", "seed"], ["-1", "radius"]]}}),
        # an inner node's control among them: its value lies inside, null stands here
        (["sea", None, 8, 2], {"properties": {"proxyWidgets": [
            ["-1", "words"], ["1", "style"], ["-1", "seed"], ["-1", "radius"]]}}),
        ([None, 2, 8, "sea"], {"properties": {"proxyWidgets": [
            ["1", "style"], ["-1", "radius"], ["-1", "seed"], ["-1", "words"], ["-1", "$$canvas-image-preview"]]}}),
        # older files list the boundary's values alone
        (["sea", 8, 2], {"properties": {"proxyWidgets": [
            ["1", "style"], ["-1", "words"], ["-1", "seed"], ["-1", "radius"]]}}),
    ],
)  # fmt: skip
def test_values_at_the_instance_in_every_generation_of_files(values: Any, more: dict[str, Any]) -> None:
    made = converted(workflow([instance(values, **more)], (), [SUB]))
    assert made["5:1"][1] == {**PAINT, "words": "sea", "seed": 8}
    assert made["5:2"][1]["radius"] == 2


def test_an_instance_lists_its_inputs_in_an_order_of_its_own() -> None:
    inputs = [("*radius", "INT", 2), ("image", "IMAGE", 1)]
    nodes = [paint(), instance(["sea", 8, 2], inputs), node(3, "PrimitiveNode", [6], outputs=["INT"])]
    made = converted(workflow(nodes, [[1, 1, 0, 5, 1, "IMAGE"], [2, 3, 0, 5, 0, "INT"]], [SUB]))
    assert made["5:1"][1]["over"] == ["1", 0]
    assert made["5:2"][1]["radius"] == 6, "a link goes before a value"


def test_a_subgraph_in_a_subgraph() -> None:
    inner = node(4, "sub", ["inner", 1, 1], [("*words", "STRING", 1)], ["IMAGE"])
    links = [(1, -10, 0, 4, 0, "STRING"), (2, 4, 0, -20, 0, "IMAGE")]
    outer = subgraph("outer", [("text", "STRING")], [inner], links)
    host = node(7, "outer", ["sea"], (), ["IMAGE"])
    made = converted(workflow([host, keep()], [[1, 7, 0, 9, 0, "IMAGE"]], [SUB, outer]))
    assert made["7:4:1"][1]["words"] == "sea"
    assert made["7:4:1"][1]["seed"] == 1
    assert made["9"][1]["images"] == ["7:4:2", 0]


def test_a_reroute_inside_a_subgraph() -> None:
    inner = [paint(1), node(3, "Reroute", None, [("", "*", 1)])]
    sub = subgraph("sub", [], inner, [(1, 1, 0, 3, 0, "*"), (2, 3, 0, -20, 0, "IMAGE")])
    made = converted(workflow([instance(), keep()], [[1, 5, 0, 9, 0, "IMAGE"]], [sub]))
    assert made["9"][1]["images"] == ["5:1", 0]


@pytest.mark.parametrize("mode", [2, 4])
def test_a_switched_off_instance_is_left_out_and_bypassing_it_passes_through(mode: int) -> None:
    nodes = [paint(), instance(["sea", 8, 2], [("image", "IMAGE", 1)], mode=mode), keep(2)]
    made = converted(workflow(nodes, [[1, 1, 0, 5, 0, "IMAGE"], [2, 5, 0, 9, 0, "IMAGE"]], [SUB]))
    assert set(made) == {"1", "9"}
    assert made["9"][1].get("images") == (["1", 0] if mode == 4 else None)


def test_a_switched_off_instance_inside_another_is_sent_and_reached_by_nothing() -> None:
    """As the editor does it: harmless, and cut away before anything is run."""
    inner = node(4, "sub", ["x", 1, 1], [("image", "IMAGE", 1)], ["IMAGE"], mode=4)
    outer = subgraph("outer", [("picture", "IMAGE")], [inner], [(1, -10, 0, 4, 0, "IMAGE"), (2, 4, 0, -20, 0, "IMAGE")])
    host = node(7, "outer", None, [("picture", "IMAGE", 1)], ["IMAGE"])
    nodes = [paint(), host, keep(2)]
    made = converted(workflow(nodes, [[1, 1, 0, 7, 0, "IMAGE"], [2, 7, 0, 9, 0, "IMAGE"]], [SUB, outer]))
    assert made["9"][1]["images"] == ["1", 0]
    assert "7:4:1" in made


def test_the_inputs_of_an_instance_are_known_by_name_and_label() -> None:
    made = to_api(workflow([instance()], (), [SUB]), DEFS)
    assert made.labels["5", "words"] == "prompt"
    assert [str(p) for p in made.hosts["5", "words"]] == ["5:1.words"]
    assert [str(p) for p in made.hosts["5", "radius"]] == ["5:2.radius"]


# -- the API format ------------------------------------------------------------------------------------------------


def test_the_api_format_passes_through() -> None:
    graph = {"3": {"class_type": "Keep", "inputs": {"images": ["4", 0]}, "_meta": {"title": "T"}, "is_changed": "x"}}
    made = to_api(graph, DEFS)
    assert made.graph == graph and made.graph is not graph
    assert made.titles == {"3": "T"}


def test_links_with_numbers_for_ids_are_read() -> None:
    graph = {"3": {"class_type": "Keep", "inputs": {"images": [4, 0], "size": [4, 8]}}, "4": {"class_type": "Paint"}}
    assert to_api(graph, DEFS).graph["3"]["inputs"]["images"] == ["4", 0]


def test_without_a_server_nothing_is_known() -> None:
    assert not NodeDefs()
    assert NodeDefs(INFO)
    assert to_api({"1": {"class_type": "Paint"}}, NodeDefs()).unknown == {"1": "Paint"}
