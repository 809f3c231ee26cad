"""From the API format back to the editor's: a graph as it was sent, laid out so that a person can open and change it.

The way back of `convert`. What the editor cannot hold is left out: inputs that the node does not declare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.nodedefs import InputDef, NodeDef, NodeDefs, branch
from infrastructure.comfyui.widgets import EDITOR_WIDGETS, LIST_MAKER

COLUMN, ROW, HEAD, GAP, WIDTH = 400, 26, 60, 50, 320
"""Distances on the editor's canvas, in its pixels."""

KEEP = "fixed"
"""What a seed does after a run: it stays, so that the same graph gives the same picture."""


def drawn(graph: Graph, defs: NodeDefs) -> dict[str, Json]:
    """The graph in the editor's format (version 0.4); `convert.to_api` gives the same graph again.

    Nodes are numbered anew where their id is no number. Optional controls that the graph leaves out get the server's
    defaults, as in the editor. Comment marks in prompts (`//`) have no way to be escaped there.
    """
    return _Drawing(graph, defs).workflow()


class _Drawing:
    def __init__(self, graph: Graph, defs: NodeDefs) -> None:
        self._graph, self._defs = graph, defs
        self._ids = _numbers(graph)
        self._next = max(self._ids.values(), default=0)
        self._links: list[list[Json]] = []
        self._used: dict[tuple[str, int], list[int]] = {}
        self._primitives: list[dict[str, Json]] = []

    def workflow(self) -> dict[str, Json]:
        nodes = [self._node(key, entry) for key, entry in self._graph.items()]
        for key, node in zip(self._graph, nodes, strict=True):
            node["outputs"] = self._outputs(key)
        _lay_out(dict(zip(self._graph, nodes, strict=True)), self._graph)
        for number, node in enumerate(self._primitives):
            node["pos"] = [-COLUMN, number * (HEAD + 2 * ROW + GAP)]
        return {
            "last_node_id": self._next, "last_link_id": len(self._links), "nodes": [*nodes, *self._primitives],
            "links": self._links, "groups": [], "config": {}, "extra": {}, "version": 0.4,
        }  # fmt: skip

    def _node(self, key: str, entry: Mapping[str, Json]) -> dict[str, Json]:
        kind, given = str(entry["class_type"]), entry["inputs"]
        definition = self._defs.get(kind)
        slots: list[dict[str, Json]] = []
        for name, value, is_widget, type_of in self._sockets(definition, given):
            slot: dict[str, Json] = {"name": name, "type": type_of, "link": None}
            if is_widget:
                slot["widget"] = {"name": name}
            if is_link(value) and value[0] in self._graph:
                slot["link"] = self._link(value[0], value[1], key, len(slots), type_of)
            elif value is not None and not is_link(value):
                slot["link"] = self._primitive(value, key, len(slots), type_of)
            slots.append(slot)
        title = (entry.get("_meta") or {}).get("title")
        node: dict[str, Json] = {
            "id": self._ids[key], "type": kind, "pos": [0, 0], "size": [WIDTH, HEAD], "flags": {}, "order": 0,
            "mode": 0, "inputs": slots, "outputs": [], "properties": {"Node name for S&R": kind},
            "widgets_values": _values(definition, given),
        }  # fmt: skip
        if title and title != (definition.title if definition else kind):
            node["title"] = title
        return node

    def _sockets(
        self, definition: NodeDef | None, given: Mapping[str, Json]
    ) -> Iterator[tuple[str, Json, bool, str]]:  # fmt: skip
        """Name, value, whether it is a control too, and type of what is shown as a socket: plain ones first."""
        declared = {e.name: e for e in _declared(definition, given)} if definition is not None else {}
        growing = tuple(f"{e.name}." for e in declared.values() if e.type.startswith("COMFY_AUTOGROW"))
        for name, entry in declared.items():
            if not entry.is_widget and not entry.type.startswith("COMFY_AUTOGROW"):
                yield name, given.get(name), False, entry.type
        for name, value in given.items():
            if name not in declared and is_link(value) and (not declared or name.startswith(growing or ("\0",))):
                yield name, value, False, self._type(value)
        for name, entry in declared.items():
            if entry.is_widget and is_link(given.get(name)):
                yield name, given[name], True, entry.type

    def _link(self, source: str, output: int, target: str, slot: int, kind: str) -> int:
        number = len(self._links) + 1
        self._links.append([number, self._ids[source], output, self._ids[target], slot, kind])
        self._used.setdefault((source, output), []).append(number)
        return number

    def _primitive(self, value: Json, target: str, slot: int, kind: str) -> int:
        """A value for a socket that has no control of its own comes out of a node made for it."""
        self._next += 1
        number = len(self._links) + 1
        self._links.append([number, self._next, 0, self._ids[target], slot, kind])
        self._primitives.append(
            {
                "id": self._next, "type": "PrimitiveNode", "pos": [0, 0], "size": [WIDTH, HEAD], "flags": {},
                "order": 0, "mode": 0, "inputs": [], "outputs": [{"name": kind, "type": kind, "links": [number]}],
                "properties": {}, "widgets_values": [_plain(value), KEEP],
            }
        )  # fmt: skip
        return number

    def _type(self, link: list[Any]) -> str:
        definition = self._defs.get(self._graph[link[0]]["class_type"]) if link[0] in self._graph else None
        types = definition.outputs if definition is not None else ()
        return types[link[1]] if link[1] < len(types) else "*"

    def _outputs(self, key: str) -> list[dict[str, Json]]:
        definition = self._defs.get(self._graph[key]["class_type"])
        types = definition.outputs if definition is not None else ()
        names = definition.raw.get("output_name") if definition is not None else None
        called = [str(name) for name in names] if isinstance(names, list) else list(types)
        count = max([len(types), *(slot + 1 for source, slot in self._used if source == key)])
        return [
            {
                "name": called[n] if n < len(called) else "*",
                "type": types[n] if n < len(types) else "*",
                "links": self._used.get((key, n), []),
            }
            for n in range(count)
        ]


