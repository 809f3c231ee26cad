"""The end frame of a shot taken from the shot behind it, so that one ends on the picture with which the next begins."""

from __future__ import annotations

from addons.api import Reply
from addons.session import View
from addons.variants import known_shot
from addons.words import t
from domain.errors import NotReady
from domain.project import Picked


def next_start(view: View, shot_id: str) -> tuple[str, Picked | None]:
    """The shot behind that one and the picture it begins with; empty and None where there is none."""
    place = view.board.position(shot_id) + 1
    if place == len(view.board.shots):
        return "", None
    behind = view.board.shots[place].id
    return behind, view.states[behind].keyframe("start")


def end_on_next(view: View, shot_id: str) -> Reply:
    """Let the shot end on the picture with which the next one begins."""
    shot = known_shot(view, shot_id)
    behind, picture = next_start(view, shot)
    if picture is None:
        raise NotReady("No picture stands for the beginning of the next shot.", "Draw or import it first.")
    view.studio.generation.share_keyframe(view.open, shot, "end", picture, f"start of {behind}")
    view.remember(shot=shot, slot="end")
    return Reply(said=t("Shot {shot} ends on the picture with which {next} begins.", shot=shot, next=behind))
