"""From ComfyUI's editor format to the API format that its server runs.

The editor stores widget values by position and links by number, nests subgraphs, bypasses and mutes nodes; the server
wants ``{id: {"class_type", "inputs"}}``. The server's own `object_info` gives the order of the inputs, so a workflow is
converted for the server that will run it. Nodes inside subgraphs get path ids ("12:3"), as the editor gives them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from domain.errors import BadInput
from infrastructure.comfyui.nodedefs import InputDef, NodeDef, NodeDefs, branch

Json = Any
Graph = dict[str, dict[str, Json]]
"""API format: node id → {"class_type", "inputs", "_meta"}."""

MUTED, BYPASSED = 2, 4
VIRTUAL = frozenset({"Note", "MarkdownNote", "PrimitiveNode", "Reroute"})
"""Nodes that exist in the editor only."""

INPUT_NODE, OUTPUT_NODE = -10, -20
"""Ids of a subgraph's boundary inside it."""

MAX_DEPTH = 32
MAX_NODES = 20_000

EDITOR_WIDGETS: Mapping[str, tuple[str, ...]] = {
    "SaveGLB": ("image",),
    "Preview3D": ("image",),
    "Preview3DAnimation": ("image",),
}
"""Controls that the editor adds by itself and sends along; the server ignores them."""


@dataclass(frozen=True)
class Source:
    """Where a link comes from: output `slot` of `node`, or, when `node` is empty, the plain `value`."""

    node: str = ""
    slot: int = 0
    value: Json = None


@dataclass(frozen=True)
class Link:
    """One link of a scope, whichever way the file wrote it."""

    origin: Json
    origin_slot: int
    target: Json
    target_slot: int
    kind: Json

    @classmethod
    def read(cls, raw: Json) -> tuple[Json, Link]:
        """The link's number and the link, from an array or an object."""
        if isinstance(raw, Mapping):
            return raw["id"], cls(
                raw["origin_id"], raw["origin_slot"], raw["target_id"], raw["target_slot"], raw.get("type")
            )
        return raw[0], cls(raw[1], raw[2], raw[3], raw[4], raw[5] if len(raw) > 5 else None)


@dataclass(frozen=True)
class Converted:
    """The graph in API format; `titles` are the editor's names for its nodes, `labels` what the boundary inputs of
    subgraphs were called ("path id of the instance", "input") → label; `unknown` are node classes that the server
    does not have, by path id."""

    graph: Graph
    titles: Mapping[str, str]
    labels: Mapping[tuple[str, str], str]
    unknown: Mapping[str, str]


class Scope:
    """One graph: the top one, or the inside of one subgraph instance."""

    def __init__(
        self,
        graph: Mapping[str, Json],
        subgraphs: Mapping[str, Mapping[str, Json]],
        within: Scope | None = None,
        host: Mapping[str, Json] | None = None,
    ) -> None:
        self.graph = graph
        self.subgraphs = subgraphs
        self.within = within
        self.host: Mapping[str, Json] = host or {}
        self.path: str = "" if within is None else f"{within.path}{self.host['id']}:"
        self.depth: int = 0 if within is None else within.depth + 1
        if self.depth > MAX_DEPTH:
            raise BadInput("The workflow's subgraphs are nested too deeply, or contain themselves.")
        self.nodes: dict[Json, Mapping[str, Json]] = {n["id"]: n for n in graph.get("nodes") or ()}
        self.links = dict(Link.read(raw) for raw in graph.get("links") or () if raw)
        self._inside: dict[Json, Scope] = {}

    def inside(self, node_id: Json) -> Scope:
        """The scope behind a subgraph instance."""
        if node_id not in self._inside:
            node = self.nodes[node_id]
            self._inside[node_id] = Scope(self.subgraphs[node["type"]], self.subgraphs, self, node)
        return self._inside[node_id]

    def boundary(self, slot: int) -> str:
        """Name of the boundary input `slot` of this subgraph."""
        return str(self.graph["inputs"][slot]["name"])

    def backs_widget(self, slot: int) -> bool:
        """Whether the boundary input leads to a control inside, so that the instance shows it and stores a value."""
        for link in self.links.values():
            if link.origin != INPUT_NODE or link.origin_slot != slot or link.target not in self.nodes:
                continue
            target = self.nodes[link.target]
            inputs = target.get("inputs") or []
            if link.target_slot >= len(inputs):
                continue
            if inputs[link.target_slot].get("widget"):
                return True
            if target["type"] in self.subgraphs:
                inner, name = self.inside(link.target), inputs[link.target_slot]["name"]
                names = [i["name"] for i in inner.graph.get("inputs") or ()]
                return name in names and inner.backs_widget(names.index(name))
        return False

    def host_values(self) -> dict[str, Json]:
        """The values stored at the subgraph instance, by boundary input.

        Three generations of files: by name; in the order of a proxy list, where "-1" means the boundary; by position
        over the boundary inputs that lead to a control.
        """
        named = self.host.get("widgets_values_named")
        if isinstance(named, Mapping):
            return dict(named)
        stored = self.host.get("widgets_values")
        if isinstance(stored, Mapping):
            return dict(stored)
        values = list(stored or ())
        proxies = (self.host.get("properties") or {}).get("proxyWidgets")
        if proxies:
            own = [p for p in proxies if str(p[0]) == "-1"]
            listed = proxies if len(values) == len(proxies) else own if len(values) == len(own) else []
            return {p[1]: v for p, v in zip(listed, values, strict=True) if str(p[0]) == "-1"} if listed else {}
        names = [i["name"] for n, i in enumerate(self.graph.get("inputs") or ()) if self.backs_widget(n)]
        return dict(zip(names, values, strict=False))


