"""Nodes that are not part of ComfyUI itself: whose code a server runs for a workflow, told before it is sent."""

from __future__ import annotations

from domain.errors import StudioError
from domain.workflow import ForeignNode
from infrastructure.comfyui.convert import Converted, Graph, Json, to_api
from infrastructure.comfyui.nodedefs import NodeDefs

OWN_PACK = "comfy-core"
"""What the editor notes as the pack of nodes that belong to ComfyUI itself."""

PACKS: tuple[tuple[str, str], ...] = (
    ("VHS_", "ComfyUI-VideoHelperSuite"), ("PathchSageAttentionKJ", "ComfyUI-KJNodes"),
    ("UnetLoaderGGUF", "ComfyUI-GGUF"), ("CLIPLoaderGGUF", "ComfyUI-GGUF"), ("DualCLIPLoaderGGUF", "ComfyUI-GGUF"),
    ("WanVideo", "ComfyUI-WanVideoWrapper"), ("RIFE", "ComfyUI-Frame-Interpolation"),
    ("IPAdapter", "ComfyUI_IPAdapter_plus"), ("easy ", "ComfyUI-Easy-Use"), ("Impact", "ComfyUI-Impact-Pack"),
    ("DWPreprocessor", "comfyui_controlnet_aux"), ("SeedVR2", "ComfyUI-SeedVR2_VideoUpscaler"),
    ("LayerUtility", "ComfyUI_LayerStyle"), ("LTXVChunk", "ComfyUI-KJNodes"), ("Reactor", "ComfyUI-ReActor"),
    ("SimpleMath", "ComfyUI_essentials"), ("MathExpression|pysssss", "ComfyUI-Custom-Scripts"),
    ("Power Lora Loader", "rgthree-comfy"), ("FLOAT", "ComfyUI-mxToolkit"),
)  # fmt: skip
"""Packs by the beginning of the names of their nodes, for files that do not say it."""


def foreign_nodes(converted: Converted, graph: Graph, defs: NodeDefs) -> list[ForeignNode]:
    """Node classes in `graph` that do not belong to ComfyUI itself, or that the server does not have. Without `defs`
    those for which the file names a pack, or whose pack is known by their names."""
    found: dict[str, ForeignNode] = {}
    for key, entry in graph.items():
        kind = entry["class_type"]
        definition = defs.get(kind)
        said = converted.packs.get(key, "")
        guessed = said if said not in ("", OWN_PACK) else next((p for start, p in PACKS if kind.startswith(start)), "")
        if definition is not None and definition.pack:
            found.setdefault(kind, ForeignNode(class_type=kind, pack=definition.pack, installed=True))
        elif definition is None and (defs or guessed):
            found.setdefault(
                kind, ForeignNode(class_type=kind, pack=guessed, installed=False if defs else None)
            )  # fmt: skip
    return [found[kind] for kind in sorted(found)]


def named_in(data: Json) -> tuple[ForeignNode, ...]:
    """The same as far as a file of either format tells it by itself; empty for what cannot be read."""
    try:
        converted = to_api(data, NodeDefs())
    except StudioError:
        return ()
    return tuple(foreign_nodes(converted, converted.graph, NodeDefs()))
