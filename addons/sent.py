"""A request in words: exactly what a backend is sent, field by field, for people to read."""

from __future__ import annotations

from typing import Any

from addons.api import Json
from addons.flows import option_rows
from addons.format import rate_words
from domain.backend import BackendSpec
from domain.request import GenerationRequest
from domain.vocabulary import CAMERA_LABELS, SIZE_LABELS

_LABELS = {
    "title": "Title", "size": "Shot size", "location": "Location", "characters": "Characters", "objects": "Objects",
    "camera": "Camera", "camera_speed": "Camera speed", "motion": "Motion", "steps": "Steps", "cfg": "Guidance",
    "slot": "Slot", "loras": "LoRA", "span": "Part of the shot", "burn_in": "Slate and caption", "caption": "Caption",
}  # fmt: skip


def seed_words(request: GenerationRequest, variants: bool = False) -> str:
    """The seed and where it comes from; empty when the backend uses none."""
    rule = request.seed_rule
    if rule == "unused":
        return ""
    if rule == "random":
        return "another one each time"
    more = ", then counting up for each variant" if variants else ""
    kind, _, first = rule.partition(":")
    origin = {"fixed": "set in the storyboard", "series": f"of the series from {first}"}
    return f"{request.seed} ({origin.get(kind, 'from the project, the same each time')}{more})"


def sent(request: GenerationRequest, spec: BackendSpec | None = None, *, planned: bool = False) -> list[list[str]]:
    """Label and value of everything in the request. `planned` tells that it was not sent yet."""
    rows: list[list[str]] = []

    def add(label: str, value: str) -> None:
        if value:
            rows.append([label, value[:2000]])

    add("Words", request.prompt)
    add("Not wanted", request.negative)
    for key, value in request.params.items():
        if key == "presets" and isinstance(value, dict):
            for name, chosen in value.items():
                add(_said(str(name)), str(chosen).replace("_", " "))
        elif key == "workflow_options":
            for label, chosen in option_rows(value):
                add(label, chosen)
        else:
            add(_LABELS.get(key, _said(key)), _value(key, value))
    add("Slate", request.label)
    add("Seed", seed_words(request, variants=request.kind == "image") if planned else str(request.seed))
    add("Picture", f"{request.width} × {request.height}")
    if request.kind == "video":
        add("Length", f"{request.frames} frames at {rate_words(request.rate)}")
    add("Starts from", request.start.path if request.start else "")
    add("Ends at", request.end.path if request.end else "")
    for picked in request.references:
        add("Reference", picked.path)
    add("Engine", spec.title if spec and spec.id == request.backend else request.backend)
    add("Model", request.profile if request.profile != request.backend else "")
    add("Workflow", request.workflow if request.workflow != request.backend else "")
    return rows


def _said(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _value(key: str, value: Json) -> str:
    match key, value:
        case "camera", str():
            return next((label for move, label in CAMERA_LABELS.items() if move == value), value)
        case "size", str():
            return next((label for size, label in SIZE_LABELS.items() if size == value), value)
        case (("camera_speed" | "motion"), (int() | float())):
            return f"× {value:g}"
        case "span", [first, of]:
            return f"from frame {int(first) + 1} of {of}"
        case "loras", dict():
            return ", ".join(f"{file} × {strength:g}" for file, strength in value.items())
        case _, bool():
            return "yes" if value else "no"
        case _, list():
            return ", ".join(_name(entry) for entry in value)
        case _:
            return "" if value is None else str(value)


def _name(entry: Any) -> str:
    return str(entry.get("name") or entry.get("id") or "") if isinstance(entry, dict) else str(entry)
