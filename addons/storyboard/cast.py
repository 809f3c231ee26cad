"""The cast panel: characters, objects, locations and looks, with their states, pictures and shots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from addons.api import Action, AddonContext, PartData, Reply
from addons.format import keyframe_url
from addons.session import View
from addons.words import named, t
from domain.errors import BadInput, NotFound
from domain.prompting import sheet_id
from domain.storyboard import CAST, MAX_TEXT, CastKind, Entity, EntityState
from domain.take import Keyframe
from services.casting import as_kind

OPEN, CHOSEN = "storyboard.cast.open", "storyboard.cast"
"""Under which names a window remembers that the panel is unfolded, and who is chosen in it."""

TITLES: dict[CastKind, str] = {
    "characters": "Characters", "objects": "Objects", "locations": "Locations", "looks": "Looks",
}  # fmt: skip
FIELDS: dict[CastKind, tuple[str, ...]] = {
    "characters": ("name", "aliases", "description", "clothing", "style", "negative", "voice"),
    "objects": ("name", "aliases", "description", "style", "negative"),
    "locations": ("name", "aliases", "description", "style", "negative"),
    "looks": ("name", "aliases", "description", "negative"),
}
"""What is asked about each kind; seeds, pictures and LoRA are asked about all."""

_STATE_TEXTS = frozenset({"name", "first", "last", "description", "clothing", "negative"})


# -- what is shown -------------------------------------------------------------------------------------------------


def panel(view: View) -> PartData:
    """Everyone by kind, and the one chosen with all that can be edited."""
    if not view.choice(OPEN, False):
        return PartData(head={"open": False})
    board, pictures = view.board, _pictures(view)
    shots = view.cached("storyboard.cast.shots", lambda: view.studio.casting.shots(view.open))
    chosen = _chosen(view)
    groups = [
        {
            "kind": kind, "title": named(TITLES[kind]),
            "who": [
                {
                    "id": f"{kind}/{e.id}", "name": e.name or e.id, "shots": len(shots.get((kind, e.id), ())),
                    "face": _face(view, e, pictures), "on": chosen == (kind, e.id),
                }
                for e in board.entities(kind)
            ],
        }
        for kind in CAST
    ]  # fmt: skip
    head: dict[str, Any] = {
        "open": True, "groups": groups, "draws": view.setup.draws, "engine": named(view.setup.image_spec.title),
        "takes": view.setup.image_spec.references, "lora": "lora" in view.setup.image_spec.fields,
        "shots": [shot.id for shot in board.shots],
        "reads": view.setup.image_spec.reads_text or view.setup.spec.reads_text,
    }  # fmt: skip
    if chosen is None:
        return PartData(head=head)
    kind, entity = chosen[0], board.entity(*chosen)
    return PartData(head=head, items=(_edited(view, kind, entity, shots.get(chosen, ()), pictures),))


def _edited(
    view: View, kind: CastKind, entity: Entity, shots: tuple[str, ...], pictures: Mapping[str, Keyframe]
) -> dict[str, Any]:
    own = sheet_id(kind, entity.id)
    used = {p.path for p in (*entity.references, *(p for s in entity.states for p in s.references))}
    drawing = [j for j in view.jobs if j.shot == own and not j.ended]
    return {
        "id": f"{kind}/{entity.id}", "kind": kind, "called": entity.name or entity.id, "mark": f"@{entity.id}",
        "fields": [[name, _text(entity, name)] for name in FIELDS[kind]],
        "seed": "" if entity.seed is None or entity.seed < 0 else str(entity.seed),
        "seeds": "none" if entity.seed is None else "random" if entity.seed < 0 else entity.seeds,
        "lora": entity.lora, "strength": "" if entity.strength is None else f"{entity.strength:g}",
        "shots": list(shots),
        "pictures": _shown(view, [p.path for p in entity.references], pictures),
        "more": [
            {"name": k.name, "shot": k.shot, "url": keyframe_url(view.open.id, k, 160)}
            for k in pictures.values()
            if k.image.path not in used and (k.shot == own or k.shot in shots)
        ][-12:],
        "drawing": len(drawing),
        "states": [_state(view, kind, entity, state, pictures) for state in entity.states],
    }  # fmt: skip


def _state(
    view: View, kind: CastKind, entity: Entity, state: EntityState, pictures: Mapping[str, Keyframe]
) -> dict[str, Any]:
    return {
        "id": f"{kind}/{entity.id}/{state.id}", "name": state.name, "first": state.first, "last": state.last,
        "gone": [end for end in (state.first, state.last) if end and end not in view.board.places],
        "description": state.description, "clothing": state.clothing, "negative": state.negative,
        "pictures": _shown(view, [p.path for p in state.references], pictures),
    }  # fmt: skip


def _text(entity: Entity, name: str) -> str:
    value = getattr(entity, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _shown(view: View, paths: list[str], pictures: Mapping[str, Keyframe]) -> list[dict[str, Any]]:
    return [
        {"path": path, "url": keyframe_url(view.open.id, pictures[path], 320) if path in pictures else "",
         "from": pictures[path].shot if path in pictures else ""}
        for path in paths
    ]  # fmt: skip


def _face(view: View, entity: Entity, pictures: Mapping[str, Keyframe]) -> str:
    references = (*entity.references, *(p for s in entity.states for p in s.references))
    found = next((pictures[p.path] for p in references if p.path in pictures), None)
    return keyframe_url(view.open.id, found, 160) if found else ""


def _pictures(view: View) -> dict[str, Keyframe]:
    return view.cached("storyboard.cast.pictures", lambda: {k.image.path: k for k in view.open.files.keyframes()})


def _chosen(view: View) -> tuple[CastKind, str] | None:
    """Who is chosen: as the window says, else the first there is."""
    kind, _, who = view.choice(CHOSEN, "").partition("/")
    everyone = [(k, e.id) for k in CAST for e in view.board.entities(k)]
    return next((each for each in everyone if each == (kind, who)), everyone[0] if everyone else None)


# -- what people do ------------------------------------------------------------------------------------------------


class CastActions:
    """Handlers of the panel. Ids come from the browser and are looked up."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._uploads = context.uploads

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        method = getattr(self, "_do_" + action.act.replace("-", "_"), None)
        if method is None or not re.fullmatch(r"[a-z-]{1,20}", action.act):
            return None
        found: Reply | None = method(view, action)
        return found

    def _do_close(self, view: View, action: Action) -> None:
        view.choose(OPEN, False)

    def _do_choose(self, view: View, action: Action) -> None:
        kind, entity, _ = _who(view, action)
        view.choose(CHOSEN, f"{kind}/{entity.id}")

    def _do_shot(self, view: View, action: Action) -> None:
        view.remember(shot=view.board.shot(action.text("shot", 64)).id)

    def _do_add(self, view: View, action: Action) -> Reply:
        kind = as_kind(action.text("kind", 20))
        entity = self._studio.casting.add(view.open, kind, action.text("name", 200))
        view.choose(CHOSEN, f"{kind}/{entity.id}")
        return Reply(said=t("{name} is part of the storyboard.", name=entity.name))

    def _do_delete(self, view: View, action: Action) -> Reply:
        kind, entity, _ = _who(view, action)
        self._studio.casting.delete(view.open, kind, entity.id)
        return Reply(said=t("Deleted {id}. Undo brings it back.", id=entity.name or entity.id))

    def _do_edit(self, view: View, action: Action) -> None:
        kind, entity, state = _who(view, action)
        field, value = action.text("field", 40).removeprefix("cast."), action.text("value", MAX_TEXT + 1)
        if len(value) > MAX_TEXT:
            raise BadInput(f"The text is longer than {MAX_TEXT} characters.", "Shorten it.")
        if state:
            if field not in _STATE_TEXTS:
                raise BadInput(f"A state has no field {field[:40]!r} that can be edited.")
            self._studio.casting.edit_state(view.open, kind, entity.id, state, {field: value})
            return
        self._studio.casting.edit(view.open, kind, entity.id, _changes(kind, entity, field, value))

    def _do_state(self, view: View, action: Action) -> None:
        kind, entity, _ = _who(view, action)
        self._studio.casting.add_state(view.open, kind, entity.id)

    def _do_state_away(self, view: View, action: Action) -> Reply:
        kind, entity, state = _who(view, action)
        self._studio.casting.delete_state(view.open, kind, entity.id, state)
        return Reply(said=t("The state is gone. Undo brings it back."))

    def _do_picture(self, view: View, action: Action) -> Reply:
        """A file that was handed over becomes a reference."""
        kind, entity, state = _who(view, action)
        with self._uploads.taken(action.text("token", 100)) as path:
            taken = self._studio.generation.import_keyframe(view.open, sheet_id(kind, entity.id), path, pick=False)
        self._studio.casting.add_reference(view.open, kind, entity.id, taken.image, state)
        return Reply(said=t("Taken in as a reference of {id}.", id=entity.name or entity.id))

    def _do_use(self, view: View, action: Action) -> None:
        kind, entity, state = _who(view, action)
        name, shot = action.text("name", 100), action.text("shot", 64)
        found = next((k for k in view.open.files.keyframes(shot) if k.name == name), None)
        if found is None:
            raise NotFound("That picture is not there.", "Reload the page.")
        self._studio.casting.add_reference(view.open, kind, entity.id, found.image, state)

    def _do_sheet_first(self, view: View, action: Action) -> None:
        kind, entity, state = _who(view, action)
        self._studio.casting.choose_sheet(view.open, kind, entity.id, action.text("path", 400), state)

    def _do_unuse(self, view: View, action: Action) -> None:
        kind, entity, state = _who(view, action)
        self._studio.casting.remove_reference(view.open, kind, entity.id, action.text("path", 400), state)

    def _do_sheet(self, view: View, action: Action) -> Reply:
        kind, entity, _ = _who(view, action)
        self._studio.generation.draw_sheet(view.open, kind, entity.id)
        return Reply(said=t("A sheet of {id} is in the queue.", id=entity.name or entity.id))


