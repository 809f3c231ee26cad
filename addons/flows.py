"""Workflows and servers in words, for the tabs that show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from addons.api import Json
from addons.session import View
from addons.words import named, number, said, t, tn
from domain.engine import DeviceInfo, ModelInfo, WorkflowInfo
from domain.errors import NotFound, StudioError
from domain.profile import ModelProfile
from domain.request import GenerationRequest
from domain.timing import rate_label
from domain.workflow import ForeignNode, by_pack
from services.studio import Studio

KINDS = {"video": "clips", "image": "keyframes", "upscale": "upscaling", "interpolate": "frames in between"}
ORIGINS = {"shipped": "shipped", "yours": "yours", "server": "server"}
STATES = {
    "ready": ("ready", "done"),
    "missing": ("something is missing", "blocked"),
    "fault": ("cannot be read", "failed"),
    "confirm": ("slots to confirm", "stale"),
    "unchecked": ("not checked", ""),
}
"""The state of a workflow: in words, and its tone (the class of its pill)."""

SLOTS = {
    "prompt": "Prompt", "negative": "Negative prompt", "seed": "Seed", "width": "Width", "height": "Height",
    "length": "Length in frames", "fps": "Frames per second", "start_image": "Start image", "end_image": "End image",
    "steps": "Steps", "cfg": "Guidance", "denoise": "Denoise", "motion": "Motion strength",
    "clip": "Clip", "times": "Pictures made of one", "mask": "Mask",
}  # fmt: skip
_GIB = 2**30


def state_of(flow: WorkflowInfo) -> str:
    """How a workflow stands, as a key of STATES."""
    if flow.fault:
        return "fault"
    if flow.checked and flow.problems:
        return "missing"
    if not flow.confirmed:
        return "confirm"
    return "ready" if flow.checked else "unchecked"


def state_words(flow: WorkflowInfo) -> str:
    """The same in words; what is missing is counted."""
    state = state_of(flow)
    if state == "missing":
        return t("{count} missing", count=len(flow.problems))
    return named(STATES[state][0])


def slot_words(slot: str) -> str:
    """A slot's name for people."""
    kind, colon, name = slot.partition(":")
    if colon:
        start = {"model": t("Model"), "lora": t("LoRA"), "lora_strength": t("LoRA strength")}.get(kind, kind)
        return f"{start}: {name.replace('_', ' ')}"
    if slot.startswith("reference-"):
        return t("Reference picture {n}", n=slot.removeprefix("reference-"))
    return named(SLOTS.get(slot, slot.replace("_", " ").capitalize()))


def limits(profile: ModelProfile) -> str:
    """What a model makes in one go, in words: "16 fps, up to 81 frames = 5.06 s a segment"."""
    seconds = float(profile.longest / profile.rate)
    if seconds >= 600:
        return t("any length in one go, at the film's own rate")
    return t(
        "{rate} fps, up to {frames} frames = {seconds} s a segment",
        rate=rate_label(profile.rate),
        frames=profile.longest,
        seconds=number(f"{seconds:.2f}"),
    )


def profile_words(studio: Studio, flow: WorkflowInfo, rate: Fraction) -> tuple[str, str]:
    """A workflow's model profile: its title, and its limits in words (empty for pictures)."""
    if studio.engine is None:
        return flow.profile, ""
    try:
        profile = studio.backends.profile(studio.engine.backend, flow.profile, rate)
    except NotFound:
        return flow.profile, ""
    if flow.kind != "video":
        return named(profile.title), ""
    return named(profile.title), limits(profile)


def gib(size: int) -> str:
    """A device's memory as people know it: "24.0 GiB"."""
    return number(f"{size / _GIB:.1f} GiB")


def device_words(device: DeviceInfo) -> list[Json]:
    """A device for the browser: name, percentage in use (-1 when not known), memory in words."""
    if not device.memory:
        return [device.name, -1, ""]
    used = max(0, device.memory - device.free)
    return [
        device.name,
        min(100, round(100 * used / device.memory)),
        t("{free} of {all} free", free=gib(device.free), all=gib(device.memory)),
    ]


def model_rows(models: tuple[ModelInfo, ...]) -> list[dict[str, Json]]:
    """Model files for the browser."""
    return [
        {
            "name": m.name, "folder": f"models/{m.folder}" if m.folder else "", "url": m.url if _is_link(m.url) else "",
            "size": "" if m.size_gb is None else number(f"{m.size_gb:g} GB"),
            "slot": slot_words(m.slot) if m.slot else "",
            "licence": m.licence, "there": m.installed,
        }
        for m in models
    ]  # fmt: skip


def pack_rows(nodes: Iterable[ForeignNode]) -> list[list[Json]]:
    """Whose code a server runs for a workflow, for the browser: pack with its number of nodes, and their classes."""
    return [
        [f"{pack or t('of an unknown pack')} ({tn('{n} node', '{n} nodes', len(held))})",
         ", ".join(n.class_type for n in held)]
        for pack, held in by_pack(nodes).items()
    ]  # fmt: skip


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def chosen(options: Any) -> dict[str, Any]:
    """A workflow's options as they are stored, with whatever is odd in them left out."""
    options = options if isinstance(options, dict) else {}
    switches, models = options.get("switches"), options.get("models")
    return {
        "quality": options.get("quality") if isinstance(options.get("quality"), str) else "",
        "switches": {str(k): v for k, v in switches.items() if isinstance(v, bool)}
        if isinstance(switches, dict)
        else {},
        "models": {str(k): v for k, v in models.items() if isinstance(v, str)} if isinstance(models, dict) else {},
    }


def option_rows(options: Any) -> list[list[str]]:
    """A workflow's options as label and value."""
    kept = chosen(options)
    rows = [[t("Quality"), named(kept["quality"].capitalize())]] if kept["quality"] else []
    rows += [[i.replace("_", " ").capitalize(), t("on") if on else t("off")] for i, on in kept["switches"].items()]
    return rows + [[slot_words(slot), name] for slot, name in kept["models"].items()]


def is_engines(view: View, backend: str) -> bool:
    """Whether that backend is the engine with servers and workflows."""
    engine = view.studio.engine
    return engine is not None and engine.backend == backend


def graph_head(view: View, request: GenerationRequest | None, name: str) -> dict[str, Json]:
    """What the engine would send for a request: empty where another backend makes it, {"can": true} until it is
    unfolded (`name` is the window's choice that says so), then the slots, the graph and the problems."""
    engine = view.studio.engine
    if request is None or engine is None or engine.backend != request.backend:
        return {}
    if not view.choice(name, False):
        return {"can": True}
    try:
        info = engine.workflow(request.workflow)
        made = view.cached(name, lambda: engine.would_send(request), (request.fingerprint, request.seed, info))
    except StudioError as error:
        return {"can": True, "open": True, "error": said(str(error)), "slots": [], "problems": [], "graph": ""}
    text = json.dumps(made.graph, indent=2, ensure_ascii=False)
    return {
        "can": True, "open": True, "error": "", "server": made.server, "workflow": info.title,
        "slots": [[slot_words(slot), value[:4000] or t("empty")] for slot, value in made.slots.items()],
        "problems": [[said(p.what), said(p.cure)] for p in made.problems], "graph": text, "nodes": len(made.graph),
    }  # fmt: skip
