"""Values as a node's input takes them."""

from __future__ import annotations

from fractions import Fraction

from domain.errors import BadInput
from domain.workflow import SlotPlace
from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.validate import spelled_as_server

ROUNDED = frozenset({"fps"})
"""Slots whose value is rounded where an input takes whole numbers: a sound track's rate beside the picture's own."""


def cast(graph: Graph, defs: NodeDefs, place: SlotPlace, value: Json, slot: str = "") -> Json:
    """`value` in the type of the input, by the server's word or, without it, by what is there now.

    Raises BadInput when the value cannot be had in that type: a fraction of a frame, a word for a number.
    """
    entry = graph[place.node]
    definition = defs.get(entry["class_type"])
    declared = definition.input(place.input) if definition is not None else None
    now = entry["inputs"].get(place.input)
    kind = declared.type if declared is not None else _kind_of(now)
    if declared is not None and declared.choices is not None and isinstance(value, str):
        return spelled_as_server(declared, value) or value
    match kind:
        case "INT":
            number = _whole(value, place, slot)
            most = declared.options.get("max") if declared is not None else None
            # Seeds of services are smaller than ours; the same seed still gives the same picture.
            return number % (most + 1) if slot == "seed" and isinstance(most, int) and most > 0 else number
        case "FLOAT":
            return float(_number(value, place))
        case "BOOLEAN":
            if not isinstance(value, bool):
                raise _wrong(value, place, "true or false")
            return value
        case "STRING":
            if not isinstance(value, str):
                raise _wrong(value, place, "text")
            return value
        case _:
            return float(value) if isinstance(value, Fraction) else value


def _kind_of(now: Json) -> str:
    if is_link(now) or now is None:
        return ""
    if isinstance(now, bool):
        return "BOOLEAN"
    return "INT" if isinstance(now, int) else "FLOAT" if isinstance(now, float) else "STRING"


def _number(value: Json, place: SlotPlace) -> int | float | Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
        raise _wrong(value, place, "a number")
    return value


def _whole(value: Json, place: SlotPlace, slot: str) -> int:
    number = _number(value, place)
    if number == int(number):
        return int(number)
    if slot in ROUNDED:
        return round(number)
    raise _wrong(value, place, "a whole number")


def _wrong(value: Json, place: SlotPlace, wanted: str) -> BadInput:
    return BadInput(f"The workflow takes {wanted} at {place}, not {value!s:.60}.", "Correct the value or the manifest.")
