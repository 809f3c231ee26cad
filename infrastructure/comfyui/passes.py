"""Graphs that work a clip over: where they load it, and how many pictures they make of one."""

from __future__ import annotations

from domain.workflow import SlotPlace
from infrastructure.comfyui.view import GraphView, depth

CLIP_LOADERS: dict[str, str] = {"LoadVideo": "file", "VHS_LoadVideo": "video"}
"""Nodes that load a clip out of the server's input folder, and the input with its name."""

TIMES = "multiplier"
"""What the nodes of ComfyUI-Frame-Interpolation ("RIFE VFI", "FILM VFI" …) call it."""

FRAMES = "frames"
"""Their input for pictures; of n pictures they make (n - 1) * multiplier + 1."""


def clip_place(view: GraphView, writer: str) -> SlotPlace | None:
    """Where the clip is loaded that the writer's pictures are made of; None when they come from elsewhere."""
    for key in view.back_from(writer):
        name = CLIP_LOADERS.get(view.kind(key))
        if name is not None and name in view.inputs(key):
            return SlotPlace(node=key, input=name)
    return None


def times_places(view: GraphView, needed: set[str]) -> list[SlotPlace]:
    """The inputs that say how many pictures are made of one."""
    return [
        SlotPlace(node=key, input=TIMES)
        for key in sorted(needed, key=depth) if TIMES in view.inputs(key) and view.source(key, FRAMES) is not None
    ]  # fmt: skip
