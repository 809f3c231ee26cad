"""Folders of workflows, taken over as workflows of our own; those of the "gcv" family of tools with all they say.

Theirs are API-format files named by a prefix for what they make, with a list of model files beside them and a variant
`<name>_sage` with SageAttention. Other workflows in the folder are taken as they are. The source folder is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from domain.engine import AddedWorkflow
from domain.errors import BadInput, StudioError
from domain.names import free_name, is_safe_name, slug
from domain.workflow import ModelFile, Switch, WorkflowManifest
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.convert import Json, to_api
from infrastructure.comfyui.files import read_workflow
from infrastructure.comfyui.grafts import SAGE_SWITCH
from infrastructure.comfyui.guess import found_manifest
from infrastructure.comfyui.nodedefs import NodeDefs

PREFIXES = {"gcp_": "keyframe", "gcv_": "image to video", "gcvfl_": "first and last frame", "gcl_": "lip sync or edit"}
SAGE_SUFFIX = "_sage"
MAX_FILES = 500
MAX_SIDECAR = 2**20

SECTION = re.compile(r"\[\s*([A-Za-z0-9_-]{1,40})\s*\]")
FOLDERS_OF_MODELS = frozenset(
    {
        "unet",
        "diffusion_models",
        "checkpoints",
        "loras",
        "vae",
        "clip",
        "text_encoders",
        "clip_vision",
        "upscale_models",
    }
)


def is_foreign(path: Path) -> bool:
    """Whether a file is a workflow of these tools, by its name."""
    return path.suffix.lower() == ".json" and path.name.startswith(tuple(PREFIXES))


def import_folder(folder: Path, catalogue: Catalogue, defs: NodeDefs) -> list[AddedWorkflow]:
    """Take every workflow of the folder into the catalogue, those of these tools with their model lists as choices.

    One that cannot be used is listed with its fault and stops no other; what was taken over before is left as it is.
    Raises BadInput when the folder has none.
    """
    try:
        files = sorted(path for path in folder.iterdir() if is_foreign(path) or _is_workflow(path))[:MAX_FILES]
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror or error}.", "Choose another folder.") from error
    if not files:
        raise BadInput(f"There are no workflows in {folder}.", "Choose the folder with the .json files themselves.")
    there = {workflow.entry.id: workflow for workflow in catalogue.all()}
    ids = _ids(files, there)
    return [_added(path, ids, there, catalogue, defs) for path in files]


def _ids(files: Iterable[Path], there: Mapping[str, Workflow]) -> dict[str, str]:
    """An id for each file by its stem: its own where it is free, or holds the same graph already."""
    ids: dict[str, str] = {}
    for path in files:
        wanted = path.stem if is_safe_name(path.stem) else slug(path.stem, "workflow")
        taken = set(ids.values()) | set(there)
        known = there.get(wanted)
        same = known is not None and known.entry.source == "own" and known.data == _data(path)
        ids[path.stem] = wanted if same and wanted not in ids.values() else free_name(wanted, taken)
    return ids


def _added(
    path: Path, ids: Mapping[str, str], there: Mapping[str, Workflow], catalogue: Catalogue, defs: NodeDefs
) -> AddedWorkflow:
    workflow_id = ids[path.stem]
    try:
        known = there.get(workflow_id)
        if known is not None:
            note = "It was taken over before and is left as it is."
            return AddedWorkflow(file=path.name, id=workflow_id, title=known.entry.title, notes=(note,))
        if not is_foreign(path):
            stored = catalogue.add(workflow_id, read_workflow(path).data)
            return AddedWorkflow(file=path.name, id=workflow_id, title=stored.entry.title)
        return _take(path, workflow_id, ids.get(path.stem + SAGE_SUFFIX, ""), catalogue, defs)
    except StudioError as error:
        return AddedWorkflow(file=path.name, fault=str(error))


def _is_workflow(path: Path) -> bool:
    """Whether a file without their names is a workflow all the same."""
    return path.suffix.lower() == ".json" and path.is_file() and _data(path) is not None


def _data(path: Path) -> Mapping[str, Json] | None:
    try:
        return read_workflow(path).data
    except StudioError:
        return None


def _take(path: Path, workflow_id: str, variant: str, catalogue: Catalogue, defs: NodeDefs) -> AddedWorkflow:
    read = read_workflow(path)
    prefix = next(p for p in sorted(PREFIXES, key=len, reverse=True) if path.name.startswith(p))
    sage = path.stem.endswith(SAGE_SUFFIX)
    words = path.stem[len(prefix) :].removesuffix(SAGE_SUFFIX).replace("_", " ").strip() or path.stem
    title = f"{words} ({PREFIXES[prefix]}{', SageAttention' if sage else ''})"
    found = found_manifest(workflow_id, title, to_api(read.data, defs), defs)
    if found is None:
        raise BadInput(f"{path.name} writes no picture and no clip.", "Add a SaveImage or SaveVideo node.")
    manifest, notes = found
    listed = read_models(path.with_suffix(".models"), manifest)
    switches = manifest.switches
    if variant:
        switches = (
            Switch(
                id=SAGE_SWITCH, title="SageAttention", variant=variant,
                help="Quicker attention on NVIDIA cards, by the variant of this workflow that uses it.",
            ),
        )  # fmt: skip
    manifest = manifest.replace(models=(*manifest.models, *listed), switches=switches, needs_end=prefix == "gcvfl_")
    catalogue.save(manifest, read.data)
    return AddedWorkflow(file=path.name, id=workflow_id, title=title, notes=notes)


def read_models(path: Path, manifest: WorkflowManifest) -> list[ModelFile]:
    """The files that a `.models` list offers: one path a line relative to the server's `models`, `#` comments, and
    sections [main], [high] and [low]. Empty when there is no such file. Raises BadInput when it cannot be read."""
    try:
        if not path.is_file():
            return []
        if path.stat().st_size > MAX_SIDECAR:
            raise BadInput(f"{path.name} is too large for a list of models.")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise BadInput(f"{path.name} cannot be read: {error!s:.120}.", "Correct or remove it.") from error
    section, found = "main", []
    known = {m.name for m in manifest.models}
    for line in lines:
        text = line.partition("#")[0].strip().replace("\\", "/")
        header = SECTION.fullmatch(text)
        if header:
            section = header[1].lower()
        elif text:
            folder, slash, name = text.partition("/")
            if not slash or folder not in FOLDERS_OF_MODELS:
                folder, name = "", text
            if name and len(name) <= 400 and name not in known:
                slot = f"model:{section}"
                found.append(ModelFile(name=name, folder=folder, slot=slot if slot in manifest.slots else ""))
                known.add(name)
    return found
