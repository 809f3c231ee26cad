"""How long generations take: under which names past runs are remembered, and what can be expected of those to come."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from domain.backend import BackendSpec
from domain.base import Value
from domain.engine import WorkflowInfo
from domain.profile import ModelProfile
from domain.project import Project
from domain.request import GenerationRequest
from services.requests import generated_size

Expect = Callable[[str], float | None]
"""Gives the seconds a frame took in past runs, by key; None before the first."""

Options = Mapping[str, Any]
"""What a project stores for a workflow: "quality", "switches" by id, "models"."""


class Effect(Value):
    """What a preset with its switches comes to: steps and guidance as far as they are known, the share of the film's
    width and height, and every switch."""

    steps: float | None = None
    cfg: float | None = None
    scale: float = 1.0
    switches: dict[str, bool] = Field(default_factory=dict)


class Estimate(Value):
    """Seconds a frame will take; `about` tells that it is worked out from runs with another preset."""

    seconds: float
    about: bool = False


# -- names -------------------------------------------------------------------------------------------------------------


def key_of(request: GenerationRequest) -> str:
    """Under which name the time of that request is remembered."""
    own = {str(slot): request.params[slot] for slot in ("steps", "cfg") if slot in request.params}
    workflow = "" if request.workflow == request.backend else request.workflow
    options = request.params.get("workflow_options", {})
    size = request.width, request.height
    return _key(request.kind, request.backend, request.profile, size, workflow, options, own)


def key_for(
    spec: BackendSpec, profile: ModelProfile, project: Project, kind: Literal["image", "video"] = "video",
    options: Options | None = None,
) -> str:  # fmt: skip
    """The name for what that project would ask for; `options` in place of those it stores for the workflow."""
    chosen = project.workflow_options.get(spec.workflow, {}) if options is None else options
    size = generated_size(project, spec, profile, chosen)
    return _key(kind, spec.id, profile.id, size, spec.workflow, chosen, {})


def _key(
    kind: str, backend: str, profile: str, size: tuple[int, int], workflow: str, options: Options,
    own: Mapping[str, Any],
) -> str:  # fmt: skip
    switches = options.get("switches")
    turned = switches if isinstance(switches, Mapping) else {}
    said = [str(options.get("quality") or "")]
    said += [f"{name}={'on' if on else 'off'}" for name, on in sorted(turned.items())]
    said += [f"{slot}={value}" for slot, value in sorted(own.items())]
    parts = [backend, profile, f"{size[0]}x{size[1]}", workflow, ",".join(s for s in said if s)]
    return "/".join([*(["image"] if kind == "image" else []), *(p for p in parts if p)])


# -- presets -----------------------------------------------------------------------------------------------------------


def effect(flow: WorkflowInfo, options: Options) -> Effect:
    """What these options come to, by the rules that a graph is built by: a switch that is on goes before a preset's
    values, and a switch that a person turned goes before the preset's."""
    preset = next((q for q in flow.qualities if q.id == options.get("quality")), None)
    switches = {s.id: s.on for s in flow.switches}
    switches |= preset.switches if preset else {}
    turned = options.get("switches")
    if isinstance(turned, Mapping):
        switches |= {name: on for name, on in turned.items() if isinstance(on, bool)}
    values = flow.values | (preset.values if preset else {})
    for switch in flow.switches:
        if switches.get(switch.id):
            values = values | switch.values
    return Effect(
        steps=values.get("steps"), cfg=values.get("cfg"), scale=preset.scale if preset else 1.0, switches=switches
    )


def estimate(
    expect: Expect, flow: WorkflowInfo | None, spec: BackendSpec, profile: ModelProfile, project: Project,
    kind: Literal["image", "video"] = "video", options: Options | None = None,
) -> Estimate | None:  # fmt: skip
    """What a frame will take with these options; where nothing was made with them, worked out from the preset that
    comes nearest, by its steps and pixels. None before any run."""
    chosen = project.workflow_options.get(spec.workflow, {}) if options is None else options
    seen = expect(key_for(spec, profile, project, kind, chosen))
    if seen is not None:
        return Estimate(seconds=seen)
    if flow is None:
        return None
    wanted = _work(flow, spec, profile, project, chosen)
    found: list[tuple[float, float]] = []
    for other in _others(flow, chosen):
        seconds = expect(key_for(spec, profile, project, kind, other))
        work = _work(flow, spec, profile, project, other)
        if seconds is not None and (wanted[0] is None) == (work[0] is None):
            ratio = (wanted[0] or 1) * wanted[1] / ((work[0] or 1) * work[1])
            found.append((abs(math.log(ratio)), seconds * ratio))
    return Estimate(seconds=min(found)[1], about=True) if found else None


def _others(flow: WorkflowInfo, options: Options) -> Iterator[Options]:
    """The other presets, with the switches that were turned and without."""
    turned = options.get("switches") or {}
    for quality in ("", *(q.id for q in flow.qualities)):
        for switches in ({}, turned) if turned else ({},):
            yield {"quality": quality, "switches": switches}


def _work(
    flow: WorkflowInfo, spec: BackendSpec, profile: ModelProfile, project: Project, options: Options
) -> tuple[float | None, int]:
    """How often the model runs for a result (None: not known), and the pixels of a frame.

    With classifier-free guidance the model runs twice a step, with the prompt and without it (Ho and Salimans, 2022);
    a guidance of 1 is none.
    """
    made = effect(flow, options)
    width, height = generated_size(project, spec, profile, options)
    runs = None if not made.steps else made.steps * (2 if made.cfg is not None and made.cfg > 1 else 1)
    return runs, width * height
