"""Looking at an API graph: what a node takes and gives, and what lies behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.workflow import SlotPlace
from infrastructure.comfyui.convert import Converted, Graph, Json, is_link
from infrastructure.comfyui.graph import (
    CONSTANTS,
    IMAGE_WRITERS,
    SWITCHES,
    VIDEO_WRITERS,
    ancestors,
    constant,
    links,
    output_nodes,
)  # fmt: skip
from infrastructure.comfyui.nodedefs import InputDef, NodeDefs

TEXTS = (
    "text", "prompt", "caption", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "user_prompt", "text_positive",
    "positive_prompt", "prompt_text", "tags",
)  # fmt: skip
NOT_TEXTS = ("lyrics", "system", "language", "sigmas")
"""Parts of names of texts that are no picture's description."""

KNOWN_LATENTS = ("batch_size", "length", "num_frames", "video_frames", "frames_number", "max_frames")
"""Inputs by which a node that makes an empty latent is known when no server was asked."""


class GraphView:
    """One graph with its titles, for one server. Links are seen through switches whose selector is constant."""

    def __init__(self, converted: Converted, defs: NodeDefs) -> None:
        self.graph: Graph = converted.graph
        self.titles = converted.titles
        self.hosts = converted.hosts
        self.labels = converted.labels
        self.defs = defs

    def __contains__(self, key: object) -> bool:
        return key in self.graph

    def kind(self, key: str) -> str:
        """The node's class."""
        return str(self.graph[key]["class_type"])

    def inputs(self, key: str) -> dict[str, Any]:
        """The node's inputs as the graph has them."""
        found: dict[str, Any] = self.graph[key]["inputs"]
        return found

    def outputs(self, key: str) -> tuple[str, ...]:
        """Types of the node's outputs; guessed for a latent's maker when no server was asked."""
        definition = self.defs.get(self.kind(key))
        if definition is not None:
            return definition.outputs
        inputs = self.inputs(key)
        if "width" in inputs and "height" in inputs and any(name in inputs for name in KNOWN_LATENTS):
            return ("LATENT",)
        return ()

    def declared(self, key: str, name: str) -> InputDef | None:
        """What the server says about an input."""
        definition = self.defs.get(self.kind(key))
        return None if definition is None else definition.input(name)

    def source(self, key: str, name: str) -> tuple[str, int] | None:
        """The node and output that an input is linked to."""
        return self.through(self.inputs(key).get(name))

    def through(self, value: Json) -> tuple[str, int] | None:
        """Where a link leads, past switches that are set."""
        for _ in range(len(self.graph)):
            if not is_link(value) or value[0] not in self.graph:
                return None
            entry = self.graph[value[0]]
            if entry["class_type"] not in SWITCHES:
                break
            selector, yes, no = SWITCHES[entry["class_type"]]
            choice = constant(self.graph, entry["inputs"].get(selector))
            further = entry["inputs"].get(yes if choice else no) if isinstance(choice, bool) else None
            if further is None:
                break
            value = further
        return (value[0], value[1]) if is_link(value) and value[0] in self.graph else None

    def value(self, key: str, name: str) -> Json:
        """The plain value of an input, past constants and switches; a link where there is none."""
        value = self.inputs(key).get(name)
        source = self.through(value)
        return value if source is None else constant(self.graph, [*source])

    def back_from(self, start: str) -> Iterator[str]:
        """The nodes behind `start`, nearest first, itself included."""
        seen, todo = {start}, [start]
        while todo:
            node = todo.pop(0)
            yield node
            for name, _, _ in links(self.graph[node]):
                source = self.source(node, name)
                if source is not None and source[0] not in seen:
                    seen.add(source[0])
                    todo.append(source[0])

    def is_sampler(self, key: str) -> bool:
        """Whether the node turns noise into a latent."""
        inputs = self.inputs(key)
        latent = "latent_image" in inputs or "latent" in inputs
        return latent and (("positive" in inputs and "model" in inputs) or "guider" in inputs)

    def is_text(self, key: str, name: str) -> bool:
        """Whether an input takes words that describe a picture."""
        if any(part in name for part in NOT_TEXTS):
            return False
        declared = self.declared(key, name)
        if declared is None:
            return name in TEXTS or name == "negative_prompt"
        named = name in TEXTS or "prompt" in name
        return declared.type == "STRING" and (named or bool(declared.options.get("multiline")))

    def texts(self, key: str) -> list[str]:
        """The node's inputs for words, also those that are linked."""
        return [name for name in self.inputs(key) if self.is_text(key, name)]

    def is_encoder(self, key: str) -> bool:
        """Whether the node turns words into conditioning. Pictures that it takes are references."""
        return bool(self.texts(key)) and "LATENT" not in self.outputs(key)

    def loads_picture(self, key: str) -> bool:
        """Whether the node loads a picture of ours."""
        return self.kind(key) in ("LoadImage", "LoadImageMask", "LoadImageOutput") and "image" in self.inputs(key)

    def picture_behind(self, key: str) -> SlotPlace | None:
        """The nearest loader of a picture at or behind a node."""
        for node in self.back_from(key):
            if self.loads_picture(node):
                return SlotPlace(node=node, input="image")
        return None

    def uses(self, source: tuple[str, int], within: set[str]) -> list[SlotPlace]:
        """All inputs in `within` that are fed by an output."""
        return [
            SlotPlace(node=key, input=name)
            for key in sorted(within, key=depth) for name in self.inputs(key) if self.source(key, name) == source
        ]  # fmt: skip

    def holds(self, key: str) -> str | None:
        """The input in which a node of constants holds its value; None for other nodes."""
        if self.kind(key) in CONSTANTS:
            return "value"
        plain = [name for name, value in self.inputs(key).items() if not is_link(value)]
        return plain[0] if len(self.inputs(key)) == 1 and plain and plain[0] in ("value", "text", "string") else None

    def writer(self) -> str | None:
        """The node that writes the clip, or the picture where none is made: the one most of the graph works for."""
        writers = output_nodes(self.graph, self.defs)
        saving = {name: "" for name in IMAGE_WRITERS if name.startswith("Save")}
        for group in (VIDEO_WRITERS, saving, IMAGE_WRITERS):
            fitting = [key for key in writers if self.kind(key) in group]
            if fitting:
                return max(fitting, key=lambda key: len(ancestors(self.graph, [key])))
        return None


def depth(key: str) -> tuple[int, str]:
    """Order of nodes: outer ones first, then by number."""
    return key.count(":"), ":".join(part.zfill(12) for part in key.split(":"))
