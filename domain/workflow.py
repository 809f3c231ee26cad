"""A workflow as Kinoloom knows it: where its values go, what it needs, what can be switched."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from domain.base import Value
from domain.names import SafeName

SLOTS = (
    "prompt", "negative", "seed", "width", "height", "length", "fps", "start_image", "end_image", "steps", "cfg",
    "denoise", "motion",
)  # fmt: skip
"""Slots with a meaning of their own. Further ones: "reference-1" … for pictures, "model:<name>" for model files,
"lora:<name>" and "lora_strength:<name>" for LoRAs."""


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


class ModelFile(Value):
    """A model file that a workflow loads: its name, the folder below the server's `models`, where it can be had."""

    name: str = Field(max_length=400)
    folder: str = Field(default="", max_length=200)
    url: str = Field(default="", max_length=1000)
    slot: str = ""
    size_gb: float | None = Field(default=None, ge=0)
    licence: str = ""


class Switch(Value):
    """Something that can be turned on: values to set then, or a node to leave out while it is off.

    `needs` names node classes the server must have; the switch is not shown without them. `bypass` lists nodes that
    are taken out of the graph while the switch is off: their first input goes on to whoever used their output.
    """

    id: SafeName
    title: str
    help: str = ""
    default: bool = False
    needs: tuple[str, ...] = ()
    on: dict[str, Any] = Field(default_factory=dict)
    bypass: tuple[str, ...] = ()
    models: tuple[ModelFile, ...] = ()


class Quality(Value):
    """A preset: values by slot, and switches by id, with what it changes in words."""

    title: str
    help: str = ""
    set: dict[str, Any] = Field(default_factory=dict)
    switches: dict[str, bool] = Field(default_factory=dict)
    scale: float = Field(default=1.0, gt=0, le=4)


class WorkflowManifest(Value):
    """What `workflows/<id>.toml` says about `workflows/<id>.json`.

    `slots` maps each slot to the inputs that take its value; a slot that is not there is not offered. `writer` is the
    node whose file is the result; `last_frame` the node that saves the lossless last frame, when the graph has one.
    `takes_length` tells whether the length slot counts frames (it always does here; seconds are not used).
    """

    id: SafeName
    title: str = Field(max_length=200)
    kind: Literal["image", "video", "upscale"]
    profile: SafeName
    description: str = Field(default="", max_length=2000)
    writer: str
    last_frame: str = ""
    slots: dict[str, Places]
    nodes: tuple[str, ...] = ()
    models: tuple[ModelFile, ...] = ()
    switches: tuple[Switch, ...] = ()
    quality: dict[str, Quality] = Field(default_factory=dict)
    template: str = Field(default="", max_length=200)
    needs_start: bool = False
    needs_end: bool = False
    licence: str = ""

    @model_validator(mode="after")
    def _known_slots(self) -> Self:
        for slot in self.slots:
            if slot not in SLOTS and not slot.startswith(("reference-", "model:", "lora:", "lora_strength:")):
                raise ValueError(f"there is no slot {slot!r}; slots are {', '.join(SLOTS)}, reference-N, model:NAME")
        return self
