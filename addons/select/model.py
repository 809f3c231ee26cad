"""What the Select tab shows and does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addons.api import Action, AddonContext, Json, Part, PartData, Reply
from addons.checks import shot_badges
from addons.format import keyframe_url
from addons.session import View
from addons.variants import (
    SlotNow,
    keyframe_of,
    known_shot,
    pictures,
    short_words,
    slot_label,
    toggle_pick,
    trash_picture,
)
from domain.errors import BadInput
from domain.take import Keyframe

FILTERS = ("all", "open", "starred", "changed")
STANDS, PICKED, STARRED, OLDER, OWN = 1, 2, 4, 8, 16
"""What holds for a variant, added up into one number in a row."""

Rows = Mapping[str, tuple[str, SlotNow, frozenset[str]]]


def parts(context: AddonContext) -> Sequence[Part]:
    """The live areas of the tab."""
    return (
        Part("select.bar", bar, act),
        Part("select.shots", shots, act),
        Part("select.compare", compare, act),
    )


# -- what is shown -------------------------------------------------------------------------------------------------


def slots(view: View) -> list[str]:
    """The slots that any shot has, the start first."""
    found = view.cached("select.slots", lambda: dict.fromkeys(s.slot for own in pictures(view).values() for s in own))
    return sorted(found, key=lambda s: (s == "end", s != "start", len(s), s)) or ["start"]


def slot(view: View) -> str:
    """The slot the window shows: its own choice, as one shot's slot in hand elsewhere says nothing about the others."""
    chosen = view.choice("select.slot", "start")
    return chosen if chosen in slots(view) else "start"


def rows(view: View) -> Rows:
    """The shots that have the slot: their words, what there is, and the starred names."""
    wanted = slot(view)

    def make() -> Rows:
        found: dict[str, tuple[str, SlotNow, frozenset[str]]] = {}
        for shot_id, own in pictures(view).items():
            now = next((s for s in own if s.slot == wanted), None)
            if now is not None:
                state = view.states[shot_id]
                found[shot_id] = (short_words(state.words.shot, 60), now, frozenset(state.choice.starred))
        return found

    return view.cached(f"select.{wanted}", make)


def fits(chosen: str, now: SlotNow, starred: frozenset[str]) -> bool:
    """Whether the filter lets a shot through."""
    match chosen:
        case "open":
            return not now.picked
        case "starred":
            return any(k.name in starred for k in now.keyframes)
        case "changed":
            return now.changed
    return True


def bar(view: View) -> PartData:
    """Filter, slots, and how far picking is."""
    found = rows(view)
    entries = [(now, starred) for _, now, starred in found.values()]
    plan = view.plan
    to_render = sum(1 for shot in plan.shots if shot.state not in ("done", "blocked"))
    return PartData(
        head={
            "shots": len(view.states),
            "filter": view.choice("select.filter", "all"),
            "counts": {name: sum(1 for e in entries if fits(name, *e)) for name in FILTERS},
            "picked": sum(1 for now, _ in entries if now.picked),
            "of": len(entries),
            "slot": slot(view),
            "slots": [[s, slot_label(s)] for s in slots(view)],
            "render": to_render,
            "marked": len(_marks(view)),
        }
    )


def shots(view: View) -> PartData:
    """One row per shot. A variant is [name, what holds for it]; the browser makes addresses and words of it."""
    found = rows(view)
    chosen = view.choice("select.filter", "all")
    drawing = {j.shot for jobs in view.jobs_by_shot.values() for j in jobs if j.kind == "keyframe"}
    selected = view.shot.id if view.shot else ""
    badges = shot_badges(view)
    items: list[dict[str, Json]] = []
    for shot_id, (words, now, starred) in found.items():
        # The shot in hand stays, so that picking under "To decide" does not pull the row away from the pointer.
        if not fits(chosen, now, starred) and shot_id != selected:
            continue
        variants = [[k.name, _flags(now, k, starred)] for k in now.keyframes]
        item: dict[str, Json] = {"id": shot_id, "w": words, "v": variants}
        if shot_id in badges:
            item["q"] = badges[shot_id]
        if shot_id in drawing:
            item["d"] = 1
        items.append(item)
    return PartData(
        head={
            "media": f"/media/{view.open.id}/keyframe/",
            "selected": selected,
            "filter": chosen,
            "all": len(view.states),
            "label": slot_label(slot(view)),
            "marks": [f"{shot}/{name}" for shot, name in _marks(view)],
            "ratio": [view.project.width, view.project.height],
        },
        items=items,
    )


