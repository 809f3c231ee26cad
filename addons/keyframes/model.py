"""What the Keyframes tab shows and does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from addons.api import Action, AddonContext, Json, Part, PartData, Reply
from addons.flows import graph_head
from addons.format import keyframe_url
from addons.keyframes.boundary import end_on_next, next_start
from addons.keyframes.mask import VERBS, act_on_mask, mask_head
from addons.sent import sent
from addons.session import View
from addons.variants import (
    SlotNow,
    keyframe_of,
    known_shot,
    pictures,
    short_words,
    slot_label,
    slot_now,
    toggle_pick,
    trash_picture,
)
from addons.words import inline, named, said, t, tn
from addons.work import NO_WORK, Work, failures, own_jobs, progress, work_by_shot
from domain.errors import BadInput, NotFound
from domain.fitting import Fit, same_shape
from domain.job import JobKind
from domain.request import GenerationRequest, changed_fields
from domain.take import Keyframe
from services.generation import MAX_VARIANTS
from services.planning import ShotState
from services.prices import expected, several
from services.projects import OpenProject

KINDS: tuple[JobKind, ...] = ("keyframe",)
FILTERS = ("all", "missing", "changed")
GRAPH = "keyframes.graph"
"""Under which name a window remembers that the graph is unfolded."""


def parts(context: AddonContext) -> Sequence[Part]:
    """The live areas of the tab."""

    def act_on_shot(view: View, action: Action) -> Reply | None:
        if action.act in VERBS:
            return act_on_mask(context, view, action)
        if action.act != "import":
            return act(view, action)
        token = str(action.data.get("token", ""))
        with context.uploads.taken(token) as path:
            shot, slot = known_shot(view, action.id), _slot(view, view.states[known_shot(view, action.id)])
            taken = view.studio.generation.import_keyframe(view.open, shot, path, slot)
        return Reply(
            said=t("Taken in and picked as {what} of shot {shot}.", what=inline(slot_label(taken.slot)), shot=shot)
        )

    return (
        Part("keyframes.bar", bar, act),
        Part("keyframes.shots", shots, act),
        Part("keyframes.shot", shot, act_on_shot),
    )


# -- what is shown -------------------------------------------------------------------------------------------------


def work(view: View) -> dict[str, Work]:
    """What is being drawn, by shot."""
    return work_by_shot(view.jobs, KINDS)


def missing(slots: Sequence[SlotNow]) -> list[str]:
    """The slots the plan needs for which no picture stands."""
    return [s.slot for s in slots if s.used and s.standing is None]


def state_of(slots: Sequence[SlotNow], doing: Work = NO_WORK) -> str:
    """A shot's state in one word: running, queued, failed, missing, changed, done."""
    if doing.running:
        return "running"
    if doing.waiting:
        return "queued"
    if doing.failed and missing(slots):
        return "failed"
    if any(s.used and s.changed for s in slots):
        return "changed"
    return "missing" if missing(slots) else "done"


def bar(view: View) -> PartData:
    """Filter, how many of each, and what can be drawn at once."""
    found = pictures(view)
    doing = work(view)
    to_draw = _to_draw(view)
    shots_to_draw = {shot for shots in to_draw.values() for shot in shots}
    lacking = sum(1 for slots in found.values() if missing(slots))
    return PartData(
        head={
            "shots": len(found),
            "filter": view.choice("keyframes.filter", "all"),
            "missing": lacking,
            "changed": sum(1 for slots in found.values() if any(s.used and s.changed for s in slots)),
            "draw": len(shots_to_draw),
            "variants": variants(view),
            "max": MAX_VARIANTS,
            "open": sum(len(w.open) for w in doing.values()),
            "draws": view.setup.draws,
            "engine": named(view.setup.image_spec.title),
            "price": _price(view, sum(len(ids) for ids in to_draw.values()) * variants(view)),
            "picked": sum(1 for slots in found.values() if any(s.picked for s in slots)),
        }
    )


