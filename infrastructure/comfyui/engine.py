"""The ComfyUI engine as the studio sees it: servers, workflows, what is missing, and what would be sent.

Nothing here waits for a server in a person's click: servers are asked in the background, and answers are kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from domain.backend import BackendSpec, Problem
from domain.engine import (
    DeviceInfo,
    ModelInfo,
    QualityInfo,
    SentGraph,
    ServerInfo,
    SwitchInfo,
    WorkflowInfo,
)
from domain.errors import BadInput, NotFound, StudioError
from domain.names import free_name, slug
from domain.profiles import PASS_THROUGH, PROFILES, profile_for
from domain.project import Picked
from domain.request import GenerationRequest
from domain.workflow import PICTURE_SLOTS, Choices, SlotPlace, WorkflowManifest, read_place
from infrastructure.comfyui.backend import BACKEND
from infrastructure.comfyui.build import Built, build_prompt
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.choosing import Prepared, choices_of, fields_of, switches_of
from infrastructure.comfyui.files import read_workflow
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.pool import Pool, ServerConfig
from infrastructure.comfyui.prepare import prepare
from infrastructure.comfyui.server import ComfyServer

log = logging.getLogger(__name__)

DEFAULT = "wan2.2-14b-i2v"
"""The workflow of a project that has chosen none."""

COMPOSED = {
    "image": ("size", "style", "lighting", "mood", "time_of_day", "composition", "color_grade", "characters", "objects",
              "location"),
    "video": ("camera", "motion", "style", "lighting", "mood", "time_of_day", "color_grade"),
}  # fmt: skip
"""Fields of a shot that reach a workflow through its prompt, by what it makes (see domain.prompting)."""

KEEP_SECONDS = 2.0
"""How long what was read of the workflow folders is kept."""


class ComfyEngine:
    """Implements `services.ports.Engine`, and gives the backend its specs and prompts.

    `configs` tells at every call which servers are set up; `changed` is called when something new is known.
    """

    def __init__(
        self, catalogue: Catalogue, pool: Pool, configs: Callable[[], Sequence[ServerConfig]], own: Path,
        changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._catalogue = catalogue
        self._pool = pool
        self._configs = configs
        self._own = own
        self._changed = changed
        self._lock = threading.RLock()
        self._read: tuple[float, dict[str, Workflow]] | None = None
        self._seen: dict[str, ServerInfo] = {}
        self._found: dict[str, WorkflowInfo] = {}
        self._looking = False

    @property
    def backend(self) -> str:
        """Id of the backend."""
        return BACKEND

    # -- what the backend asks -----------------------------------------------------------------------------

    def spec(self, workflow_id: str) -> BackendSpec:
        """What can be done with that workflow (empty: the default). Raises NotFound and BadInput."""
        workflow = self._get(workflow_id or DEFAULT)
        manifest = self._manifest(workflow)
        kind = "image" if manifest.kind == "upscale" else manifest.kind
        fields = set(fields_of(manifest)) | {"label"}
        if "prompt" in fields:
            fields |= set(COMPOSED[kind])
        if manifest.references:
            fields.add("references")
        profiles: tuple[str, ...] = (manifest.profile,)
        if manifest.profile == PASS_THROUGH:
            profiles = (PASS_THROUGH, *PROFILES)
        return BackendSpec(
            id=BACKEND, title="ComfyUI", kinds=frozenset({kind}), profiles=profiles, fields=frozenset(fields),
            free=True, parallel=min(64, self._places()), takes_end=manifest.takes("end_image"), version=workflow.hash[:16],
            workflow=workflow.entry.id, reads_text="prompt" in fields,
            scales={name: preset.scale for name, preset in manifest.quality.items() if preset.scale != 1},
        )  # fmt: skip

    def build(self, request: GenerationRequest, job_id: str, names: Mapping[str, str], server: ComfyServer) -> Built:
        """The graph for a request on that server. Raises BadInput, NotFound, NotReady."""
        return self._built(request, job_id, names, NodeDefs(server.object_info()), server)

    def _built(
        self, request: GenerationRequest, job_id: str, names: Mapping[str, str], defs: NodeDefs,
        server: ComfyServer | None,
    ) -> Built:  # fmt: skip
        prepared = prepare(self._get(request.workflow), defs, server.facts.template if server is not None else None)
        choices = choices_of(request, prepared.manifest, names)
        profile = profile_for(request.profile, request.rate) if request.kind == "video" else None
        return build_prompt(prepared, choices, defs, job_id, profile)

    # -- servers -------------------------------------------------------------------------------------------

    def servers(self) -> list[ServerInfo]:
        """The servers as they were last seen."""
        with self._lock:
            return [self._seen.get(c.url, ServerInfo(url=c.url, reachable=False)) for c in self._configure()]

    def look(self) -> None:
        """Ask all servers again, in the background."""
        self._configure()
        with self._lock:
            if self._looking:
                return
            self._looking = True
        threading.Thread(target=self._look, name="comfyui-look", daemon=True).start()

    def probe(self, url: str) -> ServerInfo:
        """Ask one server; within a few seconds. Raises BadInput when the address cannot be one."""
        known = next((c for c in self._configs() if c.url == url), ServerConfig(url=url))
        server = ComfyServer(known.url, token=known.token, connect=3.0, silence=8.0)
        try:
            return _info(url, server)
        finally:
            server.close()

    def _look(self) -> None:
        try:
            for member in self._pool.members():
                info = _info(member.config.url, member.server)
                with self._lock:
                    self._seen[member.config.url] = info
                self._changed()
            found = self._check_workflows()
            with self._lock:
                self._found = found
        except Exception:
            # The boundary of the thread: what was known stays, and the log says why.
            log.exception("Asking the ComfyUI servers failed")
        finally:
            with self._lock:
                self._looking = False
            self._changed()

    def _configure(self) -> list[ServerConfig]:
        configs = list(self._configs())
        if [c for c in configs] != [m.config for m in self._pool.members()]:
            self._pool.configure(configs)
            self._changed()
        return configs

    def _places(self) -> int:
        self._configure()
        return self._pool.places()

    # -- workflows -----------------------------------------------------------------------------------------

    def workflows(self, kind: str = "") -> list[WorkflowInfo]:
        """Every workflow (of one kind), with what is missing as far as the servers were asked."""
        found = [self._info(workflow) for workflow in self._all().values()]
        return [info for info in found if kind in ("", info.kind)]

    def workflow(self, workflow_id: str) -> WorkflowInfo:
        """One workflow. Raises NotFound."""
        found = self._all().get(workflow_id)
        if found is None:
            raise NotFound(f"There is no workflow {workflow_id[:80]!r}.", "See the Servers tab for those there are.")
        return self._info(found)

    def add_workflow(self, source: Path, title: str = "", profile: str = "") -> WorkflowInfo:
        """Take a workflow in; its slots are found, to be confirmed. Raises BadInput."""
        file = read_workflow(source)
        name = title or source.stem
        workflow_id = free_name(slug(name, "workflow"), set(self._all()))
        stored = self._catalogue.add(workflow_id, file.data)
        self._forget()
        if profile:
            return self.confirm_workflow(workflow_id, {"profile": profile, "title": name})
        self.look()
        return self._info(stored)

    def confirm_workflow(self, workflow_id: str, changes: Mapping[str, str]) -> WorkflowInfo:
        """Store a workflow's slots as they are, with `changes`. Raises BadInput."""
        workflow = self._get(workflow_id)
        manifest = self._manifest(workflow)
        slots = {name: tuple(places) for name, places in manifest.slots.items()}
        fields: dict[str, Any] = {}
        for name, text in changes.items():
            if name in ("title", "profile"):
                fields[name] = text.strip()
            elif not text.strip():
                slots.pop(name, None)
            else:
                slots[name] = tuple(_place(part) for part in text.split(",") if part.strip())
        if fields.get("profile"):
            profile_for(fields["profile"], Fraction(24))
        try:
            changed = manifest.replace(**fields, slots=slots)
        except ValueError as error:
            raise BadInput(
                f"The workflow {workflow_id} was not stored: {_first(error)}.", "Correct it and try again."
            ) from None
        stored = self._catalogue.save(changed)
        self._forget()
        self.look()
        return self._info(stored)

    def remove_workflow(self, workflow_id: str) -> None:
        """Move a workflow of the user's to the trash folder beside it. Raises BadInput for shipped ones."""
        if self._get_entry(workflow_id).entry.source == "shipped":
            raise BadInput(f"{workflow_id} belongs to Kinoloom and stays.", "Only your own workflows can be removed.")
        trash = self._own / "trash" / time.strftime("%Y%m%d-%H%M%S")
        trash.mkdir(parents=True, exist_ok=True)
        for path in self._own.glob(f"{workflow_id}.*"):
            path.rename(trash / path.name)
        self._forget()
        self._changed()

    def would_send(self, request: GenerationRequest) -> SentGraph:
        """What would be sent for a request, built for a server that can run it; without one, as far as it goes."""
        names = {name: f"kinoloom/{picked.sha256[:32]}.png" for name, picked in _pictures(request).items()}
        members = [m for m in self._pool.members() if self._seen.get(m.config.url, _UNSEEN).reachable]
        for member in members:
            built = self.build(request, "preview", names, member.server)
            return _sent(request, built, member.config.url)
        return SentGraph(
            workflow=request.workflow, slots=_request_words(request),
            problems=(Problem(what="No server was reached: a graph is built for one.", cure="Add one in Servers."),),
        )  # fmt: skip

    # -- inside --------------------------------------------------------------------------------------------

    def _all(self) -> dict[str, Workflow]:
        with self._lock:
            if self._read is None or time.monotonic() - self._read[0] > KEEP_SECONDS:
                self._read = (time.monotonic(), {w.entry.id: w for w in self._catalogue.all()})
            return self._read[1]

    def _forget(self) -> None:
        with self._lock:
            self._read = None

    def _get_entry(self, workflow_id: str) -> Workflow:
        found = self._all().get(workflow_id)
        if found is None:
            raise NotFound(f"There is no workflow {workflow_id[:80]!r}.", "See the Servers tab for those there are.")
        return found

    def _get(self, workflow_id: str) -> Workflow:
        workflow = self._get_entry(workflow_id)
        if workflow.entry.fault:
            raise BadInput(workflow.entry.fault, "Correct or remove the file.")
        return workflow

    def _manifest(self, workflow: Workflow, defs: NodeDefs | None = None) -> WorkflowManifest:
        """Its manifest; found by looking at the graph when nobody has written one."""
        if workflow.manifest is not None:
            return workflow.manifest
        return prepare(workflow, defs or self._some_defs()).manifest

    def _some_defs(self) -> NodeDefs:
        """Node definitions of any server that was reached; none without one."""
        for member in self._pool.members():
            if self._seen.get(member.config.url, _UNSEEN).reachable:
                return NodeDefs(member.server.object_info())
        return NodeDefs({})

    def _info(self, workflow: Workflow) -> WorkflowInfo:
        with self._lock:
            found = self._found.get(workflow.entry.id)
        plain = _describe(workflow, self._safe_manifest(workflow))
        if found is None:
            return plain
        return plain.replace(
            problems=found.problems, checked=found.checked, choices=found.choices, models=found.models or plain.models,
            switches=found.switches or plain.switches, custom_nodes=found.custom_nodes,
        )  # fmt: skip

    def _safe_manifest(self, workflow: Workflow) -> WorkflowManifest | None:
        if workflow.entry.fault:
            return None
        try:
            return self._manifest(workflow)
        except StudioError:
            return None

    def _check_workflows(self) -> dict[str, WorkflowInfo]:
        """Every workflow against every server that answers; the one that lacks least counts."""
        servers = [m for m in self._pool.members() if self._seen.get(m.config.url, _UNSEEN).reachable]
        found: dict[str, WorkflowInfo] = {}
        for workflow in self._all().values():
            for member in servers:
                defs = NodeDefs(member.server.object_info())
                info = self._checked(workflow, defs, member.server)
                before = found.get(workflow.entry.id)
                if before is None or len(info.problems) < len(before.problems):
                    found[workflow.entry.id] = info
        return found

    def _checked(self, workflow: Workflow, defs: NodeDefs, server: ComfyServer) -> WorkflowInfo:
        try:
            prepared = prepare(workflow, defs, server.facts.template)
            manifest = prepared.manifest
            built = build_prompt(prepared, _sample_choices(manifest), defs, "check")
        except StudioError as error:
            plain = _describe(workflow, workflow.manifest)
            return plain.replace(checked=True, problems=(Problem(what=error.message, cure=error.cure),))
        models = tuple(
            ModelInfo(
                name=m.name, folder=m.folder, url=m.url, slot=m.slot, size_gb=m.size_gb, licence=m.licence,
                installed=m.installed,
            )
            for m in built.models
        )  # fmt: skip
        return _describe(workflow, manifest).replace(
            checked=True, problems=built.problems, models=models, choices=_choices(prepared, defs),
            switches=tuple(
                SwitchInfo(id=s.id, title=s.title, help=s.help, on=s.default) for s in switches_of(prepared, defs)
            ),
            custom_nodes=tuple(f"{f.class_type} ({f.pack})" if f.pack else f.class_type for f in built.foreign),
        )  # fmt: skip


