"""What the studio shows of servers and workflows: reachable or not, what is installed, what is missing."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from domain.backend import Problem
from domain.base import Value
from domain.workflow import ForeignNode, WorkflowKind


class DeviceInfo(Value):
    """A device of a server. Memory in bytes; 0 where the server does not say. `own` is what the server itself holds,
    models it keeps loaded included."""

    name: str
    memory: int = Field(default=0, ge=0)
    free: int = Field(default=0, ge=0)
    own: int = Field(default=0, ge=0)


class ServerInfo(Value):
    """One server as it is now. `waiting` counts all prompts in its queue, `ours` those of this studio, running ones
    too; `ahead` is how many of others come before the first of ours. `title`, `on`, `queued` (how many of our prompts
    may wait there behind the one that runs) and `login` (whether it gets a token or header) are as it is set up."""

    url: str
    reachable: bool
    version: str = ""
    devices: tuple[DeviceInfo, ...] = ()
    running: int = 0
    waiting: int = 0
    ours: int = 0
    ahead: int = 0
    nodes: int = 0
    problem: Problem | None = None
    title: str = ""
    on: bool = True
    queued: int = 1
    login: bool = False


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
    """Something that can be turned on for a workflow; `available` is false where the server lacks its nodes. `values`
    are the steps and the guidance that it sets while it is on, by slot."""

    id: str
    title: str
    help: str = ""
    on: bool = False
    available: bool = True
    values: dict[str, float] = Field(default_factory=dict)


class QualityInfo(Value):
    """A preset and what it changes: steps and guidance by slot, switches by id, and the share of the film's width and
    height that is generated."""

    id: str
    title: str
    help: str = ""
    values: dict[str, float] = Field(default_factory=dict)
    switches: dict[str, bool] = Field(default_factory=dict)
    scale: float = 1.0


InputKind = Literal["text", "whole", "number", "choice", "switch", "picture"]


class InputInfo(Value):
    """An input of a workflow's graph that a slot may go into. `node` is the node's title, `value` what stands there
    now, shortened; empty for what is linked."""

    place: str
    node: str
    input: str
    kind: InputKind
    value: str = ""


def fits(slot: str, kind: InputKind) -> bool:
    """Whether values of that slot can go into an input of that kind."""
    name = slot.partition(":")[0].partition("-")[0]
    match name:
        case "prompt" | "negative":
            return kind == "text"
        case "start_image" | "end_image" | "reference":
            return kind == "picture"
        case "clip":
            return kind in ("choice", "text")
        case "model" | "lora":
            return kind in ("choice", "text")
        case "seed" | "width" | "height" | "length" | "steps" | "times":
            return kind == "whole"
        case _:
            return kind in ("whole", "number")


class WorkflowInfo(Value):
    """A workflow as it can be chosen. `slots` are the values it takes; `choices` the model files that the server
    offers for each model slot; `problems` what is missing on every server, empty when one can run it. `confirmed` is
    false for a workflow whose slots were found but not looked at by anybody yet. `values` are the steps and the
    guidance that the graph itself has; `inputs` is empty while the graph cannot be read without a server.
    `custom_nodes` are those whose code is not ComfyUI's own, as far as a server or the file itself tells."""

    id: str
    title: str
    kind: WorkflowKind
    profile: str
    description: str = ""
    licence: str = ""
    origin: Literal["shipped", "yours", "server"] = "shipped"
    overrides: bool = False
    confirmed: bool = True
    fault: str = ""
    slots: tuple[str, ...] = ()
    places: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    inputs: tuple[InputInfo, ...] = ()
    values: dict[str, float] = Field(default_factory=dict)
    qualities: tuple[QualityInfo, ...] = ()
    switches: tuple[SwitchInfo, ...] = ()
    choices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    models: tuple[ModelInfo, ...] = ()
    custom_nodes: tuple[ForeignNode, ...] = ()
    problems: tuple[Problem, ...] = ()
    checked: bool = False


class AddedWorkflow(Value):
    """A file that was taken in as a workflow, or, without an id, why it was not. `notes` say what was left out."""

    file: str
    id: str = ""
    title: str = ""
    fault: str = ""
    notes: tuple[str, ...] = ()


class SentGraph(Value):
    """What would be sent for a request: every slot's value in words, and the graph in API format."""

    workflow: str
    server: str = ""
    slots: dict[str, str] = Field(default_factory=dict)
    graph: dict[str, Any] = Field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