class Converter:
    """Converts one workflow for one server."""

    def __init__(self, workflow: Mapping[str, Json], defs: NodeDefs) -> None:
        self._defs = defs
        subgraphs = {s["id"]: s for s in (workflow.get("definitions") or {}).get("subgraphs") or ()}
        self._top = Scope(workflow, subgraphs)
        self._graph: Graph = {}
        self._titles: dict[str, str] = {}
        self._labels: dict[tuple[str, str], str] = {}
        self._unknown: dict[str, str] = {}

    def convert(self) -> Converted:
        """The whole workflow. Links to nodes that are not there are left out."""
        for scope, node in self._real_nodes(self._top):
            self._emit(scope, node)
        for entry in self._graph.values():
            inputs = entry["inputs"]
            entry["inputs"] = {k: v for k, v in inputs.items() if not (is_link(v) and v[0] not in self._graph)}
        return Converted(self._graph, self._titles, self._labels, self._unknown)

    def _real_nodes(self, scope: Scope) -> Iterator[tuple[Scope, Mapping[str, Json]]]:
        for node_id, node in scope.nodes.items():
            if node.get("mode", 0) in (MUTED, BYPASSED) or node["type"] in VIRTUAL:
                continue
            if node["type"] in scope.subgraphs:
                inside = scope.inside(node_id)
                for entry in inside.graph.get("inputs") or ():
                    label = entry.get("label") or entry.get("localized_name") or entry["name"]
                    self._labels[inside.path[:-1], entry["name"]] = str(label)
                yield from self._real_nodes(inside)
            else:
                yield scope, node

    def _emit(self, scope: Scope, node: Mapping[str, Json]) -> None:
        if len(self._graph) >= MAX_NODES:
            raise BadInput(f"The workflow has more than {MAX_NODES} nodes.")
        key = f"{scope.path}{node['id']}"
        definition = self._defs.get(node["type"])
        if definition is None:
            self._unknown[key] = node["type"]
        inputs = {name: _wrapped(value) for name, value in widget_values(node, definition).items()}
        for slot in node.get("inputs") or ():
            if slot.get("link") is None:
                continue
            source = self._follow(scope, slot["link"])
            # A link that leads nowhere leaves the control's own value in place.
            if source is not None:
                inputs[slot["name"]] = [source.node, source.slot] if source.node else _wrapped(source.value)
        title = str(node.get("title") or (definition.title if definition else "") or node["type"])
        self._titles[key] = title
        self._graph[key] = {"class_type": node["type"], "inputs": inputs, "_meta": {"title": title}}

    def _follow(self, scope: Scope, number: Json, hops: int = 0) -> Source | None:
        """Where link `number` of the scope really comes from."""
        link = scope.links.get(number)
        if link is None or hops > 1000:
            return None
        return self._output(scope, link.origin, link.origin_slot, link.kind, hops + 1)

    def _output(self, scope: Scope, origin: Json, slot: int, kind: Json, hops: int) -> Source | None:
        if origin == INPUT_NODE:
            return self._through_boundary(scope, slot, hops)
        node = scope.nodes.get(origin)
        if node is None or node.get("mode", 0) == MUTED:
            return None
        if node["type"] == "PrimitiveNode":
            values = node.get("widgets_values") or ()
            return Source(value=values[0]) if values else None
        if node["type"] == "Reroute":
            slots = node.get("inputs") or ()
            return self._follow(scope, slots[0].get("link"), hops) if slots else None
        if node.get("mode", 0) == BYPASSED:
            passed = passed_through(node, slot, kind)
            return None if passed is None else self._follow(scope, passed, hops)
        if node["type"] in scope.subgraphs:
            inside = scope.inside(origin)
            for link in inside.links.values():
                if link.target == OUTPUT_NODE and link.target_slot == slot:
                    return self._output(inside, link.origin, link.origin_slot, link.kind, hops + 1)
            return None
        return Source(node=f"{scope.path}{origin}", slot=slot)

    def _through_boundary(self, scope: Scope, slot: int, hops: int) -> Source | None:
        """Out of a subgraph: to what is linked to the instance's input of that name, or the value it stores.

        Instances list their inputs in an order of their own, so they are matched by name, never by place.
        """
        name = scope.boundary(slot)
        for entry in scope.host.get("inputs") or ():
            if entry["name"] == name and entry.get("link") is not None and scope.within is not None:
                return self._follow(scope.within, entry["link"], hops)
        values = scope.host_values()
        return Source(value=values[name]) if name in values else None


