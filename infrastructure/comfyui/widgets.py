"""The values that the editor stores for a node's controls, by input name."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from infrastructure.comfyui.nodedefs import InputDef, NodeDef, branch

Json = Any

EDITOR_WIDGETS: Mapping[str, tuple[str, ...]] = {
    "SaveGLB": ("image",),
    "Preview3D": ("image",),
    "Preview3DAnimation": ("image",),
}
"""Controls that the editor adds by itself and sends along; the server ignores them."""

LIST_MAKER = "CustomCombo"
"""A node that chooses from a list of its own, which follows the choice in the file."""

COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def widget_values(node: Mapping[str, Json], definition: NodeDef | None) -> dict[str, Json]:
    """A node's stored control values by input name, as they are sent: texts with their alternatives chosen.

    Values lie in the order of the definition's inputs; the editor puts further ones behind some (how a seed changes)
    and at the end (upload buttons). Without a definition only those that the file names itself.
    """
    stored, named = node.get("widgets_values"), node.get("widgets_values_named")
    if isinstance(stored, Mapping):
        return dict(stored)
    if definition is None:
        return dict(named) if isinstance(named, Mapping) else {}
    if isinstance(named, Mapping) and any(i.type.startswith("COMFY_DYNAMICGROUP") for i in definition.inputs):
        # Rows of a group lie in no fixed places.
        known = {i.name for i in definition.inputs}
        return {k: v for k, v in named.items() if k.partition(".")[0] in known}
    values = _without_forced(list(stored or ()), definition)
    found: dict[str, Json] = {}
    at = 0

    def take(entry: InputDef) -> None:
        nonlocal at
        if not entry.is_widget:
            return
        value = values[at] if at < len(values) else entry.default
        if entry.type.startswith("COMFY_DYNAMICGROUP"):
            found.update(_rows(entry.name, value))
        elif entry.options.get("dynamicPrompts") and isinstance(value, str):
            found[entry.name] = spoken(value)
        else:
            found[entry.name] = value
        at += 1
        for further in branch(entry, value) if entry.dynamic else ():
            take(further)
        at += entry.extra_slots

    for entry in definition.inputs:
        take(entry)
    if definition.name == LIST_MAKER:
        found.update(_own_list(values[at:]))
    for name in EDITOR_WIDGETS.get(definition.name, ()):
        if at < len(values):
            found.setdefault(name, values[at])
            at += 1
    return found


def _without_forced(values: list[Json], definition: NodeDef) -> list[Json]:
    """Without the values of inputs that were controls once and are sockets now, as long as the file still has them."""
    forced: list[bool] = []
    for entry in definition.inputs:
        if entry.is_widget or entry.options.get("forceInput"):
            forced += [not entry.is_widget, *(False for _ in range(entry.extra_slots))]
    if len(forced) != len(values):
        return values
    return [value for value, gone in zip(values, forced, strict=True) if not gone]


def _own_list(values: list[Json]) -> dict[str, Json]:
    """The place of the choice in the node's own list, where the file has it, and the list."""
    if values and isinstance(values[0], int) and not isinstance(values[0], bool):
        return {"index": values[0], **{f"option{n}": v for n, v in enumerate(values[1:], 1)}}
    return {f"option{n}": v for n, v in enumerate(values)}


def _rows(name: str, value: Json) -> dict[str, Json]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        return {}
    return {f"{name}.{number}.{key}": v for number, row in enumerate(value) for key, v in row.items()}


def spoken(text: str) -> str:
    """A prompt without its comments (`// …`, `/* … */`), with the first of each `{these|alternatives}`.

    The editor picks one at random each time; the first is taken here, so that the same file gives the same graph.
    ``\\{`` and ``\\}`` are plain braces.
    """
    if not any(mark in text for mark in ("{", "}", "//", "/*")):
        return text
    text = COMMENTS.sub("", text)
    # One frame per open brace: what is written so far, and whether the first alternative is over.
    frames: list[tuple[list[str], bool]] = [([], False)]
    at = 0
    while at < len(text):
        sign, further = text[at], text[at + 1 : at + 2]
        out, over = frames[-1]
        if sign == "\\" and further in ("{", "}"):
            at += 1
            if not over:
                out.append(further)
        elif sign == "{":
            frames.append(([], False))
        elif sign == "|" and len(frames) > 1:
            frames[-1] = (out, True)
        elif sign == "}" and len(frames) > 1:
            frames.pop()
            if not frames[-1][1]:
                frames[-1][0].append("".join(out))
        elif not over:
            out.append(sign)
        at += 1
    return "".join("".join(out) for out, _ in frames)


def wrapped(value: Json) -> Json:
    """A value as the server takes it: a plain list would be read as a link."""
    return {"__value__": copy.deepcopy(value)} if isinstance(value, list) else copy.deepcopy(value)
