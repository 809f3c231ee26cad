"""Comparing API graphs up to the ids of their nodes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

Graph = Mapping[str, Mapping[str, Any]]


def canonical(graph: Graph) -> Counter[str]:
    """Each node by what it is and by everything behind it, as a multiset; ids do not count.

    A node's form is its class, its values, and for each link the form of the source and the output. Two graphs with
    equal forms are the same up to ids (nodes that are copies of each other, values and all, count as often as they
    occur). A link to a node that is not there keeps its id; a circle is cut and marked.
    """
    forms: dict[str, str] = {}

    def form(key: str, above: frozenset[str]) -> str:
        if key in forms:
            return forms[key]
        if key in above:
            return "circle"
        entry = graph[key]
        inputs = {
            name: ["link", form(value[0], above | {key}) if value[0] in graph else f"missing {value[0]}", value[1]]
            if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
            else ["value", value]
            for name, value in entry["inputs"].items()
        }
        text = json.dumps([entry["class_type"], inputs], sort_keys=True, ensure_ascii=False)
        forms[key] = hashlib.sha256(text.encode()).hexdigest()
        return forms[key]

    return Counter(f"{graph[key]['class_type']} {form(key, frozenset())}" for key in graph)


def without_unknown(graph: Graph, object_info: Mapping[str, Any]) -> dict[str, Any]:
    """The graph without inputs that the server's `object_info` does not declare for the node's class, as the server
    ignores them. Names with a dot belong to choices and growing lists and are kept."""
    found: dict[str, Any] = {}
    for key, entry in graph.items():
        sections = (object_info.get(entry["class_type"]) or {}).get("input") or {}
        known = {name for section in ("required", "optional") for name in sections.get(section) or {}}
        inputs = {
            name: value
            for name, value in entry["inputs"].items()
            if not known or name in known or ("." in name and name.partition(".")[0] in known)
        }
        found[key] = {"class_type": entry["class_type"], "inputs": inputs}
    return found


def differences(ours: Graph, theirs: Graph) -> list[str]:
    """What differs, for a test's message: classes of nodes that one of the two lacks."""
    a, b = canonical(ours), canonical(theirs)
    return [
        *(f"only ours: {form.split()[0]}" for form in (a - b).elements()),
        *(f"only theirs: {form.split()[0]}" for form in (b - a).elements()),
    ]
