"""The offline planner: text into a storyboard by rules. The same text gives the same plan.

What was written is never rewritten: each sentence goes into the prompt of a shot as it stands, and a given list keeps
its shots, their words and all that was filled in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from domain.draft import Brief, Draft, Language
from domain.errors import BadInput
from domain.importing import ImportNote
from domain.storyboard import MAX_TEXT, Shot, ShotSize, Storyboard
from domain.timing import MAX_SECONDS, film_frames, seconds_label
from services.importing.sentences import sentences
from services.writing import casting, framing
from services.writing.grouping import fitting_count, grouped
from services.writing.languages import language_of, lexicon_of
from services.writing.notes import list_stays, stretched
from services.writing.reading import Cell, Source, read_source
from services.writing.stated import stated_running_time
from services.writing.timing import readable_step, seconds_of, share_out

_TITLE_WORDS = 7
_TITLE_LETTERS = 60


def plan_storyboard(brief: Brief, rate: Fraction, board: Storyboard | None = None) -> Draft:
    """A storyboard for the brief, whose shots are as long as asked for, to the frame at `rate`.

    `board` is the project's own, which an expansion without a text fills in. Raises BadInput, in a sentence.
    """
    source = read_source(brief, board)
    if not source.cells:
        raise BadInput("The text holds no words.", "Write what is to be seen.")
    notes = list(source.notes)
    texts = [cell.text for cell in source.cells]
    language = brief.language or language_of("\n".join(texts)) or brief.output
    spoken = brief.output or language
    seconds = brief.seconds or (None if source.given else stated_running_time(brief.text))
    cells = _cells(source, brief, seconds, rate, notes)
    lengths = _lengths(cells, seconds, rate, notes)
    made = casting.with_cast(source.board, texts, language)
    shots = _shots(cells, lengths, made, language, spoken, given=source.given)
    title = made.title or brief.name or short_title(texts[0])
    done = made.replace(title=title[:400], shots=tuple(shots))
    before = board or Storyboard()
    return Draft(id="", brief=brief, before=before, storyboard=done, language=spoken, notes=tuple(notes))


def _cells(
    source: Source, brief: Brief, seconds: Fraction | None, rate: Fraction, notes: list[ImportNote]
) -> list[Cell]:
    frames = None if seconds is None else film_frames(seconds, rate)
    if source.given:
        if brief.shots not in (None, len(source.cells)):
            notes.append(list_stays(len(source.cells)))
        cells = list(source.cells)
    else:
        cells = grouped(source.cells, fitting_count(source.cells, seconds, brief.shots, frames))
    if frames is not None and len(cells) > frames:
        raise BadInput(
            f"{len(cells)} shots do not fit into {frames} frames.", "Ask for a longer film, or for fewer shots."
        )
    return cells


def _lengths(
    cells: Sequence[Cell], seconds: Fraction | None, rate: Fraction, notes: list[ImportNote]
) -> list[Fraction | None]:
    """The length of each shot; None for those that keep their own."""
    longest = Fraction(MAX_SECONDS)
    if seconds is None:
        return [
            min(cell.seconds, longest) if cell.seconds is not None else min(_rounded(cell.weight), longest)
            for cell in cells
        ]
    frames = film_frames(seconds, rate)
    fixed = [None if c.seconds is None else film_frames(c.seconds, rate) for c in cells]
    if all(f is not None for f in fixed) and sum(f or 0 for f in fixed) == frames:
        return [cell.seconds for cell in cells]
    shares = share_out(frames, [c.weight for c in cells], fixed, readable_step(rate, frames, len(cells)))
    if any(f is not None and f != s for f, s in zip(fixed, shares, strict=True)):
        notes.append(stretched(seconds_label(seconds)))
    return [cell.seconds if f == s else seconds_of(s, rate) for cell, f, s in zip(cells, fixed, shares, strict=True)]


def _rounded(seconds: Fraction) -> Fraction:
    return Fraction(math.ceil(seconds * 2), 2)


def _shots(
    cells: Sequence[Cell], lengths: Sequence[Fraction | None], board: Storyboard, language: Language, written: Language,
    *, given: bool,
) -> list[Shot]:  # fmt: skip
    lexicon = lexicon_of(language)
    sizes: list[ShotSize] = []
    moves: list[str] = []
    cast: Sequence[str] = ()
    place, time, scene = "", "", -1
    names = {e.id: e.name or e.id for e in board.locations}
    shots = []
    for index, (cell, length) in enumerate(zip(cells, lengths, strict=True)):
        opens = cell.scene != scene or not index
        text = cell.text
        found = casting.assigned(board, text, language, cast)
        if opens and not given:
            place, time = "", ""
        scene = cell.scene
        place = cell.shot.location or (found["locations"][0] if found["locations"] else place)
        time = cell.shot.presets.time_of_day or framing.time_of_day(text, lexicon) or time
        cast = found["characters"] or cast
        spoken = cell.shot.dialogue or casting.dialogue_in(text, board)
        size = cell.shot.size or framing.size_for(text, lexicon, sizes, opens=opens, speaks=bool(spoken))
        move = cell.shot.presets.camera or framing.move_for(text, lexicon, moves, ends=index == len(cells) - 1)
        sizes.append(size)
        moves.append(move)
        shot = cell.shot.replace(
            id=cell.shot.id if given and cell.shot.id != "x" else f"{index + 1:03d}",
            title=cell.shot.title or short_title(text), prompt=text[:MAX_TEXT],
            seconds=length or cell.shot.seconds, size=size, dialogue=spoken,
            presets=cell.shot.presets.replace(camera=move, time_of_day=time),
            characters=cell.shot.characters or found["characters"][:100],
            objects=cell.shot.objects or found["objects"][:100], location=place,
        )  # fmt: skip
        first = next(iter(sentences(text[:2000])), "")
        described = framing.keyframe_words(shot, names.get(place, place), first, lexicon_of(written))
        shots.append(shot if shot.description else shot.replace(description=described))
    return shots


def short_title(text: str) -> str:
    """The first words, for a title."""
    words = text[:400].split()
    short = " ".join(words[:_TITLE_WORDS])
    if len(short) > _TITLE_LETTERS:
        return short[: _TITLE_LETTERS - 1].rstrip() + "…"
    return short.rstrip(".,;:!?…") + ("…" if len(words) > _TITLE_WORDS else "")
