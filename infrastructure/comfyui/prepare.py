"""Making a workflow ready for one server: converted for its nodes, and every place of its manifest found in the graph.

A manifest that is bound to a template names the inputs of the template's own big node (`@host.prompt`) or asks for
what is found (`@found.length`), because ids differ between versions of a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import BackendUnavailable, BadInput
from domain.workflow import FOUND, HOST, PICTURE_SLOTS, Derived, SlotPlace, Switch, WorkflowManifest, read_place
from infrastructure.comfyui.catalogue import Workflow
from infrastructure.comfyui.choosing import Prepared
from infrastructure.comfyui.convert import Converted, Json, to_api
from infrastructure.comfyui.guess import found_manifest
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.slots import SlotFinder, Slots
from infrastructure.comfyui.view import GraphView

FetchTemplate = Callable[[str], Mapping[str, Json] | None]
"""Gives the server's own `/templates/<name>.json`, or None when it has none of that name."""


def prepare(workflow: Workflow, defs: NodeDefs, fetch: FetchTemplate | None = None) -> Prepared:
    """The workflow for the server that `defs` describes. `fetch` is needed for those bound to a template.

    Raises BadInput when the file cannot be used, BackendUnavailable when the server lacks the template.
    """
    manifest = workflow.manifest
    if manifest is not None and manifest.template:
        return _bound(manifest, _template(manifest, fetch), defs)
    if workflow.data is None:
        raise BadInput(workflow.entry.fault or f"{workflow.entry.title} has no graph.", "Correct its files.")
    converted = to_api(workflow.data, defs)
    if manifest is not None:
        _check_places(manifest, converted)
        return Prepared(manifest, converted)
    found = found_manifest(workflow.entry.id, workflow.entry.title, converted, defs)
    if found is None:
        raise BadInput(f"{workflow.entry.title} writes no picture and no clip.", "Add a SaveImage or SaveVideo node.")
    notes = ("Its slots were found by looking at the graph and are not confirmed.", *found[1])
    return Prepared(found[0], converted, notes)


def _template(manifest: WorkflowManifest, fetch: FetchTemplate | None) -> Mapping[str, Json]:
    data = fetch(manifest.template) if fetch is not None else None
    if data is None:
        raise BackendUnavailable(
            f"{manifest.title} uses the template {manifest.template}, which this server does not have.",
            "Update ComfyUI (and its workflow templates) on the server, or choose another workflow.",
        )
    return data


def _check_places(manifest: WorkflowManifest, converted: Converted) -> None:
    named = [manifest.writer, *([manifest.last_frame] if manifest.last_frame else [])]
    places = [place for places in manifest.slots.values() for place in places]
    places += [read_place(text) for text in manifest.derived]
    places += [read_place(text) for switch in manifest.switches for text in (*switch.on, *switch.off)]
    named += [place.node for place in places] + [node for switch in manifest.switches for node in switch.bypass]
    missing = sorted({node for node in named if node not in converted.graph})
    if missing:
        raise BadInput(
            f"The manifest of {manifest.title} names nodes that its graph does not have: {', '.join(missing[:5])}.",
            "The graph was changed; delete the .toml to have the slots found again.",
        )


# -- templates -----------------------------------------------------------------------------------------------------


def _bound(manifest: WorkflowManifest, data: Mapping[str, Json], defs: NodeDefs) -> Prepared:
    converted = to_api(data, defs)
    slots = SlotFinder(converted, defs).find(manifest.writer or None)
    if slots is None:
        raise BadInput(f"The server's template {manifest.template} writes no picture and no clip.", "Update Kinoloom.")
    binder = _Binder(converted, slots, defs)
    notes = []
    places: dict[str, tuple[SlotPlace, ...]] = {}
    for slot, wanted in manifest.slots.items():
        found = tuple(dict.fromkeys(p for place in wanted for p in binder.resolve(place, slot)))
        found = found or tuple(slots.places.get(slot, ()))
        if found:
            places[slot] = found
        else:
            notes.append(f"The server's template takes no {slot.replace('_', ' ')}.")
    named = {place for found in places.values() for place in found}
    for slot, found in slots.places.items():
        # Model files are offered as the template has them, without the manifest naming each.
        if ":" in slot and slot not in places and not named & set(found):
            places[slot] = tuple(found)
    switches = tuple(s for s in (binder.switch(s) for s in manifest.switches) if s is not None)
    offered = {s.id for s in switches}
    bound = manifest.replace(
        writer=slots.writer, slots=places, template="", switches=switches,
        derived={**{k: v.to_json() for k, v in slots.derived.items()}, **binder.derived(manifest.derived)},
        quality={
            name: preset.replace(
                set={k: v for k, v in preset.set.items() if k in places},
                switches={k: v for k, v in preset.switches.items() if k in offered},
            )
            for name, preset in manifest.quality.items()
        },
    )  # fmt: skip
    return Prepared(bound, converted, tuple(notes))


class _Binder:
    """Finds the places that a template-bound manifest means in the template's graph."""

    def __init__(self, converted: Converted, slots: Slots, defs: NodeDefs) -> None:
        self._converted = converted
        self._slots = slots
        self._view = GraphView(converted, defs)

    def resolve(self, place: SlotPlace, slot: str = "") -> list[SlotPlace]:
        """The places in the graph; empty when the template has none of that name."""
        if place.node == FOUND:
            return list(self._slots.places.get(place.input, ()))
        if place.node != HOST:
            return [place] if place.node in self._converted.graph else []
        wanted = place.input.casefold()
        for by_label in (True, False):
            for host, inner in self._converted.hosts.items():
                name = self._converted.labels.get(host, "") if by_label else host[1]
                if name.casefold() == wanted:
                    found = [self._entry(p, slot) for p in inner if p.node in self._converted.graph]
                    return list(dict.fromkeys(found))
        return []

    def _entry(self, place: SlotPlace, slot: str) -> SlotPlace:
        """Where the value enters: the loader of a picture, the node of constants behind an input."""
        source = self._view.source(place.node, place.input)
        if source is None:
            return place
        if PICTURE_SLOTS.fullmatch(slot):
            return self._view.picture_behind(source[0]) or place
        held = self._view.holds(source[0])
        return SlotPlace(node=source[0], input=held) if held else place

    def switch(self, switch: Switch) -> Switch | None:
        """The switch with its places in the graph; None when the template does not have what it turns."""
        on, off = self._values(switch.on), self._values(switch.off)
        if (switch.on and not on) or (switch.off and not off):
            return None
        return switch.replace(on=on, off=off)

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {str(p): value for text, value in values.items() for p in self.resolve(read_place(text))}

    def derived(self, derived: Mapping[str, Derived]) -> dict[str, Any]:
        """Derived inputs with their places in the graph."""
        return {str(p): d.to_json() for text, d in derived.items() for p in self.resolve(read_place(text))}