_UNSEEN = ServerInfo(url="", reachable=False)


def _info(url: str, server: ComfyServer) -> ServerInfo:
    """How a server is, asked now."""
    status = server.status()
    if status.failure is not None:
        return ServerInfo(
            url=url, reachable=False, problem=Problem(what=status.failure.message, cure=status.failure.cure)
        )
    try:
        nodes = len(server.object_info(refresh=True))
    except StudioError as error:
        return ServerInfo(url=url, reachable=False, problem=Problem(what=error.message, cure=error.cure))
    return ServerInfo(
        url=url, reachable=True, version=status.version, nodes=nodes, waiting=status.ours + status.others,
        ours=status.ours, devices=tuple(DeviceInfo(name=d.name, memory=d.memory, free=d.free) for d in status.devices),
    )  # fmt: skip


def _describe(workflow: Workflow, manifest: WorkflowManifest | None) -> WorkflowInfo:
    """What is known of a workflow without a server."""
    entry = workflow.entry
    kind = manifest.kind if manifest is not None else entry.kind
    plain = WorkflowInfo(
        id=entry.id, title=entry.title, kind=kind if kind in ("image", "video", "upscale") else "video",
        profile=manifest.profile if manifest else entry.profile, description=entry.description,
        origin="server" if entry.template else "yours" if entry.source == "own" else "shipped",
        overrides=entry.overrides, confirmed=entry.confirmed, fault=entry.fault,
    )  # fmt: skip
    if manifest is None:
        return plain
    return plain.replace(
        licence=manifest.licence,
        slots=tuple(manifest.slots),
        places={slot: tuple(str(p) for p in places) for slot, places in manifest.slots.items()},
        qualities=tuple(QualityInfo(id=i, title=q.title, help=q.help) for i, q in manifest.quality.items()),
        switches=tuple(SwitchInfo(id=s.id, title=s.title, help=s.help, on=s.default) for s in manifest.switches),
        models=tuple(
            ModelInfo(name=m.name, folder=m.folder, url=m.url, slot=m.slot, size_gb=m.size_gb, licence=m.licence)
            for m in manifest.models
        ),
    )


