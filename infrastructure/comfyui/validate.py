"""Checking a graph against a server's `object_info` before it is sent: the same faults the server would refuse, in
words, without waiting for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from domain.base import Value
from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.nodedefs import InputDef, NodeDef, NodeDefs, branch

LINK_ONLY_ANY = frozenset({"*", "COMFY_MATCHTYPE_V3"})
UPLOADS = ("image_upload", "video_upload", "audio_upload", "file_upload")


class Fault(Value):
    """One thing the server would refuse. `choices` are what it offers instead, when it has a list."""

    kind: Literal["missing_node", "missing_input", "not_in_list", "too_small", "too_large", "wrong_type", "bad_link"]
    node: str
    title: str
    class_type: str
    input: str = ""
    value: str = ""
    choices: tuple[str, ...] = ()
    message: str = ""


def faults(graph: Graph, defs: NodeDefs) -> list[Fault]:
    """Everything in the graph that this server would refuse; empty when it would take it.

    Combos that take uploaded files are not checked: the file is put there just before.
    """
    found: list[Fault] = []
    for key, entry in graph.items():
        definition = defs.get(entry["class_type"])
        title = str((entry.get("_meta") or {}).get("title") or entry["class_type"])
        if definition is None:
            message = f"The server has no node {entry['class_type']!r}."
            found.append(
                Fault(kind="missing_node", node=key, title=title, class_type=entry["class_type"], message=message)
            )
            continue
        for name, declared in inputs_of(definition, entry["inputs"]).items():
            if fault is not None:
                kind, message, choices = fault
                value = entry["inputs"].get(name)
                found.append(
                    Fault.model_validate(
                        {
                            "kind": kind, "node": key, "title": title, "class_type": entry["class_type"], "input": name,
                            "value": "" if value is None else str(value)[:200], "choices": choices[:200],
                            "message": f"{title}, {name}: {message}",
                        }
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
            if name not in inputs and declared.required and declared.is_widget and not _stands_for(name, inputs):
                if declared.default is not None and not declared.type.startswith("COMFY_DYNAMICGROUP"):
                    inputs[name] = declared.default
        made[key] = {**entry, "inputs": inputs}
    return made


def inputs_of(definition: NodeDef, given: Mapping[str, Json]) -> dict[str, InputDef]:
    """The inputs the node has for the choices that were made."""
    found: dict[str, InputDef] = {}

    def take(entry: InputDef) -> None:
        found[entry.name] = entry
        if entry.dynamic:
            for further in branch(entry, given.get(entry.name)):
                take(further)

    for entry in definition.inputs:
        take(entry)
    return found


def _stands_for(name: str, given: Mapping[str, Json]) -> bool:
    """Whether an input that a choice brings along is given under its old plain name: SaveVideo's codec was one."""
    return "." in name and name.rpartition(".")[2] in given


def _fault(
    graph: Graph, defs: NodeDefs, declared: InputDef, value: Json, given: bool
) -> tuple[str, str, tuple[str, ...]] | None:
    if declared.type.startswith(("COMFY_AUTOGROW", "COMFY_DYNAMICGROUP")):
        return None
    if not given:
        return ("missing_input", "needs a value.", ()) if declared.required else None
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
            return "wrong_type", f"takes text, not {value!r:.60}.", ()
        case "BOOLEAN" if not isinstance(value, bool):
            return "wrong_type", f"takes true or false, not {value!r:.60}.", ()
        case _ if not declared.is_widget:
            return "bad_link", "must be linked to another node.", ()
        case _:
            return None


def _number_fault(declared: InputDef, value: Json) -> tuple[str, str, tuple[str, ...]] | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "wrong_type", f"takes a number, not {value!r:.60}.", ()
    low, high = declared.options.get("min"), declared.options.get("max")
    if isinstance(low, (int, float)) and value < low:
        return "too_small", f"{value} is below the smallest value {low}.", ()
    if isinstance(high, (int, float)) and value > high:
        return "too_large", f"{value} is above the largest value {high}.", ()
    return None


def _choice_fault(declared: InputDef, value: Json) -> tuple[str, str, tuple[str, ...]] | None:
    if any(declared.options.get(flag) for flag in UPLOADS) or declared.options.get("remote"):
        return None
    if value in (declared.choices or ()):
        return None
    choices = tuple(str(c) for c in declared.choices or ())
    return "not_in_list", f"{value!r:.120} is not there.", choices


def _link_fault(
    graph: Graph, defs: NodeDefs, declared: InputDef, source: str, slot: int
) -> tuple[str, str, tuple[str, ...]] | None:
    if source not in graph:
        return "bad_link", f"is linked to node {source}, which is not in the graph.", ()
    definition = defs.get(graph[source]["class_type"])
    if definition is None:
        return None
    if slot >= len(definition.outputs):
        return "bad_link", f"is linked to output {slot} of {definition.title}, which has {len(definition.outputs)}.", ()
    gives, takes = definition.outputs[slot], declared.type
    if gives in LINK_ONLY_ANY or takes in LINK_ONLY_ANY or set(gives.split(",")) & set(takes.split(",")):
        return None
    return "bad_link", f"takes {takes}, but is linked to {gives} of {definition.title}.", ()


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
