"""What a server's `object_info` must at least say for the shipped graphs, read off the graphs themselves.

Types of inputs follow from the values and from what is linked where; with it the tests need no recorded server.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from infrastructure.comfyui.catalogue import Catalogue
from infrastructure.comfyui.convert import is_link
from infrastructure.comfyui.loaders import FILE_INPUT
from infrastructure.comfyui.nodedefs import NodeDefs

TYPES: tuple[tuple[str, str], ...] = (
    (r"model", "MODEL"), (r"clip", "CLIP"), (r"vae|audio_vae", "VAE"), (r"positive|negative|conditioning", "CONDITIONING"),
    (r"frames", "IMAGE"), (r"samples|latent_image|latent|video_latent|audio_latent|av_latent", "LATENT"), (r"video", "VIDEO"),
    (r"image\d?|images|start_image|end_image|init_image|pixels", "IMAGE"), (r"audio", "AUDIO"), (r"noise", "NOISE"),
    (r"guider", "GUIDER"), (r"sampler", "SAMPLER"), (r"sigmas", "SIGMAS"), (r"clip_vision", "CLIP_VISION"),
    (r"clip_vision_.*", "CLIP_VISION_OUTPUT"), (r"upscale_model", "UPSCALE_MODEL"),
    (r"mask", "MASK"), (r"destination|source", "IMAGE"),
)  # fmt: skip
"""Types of linked inputs by their names."""

OPTIONAL = re.compile(r"start_image|end_image|image\d|clip_vision_.*|audio|latent")
CHOICES = re.compile(
    r"channel|sampler_name|scheduler|type|device|weight_dtype|upscale_method|crop|format|codec|add_noise|"
    r"return_with_leftover_noise|reference_latents_method"
)
MULTILINE = ("text", "prompt")


@cache
def object_info() -> dict[str, Any]:
    """A server that has every node and every model of the shipped workflows, and nothing else."""
    info: dict[str, Any] = {}
    graphs = [w.data for w in Catalogue().all() if w.data is not None]
    for graph in graphs:
        for entry in graph.values():
            node = info.setdefault(
                entry["class_type"],
                {
                    "input": {"required": {}, "optional": {}},
                    "output": [],
                    "output_node": entry["class_type"].startswith("Save"),
                },
            )
            for name, value in entry["inputs"].items():
                section = "optional" if OPTIONAL.fullmatch(name) and is_link(value) else "required"
                known = node["input"][section]
                known[name] = _spec(entry["class_type"], name, value, known.get(name))
    for graph in graphs:
        for entry in graph.values():
            for name, value in entry["inputs"].items():
                if is_link(value):
                    outputs = info[graph[value[0]]["class_type"]]["output"]
                    outputs += ["*"] * (value[1] + 1 - len(outputs))
                    outputs[value[1]] = _type(name)
    for workflow in Catalogue().all():
        if workflow.manifest is None or workflow.data is None:
            continue
        for place, value in (pair for inputs in workflow.manifest.without.values() for pair in inputs.items()):
            if isinstance(value, tuple):
                outputs = info[workflow.data[value[0]]["class_type"]]["output"]
                outputs += ["*"] * (value[1] + 1 - len(outputs))
                outputs[value[1]] = _type(place.partition(".")[2])
    return info


@cache
def defs() -> NodeDefs:
    """The same as node definitions."""
    return NodeDefs(object_info())


def _type(name: str) -> str:
    return next(kind for pattern, kind in TYPES if re.fullmatch(pattern, name))


def _spec(class_type: str, name: str, value: Any, before: Any) -> list[Any]:
    if is_link(value):
        return [_type(name), {}]
    if class_type == "LoadVideo":
        return [[], {"video_upload": True}]
    if class_type in ("LoadImage", "LoadImageMask") and name == "image":
        return [[], {"image_upload": True}]
    if isinstance(value, str) and (FILE_INPUT.fullmatch(name) or CHOICES.fullmatch(name)):
        listed = [*(before[0] if before else []), value]
        return [list(dict.fromkeys(listed)), {}]
    if isinstance(value, bool):
        return ["BOOLEAN", {"default": value}]
    if isinstance(value, int):
        return ["INT", {"default": value, "min": 0, "max": 2**64 - 1}]
    if isinstance(value, float):
        return ["FLOAT", {"default": value}]
    return ["STRING", {"multiline": name in MULTILINE}]
