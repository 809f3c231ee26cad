"""The parts of a workflow in editor format: nodes and links, one scope per graph and per subgraph instance.

Everything is read leniently, because files come from many editor versions; what cannot be read at all raises the
ordinary Python error, and `convert.to_api` turns that into BadInput.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import BadInput

Json = Any

MUTED, BYPASSED = 2, 4
INPUT_NODE, OUTPUT_NODE = "-10", "-20"
"""Ids of a subgraph's boundary inside it."""

SETTERS = frozenset({"SetNode", "easy setNode"})
GETTERS = frozenset({"GetNode", "easy getNode"})
"""Links without lines, of the node packs KJNodes and Easy-Use: one node names a value, others take it by its name."""

REROUTES = frozenset({"Reroute", "Reroute (rgthree)"}) | SETTERS
"""Nodes of the editor alone that pass their first input on."""

SEEDS = frozenset({"Seed Everywhere"})
BROADCASTERS = frozenset({f"Anything Everywhere{version}" for version in ("", "?", "3")} | {"Prompts Everywhere"})
"""Nodes of the pack Use Everywhere, which send to inputs that nothing is linked to."""

VALUES = frozenset({"PrimitiveNode"}) | SEEDS
"""Nodes that stand for the value that they hold."""

VIRTUAL = (
    frozenset({"Note", "MarkdownNote"}) | VALUES | BROADCASTERS | REROUTES | GETTERS
    | {f"{name} (rgthree)" for name in (
        "Bookmark", "Fast Actions Button", "Fast Bypasser", "Fast Groups Bypasser", "Fast Groups Muter", "Fast Muter",
        "Label", "Mute / Bypass Relay", "Mute / Bypass Repeater", "Node Collector", "Random Unmuter",
    )}
)  # fmt: skip
"""Nodes that exist in the editor only, those of well-known node packs among them."""

MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_SCOPES = 4_000


@dataclass(frozen=True)
class Link:
    """One link of a scope, whichever way the file wrote it. Ids are text, because files mix numbers and text."""

    origin: str
    origin_slot: int
    target: str
    target_slot: int
    kind: Json

    @classmethod
    def read(cls, raw: Json) -> tuple[str, Link]:
        """The link's number and the link, from an array or an object."""
        if isinstance(raw, Mapping):
            values = [raw[k] for k in ("id", "origin_id", "origin_slot", "target_id", "target_slot")]
            kind = raw.get("type")
        else:
            values = list(raw[:5])
            kind = raw[5] if len(raw) > 5 else None
        number, origin, origin_slot, target, target_slot = values
        return str(number), cls(str(origin), int(origin_slot), str(target), int(target_slot), kind)


@dataclass
class Budget:
    """How much work one workflow may make: subgraphs that hold each other grow without end otherwise."""

    scopes: int = MAX_SCOPES
    nodes: int = MAX_NODES
    hops: int = field(default=50 * MAX_NODES)

    def take(self, what: str, number: int = 1) -> None:
        """Use some of it up. Raises BadInput when it is gone."""
        left = getattr(self, what) - number
        setattr(self, what, left)
        if left < 0:
            raise BadInput(
                f"The workflow is too large: it has more than {MAX_NODES} nodes, or its subgraphs or links go round.",
                "Open it in the editor and simplify it.",
            )


def mode(node: Mapping[str, Json]) -> int:
    """How the node takes part: 0 always, 2 muted, 4 bypassed."""
    value = node.get("mode")
    return value if isinstance(value, int) else 0


def slots_of(node: Mapping[str, Json], which: str) -> list[Mapping[str, Json]]:
    """The node's "inputs" or "outputs"."""
    return [slot for slot in node.get(which) or () if isinstance(slot, Mapping)]


def is_setter(node: Mapping[str, Json]) -> bool:
    """Whether the node names what goes into it, for "get" nodes elsewhere."""
    return node.get("type") in SETTERS


def passed_through(node: Mapping[str, Json], slot: int, kind: Json) -> Json:
    """The link that stands for output `slot` of a bypassed node: of the input at the same place if its type fits,
    else of the first of the same type, else of the first that fits; None when none does."""
    outputs, inputs = slots_of(node, "outputs"), slots_of(node, "inputs")
    wanted = outputs[slot].get("type") if 0 <= slot < len(outputs) else kind
    if 0 <= slot < len(inputs) and fits(inputs[slot].get("type"), wanted):
        return inputs[slot].get("link")
    same = [i for i in inputs if i.get("type") == wanted] or [i for i in inputs if fits(i.get("type"), wanted)]
    return same[0].get("link") if same else None


def fits(one: Json, other: Json) -> bool:
    """Whether an output of one type may go into an input of the other; both may be lists with commas, or any type."""
    if one in ("*", "", 0, None) or other in ("*", "", 0, None):
        return True
    return bool(set(str(one).lower().split(",")) & set(str(other).lower().split(",")))


def stored_name(node: Mapping[str, Json]) -> str:
    """The name that a "set" or "get" node holds; empty for none."""
    held = node.get("widgets_values")
    return str(held[0]) if isinstance(held, list) and held and isinstance(held[0], str) else ""


