"""What the stand-in's nodes take and give, in the shape of ComfyUI's `GET /object_info`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

INT, FLOAT, STRING = "INT", "FLOAT", "STRING"
FOLDERS = ("checkpoints", "diffusion_models", "text_encoders", "vae", "loras", "clip_vision", "upscale_models")


def _node(
    name: str, required: Mapping[str, Any], outputs: Sequence[str], *, optional: Mapping[str, Any] | None = None,
    output_node: bool = False, title: str = "",
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    inputs: dict[str, Any] = {"required": dict(required)}
    if optional:
        inputs["optional"] = dict(optional)
    if output_node:
        inputs["hidden"] = {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO"}
    return name, {
        "input": inputs, "input_order": {key: list(value) for key, value in inputs.items()},
        "output": list(outputs), "output_is_list": [False] * len(outputs), "output_name": list(outputs),
        "name": name, "display_name": title or name, "description": "", "python_module": "nodes",
        "category": "stand-in", "output_node": output_node,
    }  # fmt: skip


def _whole(default: int, least: int, most: int, **more: Any) -> list[Any]:
    return [INT, {"default": default, "min": least, "max": most, **more}]


def object_info(models: Mapping[str, Sequence[str]], pictures: Sequence[str]) -> dict[str, Any]:
    """The node classes, with these model files by folder, and these names in the list of LoadImage."""

    def files(folder: str) -> list[Any]:
        return [list(models.get(folder, ())), {}]

    def linked(kind: str) -> list[Any]:
        return [kind, {}]

    image, latent, model, clip = linked("IMAGE"), linked("LATENT"), linked("MODEL"), linked("CLIP")
    vae, cond = linked("VAE"), linked("CONDITIONING")
    prefix = [STRING, {"default": "ComfyUI"}]
    sampler = {
        "model": model, "seed": _whole(0, 0, 2**64 - 1, control_after_generate=True), "steps": _whole(20, 1, 10000),
        "cfg": [FLOAT, {"default": 8.0, "min": 0.0, "max": 100.0, "step": 0.1}],
        "sampler_name": [["euler", "euler_ancestral", "uni_pc", "lcm"], {}],
        "scheduler": [["normal", "karras", "simple", "beta"], {}],
        "positive": cond, "negative": cond, "latent_image": latent,
        "denoise": [FLOAT, {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01}],
    }  # fmt: skip
    size = {"width": _whole(512, 16, 16384, step=8), "height": _whole(512, 16, 16384, step=8)}
    return dict(
        [
            _node("LoadImage", {"image": [list(pictures), {"image_upload": True}]}, ["IMAGE", "MASK"], title="Load Image"),
            _node("EmptyImage", {
                "width": _whole(512, 1, 16384), "height": _whole(512, 1, 16384), "batch_size": _whole(1, 1, 4096),
                "color": _whole(0, 0, 0xFFFFFF, step=1, display="color"),
            }, ["IMAGE"]),
            _node("ImageScale", {
                "image": image,
                "upscale_method": [["nearest-exact", "bilinear", "area", "bicubic", "lanczos"], {}],
                "width": _whole(512, 0, 16384, step=1), "height": _whole(512, 0, 16384, step=1),
                "crop": [["disabled", "center"], {}],
            }, ["IMAGE"], title="Upscale Image"),
            _node("RepeatImageBatch", {"image": image, "amount": _whole(1, 1, 4096)}, ["IMAGE"]),
            _node("ImageFromBatch", {
                "image": image, "batch_index": _whole(0, 0, 4095), "length": _whole(1, 1, 4096),
            }, ["IMAGE"]),
            _node("CreateVideo", {
                "images": ["IMAGE", {"tooltip": "The images to create a video from."}],
                "fps": [FLOAT, {"default": 30.0, "min": 1.0, "max": 120.0, "step": 1.0}],
            }, ["VIDEO"], optional={"audio": ["AUDIO", {}]}, title="Create Video"),
            _node("SaveVideo", {
                "video": ["VIDEO", {}], "filename_prefix": [STRING, {"default": "video/ComfyUI"}],
                "format": ["COMBO", {"default": "auto", "options": ["auto", "mp4"]}],
                "codec": ["COMBO", {"default": "auto", "options": ["auto", "h264"]}],
            }, [], output_node=True, title="Save Video"),
            _node("SaveImage", {"images": image, "filename_prefix": prefix}, [], output_node=True, title="Save Image"),
            _node("PreviewImage", {"images": image}, [], output_node=True, title="Preview Image"),
            _node("CheckpointLoaderSimple", {"ckpt_name": files("checkpoints")}, ["MODEL", "CLIP", "VAE"], title="Load Checkpoint"),
            _node("UNETLoader", {
                "unet_name": files("diffusion_models"), "weight_dtype": [["default", "fp8_e4m3fn"], {}],
            }, ["MODEL"], title="Load Diffusion Model"),
            _node("CLIPLoader", {
                "clip_name": files("text_encoders"), "type": [["stable_diffusion", "wan", "qwen_image", "lumina2"], {}],
            }, ["CLIP"], title="Load CLIP"),
            _node("VAELoader", {"vae_name": files("vae")}, ["VAE"], title="Load VAE"),
            _node("CLIPTextEncode", {
                "text": [STRING, {"multiline": True, "dynamicPrompts": True}], "clip": clip,
            }, ["CONDITIONING"], title="CLIP Text Encode (Prompt)"),
            _node("EmptyLatentImage", {**size, "batch_size": _whole(1, 1, 4096)}, ["LATENT"], title="Empty Latent Image"),
            _node("WanImageToVideo", {
                "positive": cond, "negative": cond, "vae": vae, "width": _whole(832, 16, 16384, step=16),
                "height": _whole(480, 16, 16384, step=16), "length": _whole(81, 1, 16384, step=4),
                "batch_size": _whole(1, 1, 4096),
            }, ["CONDITIONING", "CONDITIONING", "LATENT"], optional={"start_image": image}),
            _node("KSampler", sampler, ["LATENT"]),
            _node("VAEDecode", {"samples": latent, "vae": vae}, ["IMAGE"], title="VAE Decode"),
        ]
    )  # fmt: skip
