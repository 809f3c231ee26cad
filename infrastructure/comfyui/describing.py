"""A workflow as it can be chosen: what is known of it without a server, and what one server makes of it."""

from __future__ import annotations

import logging
from typing import Any

from domain.backend import Problem
from domain.engine import ModelInfo, WorkflowInfo
from domain.errors import StudioError
from domain.workflow import PICTURE_SLOTS, Choices, WorkflowManifest
from infrastructure.comfyui.build import build_prompt
from infrastructure.comfyui.catalogue import Workflow
from infrastructure.comfyui.choosing import Prepared, switches_of
from infrastructure.comfyui.convert import is_api, to_api
from infrastructure.comfyui.inputs import graph_inputs
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.prepare import prepare
from infrastructure.comfyui.presets import own_values, quality_infos, switch_info
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.strangers import named_in

log = logging.getLogger(__name__)


def describe(workflow: Workflow, manifest: WorkflowManifest | None) -> WorkflowInfo:
    """What is known of a workflow without a server."""
    entry = workflow.entry
    kind = manifest.kind if manifest is not None else entry.kind
    plain = WorkflowInfo(
        id=entry.id, title=entry.title, kind=kind if kind in ("image", "video", "upscale", "interpolate") else "video",
        profile=manifest.profile if manifest else entry.profile, description=entry.description,
        origin="server" if entry.template else "yours" if entry.source == "own" else "shipped",
        overrides=entry.overrides, confirmed=entry.confirmed, fault=entry.fault,
    )  # fmt: skip
    if manifest is None:
        return plain
    converted = to_api(workflow.data, NodeDefs()) if is_api(workflow.data) else None
    return plain.replace(
        licence=manifest.licence,
        slots=tuple(manifest.slots),
        places={slot: tuple(str(p) for p in places) for slot, places in manifest.slots.items()},
        qualities=quality_infos(manifest),
        switches=tuple(switch_info(manifest, s) for s in manifest.switches),
        inputs=() if converted is None else graph_inputs(converted, NodeDefs()),
        values={} if converted is None else own_values(manifest, converted.graph),
        custom_nodes=named_in(workflow.data),
        models=tuple(
            ModelInfo(name=m.name, folder=m.folder, url=m.url, slot=m.slot, size_gb=m.size_gb, licence=m.licence)
            for m in manifest.models
        ),
    )


def checked(workflow: Workflow, defs: NodeDefs, server: ComfyServer) -> WorkflowInfo:
    """What is known of a workflow on that server: what it lacks there, and what it offers."""
    try:
        prepared = prepare(workflow, defs, server.facts.template)
        manifest = prepared.manifest
        built = build_prompt(prepared, _sample(manifest), defs, "check")
    except StudioError as error:
        plain = describe(workflow, workflow.manifest)
        return plain.replace(checked=True, problems=(Problem(what=error.message, cure=error.cure),))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # A file of the user's may hold anything; one must not keep the others from being checked.
        log.warning("The workflow %s could not be read: %r", workflow.entry.id, error)
        plain = describe(workflow, workflow.manifest)
        what = f"{workflow.entry.title} could not be read: {error!r:.120}."
        return plain.replace(checked=True, problems=(Problem(what=what, cure="Save it anew in ComfyUI."),))
    models = tuple(
        ModelInfo(
            name=m.name, folder=m.folder, url=m.url, slot=m.slot, size_gb=m.size_gb, licence=m.licence,
            installed=m.installed,
        )
        for m in built.models
    )  # fmt: skip
    return describe(workflow, manifest).replace(
        checked=True, problems=built.problems, models=models, choices=_offered(prepared, defs),
        switches=tuple(switch_info(manifest, s) for s in switches_of(prepared, defs)),
        inputs=graph_inputs(prepared.converted, defs), values=own_values(manifest, prepared.converted.graph),
        custom_nodes=built.foreign,
    )  # fmt: skip


def _sample(manifest: WorkflowManifest) -> Choices:
    """Values good enough to build the graph and see what the server lacks."""
    values: dict[str, Any] = {s: "kinoloom/check.png" for s in manifest.slots if PICTURE_SLOTS.fullmatch(s)}
    return Choices(values=values)


def _offered(prepared: Prepared, defs: NodeDefs) -> dict[str, tuple[str, ...]]:
    """What the server offers for each model slot."""
    found: dict[str, tuple[str, ...]] = {}
    for slot, places in prepared.manifest.slots.items():
        if not slot.startswith(("model:", "lora:")) or not places:
            continue
        place = places[0]
        entry = prepared.converted.graph.get(place.node)
        definition = defs.get(entry["class_type"]) if entry is not None else None
        declared = next((i for i in definition.inputs if i.name == place.input), None) if definition else None
        if declared is not None and declared.choices:
            found[slot] = tuple(str(c) for c in declared.choices)
    return found
