"""What the node pack Use Everywhere sends without lines arrives like an ordinary link."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import BadInput
from tests.infrastructure.comfyui.editor import converted, node, workflow

PAINT = node(1, "Paint", ["a hill", 7, "fixed", "ink", 0.5], outputs=["IMAGE", "MASK"])
OTHER = node(2, "Paint", ["a lake", 8, "fixed", "oil", 0.5], outputs=["IMAGE", "MASK"])
INTO_FIVE = [1, 1, 0, 5, 0, "IMAGE"]


def keep(ident: int = 9, **more: Any) -> dict[str, Any]:
    return node(ident, "Keep", ["x"], [("images", "IMAGE", None)]) | more


def everywhere(
    ident: int, *links: int, kind: str = "Anything Everywhere", names: tuple[str, ...] = (), **rules: Any
) -> Any:
    sockets = [(names[at] if names else f"anything{at}", "IMAGE", link) for at, link in enumerate(links)]
    made = node(ident, kind, None, sockets)
    return made | {"properties": {"ue_properties": {"version": "7.0", **rules}}}


def source(nodes: list[Any], links: list[Any], at: str = "9", name: str = "images", **more: Any) -> Any:
    return converted(workflow(nodes, links) | more)[at][1].get(name)


@pytest.mark.parametrize("kind", ["Anything Everywhere", "Anything Everywhere?", "Anything Everywhere3"])
def test_what_is_broadcast_goes_where_nothing_is_linked(kind: str) -> None:
    nodes = [PAINT, OTHER, everywhere(5, 1, kind=kind), keep(), node(10, "Keep", ["y"], [("images", "IMAGE", 2)])]
    made = converted(workflow(nodes, [INTO_FIVE, [2, 2, 0, 10, 0, "IMAGE"]]))
    assert sorted(made) == ["1", "10", "2", "9"], "the sender itself is of the editor alone"
    assert made["9"][1]["images"] == ["1", 0]
    assert made["10"][1]["images"] == ["2", 0]


def test_any_node_may_broadcast_and_never_to_itself() -> None:
    blur = node(3, "Blur", [3], [("image", "IMAGE", 1)], ["IMAGE"]) | {"properties": {"ue_convert": True}}
    loose = node(4, "Blur", [3], [("image", "IMAGE", None)], ["IMAGE"])
    made = converted(workflow([PAINT, blur, loose, keep()], [[1, 1, 0, 3, 0, "IMAGE"]]))
    assert (made["4"][1]["image"], made["9"][1]["images"]) == (["3", 0], ["3", 0])
    silent = blur | {"properties": {"ue_convert": True, "ue_properties": {"output_not_broadcasting": {"IMAGE": True}}}}
    assert "images" not in converted(workflow([PAINT, silent, keep()], [[1, 1, 0, 3, 0, "IMAGE"]]))["9"][1]


@pytest.mark.parametrize(
    ("rules", "arrives"),
    [
        ({"title_regex": "Last"}, True), ({"title_regex": "First"}, False),
        ({"title_regex": "Last", "title_regex_invert": True}, False),
        ({"input_regex": "^im"}, True), ({"input_regex": "mask"}, False),
        ({"group_regex": "End"}, True), ({"group_regex": "Start"}, False),
        ({"group_restricted": 1}, False), ({"group_restricted": 2}, True),
        ({"color_restricted": 1}, False), ({"color_restricted": 2}, True),
        ({"apply_to_unrepeated": 1, "repeated_type_rule": 2}, True), ({"apply_to_unrepeated": 1}, False),
    ],
)  # fmt: skip
def test_a_sender_keeps_to_its_rules(rules: dict[str, Any], arrives: bool) -> None:
    sender = everywhere(5, 1, names=("ages",), **rules) | {"color": "#223"}
    target = keep(title="Last", pos=[500, 500], size=[100, 50])
    groups = [{"title": "Start", "bounding": [-50, -50, 300, 300]}, {"title": "End", "bounding": [450, 450, 300, 300]}]
    expected = ["1", 0] if arrives else None
    assert source([PAINT, sender, target], [INTO_FIVE], groups=groups) == expected


def test_the_more_particular_sender_wins_and_equal_ones_send_nothing() -> None:
    links = [INTO_FIVE, [2, 2, 0, 6, 0, "IMAGE"]]
    assert source([PAINT, OTHER, everywhere(5, 1), everywhere(6, 2), keep()], links) is None
    assert source([PAINT, OTHER, everywhere(5, 1), everywhere(6, 2, input_regex="im"), keep()], links) == ["2", 0]
    assert source([PAINT, OTHER, everywhere(5, 1, priority=99), everywhere(6, 2), keep()], links) == ["1", 0]


def test_two_of_one_type_go_by_their_names() -> None:
    merge = node(9, "Merge", None, [("mask", "MASK", None), ("one", "IMAGE", None), ("two", "IMAGE", None)], ["IMAGE"])
    nodes = [PAINT, OTHER, everywhere(5, 1, 2, names=("two", "one")), merge]
    links = [INTO_FIVE, [2, 2, 0, 5, 1, "IMAGE"]]
    assert (source(nodes, links, name="one"), source(nodes, links, name="two")) == (["2", 0], ["1", 0])


def test_controls_take_part_where_the_node_says_so_or_an_old_file_shows_them() -> None:
    seed = node(5, "Seed Everywhere", [77, "fixed"], outputs=["INT"])
    socket = {"name": "seed", "type": "INT", "link": None, "widget": {"name": "seed"}}
    paint = PAINT | {"inputs": [socket]}
    chosen = paint | {"properties": {"ue_properties": {"widget_ue_connectable": {"seed": True}}}}
    new = {"extra": {"frontendVersion": "1.25.9"}}
    assert source([seed, paint], [], "1", "seed", **new) == 7
    assert source([seed, chosen], [], "1", "seed", **new) == 77
    assert source([seed, paint], [], "1", "seed", extra={}) == 77


def test_what_the_file_lists_goes_before_the_rules_where_it_can_be() -> None:
    nodes = [PAINT, OTHER, everywhere(5, 1), keep(), keep(10)]
    listed = [
        {"upstream": "2", "upstream_slot": 0, "downstream": 9, "downstream_slot": 0, "controller": 5, "type": "IMAGE"},
        {"upstream": "2", "upstream_slot": 0, "downstream": 99, "downstream_slot": 0, "controller": 5, "type": "IMAGE"},
    ]
    made = converted(workflow(nodes, [INTO_FIVE]) | {"extra": {"ue_links": listed}})
    assert (made["9"][1].get("images"), made["10"][1].get("images")) == (["2", 0], None)
    assert source(nodes, [INTO_FIVE], extra={"ue_links": listed[1:]}) == ["1", 0], "a list of what is not there"


def test_nothing_is_sent_by_a_node_that_is_off_or_to_one_that_will_not_have_it() -> None:
    muted = everywhere(5, 1) | {"mode": 2}
    assert source([PAINT, muted, keep()], [INTO_FIVE]) is None
    assert source([PAINT, everywhere(5, 1), keep(properties={"rejects_ue_links": True})], [INTO_FIVE]) is None
    own = {"ue_properties": {"input_ue_unconnectable": {"images": True}}}
    assert source([PAINT, everywhere(5, 1), keep(properties=own)], [INTO_FIVE]) is None


@pytest.mark.parametrize("pattern", ["(a+)+$", "a*a*a*a*a*b", r"(a)\1", "("])
def test_a_pattern_that_cannot_be_tried_is_refused(pattern: str) -> None:
    with pytest.raises(BadInput, match="pattern"):
        converted(workflow([PAINT, everywhere(5, 1, title_regex=pattern), keep()], [INTO_FIVE]))


def test_more_senders_than_anybody_needs_are_refused() -> None:
    nodes = [PAINT | {"id": n, "properties": {"ue_convert": True}} for n in range(20, 140)]
    with pytest.raises(BadInput, match="More than 200"):
        converted(workflow([*nodes, keep()], []))
