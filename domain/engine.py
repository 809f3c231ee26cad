"""What the studio shows of servers and workflows: reachable or not, what is installed, what is missing."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from domain.backend import Problem
from domain.base import Value


class DeviceInfo(Value):
    """A device of a server. Memory in bytes; 0 where the server does not say."""

    name: str
    memory: int = Field(default=0, ge=0)
    free: int = Field(default=0, ge=0)


class ServerInfo(Value):
    """One server as it is now. `waiting` counts all prompts in its queue, `ours` those of this studio."""

    url: str
    reachable: bool
    version: str = ""
    devices: tuple[DeviceInfo, ...] = ()
    running: int = 0
    waiting: int = 0
    ours: int = 0
    nodes: int = 0
    problem: Problem | None = None


class ModelInfo(Value):
    """A model file that a workflow loads. `installed` is None while no server can be asked; sizes in GB."""

    name: str
    folder: str = ""
    url: str = ""
    slot: str = ""
    size_gb: float | None = None
    licence: str = ""
    installed: bool | None = None


class SwitchInfo(Value):
    """Something that can be turned on for a workflow; `available` is false where the server lacks its nodes."""

    id: str
    title: str
    help: str = ""
    on: bool = False
    available: bool = True


class QualityInfo(Value):
    """A preset and what it changes, in words."""

    id: str
    title: str
    help: str = ""


class WorkflowInfo(Value):
    """A workflow as it can be chosen. `slots` are the values it takes; `choices` the model files that the server
    offers for each model slot; `problems` what is missing on every server, empty when one can run it. `confirmed` is
    false for a workflow whose slots were found but not looked at by anybody yet."""

    id: str
    title: str
    kind: Literal["image", "video", "upscale"]
    profile: str
    description: str = ""
    licence: str = ""
    origin: Literal["shipped", "yours", "server"] = "shipped"
    overrides: bool = False
    confirmed: bool = True
    fault: str = ""
    slots: tuple[str, ...] = ()
    places: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    qualities: tuple[QualityInfo, ...] = ()
    switches: tuple[SwitchInfo, ...] = ()
    choices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    models: tuple[ModelInfo, ...] = ()
    custom_nodes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    checked: bool = False


class SentGraph(Value):
    """What would be sent for a request: every slot's value in words, and the graph in API format."""

    workflow: str
    server: str = ""
    slots: dict[str, str] = Field(default_factory=dict)
    graph: dict[str, Any] = Field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
