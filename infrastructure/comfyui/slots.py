"""Finding where a workflow takes its prompt, seed, size, length and pictures.

Found by walking back from the writer: writer → decoder → sampler → conditioning and latent, so that it works for any
workflow whose nodes follow the usual shapes, whatever they are titled. Titles and the names that a subgraph gives its
inputs come first where they say it plainly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infrastructure.comfyui.convert import Converted, Graph, is_link
from infrastructure.comfyui.graph import IMAGE_WRITERS, VIDEO_WRITERS, Place, ancestors, links, output_nodes
from infrastructure.comfyui.nodedefs import InputDef, NodeDefs

SEEDS = ("noise_seed", "seed")
LENGTHS = ("length", "video_frames", "num_frames", "frames_number", "frame_count", "max_frames")
FRAME_RATES = ("fps", "frame_rate")
START_IMAGES = ("start_image", "first_frame", "init_image", "first_image", "image_start", "image", "pixels")
END_IMAGES = ("end_image", "last_frame", "last_image", "image_end")
TEXTS = ("text", "prompt", "caption", "text_g", "text_l", "clip_l", "t5xxl", "tags", "string", "value")
LOADER_INPUTS = re.compile(
    r"^(unet|ckpt|vae|clip|lora|model|text_encoder|control_net|style_model|upscale_model|audio_encoder)(_name)?\d*$"
)
REFERENCE = re.compile(r"^(image|images?\.image_?|ref_images?\.ref_image_?|reference_image)_?\d*$")
TITLE_SLOTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), slot)
    for pattern, slot in (
        (r"^\W*(?:positive|prompt|positive prompt)\W*$|\[PROMPT\]", "prompt"),
        (r"^\W*(?:negative|negative prompt)\W*$|\[NEGATIVE\]", "negative"),
        (r"^\W*(?:start|first)[ _-]?(?:image|frame)\W*$|\[START\]", "start_image"),
        (r"^\W*(?:end|last)[ _-]?(?:image|frame)\W*$|\[END\]", "end_image"),
    )
)


@dataclass(frozen=True)
class Slots:
    """What was found. `places` maps a slot ("prompt", "seed", "model:unet_name" …) to the inputs that take its value;
    `writer` is the node whose files are the result, `kind` what it writes."""

    kind: str
    writer: str
    places: Mapping[str, tuple[Place, ...]]
    references: tuple[Place, ...] = ()
    loras: tuple[Place, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def has(self, slot: str) -> bool:
        """Whether the workflow takes that value."""
        return bool(self.places.get(slot))


class SlotFinder:
    """Walks one graph."""

    def __init__(self, converted: Converted, defs: NodeDefs) -> None:
        self._graph: Graph = converted.graph
        self._titles = converted.titles
        self._labels = converted.labels
        self._defs = defs
        self._found: dict[str, list[Place]] = {}

    def find(self, writer: str | None = None) -> Slots | None:
        """The slots of the graph's clip, or picture when it makes no clip; None when it writes neither."""
        chosen = writer or self._writer()
        if chosen is None:
            return None
        kind = "video" if self._graph[chosen]["class_type"] in VIDEO_WRITERS else "image"
        needed = ancestors(self._graph, [chosen])
        samplers = [key for key in self._back_from(chosen) if self._is_sampler(key)]
        for sampler in samplers:
            self._sampler(sampler)
        self._pictures(needed)
        self._sizes(needed, samplers)
        self._rates(needed)
        self._by_title(needed)
        references = self._references(needed)
        places = {slot: tuple(dict.fromkeys(found)) for slot, found in self._found.items() if found}
        places |= self._loaders(needed)
        loras = tuple(p for slot, found in places.items() if slot.startswith("model:lora") for p in found)
        return Slots(kind, chosen, places, references, loras)

    # -- where to begin ------------------------------------------------------------------------------------

    def _writer(self) -> str | None:
        writers = output_nodes(self._graph, self._defs)
        for group in (VIDEO_WRITERS, {"SaveImage": "", "SaveImageAdvanced": ""}, IMAGE_WRITERS):
            fitting = [key for key in writers if self._graph[key]["class_type"] in group]
            if fitting:
                # Several: the one that most of the workflow works for.
                return max(fitting, key=lambda key: len(ancestors(self._graph, [key])))
        return None

    def _back_from(self, start: str) -> Iterator[str]:
        """The nodes behind `start`, nearest first."""
        seen, todo = {start}, [start]
        while todo:
            node = todo.pop(0)
            yield node
            for _, source, _ in links(self._graph[node]):
                if source in self._graph and source not in seen:
                    seen.add(source)
                    todo.append(source)

    def _inputs(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._graph[key]["inputs"]
        return found

    def _definition(self, key: str) -> Mapping[str, InputDef]:
        definition = self._defs.get(self._graph[key]["class_type"])
        return {} if definition is None else {i.name: i for i in definition.inputs}

    def _is_sampler(self, key: str) -> bool:
        inputs = self._inputs(key)
        return ("latent_image" in inputs or "latent" in inputs) and (
            "positive" in inputs and "model" in inputs or "guider" in inputs
        )

    # -- sampler: words, seed, steps, guidance -------------------------------------------------------------

    def _sampler(self, key: str) -> None:
        inputs = self._inputs(key)
        if inputs.get("add_noise") not in ("disable", False):
            for name in SEEDS:
                if name in inputs:
                    self._value("seed", key, name)
            if is_link(inputs.get("noise")):
                self._value("seed", inputs["noise"][0], "noise_seed")
        for slot in ("steps", "cfg"):
            if slot in inputs:
                self._value(slot, key, slot)
        if is_link(inputs.get("sigmas")):
            for node in self._back_from(inputs["sigmas"][0]):
                if "steps" in self._inputs(node):
                    self._value("steps", node, "steps")
        self._words(key, "positive", "prompt", set())
        self._words(key, "negative", "negative", set())
        if is_link(inputs.get("guider")):
            guider = inputs["guider"][0]
            guidance = self._inputs(guider)
            if "cfg" in guidance:
                self._value("cfg", guider, "cfg")
            for name in ("positive", "conditioning", "cond1"):
                self._words(guider, name, "prompt", set())
            self._words(guider, "negative", "negative", set())

    def _words(self, key: str, name: str, slot: str, seen: set[tuple[str, int]]) -> None:
        """Follow a conditioning back to the texts it was made of."""
        link = self._inputs(key).get(name)
        if not is_link(link) or (link[0], link[1]) in seen or link[0] not in self._graph:
            return
        seen.add((link[0], link[1]))
        node, output = link[0], link[1]
        kind, inputs, known = self._graph[node]["class_type"], self._inputs(node), self._definition(node)
        if kind == "ConditioningZeroOut":
            return
        texts = [t for t in inputs if self._is_text(t, known)]
        negative = [t for t in texts if "negative" in t]
        if texts:
            # Encoders that give both conditionings have a text for each, and tell them apart by output.
            mine = (
                (negative if output == 1 or slot == "negative" else [t for t in texts if t not in negative])
                if negative
                else texts
            )
            for text in mine:
                self._value(slot, node, text)
            return
        if "positive" in inputs and "negative" in inputs:
            self._words(node, "negative" if output == 1 else "positive", slot, seen)
            return
        for other, value in inputs.items():
            if is_link(value) and (known[other].type == "CONDITIONING" if other in known else "cond" in other):
                self._words(node, other, slot, seen)

    def _is_text(self, name: str, known: Mapping[str, InputDef]) -> bool:
        if name in known:
            return known[name].type == "STRING" and (
                name in TEXTS or "prompt" in name or bool(known[name].options.get("multiline"))
            )
        return name in TEXTS[:3]

    def _value(self, slot: str, node: str, name: str) -> None:
        """Note an input for a slot; where it is linked to a node that holds the value, that node's input."""
        seen = set()
        while node in self._graph and node not in seen:
            seen.add(node)
            value = self._inputs(node).get(name)
            if not is_link(value) or value[0] not in self._graph:
                break
            held = [
                n
                for n, v in self._inputs(value[0]).items()
                if not is_link(v) and n in ("value", "text", "string", "prompt")
            ]
            if len(held) != 1 or (len(self._inputs(value[0])) > 1 and slot not in ("prompt", "negative")):
                break
            node, name = value[0], held[0]
        if node in self._graph and name in self._inputs(node):
            self._found.setdefault(slot, []).append(Place(node, name))

    # -- pictures, size, length, rate ----------------------------------------------------------------------

    def _pictures(self, needed: set[str]) -> None:
        for key in sorted(needed, key=lambda k: _depth(k)):
            inputs = self._inputs(key)
            makes_latent = "LATENT" in self._outputs(key) or "CONDITIONING" in self._outputs(key)
            if not makes_latent:
                continue
            for names, slot in ((END_IMAGES, "end_image"), (START_IMAGES, "start_image")):
                for name in names:
                    if is_link(inputs.get(name)) and not self._is_encoder(key):
                        self._loaded(inputs[name][0], slot)
                        break
        if "start_image" not in self._found and self._kind_is_plain_video(needed):
            for key in needed:
                if self._graph[key]["class_type"] == "LoadImage":
                    self._found.setdefault("start_image", []).append(Place(key, "image"))

    def _kind_is_plain_video(self, needed: set[str]) -> bool:
        loaded = [k for k in needed if self._graph[k]["class_type"] == "LoadImage"]
        return len(loaded) == 1 and not any(self._is_sampler(k) for k in needed)

    def _is_encoder(self, key: str) -> bool:
        """Text encoders take reference pictures, not the start frame."""
        return any(
            self._is_text(n, self._definition(key)) for n in self._inputs(key)
        ) and "LATENT" not in self._outputs(key)

    def _outputs(self, key: str) -> tuple[str, ...]:
        definition = self._defs.get(self._graph[key]["class_type"])
        return () if definition is None else definition.outputs

    def _loaded(self, node: str, slot: str) -> None:
        for key in self._back_from(node):
            entry = self._graph[key]
            if entry["class_type"].startswith("LoadImage") and "image" in entry["inputs"]:
                taken = [p for found in self._found.values() for p in found]
                if Place(key, "image") not in taken:
                    self._found.setdefault(slot, []).append(Place(key, "image"))
                return

    def _sizes(self, needed: set[str], samplers: list[str]) -> None:
        for key in needed:
            inputs, outputs = self._inputs(key), self._outputs(key)
            if "LATENT" in outputs and "width" in inputs and "height" in inputs and not self._is_sampler(key):
                self._value("width", key, "width")
                self._value("height", key, "height")
                for name in LENGTHS:
                    if name in inputs:
                        self._value("length", key, name)
        if not samplers:
            for key in needed:
                inputs = self._inputs(key)
                if self._graph[key]["class_type"] == "ImageScale":
                    self._value("width", key, "width")
                    self._value("height", key, "height")
                if self._graph[key]["class_type"] == "RepeatImageBatch":
                    self._value("length", key, "amount")

    def _rates(self, needed: set[str]) -> None:
        for key in needed:
            for name in FRAME_RATES:
                if name in self._inputs(key):
                    self._value("fps", key, name)

    # -- titles, references, models ------------------------------------------------------------------------

    def _by_title(self, needed: set[str]) -> None:
        for key in needed:
            for pattern, slot in TITLE_SLOTS:
                if self._found.get(slot) or not pattern.search(self._titles.get(key, "")):
                    continue
                wanted = ("image",) if slot.endswith("image") else TEXTS
                name = next((n for n in wanted if n in self._inputs(key) and not is_link(self._inputs(key)[n])), None)
                if name is not None:
                    self._found.setdefault(slot, []).append(Place(key, name))

    def _references(self, needed: set[str]) -> tuple[Place, ...]:
        found: list[Place] = []
        taken = {p for places in self._found.values() for p in places}
        for key in sorted(needed):
            for name, value in self._inputs(key).items():
                if REFERENCE.match(name) and is_link(value) and value[0] in self._graph and self._is_encoder(key):
                    for node in self._back_from(value[0]):
                        if self._graph[node]["class_type"].startswith("LoadImage"):
                            place = Place(node, "image")
                            if place not in taken and place not in found:
                                found.append(place)
                            break
        return tuple(found)

    def _loaders(self, needed: set[str]) -> dict[str, tuple[Place, ...]]:
        found: dict[str, tuple[Place, ...]] = {}
        for key in sorted(needed, key=_depth):
            known = self._definition(key)
            for name, value in self._inputs(key).items():
                if not LOADER_INPUTS.match(name) or not isinstance(value, str):
                    continue
                if name in known and known[name].choices is None:
                    continue
                role = self._role(key)
                slot, number = f"model:{name}{role}", 1
                while slot in found:
                    number += 1
                    slot = f"model:{name}{role}#{number}"
                found[slot] = (Place(key, name),)
        return found

    def _role(self, key: str) -> str:
        """ "(high)" and "(low)" for the two experts of models that come in two files."""
        words = f"{self._titles.get(key, '')} {' '.join(str(v) for v in self._inputs(key).values() if isinstance(v, str))}".lower()
        for role in ("high", "low"):
            if f"[model:{role}]" in words or re.search(rf"{role}[ _-]?noise", words):
                return f"({role})"
        return ""


def _depth(key: str) -> tuple[int, str]:
    return key.count(":"), key.zfill(12)
