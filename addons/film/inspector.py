"""The panels that edit the selected item, and the look of the whole film."""

from __future__ import annotations

from typing import Any

from addons.api import PartData
from addons.film.reading import cut_view, selected, side
from addons.film.timeline import speed_text
from addons.format import take_url
from addons.session import View
from addons.words import choices, named, said, t
from domain.cut.finish import DAYLIGHT, WHITES, Finish, Grade
from domain.cut.items import Item, ShotItem, TitleItem, Transition
from domain.passes import PassKind
from domain.timing import timecode

TRANSITION_WORDS = {
    "": "Straight cut", "dissolve": "Dissolve", "fade_black": "Fade through black", "fade_white": "Fade through white",
    "wipe": "Wipe", "morph": "Morph in place",
}  # fmt: skip
DIRECTION_WORDS = {"right": "To the right", "left": "To the left", "down": "Down", "up": "Up"}
STYLE_WORDS = {"opening": "Opening title", "card": "Card", "credits": "Credits"}
MATCH_WORDS = {"off": "Leave as they are", "previous": "To the segment before", "keyframe": "To the keyframe"}
RETIME_WORDS = {"repeat": "Repeat frames", "blend": "Blend frames", "motion": "Follow the motion"}
PASS_WORDS: dict[PassKind, str] = {"upscale": "While the film is made (Lanczos)", "interpolate": "As chosen above"}
FIT_WORDS = {"fill": "Fill, cut the edges", "fit": "Fit, with bars", "stretch": "Stretch"}


# -- the selected item -------------------------------------------------------------------------------------------------


def clip(view: View) -> PartData:
    """The selected item with all that can be edited."""
    item = selected(view)
    if side(view) != "clip" or item is None:
        return PartData({"empty": item is None})
    return PartData(
        {
            "transitions": choices(TRANSITION_WORDS), "directions": choices(DIRECTION_WORDS),
            "styles": choices(STYLE_WORDS), "kelvin": [*WHITES, DAYLIGHT],
        },
        [_inspected(view, item)],
    )  # fmt: skip


def _inspected(view: View, item: Item) -> dict[str, Any]:
    now, rate = cut_view(view), view.project.rate
    place = now.cut.position(item.id)
    placed = now.reel.placed[place]
    begin = timecode(placed.first, rate)
    found: dict[str, Any] = {
        "id": item.id, "k": item.kind, "note": item.note, "n": placed.frames, "place": place,
        "last": place == len(now.cut.items) - 1,
        "at": t("{begin} to {end}", begin=begin, end=timecode(placed.first + placed.frames, rate)),
        "into": _transition(item.into), "covered": [placed.before, placed.after],
        "notes": [said(note.text) for note in now.notes if note.item == item.id],
    }  # fmt: skip
    if isinstance(item, ShotItem):
        return found | _shot(view, item, placed.start, placed.end)
    if isinstance(item, TitleItem):
        names = ("text", "subtitle", "style", "frames", "colour", "background")
        return found | {name: getattr(item, name) for name in names}
    return found | {"frames": item.frames, "colour": item.colour}


def _transition(into: Transition | None) -> dict[str, Any]:
    if into is None:
        return {"kind": ""}
    return {"kind": into.kind, "frames": into.frames, "direction": into.direction, "softness": into.softness}


def _shot(view: View, item: ShotItem, start: int, end: int) -> dict[str, Any]:
    stock = cut_view(view).stocks[item.id]
    words = view.board.shot(item.shot)
    rate = view.project.rate
    there = stock.material.film_frames(rate) if stock.material.sources else stock.planned.frames
    return {
        "shot": item.shot, "title": words.title, "words": words.prompt[:300], "first": start, "end": end,
        "planned": stock.planned.frames, "follows": item.end is None, "there": there,
        "state": stock.lacks or ("stale" if stock.stale else "done"), "speed": speed_text(item.speed),
        "takes": _takes(view, item), "lower": [text.to_json() for text in item.lower_thirds],
        "gain": item.gain, "muted": item.muted, "grade": grade_fields(item.grade or Grade()),
        "graded": item.grade is not None, "sound": any(take.info.audio for take in stock.takes),
        "edited": item.edited,
    }  # fmt: skip


def _takes(view: View, item: ShotItem) -> list[dict[str, Any]]:
    """For every segment of the shot: the takes there are, and the one chosen here."""
    by_segment: dict[int, list[dict[str, Any]]] = {}
    for take in view.takes.get(item.shot, ()):
        words = t("{id}, {frames} frames", id=take.id, frames=take.info.frames)
        by_segment.setdefault(take.segment, []).append(
            {"id": take.id, "words": words, "instead": said(take.instead), "url": take_url(view.open.id, take, 160)}
        )
    standing = {entry.segment.index: entry.take for entry in cut_view(view).stocks[item.id].planned.segments}
    return [
        {
            "segment": segment, "of": len(standing), "chosen": item.takes.get(str(segment), ""),
            "standing": standing.get(segment, ""), "takes": by_segment[segment][::-1],
        }
        for segment in sorted(by_segment)
        if segment in standing
    ]  # fmt: skip


def grade_fields(grade: Grade) -> dict[str, Any]:
    """A grade as its fields are edited."""
    names = ("white", "source_white", "exposure", "contrast", "saturation", "lut_strength")
    lut = grade.lut.path.rpartition("/")[2] if grade.lut is not None else ""
    return {name: getattr(grade, name) for name in names} | {"lut": lut, "neutral": grade.neutral}


def _passes(view: View, kind: PassKind, chosen: str) -> list[tuple[str, str]]:
    """What can be chosen for a pass over the clips; empty where no server can make one and none was chosen."""
    there = [(info.id, info.title) for info in view.studio.passes.workflows(kind)]
    if not there and not chosen:
        return []
    found = [("", named(PASS_WORDS[kind])), ("server", t("What a server can do")), *there]
    return found if chosen in dict(found) else [*found, (chosen, t("{chosen} (not ready)", chosen=chosen))]


# -- the look of the film ----------------------------------------------------------------------------------------------


def look(view: View) -> PartData:
    """How the whole film is finished."""
    if side(view) != "look":
        return PartData()
    finish: Finish = cut_view(view).cut.finish
    return PartData(
        {
            "seam": finish.seam, "match": finish.match, "retime": finish.retime, "fit": finish.fit,
            "matches": choices(MATCH_WORDS), "retimes": choices(RETIME_WORDS),
            "fits": choices(FIT_WORDS), "grade": grade_fields(finish.grade), "kelvin": [*WHITES, DAYLIGHT],
            "upscale": finish.upscale, "upscales": _passes(view, "upscale", finish.upscale),
            "interpolate": finish.interpolate, "interpolates": _passes(view, "interpolate", finish.interpolate),
        }
    )  # fmt: skip
