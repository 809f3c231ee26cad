"""The workflows there are: those that Kinoloom ships, and over them those in the user's own folder.

`<id>.json` is the graph, `<id>.toml` its manifest. The same id in the user's folder wins. A file that cannot be used is
listed with its fault and hides no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from domain.base import canonical_hash
from domain.errors import BadInput, NotFound, StudioError
from domain.names import free_name, is_safe_name, slug
from domain.workflow import WorkflowEntry, WorkflowManifest
from infrastructure.comfyui.convert import Json, is_api, is_editor
from infrastructure.comfyui.files import SUFFIXES, parse_json, read_workflow
from infrastructure.comfyui.manifests import MAX_TOML, read_manifest, write_manifest
from infrastructure.stores.atomic import read_bytes, storing, write_bytes

MAX_OWN = 2000
"""How many files of the user's folder are looked at."""


@dataclass(frozen=True)
class Workflow:
    """One workflow of the catalogue. `data` is its graph in either format, None when it is bound to a template or
    cannot be read."""

    entry: WorkflowEntry
    manifest: WorkflowManifest | None
    data: Mapping[str, Json] | None = field(repr=False, default=None)

    @property
    def hash(self) -> str:
        """SHA-256 over graph and manifest: what is made with another is stale."""
        manifest = self.manifest.to_json() if self.manifest is not None else None
        return canonical_hash({"graph": self.data, "manifest": manifest})


