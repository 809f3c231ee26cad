"""A workflow as Kinoloom knows it: where its values go, what it needs, what can be switched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from domain.base import Value
from domain.names import SafeName

Scalar = str | int | float | bool

WorkflowKind = Literal["image", "video", "upscale", "interpolate"]

SLOTS = (
    "prompt", "negative", "seed", "width", "height", "length", "fps", "start_image", "end_image", "steps", "cfg",
    "denoise", "motion", "clip", "times", "mask",
)  # fmt: skip
"""Slots with a meaning of their own. Further ones: "reference-1" … for pictures, "model:<name>" for model files,
"lora:<name>" and "lora_strength:<name>" for LoRAs. "clip" is the clip that is worked over, "times" how many pictures
are made of one, "mask" a picture that is white where the start picture is drawn anew."""

PICTURE_SLOTS = re.compile(r"start_image|end_image|mask|reference-[1-9][0-9]?|clip")
"""Slots that take a picture, or a clip of them, by the name it has on the server."""

_FURTHER = re.compile(r"reference-[1-9][0-9]?|(model|lora|lora_strength):.+")

HOST = "@host"
FOUND = "@found"
"""In place of a node: `@host.name` is the input of that name or label of a template's own big node, `@found.slot`
whatever is found for a slot. Only manifests that are bound to a server's template use them."""


def check_slot(slot: str) -> str:
    """`slot` itself. Raises ValueError when there is no slot of that name."""
    if slot not in SLOTS and not _FURTHER.fullmatch(slot):
        raise ValueError(f"there is no slot {slot[:60]!r}; slots are {', '.join(SLOTS)}, reference-N, model:NAME")
    return slot


class SlotPlace(Value):
    """One input of one node of a graph in API format; "12:3.text" in files."""

    node: str = Field(min_length=1, max_length=200)
    input: str = Field(min_length=1, max_length=200)

    def __str__(self) -> str:
        """As files have it."""
        return f"{self.node}.{self.input}"


def _place(value: Any) -> Any:
    if isinstance(value, str):
        node, dot, name = value.partition(".")
        if not dot or not node or not name:
            raise ValueError(f"a place is written as node.input, not {value[:60]!r}")
        return {"node": node, "input": name}
    return value


Place = Annotated[SlotPlace, BeforeValidator(_place), PlainSerializer(str, when_used="json")]


def _places(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Places = Annotated[tuple[Place, ...], BeforeValidator(_places)]


def read_place(text: str) -> SlotPlace:
    """A place from "node.input". Raises ValueError."""
    return SlotPlace.model_validate(_place(text))


class ModelFile(Value):
    """A model file that a workflow loads: its name, the folder below the server's `models`, where it can be had.

    `size_gb` is in decimal gigabytes.
    """

    name: str = Field(max_length=400)
    folder: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=1000)
    slot: str = ""
    size_gb: float | None = Field(default=None, ge=0)
    licence: str = ""


class Derived(Value):
    """An input that follows from a slot: its value `times` a factor, between `low` and `high`, rounded where the
    input takes whole numbers. A two-expert model changes experts at half of its steps, for example."""

    slot: str
    times: float = 1.0
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        check_slot(self.slot)
        return self


class Switch(Value):
    """Something that can be turned on: values to set then, or nodes to leave out while it is off.

    `needs` names node classes the server must have; the switch is not shown without them. `bypass` lists nodes that
    are taken out of the graph while the switch is off: their first fitting input goes on to whoever used their
    output. `on` and `off` map places ("13.steps") to values. `variant` names another workflow that is used in place
    of this one while the switch is on; such a pair is how the "gcv" tools offer SageAttention.
    """

    id: SafeName
    title: str
    help: str = ""
    default: bool = False
    needs: tuple[str, ...] = ()
    on: dict[str, Scalar] = Field(default_factory=dict)
    off: dict[str, Scalar] = Field(default_factory=dict)
    bypass: tuple[str, ...] = ()
    models: tuple[ModelFile, ...] = ()
    variant: str = ""

    @model_validator(mode="after")
    def _places_read(self) -> Self:
        for place in (*self.on, *self.off):
            read_place(place)
        return self


class Quality(Value):
    """A preset: values by slot and switches by id, with what it changes in words.

    `scale` times the film's size is the size to generate (snapped to the profile's multiple); whoever plans applies
    it, because the size is part of the request.
    """

    title: str
    help: str = ""
    set: dict[str, Scalar] = Field(default_factory=dict)
    switches: dict[str, bool] = Field(default_factory=dict)
    scale: float = Field(default=1.0, gt=0, le=4)