def shots(view: View) -> PartData:
    """The shots as rows; those that the filter leaves out are not sent, except the selected one."""
    doing, found = work(view), pictures(view)
    chosen = view.choice("keyframes.filter", "all")
    selected = view.shot.id if view.shot else ""
    still = view.cached("keyframes.rows", lambda: _rows(view, found))
    items: list[dict[str, Json]] = []
    for row in still:
        shot_id = row["id"]
        if shot_id != selected and not _in_filter(chosen, found[shot_id]):
            continue
        now = doing.get(shot_id)
        items.append(row if now is None else row | _live(view, found[shot_id], now))
    head = {"selected": selected, "filter": chosen, "all": len(still), "media": f"/media/{view.open.id}/keyframe/"}
    return PartData(head=head, items=items)


def _in_filter(chosen: str, slots: Sequence[SlotNow]) -> bool:
    if chosen == "missing":
        return bool(missing(slots))
    if chosen == "changed":
        return any(s.used and s.changed for s in slots)
    return True


def _rows(view: View, found: Mapping[str, Sequence[SlotNow]]) -> list[dict[str, Json]]:
    rows: list[dict[str, Json]] = []
    for state in view.states.values():
        shot = state.words.shot
        slots = found[shot.id]
        start = slots[0]
        face = start.standing or (start.keyframes[-1] if start.keyframes else None)
        rows.append(
            {
                "id": shot.id,
                "w": short_words(shot, 70),
                "t": face.name if face else "",
                "n": sum(len(s.keyframes) for s in slots),
                "h": "picked" if start.picked else "first" if start.standing else "",
                "s": state_of(slots),
            }
        )
    return rows


def _live(view: View, slots: Sequence[SlotNow], doing: Work) -> dict[str, Json]:
    live: dict[str, Json] = {"s": state_of(slots, doing)}
    if doing.running:
        live["p"] = progress(view, doing.running[0])
    if doing.waiting:
        live["q"] = len(doing.waiting)
    return live


def shot(view: View) -> PartData:
    """The selected shot: its slots, the picture that stands, every variant, and what would be sent."""
    if view.shot is None:
        return PartData(head={"shot": ""})
    state = view.states[view.shot.id]
    slot = _slot(view, state)
    slots = list(pictures(view)[view.shot.id])
    now = next((s for s in slots if s.slot == slot), None)
    if now is None:
        now = slot_now(state, slot, used=False)
        slots.append(now)
    doing = work(view).get(view.shot.id, NO_WORK)
    request = state.image_request(slot)
    draws = view.setup.draws
    behind, picture = next_start(view, view.shot.id)
    head: dict[str, Json] = {
        "shot": view.shot.id,
        "title": view.shot.title,
        "words": view.shot.prompt[:600],
        "slot": slot,
        "label": slot_label(slot),
        "any": keyframe_url(view.open.id, now.keyframes[-1]) if now.keyframes else "",
        "anyName": now.keyframes[-1].name if now.keyframes else "",
        "slots": [[s.slot, slot_label(s.slot), len(s.keyframes), bool(s.standing), s.used] for s in slots],
        "addEnd": view.spec.takes_end and all(s.slot != "end" for s in slots),
        "used": now.used,
        "picked": now.picked,
        "changed": now.changed,
        "variants": variants(view),
        "max": MAX_VARIANTS,
        "draws": draws,
        "engine": named(view.setup.image_spec.title),
        "price": _price(view, variants(view)) if draws else "",
        "ratio": [view.project.width, view.project.height],
        "failed": failures(doing),
        "open": len(doing.open),
        "primary": not any(missing(own) for own in pictures(view).values()),
        "sent": [*sent(request, view.setup.image_spec, planned=True), *_price_row(view, request)] if draws else [],
        "graph": graph_head(view, request, GRAPH) if draws else {},
        "behind": behind if slot == "end" and picture is not None else "",
        "masking": mask_head(view, state, slot),
    }
    if now.standing is not None:
        head |= {"stands": now.standing.name, "url": keyframe_url(view.open.id, now.standing)}
        head["older"] = _older(now.standing, state, now)
        head["fit"] = _fit(view, now.standing)
    items = [
        {"id": f"job:{job.id}", "p": progress(view, job) if job in doing.running else None}
        for job in doing.open
        if job.slot == slot
    ]
    items += [_variant(view, state, now, k, n) for n, k in reversed(list(enumerate(now.keyframes, 1)))]
    return PartData(head=head, items=items)


