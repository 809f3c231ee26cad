"""The mask of a shot: where the picture of the shot before is drawn anew, painted in the browser or brought along."""

from __future__ import annotations

from addons.api import Action, AddonContext, Json, Reply
from addons.format import keyframe_url
from addons.session import View
from addons.variants import known_shot
from addons.words import t
from services.planning import ShotState

VERBS = frozenset({"mask", "unmask"})


def mask_head(view: View, state: ShotState, slot: str) -> dict[str, Json]:
    """What can be masked in that slot: the picture before, and the mask there is; empty where masks have no effect."""
    shot = state.words.shot
    if slot != "start" or "mask" not in view.setup.image_spec.fields or view.board.position(shot.id) == 0:
        return {}
    before = view.board.shots[view.board.position(shot.id) - 1].id
    head: dict[str, Json] = {
        "before": before, "share": round(100 * (shot.carry or 0)),
        "mask": f"/media/{view.open.id}/mask/{shot.mask.sha256}" if shot.mask else "",
    }  # fmt: skip
    if state.before is not None:
        found = next((k for k in view.states[before].keyframes if k.image.path == state.before.path), None)
        head["picture"] = keyframe_url(view.open.id, found) if found else ""
    return head


def act_on_mask(context: AddonContext, view: View, action: Action) -> Reply:
    """Take a mask in, or away."""
    shot = known_shot(view, action.id)
    if action.act == "unmask":
        view.studio.generation.set_mask(view.open, shot, None)
        return Reply(said=t("The mask is gone. Undo brings it back."))
    with context.uploads.taken(action.text("token", 100)) as path:
        view.studio.generation.set_mask(view.open, shot, path)
    return Reply(said=t("Only what is white in the mask is drawn anew."))
