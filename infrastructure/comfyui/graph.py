"""Surgery on API graphs: following links, folding constants, cutting away what does not reach the result, taking nodes
out. Every function returns a new graph."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from domain.workflow import SlotPlace
from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.scopes import fits

CONSTANTS = frozenset(
    {"PrimitiveInt", "PrimitiveFloat", "PrimitiveBoolean", "PrimitiveString", "PrimitiveStringMultiline"}
)
"""Nodes that give out the value they hold."""

SWITCHES = {"ComfySwitchNode": ("switch", "on_true", "on_false")}
"""Nodes that pass one of two inputs on: the selector, what it passes when true, and when false."""

VIDEO_WRITERS: dict[str, str] = {
    "SaveVideo": "video",
    "SaveWEBM": "images",
    "SaveAnimatedWEBP": "images",
    "SaveAnimatedPNG": "images",
    "VHS_VideoCombine": "images",
}
"""Nodes that write a clip, and the input through which its pictures come."""

IMAGE_WRITERS: dict[str, str] = {"SaveImage": "images", "SaveImageAdvanced": "images", "PreviewImage": "images"}
"""Nodes that write single pictures, and their input."""

VIDEO_MAKERS: dict[str, str] = {"CreateVideo": "images"}
"""Nodes that turn pictures into a video, and the input they come through."""


def links(entry: Mapping[str, Json]) -> Iterator[tuple[str, str, int]]:
    """The links of a node: input name, source node, source output."""
    for name, value in entry.get("inputs", {}).items():
        if is_link(value):
            yield name, value[0], value[1]


def consumers(graph: Graph, node: str) -> Iterator[tuple[str, str, int]]:
    """Who uses a node: user, its input, and the output that is used."""
    for key, entry in graph.items():
        for name, source, slot in links(entry):
            if source == node:
                yield key, name, slot


def ancestors(graph: Graph, roots: Collection[str]) -> set[str]:
    """The nodes that `roots` need, themselves included."""
    found: set[str] = set()
    todo = [root for root in roots if root in graph]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += [source for _, source, _ in links(graph[node]) if source in graph]
    return found


def pruned(graph: Graph, outputs: Collection[str]) -> Graph:
    """Only what `outputs` need: a branch that nothing reaches is neither run nor checked by the server."""
    needed = ancestors(graph, outputs)
    return {key: copy.deepcopy(entry) for key, entry in graph.items() if key in needed}


def output_nodes(graph: Graph, defs: NodeDefs) -> list[str]:
    """The nodes that the server runs for their own sake, in the graph's order."""
    known = VIDEO_WRITERS.keys() | IMAGE_WRITERS.keys()
    return [
        key for key, entry in graph.items()
        if entry["class_type"] in known or ((d := defs.get(entry["class_type"])) is not None and d.is_output)
    ]  # fmt: skip


def folded(graph: Graph) -> Graph:
    """The graph with constants put in where they are used, and switches whose selector is constant taken out.

    A server checks both branches of a switch, so that a model missing in the one not taken would stop the run.
    """
    graph = copy.deepcopy(graph)

    def settle(value: Json) -> Json:
        seen: set[str] = set()
        while is_link(value) and value[0] in graph and value[0] not in seen:
            entry = graph[value[0]]
            seen.add(value[0])
            further = None
            if entry["class_type"] in CONSTANTS and value[1] == 0:
                further = entry["inputs"].get("value")
            elif entry["class_type"] in SWITCHES and value[1] == 0:
                selector, yes, no = SWITCHES[entry["class_type"]]
                choice = constant(graph, entry["inputs"].get(selector))
                if isinstance(choice, bool):
                    further = entry["inputs"].get(yes if choice else no)
            if further is None:
                return value
            value = further
        return value

    for entry in graph.values():
        entry["inputs"] = {name: settle(value) for name, value in entry["inputs"].items()}
    return graph


def constant(graph: Graph, value: Json) -> Json:
    """The plain value that a chain of constants gives; the link itself where it ends in something else."""
    for _ in range(len(graph)):
        if not is_link(value) or value[0] not in graph or value[1] != 0:
            return value
        entry = graph[value[0]]
        if entry["class_type"] not in CONSTANTS:
            return value
        value = entry["inputs"].get("value")
    return value


def with_value(graph: Graph, places: Collection[SlotPlace], value: Json) -> Graph:
    """The graph with `value` at these inputs; a link there gives way to it."""
    graph = copy.deepcopy(graph)
    for place in places:
        graph[place.node]["inputs"][place.input] = copy.deepcopy(value)
    return graph


def bypassed(graph: Graph, nodes: Collection[str], defs: NodeDefs) -> Graph:
    """The graph without these nodes: whoever used an output gets what came in through the first input of that type.

    A use for which no input fits is left without a link.
    """
    graph = copy.deepcopy(graph)
    for node in nodes:
        entry = graph.pop(node, None)
        if entry is None:
            continue
        for key, name, slot in list(consumers(graph, node)):
            passed = _passed(entry, slot, defs)
            if passed is None:
                del graph[key]["inputs"][name]
            else:
                graph[key]["inputs"][name] = list(passed)
    return graph


def _passed(entry: Mapping[str, Json], slot: int, defs: NodeDefs) -> list[Any] | None:
    linked = [(name, [source, output]) for name, source, output in links(entry)]
    definition = defs.get(entry["class_type"])
    if definition is None or slot >= len(definition.outputs):
        return linked[0][1] if linked else None
    wanted = definition.outputs[slot]
    for name, link in linked:
        declared = definition.input(name)
        if declared is not None and fits(declared.type, wanted):
            return link
    return None


def without(graph: Graph, nodes: Collection[str], defs: NodeDefs) -> Graph:
    """The graph without these nodes and what cannot do without them: an optional input that they fed is left open, a
    node that needs it goes too."""
    graph = copy.deepcopy(graph)
    todo = [node for node in nodes if node in graph]
    while todo:
        node = todo.pop()
        if graph.pop(node, None) is None:
            continue
        for key, name, _ in list(consumers(graph, node)):
            if _optional(graph[key], name, defs):
                del graph[key]["inputs"][name]
            else:
                todo.append(key)
    return graph


def _optional(entry: Mapping[str, Json], name: str, defs: NodeDefs) -> bool:
    definition = defs.get(entry["class_type"])
    if definition is None:
        return False
    declared = definition.input(name)
    if declared is not None:
        return not declared.required
    group = definition.input(name.partition(".")[0])
    if group is None or not group.type.startswith("COMFY_AUTOGROW"):
        return False
    template = group.options.get("template")
    least = template.get("min") if isinstance(template, Mapping) else None
    there = sum(1 for other in entry["inputs"] if other.startswith(f"{group.name}."))
    return not isinstance(least, int) or there > least or not group.required


def free_id(graph: Graph, wanted: str) -> str:
    """`wanted`, or the first of wanted_2, wanted_3 … that the graph does not have."""
    number, key = 1, wanted
    while key in graph:
        number += 1
        key = f"{wanted}_{number}"
    return key
