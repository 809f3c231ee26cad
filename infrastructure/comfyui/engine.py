"""The ComfyUI engine as the studio sees it: servers, workflows, what is missing, and what would be sent.

Nothing here waits for a server in a person's click: servers are asked in the background, and answers are kept.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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
from domain.errors import BackendUnavailable, BadInput, NotFound, StudioError
from domain.names import free_name, slug
from domain.profiles import PASS_THROUGH, PROFILES, profile_for
from domain.project import Picked
from domain.request import GenerationRequest
from domain.workflow import PICTURE_SLOTS, Choices, SlotPlace, WorkflowManifest, read_place
from infrastructure.comfyui.backend import BACKEND
from infrastructure.comfyui.build import Built, build_prompt
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.choosing import Prepared, choices_of, fields_of, switches_of, variant_of
from infrastructure.comfyui.convert import is_api
from infrastructure.comfyui.files import read_workflow
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.pool import Member, Pool, ServerConfig
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
"""How often the user's folder is looked at for changed files, and the settings for changed servers, in answers that
are wanted many times a second."""


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
        self._read: dict[str, Workflow] | None = None
        self._read_at = self._configured_at = float("-inf")
        self._files: Any = None
        self._specs: dict[str, BackendSpec] = {}
        self._manifests: dict[str, WorkflowManifest | None] = {}
        self._defs: dict[str, NodeDefs] = {}
        self._seen: dict[str, ServerInfo] = {}
        self._found: dict[str, WorkflowInfo] = {}
        self._looking = False
        pool.watch(self._refresh)

    @property
    def backend(self) -> str:
        """Id of the backend."""
        return BACKEND

    # -- what the backend asks -----------------------------------------------------------------------------

    def spec(self, workflow_id: str) -> BackendSpec:
        """What can be done with that workflow (empty: the default); asks no server. Raises NotFound and BadInput."""
        self._refresh()
        parallel = min(64, self._pool.lanes())
        with self._lock:
            workflows = self._all()
            found = self._specs.get(workflow_id)
            if found is None or found.parallel != parallel:
                workflow = self._get(workflow_id or DEFAULT)
                found = (
                    self._spec(workflow, parallel)
                    if found is None
                    else found.replace(parallel=parallel, workers=self._servers())
                )
                if workflows is self._read:
                    self._specs[workflow_id] = found
        return found

    def _spec(self, workflow: Workflow, parallel: int) -> BackendSpec:
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
            free=True, parallel=parallel, workers=self._servers(), takes_end=manifest.takes("end_image"),
            version=workflow.hash[:16],
            workflow=workflow.entry.id, reads_text="prompt" in fields,
            scales={name: preset.scale for name, preset in manifest.quality.items() if preset.scale != 1},
        )  # fmt: skip

    def build(self, request: GenerationRequest, job_id: str, names: Mapping[str, str], server: ComfyServer) -> Built:
        """The graph for a request on that server. Raises BadInput, NotFound, NotReady."""
        return self._built(request, job_id, names, self._defs_of(server), server)

    def _built(
        self, request: GenerationRequest, job_id: str, names: Mapping[str, str], defs: NodeDefs,
        server: ComfyServer | None,
    ) -> Built:  # fmt: skip
        fetch = server.facts.template if server is not None else None
        prepared = prepare(self._get(request.workflow), defs, fetch)
        choices = choices_of(request, prepared.manifest, names)
        variant = variant_of(prepared.manifest, choices)
        if variant:
            # A switch that stands for another file, as the "gcv" tools have it for SageAttention.
            turned = {switch.id for switch in prepared.manifest.switches if switch.variant}
            prepared = prepare(self._get(variant), defs, fetch)
            choices = choices_of(request, prepared.manifest, names)
            choices = choices.replace(switches={k: v for k, v in choices.switches.items() if k not in turned})
        profile = profile_for(request.profile, request.rate) if request.kind == "video" else None
        return build_prompt(prepared, choices, defs, job_id, profile)

    def _servers(self) -> int:
        """How many servers work at the same time; 1 when none is set up."""
        return min(64, max(1, len(self._pool.members())))

    # -- servers -------------------------------------------------------------------------------------------

    def servers(self) -> list[ServerInfo]:
        """The servers as they were last seen."""
        configs = self._configure()
        with self._lock:
            return [self._seen.get(c.url, ServerInfo(url=c.url, reachable=False)) for c in configs]

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
        server = self._own_client(url, silence=8.0)
        try:
            return _info(url, server)
        finally:
            server.close()

    def try_clip(self, url: str) -> str:
        """Render a small clip without any model on that server and check it, however long it takes; what came of it,
        in a sentence. Raises StudioError."""
        from infrastructure.comfyui.trial import try_server  # media libraries, which nothing else here needs

        server = self._own_client(url, silence=20.0)
        try:
            return try_server(server, BACKEND, self.build)
        finally:
            server.close()

    def _own_client(self, url: str, silence: float) -> ComfyServer:
        known = next((c for c in self._configs() if c.url == url), ServerConfig(url=url))
        return ComfyServer(known.url, token=known.token, connect=3.0, silence=silence, patience=60.0)

    def _look(self) -> None:
        try:
            members = self._pool.members()
            threads = [
                threading.Thread(target=self._look_at, args=(member,), name="comfyui-look-one", daemon=True)
                for member in members
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found = self._check_workflows(members)
            with self._lock:
                self._found = found
                self._manifests.clear()
                self._specs.clear()
        except Exception as error:
            # The end of the thread: what was known stays.
            log.warning("Asking the ComfyUI servers failed: %r", error)
        finally:
            with self._lock:
                self._looking = False
            self._changed()

    def _look_at(self, member: Member) -> None:
        info = _info(member.config.url, member.server)
        if info.reachable:
            try:
                self._defs_of(member.server)
            except StudioError as error:
                info = ServerInfo(
                    url=member.config.url, reachable=False, problem=Problem(what=error.message, cure=error.cure)
                )  # fmt: skip
        with self._lock:
            self._seen[member.config.url] = info
        self._changed()

    def _defs_of(self, server: ComfyServer) -> NodeDefs:
        """The server's nodes; asks it only whether it is still the same version. Raises BackendUnavailable."""
        info = server.object_info()
        with self._lock:
            known = self._defs.get(server.connection.address.base)
            if known is None or not known.is_of(info):
                self._defs[server.connection.address.base] = known = NodeDefs(info)
        return known

    def _refresh(self) -> None:
        """Take changed settings over, now and then."""
        if time.monotonic() - self._configured_at > KEEP_SECONDS / 4:
            self._configure()

    def _configure(self) -> list[ServerConfig]:
        self._configured_at = time.monotonic()
        configs = list(self._configs())
        if self._pool.configure(configs):
            self._changed()
        return configs

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
        defs = self._some_defs()
        if workflow.data is not None and (defs or is_api(workflow.data)):
            prepare(replace(workflow, manifest=changed), defs)  # raises BadInput for nodes that are not there
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
        best: SentGraph | None = None
        silent: BackendUnavailable | None = None
        for member in self._reached(self._pool.members()):
            try:
                built = self.build(request, "preview", names, member.server)
            except BackendUnavailable as error:
                silent = silent or error
                continue
            sent = _sent(request, built, member.config.url)
            if best is None or len(sent.problems) < len(best.problems):
                best = sent
        if best is not None:
            return best
        problem = Problem(what="No server was reached: a graph is built for one.", cure="Add one in Servers.")
        if silent is not None:
            problem = Problem(what=silent.message, cure=silent.cure)
        try:
            built = self._built(request, "preview", names, NodeDefs(), None)
        except BackendUnavailable:
            return SentGraph(workflow=request.workflow, slots=_request_words(request), problems=(problem,))
        sent = _sent(request, built, "")
        return sent.replace(problems=(problem, *sent.problems))

    def _reached(self, members: Sequence[Member]) -> list[Member]:
        with self._lock:
            return [m for m in members if self._seen.get(m.config.url, _UNSEEN).reachable]

    # -- inside --------------------------------------------------------------------------------------------

    def _all(self) -> dict[str, Workflow]:
        """Every workflow by id; read again only when a file of the user's folder has changed."""
        with self._lock:
            now = time.monotonic()
            if self._read is None or now - self._read_at > KEEP_SECONDS:
                files = _signature(self._own)
                if self._read is None or files != self._files:
                    self._read = {w.entry.id: w for w in self._catalogue.all()}
                    self._files = files
                    self._specs.clear()
                    self._manifests.clear()
                self._read_at = now
            return self._read

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
        """Node definitions of any server that was asked; none without one. Asks nobody."""
        with self._lock:
            return next(iter(self._defs.values()), NodeDefs())

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
        if workflow.entry.fault or workflow.manifest is not None:
            return workflow.manifest
        name = workflow.entry.id
        with self._lock:
            if name not in self._manifests:
                try:
                    self._manifests[name] = self._manifest(workflow)
                except StudioError:
                    self._manifests[name] = None
            return self._manifests[name]

    def _check_workflows(self, members: Sequence[Member]) -> dict[str, WorkflowInfo]:
        """Every workflow against every server that answers; the one that lacks least counts."""
        servers = self._reached(members)
        found: dict[str, WorkflowInfo] = {}
        for workflow in self._all().values():
            for member in servers:
                with self._lock:
                    defs = self._defs[member.server.connection.address.base]
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
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # A file of the user's may hold anything; one must not keep the others from being checked.
            log.warning("The workflow %s could not be read: %r", workflow.entry.id, error)
            plain = _describe(workflow, workflow.manifest)
            what = f"{workflow.entry.title} could not be read: {error!r:.120}."
            return plain.replace(checked=True, problems=(Problem(what=what, cure="Save it anew in ComfyUI."),))
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
        nodes, queue = len(server.object_info(refresh=True)), server.queue()
    except StudioError as error:
        return ServerInfo(url=url, reachable=False, problem=Problem(what=error.message, cure=error.cure))
    return ServerInfo(
        url=url, reachable=True, version=status.version, nodes=nodes, running=len(queue.running),
        waiting=len(queue.pending), ours=status.ours,
        devices=tuple(DeviceInfo(name=d.name, memory=d.memory, free=d.free) for d in status.devices),
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


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a file of the folder has changed."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file():
                    stat = entry.stat()
                    found.append((entry.name, stat.st_mtime_ns, stat.st_size))
    except OSError:
        pass
    return tuple(sorted(found))


def parse_servers(text: str, token: str = "") -> list[ServerConfig]:
    """Server addresses from a setting: separated by commas or blanks; http:// is put in front where it lacks."""
    found: dict[str, ServerConfig] = {}
    for part in text.replace(",", " ").split():
        url = (part if "://" in part else f"http://{part}").rstrip("/")
        found[url] = ServerConfig(url=url, token=token)
    return list(found.values())
