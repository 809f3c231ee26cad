"""What people do in the Storyboard tab."""

from __future__ import annotations

import contextlib
import re
from fractions import Fraction
from typing import Any, Literal, get_args

from addons.api import Action, AddonContext, Reply
from addons.imports import (
    dismiss_notes,
    handed_over,
    is_picture,
    read_files,
    read_pictures,
    remember_notes,
    take_pictures,
)
from addons.session import View
from addons.storyboard import writing
from addons.storyboard.cast import OPEN
from addons.storyboard.model import FILTER, SEARCH
from addons.storyboard.status import KINDS, Statuses
from addons.verbs import Verbs
from addons.words import t, tn
from domain.errors import BadInput
from domain.importing import ImportResult
from domain.prompting import Kind
from domain.storyboard import Presets, Shot, ShotSize
from domain.timing import parse_seconds
from services.requests import Words, composed, seed_for
from services.storyboards import Cast

_TEXTS = {
    "prompt": "prompt", "title": "title", "notes": "description", "negative": "negative", "dialogue": "dialogue",
    "sound": "sound", "overrides.image": "overrides.image", "overrides.video": "overrides.video",
    "overrides.negative": "overrides.negative",
}  # fmt: skip
_FILM_TEXTS = ("board.title", "board.description", "board.style", "board.never")
_MAX = 20_000


