"""A request in words: exactly what a backend is sent, field by field, for people to read."""

from __future__ import annotations

from typing import Any

from addons.api import Json
from addons.flows import option_rows
from addons.format import rate_words
from addons.variants import slot_label
from addons.words import inline, named, t
from domain.backend import BackendSpec
from domain.request import GenerationRequest
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS

LABELS = {
    "title": "Title", "size": "Shot size", "location": "Location", "characters": "Characters", "objects": "Objects",
    "camera": "Camera", "camera_speed": "Camera speed", "motion": "Motion", "steps": "Steps", "cfg": "Guidance",
    "slot": "Slot", "loras": "LoRA", "span": "Part of the shot", "burn_in": "Slate and caption", "caption": "Caption",
    "characters_colours": "Colours worn", "objects_colours": "Colours of things", "fit": "Fit", "focus": "Focus",
    "fidelity": "Fidelity", "start_by": "Shot before", "denoise": "Drawn anew",
}  # fmt: skip


COLOURED = {
    "coat": "Coat", "legs": "Trousers", "scarf": "Scarf", "hat": "Hat", "hair": "Hair", "boat": "Boat", "car": "Car",
    "house": "House", "umbrella": "Umbrella", "door": "Door", "bicycle": "Bicycle", "train": "Train", "book": "Book",
    "lantern": "Lantern", "cup": "Cup", "basket": "Basket", "table": "Table", "lighthouse": "Lighthouse",
    "gate": "Gate", "key": "Key",
}  # fmt: skip
COLOURS = (
    "red", "blue", "green", "yellow", "orange", "purple", "pink", "brown", "black", "white", "grey", "silver", "gold",
    "beige", "turquoise", "navy", "blond",
)  # fmt: skip


def seed_words(request: GenerationRequest, variants: bool = False) -> str:
    """The seed and where it comes from; empty when the backend uses none."""
    rule = request.seed_rule
    if rule == "unused":
        return ""
    if rule == "random":
        return t("another one each time")
    more = t(", then counting up for each variant") if variants else ""
    kind, _, first = rule.partition(":")
    origin = {"fixed": t("set in the storyboard"), "series": t("of the series from {first}", first=first)}
    return f"{request.seed} ({origin.get(kind, t('from the project, the same each time'))}{more})"


def sent(request: GenerationRequest, spec: BackendSpec | None = None, *, planned: bool = False) -> list[list[str]]:
    """Label and value of everything in the request. `planned` tells that it was not sent yet."""
    rows: list[list[str]] = []

    def add(label: str, value: str) -> None:
        if value:
            rows.append([label, value[:2000]])

    add(t("Words"), request.prompt)
    add(t("Not wanted"), request.negative)
    for key, value in request.params.items():
        if key == "presets" and isinstance(value, dict):
            for name, chosen in value.items():
                add(named(_said(str(name))), inline(named(_said(str(chosen)))))
        elif key == "workflow_options":
            for label, chosen in option_rows(value):
                add(label, chosen)
        else:
            add(named(LABELS.get(key, _said(key))), _value(key, value))
    add(t("Slate"), request.label)
    add(t("Seed"), seed_words(request, variants=request.kind == "image") if planned else str(request.seed))
    add(t("Picture"), f"{request.width} × {request.height}")
    if request.kind == "video":
        add(t("Length"), t("{frames} frames at {rate}", frames=request.frames, rate=rate_words(request.rate)))
    add(t("Starts from"), request.start.path if request.start else "")
    add(t("Drawn anew within"), request.mask.path if request.mask else "")
    add(t("Ends at"), request.end.path if request.end else "")
    for picked in request.references:
        add(t("Reference"), picked.path)
    add(t("Engine"), named(spec.title) if spec and spec.id == request.backend else request.backend)
    add(t("Model"), request.profile if request.profile != request.backend else "")
    add(t("Workflow"), request.workflow if request.workflow != request.backend else "")
    return rows


def _said(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _value(key: str, value: Json) -> str:
    match key, value:
        case "characters_colours", dict():
            return _worn(value)
        case "objects_colours", dict():
            return _coloured({name: str(colour) for name, colour in value.items()})
        case "slot", str():
            return slot_label(value)
        case (("fit" | "start_by"), str()):
            return named(value.capitalize())
        case "fidelity", int():
            return f"{value} %"
        case "focus", [across, down]:
            return f"{across} %, {down} %"
        case "camera", str():
            return next((named(label) for move, label in CAMERA_LABELS.items() if move == value), value)
        case "size", str():
            return next((named(label) for size, label in SIZE_LABELS.items() if size == value), value)
        case (("camera_speed" | "motion"), (int() | float())):
            return f"× {value:g}"
        case "span", [first, of]:
            return t("from frame {first} of {of}", first=int(first) + 1, of=of)
        case "loras", dict():
            return ", ".join(f"{file} × {strength:g}" for file, strength in value.items())
        case _, bool():
            return t("yes") if value else t("no")
        case _, list():
            return ", ".join(_name(entry) for entry in value)
        case _:
            return "" if value is None else str(value)


def _worn(people: dict[str, Any]) -> str:
    """What everybody wears: "mara: coat dark red, hat yellow"."""
    return "; ".join(f"{who}: {_coloured(parts)}" if who else _coloured(parts) for who, parts in people.items())


def _coloured(things: dict[str, str]) -> str:
    return ", ".join(f"{named(COLOURED.get(what, what))} {_colour(colour)}" for what, colour in things.items())


def _colour(words: str) -> str:
    shade, _, name = words.rpartition(" ")
    colour = named(name) if name in COLOURS else name
    return t("dark {colour}", colour=colour) if shade == "dark" else (
        t("light {colour}", colour=colour) if shade == "light" else colour
    )  # fmt: skip


def _name(entry: Any) -> str:
    return str(entry.get("name") or entry.get("id") or "") if isinstance(entry, dict) else str(entry)
