"""The selected shot in the Keyframes tab: its slots, every variant, and what would be sent."""

from __future__ import annotations

import re

from addons.api import Json, PartData
from addons.flows import graph_head
from addons.format import keyframe_url
from addons.keyframes.boundary import next_start
from addons.keyframes.mask import mask_head
from addons.keyframes.rows import missing, price, variants, work
from addons.sent import sent
from addons.session import View
from addons.variants import (
    SlotNow,
    pictures,
    slot_label,
    slot_now,
)
from addons.words import named, said, t
from addons.work import NO_WORK, failures, progress
from domain.fitting import Fit, same_shape
from domain.request import GenerationRequest, changed_fields
from domain.take import Keyframe
from services.generation import MAX_VARIANTS
from services.planning import ShotState
from services.prices import expected

GRAPH = "keyframes.graph"
"""Under which name a window remembers that the graph is unfolded."""


def shot(view: View) -> PartData:
    """The selected shot: its slots, the picture that stands, every variant, and what would be sent."""
    if view.shot is None:
        return PartData(head={"shot": ""})
    state = view.states[view.shot.id]
    slot = slot_of(view, state)
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
        "price": price(view, variants(view)) if draws else "",
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


def _source(name: str) -> str:
    """Where a picture of the user's comes from; one that two shots share says so in the window's language."""
    shared = re.fullmatch(r"start of ([\w-]{1,64})", name)
    return t("start of {shot}", shot=shared[1]) if shared else name


def _variant(view: View, state: ShotState, now: SlotNow, keyframe: Keyframe, number: int) -> dict[str, Json]:
    stands = now.standing is not None and now.standing.name == keyframe.name
    return {
        "id": keyframe.name,
        "n": number,
        "url": keyframe_url(view.open.id, keyframe),
        "seed": str(keyframe.request.seed) if keyframe.request and keyframe.request.seed_rule != "unused" else "",
        "size": f"{keyframe.width} × {keyframe.height}",
        "made": keyframe.made,
        "own": "" if keyframe.request else _source(keyframe.source) or t("own picture"),
        "older": _older(keyframe, state, now),
        "star": keyframe.name in state.choice.starred,
        "stands": ("picked" if now.picked else t("first variant")) if stands else "",
    }


def _older(keyframe: Keyframe, state: ShotState, now: SlotNow) -> list[str]:
    if keyframe.name not in now.older or keyframe.request is None:
        return []
    return changed_fields(keyframe.request, state.image_request(now.slot)) or ["inputs"]


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


def slot_of(view: View, state: ShotState) -> str:
    """The slot the window shows of that shot: the chosen one where the shot has it, else the start."""
    used = state.slots()
    if view.ui.slot in used or (view.ui.slot == "end" and state.setup.spec.takes_end):
        return view.ui.slot
    return "start"
