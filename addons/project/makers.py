"""What makes the clips and what makes the keyframes: backends, workflows, and what is chosen for a workflow."""

from __future__ import annotations

import contextlib
from typing import Any, Literal

from addons.api import Action, Json
from addons.flows import STATES, chosen, model_rows, pack_rows, profile_words, slot_words, state_of, state_words
from addons.format import exact_words, wait_words
from addons.session import View
from addons.words import named, number, said, t
from domain.engine import WorkflowInfo
from domain.errors import BadInput, NotFound, StudioError
from services.pacing import Estimate, effect, estimate
from services.prices import expected
from services.requests import generated_size
from services.studio import Studio

Kind = Literal["video", "image"]
KINDS: tuple[Kind, ...] = ("video", "image")
OWN = "The workflow's own"
_MAX_MODEL = 400


def kinds_of(studio: Studio, backend: str) -> frozenset[str]:
    """What a backend makes, with any of its workflows."""
    found: set[str] = set()
    with contextlib.suppress(StudioError):
        found |= studio.backends.spec(backend).kinds
    if studio.engine is not None and studio.engine.backend == backend:
        found |= {flow.kind for flow in studio.engine.workflows()} & {"image", "video"}
    return frozenset(found)


def backends(view: View, kind: Kind, current: str) -> list[dict[str, Json]]:
    """The backends that make this kind; the current one is among them whatever it makes."""
    studio = view.studio
    found: list[dict[str, Json]] = []
    for backend in studio.backends.ids():
        makes = kinds_of(studio, backend)
        if kind not in makes and backend != current:
            continue
        title, free, needs = backend, False, ""
        with contextlib.suppress(StudioError):
            spec = studio.backends.spec(backend)
            title, free, needs = named(spec.title), spec.free, spec.needs
        found.append(
            {"id": backend, "title": title, "on": backend == current, "free": free, "makes": _makes(makes),
             "needs": needs and t("needs a key")}
        )  # fmt: skip
    return found


def fallbacks(view: View) -> list[dict[str, Json]]:
    """The backends that may stand in for the project's own; empty where there is no other one."""
    project, chosen = view.project, view.project.fallback_backend
    others = [b for b in backends(view, "video", chosen) if b["id"] and b["id"] != project.backend]
    return [{"id": "", "title": t("None"), "on": not chosen}, *others] if others else []


def fallback(view: View, backend: str) -> dict[str, Any]:
    """Another backend to stand in, or none. Raises BadInput and NotFound for one that cannot."""
    if backend and "video" not in kinds_of(view.studio, backend):
        raise BadInput(f"{view.studio.backends.spec(backend).title} makes no clips.", "Choose another backend.")
    return {"fallback_backend": backend}


def _makes(kinds: frozenset[str]) -> str:
    names = [word for kind, word in (("image", t("keyframes")), ("video", t("clips"))) if kind in kinds]
    return t(" and ").join(names)


def can_plan(view: View) -> bool:
    """Whether the backends, workflows and models that the project names are all here."""
    try:
        return bool(view.setup)
    except StudioError:
        return False


def keyframe_backend(view: View) -> str:
    """The backend that draws the keyframes; empty when none does."""
    image = view.setup.image_spec
    if "image" in image.kinds:
        return image.id
    return view.project.image_backend


def picture_price(view: View) -> str:
    """What a keyframe costs, in words; empty where it is free."""
    spec = view.setup.image_spec
    if spec.free or "image" not in spec.kinds:
        return ""
    state = next(iter(view.states.values()), None)
    price = None if state is None else expected(view.studio.backends, state.image_request("start"))
    return t("price not known") if price is None else said(price.words)


def used(view: View, kind: Kind) -> str:
    """The workflow that is used for this kind; empty where the backend has none."""
    setup = view.setup
    spec = setup.spec if kind == "video" else setup.image_spec
    return spec.workflow if kind in spec.kinds else ""


