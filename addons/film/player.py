"""The player: the film that was made, or the cut as it is, played from its takes."""

from __future__ import annotations

from typing import Any

from addons.api import Action, PartData, Reply
from addons.film.reading import SOURCE, older, shown_film
from addons.format import film_url
from addons.session import View
from addons.words import t
from domain.cut.items import ShotItem

SAFE = "film.safe"
"""Under which name a project remembers that safe areas are shown (SMPTE ST 2046-1: action 93 %, titles 90 %)."""


def view(view: View) -> PartData:
    """What can be played. Without a film, or by choice, it is the cut; items of a film are told so that the playhead
    can stand at the same place in both."""
    film = shown_film(view)
    rate = view.project.rate
    head: dict[str, Any] = {
        "project": view.open.id, "rate": [rate.numerator, rate.denominator], "source": "cut",
        "aspect": f"{view.project.width}/{view.project.height}", "shots": len(view.board.shots),
        "lacks": lacks(view), "safe": bool(view.choice(SAFE, False)),
    }  # fmt: skip
    if film is None:
        return PartData(head)
    late = older(view, film)
    head |= {
        "older": late, "source": source(view, late),
        "film": {
            "name": film.name, "url": film_url(view.open.id, film.name), "frames": film.frames, "made": film.made,
            "rate": [film.rate.numerator, film.rate.denominator], "aspect": f"{film.width}/{film.height}",
        },
    }  # fmt: skip
    if late:
        head["items"] = [[s.item or s.shot, s.first, s.frames] for s in film.shots]
    return PartData(head)


def lacks(view: View) -> str:
    """What the preview of the cut does not show of the film it would be, in one sentence; empty when it shows all."""
    cut, plan = view.studio.cuts.cut(view.open), view.studio.sound.plan(view.open)
    shots = [item for item in cut.items if isinstance(item, ShotItem)]
    grades = [cut.finish.grade, *(item.grade for item in shots if item.grade is not None)]
    heard = plan.pieces or any(not line.muted for line in plan.lines)
    found = [
        what
        for what, there in (
            (t("narration, music and effects"), bool(heard)),
            (t("subtitles"), plan.subtitles == "burn" and bool(plan.lines)),
            (t("lower thirds"), any(item.lower_thirds for item in shots)),
            (t("colour tables"), any(grade.lut is not None for grade in grades)),
            (t("the blending of segments"), cut.finish.seam > 0 or cut.finish.match != "off"),
            (t("what moves in a morph"), any(i.into is not None and i.into.kind == "morph" for i in cut.items)),
        )
        if there
    ]
    return t("The preview leaves out {what}; the film has it.", what=", ".join(found)) if found else ""


def source(view: View, late: str) -> str:
    """Whether the film or the cut is played: what this window chose, else the film while it shows the cut as it is."""
    chosen = view.choice(SOURCE, "")
    if chosen in ("film", "cut"):
        return chosen
    return "cut" if late else "film"


def act(view: View, action: Action) -> Reply | None:
    """Choose what is played, and whether safe areas lie over it."""
    if action.act == "safe":
        view.choose(SAFE, not view.choice(SAFE, False))
    if action.act == "source" and action.id in ("film", "cut"):
        view.choose(SOURCE, action.id)
    return None