class StoryboardActions(Verbs):
    """Thin handlers over the services. Ids come from the browser and are looked up."""

    def __init__(self, context: AddonContext) -> None:
        self._studio = context.studio
        self._uploads = context.uploads

    # -- where one is --------------------------------------------------------------------------------------

    def _do_select(self, view: View, action: Action) -> None:
        if any(shot.id == action.id for shot in view.board.shots):
            view.remember(shot=action.id)

    def _do_filter(self, view: View, action: Action) -> None:
        if action.id == "all" or action.id in KINDS:
            view.choose(FILTER, action.id)

    def _do_search(self, view: View, action: Action) -> None:
        view.choose(SEARCH, action.text("q", 200))

    def _do_clear(self, view: View, action: Action) -> None:
        view.remember(choices={**view.ui.choices, FILTER: "all", SEARCH: ""})

    def _do_castpanel(self, view: View, action: Action) -> None:
        view.remember(choices={**view.ui.choices, OPEN: not view.choice(OPEN, False), writing.OPEN: False})

    def _do_writepanel(self, view: View, action: Action) -> None:
        view.remember(choices={**view.ui.choices, OPEN: False, writing.OPEN: not view.choice(writing.OPEN, False)})

    def _do_dismiss(self, view: View, action: Action) -> None:
        dismiss_notes(view)

    # -- shots ---------------------------------------------------------------------------------------------

    def _do_add(self, view: View, action: Action) -> Reply:
        after = action.id if any(s.id == action.id for s in view.board.shots) else None
        shot = self._studio.storyboards.add(view.open, after)
        self._show(view, shot.id)
        return Reply(
            said=t("Added shot {id}.", id=shot.id), focus=f'#part-storyboard-inspector [data-id="{shot.id}"] textarea'
        )

    def _do_duplicate(self, view: View, action: Action) -> Reply:
        shot = self._studio.storyboards.duplicate(view.open, action.id)
        self._show(view, shot.id)
        return Reply(said=t("Duplicated shot {id} as {id2}.", id=action.id, id2=shot.id), focus=_card(shot.id))

    def _do_delete(self, view: View, action: Action) -> Reply:
        ids = [shot.id for shot in view.board.shots]
        place = view.board.position(action.id)
        self._studio.storyboards.delete(view.open, action.id)
        ids.remove(action.id)
        beside = ids[min(place, len(ids) - 1)] if ids else ""
        if view.ui.shot in (action.id, ""):
            view.remember(shot=beside)
        return Reply(
            said=t("Deleted shot {id}. Undo brings it back.", id=action.id), focus=_card(beside) if beside else ""
        )

    def _do_move(self, view: View, action: Action) -> Reply:
        by = action.number("by") or 0
        self._studio.storyboards.move(view.open, action.id, max(-1, min(1, by)))
        return Reply(focus=_card(action.id) if action.text("card") else "")

    def _do_reorder(self, view: View, action: Action) -> None:
        order = action.data.get("order")
        if not isinstance(order, list):
            raise BadInput("The new order did not arrive.", "Drag again.")
        self._studio.storyboards.reorder(view.open, [str(i) for i in order])

    def _show(self, view: View, shot_id: str) -> None:
        """Select a shot that was just made; a filter that would hide it is taken away."""
        view.remember(shot=shot_id, choices={**view.ui.choices, FILTER: "all", SEARCH: ""})

    # -- making --------------------------------------------------------------------------------------------

    def _do_draw(self, view: View, action: Action) -> Reply | None:
        view.board.shot(action.id)
        run = self._studio.generation.draw_keyframes(view.open, [action.id])
        return None if run else Reply(said=t("Shot {id} has its keyframes.", id=action.id))

    def _do_render(self, view: View, action: Action) -> Reply | None:
        view.board.shot(action.id)
        run = self._studio.generation.render(view.open, [action.id])
        return None if run else Reply(said=t("Shot {id} is rendered as it is.", id=action.id))

    def _do_retry(self, view: View, action: Action) -> None:
        state = Statuses(view).of(view.board.shot(action.id).id)
        if state.job:
            self._studio.jobs.retry(state.job)

    def _do_keyframes(self, view: View, action: Action) -> Reply:
        if any(shot.id == action.id for shot in view.board.shots):
            view.remember(shot=action.id)
        return Reply(tab="keyframes")

    def _do_film(self, view: View, action: Action) -> Reply:
        return Reply(tab="film")

    def _do_draw_all(self, view: View, action: Action) -> Reply | None:
        run = self._studio.generation.draw_keyframes(view.open)
        return None if run else Reply(said=t("Every shot has a keyframe."))

    def _do_render_all(self, view: View, action: Action) -> Reply | None:
        run = self._studio.generation.render(view.open)
        return None if run else Reply(said=t("Every shot is rendered."))

    # -- files ---------------------------------------------------------------------------------------------

    def _do_drop(self, view: View, action: Action) -> Reply:
        """Files on a card: a picture becomes its keyframe, anything else is a storyboard to import."""
        files = handed_over(action)
        if len(files) == 1 and action.id and is_picture(files[0][1]):
            with self._uploads.taken(files[0][0]) as path:
                self._studio.generation.import_keyframe(view.open, action.id, path)
            view.remember(shot=action.id)
            return Reply(said=t("{value} is the keyframe of shot {id}.", value=files[0][1], id=action.id))
        return self._do_import(view, action)

    def _do_import(self, view: View, action: Action) -> Reply:
        files = handed_over(action)
        if not files:
            raise BadInput("No file arrived.", "Choose it again.")
        if len(files) == 1 and is_picture(files[0][1]) and view.board.shots:
            raise BadInput(f"{files[0][1]} is a picture.", "Drop it on the card of its shot, or several at once here.")
        waiting = [(name, self._uploads.known(token)) for token, name in files]
        result = read_pictures(waiting, self._studio.generation.zipped) or self._read(files)
        self._studio.projects.replace_board(view.open, result)
        result = result.replace(notes=(*result.notes, *self._studio.cuts.imported(view.open, result)))
        take_pictures(view.open, result, self._studio, self._uploads, [token for token, _ in files])
        kept = remember_notes(view.open, " + ".join(name for _, name in files), result)
        view.remember(choices={**view.ui.choices, "import.notes": kept, FILTER: "all", SEARCH: ""}, shot="")
        shots = len(result.storyboard.shots)
        return Reply(
            said=tn(
                "Imported {n} shot. Undo brings the old storyboard back.",
                "Imported {n} shots. Undo brings the old storyboard back.",
                shots,
            )
        )

    def _read(self, files: list[tuple[str, str]]) -> ImportResult:
        with contextlib.ExitStack() as taken:
            return read_files([taken.enter_context(self._uploads.taken(token)) for token, _ in files])

    # -- editing -------------------------------------------------------------------------------------------

    def _do_edit(self, view: View, action: Action) -> None:
        field, value = action.text("field", 40), action.text("value", _MAX + 1)
        if len(value) > _MAX:
            raise BadInput(f"The text is longer than {_MAX} characters.", "Shorten it.")
        if field in _FILM_TEXTS:
            self._studio.storyboards.describe(view.open, **{field.removeprefix("board."): value})
            return
        if field == "board.seed":
            self._studio.storyboards.describe(view.open, seed=_film_seed(value))
            return
        shot = view.board.shot(action.id)
        self._studio.storyboards.edit(view.open, shot.id, self._changes(view, shot, field, value))

    def _do_byhand(self, view: View, action: Action) -> Reply:
        """Write a prompt by hand, beginning with the composed one."""
        shot, kind = view.board.shot(action.id), action.text("kind", 10)
        setup, words = view.setup, view.states[shot.id].words
        if kind == "image":
            made = composed(words, setup.image_spec, setup.image_profile, "image")
        else:
            kind, made = "video", composed(words, setup.spec, setup.profile, "video")
        if not made.prompt.strip():
            raise BadInput(f"Shot {shot.id} has no prompt yet.", "Write its words first.")
        self._studio.storyboards.edit(view.open, shot.id, {f"overrides.{kind}": made.prompt})
        return Reply(focus=f'#part-storyboard-inspector [data-field="overrides.{kind}"]')

    def _do_composed(self, view: View, action: Action) -> Reply:
        kind = "image" if action.text("kind", 10) == "image" else "video"
        self._studio.storyboards.edit(view.open, view.board.shot(action.id).id, {f"overrides.{kind}": ""})
        return Reply(said=t("The prompt is composed again. Undo brings yours back."))

    def _do_unset(self, view: View, action: Action) -> None:
        shot = view.board.shot(action.id)
        self._studio.storyboards.edit(view.open, shot.id, self._changes(view, shot, action.text("name", 40), ""))

    def _changes(self, view: View, shot: Shot, field: str, value: str) -> dict[str, Any]:
        if field in _TEXTS:
            return {_TEXTS[field]: value}
        if field == "seconds":
            return {"seconds": typed_seconds(shot.id, value)}
        if field == "size":
            if value and value not in get_args(ShotSize):
                raise BadInput(f"There is no shot size {value[:40]!r}.", "Choose one of the list.")
            return {"size": value or None}
        if field.startswith("presets.") and field.removeprefix("presets.") in Presets.model_fields:
            return {field: value}
        if field in ("location", "look"):
            known = view.board.locations if field == "location" else view.board.looks
            found = next((e for e in known if value.casefold() in (e.name.casefold(), e.id.casefold())), None)
            return {field: found.id if found and value else value.strip()}
        if field == "carry":
            return {"carry": None if value == "" else _decimal(shot.id, "how much is carried over", value)}
        if field == "strength":
            return {"video.motion_strength": None if value == "" else _decimal(shot.id, "the motion strength", value)}
        kind, _, name = field.partition(".")
        if kind in ("image", "video") and name == "seedmode":
            of: Kind = "image" if kind == "image" else "video"
            return {f"{kind}.seed": self._seed(view, shot, of, value)}
        if kind in ("image", "video") and name in ("seed", "steps"):
            return {field: None if value.strip() == "" else _whole(shot.id, name, value)}
        if kind in ("image", "video") and name == "cfg":
            return {field: None if value.strip() == "" else _decimal(shot.id, "the guidance", value)}
        raise BadInput(f"A shot has no field {field[:40]!r} that can be edited.")

    def _seed(self, view: View, shot: Shot, kind: Kind, mode: str) -> int | None:
        now = shot.image.seed if kind == "image" else shot.video.seed
        match mode:
            case "auto":
                return None
            case "random":
                return -1
            case "fixed":
                # The number in use so far, so that fixing it changes no picture.
                words = Words(project=view.project, board=view.board, shot=shot)
                return now if now is not None and now >= 0 else seed_for(words, kind).number
            case _:
                raise BadInput(f"There is no seed {mode[:20]!r}.", "Choose auto, fixed or random.")

    def _do_cast(self, view: View, action: Action) -> None:
        """Put one of the cast into the shot, or take it out."""
        kind = _cast(action.text("kind", 20))
        shot = view.board.shot(action.id)
        there: tuple[str, ...] = getattr(shot, kind)
        who = action.text("who", 200)
        known = {e.id for e in getattr(view.board, kind)}
        if who not in known and who not in there:
            raise BadInput("That one is no longer in the storyboard.", "Reload the page.")
        now = tuple(i for i in there if i != who) if who in there else (*there, who)
        self._studio.storyboards.edit(view.open, shot.id, {kind: now})

    def _do_newcast(self, view: View, action: Action) -> Reply:
        shot = view.board.shot(action.id)
        entity = self._studio.storyboards.cast(
            view.open, shot.id, _cast(action.text("kind", 20)), action.text("name", 200)
        )
        return Reply(said=t("{id} is in shot {id2}.", id=entity.name or entity.id, id2=shot.id))


