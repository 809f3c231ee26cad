"""Clips checked as they arrive: what fails is made again with another seed, within limits, and the best one stands."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from domain.errors import BackendFailed, Cancelled, StudioError
from domain.job import Job
from domain.monitor import CardReading
from domain.project import ShotChoice
from domain.quality.acting import Attempt, QualityRules, ShotChecks, attempt_of, best, faults, in_words
from domain.quality.values import Expectation, QualityReport
from domain.request import GenerationRequest
from domain.take import Take
from services.job_context import Again, JobContext, Made
from services.planning import ShotState
from services.ports import Backends, Clock
from services.projects import OpenProject
from services.quality.chains import ChainChecks
from services.quality.ordered import clip_order
from services.quality.service import QualityService

_log = logging.getLogger(__name__)

_AT_ONCE = 2
"""Checks at a time: each decodes on several cores."""


class ClipChecks:
    """The acting half of a clip's check. `rules` are those of a project at the moment; `chains` looks at finished
    shots; `cards` are this computer's graphics cards as they were last read."""

    def __init__(
        self, quality: QualityService, backends: Backends, clock: Clock, rules: Callable[[OpenProject], QualityRules],
        chains: ChainChecks, cards: Callable[[], Sequence[CardReading]] = tuple,
    ) -> None:  # fmt: skip
        self._cards = cards
        self._quality, self._backends, self._clock, self._rules, self._chains = quality, backends, clock, rules, chains
        self._slots = threading.BoundedSemaphore(_AT_ONCE)

    def rules(self, project: OpenProject) -> QualityRules:
        """How far to go in that project now."""
        return self._rules(project)

    def card(self) -> dict[str, str]:
        """What is known of the graphics cards now, in words, to be kept with what was made; empty when nothing is."""
        said = "; ".join(_card_words(card) for card in self._cards())
        return {"card": said} if said else {}

    def look(
        self, context: JobContext, project: OpenProject, state: ShotState, take: Take, again: Callable[[], ShotState]
    ) -> str | Made | Again:
        """Check a clip that this job has just made, and say what follows: it stands, it is made again, or an earlier
        one of the job stands because it is better. `again` reads the shot anew. Raises Cancelled."""
        rules = self._rules(project)
        if not rules.clips:
            return take.id
        context.step_aside()
        job, known = context.job, read_checks(project, take.shot)
        attempt = known.of_take(take.segment, take.id)
        if attempt is None or attempt.job != job.id:
            order = clip_order(state, take.request, labelled=is_labelled(take.request), drawn=take.drawn)
            found = self._examined(context, project, take, order, rules.clip_gate)
            if isinstance(found, str):
                return Made(take.id, found)
            attempt = attempt_of(
                found, job=job.id, number=job.retake, segment=take.segment, take=take.id, seed=take.request.seed,
                made=take.made,
            )  # fmt: skip
            keep(project, take.shot, lambda c: c.with_attempt(attempt))
        bad = faults(attempt.findings)
        if bad:
            follows: str | Again
            if _is_repeated(project, take, known):
                follows = "It was not made again any more, because another seed gave the very same clip."
            else:
                follows = self._again(job, take.request, rules, in_words(bad))
            if isinstance(follows, Again):
                return follows
            ended = self._ended(project, job, rules, follows)
        else:
            ended = self._ended(project, job, rules, "")
        told = self._chains.look(context, project, again(), rules)
        return Made(ended.result or take.id, " ".join(filter(None, (ended.note, told))))

    def unusable(
        self, context: JobContext, project: OpenProject, request: GenerationRequest, error: BackendFailed
    ) -> Made | Again | None:
        """What follows from a result that cannot be kept (black, of a wrong size or length): it is made again, an
        earlier take of the job stands, or None when there is neither."""
        rules = self._rules(project)
        if not rules.clips:
            return None
        job, why = context.job, error.message.removeprefix(f"{context.job.title}: ").rstrip(".")
        attempt = Attempt(
            job=job.id, number=job.retake, segment=job.segment, seed=request.seed, made=self._clock.now(),
            gate=rules.clip_gate, why=why,
        )  # fmt: skip
        keep(project, job.shot, lambda c: c.with_attempt(attempt))
        follows = self._again(job, request, rules, why)
        if isinstance(follows, Again):
            return follows
        made = self._ended(project, job, rules, follows)
        if not made.result:
            tried = len(read_checks(project, job.shot).of_job(job.id))
            if tried > 1:
                error.message = f"{error.message.rstrip('.')}. It was made {tried} times, each time with another seed."
            return None
        return made

    # -- inside --------------------------------------------------------------------------------------------

    def _examined(
        self, context: JobContext, project: OpenProject, take: Take, order: Expectation, gate: str
    ) -> QualityReport | str:
        """The report about a take's clip, or why it could not be checked, in a sentence."""
        path = project.files.path(take.clip)
        with waiting(self._slots, context):
            context.report(0.99, "checking the clip")
            try:
                return self._quality.check_file(path, gate, order, stopped=lambda: context.stopped)
            except Cancelled:
                raise
            except StudioError as error:
                _log.warning("%s could not be checked: %s", context.job.title, error)
                return f"It could not be checked: {error.message}"

    def _again(self, job: Job, request: GenerationRequest, rules: QualityRules, why: str) -> Again | str:
        """What another try is, or why there is none (empty: the limit was reached)."""
        if not self._backends.spec(request.backend).free:
            return "It was not made again by itself, because that costs something."
        if job.retake >= rules.retakes:
            return ""
        number = job.retake + 1
        return Again(
            f"{why}. Made again with another seed: retake {number} of at most {rules.retakes}.",
            {"retake": number, "because": why[:400]},
        )

    def _ended(self, project: OpenProject, job: Job, rules: QualityRules, why_not: str) -> Made:
        """Let the best take of the job stand, and say in words what happened; no result when none was kept."""
        tries = read_checks(project, job.shot).of_job(job.id)
        chosen = best(tries)
        if chosen is None:
            return Made("")
        keep(project, job.shot, lambda c: c.standing(job.id, chosen.number))
        newest = [a for a in tries if a.take][-1]
        if newest.take != chosen.take:
            stand(project, job.shot, job.segment, chosen.take)
        return Made(chosen.take, ended_words(tries, chosen, why_not))


