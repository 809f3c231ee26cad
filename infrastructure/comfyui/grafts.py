"""What Kinoloom adds to any graph: the lossless last frame, SageAttention behind the model loaders, GGUF loaders."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from domain.errors import BadInput
from infrastructure.comfyui.convert import Graph, Json, is_link
from infrastructure.comfyui.graph import IMAGE_WRITERS, VIDEO_MAKERS, VIDEO_WRITERS, consumers, free_id
from infrastructure.comfyui.nodedefs import NodeDefs

LAST_INDEX = 4095
"""Highest index that ImageFromBatch takes; the server clamps it to the last picture of the batch."""

LAST_NODES = ("ImageFromBatch", "SaveImage")
"""Nodes that the branch for the last frame is made of."""

SAGE_SWITCH, GGUF_SWITCH = "sage-attention", "gguf"
SAGE_NODE = "PathchSageAttentionKJ"
"""From the pack ComfyUI-KJNodes; it is spelled so."""

GGUF_LOADER = "UnetLoaderGGUF"
GGUF_NODES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "UNETLoader": (GGUF_LOADER, ("unet_name",)),
    "CLIPLoader": ("CLIPLoaderGGUF", ("clip_name", "type")),
    "DualCLIPLoader": ("DualCLIPLoaderGGUF", ("clip_name1", "clip_name2", "type")),
}
"""Loaders with a counterpart for GGUF files in the pack ComfyUI-GGUF: its name, and the inputs that it keeps."""


# -- the last frame ------------------------------------------------------------------------------------------------


def picture_source(graph: Graph, writer: str) -> list[Json] | None:
    """The link that carries a clip writer's pictures, as a batch of images; None when they come as finished video."""
    kind = graph[writer]["class_type"]
    name = VIDEO_WRITERS.get(kind) or IMAGE_WRITERS.get(kind) or ""
    value = graph[writer]["inputs"].get(name)
    if name == "images":
        return list(value) if is_link(value) else None
    for _ in range(len(graph)):
        if not is_link(value) or value[0] not in graph:
            return None
        source = graph[value[0]]
        maker = VIDEO_MAKERS.get(source["class_type"])
        if maker is not None:
            found = source["inputs"].get(maker)
            return list(found) if is_link(found) else None
        # Nodes between maker and writer take the video through an input of that name.
        value = source["inputs"].get("video")
    return None


def saves_last_frame(graph: Graph, writer: str) -> str | None:
    """The SaveImage that already writes the last of the writer's pictures, if the workflow has one."""
    source = picture_source(graph, writer)
    for key, entry in graph.items():
        if entry["class_type"] != "SaveImage" or not is_link(entry["inputs"].get("images")):
            continue
        cut = graph.get(entry["inputs"]["images"][0])
        if cut is None or cut["class_type"] != "ImageFromBatch" or cut["inputs"].get("image") != source:
            continue
        if cut["inputs"].get("length") == 1 and cut["inputs"].get("batch_index") == LAST_INDEX:
            return key
    return None


def with_last_frame(graph: Graph, writer: str, prefix: str) -> tuple[Graph, str | None]:
    """The graph with a branch that saves the last of the writer's pictures as PNG, and the id of its SaveImage.

    The pictures are taken in front of the writer, so the frame is the model's own, before any video encoder. None
    when the pictures cannot be had there; the graph is then unchanged.
    """
    already = saves_last_frame(graph, writer)
    if already is not None:
        return graph, already
    source = picture_source(graph, writer)
    if source is None:
        return graph, None
    graph = copy.deepcopy(graph)
    cut = free_id(graph, "kinoloom_last")
    graph[cut] = {
        "class_type": "ImageFromBatch",
        "inputs": {"image": source, "batch_index": LAST_INDEX, "length": 1},
        "_meta": {"title": "Last frame"},
    }
    save = free_id(graph, "kinoloom_last_save")
    graph[save] = {
        "class_type": "SaveImage",
        "inputs": {"images": [cut, 0], "filename_prefix": prefix},
        "_meta": {"title": "Save the last frame"},
    }
    return graph, save


# -- clips as mp4 --------------------------------------------------------------------------------------------------

RATES = ("fps", "frame_rate")
"""Names under which writers of clips take the frame rate."""


def writes_mp4(graph: Graph, writer: str) -> bool:
    """Whether a writer of clips gives an mp4; what is not known here is believed to."""
    entry = graph[writer]
    if entry["class_type"] == "VHS_VideoCombine":
        return "mp4" in str(entry["inputs"].get("format"))
    return entry["class_type"] == "SaveVideo" or entry["class_type"] not in VIDEO_WRITERS