def _numbers(graph: Graph) -> dict[str, int]:
    """A number for every node: its id where that is one, else one that is free."""
    own = {key: int(key) for key in graph if key.isascii() and key.isdigit() and str(int(key)) == key and len(key) < 10}
    free = max(own.values(), default=0)
    for key in graph:
        if key not in own:
            free += 1
            own[key] = free
    return own


def _declared(definition: NodeDef, given: Mapping[str, Json]) -> Iterator[InputDef]:
    """The node's inputs in order, each followed by those that its choice brings along."""
    todo = list(reversed(definition.inputs))
    while todo:
        entry = todo.pop()
        yield entry
        if entry.dynamic:
            todo += reversed(branch(entry, given.get(entry.name, entry.default)))


def _values(definition: NodeDef | None, given: Mapping[str, Json]) -> Json:
    """The controls' values in the editor's order, with those it adds for itself."""
    literal = {name: _plain(value) for name, value in given.items() if not is_link(value)}
    if definition is None:
        return literal
    values: list[Json] = []
    for entry in _declared(definition, given):
        if not entry.is_widget:
            continue
        if entry.type.startswith("COMFY_DYNAMICGROUP"):
            values.append(_rows(entry.name, literal))
            continue
        value = literal.get(entry.name, entry.default)
        values.append(_escaped(value) if entry.options.get("dynamicPrompts") and isinstance(value, str) else value)
        values += [KEEP, ""][: entry.extra_slots]
    if definition.name == LIST_MAKER:
        known = {"choice"}
        values += [value for name, value in literal.items() if name not in known]
    values += [literal[name] for name in EDITOR_WIDGETS.get(definition.name, ()) if name in literal]
    return values


def _rows(name: str, literal: Mapping[str, Json]) -> list[dict[str, Json]]:
    rows: dict[int, dict[str, Json]] = {}
    for key, value in literal.items():
        start, _, rest = key.partition(".")
        number, _, field = rest.partition(".")
        if start == name and number.isdigit() and field:
            rows.setdefault(int(number), {})[field] = value
    return [rows[number] for number in sorted(rows)]


def _plain(value: Json) -> Json:
    """A value as it is stored: the server wants lists wrapped, the editor does not."""
    return value["__value__"] if isinstance(value, Mapping) and set(value) == {"__value__"} else value


def _escaped(text: str) -> str:
    """Braces that are no alternatives."""
    return text.replace("{", "\\{").replace("}", "\\}")


def _lay_out(nodes: Mapping[str, dict[str, Json]], graph: Graph) -> None:
    """Columns from left to right: every node to the right of all that it needs."""
    depth = _depths(graph)
    below: dict[int, int] = {}
    for order, key in enumerate(sorted(graph, key=lambda k: depth[k])):
        node = nodes[key]
        values = node["widgets_values"]
        rows = max(len(node["inputs"]), len(node["outputs"])) + len(values)
        tall = sum(4 for v in (values if isinstance(values, list) else ()) if isinstance(v, str) and len(v) > 40)
        height = HEAD + ROW * (rows + tall)
        node["size"], node["order"] = [WIDTH, height], order
        node["pos"] = [depth[key] * COLUMN, below.get(depth[key], 0)]
        below[depth[key]] = node["pos"][1] + height + GAP


def _depths(graph: Graph) -> dict[str, int]:
    """How many links the longest way to each node has; in a circle it is cut somewhere."""
    depth: dict[str, int] = {}
    for start in graph:
        todo = [start]
        open_ones: set[str] = set()
        while todo:
            key = todo[-1]
            needs = [v[0] for v in graph[key]["inputs"].values() if is_link(v) and v[0] in graph]
            missing = [n for n in needs if n not in depth and n not in open_ones]
            if key not in depth and missing:
                open_ones.add(key)
                todo += missing
                continue
            todo.pop()
            depth.setdefault(key, max((depth[n] + 1 for n in needs if n in depth), default=0))
    return depth
