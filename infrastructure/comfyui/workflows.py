"""The port `services.ports.Workflows` over files, the catalogue and a server's or a file's `object_info`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from domain.errors import BadInput, NotFound, StudioError
from domain.workflow import (
    PICTURE_SLOTS,
    Choices,
    ForeignNode,
    NeededModel,
    WorkflowEntry,
    WorkflowManifest,
    WorkflowReport,
)
from infrastructure.comfyui.build import build_prompt
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.choosing import Prepared, switches_of
from infrastructure.comfyui.connection import Connection
from infrastructure.comfyui.convert import Json, is_api, to_api
from infrastructure.comfyui.files import WorkflowFile, parse_json, read_workflow
from infrastructure.comfyui.graph import output_nodes
from infrastructure.comfyui.manifests import MAX_TOML, read_manifest
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.prepare import prepare

FetchJson = Callable[[str, str], Any]
"""Gives what a server answers to `GET <path>`: server address, path; None when there is no such place.

Raises BadInput for an address that cannot be one, BackendUnavailable when the server does not answer.
"""


def ask_server(server: str, path: str) -> Any:
    """A `FetchJson` over HTTP."""
    connection = Connection(server, silence=30.0)
    try:
        return connection.ask(path, doing=f"asking for {path}")
    finally:
        connection.close()


class FileWorkflows:
    """Workflows in files and in the catalogue. `fetch` asks servers."""

    def __init__(self, catalogue: Catalogue, fetch: FetchJson = ask_server) -> None:
        self._catalogue = catalogue
        self._fetch = fetch

    def entries(self) -> list[WorkflowEntry]:
        """The catalogue."""
        return self._catalogue.entries()

    def convert(self, source: Path, object_info: Path | None = None, server: str = "") -> dict[str, Any]:
        """The graph of a file in API format, as its server runs it. Raises BadInput, NotFound, BackendUnavailable."""
        read = read_workflow(source)
        if read.editor is None and read.api is not None:
            return to_api(read.api, NodeDefs()).graph
        defs = self._defs(object_info, server)
        if not defs:
            if read.api is not None:
                return to_api(read.api, defs).graph
            raise BadInput(
                f"{source.name} is in the editor's format, which a server's list of nodes is needed for.",
                "Add --server URL, or --object-info FILE with its answer to /object_info.",
            )
        return to_api(read.data, defs).graph

    def inspect(self, source: Path, object_info: Path | None = None, server: str = "") -> WorkflowReport:
        """What is in a workflow file, or in the workflow of the catalogue with that id.

        With a manifest beside the file its slots are taken as confirmed. Raises BadInput, NotFound,
        BackendUnavailable.
        """
        defs = self._defs(object_info, server)
        read, workflow = self._workflow(source)
        if read is not None and not defs and not is_api(read.data):
            if read.api is None:
                raise BadInput(
                    f"{source.name} is in the editor's format, which a server's list of nodes is needed for.",
                    "Add --server URL, or --object-info FILE with its answer to /object_info.",
                )
            workflow = Workflow(workflow.entry, None, read.api)
        prepared = prepare(workflow, defs, (lambda name: self.template(server, name)) if server else None)
        return _report(str(source), read, workflow, prepared, defs)

    def template(self, server: str, name: str) -> Mapping[str, Json] | None:
        """The server's own template of that name; None when it has none."""
        data = self._fetch(server, f"templates/{name}.json")
        return data if isinstance(data, Mapping) else None

    def _defs(self, object_info: Path | None, server: str) -> NodeDefs:
        if object_info is not None and server:
            raise BadInput("--object-info and --server were both given.", "Give one of them.")
        if object_info is not None:
            try:
                data = parse_json(object_info.read_bytes(), object_info.name)
            except FileNotFoundError:
                raise NotFound(f"There is no file {object_info}.", "Check the path.") from None
            except OSError as error:
                raise BadInput(f"{object_info} cannot be read: {error.strerror or error}.", "Check it.") from error
        elif server:
            data = self._fetch(server, "object_info")
        else:
            return NodeDefs()
        return node_defs(data)

    def _workflow(self, source: Path) -> tuple[WorkflowFile | None, Workflow]:
        """What is in the file, and as a workflow with the manifest that lies beside it."""
        if not source.exists() and source.name == str(source):
            try:
                return None, self._catalogue.get(str(source))
            except NotFound:
                pass
        read = read_workflow(source)
        manifest, beside = None, source.with_suffix(".toml")
        if beside.is_file() and beside.stat().st_size <= MAX_TOML:
            manifest = _manifest(beside)
        entry = WorkflowEntry(
            id=manifest.id if manifest else "", title=manifest.title if manifest else source.stem, source="own",
            confirmed=manifest is not None, place=str(source),
        )  # fmt: skip
        return read, Workflow(entry, manifest, read.data)


def node_defs(data: Json) -> NodeDefs:
    """A server's answer to `/object_info`. Raises BadInput when it is none."""
    if not isinstance(data, Mapping) or not data or not all(isinstance(v, Mapping) for v in data.values()):
        raise BadInput("This is no ComfyUI object_info.", "It is the answer of a server to GET /object_info.")
    return NodeDefs(data)


def _manifest(path: Path) -> WorkflowManifest | None:
    try:
        return read_manifest(path.stem, path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path.name} cannot be read: {error!s:.120}.", "Correct or remove it.") from error


def _report(
    file: str, read: WorkflowFile | None, workflow: Workflow, prepared: Prepared, defs: NodeDefs
) -> WorkflowReport:  # fmt: skip
    manifest, converted = prepared.manifest, prepared.converted
    problems: list[str] = []
    graph, last = converted.graph, manifest.last_frame
    models: tuple[NeededModel, ...] = ()
    foreign: tuple[ForeignNode, ...] = ()
    try:
        built = build_prompt(prepared, Choices(values=_sample(manifest)), defs, "inspect")
        graph, models, foreign, last = built.graph, built.models, built.foreign, built.last_frame
        problems += [f"{p.what} {p.cure}" for p in built.problems]
    except StudioError as error:
        problems.append(str(error))
    slots = {slot: tuple(str(p) for p in places) for slot, places in manifest.slots.items()}
    for place, derived in manifest.derived.items():
        if derived.slot not in manifest.slots:
            slots[derived.slot] = (*slots.get(derived.slot, ()), place)
    return WorkflowReport(
        file=file, format="api" if workflow.data is None or is_api(workflow.data) else "editor",
        source=read.source if read is not None else "the catalogue", id=workflow.entry.id, title=manifest.title,
        kind=manifest.kind, profile=manifest.profile, confirmed=workflow.manifest is not None,
        writer=manifest.writer, last_frame=last, slots=slots, outputs=tuple(output_nodes(converted.graph, defs)),
        nodes=tuple(sorted({entry["class_type"] for entry in graph.values()})), foreign=foreign, models=models,
        switches=tuple(s.id for s in switches_of(prepared, defs)), quality=tuple(manifest.quality),
        problems=tuple(dict.fromkeys(problems)), notes=prepared.notes,
    )  # fmt: skip


def _sample(manifest: WorkflowManifest) -> dict[str, str]:
    """Pictures of any name, so that the graph is built with every picture in place."""
    return {slot: "picture.png" for slot in manifest.slots if PICTURE_SLOTS.fullmatch(slot)}