def ended_words(tries: tuple[Attempt, ...], chosen: Attempt, why_not: str = "") -> str:
    """What was made again and why, and how it ended; empty when the first one was good."""
    if len(tries) == 1:
        if chosen.passed:
            return ""
        return f"Does not pass its check: {chosen.why}. {why_not}".strip()
    before = "; ".join(f"try {a.number + 1}: {a.why or 'passed'}" for a in tries if a is not chosen)
    times = f"Made again {len(tries) - 1} time{'' if len(tries) == 2 else 's'} ({before})."
    if chosen.passed:
        return f"{times} Try {chosen.number + 1} passes and stands."
    return f"{times} None passes; try {chosen.number + 1} is the best and stands: {chosen.why}. {why_not}".strip()


def _is_repeated(project: OpenProject, take: Take, known: ShotChecks) -> bool:
    """Whether a clip is, byte for byte, one that failed before."""
    before = {a.take for a in known.attempts if a.segment == take.segment and a.take != take.id and a.why}
    return any(
        t.id in before and t.segment == take.segment and t.clip.sha256 == take.clip.sha256
        for t in project.files.takes(take.shot)
    )


def read_checks(project: OpenProject, shot: str) -> ShotChecks:
    """What is known of a shot's clips."""
    return project.files.read(f"checks/{shot}", ShotChecks) or ShotChecks()


def keep(project: OpenProject, shot: str, make: Callable[[ShotChecks], ShotChecks]) -> ShotChecks:
    """Change and store what is known of a shot's clips."""
    return project.change(f"checks/{shot}", ShotChecks, make, ShotChecks())


def stand(project: OpenProject, shot: str, segment: int, take: str) -> None:
    """Let that take stand for its segment."""

    def make(choice: ShotChoice) -> ShotChoice:
        return choice.replace(takes={**choice.takes, str(segment): take})

    project.change_selection(lambda s: s.with_choice(shot, make(s.of(shot))))


def is_labelled(request: GenerationRequest) -> bool:
    """Whether the backend writes a slate into the picture."""
    return bool(request.label) and request.params.get("burn_in", True) is not False


def _card_words(card: CardReading) -> str:
    memory = f"{card.used / 2**30:.1f} of {card.memory / 2**30:.1f} GiB" if card.memory else ""
    heat = f"{card.celsius} °C" if card.celsius is not None else ""
    return ", ".join(filter(None, (card.name, memory, heat)))


class waiting:
    """Holds one of a few places while something is done; raises Cancelled when the job is stopped before."""

    def __init__(self, slots: threading.BoundedSemaphore, context: JobContext) -> None:
        self._slots, self._context = slots, context

    def __enter__(self) -> None:
        while not self._slots.acquire(timeout=0.2):
            self._context.check()

    def __exit__(self, *_: object) -> None:
        self._slots.release()