def _variant(view: View, state: ShotState, now: SlotNow, keyframe: Keyframe, number: int) -> dict[str, Json]:
    stands = now.standing is not None and now.standing.name == keyframe.name
    return {
        "id": keyframe.name,
        "n": number,
        "url": keyframe_url(view.open.id, keyframe),
        "seed": str(keyframe.request.seed) if keyframe.request and keyframe.request.seed_rule != "unused" else "",
        "size": f"{keyframe.width} × {keyframe.height}",
        "made": keyframe.made,
        "own": "" if keyframe.request else keyframe.source or t("own picture"),
        "older": _older(keyframe, state, now),
        "star": keyframe.name in state.choice.starred,
        "stands": ("picked" if now.picked else t("first variant")) if stands else "",
    }


def _older(keyframe: Keyframe, state: ShotState, now: SlotNow) -> list[str]:
    if keyframe.name not in now.older or keyframe.request is None:
        return []
    return changed_fields(keyframe.request, state.image_request(now.slot)) or ["inputs"]


def _price(view: View, count: int) -> str:
    """What so many pictures cost, in words; empty where they are free. All of a film cost the same."""
    state = next(iter(view.states.values()), None)
    if state is None or not count or view.setup.image_spec.free:
        return ""
    return said(several(view.studio.backends, state.image_request("start"), count))


def _price_row(view: View, request: GenerationRequest) -> list[list[str]]:
    if view.setup.image_spec.free:
        return []
    price = expected(view.studio.backends, request)
    return [[t("Price"), t("not known") if price is None else said(price.words)]]


def _fit(view: View, keyframe: Keyframe) -> dict[str, Json] | None:
    """How a picture of one's own lies in the film's frame, where its shape is another; None where it fits by itself."""
    project, told = view.project, keyframe.extras.get("fit")
    fitted = isinstance(told, dict)
    if keyframe.request is not None or (
        not fitted and same_shape((keyframe.width, keyframe.height), (project.width, project.height))
    ):
        return None
    now = Fit.model_validate(told) if fitted else None
    return {
        "name": keyframe.name, "size": f"{keyframe.width} × {keyframe.height}",
        "film": f"{project.width} × {project.height}", "how": now.how if now else "", "x": now.x if now else 0.5,
        "y": now.y if now else 0.5,
    }  # fmt: skip


def _fit_as_told(action: Action) -> Fit:
    how = action.text("how", 10)
    if how not in ("fill", "fit", "extend"):
        raise BadInput(f"A picture cannot be fitted by {how!r}.", "Choose fill, fit or extend.")
    x, y = (min(max(action.number(name) or 0, 0), 100) / 100 for name in ("x", "y"))
    return Fit.model_validate({"how": how, **({"x": x, "y": y} if how == "fill" else {})})


def variants(view: View) -> int:
    """How many variants are drawn at once: what this window chose, else the setting."""
    return min(max(view.choice("keyframes.variants", view.studio.options().variants), 1), MAX_VARIANTS)


def _slot(view: View, state: ShotState) -> str:
    """The slot the window shows of that shot: the chosen one where the shot has it, else the start."""
    used = state.slots()
    if view.ui.slot in used or (view.ui.slot == "end" and state.setup.spec.takes_end):
        return view.ui.slot
    return "start"