class Catalogue:
    """Reads both folders anew at every question, so that a file put there is seen at once.

    `own` need not exist; None for the shipped ones alone.
    """

    def __init__(self, own: Path | None = None, shipped: Traversable | None = None) -> None:
        self._own = own
        self._shipped = shipped if shipped is not None else files("workflows")

    def all(self) -> list[Workflow]:
        """Every workflow, by title; those that cannot be used too."""
        found = {w.entry.id: w for w in self._read_shipped()}
        for workflow in self._read_own():
            under = found.get(workflow.entry.id)
            if under is not None:
                entry = workflow.entry.replace(overrides=True)
                workflow = Workflow(entry, workflow.manifest, workflow.data)
            found[workflow.entry.id] = workflow
        return sorted(found.values(), key=lambda w: (w.entry.title.casefold(), w.entry.id))

    def entries(self) -> list[WorkflowEntry]:
        """Every workflow in one line each."""
        return [workflow.entry for workflow in self.all()]

    def get(self, workflow_id: str) -> Workflow:
        """The workflow of that id. Raises NotFound, and BadInput when its files cannot be used."""
        for workflow in self.all():
            if workflow.entry.id == workflow_id:
                if workflow.entry.fault:
                    raise BadInput(workflow.entry.fault, "Correct or remove the file.")
                return workflow
        raise NotFound(f"There is no workflow {workflow_id[:80]!r}.", "See: kinoloom workflow list")

    def save(self, manifest: WorkflowManifest, data: Mapping[str, Json] | None = None) -> Workflow:
        """Store a confirmed manifest, and its graph when given, in the user's folder.

        Raises BadInput when there is no such folder or `data` is no workflow, StudioError when the disk refuses.
        """
        if self._own is None:
            raise BadInput("There is no folder for own workflows.")
        if data is not None and not (is_api(data) or is_editor(data)):
            raise BadInput("This is no ComfyUI workflow.", "Give a graph in the editor's or the API format.")
        with storing(f"Storing the workflow {manifest.id}"):
            if data is not None:
                text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
                write_bytes(self._own / f"{manifest.id}.json", text.encode())
            elif not manifest.template and not self._graph_file(manifest.id):
                write_bytes(self._own / f"{manifest.id}.json", self._shipped_bytes(manifest.id))
            write_bytes(self._own / f"{manifest.id}.toml", write_manifest(manifest).encode())
        return self.get(manifest.id)

    def add(self, workflow_id: str, data: Mapping[str, Json]) -> Workflow:
        """Put a graph of either format into the user's folder, without a manifest: its slots are found each time
        until somebody confirms them. Raises BadInput, StudioError when the disk refuses."""
        if self._own is None:
            raise BadInput("There is no folder for own workflows.")
        if not (is_api(data) or is_editor(data)):
            raise BadInput("This is no ComfyUI workflow.", "Give a graph in the editor's or the API format.")
        with storing(f"Storing the workflow {workflow_id}"):
            text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
            write_bytes(self._own / f"{workflow_id}.json", text.encode())
        return self.get(workflow_id)

    # -- reading -------------------------------------------------------------------------------------------

    def _read_shipped(self) -> Iterable[Workflow]:
        names = sorted(f.name for f in self._shipped.iterdir() if f.name.endswith(".toml"))
        for name in names:
            workflow_id = name.removesuffix(".toml")
            manifest = read_manifest(workflow_id, self._shipped.joinpath(name).read_text(encoding="utf-8"))
            data = None if manifest.template else parse_json(self._shipped_bytes(workflow_id), f"{workflow_id}.json")
            yield Workflow(_entry(manifest, "shipped"), manifest, data)

    def _shipped_bytes(self, workflow_id: str) -> bytes:
        return self._shipped.joinpath(f"{workflow_id}.json").read_bytes()

    def _graph_file(self, stem: str) -> Path | None:
        if self._own is None:
            return None
        fitting = (self._own / f"{stem}{suffix}" for suffix in SUFFIXES)
        return next((path for path in fitting if path.is_file()), None)

    def _read_own(self) -> Iterable[Workflow]:
        if self._own is None or not self._own.is_dir():
            return
        try:
            paths = sorted(p for p in self._own.iterdir() if p.suffix.lower() in (*SUFFIXES, ".toml"))[:MAX_OWN]
        except OSError:
            return
        taken: set[str] = set()
        for stem in sorted({p.stem for p in paths if not p.name.startswith(".")}):
            workflow_id = stem if is_safe_name(stem) else free_name(slug(stem, "workflow"), taken)
            taken.add(workflow_id)
            yield self._read_one(workflow_id, stem)

    def _read_one(self, workflow_id: str, stem: str) -> Workflow:
        own = self._own or Path()
        manifest, data, graph_file = None, None, self._graph_file(stem)
        place = str(graph_file or own / f"{stem}.toml")
        try:
            toml = own / f"{stem}.toml"
            if toml.is_file():
                manifest = read_manifest(workflow_id, _text(toml))
            if graph_file is not None:
                data = read_workflow(graph_file).data
            elif manifest is not None and not manifest.template and self._shipped.joinpath(f"{stem}.json").is_file():
                data = parse_json(self._shipped_bytes(stem), f"{stem}.json")
            elif manifest is not None and not manifest.template:
                raise BadInput(f"{stem}.toml has no graph beside it.", f"Put {stem}.json there.")
        except StudioError as error:
            entry = WorkflowEntry(
                id=workflow_id, title=manifest.title if manifest else stem, source="own", confirmed=False, place=place,
                fault=str(error),
            )  # fmt: skip
            return Workflow(entry, None)
        if manifest is not None:
            return Workflow(_entry(manifest, "own", place), manifest, data)
        entry = WorkflowEntry(id=workflow_id, title=stem, source="own", confirmed=False, place=place)
        return Workflow(entry, None, data)


def _text(path: Path) -> str:
    try:
        return read_bytes(path, MAX_TOML).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise BadInput(f"{path.name} cannot be read: {error!s:.120}.", "Correct or remove it.") from error


def _entry(manifest: WorkflowManifest, source: str, place: str = "") -> WorkflowEntry:
    return WorkflowEntry.model_validate(
        {
            "id": manifest.id, "title": manifest.title, "kind": manifest.kind, "profile": manifest.profile,
            "description": manifest.description, "source": source, "template": manifest.template, "place": place,
        }
    )  # fmt: skip
