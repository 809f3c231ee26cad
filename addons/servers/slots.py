"""The form that says which inputs of a graph a workflow's values go into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addons.api import Json
from addons.flows import slot_words
from domain.engine import InputInfo, WorkflowInfo, fits
from domain.workflow import SLOTS

USUAL_SLOTS = {
    "video": (
        "prompt", "negative", "seed", "width", "height", "length", "fps", "start_image", "end_image", "steps", "cfg",
        "motion",
    ),
    "image": (
        "prompt", "negative", "seed", "width", "height", "steps", "cfg", "start_image", "mask", "denoise",
        "reference-1",
    ),
    "upscale": ("start_image", "clip", "width", "height", "fps", "seed"),
    "interpolate": ("clip", "times", "fps"),
}  # fmt: skip
"""Slots that the form offers even where none was found."""

FIELD = "slot."
"""A field of the form is "slot.<slot>#<number>"; one without a number holds several places, with commas."""

MAX_PLACES = 40


def slots_of(flow: WorkflowInfo) -> list[str]:
    """Every slot there is or may be, in the order in which people think of them."""
    offered = [*flow.slots, *USUAL_SLOTS[flow.kind]]
    references = [slot for slot in flow.slots if slot.startswith("reference-")]
    if references:
        offered.append(f"reference-{1 + max(int(slot.removeprefix('reference-')) for slot in references)}")
    order = {slot: n for n, slot in enumerate(SLOTS)}
    return sorted(dict.fromkeys(offered), key=lambda slot: order.get(slot, len(order)))


def form(flow: WorkflowInfo) -> dict[str, Json]:
    """The slots with the inputs they go into now, and the inputs to pick from; where the graph could not be read, no
    inputs, and places are typed."""
    kinds = {i.kind for i in flow.inputs}
    return {
        "slots": [
            {
                "id": slot, "name": slot_words(slot), "now": list(flow.places.get(slot, ())),
                "kinds": [kind for kind in sorted(kinds) if fits(slot, kind)],
            }
            for slot in slots_of(flow)
        ],
        "inputs": [[i.place, i.kind, label(i)] for i in flow.inputs],
    }  # fmt: skip


def label(entry: InputInfo) -> str:
    """An input as it is listed: "KSampler · steps = 20"."""
    name = "" if entry.input in ("value", "text") and entry.node else f" · {entry.input}"
    return f"{entry.node}{name}{f' = {entry.value}' if entry.value else ''} ({entry.place.partition('.')[0]})"


def changed(flow: WorkflowInfo, data: Mapping[str, Any]) -> dict[str, str]:
    """What a filled-in form changes: the places of each slot, with commas; empty for one that is taken away."""
    allowed, given = set(slots_of(flow)), dict[str, list[str]]()
    for key in sorted(data, key=_order):
        slot = key.removeprefix(FIELD).partition("#")[0]
        if not key.startswith(FIELD) or slot not in allowed:
            continue
        places = [place.strip() for place in str(data[key] or "")[:2000].split(",")]
        given.setdefault(slot, []).extend(place for place in places if place)
    places_of = {slot: tuple(dict.fromkeys(places))[:MAX_PLACES] for slot, places in given.items()}
    return {slot: ", ".join(places) for slot, places in places_of.items() if places != flow.places.get(slot, ())}


def _order(key: str) -> tuple[str, int]:
    slot, _, number = key.partition("#")
    return slot, int(number) if number.isdigit() and len(number) < 4 else 0
