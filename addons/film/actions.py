"""What people do to the cut. Ids and values come from the browser: they are looked up, and checked by the values."""

from __future__ import annotations

from typing import Any

from addons.api import Action, AddonContext, Reply
from addons.film.fields import decimal, whole
from addons.film.reading import SELECTED, SIDE, SIDES, cut_view, selected
from addons.imports import handed_over
from addons.session import View
from addons.verbs import Verbs
from addons.words import t
from domain.cut.finish import Finish, Grade
from domain.cut.items import Item, LowerThird, ShotItem, Transition
from domain.errors import BadInput
from domain.project import Picked
from services.projects import checked

_TEXTS = ("note", "text", "subtitle", "style", "colour", "background")
_GRADES = ("exposure", "contrast", "saturation", "lut_strength")
_KELVIN = ("white", "source_white")


class FilmActions(Verbs):
    """Thin handlers over the cut's service; each edit is one step of undo."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._cuts = context.studio.cuts
        self._uploads = context.uploads

    # -- where one is --------------------------------------------------------------------------------------

    def _do_select(self, view: View, action: Action) -> None:
        item = self._cuts.cut(view.open).item(action.id)
        choices = {**view.ui.choices, SELECTED: item.id}
        wanted = action.text("side", 20)
        if wanted in SIDES:
            choices[SIDE] = wanted
        view.remember(choices=choices, **({"shot": item.shot} if isinstance(item, ShotItem) else {}))

    def _do_side(self, view: View, action: Action) -> None:
        if action.id in SIDES:
            view.choose(SIDE, action.id)

    def _do_video(self, view: View, action: Action) -> Reply | None:
        item = self._cuts.cut(view.open).item(action.id)
        if not isinstance(item, ShotItem):
            return None
        view.remember(shot=item.shot)
        return Reply(tab="video")

    # -- order ---------------------------------------------------------------------------------------------

    def _do_move(self, view: View, action: Action) -> None:
        cut = self._cuts.cut(view.open)
        to = action.number("to")
        if to is None:
            to = cut.position(action.id) + max(-1, min(1, action.number("by") or 0))
        self._cuts.move(view.open, action.id, max(0, to))

    def _do_remove(self, view: View, action: Action) -> Reply:
        ids = [item.id for item in self._cuts.cut(view.open).items]
        self._cuts.remove(view.open, action.id)
        place = ids.index(action.id)
        ids.remove(action.id)
        if ids:
            view.choose(SELECTED, ids[min(place, len(ids) - 1)])
        return Reply(said=t("Taken out of the film. It waits in the tray under the timeline."))

    def _do_restore(self, view: View, action: Action) -> None:
        self._cuts.restore(view.open, action.id)
        view.choose(SELECTED, action.id)

    def _do_as_board(self, view: View, action: Action) -> Reply:
        self._cuts.as_board(view.open)
        return Reply(said=t("The film is the storyboard again. Undo brings your cut back."))

    def _do_dismiss(self, view: View, action: Action) -> None:
        self._cuts.dismiss(view.open)

    # -- parts ---------------------------------------------------------------------------------------------

    def _do_trim(self, view: View, action: Action) -> None:
        first, end = action.number("first"), action.number("end")
        if first is None and end is None:
            raise BadInput("The new edge did not arrive.", "Drag again.")
        self._cuts.trim(view.open, action.id, first, end)

    def _do_length(self, view: View, action: Action) -> None:
        self._cuts.edit(view.open, action.id, frames=whole("the length", action.text("frames", 20)))

    def _do_split(self, view: View, action: Action) -> None:
        self._cuts.split(view.open, action.id, action.number("at") or 0)

    def _do_whole(self, view: View, action: Action) -> None:
        """All of the shot again, as the storyboard has it."""
        cut, item = self._cuts.cut(view.open), self._shot(view, action.id)
        plain = item.replace(first=0, end=None, speed=1)
        place = cut.position(item.id)
        self._cuts.replace(
            view.open, "trimming", lambda now: now.replace(items=(*now.items[:place], plain, *now.items[place + 1 :]))
        )

    def _do_again(self, view: View, action: Action) -> None:
        item = self._shot(view, action.id)
        made = self._cuts.add_shot(view.open, item.shot, item.id)
        view.choose(SELECTED, made)

    def _do_add_title(self, view: View, action: Action) -> None:
        style = action.text("style", 20)
        words = {"opening": view.project.name, "credits": t("Directed by"), "card": t("Title")}
        if style not in words:
            raise BadInput(f"There is no title {style!r}.", "Choose one of the list.")
        after = {"opening": "", "credits": None}.get(style, self._behind(view))
        made = self._cuts.add_title(view.open, words[style], style, after)
        view.remember(choices={**view.ui.choices, SELECTED: made, SIDE: "clip"})

    def _do_add_gap(self, view: View, action: Action) -> None:
        frames = max(1, round(float(view.project.rate)))
        made = self._cuts.add_gap(view.open, frames, self._behind(view))
        view.remember(choices={**view.ui.choices, SELECTED: made, SIDE: "clip"})

    @staticmethod
    def _behind(view: View) -> str | None:
        item = selected(view)
        return item.id if item is not None else None

    # -- lower thirds ----------------------------------------------------------------------------------------

    def _do_text_add(self, view: View, action: Action) -> None:
        item = self._shot(view, action.id)
        frames = next(p.frames for p in cut_view(view).reel.placed if p.item.id == item.id)
        first = min(max(0, action.number("at") or 0), frames - 1)
        seconds = round(4 * float(view.project.rate))
        made = LowerThird(text=t("Name"), first=first, frames=max(1, min(seconds, frames - first)))
        self._cuts.set_lower_thirds(view.open, item.id, (*item.lower_thirds, made))

    def _do_text_remove(self, view: View, action: Action) -> None:
        item, place = self._shot(view, action.id), action.number("place")
        kept = [text for number, text in enumerate(item.lower_thirds) if number != place]
        self._cuts.set_lower_thirds(view.open, item.id, kept)

    # -- fields --------------------------------------------------------------------------------------------

    def _do_edit(self, view: View, action: Action) -> None:
        field, value = action.text("field", 40), action.data.get("value", "")
        name, _, rest = field.partition(".")
        if name == "finish":
            self._finish(view, rest, value)
            return
        item = self._cuts.cut(view.open).item(action.id)
        text = action.text("value", 20_000)
        match name:
            case "first" | "end":
                self._cuts.trim(view.open, item.id, **{name: whole(f"the {_EDGES[name]}", text)})
            case "frames":
                self._cuts.edit(view.open, item.id, frames=whole("the length", text))
            case "speed":
                self._cuts.set_speed(view.open, item.id, text.strip().rstrip("x×").strip().replace(",", "."))
            case "gain":
                self._cuts.edit(view.open, item.id, gain=decimal("the volume", text))
            case "muted":
                self._cuts.edit(view.open, item.id, muted=value is True)
            case "take":
                self._cuts.pick_take(view.open, item.id, whole("the segment", rest), text or None)
            case "into":
                self._transition(view, item, rest, text)
            case "grade":
                self._cuts.set_grade(view.open, item.id, self._graded(_grade_of(item), rest, text))
            case "lower":
                self._lower(view, item.id, rest, text)
            case _ if name in _TEXTS:
                self._cuts.edit(view.open, item.id, **{name: text})
            case _:
                raise BadInput(f"Nothing in the cut has a field {field!r} that can be edited.")

    def _transition(self, view: View, item: Item, name: str, value: str) -> None:
        if name == "kind" and not value:
            self._cuts.set_transition(view.open, item.id, None)
            return
        now = item.into or Transition()
        match name:
            case "kind" | "direction":
                changes: dict[str, Any] = {name: value}
            case "frames":
                changes = {name: whole("the length", value)}
            case "softness":
                changes = {name: decimal("the softness", value)}
            case _:
                raise BadInput(f"A transition has no {name[:40]!r}.")
        self._cuts.set_transition(view.open, item.id, checked(lambda: now.replace(**changes), "The transition"))

    def _lower(self, view: View, item_id: str, field: str, value: str) -> None:
        item = self._shot(view, item_id)
        place, _, name = field.partition(".")
        texts = list(item.lower_thirds)
        number = whole("the lower third", place)
        if number >= len(texts) or name not in LowerThird.model_fields:
            raise BadInput("That lower third is no longer there.", "Reload the page.")
        new: str | int = whole(f"the {name}", value) if name in ("first", "frames") else value
        texts[number] = checked(lambda: texts[number].replace(**{name: new}), "The lower third")
        self._cuts.set_lower_thirds(view.open, item.id, texts)

    def _graded(self, grade: Grade, name: str, value: str) -> Grade | None:
        """The grade with one field changed; None when it then changes nothing."""
        if name in _KELVIN:
            changed: dict[str, Any] = {name: whole("the colour temperature", value)}
        elif name in _GRADES:
            changed = {name: decimal(f"the {name.replace('_', ' ')}", value)}
        else:
            raise BadInput(f"A grade has no {name[:40]!r}.")
        made = checked(lambda: grade.replace(**changed), "The grade")
        return None if made == Grade() else made

    def _finish(self, view: View, name: str, value: Any) -> None:
        text = "" if value is None else str(value)[:200]
        kind, _, rest = name.partition(".")
        if kind == "grade":
            now: Finish = self._cuts.cut(view.open).finish
            self._cuts.finish(view.open, grade=self._graded(now.grade, rest, text) or Grade())
        elif kind == "seam":
            self._cuts.finish(view.open, seam=whole("the seam", text))
        else:
            self._cuts.finish(view.open, **{kind: text})

    def _do_table(self, view: View, action: Action) -> Reply:
        """A .cube file was dropped on the grade of an item, or of the whole film."""
        files = handed_over(action)
        if not files:
            raise BadInput("No file arrived.", "Choose it again.")
        token, name = files[0]
        with self._uploads.taken(token) as path:
            table = self._studio.film.add_table(view.open, path, name)
        self._put_table(view, action, table)
        return Reply(
            said=t("{name} colours this item.", name=name)
            if action.id
            else t("{name} colours the whole film.", name=name)
        )

    def _do_no_table(self, view: View, action: Action) -> None:
        self._put_table(view, action, None)

    def _put_table(self, view: View, action: Action, table: Picked | None) -> None:
        cut = self._cuts.cut(view.open)
        if action.id:
            made = _grade_of(cut.item(action.id)).replace(lut=table)
            self._cuts.set_grade(view.open, action.id, None if made == Grade() else made)
        else:
            self._cuts.finish(view.open, grade=cut.finish.grade.replace(lut=table))

    def _do_plain(self, view: View, action: Action) -> None:
        """Take the grade away: of an item, or of the whole film."""
        if action.id:
            self._cuts.set_grade(view.open, action.id, None)
        else:
            self._cuts.finish(view.open, grade=Grade())

    def _shot(self, view: View, item_id: str) -> ShotItem:
        item = self._cuts.cut(view.open).item(item_id)
        if not isinstance(item, ShotItem):
            raise BadInput("Only shots have that.", "Choose a shot in the timeline.")
        return item


_EDGES = {"first": "in point", "end": "out point"}


def _grade_of(item: Item) -> Grade:
    if not isinstance(item, ShotItem):
        raise BadInput("Only shots have a grade.", "Choose a shot in the timeline.")
    return item.grade or Grade()
