"""What the Servers tab shows of workflows, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from addons.api import Action, AddonContext, Json, PartData, Reply
from addons.flows import KINDS, ORIGINS, STATES, model_rows, pack_rows, profile_words, slot_words, state_of, state_words
from addons.servers.slots import changed, form
from addons.session import View
from addons.words import named, said, t, tn
from domain.engine import AddedWorkflow, WorkflowInfo
from domain.errors import BadInput, NotFound
from domain.profiles import PASS_THROUGH, PICTURE_PROFILES, PROFILES
from services.ports import Engine

CHOSEN, FILTER, EDITING = "servers.flow", "servers.filter", "servers.editing"
ACCEPT = ".json,.png,.mp4,.webp,.webm,.mov"
"""File names that the file chooser offers: workflows, and pictures and clips that carry one."""


class WorkflowsTab:
    """The table of workflows and the selected one."""

    def __init__(self, context: AddonContext) -> None:
        self._uploads = context.uploads

    # -- what is shown -----------------------------------------------------------------------------------------

    def table(self, view: View) -> PartData:
        """A row for every workflow that the filter lets through."""
        engine = view.studio.engine
        if engine is None:
            return PartData(head={"engine": False})
        flows = engine.workflows()
        wanted = view.choice(FILTER, "all")
        counts = {kind: sum(f.kind == kind for f in flows) for kind in KINDS}
        shown = [f for f in flows if wanted in ("all", f.kind)]
        selected = _selected(view, flows)
        return PartData(
            head={
                "engine": True,
                "accept": ACCEPT,
                "count": len(flows),
                "example": str(view.studio.projects.home().parent / "workflows"),
                "filter": wanted,
                "chips": [
                    ["all", t("All"), len(flows)],
                    *([k, named(KINDS[k]).capitalize(), n] for k, n in counts.items() if n),
                ],
                "selected": selected.id if selected else "",
                "ready": sum(state_of(f) == "ready" for f in flows),
                "checked": any(f.checked for f in flows),
            },
            items=[self._row(view, f) for f in shown],
        )

    def _row(self, view: View, flow: WorkflowInfo) -> dict[str, Json]:
        model = profile_words(view.studio, flow, view.project.rate)[0] if flow.kind == "video" else ""
        return {
            "id": flow.id, "t": named(flow.title)[:80], "k": named(KINDS[flow.kind]),
            "p": "" if model == flow.title else model[:60], "l": flow.licence[:40],
            "o": named(ORIGINS[flow.origin]), "ov": flow.overrides,
            "s": state_words(flow), "c": STATES[state_of(flow)][1], "u": _use(view, flow),
        }  # fmt: skip

    def details(self, view: View) -> PartData:
        """The selected workflow with everything that is known of it."""
        engine = view.studio.engine
        flow = _selected(view, engine.workflows()) if engine is not None else None
        if flow is None:
            return PartData(head={"id": ""})
        title, limits = profile_words(view.studio, flow, view.project.rate)
        editing = view.choice(EDITING, "") == flow.id
        head: dict[str, Json] = {
            "id": flow.id,
            "title": named(flow.title),
            "kind": named(KINDS[flow.kind]),
            "films": flow.kind in ("video", "image"),
            "profile": title,
            "limits": limits,
            "licence": flow.licence,
            "origin": named(ORIGINS[flow.origin]),
            "own": flow.origin == "yours",
            "overrides": flow.overrides,
            "confirmed": flow.confirmed,
            "state": state_words(flow),
            "tone": STATES[state_of(flow)][1],
            "checked": flow.checked,
            "description": named(flow.description),
            "fault": flow.fault,
            "problems": [[said(p.what), said(p.cure)] for p in flow.problems] if flow.checked else [],
            "slots": [[slot_words(s), _where(flow, s)] for s in flow.slots],
            "models": model_rows(flow.models),
            "nodes": pack_rows(flow.custom_nodes),
            "switches": [[named(s.title), named(s.help), s.on, s.available] for s in flow.switches],
            "qualities": [[named(q.title), named(q.help)] for q in flow.qualities],
            "use": _use(view, flow),
            "editing": editing,
        }
        if editing:
            head["form"] = form(flow)
            head["profiles"] = _profiles(flow)
        return PartData(head=head)

    # -- what is done ------------------------------------------------------------------------------------------

    def act(self, view: View, action: Action) -> Reply | None:
        """Choose, filter, import, correct and remove workflows."""
        if view.studio.engine is None:
            raise BadInput("This Kinoloom was started without ComfyUI.", "The built-in engine works without it.")
        engine = view.studio.engine
        match action.act:
            case "select":
                view.remember(choices={**view.ui.choices, CHOSEN: engine.workflow(action.id).id, EDITING: ""})
            case "filter":
                wanted = action.text("value", 20)
                view.choose(FILTER, wanted if wanted in KINDS else "all")
            case "import":
                return self._import(view, engine, action)
            case "folder":
                return self._taken(view, engine, engine.add_workflow(typed_path(action.text("path", 4000))))
            case "edit-slots":
                view.choose(EDITING, _sole(engine, action).id)
            case "leave":
                view.choose(EDITING, "")
            case "confirm":
                return self._confirm(view, engine, action)
            case "remove":
                flow = _sole(engine, action)
                engine.remove_workflow(flow.id)
                view.choose(EDITING, "")
                back = t("; the shipped one is used again") if flow.overrides else ""
                return Reply(
                    said=t("{title} is in the trash folder beside your workflows{back}.", title=flow.title, back=back)
                )
            case "project":
                return Reply(tab="project")
        return None

    def _import(self, view: View, engine: Engine, action: Action) -> Reply:
        with self._uploads.taken(action.text("token", 80)) as path:
            return self._taken(view, engine, engine.add_workflow(path))

    def _taken(self, view: View, engine: Engine, added: Sequence[AddedWorkflow]) -> Reply:
        """Show a workflow that was taken in, and ask whether its slots are right; of several the first."""
        taken = [one for one in added if one.id]
        faults = [f"{one.file}: {one.fault}" for one in added if not one.id]
        if not taken:
            raise BadInput("Nothing could be taken in. " + " ".join(faults)[:1000], "Correct the files and try again.")
        flow = engine.workflow(taken[0].id)
        more = {} if flow.confirmed else {EDITING: flow.id}
        wanted = view.choice(FILTER, "all")
        if wanted not in ("all", flow.kind):
            more[FILTER] = "all"
        view.remember(choices={**view.ui.choices, CHOSEN: flow.id, **more})
        if len(added) > 1:
            left = t(" Left out: {which}", which="; ".join(faults)[:1000]) if faults else ""
            return Reply(
                said=t(
                    "{count} of {count2} workflows are taken in.{left}", count=len(taken), count2=len(added), left=left
                )
            )
        count = len(flow.slots)
        found = tn("{n} slot was found", "{n} slots were found", count)
        look = "" if flow.confirmed else t(": look whether they are right")
        return Reply(said=t("{title} is taken in. {found}{look}.", title=flow.title, found=found, look=look))

    def _confirm(self, view: View, engine: Engine, action: Action) -> Reply:
        flow = _sole(engine, action)
        changes: dict[str, str] = {}
        for name in ("title", "profile"):
            value = " ".join(action.text(name, 200).split())
            if name in action.data and value != getattr(flow, name):
                if not value:
                    raise BadInput(f"The {name} of a workflow cannot be empty.", "Nothing was changed.")
                changes[name] = value
        changes |= changed(flow, action.data)
        done = engine.confirm_workflow(flow.id, changes)
        view.remember(choices={**view.ui.choices, CHOSEN: done.id, EDITING: ""})
        return Reply(
            said=t("{title} is confirmed with what you changed.", title=done.title)
            if changes
            else t("{title} is confirmed.", title=done.title)
        )


def typed_path(text: str) -> Path:
    """A path of this computer as somebody typed it. Raises BadInput."""
    text = text.strip().strip("\"'")
    if not text:
        raise BadInput("No folder was given.", "Type the whole path of a folder or file with a workflow.")
    if "\0" in text:
        raise BadInput("That is no path.", "Type the whole path of a folder or file with a workflow.")
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise BadInput(f"There is no home folder for {text[:60]!r}.", "Type the whole path.") from None
    if not path.is_absolute():
        raise BadInput(f"{text[:80]!r} is not a whole path.", "Begin with the drive or the root, or with ~ for home.")
    return path


def _selected(view: View, flows: list[WorkflowInfo]) -> WorkflowInfo | None:
    """The chosen workflow; else the one the film uses, else the first."""
    wanted = (view.choice(CHOSEN, ""), view.project.workflow, view.project.image_workflow)
    for workflow_id in wanted:
        for flow in flows:
            if workflow_id == flow.id:
                return flow
    return flows[0] if flows else None


def _sole(engine: Engine, action: Action) -> WorkflowInfo:
    """The workflow that an action is about. Raises NotFound."""
    if not action.id:
        raise NotFound("No workflow was chosen.", "Reload the page.")
    return engine.workflow(action.id)


def _where(flow: WorkflowInfo, slot: str) -> list[list[str]]:
    """The inputs that a slot goes into: place, and its name where the graph could be read."""
    known = {i.place: f"{i.node} · {i.input}" for i in flow.inputs}
    return [[place, known.get(place, place)] for place in flow.places.get(slot, ())]


def _use(view: View, flow: WorkflowInfo) -> str:
    """What this film uses the workflow for."""
    engine = view.studio.engine
    if engine is None:
        return ""
    try:
        setup = view.setup
    except NotFound:
        return ""  # the film names a backend or workflow that is gone; the Project tab says so
    if setup.spec.id == engine.backend and setup.spec.workflow == flow.id:
        return t("clips of this film")
    if setup.image_spec.id == engine.backend and setup.image_spec.workflow == flow.id:
        return t("keyframes of this film")
    return ""


def _profiles(flow: WorkflowInfo) -> list[list[Any]]:
    """The model profiles that fit a workflow of this kind; its own is among them whatever it is."""
    known = PROFILES if flow.kind == "video" else PICTURE_PROFILES
    found: list[list[Any]] = [[p.id, p.title, p.id == flow.profile] for p in known.values()]
    if flow.kind == "video":
        found.append([PASS_THROUGH, t("Pass-through: the film's own rate and size"), flow.profile == PASS_THROUGH])
    if not any(on for _, _, on in found):
        found.insert(0, [flow.profile, flow.profile, True])
    return found
