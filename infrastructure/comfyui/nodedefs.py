"""What a server's `object_info` says about its nodes: inputs in order, which of them are widgets, outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Json = Any

WIDGET_TYPES = frozenset(
    {
        "INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COLOR", "CURVE", "BOUNDING_BOX", "LOAD_3D", "LOAD_3D_ANIMATION",
        "PREVIEW_3D", "WEBCAM", "AUDIO_RECORD", "AUDIO_UI", "MARKDOWN", "IMAGECOMPARE",
    }
)  # fmt: skip
"""Input types for which the editor shows a control and so stores a value."""

CORE_MODULES = frozenset({"nodes", "comfy", "comfy_extras"})
"""Where a server has its own nodes from, by the beginning of `python_module` in its `object_info`."""

SERVICES = "comfy_api_nodes"
"""ComfyUI's own nodes that send what they are given to companies elsewhere."""

SEED_NAMES = ("seed", "noise_seed")
"""Whole numbers of these names get a "control after generate" even where the server does not ask for it."""


@dataclass(frozen=True)
class InputDef:
    """One input. `choices` is None unless it is a list to choose from; `options` is the server's dictionary."""

    name: str
    type: str
    options: Mapping[str, Any]
    choices: tuple[Any, ...] | None
    required: bool

    @property
    def is_widget(self) -> bool:
        """Whether the editor shows a control for it and so stores a value."""
        if self.options.get("forceInput"):
            return False
        return (
            self.type in WIDGET_TYPES
            or self.type.startswith(("COMFY_DYNAMICCOMBO", "COMFY_DYNAMICGROUP"))
            or bool(self.options.get("widgetType"))
        )

    @property
    def dynamic(self) -> bool:
        """Whether the choice decides which further inputs there are."""
        return self.type.startswith("COMFY_DYNAMICCOMBO")

    @property
    def extra_slots(self) -> int:
        """Values the editor stores behind this one for itself: how a seed changes, how a list is filtered."""
        control = self.options.get("control_after_generate")
        if self.type == "INT":
            return 1 if control or (control is None and self.name.rpartition(".")[2] in SEED_NAMES) else 0
        if self.type == "FLOAT":
            return 1 if control else 0
        if self.choices is not None:
            return 2 if control else 0
        return 0

    @property
    def default(self) -> Any:
        """What the editor shows when nothing is stored."""
        if "default" in self.options:
            return self.options["default"]
        if self.choices:
            return self.choices[0]
        return {"INT": 0, "FLOAT": 0.0, "STRING": "", "BOOLEAN": False}.get(self.type)


def _input(name: str, spec: Any, required: bool) -> InputDef:
    kind = spec[0] if isinstance(spec, Sequence) and spec and not isinstance(spec, str) else "*"
    options = spec[1] if isinstance(spec, Sequence) and len(spec) > 1 and isinstance(spec[1], Mapping) else {}
    if isinstance(kind, list):
        return InputDef(name, "COMBO", options, tuple(kind), required)
    choices = None
    if kind == "COMBO":
        listed = options.get("options")
        choices = tuple(listed) if isinstance(listed, list) else ()
    elif str(kind).startswith("COMFY_DYNAMICCOMBO"):
        listed = options.get("options")
        choices = tuple(o.get("key") for o in listed if isinstance(o, Mapping)) if isinstance(listed, list) else ()
    return InputDef(name, str(kind), options, choices, required)


def _inputs(sections: Mapping[str, Any], order: Mapping[str, Any] | None = None) -> Iterator[InputDef]:
    for section in ("required", "optional"):
        specs = sections.get(section)
        if not isinstance(specs, Mapping):
            continue
        listed = (order or {}).get(section)
        names = [str(name) for name in listed] if isinstance(listed, list) else []
        for name in [*names, *(n for n in specs if n not in names)]:
            if name in specs:
                yield _input(name, specs[name], section == "required")


@dataclass(frozen=True)
class NodeDef:
    """A node class as the server knows it."""

    name: str
    raw: Mapping[str, Any] = field(repr=False)

    @cached_property
    def inputs(self) -> tuple[InputDef, ...]:
        """Inputs in the editor's order: required ones, then optional ones."""
        sections, order = self.raw.get("input"), self.raw.get("input_order")
        return tuple(
            _inputs(sections if isinstance(sections, Mapping) else {}, order if isinstance(order, Mapping) else None)
        )

    @property
    def title(self) -> str:
        """How the editor calls the node."""
        return str(self.raw.get("display_name") or self.name)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Types of the outputs, by slot."""
        given = self.raw.get("output")
        return tuple("COMBO" if isinstance(o, list) else str(o) for o in given) if isinstance(given, list) else ()

    @property
    def is_output(self) -> bool:
        """Whether the server runs it for its own sake."""
        return bool(self.raw.get("output_node"))

    @property
    def pack(self) -> str:
        """Where code comes from that is not ComfyUI's own: a pack of custom nodes, or an online service that it asks;
        empty for what belongs to ComfyUI itself."""
        module = str(self.raw.get("python_module") or "nodes")
        top, _, rest = module.partition(".")
        if top in CORE_MODULES:
            return ""
        return {"custom_nodes": rest or module, SERVICES: "an online service, through ComfyUI"}.get(top, module)

    def input(self, name: str) -> InputDef | None:
        """The input of that name; inputs that a choice brings along are found under their dotted names."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, InputDef]:
        found: dict[str, InputDef] = {}
        todo = list(self.inputs)
        while todo:
            entry = todo.pop()
            found.setdefault(entry.name, entry)
            for choice in (entry.choices or ()) if entry.dynamic else ():
                todo += branch(entry, choice)
        return found


def branch(definition: InputDef, choice: Any) -> tuple[InputDef, ...]:
    """The further inputs that a dynamic combo has for this choice, under their dotted names."""
    listed = definition.options.get("options")
    for option in listed if isinstance(listed, list) else ():
        if isinstance(option, Mapping) and option.get("key") == choice:
            return tuple(
                InputDef(f"{definition.name}.{i.name}", i.type, i.options, i.choices, i.required)
                for i in _inputs(option.get("inputs") or {})
            )
    return ()


class NodeDefs:
    """All node classes of a server, from its `GET /object_info`; empty when no server was asked."""

    def __init__(self, object_info: Mapping[str, Any] | None = None) -> None:
        self._raw = object_info or {}
        self._made: dict[str, NodeDef] = {}

    def __bool__(self) -> bool:
        return bool(self._raw)

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def is_of(self, object_info: Mapping[str, Any]) -> bool:
        """Whether these were made of that very answer."""
        return self._raw is object_info

    def get(self, name: str) -> NodeDef | None:
        """The class of that name, or None."""
        raw = self._raw.get(name)
        if not isinstance(raw, Mapping):
            return None
        if name not in self._made:
            self._made[name] = NodeDef(name, raw)
        return self._made[name]