def passed_through(node: Mapping[str, Json], slot: int, kind: Json) -> Json:
    """The link that stands for output `slot` of a bypassed node: of the input at the same place if its type fits,
    else of the first of the same type, else of the first that fits; None when none does."""
    outputs, inputs = node.get("outputs") or (), node.get("inputs") or ()
    wanted = outputs[slot]["type"] if slot < len(outputs) else kind
    if slot < len(inputs) and _fits(inputs[slot]["type"], wanted):
        return inputs[slot].get("link")
    same = [i for i in inputs if i["type"] == wanted] or [i for i in inputs if _fits(i["type"], wanted)]
    return same[0].get("link") if same else None


def widget_values(node: Mapping[str, Json], definition: NodeDef | None) -> dict[str, Json]:
    """A node's stored control values by input name. Without a definition only those that the file names itself."""
    stored = node.get("widgets_values")
    if isinstance(stored, Mapping):
        return dict(stored)
    if definition is None:
        named = node.get("widgets_values_named")
        return dict(named) if isinstance(named, Mapping) else {}
    values = list(stored or ())
    found: dict[str, Json] = {}
    at = 0

    def take(entry: InputDef) -> None:
        nonlocal at
        if not entry.is_widget:
            return
        value = values[at] if at < len(values) else entry.default
        found[entry.name] = value
        at += 1
        for further in branch(entry, value) if entry.dynamic else ():
            take(further)
        at += entry.extra_slots

    for entry in definition.inputs:
        take(entry)
    for name in EDITOR_WIDGETS.get(definition.name, ()):
        if at < len(values):
            found.setdefault(name, values[at])
            at += 1
    return found


def is_link(value: Json) -> TypeGuard[list[Any]]:
    """Whether an input of an API graph is a link: [node id, output slot]."""
    return (
        isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
        and isinstance(value[1], int) and not isinstance(value[1], bool)
    )  # fmt: skip


def is_api(data: Json) -> bool:
    """Whether `data` is a graph in API format."""
    return (
        isinstance(data, Mapping) and bool(data)
        and all(isinstance(n, Mapping) and isinstance(n.get("class_type"), str) for n in data.values())
    )  # fmt: skip


def is_editor(data: Json) -> bool:
    """Whether `data` is a workflow in editor format."""
    return isinstance(data, Mapping) and isinstance(data.get("nodes"), list)


def to_api(data: Json, defs: NodeDefs) -> Converted:
    """A workflow of either format as an API graph for the server that `defs` describes.

    Raises BadInput when it is neither, or damaged.
    """
    if is_api(data):
        graph = {str(k): {"inputs": {}, **copy.deepcopy(dict(n))} for k, n in data.items()}
        titles = {k: str((n.get("_meta") or {}).get("title") or n["class_type"]) for k, n in graph.items()}
        unknown = {k: n["class_type"] for k, n in graph.items() if n["class_type"] not in defs}
        return Converted(graph, titles, {}, unknown)
    if not is_editor(data):
        raise BadInput(
            "This is no ComfyUI workflow: neither the editor's format nor the API format.",
            "Save it with the editor's Save or Export, or give a PNG or mp4 that ComfyUI made.",
        )
    try:
        return Converter(data, defs).convert()
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise BadInput(
            f"The workflow is damaged: {type(error).__name__} {error!s:.100}.",
            "Open it in the editor and save it again.",
        ) from error


def _fits(one: Json, other: Json) -> bool:
    if one in ("*", "", 0, None) or other in ("*", "", 0, None):
        return True
    return bool(set(str(one).lower().split(",")) & set(str(other).lower().split(",")))


def _wrapped(value: Json) -> Json:
    # A plain list would be read as a link.
    return {"__value__": copy.deepcopy(value)} if isinstance(value, list) else copy.deepcopy(value)
