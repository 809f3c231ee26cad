"""The workflows to choose from, and what can be chosen for the one that is used: presets, switches, models."""

from __future__ import annotations

from typing import Any

from addons.api import Json
from addons.flows import STATES, chosen, model_rows, pack_rows, profile_words, slot_words, state_of, state_words
from addons.format import exact_words, wait_words
from addons.project.makers import Kind, can_plan
from addons.session import View
from addons.words import named, number, said, t
from domain.engine import WorkflowInfo
from services.pacing import Estimate, effect, estimate
from services.requests import generated_size

OWN = "The workflow's own"


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