def _to_draw(view: View) -> dict[str, list[str]]:
    """Shots that lack a picture which nobody is drawing, by slot."""
    drawing = {(j.shot, j.slot) for jobs in view.jobs_by_shot.values() for j in jobs if j.kind == "keyframe"}
    found: dict[str, list[str]] = {}
    for shot_id, slots in pictures(view).items():
        for slot in missing(slots):
            if (shot_id, slot) not in drawing:
                found.setdefault(slot, []).append(shot_id)
    return found


# -- what people do ------------------------------------------------------------------------------------------------


def act(view: View, action: Action) -> Reply | None:
    """Everything that can be clicked in the tab, taking pictures in apart."""
    studio, project = view.studio, view.open
    match action.act:
        case "select":
            own = [s.slot for s in pictures(view)[known_shot(view, action.id)]]
            view.remember(shot=action.id, slot=view.ui.slot if view.ui.slot in own else "start")
        case "filter":
            chosen = action.text("value", 20)
            view.choose("keyframes.filter", chosen if chosen in FILTERS else "all")
        case "slot":
            state = view.states[known_shot(view, action.id)]
            slot = action.text("slot", 20)
            if slot not in state.slots() and not (slot == "end" and view.spec.takes_end):
                raise NotFound("This shot has no such slot.", "Reload the page.")
            view.remember(shot=action.id, slot=slot)
        case "variants":
            view.choose("keyframes.variants", min(max(action.number("value") or 1, 1), MAX_VARIANTS))
        case "draw":
            state = view.states[known_shot(view, action.id)]
            studio.generation.draw_keyframes(project, [action.id], variants(view), _slot(view, state))
        case "draw-missing":
            return _draw_missing(view, project)
        case "pick":
            said = toggle_pick(view, known_shot(view, action.id), action.text("name", 100))
            return Reply(said=said) if said else None
        case "star":
            keyframe = keyframe_of(view, known_shot(view, action.id), action.text("name", 100))
            studio.selection.star(project, action.id, keyframe.name)
        case "delete":
            return Reply(said=trash_picture(view, known_shot(view, action.id), action.text("name", 100)))
        case "end-on-next":
            return end_on_next(view, action.id)
        case "fit":
            shot_id, fit = known_shot(view, action.id), _fit_as_told(action)
            studio.generation.fit_keyframe(project, shot_id, action.text("name", 100), fit)
            return Reply(
                said=t("Fitted to {width} × {height} and picked.", width=view.project.width, height=view.project.height)
            )
        case "stop":
            studio.jobs.stop(own_jobs(view, known_shot(view, action.id), KINDS))
            return Reply(said=t("Stopped. What is drawn stays."))
        case "retry":
            _own(view, action.text("job", 64))
            studio.jobs.retry(action.text("job", 64))
        case "graph":
            view.choose(GRAPH, not view.choice(GRAPH, False))
        case "storyboard" | "queue":
            return Reply(tab=action.act)
        case "choose":
            return Reply(tab="select")
    return None


def _draw_missing(view: View, project: OpenProject) -> Reply:
    wanted = _to_draw(view)
    if not wanted:
        raise BadInput("Every shot has its keyframe, or it is being drawn.", "Choose a shot to draw more of it.")
    count = 0
    for slot, shot_ids in wanted.items():
        run = view.studio.generation.draw_keyframes(project, shot_ids, variants(view), slot)
        count += len(run.jobs) if run else 0
    return Reply(said=tn("{n} picture is in the queue.", "{n} pictures are in the queue.", count))


def _own(view: View, job_id: str) -> Any:
    """A job of this project. Raises NotFound."""
    found = next((job for job in view.jobs if job.id == job_id), None)
    if found is None:
        raise NotFound("That job is no longer in the queue.", "Reload the page.")
    return found