def _who(view: View, action: Action) -> tuple[CastKind, Entity, str]:
    """The one that an id such as "characters/mara" or "characters/mara/state-1" means, and the state's id."""
    kind, _, rest = action.id.partition("/")
    who, _, state = rest.partition("/")
    found = as_kind(kind)
    return found, view.board.entity(found, who), state


def _changes(kind: CastKind, entity: Entity, field: str, value: str) -> dict[str, Any]:
    called = entity.name or entity.id
    if field == "aliases":
        return {"aliases": tuple(dict.fromkeys(word.strip() for word in re.split(r"[,;\n]", value) if word.strip()))}
    if field in FIELDS[kind] or field == "lora":
        return {field: value}
    if field == "seeds":
        first = entity.seed if entity.seed is not None and entity.seed >= 0 else 1000
        modes: dict[str, dict[str, Any]] = {
            "none": {"seed": None}, "random": {"seed": -1}, "stepped": {"seed": first, "seeds": "stepped"},
            "fixed": {"seed": first, "seeds": "fixed"},
        }  # fmt: skip
        if value not in modes:
            raise BadInput(f"There is no way {value[:20]!r} to choose seeds.", "Choose one of the list.")
        return modes[value]
    if field == "seed":
        if not re.fullmatch(r"\s*[0-9]{1,20}\s*", value):
            raise BadInput(f"The first seed of {called} is a whole number, not {value[:20]!r}.", "Correct it.")
        return {"seed": int(value)}
    if field == "strength":
        try:
            return {"strength": None if not value.strip() else float(value.strip().replace(",", "."))}
        except ValueError:
            raise BadInput(f"The strength of {called}'s LoRA is a number, not {value[:20]!r}.", "Correct it.") from None
    raise BadInput(f"There is no field {field[:40]!r} that can be edited.")
