"""From a workflow and what is wanted of it to the graph that is sent.

Every value that is given reaches the graph or is an error: a slot that a workflow does not have is never ignored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from domain.backend import Problem
from domain.errors import BadInput, NotReady
from domain.profile import ModelProfile
from domain.workflow import (
    PICTURE_SLOTS,
    Choices,
    ForeignNode,
    ModelFile,
    NeededModel,
    Quality,
    SlotPlace,
    read_place,
)  # fmt: skip
from infrastructure.comfyui import grafts
from infrastructure.comfyui.choosing import Prepared, switches_of
from infrastructure.comfyui.convert import Graph, Json
from infrastructure.comfyui.drawing import drawn
from infrastructure.comfyui.graph import bypassed, folded, free_id, pruned, with_value, without
from infrastructure.comfyui.needs import needed_models, respelled
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.passes import CLIP_LOADERS
from infrastructure.comfyui.strangers import foreign_nodes
from infrastructure.comfyui.validate import Fault, completed, faults
from infrastructure.comfyui.values import cast

STORAGE = re.compile(
    r"[._-](?:b?fp?(?:4|8|16|32)|e4m3fn|e5m2|scaled|mixed|int[48]|convrot|nvfp4|mxfp[48]|awq|pruned|"
    r"i?q[1-8](?:_[01ksmlx]+)*|f16|f32)(?=[._-]|$)"
)
"""Words in the names of model files that say how the weights are stored."""

FOLDER = "kinoloom"
"""Our folder among the server's outputs."""


