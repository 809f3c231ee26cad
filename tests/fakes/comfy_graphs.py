"""Small graphs in API format for the tests."""

from __future__ import annotations

import uuid
from typing import Any

Graph = dict[str, Any]


def job_id() -> str:
    return str(uuid.uuid4())


def node(class_type: str, title: str = "", **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": title or class_type}}


def pass_through(image: str, name: str, frames: int = 5, size: tuple[int, int] = (64, 48)) -> Graph:
    """A picture repeated into a clip, and its last frame as PNG."""
    return {
        "1": node("LoadImage", "Start", image=image),
        "2": node("ImageScale", image=["1", 0], upscale_method="lanczos", width=size[0], height=size[1], crop="center"),
        "3": node("RepeatImageBatch", image=["2", 0], amount=frames),
        "4": node("CreateVideo", images=["3", 0], fps=16.0),
        "5": node("SaveVideo", video=["4", 0], filename_prefix=f"test/{name}", format="mp4", codec="h264"),
        "6": node("ImageFromBatch", image=["3", 0], batch_index=4095, length=1),
        "7": node("SaveImage", "Last", images=["6", 0], filename_prefix=f"test/{name}_last"),
    }


def plain(name: str, color: int = 0, size: tuple[int, int] = (64, 48)) -> Graph:
    """One picture of one colour."""
    return {
        "1": node("EmptyImage", width=size[0], height=size[1], batch_size=1, color=color),
        "2": node("SaveImage", images=["1", 0], filename_prefix=f"test/{name}"),
    }


def sampled(name: str, seed: int = 1, steps: int = 4) -> Graph:
    """Text to image."""
    return {
        "3": node(
            "KSampler", "The sampler", seed=seed, steps=steps, cfg=7.0, sampler_name="euler", scheduler="normal", denoise=1.0,
            model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name="sd.safetensors"),
        "5": node("EmptyLatentImage", width=64, height=64, batch_size=1),
        "6": node("CLIPTextEncode", text="a cat", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="bad", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix=f"test/{name}"),
    }  # fmt: skip


def odd(name: str) -> Graph:
    """A clip that no encoder takes."""
    return {
        "1": node("EmptyImage", width=65, height=63, batch_size=3, color=0),
        "4": node("CreateVideo", images=["1", 0], fps=16.0),
        "5": node(
            "SaveVideo", "Write the clip", video=["4", 0], filename_prefix=f"test/{name}", format="mp4", codec="h264"
        ),
    }
