"""The model files that a graph loads, as slots: which input names a file, what for, and where such files lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.workflow import SlotPlace
from infrastructure.comfyui.view import GraphView, depth

FILE_INPUT = re.compile(
    r"(?:unet|ckpt|vae|clip|lora|model|text_encoder|control_net|style_model|upscale_model|audio_encoder|"
    r"audio_vae|config|gguf|bbox|sam)(?:_?name)?_?\d*"
)
ENDINGS = (".safetensors", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".sft", ".onnx")
TAG = re.compile(r"\[MODEL(?::\s*([A-Za-z0-9_-]{1,40}))?\]", re.IGNORECASE)
"""How the "gcv" tools mark loaders in titles: [MODEL], [MODEL:high], [MODEL:low]."""

FOLDERS: Mapping[str, str] = {
    "unet_name": "diffusion_models", "ckpt_name": "checkpoints", "vae_name": "vae", "clip_name": "text_encoders",
    "text_encoder": "text_encoders", "lora_name": "loras", "control_net_name": "controlnet",
    "style_model_name": "style_models", "audio_encoder_name": "audio_encoders",
}  # fmt: skip
CLASS_FOLDERS: Mapping[str, str] = {
    "CLIPVisionLoader": "clip_vision", "UpscaleModelLoader": "upscale_models",
    "LatentUpscaleModelLoader": "latent_upscale_models", "ModelPatchLoader": "model_patches",
    "FrameInterpolationModelLoader": "frame_interpolation", "StyleModelLoader": "style_models",
    "AudioEncoderLoader": "audio_encoders", "DiffControlNetLoader": "controlnet", "ControlNetLoader": "controlnet",
}  # fmt: skip
ROLES: tuple[tuple[str, str], ...] = (
    ("MODEL", "main"), ("CLIP_VISION", "image_encoder"), ("CLIP", "text_encoder"), ("VAE", "vae"),
    ("UPSCALE_MODEL", "upscale"), ("LATENT_UPSCALE_MODEL", "latent_upscale"), ("CONTROL_NET", "control"),
    ("STYLE_MODEL", "style"), ("AUDIO_ENCODER", "audio_encoder"), ("MODEL_PATCH", "patch"),
)  # fmt: skip
"""What a loader is for, by the first of these that it gives."""


@dataclass(frozen=True)
class Loader:
    """One input that names a model file."""

    place: SlotPlace
    file: str
    folder: str
    role: str


def model_loaders(view: GraphView, needed: set[str]) -> list[Loader]:
    """Every input of these nodes that names a model file, outer nodes first."""
    found = []
    for key in sorted(needed, key=depth):
        for name, value in view.inputs(key).items():
            if not isinstance(value, str) or not names_file(view, key, name, value):
                continue
            folder = CLASS_FOLDERS.get(view.kind(key)) or FOLDERS.get(name.rstrip("0123456789_"), "")
            found.append(Loader(SlotPlace(node=key, input=name), value, folder, _role(view, key, name)))
    return found


def names_file(view: GraphView, key: str, name: str, value: str) -> bool:
    """Whether an input holds the name of a model file: a list of the server's that has such names."""
    if not FILE_INPUT.fullmatch(name):
        return False
    declared = view.declared(key, name)
    if declared is None:
        return value.lower().endswith(ENDINGS)
    if declared.choices is None:
        return False
    listed = any(str(c).lower().endswith(ENDINGS) for c in declared.choices)
    return value.lower().endswith(ENDINGS) or listed


def model_slots(view: GraphView, needed: set[str]) -> dict[str, tuple[SlotPlace, ...]]:
    """Slots for model files: "model:main", or "model:high" and "model:low" for the two experts of models that come in
    two files; "lora:…" for LoRAs with "lora_strength:…". Inputs that name the same file for the same purpose share a
    slot."""
    found: dict[str, list[SlotPlace]] = {}
    files: dict[str, str] = {}
    for loader in model_loaders(view, needed):
        number, slot = 1, loader.role
        while slot in found and files[slot] != loader.file:
            number += 1
            slot = f"{loader.role}_{number}"
        found.setdefault(slot, []).append(loader.place)
        files[slot] = loader.file
        if slot.startswith("lora:"):
            strength = [n for n in ("strength_model", "strength") if n in view.inputs(loader.place.node)]
            for name in strength:
                found.setdefault(f"lora_strength:{slot[5:]}", []).append(SlotPlace(node=loader.place.node, input=name))
                files[f"lora_strength:{slot[5:]}"] = loader.file
    return {slot: tuple(places) for slot, places in found.items()}


def _role(view: GraphView, key: str, name: str) -> str:
    title = view.titles.get(key, "")
    tag = TAG.search(title)
    if tag:
        return f"model:{(tag[1] or 'main').lower()}"
    words = f"{title} {view.inputs(key)[name]}".lower()
    expert = next((e for e in ("high", "low") if re.search(rf"(?<![a-z]){e}[ _-]?noise", words)), "")
    if name.startswith("lora"):
        return f"lora:{expert or '1'}"
    if name.startswith("ckpt"):
        return "model:main"
    if "audio" in words and "VAE" in "".join(view.outputs(key)):
        return "model:audio_vae"
    if name.startswith(("text_encoder", "clip_name")) and "CLIP_VISION" not in view.outputs(key):
        return "model:text_encoder"
    outputs = view.outputs(key)
    role = next((r for gives, r in ROLES if gives in outputs), "")
    if not role:
        role = {"unet": "main", "clip": "text_encoder", "vae": "vae"}.get(name.split("_")[0], name)
    return f"model:{expert}" if role == "main" and expert else f"model:{role}"
