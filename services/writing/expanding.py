"""A given list with what a language model adds to it. The words of the list come from the list alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from domain.draft import Brief, Draft
from domain.storyboard import Shot, Storyboard
from domain.timing import film_frames
from services.writing.company import Company
from services.writing.notes import unanswered
from services.writing.planner import plan_storyboard
from services.writing.portions import groups_of
from services.writing.questions import PART, expand_question
from services.writing.reading import Cell, read_source
from services.writing.shapes import Addition, Expanded
from services.writing.timing import readable_step, seconds_of, share_out

if TYPE_CHECKING:
    from services.writing.modelled import Session

_ROWS = 20
_SHOWN = 1500


def expanded(brief: Brief, rate: Fraction, board: Storyboard, session: Session) -> Draft:
    """The list as the rules expand it, with the model's additions in place of the rules' guesses. Fields that the list
    itself fills in stay."""
    base = plan_storyboard(brief, rate, board)
    given = read_source(brief, board).cells
    company = Company(base.storyboard)
    additions = _additions(base, given, company, session)
    board = company.board
    shots = [
        _with(shot, cell, additions[number], company) if number in additions else shot
        for number, (shot, cell) in enumerate(zip(board.shots, given, strict=True), 1)
    ]
    shots = _timed(shots, given, additions, brief.seconds, rate)
    notes = list(base.notes)
    if len(additions) < len(shots):
        notes.append(unanswered(len(shots) - len(additions)))
    return base.replace(storyboard=company.board.replace(shots=tuple(shots)), notes=tuple(notes))


def _additions(base: Draft, given: Sequence[Cell], company: Company, session: Session) -> dict[int, Addition]:
    shots = base.storyboard.shots
    rows: list[dict[str, Any]] = [
        {"number": n, "words": shot.prompt[:_SHOWN]} | _known(cell.shot, company)
        for n, (shot, cell) in enumerate(zip(shots, given, strict=True), 1)
    ]
    groups = groups_of(rows, [len(row["words"]) + 40 for row in rows], PART, _ROWS)
    session.parts = len(groups)
    found: dict[int, Addition] = {}
    for group in groups:
        question = expand_question(group, base.brief.output or base.language, company.memory())
        answer = session.ask(question, Expanded, len(group))
        company.learn(answer)
        asked = {row["number"] for row in group}
        for addition in answer.shots:
            if addition.number in asked:
                found.setdefault(addition.number, addition)
        session.shots = len(found)
    return found


def _known(shot: Shot, company: Company) -> dict[str, Any]:
    """What the list says of a shot besides its words."""
    fields = {
        "picture": shot.description[:300], "size": shot.size or "", "camera": shot.presets.camera,
        "time_of_day": shot.presets.time_of_day, "location": company.name("locations", shot.location),
        "characters": [company.name("characters", i) for i in shot.characters],
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value}


def _with(shot: Shot, cell: Cell, more: Addition, company: Company) -> Shot:
    """The shot with what was added where the list has nothing."""
    given, presets = cell.shot, shot.presets
    place = company.ids("locations", [more.location])
    fields: dict[str, Any] = {
        "description": (given.description, more.picture), "size": (given.size, more.size),
        "location": (given.location, place[0] if place else ""), "sound": (given.sound, more.sound),
        "characters": (given.characters, company.ids("characters", more.characters)),
        "objects": (given.objects, company.ids("objects", more.objects)),
    }  # fmt: skip
    if not given.presets.camera and more.camera:
        presets = presets.replace(camera=more.camera)
    if not given.presets.time_of_day and more.time_of_day:
        presets = presets.replace(time_of_day=more.time_of_day)
    added = {name: new for name, (old, new) in fields.items() if new and not old}
    return shot.replace(presets=presets, **added)


def _timed(
    shots: Sequence[Shot], given: Sequence[Cell], additions: dict[int, Addition], seconds: Fraction | None,
    rate: Fraction,
) -> list[Shot]:  # fmt: skip
    """The lengths that the model suggests, where the list states none; in all as many frames as the rules gave."""
    wanted = [
        None if cell.seconds is not None or n not in additions else additions[n].seconds
        for n, cell in enumerate(given, 1)
    ]
    if not any(wanted):
        return list(shots)
    if seconds is None:
        return [
            s if w is None else s.replace(seconds=max(Fraction(1), min(Fraction(20), Fraction(round(w * 2), 2))))
            for s, w in zip(shots, wanted, strict=True)
        ]
    frames = film_frames(seconds, rate)
    now = [film_frames(s.seconds, rate) for s in shots]
    weights = [Fraction(str(w)) if w else Fraction(n) / rate for w, n in zip(wanted, now, strict=True)]
    fixed = [n if cell.seconds is not None else None for n, cell in zip(now, given, strict=True)]
    shared = share_out(frames, weights, fixed, readable_step(rate, frames, len(shots)))
    return [s if f == n else s.replace(seconds=seconds_of(f, rate)) for s, f, n in zip(shots, shared, now, strict=True)]
