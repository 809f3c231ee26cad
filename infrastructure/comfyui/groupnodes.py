"""Group nodes, the editor's way of nesting before there were subgraphs, read as subgraphs.

A node of type "workflow>NAME" (earlier "workflow/NAME") stands for the nodes in ``extra.groupNodes[NAME]``. Its inputs
and controls are those of the inner nodes in order, without what is linked inside; a name that occurs again gets the
inner node's title in front, and a number the third time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infrastructure.comfyui.nodedefs import InputDef, NodeDefs, branch

Json = Any

TYPE = re.compile(r"workflow[>/](.+)")
PREFIX = "group node "
"""What the ids of the made subgraphs begin with: no ids that an editor makes."""


def with_subgraphs(workflow: Mapping[str, Json], defs: NodeDefs) -> Mapping[str, Json]:
    """The workflow with a subgraph in the place of every group node; the same object when it has none."""
    groups = (workflow.get("extra") or {}).get("groupNodes")
    if not isinstance(groups, Mapping):
        return workflow
    made: list[Json] = []
    nodes: list[Json] = []
    for node in workflow["nodes"]:
        match = TYPE.fullmatch(str(node.get("type")))
        group = groups.get(match[1]) if match else None
        if isinstance(group, Mapping):
            subgraph = _Group(group, defs).subgraph(node, f"{PREFIX}{node['id']}")
            made.append(subgraph)
            node = {**node, "type": subgraph["id"], "widgets_values": []}
        nodes.append(node)
    definitions = workflow.get("definitions") or {}
    return {
        **workflow,
        "nodes": nodes,
        "definitions": {**definitions, "subgraphs": [*(definitions.get("subgraphs") or ()), *made]},
    }


class _Group:
    """What one group node stands for."""

    def __init__(self, group: Mapping[str, Json], defs: NodeDefs) -> None:
        self._defs = defs
        self._config: Mapping[str, Json] = group.get("config") or {}
        self._nodes: list[Mapping[str, Json]] = list(group["nodes"])
        # Links go by the nodes' places; those that cross the group's edge have none on one side.
        self._links = [x for x in group.get("links") or () if x[0] is not None and x[2] is not None]
        self._fed = {(int(x[2]), int(x[3])) for x in self._links}
        self._used = {(int(x[0]), int(x[1])) for x in self._links}
        self._shown = {(int(x[0]), int(x[1])) for x in group.get("external") or ()}

    def subgraph(self, host: Mapping[str, Json], key: str) -> dict[str, Json]:
        """The subgraph for one instance: the inner nodes hold the values that the instance stores."""
        values = iter(host.get("widgets_values") or ())
        names: dict[str, int] = {}
        nodes: list[dict[str, Json]] = []
        links: list[dict[str, Json]] = [_link(n, x[0], x[1], x[2], x[3]) for n, x in enumerate(self._links, 1)]
        inputs: list[dict[str, Json]] = []
        for at, inner in enumerate(self._nodes):
            node = {**inner, "id": at, "mode": 0}
            slots = [dict(slot, link=None) for slot in inner.get("inputs") or ()]
            for which, inside in enumerate(self._links, 1):
                if int(inside[2]) == at:
                    slots[int(inside[3])]["link"] = which
            free = [(n, s) for n, s in enumerate(slots) if (at, n) not in self._fed]
            sockets = {str(s["name"]) for s in slots}
            held = list(self._held(inner, {str(s["name"]) for n, s in enumerate(slots) if (at, n) in self._fed}))
            for entry, number in held:
                self._name(names, at, inner, entry.name)
                if self._visible(at, entry.name) and entry.name not in sockets:
                    node = _stored(node, number, [next(values, None) for _ in range(1 + entry.extra_slots)])
            for place, slot in free:
                name = self._name(names, at, inner, str(slot["name"]), slot.get("label"))
                if self._visible(at, str(slot["name"])):
                    slots[place]["link"] = len(links) + 1
                    links.append(_link(len(links) + 1, -10, len(inputs), at, place, slot.get("type")))
                    inputs.append({"name": name, "type": slot.get("type")})
            nodes.append({**node, "inputs": slots})
        for place, (origin, output) in enumerate(self._outputs()):
            links.append(_link(len(links) + 1, origin, output, -20, place))
        return {"id": key, "nodes": nodes, "links": links, "inputs": inputs}

    def _held(self, inner: Mapping[str, Json], fed: set[str]) -> Iterator[tuple[InputDef, int]]:
        """The node's controls that nothing inside feeds, and where their values lie in the node's own list."""
        definition = self._defs.get(str(inner.get("type")))
        stored = inner.get("widgets_values")
        number = 0
        todo = list(reversed(definition.inputs)) if definition is not None else []
        while todo:
            entry = todo.pop()
            if not entry.is_widget:
                continue
            if entry.name not in fed:
                yield entry, number
            if entry.dynamic and isinstance(stored, list) and number < len(stored):
                todo += reversed(branch(entry, stored[number]))
            number += 1 + entry.extra_slots

    def _name(
        self, names: dict[str, int], at: int, inner: Mapping[str, Json], own: str, label: Json = None
    ) -> str:  # fmt: skip
        """How the instance calls an inner input."""
        settings = self._settings(at, "input", own)
        key = name = str(settings.get("name") or label or own)
        if name in names:
            title = str(inner.get("title") or inner.get("type"))
            key = name = f"{title} {own}"
            if name in names:
                name = f"{title} {names[name]} {own}"
        names[key] = names.get(key, 1) + 1
        return name

    def _visible(self, at: int, name: str) -> bool:
        return self._settings(at, "input", name).get("visible") is not False

    def _settings(self, at: int, which: str, name: str) -> Mapping[str, Json]:
        entry = (self._config.get(str(at)) or {}).get(which) or {}
        found = entry.get(name)
        return found if isinstance(found, Mapping) else {}

    def _outputs(self) -> Iterator[tuple[int, int]]:
        """The inner outputs that the instance shows: those that nothing inside uses, and those asked for."""
        for at, inner in enumerate(self._nodes):
            definition = self._defs.get(str(inner.get("type")))
            count = len(definition.outputs) if definition is not None else len(inner.get("outputs") or ())
            for slot in range(count):
                free = (at, slot) not in self._used or (at, slot) in self._shown
                if free and self._settings(at, "output", str(slot)).get("visible") is not False:
                    yield at, slot


def _link(
    number: int, origin: int, origin_slot: int, target: int, target_slot: int, kind: Json = None
) -> dict[str, Json]:  # fmt: skip
    return {
        "id": number, "origin_id": int(origin), "origin_slot": int(origin_slot), "target_id": int(target),
        "target_slot": int(target_slot), "type": kind,
    }  # fmt: skip


def _stored(node: dict[str, Json], at: int, given: list[Json]) -> dict[str, Json]:
    """The node with these values at their place in its own list; None keeps what is there."""
    values = list(node.get("widgets_values") or ())
    values += [None] * (at + len(given) - len(values))
    for number, value in enumerate(given):
        values[at + number] = values[at + number] if value is None else value
    return {**node, "widgets_values": values}
