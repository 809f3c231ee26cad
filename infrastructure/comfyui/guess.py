"""What a workflow without a manifest is: its model profile, and a manifest made of what was found in it."""

from __future__ import annotations

import re

from domain.names import slug
from domain.workflow import WorkflowManifest
from infrastructure.comfyui.convert import Converted
from infrastructure.comfyui.grafts import saves_last_frame
from infrastructure.comfyui.graph import ancestors, pruned
from infrastructure.comfyui.loaders import model_loaders
from infrastructure.comfyui.needs import needed_models
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.slots import SlotFinder, Slots
from infrastructure.comfyui.view import GraphView

BY_FILE: tuple[tuple[str, str], ...] = (
    (r"minimax[_-]?h3", "minimax-h3"), (r"ltx[-_]?2\.5", "ltx-2.5"), (r"ltx[-_]?2\.3", "ltx-2.3"),
    (r"ltx[-_]?2(?![0-9.]*b)", "ltx-2"), (r"ltxv|ltx-video", "ltxv-0.9"), (r"hunyuan_?video", "hunyuan-1.5"),
    (r"wan2[._]?2.*5b|wan2\.2_vae", "wan2.2-5b"), (r"wan2[._]?2", "wan2.2-14b"), (r"wan2[._]?1|wan", "wan2.1-14b"),
    (r"svd", "svd-xt"),
)  # fmt: skip
"""Video models by their files' names; the first that fits any file counts."""

BY_NODE: tuple[tuple[str, str], ...] = (
    ("MiniMaxH3", "minimax-h3"), ("Wan22ImageToVideoLatent", "wan2.2-5b"), ("HunyuanVideo15", "hunyuan-1.5"),
    ("HunyuanImageToVideo", "hunyuan-1.5"), ("EmptyHunyuanVideo15Latent", "hunyuan-1.5"), ("LTXVConcatAV", "ltx-2"),
    ("LTXV", "ltxv-0.9"), ("SVD_", "svd-xt"), ("Wan", "wan2.2-14b"),
)  # fmt: skip


def guess_profile(converted: Converted, slots: Slots, defs: NodeDefs) -> str:
    """The id of the profile whose rules the workflow most likely has: by its model files, else by its nodes.

    A clip of an unknown model gets "pass-through": any length and even size, as its graph takes them.
    """
    graph = pruned(converted.graph, [slots.writer])
    view = GraphView(Converted(graph, converted.titles), defs)
    if slots.kind in ("upscale", "interpolate"):
        return "image-2"
    kinds = {entry["class_type"] for entry in graph.values()}
    if slots.kind == "image":
        return "image-8" if "EmptyLatentImage" in kinds else "image-16"
    files = [loader.file.lower() for loader in model_loaders(view, set(graph))]
    for pattern, profile in BY_FILE:
        if any(re.search(pattern, file) for file in files):
            return profile
    return next((p for start, p in BY_NODE if any(k.startswith(start) for k in kinds)), "pass-through")


def found_manifest(
    workflow_id: str, title: str, converted: Converted, defs: NodeDefs
) -> tuple[WorkflowManifest, tuple[str, ...]] | None:
    """A manifest of what was found in the graph, to be confirmed by the user, and notes; None when it writes no
    picture and no clip."""
    slots = SlotFinder(converted, defs).find()
    if slots is None:
        return None
    graph = converted.graph
    last = saves_last_frame(graph, slots.writer) if slots.kind == "video" else None
    needed = ancestors(graph, [slots.writer, *([last] if last else [])])
    kept = pruned(graph, needed)
    models = needed_models(converted, kept, defs, slots=slots.places)
    manifest = WorkflowManifest.model_validate(
        {
            "id": workflow_id if workflow_id else slug(title, "workflow"), "title": title[:200] or workflow_id,
            "kind": slots.kind, "profile": guess_profile(converted, slots, defs), "writer": slots.writer,
            "last_frame": last or "", "slots": dict(slots.places), "derived": dict(slots.derived),
            "nodes": tuple(sorted({entry["class_type"] for entry in kept.values()})),
            "models": tuple(
                {"name": m.name, "folder": m.folder, "url": m.url, "slot": m.slot} for m in models
            ),
            "needs_start": slots.has("start_image"), "needs_end": False,
        }
    )  # fmt: skip
    return manifest, slots.notes
