"""Changing a storyboard by an instruction to a language model: a difference that a person accepts shot by shot."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from domain.draft import Brief, Draft, Language
from domain.errors import BadInput
from domain.storyboard import CAST, Shot, Storyboard
from domain.timing import film_frames
from services.writing.adopting import filled, shot_of
from services.writing.company import Company
from services.writing.languages import language_of, lexicon_of
from services.writing.notes import unknown
from services.writing.portions import groups_of
from services.writing.questions import PART, revise_question
from services.writing.revising import asked_running_time
from services.writing.shapes import AddedShot, Revised, RevisedShot
from services.writing.timing import readable_step, seconds_of, share_out

if TYPE_CHECKING:
    from services.writing.modelled import Session

_ROWS = 40
_SHOWN = 1500
"""Letters of a prompt that the model sees; a longer one it cannot change."""


def rewritten(brief: Brief, rate: Fraction, board: Storyboard, session: Session) -> Draft:
    """The storyboard as the model changes it. Raises BadInput when there is nothing to change, nothing was changed, or
    nothing would be left."""
    words = " ".join(brief.instruction.split())
    if not board.shots:
        raise BadInput("There are no shots to revise yet.", "Write or import a storyboard first.")
    if not words:
        raise BadInput("There is no instruction.", "Say what should change, such as: shorter, more close-ups.")
    language = brief.language or language_of("\n".join(s.prompt for s in board.shots)) or brief.output
    company = Company(board)
    rows = [_row(shot, company) for shot in board.shots]
    groups = groups_of(rows, [len(str(row)) for row in rows], PART, _ROWS)
    session.parts = len(groups)
    after, strangers = board, 0
    for group in groups:
        question = revise_question(group, words, brief.output or language, company.memory())
        answer = session.ask(question, Revised, len(group))
        company.learn(answer)
        shown = {str(row["id"]) for row in group}
        strangers += sum(c.id not in shown for c in answer.changed) + sum(i not in shown for i in answer.removed)
        after = _applied(after, answer, shown, company)
        session.shots += len(answer.changed) + len(answer.added)
    if not after.shots:
        raise BadInput("The model would remove every shot.", "Say it differently, or write another storyboard.")
    after = _timed(_completed(after, board, company, brief.output or language), board, words, rate)
    if after.shots == board.shots:
        raise BadInput("The model changes nothing here.", "Say more exactly what should change.")
    notes = [unknown(strangers)] if strangers else []
    return Draft(
        id="", brief=brief, before=board, storyboard=after, language=brief.output or language, notes=tuple(notes)
    )


def _row(shot: Shot, company: Company) -> dict[str, Any]:
    row = {
        "id": shot.id, "prompt": shot.prompt[:_SHOWN], "seconds": round(float(shot.seconds), 3),
        "size": shot.size or "", "camera": shot.presets.camera, "time_of_day": shot.presets.time_of_day,
        "location": company.name("locations", shot.location) if shot.location else "",
        "characters": [company.name("characters", i) for i in shot.characters], "dialogue": shot.dialogue[:500],
    }  # fmt: skip
    return {name: value for name, value in row.items() if value}


def _applied(board: Storyboard, answer: Revised, shown: set[str], company: Company) -> Storyboard:
    """The storyboard with one answer; only shots that were shown can change or go."""
    for change in answer.changed:
        if change.id in shown and change.id in board.places:
            board = board.with_shot(_changed(board.shot(change.id), change, company))
    board = _inserted(board, answer.added, company)
    gone = [i for i in dict.fromkeys(answer.removed) if i in shown and i in board.places]
    return board.without(gone) if gone else board


def _inserted(board: Storyboard, added: Sequence[AddedShot], company: Company) -> Storyboard:
    """The storyboard with new shots, each behind the one it names; those that name one that is not there come last."""
    ids, numbered = list[str](), board
    for _ in added:
        ids.append(numbered.free_id())
        numbered = numbered.with_new(Shot(id=ids[-1]))
    made = [
        (answer.after, shot_of(answer, shot_id, company).replace(seconds=_near(answer.seconds) or Fraction(4)))
        for answer, shot_id in zip(added, ids, strict=True)
    ]
    there = set(board.places)
    for after, shot in made:
        if after and after not in there:
            board = board.with_new(shot)
    # from the last to the first: several behind one shot stay in their order
    for after, shot in reversed(made):
        if after in there:
            board = board.with_new(shot, after)
        elif not after:
            board = board.replace(shots=(shot, *board.shots))
    return board


def _changed(shot: Shot, change: RevisedShot, company: Company) -> Shot:
    presets = shot.presets
    if change.camera is not None:
        presets = presets.replace(camera=change.camera)
    if change.time_of_day is not None:
        presets = presets.replace(time_of_day=change.time_of_day)
    place = company.ids("locations", [change.location]) if change.location else ()
    fields: dict[str, Any] = {
        "prompt": change.prompt if change.prompt and len(shot.prompt) <= _SHOWN else None,
        "description": change.picture, "seconds": _near(change.seconds), "size": change.size or None,
        "location": place[0] if place else change.location, "dialogue": change.dialogue, "sound": change.sound,
        "characters": None if change.characters is None else company.ids("characters", change.characters),
    }  # fmt: skip
    return shot.replace(presets=presets, **{name: value for name, value in fields.items() if value is not None})


def _near(seconds: float | None) -> Fraction | None:
    """To a tenth of a second, at least half of one."""
    return None if seconds is None else max(Fraction(1, 2), Fraction(round(seconds * 10), 10))


def _completed(after: Storyboard, before: Storyboard, company: Company, language: Language) -> Storyboard:
    """New shots with size, camera and picture, and the cast with whom the shots name now."""
    whole = filled(after.shots, company, lexicon_of(language))
    shots = tuple(s if s.id in before.places else w for s, w in zip(after.shots, whole, strict=True))
    cast = {kind: company.board.entities(kind) for kind in CAST}
    return after.replace(shots=shots, **cast)


def _timed(after: Storyboard, before: Storyboard, words: str, rate: Fraction) -> Storyboard:
    """Where the instruction names a running time, the lengths add up to it to the frame."""
    seconds = asked_running_time(words)
    if seconds is None:
        return after
    frames, count = film_frames(seconds, rate), len(after.shots)
    if frames < count:
        raise BadInput(f"{count} shots do not fit into {frames} frames.", "Remove some of them first.")
    now = [film_frames(s.seconds, rate) for s in after.shots]
    shared = share_out(frames, [Fraction(n) for n in now], [None] * count, readable_step(rate, frames, count))
    shots = (
        s if f == n else s.replace(seconds=seconds_of(f, rate))
        for s, f, n in zip(after.shots, shared, now, strict=True)
    )
    return after.replace(shots=tuple(shots))