class Scope:
    """One graph: the top one, or the inside of one subgraph instance."""

    def __init__(
        self,
        graph: Mapping[str, Json],
        subgraphs: Mapping[str, Mapping[str, Json]],
        budget: Budget,
        within: Scope | None = None,
        host: Mapping[str, Json] | None = None,
    ) -> None:
        budget.take("scopes")
        self.graph = graph
        self.subgraphs = subgraphs
        self.within = within
        self.host: Mapping[str, Json] = host or {}
        self.path: str = "" if within is None else f"{within.path}{self.host['id']}:"
        self.depth: int = 0 if within is None else within.depth + 1
        if self.depth > MAX_DEPTH:
            raise BadInput("The workflow's subgraphs are nested too deeply, or contain themselves.")
        nodes = graph.get("nodes") or ()
        budget.take("nodes", len(nodes))
        self.nodes: dict[str, Mapping[str, Json]] = {str(n["id"]): n for n in nodes}
        self.links = dict(Link.read(raw) for raw in graph.get("links") or () if raw)
        self._budget = budget
        self._inside: dict[str, Scope] = {}
        self._setters = {n: node for node in self.nodes.values() if (n := stored_name(node)) and is_setter(node)}
        self._values: dict[str, Json] | None = None

    def inside(self, node_id: str) -> Scope:
        """The scope behind a subgraph instance."""
        if node_id not in self._inside:
            node = self.nodes[node_id]
            self._inside[node_id] = Scope(self.subgraphs[node["type"]], self.subgraphs, self._budget, self, node)
        return self._inside[node_id]

    def holds_subgraph(self, node: Mapping[str, Json]) -> bool:
        """Whether the node is an instance of a subgraph."""
        kind = node.get("type")
        return isinstance(kind, str) and kind in self.subgraphs

    def setter(self, name: str) -> tuple[Scope, Mapping[str, Json]] | None:
        """The node that gives the value called `name` a source, and its scope: this one or the nearest outer one."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._setters:
                return scope, scope._setters[name]
            scope = scope.within
        return None

    def links_into(self, node_id: str) -> dict[int, str]:
        """The numbers of the links that end in a node, by input slot."""
        return {link.target_slot: number for number, link in self.links.items() if link.target == node_id}

    def boundary(self, slot: int) -> str:
        """Name of the boundary input `slot` of this subgraph."""
        return str(self.graph["inputs"][slot]["name"])

    def boundaries(self) -> list[Mapping[str, Json]]:
        """The inputs of this subgraph, in its own order."""
        return slots_of(self.graph, "inputs")

    def backs_widget(self, slot: int) -> bool:
        """Whether the boundary input leads to a control inside, so that the instance shows it and stores a value."""
        for number, link in self.links.items():
            self._budget.take("hops")
            if link.origin != INPUT_NODE or link.origin_slot != slot or link.target not in self.nodes:
                continue
            target = self.nodes[link.target]
            entry = _input_of(target, number, link.target_slot)
            if entry is None:
                continue
            if entry.get("widget"):
                return True
            if self.holds_subgraph(target):
                inner = self.inside(link.target)
                names = [i["name"] for i in inner.boundaries()]
                return entry["name"] in names and inner.backs_widget(names.index(entry["name"]))
        return False

    def host_values(self) -> dict[str, Json]:
        """The values stored at the subgraph instance, by boundary input.

        Three generations of files: by name; at the places of a proxy list, where "-1" means the boundary and the
        values of inner nodes are null, or its own entries alone; by position over the boundary inputs that lead to a
        control.
        """
        if self._values is None:
            self._values = self._stored()
        return self._values

    def _stored(self) -> dict[str, Json]:
        named = self.host.get("widgets_values_named")
        if isinstance(named, Mapping):
            return dict(named)
        stored = self.host.get("widgets_values")
        if isinstance(stored, Mapping):
            return dict(stored)
        values = list(stored or ())
        proxies = self.proxies()
        if proxies:
            own = [name for node, name in proxies if node == "-1"]
            others = [v for (node, _), v in zip(proxies, values, strict=False) if node != "-1"]
            if len(values) == len(own) and any(v is not None for v in others):
                return dict(zip(own, values, strict=True))
            return {name: v for (node, name), v in zip(proxies, values, strict=False) if node == "-1"}
        names = [str(i["name"]) for n, i in enumerate(self.boundaries()) if values and self.backs_widget(n)]
        return dict(zip(names, values, strict=False))

    def proxies(self) -> list[tuple[str, str]]:
        """Controls of inner nodes that the instance shows: node id and input name; "-1" is the boundary itself."""
        listed = (self.host.get("properties") or {}).get("proxyWidgets")
        return [(str(p[0]), str(p[1])) for p in listed] if isinstance(listed, list) else []


def _input_of(node: Mapping[str, Json], number: str, slot: int) -> Mapping[str, Json] | None:
    """The input that link `number` ends in. Files leave unlinked inputs out, so the number goes before the place."""
    inputs = slots_of(node, "inputs")
    for entry in inputs:
        if entry.get("link") is not None and str(entry["link"]) == number:
            return entry
    return inputs[slot] if 0 <= slot < len(inputs) else None