def _flags(now: SlotNow, keyframe: Keyframe, starred: frozenset[str]) -> int:
    stands = now.standing is not None and now.standing.name == keyframe.name
    return (
        STANDS * stands
        + PICKED * (stands and now.picked)
        + STARRED * (keyframe.name in starred)
        + OLDER * (keyframe.name in now.older)
        + OWN * (keyframe.request is None)
    )


def compare(view: View) -> PartData:
    """The two pictures that are compared; empty while fewer are marked."""
    marked = _marks(view)
    if len(marked) < 2:
        return PartData()
    sides = []
    for shot_id, name in marked:
        state = view.states[shot_id]
        keyframe = next(k for k in state.keyframes if k.name == name)
        now = next((s for s in pictures(view)[shot_id] if s.slot == keyframe.slot), None)
        flags = _flags(now, keyframe, frozenset(state.choice.starred)) if now else 0
        number = 1 + [k.name for k in state.keyframes if k.slot == keyframe.slot].index(name)
        sides.append(
            {
                "shot": shot_id, "name": name, "n": number, "f": flags, "url": keyframe_url(view.open.id, keyframe),
                "seed": str(keyframe.request.seed) if keyframe.request else "",
            }
        )  # fmt: skip
    return PartData(
        head={
            "sides": sides,
            "mode": view.choice("select.mode", "side"),
            "ratio": [view.project.width, view.project.height],
        }
    )


def _marks(view: View) -> list[tuple[str, str]]:
    """The pictures marked for comparing, as shot and name; those that are gone are left out."""
    found = []
    marks: list[Json] = view.choice("select.marks", [])
    for mark in marks[:2]:
        shot_id, _, name = str(mark).partition("/")
        state = view.states.get(shot_id)
        if state is not None and any(k.name == name for k in state.keyframes):
            found.append((shot_id, name))
    return found


# -- what people do ------------------------------------------------------------------------------------------------


def act(view: View, action: Action) -> Reply | None:
    """Everything that can be clicked or typed in the tab."""
    match action.act:
        case "select":
            view.remember(shot=known_shot(view, action.id))
        case "pick":
            said = toggle_pick(view, known_shot(view, action.id), action.text("name", 100))
            view.remember(shot=action.id)
            return Reply(said=said) if said else None
        case "star":
            keyframe = keyframe_of(view, known_shot(view, action.id), action.text("name", 100))
            view.studio.selection.star(view.open, action.id, keyframe.name)
        case "delete":
            return Reply(said=trash_picture(view, known_shot(view, action.id), action.text("name", 100)))
        case "mark":
            _mark(view, known_shot(view, action.id), action.text("name", 100))
        case "unmark":
            view.choose("select.marks", [])
        case "mode":
            view.choose("select.mode", "wipe" if action.text("value", 10) == "wipe" else "side")
        case "filter":
            chosen = action.text("value", 20)
            view.choose("select.filter", chosen if chosen in FILTERS else "all")
        case "slot":
            wanted = action.text("slot", 20)
            if wanted not in slots(view):
                raise BadInput("No shot has that slot.", "Reload the page.")
            view.choose("select.slot", wanted)
        case "draw":
            view.remember(shot=known_shot(view, action.id))
            return Reply(tab="keyframes")
        case "keyframes" | "storyboard" | "video":
            return Reply(tab=action.act)
    return None


def _mark(view: View, shot_id: str, name: str) -> None:
    """Mark a picture for comparing; the third takes the place of the first, and a marked one is let go."""
    keyframe_of(view, shot_id, name)
    mark = (shot_id, name)
    now = _marks(view)
    now = [m for m in now if m != mark] if mark in now else [*now[-1:], mark]
    view.choose("select.marks", [f"{shot}/{picture}" for shot, picture in now])