def _sample_choices(manifest: WorkflowManifest) -> Choices:
    """Values good enough to build the graph and see what the server lacks."""
    values: dict[str, Any] = {s: "kinoloom/check.png" for s in manifest.slots if PICTURE_SLOTS.fullmatch(s)}
    return Choices(values=values)


def _choices(prepared: Prepared, defs: NodeDefs) -> dict[str, tuple[str, ...]]:
    """What the server offers for each model slot."""
    found: dict[str, tuple[str, ...]] = {}
    for slot, places in prepared.manifest.slots.items():
        if not slot.startswith(("model:", "lora:")) or not places:
            continue
        place = places[0]
        entry = prepared.converted.graph.get(place.node)
        definition = defs.get(entry["class_type"]) if entry is not None else None
        declared = next((i for i in definition.inputs if i.name == place.input), None) if definition else None
        if declared is not None and declared.choices:
            found[slot] = tuple(str(c) for c in declared.choices)
    return found


def _place(text: str) -> SlotPlace:
    try:
        return read_place(text.strip())
    except ValueError as error:
        raise BadInput(f"{text.strip()[:60]!r} is no place in a graph: {_first(error)}.", "Write node.input.") from None


def _first(error: ValueError) -> str:
    return str(error).splitlines()[-1].strip().rstrip(".")[:200] or "it is not valid"


def _pictures(request: GenerationRequest) -> dict[str, Picked]:
    given = {"start": request.start, "end": request.end}
    given |= {f"reference-{i}": picked for i, picked in enumerate(request.references)}
    return {name: picked for name, picked in given.items() if picked is not None}


def _request_words(request: GenerationRequest) -> dict[str, str]:
    words = {
        "prompt": request.prompt, "negative": request.negative, "seed": str(request.seed),
        "size": f"{request.width}×{request.height}", "frames": str(request.frames),
    }  # fmt: skip
    return {name: text for name, text in words.items() if text}


def _sent(request: GenerationRequest, built: Built, url: str) -> SentGraph:
    slots = _request_words(request) | {name: str(value) for name, value in built.values.items()}
    return SentGraph(
        workflow=request.workflow, server=url, slots=slots, graph=dict(built.graph), problems=built.problems
    )


def parse_servers(text: str, token: str = "") -> list[ServerConfig]:
    """Server addresses from a setting: separated by commas or blanks; http:// is put in front where it lacks."""
    found: dict[str, ServerConfig] = {}
    for part in text.replace(",", " ").split():
        url = (part if "://" in part else f"http://{part}").rstrip("/")
        found[url] = ServerConfig(url=url, token=token)
    return list(found.values())
