"""The timeline: the items of the cut with what there is of each, what is parked, and what was noted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from urllib.parse import quote

from addons.api import PartData
from addons.film.reading import changed_since, cut_shots, cut_view, selected, shown_film
from addons.session import View
from addons.words import said, t
from domain.cut.finish import Grade
from domain.cut.items import GapItem, Item, ShotItem, TitleItem
from domain.cut.reel import Placed
from domain.storyboard import Shot
from domain.timing import rate_label
from services.cut import CutView
from services.cut.material import ShotStock
from services.film_contents import CutShot

WORDS_LIMIT = 90
"""Characters of a shot's words that an item carries, so that 300 shots stay light."""

MARKS = 400
"""Notes that are sent; the rest is counted."""


def view(view: View) -> PartData:
    """The items in film order. Where each begins is left out: that follows from the lengths, and so an edit of the
    first item sends one item and not all."""
    now = cut_view(view)
    film = shown_film(view)
    changed = set(changed_since(view, film)) if film is not None else set()
    chosen = selected(view)
    rate = view.project.rate
    by_item = {shot.item: shot for shot in cut_shots(view)}
    words = view.cached("film.words", lambda: {s.id: s for s in view.board.shots})
    head: dict[str, Any] = {
        "project": view.open.id, "rate": [rate.numerator, rate.denominator], "fps": rate_label(rate),
        "aspect": f"{view.project.width}/{view.project.height}", "frames": now.reel.frames,
        "selected": chosen.id if chosen is not None else "",
        "parked": [_parked(out.item, out.by) for out in now.cut.parked],
        "notes": [[said(note.text), note.item] for note in now.notes[:MARKS]],
        "read": bool(now.cut.notes),
        "grade": graded(now.cut.finish.grade),
        "plain": all(isinstance(i, ShotItem) and not i.edited for i in now.cut.items) and not now.cut.parked,
    }  # fmt: skip
    items = [_item(view, now, placed, by_item.get(placed.item.id), words, changed) for placed in now.reel.placed]
    return PartData(head, items)


def _item(
    view: View, now: CutView, placed: Placed, shot: CutShot | None, words: dict[str, Shot], changed: set[str]
) -> dict[str, Any]:
    item = placed.item
    found: dict[str, Any] = {"id": item.id, "k": item.kind, "n": placed.frames}
    if item.into is not None:
        found["tr"] = [item.into.kind, placed.before, placed.after]
        if item.into.kind == "wipe" and item.into.direction != "right":
            found["tr"].append(item.into.direction)
    if isinstance(item, ShotItem) and shot is not None:
        found |= _shot(view, item, placed, shot, now.stocks[item.id])
        text = words.get(item.shot)
        if text is not None:
            found |= {k: v[:WORDS_LIMIT] for k, v in (("t", text.title), ("w", text.prompt)) if v}
        if item.shot in changed:
            found["c"] = 1
    elif isinstance(item, TitleItem):
        found |= {"t": item.text[:WORDS_LIMIT], "u": item.subtitle[:WORDS_LIMIT], "col": item.colour,
                  "bg": item.background, "style": item.style}  # fmt: skip
    elif isinstance(item, GapItem):
        found["bg"] = item.colour
    if item.id in changed:
        found["c"] = 1
    return found


def _shot(view: View, item: ShotItem, placed: Placed, shot: CutShot, stock: ShotStock) -> dict[str, Any]:
    """What a shot's item shows, how far it may be trimmed, and which clips its frames lie in."""
    material, rate = stock.material, view.project.rate
    found: dict[str, Any] = {
        "sh": item.shot, "s": shot.lacks or ("stale" if shot.stale else "done"), "a": placed.start, "b": placed.end,
        "m": material.film_frames(rate) if material.sources else max(stock.planned.frames, placed.end),
    }  # fmt: skip
    if item.speed != 1:
        found["v"] = [item.speed.numerator, item.speed.denominator]
    if item.muted:
        found["mu"] = 1
    if item.grade is not None and not item.grade.neutral:
        found["g"] = graded(item.grade)
    marks = [name for name, on in (("grade", item.grade), ("text", item.lower_thirds), ("note", item.note)) if on]
    if marks:
        found["e"] = marks
    if material.sources:
        native = material.rate
        found["nr"] = [native.numerator, native.denominator]
        found["src"] = [[s.segment, quote(s.take), s.first, s.count, s.offset] for s in material.sources]
        found["of"] = [take.info.frames for take in shot.takes]
    elif view.keyframes.get(item.shot):
        found["p"] = f"keyframe/{quote(item.shot)}/{quote(_standing(view, item.shot))}"
    return found


def graded(grade: Grade) -> list[float]:
    """A grade as the preview takes it; its colour table is seen in the film only."""
    return [grade.source_white, grade.white, grade.exposure, grade.contrast, grade.saturation]


def _standing(view: View, shot: str) -> str:
    """The name of the picture that stands for the shot's start, else of its newest."""
    pictures = view.keyframes[shot]
    state = view.states.get(shot)
    picked = state.keyframe("start") if state is not None else None
    return next((k.name for k in pictures if picked is not None and k.image.path == picked.path), pictures[-1].name)


def _parked(item: Item, by: str) -> dict[str, Any]:
    what = t("Shot {shot}", shot=item.shot) if isinstance(item, ShotItem) else t("Gap")
    if isinstance(item, TitleItem):
        what = item.text.splitlines()[0][:40] if item.text.strip() else t("Title")
    return {"id": item.id, "what": what, "gone": by == "storyboard"}


def speed_text(speed: Fraction) -> str:
    """A speed as it may be edited without losing anything: "1", "0.5", "2/3"."""
    plain = float(speed)
    if Fraction(repr(plain)) == speed:
        return f"{plain:g}"
    return f"{speed.numerator}/{speed.denominator}"
