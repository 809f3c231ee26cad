"""Links without lines, of the node pack "Use Everywhere": what a node broadcasts goes into every input of its type that
nothing is linked to. They are read as ordinary links.

A file that was saved with the pack lists them in ``extra.ue_links``; for others they are worked out by the rules of the
pack's version 7 (its README and editor extension): the type has to be the same, inputs with a control take part only
where the node says so, a sender may be kept to titles, names of inputs, groups or a colour, and of several senders the
one of highest priority wins, none when two are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.errors import BadInput
from infrastructure.comfyui.scopes import (
    BROADCASTERS,
    BYPASSED,
    INPUT_NODE,
    OUTPUT_NODE,
    SEEDS,
    Link,
    mode,
    passed_through,
    slots_of,
)  # fmt: skip

Json = Any
Node = Mapping[str, Json]

MAX_BROADCASTS = 200
_TITLE = 30
"""Height of a node's title in the editor, in its pixels; a node's place does not count it."""
_EXACT, _BEGINNING, _END, _TITLES, _PATTERN = range(5)
"""How inputs are told apart where one node sends several of one type."""


class Wire(NamedTuple):
    """From an output to an input, with the type that goes through."""

    origin: str
    origin_slot: int
    target: str
    target_slot: int
    kind: Json


def with_broadcasts(workflow: Node) -> Node:
    """The workflow with a link for everything that is broadcast; the same object when nothing is.

    Raises BadInput for more than `MAX_BROADCASTS` senders in one graph, and for a pattern that cannot be tried safely.
    """
    definitions = workflow.get("definitions") or {}
    subgraphs = definitions.get("subgraphs") or ()
    top, inner = _linked(workflow), [_linked(graph) for graph in subgraphs]
    if all(a is b for a, b in zip(inner, subgraphs, strict=True)):
        return top
    return {**top, "definitions": {**definitions, "subgraphs": inner}}


def _linked(graph: Node) -> Node:
    nodes = [node for node in graph.get("nodes") or () if isinstance(node, Mapping)]
    if not any(_sends(node) for node in nodes):
        return graph
    known = _Graph(graph, nodes)
    wires = [wire for wire in _listed(graph) if known.open(wire)] or list(known.wires())
    links = list(graph.get("links") or ())
    ends: dict[tuple[str, int], str] = {}
    for number, wire in enumerate(wires):
        name = f"everywhere {number}"
        ends[wire.target, wire.target_slot] = name
        links.append([name, wire.origin, wire.origin_slot, wire.target, wire.target_slot, wire.kind])
    return {**graph, "links": links, "nodes": [_fed(node, ends) for node in graph.get("nodes") or ()]}


def _fed(node: Node, ends: Mapping[tuple[str, int], str]) -> Node:
    inputs = node.get("inputs") or ()
    own = {slot: ends[key] for slot in range(len(inputs)) if (key := (str(node["id"]), slot)) in ends}
    if not own:
        return node
    return {**node, "inputs": [{**x, "link": own[at]} if at in own else x for at, x in enumerate(inputs)]}


def _sends(node: Node) -> bool:
    return mode(node) == 0 and (node.get("type") in BROADCASTERS | SEEDS or bool(_properties(node).get("ue_convert")))


def _listed(graph: Node) -> Iterator[Wire]:
    listed = (graph.get("extra") or {}).get("ue_links")
    for one in listed if isinstance(listed, list) else ():
        yield Wire(
            str(one["upstream"]), int(one["upstream_slot"]), str(one["downstream"]), int(one["downstream_slot"]),
            one.get("type"),
        )  # fmt: skip


@dataclass(frozen=True)
class _Pattern:
    expression: re.Pattern[str]
    inverted: bool

    def allows(self, text: str) -> bool:
        return bool(self.expression.search(text[:100])) != self.inverted


@dataclass(frozen=True)
class _Sender:
    """One thing that is broadcast. `only` are the nodes it is kept to (None: all), `name` what it is called where names
    tell inputs apart, by `rule` (None: they do not)."""

    origin: str
    slot: int
    kind: Json
    priority: float
    title: _Pattern | None
    input: _Pattern | None
    only: frozenset[str] | None
    name: str
    rule: int | None
    to_any: bool
    to_lists: bool

    def takes(self, node: Node, entry: Node) -> bool:
        """Whether it goes into that input of the node."""
        kind = entry.get("type")
        anyway = (kind == "*" and self.to_any) or (self.kind == "STRING" and kind == "COMBO" and self.to_lists)
        if kind != self.kind and not anyway:
            return False
        key = str(node.get("id"))
        if key == self.origin or (self.only is not None and key not in self.only):
            return False
        if self.title is not None and not self.title.allows(_title(node)):
            return False
        shown = entry.get("label") or entry.get("localized_name") or entry.get("name") or ""
        return (self.input is None or self.input.allows(str(shown))) and self._told_apart(node, entry)

    def _told_apart(self, node: Node, entry: Node) -> bool:
        there = str(entry.get("label") or entry.get("name") or "")
        length = min(len(there), len(self.name))
        match self.rule:
            case None:
                return True
            case 1:
                return there[:length] == self.name[:length]
            case 2:
                return there[len(there) - length :] == self.name[len(self.name) - length :]
            case 3:
                return node.get("title") == self.name
            case 4:
                return _pattern(self.name).search(there[:100]) is not None
        return there == self.name


class _Graph:
    """One graph, and what is sent in it."""

    def __init__(self, graph: Node, nodes: Sequence[Node]) -> None:
        self._graph = graph
        self._nodes = {str(node["id"]): node for node in nodes}
        self._links = dict(Link.read(raw) for raw in graph.get("links") or () if raw)
        saved = str((graph.get("extra") or {}).get("frontendVersion") or "0").split(".")
        # Before 1.16 the editor listed a control among the inputs only when somebody had made it one.
        self._by_hand = [int(part) if part.isdigit() else 0 for part in saved[:2]] < [1, 16]

    def open(self, wire: Wire) -> bool:
        """Whether both ends of a listed link are there, and nothing else is linked to its input."""
        if wire.origin != INPUT_NODE and wire.origin not in self._nodes:
            return False
        if wire.target == OUTPUT_NODE:
            return not any(x.target == OUTPUT_NODE and x.target_slot == wire.target_slot for x in self._links.values())
        inputs = slots_of(self._nodes.get(wire.target, {}), "inputs")
        return 0 <= wire.target_slot < len(inputs) and not self._is_linked(inputs[wire.target_slot])

    def wires(self) -> Iterator[Wire]:
        """Everything that is broadcast, by the rules."""
        senders = [sender for node in self._nodes.values() if _sends(node) for sender in self._senders(node)]
        if len(senders) > MAX_BROADCASTS:
            raise BadInput(f"More than {MAX_BROADCASTS} things are broadcast in the workflow.")
        for node in self._nodes.values():
            if mode(node) == 0 and node.get("type") not in BROADCASTERS | SEEDS:
                for slot, entry in enumerate(slots_of(node, "inputs")):
                    if not self._is_linked(entry) and self._accepts(node, entry):
                        yield from _best(senders, node, entry, slot)
        ended = {link.target_slot for link in self._links.values() if link.target == OUTPUT_NODE}
        if "inputNode" in self._graph:
            for slot, entry in enumerate(slots_of(self._graph, "outputs")):
                if slot not in ended:
                    yield from _best(senders, {"id": OUTPUT_NODE}, entry, slot)

    def _is_linked(self, entry: Node) -> bool:
        """Whether something comes in: what leads only to nodes that are switched off counts as nothing."""
        link = self._links.get(str(entry.get("link")))
        for _ in range(len(self._nodes) + 1):
            if link is None:
                return False
            node = self._nodes.get(link.origin)
            if node is None or mode(node) != BYPASSED:
                return node is not None or link.origin == INPUT_NODE
            link = self._links.get(str(passed_through(node, link.origin_slot, link.kind)))
        return False

    def _accepts(self, node: Node, entry: Node) -> bool:
        properties, name = _properties(node), entry.get("name")
        if properties.get("rejects_ue_links"):
            return False
        own = properties.get("ue_properties") or {}
        if not entry.get("widget"):
            return not (own.get("input_ue_unconnectable") or {}).get(name)
        chosen = own.get("widget_ue_connectable", properties.get("widget_ue_connectable"))
        return bool(chosen.get(name)) if isinstance(chosen, Mapping) else self._by_hand

    def _senders(self, node: Node) -> Iterator[_Sender]:
        if node["type"] in SEEDS:
            yield self._sender(node, str(node["id"]), 0, "INT", "", None)
            return
        sent = list(self._sent(node))
        kinds = [kind for _, _, kind, _ in sent]
        rules = _rules(node)
        for origin, slot, kind, name in sent:
            told = kinds.count(kind) > 1 or rules.get("apply_to_unrepeated")
            rule = int(rules.get("repeated_type_rule") or _EXACT) if told else None
            yield self._sender(node, origin, slot, kind, name, rule)

    def _sent(self, node: Node) -> Iterator[tuple[str, int, Json, str]]:
        """Node, output, type and name of each thing that a node broadcasts."""
        if _properties(node).get("ue_convert"):
            kept = (_rules(node).get("output_not_broadcasting")) or {}
            for slot, entry in enumerate(slots_of(node, "outputs")):
                if not kept.get(entry.get("name")):
                    yield str(node["id"]), slot, entry.get("type"), str(entry.get("label") or entry.get("name"))
            return
        names = ("positive", "negative") if node["type"] == "Prompts Everywhere" else ()
        for at, entry in enumerate(slots_of(node, "inputs")):
            link = self._links.get(str(entry.get("link")))
            if link is not None:
                name = names[at] if at < len(names) else str(entry.get("label") or entry.get("name"))
                yield link.origin, link.origin_slot, link.kind, name

    def _sender(self, node: Node, origin: str, slot: int, kind: Json, name: str, rule: int | None) -> _Sender:
        rules = _rules(node)
        patterns = {which: _pattern_of(rules, which) for which in ("title", "input", "group")}
        if node["type"] in SEEDS:
            patterns = {"title": None, "input": _Pattern(_pattern("seed"), False), "group": None}
        priority = float(rules.get("priority") or 0)
        if not priority:
            special = node["type"] in SEEDS or node["type"] == "Prompts Everywhere"
            priority = 10 + 10 * special + 20 * (any(patterns.values()) or rule is not None)
            priority += 3 * bool(rules.get("group_restricted")) + 6 * bool(rules.get("color_restricted"))
        only = self._only(node, rules, patterns["group"])
        return _Sender(
            origin, slot, kind, priority, patterns["title"], patterns["input"], only, name, rule,
            bool(rules.get("send_to_any")), bool(rules.get("string_to_combo")),
        )  # fmt: skip

    def _only(self, node: Node, rules: Node, group: _Pattern | None) -> frozenset[str] | None:
        """The nodes that a sender is kept to: 1 of its own group or colour, 2 of others."""
        kept: list[set[str]] = [set(self._nodes)]
        for rule, alike in (("group_restricted", self._in_group_of(node)), ("color_restricted", self._coloured(node))):
            if rules.get(rule) in (1, 2):
                kept.append(alike if rules[rule] == 1 else set(self._nodes) - alike)
        if group is not None:
            kept.append({key for title, held in self._groups() if group.allows(title) for key in held})
        return frozenset(set.intersection(*kept)) if len(kept) > 1 else None

    def _coloured(self, node: Node) -> set[str]:
        return {key for key, other in self._nodes.items() if other.get("color") == node.get("color")}

    def _in_group_of(self, node: Node) -> set[str]:
        return {key for _, held in self._groups() if str(node["id"]) in held for key in held}

    def _groups(self) -> Iterator[tuple[str, set[str]]]:
        """Title of each group, and the nodes whose middle is inside."""
        for group in self._graph.get("groups") or ():
            left, top, width, height = map(float, group["bounding"][:4])
            middles = {key: _middle(node) for key, node in self._nodes.items()}
            held = {key for key, (x, y) in middles.items() if left <= x < left + width and top <= y < top + height}
            yield str(group.get("title") or ""), held


def _best(senders: Sequence[_Sender], node: Node, entry: Node, slot: int) -> Iterator[Wire]:
    able = sorted((s for s in senders if s.takes(node, entry)), key=lambda s: -s.priority)
    if able and (len(able) == 1 or able[0].priority > able[1].priority):
        yield Wire(able[0].origin, able[0].slot, str(node["id"]), slot, able[0].kind)


def _properties(node: Node) -> Node:
    held = node.get("properties")
    return held if isinstance(held, Mapping) else {}


def _rules(node: Node) -> Node:
    """How a node sends; before the pack's version 7 its controls held the patterns."""
    properties = _properties(node)
    own = properties.get("ue_properties") or {}
    if own.get("version") or own.get("next_input_index"):
        return dict(own)
    held = node.get("widgets_values") if str(node.get("type")).endswith("Everywhere?") else ()
    patterns = dict(zip(("title_regex", "input_regex", "group_regex"), held or (), strict=False))
    return {**properties, **patterns, **own}


