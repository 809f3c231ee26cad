"""Finding where a workflow takes its prompt, seed, size, length and pictures.

Found by walking back from the writer: writer → decoder → sampler → conditioning and latent, so that it works for any
workflow whose nodes follow the usual shapes, whatever they are titled. Titles and the names that a subgraph gives its
inputs come first where they say it plainly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.workflow import SLOTS, Derived, SlotPlace, WorkflowKind
from infrastructure.comfyui.convert import Converted, is_link
from infrastructure.comfyui.graph import VIDEO_WRITERS, ancestors
from infrastructure.comfyui.loaders import model_slots
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.passes import clip_place, times_places
from infrastructure.comfyui.pictures import PictureFinder
from infrastructure.comfyui.sizes import SizeFinder
from infrastructure.comfyui.view import GraphView, depth

SEEDS = ("noise_seed", "seed")
NAMES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?:{pattern})", re.IGNORECASE), slot)
    for pattern, slot in (
        (r"(?:positive[ _]?)?prompt|text|positive", "prompt"),
        (r"negative(?:[ _]?prompt)?", "negative"),
        (r"seed|noise[ _]?seed", "seed"),
        (r"width", "width"),
        (r"height", "height"),
        (r"length|frames|frame[ _]?count|num[ _]?frames|video[ _]?frames|length[ _]?\(frames\)", "length"),
        (r"fps|frame[ _]?rate|frames per second", "fps"),
        (r"steps", "steps"),
        (r"cfg|guidance", "cfg"),
    )
)
"""What the inputs of a template's big node are called."""

TITLES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), slot)
    for pattern, slot in (
        (r"\[(?:POSITIVE|PROMPT)\]", "prompt"),
        (r"\[NEGATIVE\]", "negative"),
        (r"\[SEED\]", "seed"),
        (r"\[(?:START|FIRST)(?:[ _](?:IMAGE|FRAME))?\]", "start_image"),
        (r"\[(?:END|LAST)(?:[ _](?:IMAGE|FRAME))?\]", "end_image"),
        (r"^\W*(?:prompt|positive(?: prompt)?)\W*$", "prompt?"),
        (r"^\W*(?:negative(?: prompt)?)\W*$", "negative?"),
        (r"^\W*(?:start|first)[ _-]?(?:image|frame)\W*$", "start_image?"),
        (r"^\W*(?:end|last)[ _-]?(?:image|frame)\W*$", "end_image?"),
    )
)
"""Titles that say it. With a question mark only where walking back found nothing: templates title nodes loosely."""


@dataclass(frozen=True)
class Slots:
    """What was found. `places` maps a slot ("prompt", "reference-1", "model:main" …) to the inputs that take its
    value; `writer` is the node whose files are the result, `kind` what it writes; `derived` are inputs that follow
    from a slot. `notes` say in words what a user should know before trusting it."""

    kind: WorkflowKind
    writer: str
    places: Mapping[str, tuple[SlotPlace, ...]]
    derived: Mapping[str, Derived] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def has(self, slot: str) -> bool:
        """Whether the workflow takes that value."""
        return bool(self.places.get(slot))