@dataclass(frozen=True)
class Built:
    """What is sent, and what can be said about it before.

    `last_frame` is the node that saves the lossless last frame, empty when the pictures cannot be had in front of the
    writer. `workflow` is the graph in the editor's format, for `extra_data.extra_pnginfo.workflow`, so that a saved
    clip opens in ComfyUI; None without a server. `faults` is empty when the server will take
    it.
    """

    graph: Graph
    writer: str
    last_frame: str
    titles: Mapping[str, str]
    workflow: Mapping[str, Json] | None
    models: tuple[NeededModel, ...]
    foreign: tuple[ForeignNode, ...]
    faults: tuple[Fault, ...]
    values: Mapping[str, Json]
    switches: Mapping[str, bool]
    notes: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The faults in words, with what to do: model files with the folder they belong into and where to get them."""
        told = [problem_of(fault, self.models, self.foreign) for fault in self.faults]
        return tuple(dict.fromkeys(told))  # a file that three nodes load is missing once


def problem_of(fault: Fault, models: Iterable[NeededModel], foreign: Iterable[ForeignNode]) -> Problem:
    """A fault as the studio shows it."""
    if fault.kind == "missing_node":
        pack = next((f.pack for f in foreign if f.class_type == fault.class_type and f.pack), "")
        cure = f"Install the custom nodes {pack}" if pack else "Update ComfyUI, or install the custom nodes it is from"
        return Problem(what=fault.message, cure=f"{cure}, and restart the server.")
    for model in models:
        if fault.kind == "not_in_list" and model.name == fault.value and not model.installed:
            where = f"models/{model.folder}" if model.folder else "its models folder"
            size = f" ({model.size_gb:g} GB)" if model.size_gb else ""
            source = f" from {model.url}" if model.url else ""
            return Problem(
                what=f"The server does not have the model {model.name}.",
                cure=f"Put it{size} into {where} of ComfyUI{source}, or choose another file.",
            )
    if fault.kind == "not_in_list" and fault.choices:
        return Problem(what=fault.message, cure=f"The server has: {', '.join(fault.choices[:8])}.")
    return Problem(what=fault.message, cure="Check the workflow in ComfyUI.")


# -- building ------------------------------------------------------------------------------------------------------


def build_prompt(
    prepared: Prepared, choices: Choices, defs: NodeDefs, job_id: str, profile: ModelProfile | None = None
) -> Built:
    """The graph to send for one job: values set, switches turned, constants folded, everything that the result does
    not need cut away, the lossless last frame added, and all of it checked against the server's nodes.

    Raises BadInput for values, switches and presets that the workflow does not have, and for lengths and sizes that
    are not on the profile's grid; NotReady when a picture is missing that the workflow needs.
    """
    return _Builder(prepared, choices, defs, profile).build(job_id)


class _Builder:
    def __init__(
        self, prepared: Prepared, choices: Choices, defs: NodeDefs, profile: ModelProfile | None
    ) -> None:  # fmt: skip
        self._prepared = prepared
        self._manifest = prepared.manifest
        self._choices = choices
        self._defs = defs
        self._profile = profile
        self._graph: Graph = prepared.converted.graph
        self._values: dict[str, Json] = {}
        self._gguf: list[str] = []
        self._notes = list(prepared.notes)

    def build(self, job_id: str) -> Built:
        manifest, defs = self._manifest, self._defs
        preset = self._preset()
        switches = self._switches(preset)
        self._check_grid()
        for name, on in switches.items():
            self._turn(name, on)
        turned = self._graph
        for slot, value in preset.set.items():
            places = manifest.slots.get(slot, ())
            if slot not in self._choices.values and not self._moved(turned, places):
                self._set(slot, value)
        for slot, given in self._choices.values.items():
            if not PICTURE_SLOTS.fullmatch(slot):
                self._set(slot, given)
        self._pictures()
        self._derive()
        for slot, file in self._choices.models.items():
            self._model(slot, file, gguf=switches.get(grafts.GGUF_SWITCH, False))
        writer = manifest.writer
        if writer not in self._graph:
            raise NotReady(f"{manifest.title} lacks a picture that it needs.", "Choose or make the keyframe first.")
        graph, last = self._with_last(self._graph, writer)
        if manifest.makes_clip:
            graph, writer = grafts.with_mp4(graph, writer, defs)
        graph = pruned(folded(graph), [writer, last])
        graph = self._swapped(graph, gguf=switches.get(grafts.GGUF_SWITCH, False))
        if switches.get(grafts.SAGE_SWITCH) and not self._is_own(grafts.SAGE_SWITCH):
            graph = grafts.with_sage(graph, defs)
        graph = grafts.with_loras(graph, self._choices.loras, defs)
        graph = completed(respelled(graph, defs), defs)
        for key, name in ((writer, "clip" if manifest.makes_clip else "picture"), (last, "last")):
            if key in graph:
                graph[key]["inputs"]["filename_prefix"] = f"{FOLDER}/{job_id}/{name}"
        titles = {k: str((e.get("_meta") or {}).get("title") or e["class_type"]) for k, e in graph.items()}
        converted = self._prepared.converted
        return Built(
            graph=graph, writer=writer, last_frame=last, titles=titles,
            workflow=drawn(graph, defs) if defs else None,
            models=tuple(needed_models(converted, graph, defs, self._known_files(), manifest.slots)),
            foreign=tuple(foreign_nodes(converted, graph, defs)), faults=tuple(faults(graph, defs)) if defs else (),
            values=self._values, switches=switches, notes=tuple(self._notes),
        )  # fmt: skip

    # -- switches and presets ------------------------------------------------------------------------------

    def _preset(self) -> Quality:
        name = self._choices.quality
        if not name:
            return Quality(title="")
        if name not in self._manifest.quality:
            known = ", ".join(self._manifest.quality) or "none"
            raise BadInput(f"{self._manifest.title} has no quality {name[:40]!r}.", f"It has: {known}.")
        return self._manifest.quality[name]

    def _switches(self, preset: Quality) -> dict[str, bool]:
        offered = {switch.id: switch for switch in switches_of(self._prepared, self._defs)}
        wanted = {switch.id: switch.default for switch in self._manifest.switches}
        wanted |= preset.switches
        wanted |= self._choices.switches
        for name, on in wanted.items():
            own = self._manifest.switch(name)
            if own is None and name not in offered and (on or name not in (grafts.SAGE_SWITCH, grafts.GGUF_SWITCH)):
                needs = {grafts.SAGE_SWITCH: grafts.SAGE_NODE, grafts.GGUF_SWITCH: grafts.GGUF_LOADER}.get(name)
                cure = f"The server needs the node {needs}." if needs else f"It has: {', '.join(offered) or 'none'}."
                raise BadInput(f"{self._manifest.title} has no switch {name[:40]!r} here.", cure)
            if on and own is not None and name not in offered:
                missing = ", ".join(n for n in own.needs if n not in self._defs)
                raise BadInput(
                    f"{own.title} needs nodes that the server lacks: {missing}.", "Install them, or leave it off."
                )  # fmt: skip
        return wanted

    def _is_own(self, name: str) -> bool:
        return self._manifest.switch(name) is not None

    def _turn(self, name: str, on: bool) -> None:
        switch = self._manifest.switch(name)
        if switch is None:
            return
        for text, value in (switch.on if on else switch.off).items():
            self._put((read_place(text),), value)
        if not on:
            self._graph = bypassed(self._graph, switch.bypass, self._defs)

    def _moved(self, turned: Graph, places: tuple[SlotPlace, ...]) -> bool:
        """Whether a switch that is on has set one of these places: turbo goes before a preset's steps."""
        before = self._prepared.converted.graph
        return any(
            p.node in turned and turned[p.node]["inputs"].get(p.input) != before[p.node]["inputs"].get(p.input)
            for p in places
        )

    # -- values --------------------------------------------------------------------------------------------

    def _check_grid(self) -> None:
        profile, values = self._profile, self._choices.values
        if profile is None:
            return
        frames = values.get("length")
        if isinstance(frames, int) and self._manifest.takes("length") and not profile.on_grid(frames):
            raise BadInput(
                f"{profile.title} does not make clips of {frames} frames.",
                f"It makes {profile.a}k+{profile.b}, from {profile.shortest} to {profile.longest}.",
            )
        for side in ("width", "height"):
            size = values.get(side)
            if isinstance(size, int) and self._manifest.takes(side) and size % profile.size_multiple:
                raise BadInput(
                    f"{profile.title} does not make a {side} of {size} pixels.",
                    f"It makes multiples of {profile.size_multiple}.",
                )

    def _set(self, slot: str, value: Json) -> None:
        if not self._manifest.takes(slot):
            raise BadInput(
                f"{self._manifest.title} takes no {slot.replace('_', ' ')}.",
                "Leave it out, choose another workflow, or add the slot to its manifest.",
            )
        self._values[slot] = float(value) if isinstance(value, Fraction) else value
        self._put(self._manifest.slots.get(slot, ()), value, slot)

    def _put(self, places: tuple[SlotPlace, ...], value: Json, slot: str = "") -> None:
        for place in places:
            if place.node not in self._graph:
                continue  # a switch took the node out
            made = cast(self._graph, self._defs, place, value, slot)
            self._graph = with_value(self._graph, [place], made)

    def _derive(self) -> None:
        for text, derived in self._manifest.derived.items():
            place = read_place(text)
            value = self._values.get(derived.slot)
            for source in self._manifest.slots.get(derived.slot, ()):
                if source.node in self._graph:
                    value = self._graph[source.node]["inputs"].get(source.input)
                    break
            if isinstance(value, (int, float)) and not isinstance(value, bool) and place.node in self._graph:
                made = value * derived.times
                made = max(made, derived.low) if derived.low is not None else made
                made = min(made, derived.high) if derived.high is not None else made
                now = self._graph[place.node]["inputs"].get(place.input)
                self._put((place,), math.floor(made + 0.5) if isinstance(now, int) else made)

    def _pictures(self) -> None:
        """Pictures that were given are loaded; inputs for those that were not are left open."""
        given = self._choices.values
        for slot in (s for s in given if PICTURE_SLOTS.fullmatch(s)):
            self._values[slot] = given[slot]
            if slot not in self._manifest.slots:
                raise BadInput(
                    f"{self._manifest.title} takes no {slot.replace('_', ' ')}.", "Choose another workflow."
                )  # fmt: skip
            for place in self._manifest.slots[slot]:
                self._load(place, str(given[slot]))
        for slot, needed in (("start_image", self._manifest.needs_start), ("end_image", self._manifest.needs_end)):
            if needed and slot in self._manifest.slots and slot not in given:
                raise NotReady(
                    f"{self._manifest.title} needs a {slot.replace('_', ' ')}.", "Choose or make the keyframe first."
                )  # fmt: skip
        if "clip" in self._manifest.slots and "clip" not in given:
            raise NotReady(f"{self._manifest.title} needs a clip.", "Render the shot first.")
        for slot, places in self._manifest.slots.items():
            if PICTURE_SLOTS.fullmatch(slot) and slot not in given:
                self._do_without(slot)
                loaders = [p.node for p in places if self._loads(p)]
                self._graph = without(self._graph, loaders, self._defs)

    def _do_without(self, slot: str) -> None:
        """What the manifest has in place of a picture; a value that was given stays."""
        taken = {place for name in self._values for place in self._manifest.slots.get(name, ())}
        for text, value in self._manifest.without.get(slot, {}).items():
            place = read_place(text)
            if place.node in self._graph and place not in taken:
                made = list(value) if isinstance(value, tuple) else value
                self._graph = with_value(self._graph, [place], made)

    def _loads(self, place: SlotPlace) -> bool:
        entry = self._graph.get(place.node)
        kind = "" if entry is None else str(entry["class_type"])
        return kind.startswith("LoadImage") or kind in CLIP_LOADERS

    def _load(self, place: SlotPlace, name: str) -> None:
        if self._loads(place) or place.node not in self._graph:
            self._put((place,), name)
            return
        key = free_id(self._graph, f"kinoloom_{place.input}".replace(".", "_"))
        loader = {"class_type": "LoadImage", "inputs": {"image": name}, "_meta": {"title": place.input}}
        self._graph = {**with_value(self._graph, [place], [key, 0]), key: loader}

    # -- models and outputs --------------------------------------------------------------------------------

    def _model(self, slot: str, file: str, *, gguf: bool) -> None:
        if not slot.startswith(("model:", "lora:")) or slot not in self._manifest.slots:
            known = ", ".join(s for s in self._manifest.slots if s.startswith(("model:", "lora:")))
            raise BadInput(f"{self._manifest.title} loads nothing for {slot[:60]!r}.", f"It has: {known}.")
        for place in self._manifest.slots[slot]:
            if place.node not in self._graph:
                continue
            kind = self._graph[place.node]["class_type"]
            if file.lower().endswith(".gguf") and kind in grafts.GGUF_NODES:
                if grafts.GGUF_NODES[kind][0] not in self._defs and self._defs:
                    raise BadInput(f"The server cannot load {file}.", "Install the custom nodes ComfyUI-GGUF.")
                self._gguf.append(place.node)
            self._graph = with_value(self._graph, [place], file)

    def _swapped(self, graph: Graph, *, gguf: bool) -> Graph:
        """Loaders of GGUF files in place of the others: for files that were chosen, and with the switch for every
        loader for which the server has just one such file of the same model."""
        nodes = [node for node in self._gguf if node in graph]
        for node in grafts.gguf_loaders(graph, self._defs) if gguf else ():
            entry = graph[node]
            if node in nodes or entry["class_type"] != "UNETLoader":
                continue
            files = grafts.gguf_choices("UNETLoader", "unet_name", self._defs)
            fitting = _alike(str(entry["inputs"].get("unet_name")), files)
            if fitting is None:
                raise BadInput(
                    f"The server has no one GGUF file for {entry['inputs'].get('unet_name')}.",
                    "Choose the model file yourself.",
                )
            entry["inputs"]["unet_name"] = fitting
            nodes.append(node)
        return grafts.with_gguf(graph, nodes) if nodes else graph

    def _with_last(self, graph: Graph, writer: str) -> tuple[Graph, str]:
        if self._manifest.kind != "video":
            return graph, ""
        if self._manifest.last_frame in graph:
            return graph, self._manifest.last_frame
        able = not self._defs or all(node in self._defs for node in grafts.LAST_NODES)
        made, last = grafts.with_last_frame(graph, writer, "last") if able else (graph, None)
        if last is None:
            self._notes.append("The last frame is decoded from the clip: its pictures cannot be had before that.")
        return made, last or ""

    def _known_files(self) -> list[ModelFile]:
        return [*self._manifest.models, *(m for s in self._manifest.switches for m in s.models)]


def _alike(file: str, choices: tuple[str, ...]) -> str | None:
    """The one GGUF file of the same model: alike but for how the weights are stored; None for none and for several."""
    fitting = [choice for choice in choices if _bare(choice) == _bare(file)]
    return fitting[0] if len(fitting) == 1 else None


def _bare(file: str) -> str:
    """A model file's name without folder, ending, separators and words for the storage of its weights."""
    stem = file.replace("\\", "/").rpartition("/")[2].rpartition(".")[0].lower()
    return re.sub(r"[^a-z0-9]", "", STORAGE.sub("", stem))