def _pattern_of(rules: Node, which: str) -> _Pattern | None:
    text = rules.get(f"{which}_regex")
    if not isinstance(text, str) or text in ("", ".*"):
        return None
    return _Pattern(_pattern(text), bool(rules.get(f"{which}_regex_invert")))


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern out of a file. One that could take for ever on a short name is refused."""
    if len(text) > 200 or len(re.findall(r"[*+{]", text)) > 4 or re.search(r"\)[*+{]|\\\d", text):
        raise BadInput(
            f'The workflow broadcasts to what matches "{text:.80}", a pattern that is not followed here.',
            "Simplify it in the editor, or link the nodes there.",
        )
    try:
        return re.compile(text)
    except re.error as error:
        raise BadInput(
            f'The workflow broadcasts to what matches "{text:.80}", which is no pattern: {error}.'
        ) from error


def _title(node: Node) -> str:
    return str(node.get("title") or node.get("type") or "")


def _middle(node: Node) -> tuple[float, float]:
    """The middle of a node with its title, in the editor's pixels. Old files write pairs as objects."""
    pairs = [list(v.values()) if isinstance(v, Mapping) else v for v in (node.get("pos"), node.get("size"))]
    (x, y), (width, height) = ((float(p[0]), float(p[1])) if p else (0.0, 0.0) for p in pairs)
    return x + width / 2, y - _TITLE + (height + _TITLE) / 2
