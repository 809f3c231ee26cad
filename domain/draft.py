"""A drafted storyboard before it is accepted: what was asked, what was written, and what it would change."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Literal

from pydantic import Field

from domain.asking import Usage
from domain.base import Value
from domain.errors import BadInput
from domain.importing import ImportNote
from domain.names import free_name
from domain.storyboard import CAST, MAX_SHOTS, SHOT_FIELDS, Entity, Shot, Storyboard
from domain.timing import Seconds, seconds_label

MAX_IDEA = 2_000_000
"""Longest text a storyboard is drafted from, in characters: a long novel."""

MAX_INSTRUCTION = 2000
"""Longest instruction for a revision, in characters."""

Mode = Literal["draft", "expand", "revise"]
Language = Literal["", "en", "de", "fr", "es"]


class Brief(Value):
    """What is asked for. draft: shots from an idea; expand: a given list stays word for word, and only what is missing
    is filled in; revise: the project's storyboard is changed as `instruction` says.

    `seconds` is the film's running time (None: as the text says, else estimated), `shots` their number (None: as it
    fits). `language` is the text's own (empty: told from it), `output` the one of all words that are added (empty: the
    text's). `writer` is who writes: the offline rules, or a language model, the one of the settings unless `model`
    names another.
    """

    mode: Mode = "draft"
    text: str = Field(default="", max_length=MAX_IDEA)
    name: str = Field(default="", max_length=200)
    instruction: str = Field(default="", max_length=MAX_INSTRUCTION)
    seconds: Seconds | None = None
    shots: int | None = Field(default=None, ge=1, le=MAX_SHOTS)
    language: Language = ""
    output: Language = ""
    writer: Literal["rules", "model"] = "rules"
    model: str = Field(default="", max_length=200)


class Draft(Value):
    """A storyboard that was written, and the one it was written over. `taken` are the shots that were accepted,
    `model` is the language model that wrote it (empty: the rules did), and `usage` what that took."""

    id: str
    brief: Brief
    before: Storyboard = Storyboard()
    storyboard: Storyboard
    language: Language = ""
    notes: tuple[ImportNote, ...] = ()
    created: str = ""
    taken: tuple[str, ...] = ()
    model: str = ""
    usage: Usage = Usage()


class FieldChange(Value):
    """One field of a shot before and after, as text."""

    field: str
    before: str
    after: str


class ShotChange(Value):
    """What becomes of one shot: it is added, removed, or changed in these fields."""

    id: str
    kind: Literal["added", "removed", "changed"]
    before: Shot | None = None
    after: Shot | None = None
    fields: tuple[FieldChange, ...] = ()


def changes(draft: Draft) -> tuple[ShotChange, ...]:
    """What the draft still would do, shot by shot, in the order of the film; what was taken already is left out.

    A new draft adds each of its shots; a revision is the difference from what it was written over.
    """
    taken = set(draft.taken)
    if draft.brief.mode != "revise":
        return tuple(ShotChange(id=s.id, kind="added", after=s) for s in draft.storyboard.shots if s.id not in taken)
    found: list[ShotChange] = []
    before = {s.id: s for s in draft.before.shots}
    after = {s.id for s in draft.storyboard.shots}
    gone = [s for s in draft.before.shots if s.id not in after]
    places = draft.before.places
    for shot in draft.storyboard.shots:
        old = before.get(shot.id)
        while gone and old is not None and places[gone[0].id] < places[shot.id]:
            found.append(ShotChange(id=gone[0].id, kind="removed", before=gone.pop(0)))
        if old is None:
            found.append(ShotChange(id=shot.id, kind="added", after=shot))
        elif old != shot:
            found.append(ShotChange(id=shot.id, kind="changed", before=old, after=shot, fields=_differences(old, shot)))
    found += [ShotChange(id=s.id, kind="removed", before=s) for s in gone]
    return tuple(c for c in found if c.id not in taken)


def accepted(board: Storyboard, draft: Draft, shot_ids: Collection[str] | None = None) -> Storyboard:
    """The project's storyboard with the draft, or with what it does to these shots.

    All of a new draft takes the place of the storyboard; single shots of it are put at the end under free ids, with
    the cast they name. A revision changes only what it was about, and leaves other edits made since. Raises BadInput.
    """
    if draft.brief.mode != "revise":
        if shot_ids is None and not draft.taken:
            return draft.storyboard
        for change in _chosen(draft, shot_ids):
            if change.after is not None:
                board, shot = _with_cast(board, draft.storyboard, change.after)
                taken = {s.id for s in board.shots}
                board = board.with_new(shot.replace(id=board.free_id()) if shot.id in taken else shot)
        return board
    for change in _chosen(draft, shot_ids):
        there = change.id in board.places
        if change.kind == "removed":
            board = board.without([change.id]) if there else board
        elif change.after is not None:
            board, shot = _with_cast(board, draft.storyboard, change.after)
            if not there:
                if change.kind == "added":
                    before = _before(draft.storyboard, board, change.id)
                    board = board.with_new(shot, before) if before else board.with_new(shot)
                continue
            fields = [field.field.partition(".")[0] for field in change.fields]
            board = board.with_shot(board.shot(change.id).replace(**{f: getattr(shot, f) for f in fields}))
    if shot_ids is None:
        for kind in CAST:
            if draft.before.entities(kind) != draft.storyboard.entities(kind):
                board = board.replace(**{kind: draft.storyboard.entities(kind)})
        texts = ("title", "description", "style", "never")
        board = board.replace(
            **{t: v for t in texts if (v := getattr(draft.storyboard, t)) != getattr(draft.before, t)}
        )
    return board


def _chosen(draft: Draft, shot_ids: Collection[str] | None) -> list[ShotChange]:
    found = [c for c in changes(draft) if shot_ids is None or c.id in shot_ids]
    if shot_ids and not found:
        raise BadInput("That shot of the draft was taken already.", "Reload the page.")
    return found


def _before(theirs: Storyboard, ours: Storyboard, shot_id: str) -> str:
    """The nearest shot before it that is in our storyboard too; empty when there is none."""
    earlier = theirs.shots[: theirs.position(shot_id)]
    return next((s.id for s in reversed(earlier) if s.id in ours.places), "")


def _with_cast(board: Storyboard, theirs: Storyboard, shot: Shot) -> tuple[Storyboard, Shot]:
    """The storyboard with everybody whom a shot of another one names, and the shot naming them as they are called
    there: who has the same name is the same."""
    for kind in CAST:
        field = SHOT_FIELDS[kind]
        there = getattr(shot, field)
        ids: dict[str, str] = {}
        for given in (there,) if isinstance(there, str) else there:
            wanted = next((e for e in theirs.entities(kind) if e.id == given), None)
            if wanted is None:
                continue
            known = board.entities(kind)
            same = next((e for e in known if e.name and e.name.casefold() == wanted.name.casefold()), None)
            if same is None:
                same = _free(wanted, known)
                board = board.with_entity(kind, same)
            ids[given] = same.id
        now = ids.get(there, there) if isinstance(there, str) else tuple(ids.get(i, i) for i in there)
        shot = shot.replace(**{field: now})
    return board, shot


def _free(entity: Entity, known: Collection[Entity]) -> Entity:
    return entity.replace(id=free_name(entity.id, {e.id for e in known}), states=())


def _differences(old: Shot, new: Shot) -> tuple[FieldChange, ...]:
    found = []
    for name in Shot.model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        if isinstance(before, Value) and isinstance(after, Value):
            for inner in type(before).model_fields:
                one, other = getattr(before, inner), getattr(after, inner)
                if one != other:
                    found.append(FieldChange(field=f"{name}.{inner}", before=_text(one), after=_text(other)))
        else:
            found.append(FieldChange(field=name, before=_text(before), after=_text(after)))
    return tuple(found)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return seconds_label(value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
