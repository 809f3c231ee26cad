"""Checking a graph against a server's `object_info` before it is sent: the same faults the server would refuse, in
words, without waiting for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from domain.base import Value
from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.nodedefs import InputDef, NodeDef, NodeDefs, branch
from infrastructure.comfyui.scopes import fits
from infrastructure.comfyui.widgets import LIST_MAKER

UPLOADS = ("image_upload", "video_upload", "audio_upload", "file_upload")
MAX_CHOICES = 200
"""How many of a server's choices a fault lists."""

Kind = Literal["missing_node", "missing_input", "not_in_list", "too_small", "too_large", "wrong_type", "bad_link"]


class Fault(Value):
    """One thing the server would refuse. `choices` are what it offers instead, when it has a list."""

    kind: Kind
    node: str
    title: str
    class_type: str
    input: str = ""
    value: str = ""
    choices: tuple[str, ...] = ()
    message: str = ""


class _Wrong(NamedTuple):
    kind: Kind
    message: str
    choices: tuple[str, ...] = ()


def faults(graph: Graph, defs: NodeDefs) -> list[Fault]:
    """Everything in the graph that this server would refuse; empty when it would take it.

    Combos that take uploaded files are not checked: the file is put there just before.
    """
    found: list[Fault] = []
    for key, entry in graph.items():
        kind = entry["class_type"]
        definition = defs.get(kind)
        title = str((entry.get("_meta") or {}).get("title") or kind)
        if definition is None:
            message = f"The server has no node {kind!r}."
            found.append(Fault(kind="missing_node", node=key, title=title, class_type=kind, message=message))
            continue
        for name, wrong in _wrongs(graph, defs, definition, entry["inputs"]):
            value = entry["inputs"].get(name)
            found.append(
                Fault(
                    kind=wrong.kind, node=key, title=title, class_type=kind, input=name,
                    value="" if value is None else str(value)[:200], choices=wrong.choices[:MAX_CHOICES],
                    message=f"{title}, {name}: {wrong.message}",
                )
            )  # fmt: skip
    circle = _circle(graph)
    if circle:
        entry = graph[circle]
        found.append(
            Fault(
                kind="bad_link", node=circle, title=entry["class_type"], class_type=entry["class_type"],
                message=f"{entry['class_type']} needs its own result: the links go in a circle.",
            )
        )  # fmt: skip
    return found


def completed(graph: Graph, defs: NodeDefs) -> Graph:
    """The graph with the server's defaults for controls that are required and not given: newer servers have more."""
    made: Graph = {}
    for key, entry in graph.items():
        definition = defs.get(entry["class_type"])
        inputs = dict(entry["inputs"])
        for name, declared in inputs_of(definition, inputs).items() if definition is not None else ():
            if _given(name, inputs) or not declared.required or not declared.is_widget or declared.default is None:
                continue
            if not any(declared.options.get(flag) for flag in UPLOADS) and "DYNAMICGROUP" not in declared.type:
                inputs[name] = declared.default
        made[key] = {**entry, "inputs": inputs}
    return made


def inputs_of(definition: NodeDef, given: Mapping[str, Json]) -> dict[str, InputDef]:
    """The inputs the node has for the choices that were made."""
    found: dict[str, InputDef] = {}
    todo = list(reversed(definition.inputs))
    while todo:
        entry = todo.pop()
        found[entry.name] = entry
        if entry.dynamic:
            todo += reversed(branch(entry, given.get(entry.name)))
    return found


def spelled_as_server(declared: InputDef, wanted: str) -> str | None:
    """How the server spells a model file in its list: exactly, else with other slashes, else by file name alone."""
    choices = [str(c) for c in declared.choices or ()]
    if wanted in choices:
        return wanted
    plain = wanted.replace("\\", "/").casefold()
    for test in (lambda c: c == plain, lambda c: PurePosixPath(c).name == PurePosixPath(plain).name):
        fitting = [c for c in choices if test(c.replace("\\", "/").casefold())]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _given(name: str, inputs: Mapping[str, Json]) -> bool:
    """Whether a value is there, for an input that a choice brings along also under its old plain name: SaveVideo's
    codec was one, and newer servers still take it."""
    return name in inputs or ("." in name and name.rpartition(".")[2] in inputs)