def typed_seconds(shot_id: str, text: str) -> Fraction:
    """A length as people type it: "3.1", "3,1", "3.1 s". Raises BadInput."""
    plain = re.sub(r"\s*(s|sec|seconds?)$", "", text.strip(), flags=re.IGNORECASE).replace(",", ".")
    try:
        return parse_seconds(plain)
    except ValueError as error:
        raise BadInput(f"Shot {shot_id} keeps its length: {error}.", "Type seconds, such as 3.1.") from None


def _film_seed(text: str) -> int | None:
    if not text.strip():
        return None
    if not re.fullmatch(r"\s*[0-9]{1,20}\s*", text) or int(text) >= 2**64:
        raise BadInput(f"The film's seed is a whole number below 2^64, not {text[:24]!r}.", "Correct it or clear it.")
    return int(text)


def _decimal(shot_id: str, what: str, text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise BadInput(f"Shot {shot_id}: {what} is a number, not {text[:20]!r}.", "Correct it and try again.") from None


def _whole(shot_id: str, what: str, text: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,20}\s*", text):
        raise BadInput(f"Shot {shot_id}: {what} is a whole number, not {text[:20]!r}.", "Correct it and try again.")
    return int(text)


def _cast(kind: str) -> Cast:
    found: Literal["characters", "objects"] = "objects" if kind == "objects" else "characters"
    return found


def _card(shot_id: str) -> str:
    return f'#part-storyboard-cards [data-id="{shot_id}"]'
