"""The advice of the Storyboard tab: a list that stays folded until somebody wants it, and a mark on the cards."""

from __future__ import annotations

from collections.abc import Mapping

from addons.api import Action, AddonContext, PartData, Reply
from addons.session import View
from addons.words import named, said, t, tn
from domain.advice import RULES, Advice
from domain.cut.document import Cut
from services.advice import DOCUMENT, Dismissed, by_shot, dismiss, project_advice, restore

_SHOWN = 100
_CHIPS = 12


def panel(view: View) -> PartData:
    """What is to be said, by the first shot it is about, and how much of it was put away."""
    found, away = advice(view), len((view.open.files.read(DOCUMENT, Dismissed) or Dismissed()).keys)
    return PartData(
        head={
            "count": tn("Advice: {n} piece", "Advice: {n} pieces", len(found)) if found else t("No advice"),
            "any": bool(found or away),
            "away": tn("Give {n} piece again", "Give {n} pieces again", away) if away else "",
            "more": max(0, len(found) - _SHOWN),
        },
        items=[
            {
                "id": one.key, "title": named(RULES[one.rule]), "says": said(one.sentence), "cure": said(one.cure),
                "shots": _chips(one.shots),
            }
            for one in found[:_SHOWN]
        ],
    )  # fmt: skip


def marks(view: View) -> Mapping[str, str]:
    """What the mark on a shot's card says, by shot."""
    return {shot: " ".join(said(one.sentence) for one in found[:3]) for shot, found in by_shot(advice(view)).items()}


def advice(view: View) -> tuple[Advice, ...]:
    """The advice as it is now."""
    files = view.open.files
    version = (files.read("cut", Cut), files.read(DOCUMENT, Dismissed))
    return view.cached("storyboard.advice", lambda: project_advice(view.open, view.planned.values()), version)


class AdviceActions:
    """What people do with it."""

    def __init__(self, context: AddonContext) -> None:
        self._changes = context.studio.changes

    def act(self, view: View, action: Action) -> Reply | None:
        """Do one thing."""
        match action.act:
            case "select":
                shot = view.board.shot(action.id)
                view.remember(shot=shot.id)
                return Reply(focus=f'#part-storyboard-cards [data-id="{shot.id}"]')
            case "dismiss":
                dismiss(view.open, action.text("key", 400_000), view.planned.values())
                self._changes.bump()
                return Reply(said=t("That is not said again unless the shots change."))
            case "restore":
                restore(view.open)
                self._changes.bump()
        return None


def _chips(shots: tuple[str, ...]) -> list[str]:
    """The shots to click on; of many the first and the last."""
    return list(shots) if len(shots) <= _CHIPS else [*shots[: _CHIPS - 1], shots[-1]]
