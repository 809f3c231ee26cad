"""The inputs of a graph that a slot may go into, for the lists that a person picks from."""

from __future__ import annotations

from collections.abc import Iterator

from domain.engine import InputInfo, InputKind
from infrastructure.comfyui.convert import Converted, Json, is_link
from infrastructure.comfyui.nodedefs import InputDef, NodeDefs

MAX_INPUTS = 1000
"""Inputs that are listed at most; a graph with more is written by a program, not by a person."""

SHOWN = 40
"""Characters of a value that are shown."""

_KINDS: dict[str, InputKind] = {"STRING": "text", "INT": "whole", "FLOAT": "number", "BOOLEAN": "switch"}


def graph_inputs(converted: Converted, defs: NodeDefs) -> tuple[InputInfo, ...]:
    """Every input with a value of its own, and every one that takes a picture, in the graph's order.

    Inputs that are linked to another node's value are left out: the value is changed where it stands.
    """
    found: list[InputInfo] = []
    for key, entry in converted.graph.items():
        definition = defs.get(entry["class_type"])
        meta = entry.get("_meta") or {}
        own = definition.title if definition is not None else str(entry["class_type"])
        title = converted.titles.get(key) or str(meta.get("title") or "") or own
        declared = {i.name: i for i in definition.inputs} if definition is not None else {}
        for name, kind, value in _of_node(str(entry["class_type"]), entry["inputs"], declared):
            found.append(InputInfo(place=f"{key}.{name}", node=title[:80], input=name, kind=kind, value=value))
            if len(found) == MAX_INPUTS:
                return tuple(found)
    return tuple(found)


def _of_node(
    class_type: str, inputs: dict[str, Json], declared: dict[str, InputDef]
) -> Iterator[tuple[str, InputKind, str]]:
    for name in dict.fromkeys([*inputs, *(n for n, i in declared.items() if i.type == "IMAGE")]):
        definition, value = declared.get(name), inputs.get(name)
        if definition is not None and definition.type == "IMAGE":
            yield name, "picture", ""
        elif class_type.startswith("LoadImage") and name == "image":
            yield name, "picture", _shown(value)
        elif not is_link(value) and (kind := _kind(definition, value)) is not None:
            yield name, kind, _shown(value)


def _kind(definition: InputDef | None, value: Json) -> InputKind | None:
    if definition is not None:
        return "choice" if definition.choices is not None else _KINDS.get(definition.type)
    match value:
        case bool():
            return "switch"
        case int():
            return "whole"
        case float():
            return "number"
        case str():
            return "text"
    return None


def _shown(value: Json) -> str:
    if value is None or is_link(value):
        return ""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
