"""From ComfyUI's editor format to the API format that its server runs.

The editor stores widget values by position and links by number, nests subgraphs, bypasses and mutes nodes; the server
wants ``{id: {"class_type", "inputs"}}``. The server's own `object_info` gives the order of the inputs, so a workflow is
converted for the server that will run it. Nodes inside subgraphs get path ids ("12:3"), as the editor gives them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from domain.errors import BadInput
from domain.workflow import SlotPlace
from infrastructure.comfyui.broadcasts import with_broadcasts
from infrastructure.comfyui.groupnodes import with_subgraphs
from infrastructure.comfyui.nodedefs import NodeDef, NodeDefs
from infrastructure.comfyui.scopes import (
    BYPASSED,
    GETTERS,
    INPUT_NODE,
    MAX_NODES,
    MUTED,
    OUTPUT_NODE,
    REROUTES,
    VALUES,
    VIRTUAL,
    Budget,
    Scope,
    mode,
    passed_through,
    slots_of,
    stored_name,
)  # fmt: skip
from infrastructure.comfyui.widgets import widget_values, wrapped

Json = Any
Graph = dict[str, dict[str, Json]]
"""API format: node id → {"class_type", "inputs", "_meta"}."""

MAX_NAME = 200
"""Longest id of a node and name of an input, in characters."""


@dataclass(frozen=True)
class Source:
    """Where a link comes from: output `slot` of `node`, or, when `node` is empty, the plain `value`."""

    node: str = ""
    slot: int = 0
    value: Json = None


@dataclass(frozen=True)
class Converted:
    """A graph in API format and what the file says about it beside the graph.

    `titles` are the editor's names for its nodes. `hosts` maps the inputs of subgraph instances, (path id, name), to
    the inner inputs that take their value, and `labels` to what the file calls them. `unknown` are node classes that
    the server does not have, by path id. `models` are the file's notes on where models can be had, by path id, and
    `packs` what its nodes come from.
    """

    graph: Graph
    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    hosts: Mapping[tuple[str, str], tuple[SlotPlace, ...]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, tuple[Mapping[str, Json], ...]] = field(default_factory=dict)
    packs: Mapping[str, str] = field(default_factory=dict)


class Converter:
    """Converts one workflow for one server."""

    def __init__(self, workflow: Mapping[str, Json], defs: NodeDefs) -> None:
        self._defs = defs
        self._budget = Budget()
        workflow = with_broadcasts(with_subgraphs(workflow, defs))
        subgraphs = {s["id"]: s for s in (workflow.get("definitions") or {}).get("subgraphs") or ()}
        self._top = Scope(workflow, subgraphs, self._budget)
        self._graph: Graph = {}
        self._titles: dict[str, str] = {}
        self._labels: dict[tuple[str, str], str] = {}
        self._hosts: dict[tuple[str, str], list[SlotPlace]] = {}
        self._unknown: dict[str, str] = {}
        self._models: dict[str, tuple[Mapping[str, Json], ...]] = {}
        self._packs: dict[str, str] = {}

    def convert(self) -> Converted:
        """The whole workflow. Links to nodes that are not there are left out."""
        for scope, node in self._real_nodes(self._top):
            self._emit(scope, node)
        for entry in self._graph.values():
            inputs = entry["inputs"]
            entry["inputs"] = {k: v for k, v in inputs.items() if not (is_link(v) and v[0] not in self._graph)}
        hosts = {key: tuple(dict.fromkeys(places)) for key, places in self._hosts.items()}
        return Converted(
            self._graph, self._titles, self._labels, hosts, self._unknown, self._models, self._packs
        )  # fmt: skip

    def _real_nodes(self, scope: Scope) -> Iterator[tuple[Scope, Mapping[str, Json]]]:
        for node_id, node in scope.nodes.items():
            off = mode(node) in (MUTED, BYPASSED)
            if scope.holds_subgraph(node):
                # The editor leaves a switched-off instance out at the top only; nested, its nodes are sent and
                # nothing reaches them.
                if off and scope.within is None:
                    continue
                inside = scope.inside(node_id)
                self._name_boundary(inside)
                yield from self._real_nodes(inside)
            elif not off and node["type"] not in VIRTUAL:
                yield scope, node

    def _name_boundary(self, inside: Scope) -> None:
        path = inside.path[:-1]
        own = {str(i.get("name")): i.get("label") for i in slots_of(inside.host, "inputs")}
        for entry in inside.boundaries():
            name = str(entry["name"])
            label = own.get(name) or entry.get("label") or entry.get("localized_name") or name
            self._labels[path, name] = str(label)
        names = set(self._labels)
        for inner, name in inside.proxies():
            node = inside.nodes.get(inner)
            if node is not None and not inside.holds_subgraph(node) and (path, name) not in names:
                self._hosts.setdefault((path, name), []).append(_place(f"{inside.path}{inner}", name))
                self._labels.setdefault((path, name), name)

    def _emit(self, scope: Scope, node: Mapping[str, Json]) -> None:
        key, kind = f"{scope.path}{node['id']}", str(node["type"])
        definition = self._defs.get(kind)
        if definition is None:
            self._unknown[key] = kind
        inputs = {str(name): wrapped(value) for name, value in widget_values(node, definition).items()}
        for slot in self._linked(scope, node, definition):
            crossed: list[tuple[str, str]] = []
            source = self._follow(scope, str(slot["link"]), crossed)
            # A link that leads nowhere leaves the control's own value in place.
            if source is not None:
                inputs[str(slot["name"])] = [source.node, source.slot] if source.node else wrapped(source.value)
            for boundary in crossed:
                self._hosts.setdefault(boundary, []).append(_place(key, str(slot["name"])))
        _check_names(key, inputs)
        title = str(node.get("title") or (definition.title if definition else "") or kind)
        self._titles[key] = title
        self._graph[key] = {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}
        self._note_properties(key, node)

    @staticmethod
    def _linked(
        scope: Scope, node: Mapping[str, Json], definition: NodeDef | None
    ) -> list[Mapping[str, Json]]:  # fmt: skip
        """The inputs with links. A file written by hand may list its links in one place only."""
        if isinstance(node.get("inputs"), list) or definition is None:
            # Inputs without a name are the sockets that some nodes keep open for one more link.
            return [s for s in slots_of(node, "inputs") if s.get("link") is not None and s.get("name")]
        sockets = [i.name for i in definition.inputs if not i.is_widget]
        into = scope.links_into(str(node["id"]))
        return [{"name": name, "link": into[at]} for at, name in enumerate(sockets) if at in into]

    def _note_properties(self, key: str, node: Mapping[str, Json]) -> None:
        properties = node.get("properties")
        if not isinstance(properties, Mapping):
            return
        models = properties.get("models")
        if isinstance(models, list):
            self._models[key] = tuple(m for m in models if isinstance(m, Mapping))
        pack = properties.get("cnr_id") or properties.get("aux_id")
        if isinstance(pack, str):
            self._packs[key] = pack

    def _follow(self, scope: Scope, number: str, crossed: list[tuple[str, str]]) -> Source | None:
        """Where link `number` of the scope really comes from; None when it leads nowhere. The inputs of subgraph
        instances that it passes through are added to `crossed`."""
        link = scope.links.get(number)
        while link is not None:
            self._budget.take("hops")
            origin, slot = link.origin, link.origin_slot
            if origin == INPUT_NODE:
                # Out of a subgraph: instances list their inputs in an order of their own, so they go by name.
                name = scope.boundary(slot)
                crossed.append((scope.path[:-1], name))
                outer = next(
                    (i["link"] for i in slots_of(scope.host, "inputs")
                     if i.get("name") == name and i.get("link") is not None), None,
                )  # fmt: skip
                if outer is None or scope.within is None:
                    values = scope.host_values()
                    return Source(value=values[name]) if name in values else None
                scope = scope.within
                link = scope.links.get(str(outer))
                continue
            node = scope.nodes.get(origin)
            if node is None:
                return None
            if node["type"] in VALUES:
                # The editor writes its value into what it is linked to, even while it is switched off.
                held = node.get("widgets_values")
                return Source(value=held[0]) if isinstance(held, list) and held else None
            if mode(node) == MUTED:
                return None
            if node["type"] in GETTERS:
                found = scope.setter(stored_name(node))
                if found is None:
                    return None
                scope, node = found
            if node["type"] in REROUTES:
                inputs = slots_of(node, "inputs")
                link = scope.links.get(str(inputs[0].get("link"))) if inputs else None
            elif mode(node) == BYPASSED:
                link = scope.links.get(str(passed_through(node, slot, link.kind)))
            elif scope.holds_subgraph(node):
                scope = scope.inside(origin)
                link = next(
                    (x for x in scope.links.values() if x.target == OUTPUT_NODE and x.target_slot == slot), None
                )  # fmt: skip
            else:
                return Source(node=f"{scope.path}{origin}", slot=slot)
        return None


def is_link(value: Json) -> TypeGuard[list[Any]]:
    """Whether an input of an API graph is a link: [node id, output slot]."""
    return (
        isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
        and isinstance(value[1], int) and not isinstance(value[1], bool) and value[1] >= 0
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
        return _as_it_is(data, defs)
    if not is_editor(data):
        raise BadInput(
            "This is no ComfyUI workflow: neither the editor's format nor the API format.",
            "Save it with the editor's Save or Export, or give a PNG or mp4 that ComfyUI made.",
        )
    try:
        return Converter(data, defs).convert()
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise BadInput(
            f"The workflow is damaged: {type(error).__name__} {error!s:.100}.",
            "Open it in the editor and save it again.",
        ) from error


def _as_it_is(data: Mapping[str, Json], defs: NodeDefs) -> Converted:
    if len(data) > MAX_NODES:
        raise BadInput(f"The workflow has more than {MAX_NODES} nodes.")
    graph: Graph = {}
    titles: dict[str, str] = {}
    try:
        for key, node in data.items():
            inputs, meta = node.get("inputs"), node.get("_meta")
            _check_names(str(key), inputs if isinstance(inputs, Mapping) else ())
            graph[str(key)] = {
                **{str(k): copy.deepcopy(v) for k, v in node.items() if k != "_meta" or isinstance(v, Mapping)},
                # Some tools write node ids in links as numbers.
                "inputs": {str(k): _link_as_text(copy.deepcopy(v), data) for k, v in inputs.items()}
                if isinstance(inputs, Mapping) else {},
            }  # fmt: skip
            title = meta.get("title") if isinstance(meta, Mapping) else None
            titles[str(key)] = str(title or node["class_type"])
    except RecursionError as error:
        raise BadInput("The workflow is damaged: it is nested too deeply.") from error
    unknown = {k: n["class_type"] for k, n in graph.items() if n["class_type"] not in defs}
    return Converted(graph, titles, unknown=unknown)


def _link_as_text(value: Json, data: Mapping[str, Json]) -> Json:
    if isinstance(value, list) and len(value) == 2 and type(value[0]) is int and str(value[0]) in data:
        return [str(value[0]), value[1]]
    return value


def _place(node: str, name: str) -> SlotPlace:
    _check_names(node, (name,))
    return SlotPlace(node=node, input=name)


def _check_names(node: str, inputs: Iterable[str]) -> None:
    """Ids and names become places in manifests, which have to be short and not empty."""
    if not 0 < len(node) <= MAX_NAME or not all(0 < len(str(name)) <= MAX_NAME for name in inputs):
        raise BadInput(f"The workflow has a node or an input with a name that cannot be used: {node[:40]!r}.")
