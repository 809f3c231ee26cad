"""Surgery on API graphs: following links, folding constants, cutting away what does not reach the result, grafting a
lossless last frame in front of a video writer. Every function returns a new graph."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.nodedefs import NodeDefs

CONSTANTS = frozenset(
    {"PrimitiveInt", "PrimitiveFloat", "PrimitiveBoolean", "PrimitiveString", "PrimitiveStringMultiline"}
)
"""Nodes that give out the value they hold."""

SWITCHES = {"ComfySwitchNode": ("switch", "on_true", "on_false")}
"""Nodes that pass one of two inputs on: the selector, what it passes when true, and when false."""

LAST_INDEX = 4095
"""Highest index that ImageFromBatch takes; the server clamps it to the last picture of the batch."""

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


@dataclass(frozen=True)
class Place:
    """One input of one node."""

    node: str
    input: str


def links(entry: dict[str, Json]) -> Iterator[tuple[str, str, int]]:
    """The links of a node: input name, source node, source output."""
    for name, value in entry.get("inputs", {}).items():
        if is_link(value):
            yield name, value[0], value[1]


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

    def settle(value: Json, seen: frozenset[str]) -> Json:
        if not is_link(value) or value[0] not in graph or value[0] in seen:
            return value
        entry = graph[value[0]]
        seen = seen | {value[0]}
        if entry["class_type"] in CONSTANTS and value[1] == 0:
            return settle(entry["inputs"].get("value"), seen)
        if entry["class_type"] in SWITCHES and value[1] == 0:
            selector, yes, no = SWITCHES[entry["class_type"]]
            choice = settle(entry["inputs"].get(selector), seen)
            if isinstance(choice, bool):
                chosen = entry["inputs"].get(yes if choice else no)
                return value if chosen is None else settle(chosen, seen)
        return value

    for entry in graph.values():
        entry["inputs"] = {name: settle(value, frozenset()) for name, value in entry["inputs"].items()}
    return graph


def picture_source(graph: Graph, writer: str) -> list[Any] | None:
    """The link that carries a clip writer's pictures, as a batch of images; None when they come as finished video."""
    kind = graph[writer]["class_type"]
    name = VIDEO_WRITERS.get(kind) or IMAGE_WRITERS.get(kind) or ""
    value = graph[writer]["inputs"].get(name)
    if name == "images":
        return list(value) if is_link(value) else None
    for _ in range(len(graph)):
        if not is_link(value) or value[0] not in graph:
            return None
        source = graph[value[0]]
        maker = VIDEO_MAKERS.get(source["class_type"])
        if maker is not None:
            found = source["inputs"].get(maker)
            return list(found) if is_link(found) else None
        # Nodes between maker and writer take the video through an input of that name.
        value = source["inputs"].get("video")
    return None


def saves_last_frame(graph: Graph, writer: str) -> str | None:
    """The SaveImage that already writes the last of the writer's pictures, if the workflow has one."""
    source = picture_source(graph, writer)
    for key, entry in graph.items():
        if entry["class_type"] != "SaveImage" or not is_link(entry["inputs"].get("images")):
            continue
        cut = graph.get(entry["inputs"]["images"][0])
        if cut is None or cut["class_type"] != "ImageFromBatch" or cut["inputs"].get("image") != source:
            continue
        if cut["inputs"].get("length") == 1 and cut["inputs"].get("batch_index") == LAST_INDEX:
            return key
    return None


def with_last_frame(graph: Graph, writer: str, prefix: str) -> tuple[Graph, str | None]:
    """The graph with a branch that saves the last of the writer's pictures as PNG, and the id of its SaveImage.

    The pictures are taken in front of the writer, so the frame is the model's own, before any video encoder. None
    when the pictures cannot be had there; the graph is then unchanged.
    """
    already = saves_last_frame(graph, writer)
    if already is not None:
        return graph, already
    source = picture_source(graph, writer)
    if source is None:
        return graph, None
    graph = copy.deepcopy(graph)
    cut, save = _free(graph, "kinoloom_last"), _free(graph, "kinoloom_last_save")
    graph[cut] = {
        "class_type": "ImageFromBatch",
        "inputs": {"image": source, "batch_index": LAST_INDEX, "length": 1},
        "_meta": {"title": "Last frame"},
    }
    graph[save] = {
        "class_type": "SaveImage",
        "inputs": {"images": [cut, 0], "filename_prefix": prefix},
        "_meta": {"title": "Save the last frame"},
    }
    return graph, save


def with_value(graph: Graph, places: Collection[Place], value: Json) -> Graph:
    """The graph with `value` at these inputs; a link there gives way to it."""
    graph = copy.deepcopy(graph)
    for place in places:
        graph[place.node]["inputs"][place.input] = value
    return graph


def _free(graph: Graph, wanted: str) -> str:
    number, key = 1, wanted
    while key in graph:
        number += 1
        key = f"{wanted}_{number}"
    return key
