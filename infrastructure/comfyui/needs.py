"""What a graph needs from the server: model files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from domain.workflow import ModelFile, NeededModel, SlotPlace
from infrastructure.comfyui.convert import Converted, Graph, Json
from infrastructure.comfyui.loaders import model_loaders
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.validate import spelled_as_server
from infrastructure.comfyui.view import GraphView


def needed_models(
    converted: Converted, graph: Graph, defs: NodeDefs, known: Iterable[ModelFile] = (),
    slots: Mapping[str, Iterable[SlotPlace]] | None = None,
) -> list[NeededModel]:  # fmt: skip
    """The model files that `graph` loads, each once. Where they can be had is looked up in `known` (a manifest), then
    in what the file itself says."""
    view = GraphView(Converted(graph, converted.titles), defs)
    by_name = {_file(m.name): m for m in known}
    noted = {_file(str(m.get("name"))): m for models in converted.models.values() for m in models}
    by_place = {str(p): slot for slot, places in (slots or {}).items() for p in places}
    found: dict[tuple[str, str], NeededModel] = {}
    for loader in model_loaders(view, set(graph)):
        manifest, note = by_name.get(_file(loader.file)), noted.get(_file(loader.file), {})
        folder = (manifest.folder if manifest else "") or _text(note, "directory") or loader.folder
        declared = view.declared(loader.place.node, loader.place.input)
        spelled = "" if declared is None else spelled_as_server(declared, loader.file) or ""
        found.setdefault(
            (folder, loader.file),
            NeededModel(
                name=loader.file, slot=by_place.get(str(loader.place), loader.role), folder=folder,
                url=(manifest.url if manifest else "") or _text(note, "url"),
                node=loader.place.node, input=loader.place.input,
                size_gb=manifest.size_gb if manifest else None, licence=manifest.licence if manifest else "",
                installed=None if declared is None else bool(spelled), spelled=spelled,
            ),
        )  # fmt: skip
    return list(found.values())


def respelled(graph: Graph, defs: NodeDefs) -> Graph:
    """The graph with model files written as the server writes them, where it has them under another spelling."""
    view = GraphView(Converted(graph), defs)
    for loader in model_loaders(view, set(graph)):
        declared = view.declared(loader.place.node, loader.place.input)
        spelled = spelled_as_server(declared, loader.file) if declared is not None else None
        if spelled is not None and spelled != loader.file:
            inputs = {**graph[loader.place.node]["inputs"], loader.place.input: spelled}
            graph = {**graph, loader.place.node: {**graph[loader.place.node], "inputs": inputs}}
    return graph


def _file(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.casefold()


def _text(note: Mapping[str, Json], key: str) -> str:
    value = note.get(key)
    return value if isinstance(value, str) else ""