def picker(view: View, kind: Kind, backend: str, current: str) -> dict[str, Json]:
    """The workflows to choose from, and what can be chosen for the one that is used; empty for other backends."""
    engine = view.studio.engine
    if engine is None or engine.backend != backend:
        return {}
    flows = engine.workflows(kind)
    flow = next((f for f in flows if f.id == current), None)
    head: dict[str, Json] = {
        "kind": kind,
        "flows": [
            {"id": f.id, "title": named(f.title), "on": f.id == current, "state": state_words(f)} for f in flows
        ],
        "servers": len(engine.servers()),
        "id": current,
    }  # fmt: skip
    if flow is None:
        head["flows"] = [{"id": "", "title": t("Choose a workflow"), "on": True, "state": ""}, *head["flows"]]
        return head
    kept = chosen(view.project.workflow_options.get(flow.id))
    title, words = profile_words(view.studio, flow, view.project.rate)
    known = [q.id for q in flow.qualities]
    quality = kept["quality"] if kept["quality"] in known else ""
    return head | {
        "state": state_words(flow),
        "tone": STATES[state_of(flow)][1],
        "model": f"{title}: {words}" if words else title,
        "checked": flow.checked,
        "confirmed": flow.confirmed,
        "fault": flow.fault,
        "problems": [[said(p.what), said(p.cure)] for p in flow.problems] if flow.checked else [],
        "missing": _missing(flow),
        "code": pack_rows(flow.custom_nodes),
        "qualities": _qualities(view, kind, flow, kept | {"quality": quality}),
        "switches": [
            {"id": s.id, "title": named(s.title), "help": named(s.help), "on": kept["switches"].get(s.id, s.on)}
            for s in flow.switches
            if s.available
        ],
        "loaders": _loaders(flow, kept["models"]),
    }


def _missing(flow: WorkflowInfo) -> list[dict[str, Json]]:
    """Model files that no server has; "need" tells that nothing runs without, else only some choices want it."""
    rows = [row for row in model_rows(flow.models) if row["there"] is False]
    return [row | {"need": any(str(row["name"]) in p.what for p in flow.problems)} for row in rows]


def best(flows: list[WorkflowInfo]) -> WorkflowInfo | None:
    """The workflow to begin with: one that can run and makes its results from words, without further pictures."""

    def rank(flow: WorkflowInfo) -> tuple[bool, ...]:
        state = state_of(flow)
        more = any(slot.startswith("reference-") for slot in flow.slots)
        return state == "fault", state == "missing", "prompt" not in flow.slots, more

    return min(flows, key=rank, default=None)


def _qualities(view: View, kind: Kind, flow: WorkflowInfo, kept: dict[str, Any]) -> list[dict[str, Json]]:
    """Every preset with what it changes and how long it takes; empty where a workflow has none."""
    if not flow.qualities:
        return []
    own = [("", named(OWN), t("Steps, guidance and size as the workflow has them."))]
    return [
        {"id": i, "title": title, "help": text, "on": i == kept["quality"]}
        | _preset(view, kind, flow, {**kept, "quality": i})
        for i, title, text in [*own, *((q.id, named(q.title), named(q.help)) for q in flow.qualities)]
    ]


def _preset(view: View, kind: Kind, flow: WorkflowInfo, options: dict[str, Any]) -> dict[str, Json]:
    """What a preset comes to with the switches that were turned: the facts, and the times in words."""
    if not can_plan(view):
        return {"facts": [], "time": [], "from": ""}
    setup, project = view.setup, view.project
    spec, profile = (setup.spec, setup.profile) if kind == "video" else (setup.image_spec, setup.image_profile)
    made = effect(flow, options)
    width, height = generated_size(project, spec, profile, options)
    facts = [] if made.steps is None else [t("{steps} steps", steps=number(f"{made.steps:g}"))]
    if made.cfg is not None:
        facts.append(t("no guidance") if made.cfg == 1 else t("guidance {cfg}", cfg=number(f"{made.cfg:g}")))
    facts.append(f"{width}×{height}")
    switched = {name for q in flow.qualities for name in q.switches}
    for switch in flow.switches:
        if switch.id in switched or switch.id in options["switches"]:
            what = named(switch.title).partition(" (")[0]
            facts.append(t("with {what}", what=what) if made.switches[switch.id] else t("without {what}", what=what))
    found = estimate(view.studio.generation.expect, flow, spec, profile, project, kind, options)
    return {"facts": facts, **_times(view, kind, found)}