def with_mp4(graph: Graph, writer: str, defs: NodeDefs) -> tuple[Graph, str]:
    """The graph with an mp4 written of the pictures (and sound) that go into a writer of webm, gif and the like, in
    its place, and the id of the new writer. Raises BadInput when the server cannot."""
    if writes_mp4(graph, writer):
        return graph, writer
    kind, inputs = graph[writer]["class_type"], graph[writer]["inputs"]
    source = picture_source(graph, writer)
    rate = next((inputs[name] for name in RATES if name in inputs), None)
    if source is None or rate is None or (defs and not ("CreateVideo" in defs and "SaveVideo" in defs)):
        raise BadInput(
            f"The workflow writes its clip with {kind}, and clips are needed as mp4.",
            "Update ComfyUI, or let the workflow end with Save Video.",
        )
    graph = copy.deepcopy(graph)
    made, saved = free_id(graph, "kinoloom_video"), free_id(graph, "kinoloom_clip")
    given: dict[str, Json] = {"images": source, "fps": rate}
    if is_link(inputs.get("audio")):
        given["audio"] = list(inputs["audio"])
    graph[made] = {"class_type": "CreateVideo", "inputs": given, "_meta": {"title": "Frames to video"}}
    graph[saved] = {
        "class_type": "SaveVideo",
        "inputs": {"video": [made, 0], "filename_prefix": "clip", "format": "mp4", "codec": "h264"},
        "_meta": {"title": "Save the clip"},
    }
    return graph, saved


# -- SageAttention -------------------------------------------------------------------------------------------------


def model_sources(graph: Graph, defs: NodeDefs) -> list[tuple[str, int]]:
    """Outputs that give a diffusion model first: of loaders, which take none themselves."""
    found = []
    for key, entry in graph.items():
        definition = defs.get(entry["class_type"])
        if definition is None or "MODEL" not in definition.outputs:
            continue
        if any(i.type == "MODEL" for i in definition.inputs):
            continue
        found.append((key, definition.outputs.index("MODEL")))
    return found


def can_sage(graph: Graph, defs: NodeDefs) -> bool:
    """Whether SageAttention can be switched on: the server has the node, and the graph does not use it already."""
    used = any("SageAttention" in entry["class_type"] for entry in graph.values())
    return SAGE_NODE in defs and not used and bool(model_sources(graph, defs))


def with_sage(graph: Graph, defs: NodeDefs) -> Graph:
    """The graph with SageAttention between every model loader and those who use it."""
    sources = model_sources(graph, defs)
    graph = copy.deepcopy(graph)
    definition = defs.get(SAGE_NODE)
    for node, slot in sources:
        users = [(key, name) for key, name, used in consumers(graph, node) if used == slot]
        if not users:
            continue
        key = free_id(graph, f"kinoloom_sage_{node}".replace(":", "_"))
        inputs: dict[str, Json] = {"model": [node, slot]}
        for entry in definition.inputs if definition else ():
            if entry.name == "sage_attention":
                inputs[entry.name] = "auto" if "auto" in (entry.choices or ()) else entry.default
            elif entry.is_widget and entry.required:
                inputs[entry.name] = entry.default
        graph[key] = {"class_type": SAGE_NODE, "inputs": inputs, "_meta": {"title": "SageAttention"}}
        for user, name in users:
            graph[user]["inputs"][name] = [key, 0]
    return graph


# -- LoRAs of the cast ---------------------------------------------------------------------------------------------

LORA_NODE = "LoraLoaderModelOnly"


def with_loras(graph: Graph, loras: Mapping[str, float], defs: NodeDefs) -> Graph:
    """The graph with these LoRA files, by name with their strength, one behind the other behind every model loader.

    Raises BadInput when the graph loads its model in a way that is not known.
    """
    if not loras:
        return graph
    sources = model_sources(graph, defs)
    graph = copy.deepcopy(graph)
    placed = False
    for node, slot in sources:
        users = [(key, name) for key, name, used in consumers(graph, node) if used == slot]
        last: list[Json] = [node, slot]
        for number, (file, strength) in enumerate(loras.items(), 1):
            key = free_id(graph, f"kinoloom_lora_{node}_{number}".replace(":", "_"))
            inputs = {"model": last, "lora_name": file, "strength_model": strength}
            graph[key] = {"class_type": LORA_NODE, "inputs": inputs, "_meta": {"title": "LoRA of the cast"}}
            last = [key, 0]
        for user, name in users:
            graph[user]["inputs"][name] = list(last)
            placed = True
    if defs and not placed:
        raise BadInput(
            "The workflow has no place for the LoRA of a character.", "Choose another workflow, or take the LoRA away."
        )
    return graph


# -- GGUF ----------------------------------------------------------------------------------------------------------


def gguf_loaders(graph: Graph, defs: NodeDefs) -> list[str]:
    """Loaders of the graph for which the server has a counterpart that reads GGUF files."""
    return [k for k, e in graph.items() if e["class_type"] in GGUF_NODES and GGUF_NODES[e["class_type"]][0] in defs]


def gguf_choices(class_type: str, name: str, defs: NodeDefs) -> tuple[str, ...]:
    """The GGUF files that the server offers for an input of a loader."""
    if class_type not in GGUF_NODES or name not in GGUF_NODES[class_type][1]:
        return ()
    definition = defs.get(GGUF_NODES[class_type][0])
    declared = definition.input(name) if definition else None
    return tuple(str(c) for c in (declared.choices if declared else None) or () if str(c).lower().endswith(".gguf"))


def with_gguf(graph: Graph, nodes: list[str]) -> Graph:
    """The graph with these loaders replaced by those for GGUF files; their outputs stay in place."""
    graph = copy.deepcopy(graph)
    for node in nodes:
        kind, kept = GGUF_NODES[graph[node]["class_type"]]
        inputs = {name: value for name, value in graph[node]["inputs"].items() if name in kept}
        graph[node] = {**graph[node], "class_type": kind, "inputs": inputs}
    return graph
