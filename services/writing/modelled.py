"""The planner that asks a language model: the same briefs and drafts as the offline one.

A long text is asked about part by part, with a memory of who and where that our code keeps. What a model answers goes
into fields of a draft, which a person accepts, and nowhere else; of a given list it can only fill in what is missing,
because the list's own words come from the list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from pydantic import ValidationError

from domain.answers import Answer
from domain.asking import Heard, Question, Usage
from domain.base import Value, canonical_hash
from domain.draft import Brief, Draft, Language
from domain.errors import BadInput, Cancelled
from domain.importing import ImportNote
from domain.storyboard import MAX_SHOTS, Shot, Storyboard
from domain.timing import film_frames
from services.ports import Writer
from services.writing.adopting import filled, shot_of, timed
from services.writing.company import Company
from services.writing.expanding import expanded
from services.writing.languages import language_of, lexicon_of
from services.writing.notes import another_count
from services.writing.planner import short_title
from services.writing.portions import portions_of, shares
from services.writing.questions import PART, digest_question, draft_question
from services.writing.reading import read_source
from services.writing.rewriting import rewritten
from services.writing.shapes import Digest, Drafted, DraftShot, drafted
from services.writing.stated import stated_running_time

A = TypeVar("A", bound=Answer)

AT_ONCE = 24
"""Most shots that are asked for in one question."""

_USUAL = Fraction(5)
"""Seconds of a shot by which their number is guessed from a running time."""

_MOST_PARTS = 2000


class PartAnswer(Value):
    """An answer that was paid for, as JSON, and what it took."""

    answer: str
    usage: Usage = Usage()


class Parts(Value):
    """The answers of a draft that is not finished, by the hash of their question, so that none is asked twice."""

    answers: dict[str, PartAnswer] = {}  # noqa: RUF012 - a frozen value


@dataclass
class Session:
    """The questions of one draft. `keep` stores an answer, `kept` are those of a try that broke off; `tell` gets how
    much of the work is done (0 to 1) and words for it."""

    writer: Writer
    tell: Callable[[float, str], None]
    stopped: Callable[[], bool]
    model: str = ""
    kept: Parts = field(default_factory=Parts)
    keep: Callable[[str, PartAnswer], None] = lambda key, answer: None
    usage: Usage = field(default_factory=Usage)
    parts: int = 1
    done: int = 0
    shots: int = 0

    def ask(self, question: Question, shape: type[A], expected: int, loose: type[A] | None = None) -> A:
        """The answer, from the last try where it was given then. `expected` is about how many shots it has."""
        key = canonical_hash([self.name, shape.__name__, question.to_json()])
        found = self._kept(key, loose or shape)
        if found is None:
            if self.stopped():
                raise Cancelled
            self._tell(Heard(), expected)
            found, usage = self.writer.ask(
                question, shape, lambda heard: self._tell(heard, expected), self.stopped, self.model, loose
            )
            self.keep(key, PartAnswer(answer=found.model_dump_json(), usage=usage))
            self.usage += usage
        self.done += 1
        return found

    @property
    def name(self) -> str:
        """The model that is asked."""
        return self.model or self.writer.model()

    def _kept(self, key: str, shape: type[A]) -> A | None:
        known = self.kept.answers.get(key)
        if known is None:
            return None
        try:
            found = shape.model_validate_json(known.answer)
        except ValidationError:
            return None
        self.usage += known.usage
        return found

    def _tell(self, heard: Heard, expected: int) -> None:
        part = f"part {min(self.done + 1, self.parts)} of {self.parts} · " if self.parts > 1 else ""
        inside = min(heard.items / max(expected, 1), 0.95)
        tokens = self.usage.received + heard.tokens
        shots = self.shots + heard.items
        count = "1 shot" if shots == 1 else f"{shots} shots"
        words = f"{part}{count} · {tokens} tokens" if tokens else f"{part}waiting for {self.name}"
        self.tell(min((self.done + inside) / max(self.parts, 1), 0.99), words)


def plan_with_model(brief: Brief, rate: Fraction, board: Storyboard, session: Session) -> Draft:
    """A draft as the brief asks for it, written by a language model. A list is never drafted anew, only expanded.

    Raises BadInput, what the writer raises, and Cancelled.
    """
    if brief.mode == "revise":
        made = rewritten(brief, rate, board, session)
    elif read_source(brief, board).given:
        made = expanded(brief, rate, board, session)
    else:
        made = _drafted(brief, rate, board, session)
    return made.replace(model=session.name, usage=session.usage)


def _drafted(brief: Brief, rate: Fraction, board: Storyboard, session: Session) -> Draft:
    language: Language = brief.language or language_of(brief.text) or brief.output
    spoken = brief.output or language
    seconds = brief.seconds or stated_running_time(brief.text)
    about = brief.shots
    if about is None and seconds is not None:
        about = max(1, min(round(seconds / _USUAL), film_frames(seconds, rate), MAX_SHOTS))
    company = Company(Storyboard())
    parts: Sequence[str] = portions_of(brief.text, PART)
    if len(parts) > _MOST_PARTS:
        raise BadInput(
            f"The text makes {len(parts)} questions.", f"At most {_MOST_PARTS} are asked; write a part of it."
        )
    if about is not None and len(parts) > about:
        parts = _condensed(parts, about, spoken, company, session)
    answers, title, style = _asked(parts, about, brief, spoken, company, session)
    notes: list[ImportNote] = []
    if brief.shots is not None and len(answers) != brief.shots:
        notes.append(another_count(len(answers), brief.shots))
    if len(answers) > MAX_SHOTS:
        raise BadInput(f"The model wrote {len(answers)} shots.", f"A storyboard has at most {MAX_SHOTS}.")
    shots: Sequence[Shot] = [shot_of(a, f"{n:03d}", company) for n, a in enumerate(answers, 1)]
    shots = timed(filled(shots, company, lexicon_of(spoken)), [a.seconds for a in answers], seconds, rate)
    done = company.board.replace(
        title=(title or brief.name or short_title(answers[0].prompt))[:400], style=style, shots=tuple(shots)
    )
    return Draft(id="", brief=brief, before=board, storyboard=done, language=spoken, notes=tuple(notes))


def _asked(
    parts: Sequence[str], about: int | None, brief: Brief, spoken: Language, company: Company, session: Session
) -> tuple[list[DraftShot], str, str]:
    """The shots of all parts in order, and title and style as the first part has them."""
    given = [None] * len(parts) if about is None else shares(about, parts)
    stages = [
        (number, text, share, stage, of)
        for number, (text, count) in enumerate(zip(parts, given, strict=True), 1)
        for of in [1 if count is None else math.ceil(count / AT_ONCE)]
        for stage, share in enumerate([None] if count is None else shares(count, [""] * of), 1)
    ]
    session.parts = session.done + len(stages)
    found: list[DraftShot] = []
    title = style = ""
    for number, text, share, stage, of in stages:
        exact = share if brief.shots is not None else None
        question = draft_question(
            text, spoken, count=exact, about=share, part=(number, len(parts)), stage=(stage, of),
            memory=company.memory(), before=[shot.prompt for shot in found[-2:]],
        )  # fmt: skip
        answer: Drafted = session.ask(question, drafted(exact), share or 12, Drafted)
        company.learn(answer)
        found += answer.shots
        session.shots = len(found)
        title, style = title or answer.title, style or answer.style
    return found, title, style


def _condensed(
    parts: Sequence[str], shots: int, spoken: Language, company: Company, session: Session
) -> Sequence[str]:  # fmt: skip
    """Fewer parts than there are shots to be, from summaries of all parts; who and where is kept in full."""
    while len(parts) > shots:
        session.parts = session.done + len(parts) + 1
        summaries = []
        for part in parts:
            digest = session.ask(digest_question(part, spoken, company.memory()), Digest, 1)
            company.learn(digest)
            summaries.append(digest.summary)
        fewer = portions_of("\n\n".join(summaries), PART)
        if len(fewer) >= len(parts):
            raise BadInput(f"The text is too long for {shots} shots.", "Ask for more shots, or write a part of it.")
        parts = fewer
    return parts