def _times(view: View, kind: Kind, found: Estimate | None) -> dict[str, Json]:
    if found is None:
        return {"time": [t("No runs yet")], "from": ""}
    told = (
        t("Worked out from runs with another preset.")
        if found.about
        else t("What the last runs on these servers took.")
    )
    words = wait_words if found.about else exact_words
    if kind == "image":
        return {"time": [t("{time} a picture", time=words(found.seconds))], "from": told}
    lengths = [s.segment.generate for shot in view.plan.shots for s in shot.segments]
    if not lengths:
        return {"time": [t("{time} a frame", time=words(found.seconds))], "from": told}
    clip = words(found.seconds * sum(lengths) / len(lengths))
    film = words(found.seconds * sum(lengths) / view.setup.spec.at_once)
    return {"time": [t("{clip} a clip", clip=clip), t("{film} for the film", film=film)], "from": told}


def defaults(flow: WorkflowInfo) -> dict[str, str]:
    """The model file that a workflow itself names, by slot."""
    return {m.slot: m.name for m in flow.models if m.slot}


def _loaders(flow: WorkflowInfo, models: dict[str, str]) -> list[dict[str, Json]]:
    """A choice for every loader whose server offers files; the workflow's own file is marked."""
    own = defaults(flow)
    found: list[dict[str, Json]] = []
    for slot, offered in flow.choices.items():
        now, first = models.get(slot, ""), own.get(slot, "")
        names = dict.fromkeys([*([first] if first else []), *offered, *([now] if now else [])])
        files = [
            {
                "value": "" if name == first else name,
                "title": name if name in offered else t("{name} (not on a server)", name=name),
                "on": name == (now or first),
            }
            for name in names
        ]
        if not first:
            files.insert(0, {"value": "", "title": t("As the workflow has it"), "on": not now})
        if len(files) > 1:
            found.append({"slot": slot, "label": slot_words(slot), "files": files, "own": not now})
    return found


# -- changes -------------------------------------------------------------------------------------------------------


def change(view: View, action: Action) -> dict[str, Any]:
    """What an action changes in the project. Raises BadInput and NotFound for what cannot be."""
    field, value = action.text("field", 200), action.text("value", _MAX_MODEL)
    what, _, rest = field.partition(":")
    kind = _kind(rest.partition(":")[0] if action.act == "edit" else action.text("for", 10))
    name = rest.partition(":")[2]
    match what if action.act == "edit" else action.act:
        case "workflow":
            return _workflow(view, kind, value)
        case "image_backend":
            return _image_backend(view, value)
        case "quality":
            return _options(view, kind, "quality", "", value)
        case "switch":
            return _options(view, kind, "switches", name, action.data.get("value") is True)
        case "model":
            return _options(view, kind, "models", name, value)
    raise BadInput("A project has no such choice.", "Reload the page.")


def _kind(text: str) -> Kind:
    return "image" if text == "image" else "video"


def clips_by(view: View, backend: str) -> dict[str, Any]:
    """Another backend for the clips: with its first workflow and model. What draws the keyframes stays the same where
    the new one would draw none."""
    studio, project = view.studio, view.project
    if "video" not in kinds_of(studio, backend):
        # Raises NotFound for one that there is not.
        raise BadInput(f"{studio.backends.spec(backend).title} makes no clips.", "Choose another backend.")
    same = backend == project.backend
    first = best(studio.engine.workflows("video")) if studio.engine and studio.engine.backend == backend else None
    spec = studio.backends.spec(backend, project.workflow if same else first.id if first else "")
    changes: dict[str, Any] = {
        "backend": backend,
        "profile": project.profile if project.profile in spec.profiles else spec.profiles[0],
    }
    if not same:
        # A workflow belongs to its backend: another one begins with its first.
        changes["workflow"] = spec.workflow
        if not project.image_backend and "image" not in spec.kinds:
            with contextlib.suppress(StudioError):
                if drawn := keyframe_backend(view):
                    changes |= {"image_backend": drawn, "image_workflow": used(view, "image")}
    return changes