class WorkflowManifest(Value):
    """What `workflows/<id>.toml` says about `workflows/<id>.json`.

    `slots` maps each slot to the inputs that take its value; a slot that is not there is not offered. `writer` is the
    node whose file is the result; `last_frame` the node that saves the lossless last frame, when the graph has one.
    The length slot counts frames. Those of the kinds upscale and interpolate that take a clip work it over: the same
    frames larger, or `times` as many. `without` says, for a picture that is not given, which inputs get another value
    or come from another node's output then (node, number of the output). `template` names a workflow that the connected
    server serves itself; there is no graph beside the manifest then, and places may be `@host.name` and `@found.slot`.
    """

    id: SafeName
    title: str = Field(max_length=200)
    kind: WorkflowKind
    profile: SafeName
    description: str = Field(default="", max_length=2000)
    writer: str = ""
    last_frame: str = ""
    slots: dict[str, Places]
    derived: dict[str, Derived] = Field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    models: tuple[ModelFile, ...] = ()
    without: dict[str, dict[str, Scalar | tuple[str, int]]] = Field(default_factory=dict)
    switches: tuple[Switch, ...] = ()
    quality: dict[str, Quality] = Field(default_factory=dict)
    template: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9._-]*$")
    needs_start: bool = False
    needs_end: bool = False
    licence: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for slot in self.slots:
            check_slot(slot)
        known = {switch.id for switch in self.switches}
        for name, preset in self.quality.items():
            for slot in preset.set:
                if slot not in self.slots and slot not in {d.slot for d in self.derived.values()}:
                    raise ValueError(f"quality.{name} sets {slot}, which the workflow does not take")
            for switch in preset.switches:
                if switch not in known:
                    raise ValueError(f"quality.{name} turns {switch!r}, which is no switch of the workflow")
        for slot in self.without:
            if not PICTURE_SLOTS.fullmatch(slot):
                raise ValueError(f"without.{slot[:60]}: only pictures can be missing")
        for place in (*self.derived, *(place for inputs in self.without.values() for place in inputs)):
            read_place(place)
        if not self.template:
            if not self.writer:
                raise ValueError("writer is missing: the node whose file is the result")
            for places in self.slots.values():
                if any(p.node.startswith("@") for p in places):
                    raise ValueError("@host and @found go with a template only")
        if self.kind == "interpolate" and not ("clip" in self.slots and "times" in self.slots):
            raise ValueError("a workflow that interpolates takes a clip, and the times: both slots are needed")
        return self

    def takes(self, slot: str) -> bool:
        """Whether a value for the slot reaches the graph."""
        return bool(self.slots.get(slot)) or any(d.slot == slot for d in self.derived.values())

    @property
    def makes_clip(self) -> bool:
        """Whether its result is a clip."""
        return self.kind == "video" or "clip" in self.slots

    @property
    def references(self) -> int:
        """How many reference pictures it takes."""
        return sum(slot.startswith("reference-") for slot in self.slots)

    def switch(self, switch_id: str) -> Switch | None:
        """The switch of that id, if the manifest has it."""
        return next((s for s in self.switches if s.id == switch_id), None)


class Choices(Value):
    """What is wanted of a workflow: a quality preset, switches by id, model files by slot ("model:high"), values by
    slot, which win over the preset's, and further LoRA files with their strengths. Pictures are given by the name they
    have on the server."""

    quality: str = ""
    switches: dict[str, bool] = Field(default_factory=dict)
    models: dict[str, str] = Field(default_factory=dict)
    values: dict[str, Scalar | Fraction] = Field(default_factory=dict)
    loras: dict[str, float] = Field(default_factory=dict, max_length=20)


class WorkflowEntry(Value):
    """One line of the catalogue.

    `source` tells where it comes from. `overrides`: a user's file stands in place of a shipped one. `confirmed`: it
    has a manifest; without one the slots are found by looking at the graph and nobody has said that they are right.
    `fault` says why it cannot be used; it is listed all the same.
    """

    id: str
    title: str
    kind: str = ""
    profile: str = ""
    description: str = ""
    source: Literal["shipped", "own"] = "shipped"
    overrides: bool = False
    confirmed: bool = True
    template: str = ""
    place: str = ""
    fault: str = ""


class NeededModel(Value):
    """A model file that the graph to be sent loads. `installed` is None when no server was asked; `spelled` is the
    server's own spelling of the name."""

    name: str
    slot: str = ""
    folder: str = ""
    url: str = ""
    node: str = ""
    input: str = ""
    size_gb: float | None = None
    licence: str = ""
    installed: bool | None = None
    spelled: str = ""


class ForeignNode(Value):
    """A node class that is not part of ComfyUI itself. `pack` is where it comes from, as far as known; `installed` is
    None when no server was asked."""

    class_type: str
    pack: str = ""
    installed: bool | None = None


def by_pack(nodes: Iterable[ForeignNode]) -> dict[str, list[ForeignNode]]:
    """Nodes by the pack they come from; those of an unknown one last, under an empty name."""
    found: dict[str, list[ForeignNode]] = {}
    for node in sorted(nodes, key=lambda n: (not n.pack, n.pack.casefold(), n.class_type)):
        found.setdefault(node.pack, []).append(node)
    return found


class WorkflowReport(Value):
    """What was found in a workflow file.

    `format` is what the file holds and `source` where in it: "json", or the metadata of a picture or clip. `slots` are
    places by slot. `problems` say what the server would refuse, in words.
    """

    file: str
    format: Literal["api", "editor"]
    source: str = "json"
    id: str = ""
    title: str = ""
    kind: str = ""
    profile: str = ""
    confirmed: bool = False
    writer: str = ""
    last_frame: str = ""
    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    foreign: tuple[ForeignNode, ...] = ()
    models: tuple[NeededModel, ...] = ()
    switches: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