def _wrongs(
    graph: Graph, defs: NodeDefs, definition: NodeDef, inputs: Mapping[str, Json]
) -> Iterator[tuple[str, _Wrong]]:  # fmt: skip
    declared_inputs = inputs_of(definition, inputs)
    for name, declared in declared_inputs.items():
        if declared.type.startswith(("COMFY_AUTOGROW", "COMFY_DYNAMICGROUP")):
            continue
        if name in inputs and definition.name == LIST_MAKER and declared.choices == ():
            wrong = None  # it has its own list, which it is sent along
        elif name in inputs:
            wrong = _wrong(graph, defs, declared, inputs[name])
        elif declared.required and not _given(name, inputs):
            wrong = _Wrong("missing_input", "needs a value.")
        else:
            wrong = None
        if wrong is not None:
            yield name, wrong
    for name, value in inputs.items():
        # Slots of growing lists are declared as a whole; a link to nowhere is refused all the same.
        if name not in declared_inputs and is_link(value) and value[0] not in graph:
            yield name, _Wrong("bad_link", f"is linked to node {value[0]}, which is not in the graph.")


def _wrong(graph: Graph, defs: NodeDefs, declared: InputDef, value: Json) -> _Wrong | None:
    if is_link(value):
        return _link_fault(graph, defs, declared, value[0], value[1])
    if isinstance(value, Mapping) and "__value__" in value:
        return None
    if declared.choices is not None:
        return _choice_fault(declared, value)
    match declared.type:
        case "INT" | "FLOAT":
            return _number_fault(declared, value)
        case "STRING" if not isinstance(value, str):
            return _Wrong("wrong_type", f"takes text, not {value!r:.60}.")
        case "BOOLEAN" if not isinstance(value, bool):
            return _Wrong("wrong_type", f"takes true or false, not {value!r:.60}.")
        case _ if not declared.is_widget:
            return _Wrong("bad_link", "must be linked to another node.")
        case _:
            return None


def _number_fault(declared: InputDef, value: Json) -> _Wrong | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _Wrong("wrong_type", f"takes a number, not {value!r:.60}.")
    if declared.type == "INT" and value != int(value):
        return _Wrong("wrong_type", f"takes a whole number, not {value}.")
    low, high = declared.options.get("min"), declared.options.get("max")
    if isinstance(low, (int, float)) and value < low:
        return _Wrong("too_small", f"{value} is below the smallest value {low}.")
    if isinstance(high, (int, float)) and value > high:
        return _Wrong("too_large", f"{value} is above the largest value {high}.")
    return None


def _choice_fault(declared: InputDef, value: Json) -> _Wrong | None:
    if any(declared.options.get(flag) for flag in UPLOADS) or declared.options.get("remote"):
        return None
    if value in (declared.choices or ()):
        return None
    return _Wrong("not_in_list", f"{value!r:.120} is not there.", tuple(str(c) for c in declared.choices or ()))


def _link_fault(graph: Graph, defs: NodeDefs, declared: InputDef, source: str, slot: int) -> _Wrong | None:
    if source not in graph:
        return _Wrong("bad_link", f"is linked to node {source}, which is not in the graph.")
    definition = defs.get(graph[source]["class_type"])
    if definition is None:
        return None
    if slot >= len(definition.outputs):
        there = len(definition.outputs)
        return _Wrong("bad_link", f"is linked to output {slot} of {definition.title}, which has {there}.")
    gives, takes = definition.outputs[slot], declared.type
    if "COMFY_MATCHTYPE_V3" in (gives, takes) or fits(gives, takes):
        return None
    return _Wrong("bad_link", f"takes {takes}, but is linked to {gives} of {definition.title}.")


def _circle(graph: Graph) -> str | None:
    """A node that needs its own result; None when there is none."""
    users: dict[str, list[str]] = {key: [] for key in graph}
    open_links = dict.fromkeys(graph, 0)
    for key, entry in graph.items():
        for value in entry["inputs"].values():
            if is_link(value) and value[0] in graph:
                users[value[0]].append(key)
                open_links[key] += 1
    todo = [key for key, number in open_links.items() if not number]
    while todo:
        for user in users[todo.pop()]:
            open_links[user] -= 1
            if not open_links[user]:
                todo.append(user)
    return next((key for key, number in open_links.items() if number), None)
