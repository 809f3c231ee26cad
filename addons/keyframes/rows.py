"""The list of shots in the Keyframes tab, with the filter above it and what can be drawn at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addons.api import Json, PartData
from addons.session import View
from addons.variants import (
    SlotNow,
    pictures,
    short_words,
)
from addons.words import named, said
from addons.work import NO_WORK, Work, progress, work_by_shot
from domain.job import JobKind
from services.generation import MAX_VARIANTS
from services.prices import several

KINDS: tuple[JobKind, ...] = ("keyframe",)
FILTERS = ("all", "missing", "changed")


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
    wanted = to_draw(view)
    shots_to_draw = {shot for shots in wanted.values() for shot in shots}
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
            "price": price(view, sum(len(ids) for ids in wanted.values()) * variants(view)),
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


def variants(view: View) -> int:
    """How many variants are drawn at once: what this window chose, else the setting."""
    return min(max(view.choice("keyframes.variants", view.studio.options().variants), 1), MAX_VARIANTS)


def price(view: View, count: int) -> str:
    """What so many pictures cost, in words; empty where they are free. All of a film cost the same."""
    state = next(iter(view.states.values()), None)
    if state is None or not count or view.setup.image_spec.free:
        return ""
    return said(several(view.studio.backends, state.image_request("start"), count))


def to_draw(view: View) -> dict[str, list[str]]:
    """Shots that lack a picture which nobody is drawing, by slot."""
    drawing = {(j.shot, j.slot) for jobs in view.jobs_by_shot.values() for j in jobs if j.kind == "keyframe"}
    found: dict[str, list[str]] = {}
    for shot_id, slots in pictures(view).items():
        for slot in missing(slots):
            if (shot_id, slot) not in drawing:
                found.setdefault(slot, []).append(shot_id)
    return found
