"""The ComfyUI engine as the studio sees it: servers, workflows, what is missing, and what would be sent.

Nothing here waits for a server in a person's click: servers are asked in the background, and answers are kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from domain.backend import BackendSpec, Problem
from domain.engine import AddedWorkflow, SentGraph, ServerInfo, WorkflowInfo
from domain.errors import BackendUnavailable, StudioError
from domain.profiles import PASS_THROUGH, PROFILES, profile_for
from domain.request import GenerationRequest
from domain.workflow import WorkflowManifest
from infrastructure.comfyui.backend import BACKEND
from infrastructure.comfyui.build import Built, build_prompt
from infrastructure.comfyui.catalogue import Catalogue, Workflow
from infrastructure.comfyui.choosing import choices_of, fields_of, variant_of
from infrastructure.comfyui.describing import checked, describe
from infrastructure.comfyui.fleet import Fleet, ask
from infrastructure.comfyui.logins import check_login, login_config
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.outlook import as_sent, pictures_of, words_of
from infrastructure.comfyui.pool import Pool, ServerConfig
from infrastructure.comfyui.prepare import prepare
from infrastructure.comfyui.server import ComfyServer
from infrastructure.comfyui.shelf import Shelf

DEFAULT = "wan2.2-14b-i2v"
"""The workflow of a project that has chosen none."""

COMPOSED = {
    "image": ("size", "style", "lighting", "mood", "time_of_day", "composition", "color_grade", "characters", "objects",
              "location", "look"),
    "video": ("camera", "motion", "size", "style", "lighting", "mood", "time_of_day", "color_grade", "look", "dialogue",
              "sound"),
}  # fmt: skip
"""Fields of a shot that can reach a workflow through its prompt, by what it makes; which do is up to the model
(see domain.prompting.wordings)."""


class ComfyEngine:
    """Implements `services.ports.Engine`, and gives the backend its specs and prompts.

    `configs` tells at every call which servers are set up; `changed` is called when something new is known.
    """

    def __init__(
        self, catalogue: Catalogue, pool: Pool, configs: Callable[[], Sequence[ServerConfig]], own: Path,
        changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._pool = pool
        self._changed = changed
        self._shelf = Shelf(catalogue, own)
        self._fleet = Fleet(pool, configs, changed, self._check_workflows)
        self._lock = threading.RLock()
        self._cached: dict[str, Workflow] | None = None
        self._specs: dict[str, BackendSpec] = {}
        self._manifests: dict[str, WorkflowManifest | None] = {}
        self._plain: dict[str, tuple[Workflow, WorkflowInfo]] = {}
        self._found: dict[str, WorkflowInfo] = {}

    @property
    def backend(self) -> str:
        """Id of the backend."""
        return BACKEND

    # -- what the backend asks -----------------------------------------------------------------------------

    def spec(self, workflow_id: str) -> BackendSpec:
        """What can be done with that workflow (empty: the default); asks no server. Raises NotFound and BadInput."""
        self._fleet.refresh()
        parallel = min(64, self._pool.lanes())
        with self._lock:
            workflows = self._all()
            found = self._specs.get(workflow_id)
            if found is None or found.parallel != parallel:
                workflow = self._shelf.get(workflow_id or DEFAULT)
                found = (
                    self._spec(workflow, parallel)
                    if found is None
                    else found.replace(parallel=parallel, workers=self._servers())
                )
                if workflows is self._cached:
                    self._specs[workflow_id] = found
        return found

    def _spec(self, workflow: Workflow, parallel: int) -> BackendSpec:
        manifest = self._manifest(workflow)
        kind: Literal["image", "video"] = "video" if manifest.makes_clip else "image"
        fields = set(fields_of(manifest)) | {"label"}
        if "prompt" in fields:
            fields |= set(COMPOSED[kind])
        if manifest.references:
            fields.add("references")
        if manifest.kind == "image" and "prompt" in fields:
            fields.add("lora")
            if manifest.takes("start_image") and manifest.takes("denoise"):
                fields |= {"carry", "mask"} if manifest.takes("mask") else {"carry"}
        profiles: tuple[str, ...] = (manifest.profile,)
        if manifest.profile == PASS_THROUGH:
            profiles = (PASS_THROUGH, *PROFILES)
        return BackendSpec(
            id=BACKEND, title="ComfyUI", kinds=frozenset({kind}), profiles=profiles, fields=frozenset(fields),
            free=True, parallel=parallel, workers=self._servers(), takes_end=manifest.takes("end_image"),
            version=workflow.hash[:16],
            workflow=workflow.entry.id, reads_text="prompt" in fields,
            references=manifest.references if kind == "image" else 0,
            scales={name: preset.scale for name, preset in manifest.quality.items() if preset.scale != 1},
        )  # fmt: skip

    def build(self, request: GenerationRequest, job_id: str, names: Mapping[str, str], server: ComfyServer) -> Built:
        """The graph for a request on that server. Raises BadInput, NotFound, NotReady."""
        return self.build_for(request, job_id, names, self._fleet.defs_of(server), server)

    def build_for(
        self, request: GenerationRequest, job_id: str, names: Mapping[str, str], defs: NodeDefs,
        server: ComfyServer | None,
    ) -> Built:  # fmt: skip
        """The graph for a request on a server with these nodes; without the server, no template of its can be used.
        Raises BadInput, NotFound, NotReady, BackendUnavailable."""
        fetch = server.facts.template if server is not None else None
        prepared = prepare(self._shelf.get(request.workflow), defs, fetch)
        choices = choices_of(request, prepared.manifest, names)
        variant = variant_of(prepared.manifest, choices)
        if variant:
            # A switch that stands for another file, as the "gcv" tools have it for SageAttention.
            turned = {switch.id for switch in prepared.manifest.switches if switch.variant}
            prepared = prepare(self._shelf.get(variant), defs, fetch)
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
        return self._fleet.servers()

    @property
    def looking(self) -> bool:
        """Whether the servers are being asked."""
        return self._fleet.looking

    def look(self) -> None:
        """Ask all servers again, in the background."""
        self._fleet.look()

    def pulse(self) -> None:
        """Ask all servers for memory and queue alone, in the background."""
        self._fleet.pulse()

    def probe(self, url: str, login: str = "") -> ServerInfo:
        """Ask one server; within a few seconds. Raises BadInput when the address or the login cannot be one."""
        check_login(login)
        server = self._fleet.client(url, 8.0, login_config(url, login) if login else None)
        try:
            return ask(url, server)
        finally:
            server.close()

    def try_clip(self, url: str) -> str:
        """Render a small clip without any model on that server and check it, however long it takes; what came of it,
        in a sentence. Raises StudioError."""
        from infrastructure.comfyui.trial import try_server  # media libraries, which nothing else here needs

        server = self._fleet.client(url, 20.0)
        try:
            return try_server(server, BACKEND, self.build)
        finally:
            server.close()

    # -- workflows -----------------------------------------------------------------------------------------

    def workflows(self, kind: str = "") -> list[WorkflowInfo]:
        """Every workflow (of one kind), with what is missing as far as the servers were asked."""
        found = [self._info(workflow) for workflow in self._all().values()]
        return [info for info in found if kind in ("", info.kind)]

    def workflow(self, workflow_id: str) -> WorkflowInfo:
        """One workflow. Raises NotFound."""
        self._all()
        return self._info(self._shelf.find(workflow_id))

    def add_workflow(self, source: Path, title: str = "", profile: str = "") -> list[AddedWorkflow]:
        """Take a workflow in, or every one of a folder; slots are found, to be confirmed. Raises BadInput."""
        added = self._shelf.add(source, title, self._fleet.some_defs())
        for one in added:
            if profile and one.id:
                named = title if title and len(added) == 1 else one.title
                self.confirm_workflow(one.id, {"profile": profile, "title": named})
        self.look()
        return added

    def confirm_workflow(self, workflow_id: str, changes: Mapping[str, str]) -> WorkflowInfo:
        """Store a workflow's slots as they are, with `changes`. Raises BadInput."""
        manifest = self._manifest(self._shelf.get(workflow_id))
        stored = self._shelf.confirm(workflow_id, manifest, changes, self._fleet.some_defs())
        self._all()
        self.look()
        return self._info(stored)

    def remove_workflow(self, workflow_id: str) -> None:
        """Move a workflow of the user's to the trash folder beside it. Raises BadInput for shipped ones."""
        self._shelf.remove(workflow_id)
        self._changed()

    def would_send(self, request: GenerationRequest) -> SentGraph:
        """What would be sent for a request, built for a server that can run it; without one, as far as it goes."""
        given = pictures_of(request)
        names = {name: f"kinoloom/{picked.sha256[:32]}{Path(picked.path).suffix}" for name, picked in given.items()}
        best: SentGraph | None = None
        silent: BackendUnavailable | None = None
        for member in self._fleet.reached():
            try:
                built = self.build(request, "preview", names, member.server)
            except BackendUnavailable as error:
                silent = silent or error
                continue
            sent = as_sent(request, built, member.config.url)
            if best is None or len(sent.problems) < len(best.problems):
                best = sent
        if best is not None:
            return best
        problem = Problem(what="No server was reached: a graph is built for one.", cure="Add one in Servers.")
        if silent is not None:
            problem = Problem(what=silent.message, cure=silent.cure)
        try:
            built = self.build_for(request, "preview", names, NodeDefs(), None)
        except BackendUnavailable:
            return SentGraph(workflow=request.workflow, slots=words_of(request), problems=(problem,))
        sent = as_sent(request, built, "")
        return sent.replace(problems=(problem, *sent.problems))

    # -- inside --------------------------------------------------------------------------------------------

    def _all(self) -> dict[str, Workflow]:
        """Every workflow by id; what was worked out for others is forgotten."""
        with self._lock:
            workflows = self._shelf.all()
            if workflows is not self._cached:
                self._cached = workflows
                self._clear()
            return workflows

    def _clear(self) -> None:
        self._specs.clear()
        self._manifests.clear()
        self._plain.clear()

    def _manifest(self, workflow: Workflow) -> WorkflowManifest:
        """Its manifest; found by looking at the graph when nobody has written one."""
        if workflow.manifest is not None:
            return workflow.manifest
        return prepare(workflow, self._fleet.some_defs()).manifest

    def _info(self, workflow: Workflow) -> WorkflowInfo:
        with self._lock:
            found, kept = self._found.get(workflow.entry.id), self._plain.get(workflow.entry.id)
        if kept is None or kept[0] is not workflow:
            kept = workflow, describe(workflow, self._safe_manifest(workflow))
            with self._lock:
                self._plain[workflow.entry.id] = kept
        plain = kept[1]
        if found is None:
            return plain
        return plain.replace(
            problems=found.problems, checked=found.checked, choices=found.choices, models=found.models or plain.models,
            switches=found.switches or plain.switches, custom_nodes=found.custom_nodes or plain.custom_nodes,
            inputs=found.inputs or plain.inputs, values=found.values or plain.values,
            places=plain.places if workflow.data is not None else found.places,
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

    def _check_workflows(self) -> None:
        """Every workflow against every server that answers; the one that lacks least counts."""
        servers = self._fleet.reached()
        found: dict[str, WorkflowInfo] = {}
        for workflow in self._all().values():
            for member in servers:
                info = checked(workflow, self._fleet.known_defs(member), member.server)
                before = found.get(workflow.entry.id)
                if before is None or len(info.problems) < len(before.problems):
                    found[workflow.entry.id] = info
        with self._lock:
            self._found = found
            self._clear()