class SlotFinder:
    """Walks one graph."""

    def __init__(self, converted: Converted, defs: NodeDefs) -> None:
        self._view = GraphView(converted, defs)
        self._found: dict[str, list[SlotPlace]] = {}
        self._derived: dict[str, Derived] = {}
        self._notes: list[str] = []
        self._guided: list[bool] = []

    def find(self, writer: str | None = None) -> Slots | None:
        """The slots of the graph's clip, or picture when it makes no clip; None when it writes neither."""
        view = self._view
        chosen = writer or view.writer()
        if chosen is None or chosen not in view:
            return None
        needed = ancestors(view.graph, [chosen])
        self._needed = needed
        samplers = [key for key in view.back_from(chosen) if view.is_sampler(key)]
        makers = [] if samplers else [key for key in view.back_from(chosen) if self._is_generator(key)]
        kind: WorkflowKind = "video" if view.kind(chosen) in VIDEO_WRITERS else "image"
        if kind == "image" and not samplers and not makers and any("UPSCALE_MODEL" in view.outputs(k) for k in needed):
            kind = "upscale"
        clip = None if samplers or makers or kind != "video" else clip_place(view, chosen)
        if clip is not None:
            times = times_places(view, needed)
            kind = "interpolate" if times else "upscale"
            self._add("clip", [clip])
            self._add("times", times)
        self._by_title(needed, tagged=True)
        self._by_host(needed, kind)
        for sampler in samplers:
            self._sampler(sampler)
        for maker in makers:
            self._generator(maker)
        flat = bool(samplers) and not any(self._guided)
        sizes = SizeFinder(view, needed, samplers)
        for slot, places in sizes.find().items():
            if kind == "video" or slot in ("width", "height") or (clip is not None and slot == "fps"):
                self._add(slot, places)
        pictures = PictureFinder(view, needed, kind, samplers, self._found)
        for slot, places in pictures.find().items():
            self._add(slot, places)
        self._by_title(needed, tagged=False)
        if flat and self._found.pop("negative", []):
            self._notes.append("The guidance is 1, so that a negative prompt has no effect.")
        if kind == "video" and "length" not in self._found:
            self._notes.append("No input for the number of frames was found.")
        if "width" not in self._found:
            self._notes.append("No input for the size was found; it may follow the picture's.")
        order = {slot: number for number, slot in enumerate(SLOTS)}
        in_order = sorted(self._found.items(), key=lambda item: order.get(item[0], len(SLOTS)))
        found = {slot: tuple(dict.fromkeys(places)) for slot, places in in_order if places}
        return Slots(kind, chosen, found | model_slots(view, needed), self._derived, tuple(self._notes))

    def _add(self, slot: str, places: list[SlotPlace]) -> None:
        """Note places, unless a title or a name already said where the value goes."""
        if slot not in self._found:
            self._found[slot] = list(places)

    # -- sampler: words, seed, steps, guidance -------------------------------------------------------------

    def _sampler(self, key: str) -> None:
        view, inputs = self._view, self._view.inputs(key)
        if inputs.get("add_noise") not in ("disable", False):
            for name in SEEDS:
                if name in inputs:
                    self._value("seed", key, name)
            noise = view.source(key, "noise")
            if noise is not None:
                for name in SEEDS:
                    if name in view.inputs(noise[0]):
                        self._value("seed", noise[0], name)
        if "steps" in inputs:
            self._value("steps", key, "steps")
            self._split(key)
        sigmas = view.source(key, "sigmas")
        if sigmas is not None:
            for node in view.back_from(sigmas[0]):
                if "steps" in view.inputs(node) and not view.is_sampler(node):
                    self._value("steps", node, "steps")
                    break
        if isinstance(denoise := view.value(key, "denoise"), float) and denoise < 1.0:
            self._value("denoise", key, "denoise")
        words: list[str] = []
        self._words(key, "positive", "prompt", words)
        self._words(key, "negative", "negative", words)
        guided, strength = "cfg" in inputs, (key, "cfg")
        guider = view.source(key, "guider")
        if guider is not None:
            guidance = view.inputs(guider[0])
            name = next((n for n in ("cfg", "cfg_conds") if n in guidance), "")
            guided, strength = bool(name), (guider[0], name)
            for slot in ("positive", "conditioning", "cond1"):
                self._words(guider[0], slot, "prompt", words)
            for slot in ("negative", "cond2"):
                self._words(guider[0], slot, "negative", words)
        flat = not guided or view.value(*strength) in (1, 1.0)
        self._guided.append(not flat)
        distilled = [node for node in words if "guidance" in view.inputs(node)]
        if flat and distilled:
            for node in distilled:
                self._value("cfg", node, "guidance")
        elif guided:
            self._value("cfg", *strength)

    def _split(self, key: str) -> None:
        """Two experts take turns: where they change follows from the number of steps."""
        steps = self._view.value(key, "steps")
        for name in ("start_at_step", "end_at_step"):
            at = self._view.inputs(key).get(name)
            if isinstance(at, int) and isinstance(steps, int) and 0 < at < steps:
                self._derived[f"{key}.{name}"] = Derived(slot="steps", times=at / steps, low=1)

    def _words(self, key: str, name: str, slot: str, crossed: list[str]) -> None:
        """Follow a conditioning back to the texts it was made of; nodes on the way are added to `crossed`."""
        view = self._view
        todo, seen = [(view.source(key, name), slot)], set()
        while todo:
            link, slot = todo.pop(0)
            if link is None or (link, slot) in seen:
                continue
            seen.add((link, slot))
            node, output = link
            if view.kind(node) == "ConditioningZeroOut":
                continue
            crossed.append(node)
            inputs, texts = view.inputs(node), view.texts(node)
            if texts:
                # Encoders that give both conditionings have a text for each, and tell them apart by output.
                against = [t for t in texts if "negative" in t]
                wants_negative = bool(against) and (output == 1 or slot == "negative")
                for text in against if wants_negative else [t for t in texts if t not in against]:
                    if not (slot == "negative" and self._is_taken("prompt", node, text)):
                        self._value(slot, node, text)
            elif "positive" in inputs and "negative" in inputs:
                todo.append((view.source(node, "negative" if output == 1 else "positive"), slot))
            else:
                for other in inputs:
                    declared = view.declared(node, other)
                    if declared.type == "CONDITIONING" if declared is not None else "cond" in other:
                        todo.append((view.source(node, other), slot))

    def _is_taken(self, slot: str, node: str, name: str) -> bool:
        return self._entry(node, name, text=True) in self._found.get(slot, ())

    def _value(self, slot: str, node: str, name: str) -> None:
        """Note an input for a slot; where it is linked to a node that holds the value, that node's input."""
        if slot in self._fixed:
            return
        place = self._entry(node, name, text=slot in ("prompt", "negative"))
        self._found.setdefault(slot, []).append(place)

    _fixed: frozenset[str] = frozenset()
    _needed: set[str]

    def _entry(self, node: str, name: str, *, text: bool) -> SlotPlace:
        """Where a value enters: through constants, and for texts through what is put around them."""
        view, seen = self._view, set()
        while (node, name) not in seen:
            seen.add((node, name))
            source = view.source(node, name)
            if source is None:
                break
            held = view.holds(source[0])
            if held is not None:
                node, name = source[0], held
                continue
            further = self._around(source[0]) if text else None
            if further is None:
                break
            node, name = source[0], further
        return SlotPlace(node=node, input=name)

    def _around(self, key: str) -> str | None:
        """The input of a node that joins or replaces text through which the user's own words come."""
        view, inputs = self._view, self._view.inputs(key)
        match view.kind(key):
            case "StringReplace" | "RegexReplace":
                return "replace" if is_link(inputs.get("replace")) else None
            case "StringConcatenate":
                linked = [n for n in ("string_a", "string_b") if is_link(inputs.get(n))]
                return linked[0] if len(linked) == 1 else None
            case _:
                return None

    # -- nodes that make all by themselves (partner services) ----------------------------------------------

    def _is_generator(self, key: str) -> bool:
        view = self._view
        makes = set(view.outputs(key)) & {"VIDEO", "IMAGE"}
        return bool(makes) and bool(view.texts(key))

    def _generator(self, key: str) -> None:
        view = self._view
        for name in view.texts(key):
            self._value("negative" if "negative" in name else "prompt", key, name)
        for name in SEEDS:
            if name in view.inputs(key):
                self._value("seed", key, name)
        for name in ("width", "height"):
            if name in view.inputs(key):
                self._value(name, key, name)

    # -- titles and names ----------------------------------------------------------------------------------

    def _by_host(self, needed: set[str], kind: str) -> None:
        """The inputs of subgraph instances, by label, then by name."""
        view = self._view
        found: dict[str, list[SlotPlace]] = {}
        for host, places in view.hosts.items():
            inner = [p for p in places if p.node in needed and p.input in view.inputs(p.node)]
            if not inner:
                continue
            label = view.labels.get(host, "")
            names = [label] if label and label != host[1] else [host[1]]
            slot = next((s for n in names for pattern, s in NAMES if pattern.fullmatch(n.strip())), None)
            if slot is None or slot in self._found or (slot in ("length", "fps") and kind != "video"):
                continue
            for place in inner:
                entry = self._entry(place.node, place.input, text=slot in ("prompt", "negative"))
                if entry not in found.setdefault(slot, []) and self._suits(slot, entry):
                    found[slot].append(entry)
        self._found |= {slot: places for slot, places in found.items() if places}
        self._fixed = frozenset(self._found)

    def _suits(self, slot: str, place: SlotPlace) -> bool:
        value = self._view.inputs(place.node).get(place.input)
        if is_link(value):
            return True
        return isinstance(value, str) if slot in ("prompt", "negative") else isinstance(value, (int, float))

    def _by_title(self, needed: set[str], *, tagged: bool) -> None:
        view = self._view
        for key in sorted(needed, key=depth):
            for pattern, wanted in TITLES:
                slot = wanted.rstrip("?")
                if tagged == wanted.endswith("?") or not pattern.search(view.titles.get(key, "")):
                    continue
                if slot in self._found and not tagged:
                    continue
                names = ("image",) if slot.endswith("image") else SEEDS if slot == "seed" else tuple(view.texts(key))
                for name in names or tuple(n for n in (view.holds(key),) if n):
                    if name in view.inputs(key):
                        self._found.setdefault(slot, []).append(
                            self._entry(key, name, text=slot in ("prompt", "negative"))
                        )
        if tagged:
            self._fixed = frozenset(self._found)
