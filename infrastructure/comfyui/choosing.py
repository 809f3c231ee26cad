"""What can be chosen for a workflow on a server, and what a request chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.errors import BadInput, NotReady
from domain.request import GenerationRequest
from domain.workflow import PICTURE_SLOTS, SLOTS, Choices, Switch, WorkflowManifest
from infrastructure.comfyui import grafts
from infrastructure.comfyui.convert import Converted, Json
from infrastructure.comfyui.nodedefs import NodeDefs

OPTIONS = "workflow_options"
"""Entry of a request's `params` with quality, switches and model files; beside it stand values by slot."""

STRENGTH = "motion_strength"
"""Entry of a request's `params`: 0 still, 0.5 normal, 1 twice as much. The slot "motion" counts normal as 1."""

LORAS = "loras"
"""Entry of a request's `params`: LoRA files of those in the shot, each with its strength."""

WITHOUT_EFFECT = frozenset({"slot"})
"""Entries of a request's `params` that tell requests apart and are no values."""


@dataclass(frozen=True)
class Prepared:
    """A workflow ready for one server: its manifest with every place in its graph, the graph as converted for that
    server."""

    manifest: WorkflowManifest
    converted: Converted
    notes: tuple[str, ...] = ()


def fields_of(manifest: WorkflowManifest) -> frozenset[str]:
    """The parts of a shot that reach the workflow, as `domain.backend.BackendSpec.fields` names them."""
    kind = "video" if manifest.makes_clip else "image"
    names = {
        "prompt": "prompt", "negative": "negative", "seed": f"{kind}.seed", "steps": f"{kind}.steps",
        "cfg": f"{kind}.cfg", "motion": STRENGTH,
    }  # fmt: skip
    return frozenset(field for slot, field in names.items() if manifest.takes(slot))


def choices_of(request: GenerationRequest, manifest: WorkflowManifest, pictures: Mapping[str, str]) -> Choices:
    """What a request wants of a workflow. `pictures` maps "start", "end", "reference-0" … to names on the server.

    Raises BadInput for a value that the workflow does not take, and NotReady for a picture that was not uploaded.
    """
    unknown = set(request.params) - set(SLOTS) - {OPTIONS, STRENGTH, LORAS} - WITHOUT_EFFECT
    if unknown:
        raise BadInput(
            f"{manifest.title} does not use {', '.join(sorted(unknown))}.", "Leave it out, or choose another workflow."
        )
    values: dict[str, Any] = {name: value for name, value in request.params.items() if name in SLOTS}
    if STRENGTH in request.params:
        values["motion"] = float(request.params[STRENGTH]) * 2
    values |= {name: text for name, text in _words(request).items() if text}
    if request.seed_rule != "unused" or manifest.takes("seed"):
        values["seed"] = request.seed
    if manifest.takes("width") or not any(PICTURE_SLOTS.fullmatch(slot) for slot in manifest.slots):
        values |= {"width": request.width, "height": request.height}
    if request.clip is not None:  # as long as the clip is
        values |= {"fps": request.rate} if manifest.takes("fps") else {}
    elif request.kind == "video":
        values |= {"length": request.frames, "fps": request.rate}
    for name, picked in _pictures(request).items():
        if picked is not None:
            if name not in pictures:
                raise NotReady(f"The picture {name} was not handed to the server.", "Render the shot again.")
            values[_picture_slot(name, manifest)] = pictures[name]
    loras = request.params.get(LORAS)
    return read_choices(request.params.get(OPTIONS), values, loras if isinstance(loras, Mapping) else None)


def read_choices(
    options: Json, values: Mapping[str, Any] | None = None, loras: Mapping[str, Any] | None = None
) -> Choices:
    """Choices from what a project stores for a workflow. Raises BadInput when that cannot be read."""
    given = dict(options) if isinstance(options, Mapping) else {}
    given = {name: value for name, value in given.items() if value not in ("", None)}
    try:
        return Choices.model_validate({**given, "values": dict(values or {}), "loras": dict(loras or {})})
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadInput(f"The workflow's option {where} cannot be used.", "Choose it again in Project.") from error


def _words(request: GenerationRequest) -> dict[str, str]:
    return {"prompt": request.prompt, "negative": request.negative}


def _pictures(request: GenerationRequest) -> dict[str, object]:
    named: dict[str, object] = {"start": request.start, "end": request.end, "clip": request.clip, "mask": request.mask}
    return named | {f"reference-{number}": picked for number, picked in enumerate(request.references)}


def _picture_slot(name: str, manifest: WorkflowManifest) -> str:
    if name == "start" and "start_image" not in manifest.slots and "reference-1" in manifest.slots:
        return "reference-1"  # editing a picture: the start frame is what is edited
    if name in ("clip", "mask"):
        return name
    return f"reference-{int(name[10:]) + 1}" if name.startswith("reference-") else f"{name}_image"


def variant_of(manifest: WorkflowManifest, choices: Choices) -> str:
    """The id of the workflow that a switch puts in place of this one; empty when none does."""
    for switch in manifest.switches:
        if switch.variant and choices.switches.get(switch.id, switch.default):
            return switch.variant
    return ""


def switches_of(prepared: Prepared, defs: NodeDefs) -> list[Switch]:
    """The switches that can be offered on this server: the workflow's own whose nodes are there, and SageAttention
    and GGUF loaders where the server has them."""
    graph = prepared.converted.graph
    found = [s for s in prepared.manifest.switches if all(node in defs for node in s.needs) or not defs]
    if all(s.id != grafts.SAGE_SWITCH for s in found) and grafts.can_sage(graph, defs):
        found.append(
            Switch(
                id=grafts.SAGE_SWITCH, title="SageAttention", needs=(grafts.SAGE_NODE,),
                help="Quicker attention on NVIDIA cards; the picture differs slightly.",
            )
        )  # fmt: skip
    if grafts.gguf_loaders(graph, defs):
        found.append(
            Switch(
                id=grafts.GGUF_SWITCH, title="GGUF models", needs=(grafts.GGUF_LOADER,),
                help="Loads quantised .gguf files, which need less memory.",
            )
        )  # fmt: skip
    return found


def model_choices(prepared: Prepared, defs: NodeDefs) -> dict[str, tuple[str, ...]]:
    """The files that the server offers for each slot of a model or LoRA, GGUF files included."""
    found = {}
    for slot, places in prepared.manifest.slots.items():
        if not slot.startswith(("model:", "lora:")) or places[0].node not in prepared.converted.graph:
            continue
        kind = prepared.converted.graph[places[0].node]["class_type"]
        definition = defs.get(kind)
        declared = definition.input(places[0].input) if definition else None
        listed = tuple(str(c) for c in (declared.choices if declared else None) or ())
        found[slot] = listed + tuple(c for c in grafts.gguf_choices(kind, places[0].input, defs) if c not in listed)
    return found