def _workflow(view: View, kind: Kind, workflow: str) -> dict[str, Any]:
    flow = _flow(view, workflow, kind)
    if kind == "image":
        return {"image_backend": _backend(view), "image_workflow": flow.id}
    spec = view.studio.backends.spec(_backend(view), flow.id)
    kept = view.project.profile
    return {"workflow": flow.id, "profile": kept if kept in spec.profiles else spec.profiles[0]}


def _image_backend(view: View, backend: str) -> dict[str, Any]:
    studio = view.studio
    spec = studio.backends.spec(backend)
    title = spec.title
    if "image" not in kinds_of(studio, backend):
        raise BadInput(f"{title} draws no keyframes.", "Choose another backend.")
    if spec.needs:
        raise BadInput(f"{title} needs {spec.needs}.", f"Enter it in Settings, under {spec.place}.")
    if studio.engine is None or studio.engine.backend != backend:
        return {"image_backend": backend, "image_workflow": ""}
    flows = studio.engine.workflows("image")
    now, first = view.project.image_workflow, best(flows)
    kept = now if first is None or any(flow.id == now for flow in flows) else first.id
    return {"image_backend": backend, "image_workflow": kept}


def _options(view: View, kind: Kind, part: str, name: str, value: str | bool) -> dict[str, Any]:
    """What is chosen for the workflow in use, with one thing changed. What a workflow has by itself is not stored, so
    that going back to it leaves everything as it was."""
    flow = _flow(view, used(view, kind), kind)
    project = view.project
    now = project.workflow_options.get(flow.id)
    kept = chosen(now)
    if part == "quality":
        if value and value not in [q.id for q in flow.qualities]:
            raise NotFound(f"{flow.title} has no such quality.", "Reload the page.")
        kept["quality"] = value
    elif part == "switches":
        switch = next((s for s in flow.switches if s.id == name and s.available), None)
        if switch is None:
            raise NotFound(f"{flow.title} has no such switch.", "Reload the page.")
        kept["switches"].pop(name, None)
        if value != switch.on:
            kept["switches"][name] = value
    else:
        if name not in flow.choices:
            raise NotFound(f"{flow.title} has no such model to choose.", "Reload the page.")
        kept["models"].pop(name, None)
        if value and value != defaults(flow).get(name):
            if value not in flow.choices[name]:
                raise NotFound(f"No server has the model {str(value)[:80]}.", "Choose one of the list.")
            kept["models"][name] = value
    known = {k: v for k, v in (now or {}).items() if k not in kept}
    stored = known | {k: v for k, v in kept.items() if v}
    rest = {k: v for k, v in project.workflow_options.items() if k != flow.id}
    return {"workflow_options": rest | ({flow.id: stored} if stored else {})}


def _backend(view: View) -> str:
    if view.studio.engine is None:
        raise BadInput("This Kinoloom was started without ComfyUI.", "The built-in engine works without it.")
    return view.studio.engine.backend


def _flow(view: View, workflow: str, kind: Kind) -> WorkflowInfo:
    """A workflow of that kind. Raises NotFound."""
    engine = view.studio.engine
    found = next((f for f in engine.workflows(kind) if f.id == workflow), None) if engine else None
    if found is None:
        raise NotFound("There is no such workflow.", "It may have been removed in another window; choose another.")
    return found


def to_words(view: View, changes: dict[str, Any]) -> str:
    """The change in a few words, for the button that makes it; empty when it is about something else."""
    engine = view.studio.engine
    for field in ("workflow", "image_workflow"):
        if changes.get(field) and engine is not None:
            with contextlib.suppress(NotFound):
                return engine.workflow(changes[field]).title
    if "workflow_options" in changes:
        return t("these settings of the workflow")
    if "image_backend" in changes:
        with contextlib.suppress(NotFound):
            return t("keyframes by {title}", title=view.studio.backends.spec(changes["image_backend"]).title)
    return ""
