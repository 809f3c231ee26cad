"""What a person chose among backends, workflows and their options, as changes of the project."""

from __future__ import annotations

import contextlib
from typing import Any

from addons.api import Action
from addons.flows import chosen
from addons.project.flow_picker import defaults
from addons.project.makers import Kind, best, kinds_of, used
from addons.session import View
from addons.words import t
from domain.engine import WorkflowInfo
from domain.errors import BadInput, NotFound

_MAX_MODEL = 400


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
