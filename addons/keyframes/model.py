"""What the Keyframes tab does, and the parts it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from addons.api import Action, AddonContext, Part, Reply
from addons.keyframes.boundary import end_on_next
from addons.keyframes.mask import VERBS, act_on_mask
from addons.keyframes.rows import FILTERS, KINDS, bar, shots, to_draw, variants
from addons.keyframes.shot import GRAPH, shot, slot_of
from addons.session import View
from addons.variants import (
    keyframe_of,
    known_shot,
    pictures,
    slot_label,
    toggle_pick,
    trash_picture,
)
from addons.words import inline, t, tn
from addons.work import own_jobs
from domain.errors import BadInput, NotFound
from domain.fitting import Fit
from services.generation import MAX_VARIANTS
from services.projects import OpenProject


def parts(context: AddonContext) -> Sequence[Part]:
    """The live areas of the tab."""

    def act_on_shot(view: View, action: Action) -> Reply | None:
        if action.act in VERBS:
            return act_on_mask(context, view, action)
        if action.act != "import":
            return act(view, action)
        token = str(action.data.get("token", ""))
        with context.uploads.taken(token) as path:
            shot, slot = known_shot(view, action.id), slot_of(view, view.states[known_shot(view, action.id)])
            taken = view.studio.generation.import_keyframe(view.open, shot, path, slot)
        return Reply(
            said=t("Taken in and picked as {what} of shot {shot}.", what=inline(slot_label(taken.slot)), shot=shot)
        )

    return (
        Part("keyframes.bar", bar, act),
        Part("keyframes.shots", shots, act),
        Part("keyframes.shot", shot, act_on_shot),
    )


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
            studio.generation.draw_keyframes(project, [action.id], variants(view), slot_of(view, state))
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
    wanted = to_draw(view)
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


def _fit_as_told(action: Action) -> Fit:
    how = action.text("how", 10)
    if how not in ("fill", "fit", "extend"):
        raise BadInput(f"A picture cannot be fitted by {how!r}.", "Choose fill, fit or extend.")
    x, y = (min(max(action.number(name) or 0, 0), 100) / 100 for name in ("x", "y"))
    return Fit.model_validate({"how": how, **({"x": x, "y": y} if how == "fill" else {})})
