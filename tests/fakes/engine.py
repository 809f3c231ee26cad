"""An engine with servers and workflows that exist only here: the shipped manifests over servers that a test describes.

`world` is what stands at each address; what is not in it does not answer. Workflows are the shipped ones (or those
given) and what is taken in. Nothing is sent anywhere.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from config.servers import ServerEntry, read_servers
from domain.backend import BackendSpec, Problem
from domain.engine import (
    AddedWorkflow,
    DeviceInfo,
    InputInfo,
    ModelInfo,
    SentGraph,
    ServerInfo,
    WorkflowInfo,
)
from domain.errors import BadInput, NotFound
from domain.request import GenerationRequest
from domain.workflow import ForeignNode, ModelFile, WorkflowManifest
from infrastructure.comfyui.convert import to_api
from infrastructure.comfyui.inputs import graph_inputs
from infrastructure.comfyui.nodedefs import NodeDefs
from infrastructure.comfyui.presets import own_values, quality_infos, switch_info
from services.changes import ChangeCounter
from services.settings import SettingField, SettingsService
from tests.fakes.backend import FakeBackend
from tests.fakes.bench import Bench

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
SERVERS, TOKEN = "comfyui.servers", "comfyui.token"
GIB = 2**30
PROMPT_PICTURE = (
    "prompt", "size", "characters", "objects", "location", "time_of_day", "lighting", "mood", "composition",
    "color_grade", "style",
)  # fmt: skip
PROMPT_CLIP = ("prompt", "camera", "motion", "lighting", "mood", "time_of_day", "color_grade", "style")


@dataclass
class FakeServer:
    """A server as it stands at an address. `models` None: everything is installed."""

    version: str = "0.8.0"
    devices: tuple[DeviceInfo, ...] = (DeviceInfo(name="NVIDIA GeForce RTX 4090", memory=24 * GIB, free=18 * GIB),)
    models: frozenset[str] | None = None
    nodes: frozenset[str] = frozenset()
    problem: Problem | None = None
    running: int = 0
    waiting: int = 0
    ours: int = 0
    ahead: int = 0
    classes: int = 567


@dataclass
class _Flow:
    manifest: WorkflowManifest
    graph: dict[str, Any]
    origin: Literal["shipped", "yours", "server"] = "shipped"
    overrides: bool = False
    confirmed: bool = True
    fault: str = ""
    custom: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    @cached_property
    def inputs(self) -> tuple[InputInfo, ...]:
        """What a slot may go into."""
        return graph_inputs(to_api(self.graph, NodeDefs()), NodeDefs()) if self.graph else ()


def shipped() -> dict[str, _Flow]:
    """The workflows that Kinoloom ships, as their files stand."""
    found = {}
    for path in sorted(SHIPPED.glob("*.toml")):
        manifest = WorkflowManifest.model_validate({"id": path.stem, **tomllib.loads(path.read_text("utf-8"))})
        graph = path.with_suffix(".json")
        found[path.stem] = _Flow(
            manifest,
            json.loads(graph.read_text("utf-8")) if graph.is_file() else {},
            "server" if manifest.template else "shipped",
        )
    return found


class FakeEngine:
    """Implements `services.ports.Engine`. `slow`: a probe waits until it is set. `trouble`: what asking and building
    end with, when there is any. `sent`: the workflows that graphs were built for."""

    def __init__(
        self, changes: ChangeCounter, urls: Callable[[], Sequence[str]], world: Mapping[str, FakeServer] | None = None,
        flows: Mapping[str, _Flow] | None = None,
    ) -> None:  # fmt: skip
        self._changes = changes
        self._urls = urls
        self.world: dict[str, FakeServer] = dict(world or {})
        self._flows: dict[str, _Flow] = dict(shipped() if flows is None else flows)
        self._base = dict(self._flows)
        self._seen: dict[str, ServerInfo] = {}
        self.slow = threading.Event()
        self.slow.set()
        self.looked = self.pulsed = 0
        self.greeted: list[str] = []
        self.entries: Callable[[], Sequence[ServerEntry]] = lambda: ()
        self.logins: Callable[[], Mapping[str, str]] = dict[str, str]
        self.removed: list[str] = []
        self.probed: list[str] = []
        self.sent: list[str] = []
        self.trouble: Exception | None = None

    @property
    def backend(self) -> str:
        return "comfyui"

    # -- servers -----------------------------------------------------------------------------------------------

    def servers(self) -> list[ServerInfo]:
        entries = {entry.url: entry for entry in self.entries()}
        return [
            self._seen.get(url, ServerInfo(url=url, reachable=False)).replace(
                title=entry.title if (entry := entries.get(url)) else "", on=entry is None or entry.on,
                queued=1 if entry is None or entry.waiting is None else entry.waiting, login=url in self.logins(),
            )
            for url in self._urls()
        ]  # fmt: skip

    def look(self) -> None:
        self.looked += 1
        self._seen = {url: self._ask(url) for url in self._urls()}
        self._changes.bump()

    def pulse(self) -> None:
        self.pulsed += 1
        self._seen |= {url: self._ask(url) for url in self._urls()}
        self._changes.bump()

    def probe(self, url: str, login: str = "") -> ServerInfo:
        self.probed.append(url)
        self.greeted.append(login)
        self.slow.wait(30)
        if self.trouble is not None:
            raise self.trouble
        return self._ask(url)

    def _ask(self, url: str) -> ServerInfo:
        found = self.world.get(url)
        if found is None:
            return ServerInfo(
                url=url,
                reachable=False,
                problem=Problem(what=f"Nothing answers at {url}.", cure="Start ComfyUI there, or correct the address."),
            )
        return ServerInfo(
            url=url, reachable=found.problem is None, version=found.version, devices=found.devices,
            running=found.running, waiting=found.waiting, ours=found.ours, ahead=found.ahead, nodes=found.classes, problem=found.problem,
        )  # fmt: skip

    def _up(self) -> list[FakeServer]:
        return [self.world[i.url] for i in self._seen.values() if i.reachable and i.url in self.world]

    # -- workflows ---------------------------------------------------------------------------------------------

    def workflows(self, kind: str = "") -> list[WorkflowInfo]:
        return [self._info(flow) for flow in self._flows.values() if not kind or flow.manifest.kind == kind]

    def workflow(self, workflow_id: str) -> WorkflowInfo:
        return self._info(self._flow(workflow_id))

    def _flow(self, workflow_id: str) -> _Flow:
        try:
            return self._flows[workflow_id]
        except KeyError:
            raise NotFound(f"There is no workflow {workflow_id!r}.", f"There are: {', '.join(self._flows)}.") from None

    def _info(self, flow: _Flow) -> WorkflowInfo:
        m, up = flow.manifest, self._up()
        models = [*m.models, *(f for s in m.switches for f in s.models)]

        def installed(file: ModelFile) -> bool | None:
            return any(s.models is None or file.name in s.models for s in up) if up else None

        problems = [
            Problem(what=f"The model {f.name} is not installed.", cure=f"Put it into models/{f.folder}: {f.url}")
            for f in m.models
            if installed(f) is False
        ]
        if up and not any(all(n in s.nodes for n in flow.custom) for s in up):
            problems += [
                Problem(what=f"The node {n} is not installed.", cure="Install its pack with ComfyUI-Manager.")
                for n in flow.custom
            ]
        offered = {f.name for s in up for f in models if s.models is None or f.name in s.models}
        loaders = [slot for slot in m.slots if slot.startswith(("model:", "lora:"))]
        return WorkflowInfo(
            id=m.id, title=m.title, kind=m.kind, profile=m.profile, description=m.description, licence=m.licence,
            origin=flow.origin, overrides=flow.overrides, confirmed=flow.confirmed, fault=flow.fault,
            slots=tuple(m.slots), places={slot: tuple(map(str, places)) for slot, places in m.slots.items()},
            qualities=quality_infos(m), values=own_values(m, flow.graph), inputs=flow.inputs,
            switches=tuple(
                switch_info(m, s).replace(
                    available=any(all(n in u.nodes for n in s.needs) for u in up) if s.needs else True,
                )
                for s in m.switches
            ),
            choices={slot: tuple(sorted(offered)) for slot in loaders if offered},
            models=tuple(
                ModelInfo(
                    name=f.name, folder=f.folder, url=f.url, slot=f.slot, size_gb=f.size_gb, licence=f.licence,
                    installed=installed(f),
                )
                for f in models
            ),
            custom_nodes=tuple(ForeignNode(class_type=n) for n in flow.custom), problems=tuple(problems), checked=bool(up),
        )  # fmt: skip

    def add_workflow(self, source: Path, title: str = "", profile: str = "") -> list[AddedWorkflow]:
        try:
            graph = json.loads(source.read_text("utf-8"))
            classes = {node: value["class_type"] for node, value in graph.items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BadInput(f"{source.name} holds no workflow.", "Save it from ComfyUI, as JSON.") from None
        video = any(c in ("SaveVideo", "CreateVideo", "VHS_VideoCombine") for c in classes.values())
        slots: dict[str, tuple[str, ...]] = {}
        for node, value in graph.items():
            for name, given in value["inputs"].items():
                slot = {"text": "prompt", "noise_seed": "seed"}.get(name, name)
                if not isinstance(given, list) and slot in ("prompt", "seed", "width", "height", "steps", "cfg", "fps"):
                    slots[slot] = (*slots.get(slot, ()), f"{node}.{name}")
        manifest = WorkflowManifest.model_validate(
            {
                "id": source.stem.lower().replace(" ", "-"), "title": title or source.stem, "slots": slots, "writer": "1",
                "kind": "video" if video else "image", "profile": profile or ("wan2.2-14b" if video else "image-16"),
            }
        )  # fmt: skip
        custom = tuple(c for c in classes.values() if c.startswith("VHS_"))
        self._flows[manifest.id] = _Flow(manifest, graph, "yours", False, False, "", custom)
        self._changes.bump()
        return [AddedWorkflow(file=source.name, id=manifest.id, title=manifest.title)]

    def confirm_workflow(self, workflow_id: str, changes: Mapping[str, str]) -> WorkflowInfo:
        flow = self._flow(workflow_id)
        data = flow.manifest.model_dump(mode="json")
        for name, value in changes.items():
            if name in ("title", "profile"):
                data[name] = value
            elif not value.strip():
                data["slots"].pop(name, None)
            else:
                places = [place.strip() for place in value.split(",")]
                for place in places:
                    node, _, name_of_input = place.partition(".")
                    if name_of_input not in flow.graph.get(node, {}).get("inputs", {}):
                        raise BadInput(f"{place} is no input of this workflow.", "Write node.input, such as 6.text.")
                data["slots"][name] = places
        try:
            manifest = WorkflowManifest.model_validate(data)
        except ValueError as error:
            raise BadInput(str(error).splitlines()[2].strip()) from None
        over = flow.origin != "yours" or flow.overrides
        self._flows[workflow_id] = replace(flow, manifest=manifest, origin="yours", overrides=over, confirmed=True)
        self._changes.bump()
        return self.workflow(workflow_id)

    def remove_workflow(self, workflow_id: str) -> None:
        if self._flow(workflow_id).origin != "yours":
            raise BadInput(f"{workflow_id} comes with Kinoloom and stays.")
        self.removed.append(workflow_id)
        del self._flows[workflow_id]
        if workflow_id in self._base:
            self._flows[workflow_id] = self._base[workflow_id]
        self._changes.bump()

    def would_send(self, request: GenerationRequest) -> SentGraph:
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(request.workflow)
        flow = self._flow(request.workflow)
        graph = copy.deepcopy(flow.graph)
        values: dict[str, Any] = {
            "prompt": request.prompt, "negative": request.negative, "seed": request.seed, "width": request.width,
            "height": request.height, "length": request.frames, "fps": float(request.rate),
            "start_image": request.start.sha256[:16] + ".png" if request.start else "",
            "steps": request.params.get("steps"), "cfg": request.params.get("cfg"),
            **request.params.get("workflow_options", {}).get("models", {}),
        }  # fmt: skip
        said = {}
        for slot, places in flow.manifest.slots.items():
            if (value := values.get(slot)) is not None:
                said[slot] = str(value)
                for place in places:
                    graph[place.node]["inputs"][place.input] = value
        info = self._info(flow)
        up = [i.url for i in self._seen.values() if i.reachable]
        return SentGraph(
            workflow=info.id, server=up[0] if up else "", slots=said, graph=graph, problems=info.problems,
        )  # fmt: skip

    # -- the backend that goes with it -------------------------------------------------------------------------

    def spec(self, workflow: str = "") -> BackendSpec:
        """What the backend can do with a workflow; the first one for clips where none is named."""
        flow = self._flow(workflow) if workflow else next(f for f in self._flows.values() if f.manifest.kind == "video")
        m = flow.manifest
        kind: Literal["image", "video"] = "video" if m.kind == "video" else "image"
        fields: set[str] = set()
        if m.takes("prompt"):
            fields |= set(PROMPT_CLIP if kind == "video" else PROMPT_PICTURE)
        fields |= {"negative"} & set(m.slots)
        fields |= {f"{kind}.{slot}" for slot in ("seed", "steps", "cfg") if m.takes(slot)}
        if m.takes("motion"):
            fields.add("motion_strength")
        return BackendSpec(
            id="comfyui", title="ComfyUI", kinds=frozenset({kind}), profiles=(m.profile,), fields=frozenset(fields),
            free=True, parallel=2, takes_end=m.takes("end_image"), workflow=m.id, reads_text=True,
            scales={name: q.scale for name, q in m.quality.items() if q.scale != 1},
            version=hashlib.sha256(m.model_dump_json().encode()).hexdigest()[:12],
        )  # fmt: skip


class TryingEngine(FakeEngine):
    """One that renders a clip to try a server."""

    def try_clip(self, url: str) -> str:
        self.slow.wait(30)
        if url not in self.world:
            raise BadInput(f"Nothing answers at {url}.", "Start ComfyUI there.")
        return "24 frames came back in 1.9 s; the last frame is lossless."


class EngineSettings:
    """A settings source with the two settings of the engine, over another source (or none)."""

    def __init__(self, below: Any = None, servers: str = "", origin: str = "file") -> None:
        self._below = below
        self.kept: dict[str, Any] = {SERVERS: servers, TOKEN: ""}
        self.logins: dict[str, str] = {}
        self.origin = origin

    def fields(self) -> list[SettingField]:
        own = [
            SettingField(
                key=SERVERS, section="ComfyUI", title="ComfyUI servers", kind="text", value=self.kept[SERVERS], default="",
                help="Addresses, with commas between them.", origin=self.origin if self.kept[SERVERS] else "default",
            ),
            SettingField(
                key=TOKEN, section="ComfyUI", title="Token", kind="text", value=self.kept[TOKEN], default="", secret=True
            ),
        ]  # fmt: skip
        return [*(self._below.fields() if self._below else ()), *own]

    def problems(self) -> list[str]:
        return list(self._below.problems()) if self._below else []

    def save(self, key: str, value: Any) -> None:
        if key in self.kept:
            self.kept[key] = value
        elif self._below:
            self._below.save(key, value)

    def save_login(self, url: str, login: str) -> None:
        self.logins = {k: v for k, v in {**self.logins, url: login}.items() if v}

    def reset(self, key: str) -> None:
        if key in self.kept:
            self.kept[key] = ""
        elif self._below:
            self._below.reset(key)

    def place(self) -> str:
        return str(self._below.place()) if self._below else "/home/me/settings.yaml"

    def entries(self) -> list[ServerEntry]:
        return read_servers(self.kept[SERVERS])

    def urls(self) -> list[str]:
        return [entry.url for entry in self.entries()]

    def hand_to(self, engine: FakeEngine) -> None:
        """Let an engine know what is set for each server."""
        engine.entries, engine.logins = self.entries, lambda: self.logins


def with_engine(
    bench: Bench, world: Mapping[str, FakeServer] | None = None, *, engine: type[FakeEngine] = FakeEngine,
    servers: str = "", settings: EngineSettings | None = None, flows: Mapping[str, _Flow] | None = None,
) -> FakeEngine:  # fmt: skip
    """Put an engine (asked once) and its backend into the bench; what it makes, a fake backend makes."""
    source = settings or EngineSettings(servers=servers)
    made = engine(bench.studio.changes, source.urls, world, flows)
    source.hand_to(made)
    backend = FakeBackend(made.spec())
    bench.registry._entries["comfyui"] = (made.spec, lambda: backend)
    service = SettingsService(source, bench.studio.changes)
    bench.studio = replace(bench.studio, engine=made, settings=service)
    made.look()
    return made
