"""Finished shots of several segments: how their joins look, and what is done about a chain that drifts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.delivery import film_delivery
from domain.errors import Cancelled, StudioError
from domain.quality.acting import Chain, DriftStep, QualityRules, ShotChecks, in_words
from domain.quality.values import QualityReport
from services.cut import CutService
from services.cut.material import ShotStock, stock
from services.job_context import JobContext
from services.planning import ShotState
from services.ports import Clock, Media
from services.projects import OpenProject
from services.quality.ordered import chain_order, chain_reel
from services.quality.service import QualityService

if TYPE_CHECKING:  # it starts rendering, and what renders has this in its hands
    from services.quality.steps import DriftSteps

_log = logging.getLogger(__name__)
_JOINS = ("seam", "drift")


class ChainChecks:
    """Joins a shot's clips in a scratch file and measures its seams. `match` turns on the matching of colours in a
    project's film and says in a sentence that it did; empty when it was on already. `steps` takes the other steps."""

    def __init__(
        self, quality: QualityService, media: Media, clock: Clock, match: Callable[[OpenProject], str] = lambda _: ""
    ) -> None:
        self._quality, self._media, self._clock, self.match = quality, media, clock, match
        self.steps: DriftSteps | None = None
        self._deciding = threading.Lock()

    def look(self, context: JobContext, project: OpenProject, state: ShotState, rules: QualityRules) -> str:
        """Check the shot when all its segments are there and it was not checked with these takes; what is to be said
        about it, empty when nothing. Raises Cancelled."""
        found = stock(state)
        takes = tuple(take.id for take in found.takes)
        shot = found.planned.shot
        known = project.files.read(f"checks/{shot}", ShotChecks)
        if known is not None and known.chain is not None and known.chain.step and known.chain.job == context.job.id:
            return _told(self._step(project, shot, known.chain))  # this very job, before an interruption
        if found.lacks or found.planned.state != "done" or len(takes) < 2:
            return ""
        if known is not None and known.chain is not None and known.chain.takes == takes:
            return _told(known.chain)
        try:
            report = self._measured(context, project, state, found, rules)
        except Cancelled:
            raise
        except StudioError as error:
            _log.warning("The joins of shot %s could not be checked: %s", shot, error)
            return f"Its joins could not be checked: {error.message}"
        with self._deciding:  # clips of one shot may be looked at at the same time
            known = project.files.read(f"checks/{shot}", ShotChecks) or ShotChecks()
            if known.chain is not None and known.chain.takes == takes:
                return _told(known.chain)
            chain = self._decided(context, project, state, found, report, rules, known)
        return _told(self._step(project, shot, chain))

    def _decided(
        self, context: JobContext, project: OpenProject, state: ShotState, found: ShotStock, report: QualityReport,
        rules: QualityRules, known: ShotChecks,
    ) -> Chain:  # fmt: skip
        """What was found, and what is to be done about it: written down before it is done, so that after an
        interruption it is the same, and counts once."""
        acted = self._acted(project, state, found, report, rules, known)
        step = acted if isinstance(acted, DriftStep) else None
        said = " ".join(filter(None, (anchors_in_words(state), acted if isinstance(acted, str) else "")))
        chain = Chain(
            takes=tuple(take.id for take in found.takes), gate=report.gate, made=self._clock.now(), seams=report.seams,
            drift=report.drift, findings=tuple(f for f in report.findings if f.check in _JOINS), done=said,
            job=context.job.id, step=step,
        )  # fmt: skip
        anchor = (step.segment,) if step is not None and step.kind == "reanchor" else ()
        keep = {"chain": chain, "anchored": (*known.anchored, *anchor)}
        project.change(f"checks/{found.planned.shot}", ShotChecks, lambda c: c.replace(**keep), ShotChecks())
        return chain

    def _acted(
        self, project: OpenProject, state: ShotState, found: ShotStock, report: QualityReport, rules: QualityRules,
        known: ShotChecks,
    ) -> DriftStep | str:  # fmt: skip
        """What is to be done about a chain that drifts, or in words what was or was not."""
        drift = next((drift for drift in report.drift if drift.reanchor is not None), None)
        if drift is None or rules.on_drift == "note":
            return ""
        if rules.on_drift == "match":
            return self.match(project)
        return self.steps.decide(project, state, found, drift, known, rules.on_drift) if self.steps else ""

    def _step(self, project: OpenProject, shot: str, chain: Chain) -> Chain:
        """The chain with what was done about it."""
        if chain.step is None or self.steps is None:
            return chain
        done = self.steps.take(project, shot, chain.step)
        told = chain.replace(done=" ".join(filter(None, (chain.done.removesuffix(done).strip(), done))))
        project.change(f"checks/{shot}", ShotChecks, lambda c: c.replace(chain=told), ShotChecks())
        return told

    def _measured(
        self, context: JobContext, project: OpenProject, state: ShotState, found: ShotStock, rules: QualityRules
    ) -> QualityReport:
        material, info = found.material, found.takes[0].info
        reel = chain_reel(material)
        work = project.files.workspace(f"joins-{context.job.id}")
        try:
            context.report(0.99, "looking at the joins")
            target = work / "shot.mp4"
            self._media.assemble(
                reel, {picked.path: project.files.path(picked) for picked in reel.files()}, target,
                width=info.width - info.width % 2, height=info.height - info.height % 2,
                delivery=film_delivery("standard"), report=lambda done, of: None, stopped=lambda: context.stopped,
                scratch_in=work,
            )  # fmt: skip
            labelled = bool(found.takes[0].request.label)
            order = chain_order(state, material, labelled=labelled)
            return self._quality.check_file(target, rules.clip_gate, order, stopped=lambda: context.stopped)
        finally:
            project.files.discard(work)


def colour_matching(cuts: CutService) -> Callable[[OpenProject], str]:
    """What turns the matching of colours on in a project's film, as one step of undo, and says so; what somebody has
    chosen there stays."""

    def match(project: OpenProject) -> str:
        if cuts.cut(project).finish.match != "off":
            return ""
        cuts.finish(project, match="previous")
        return "The film now matches the colours of each segment to the one before (Film, Look)."

    return match


def anchors_in_words(state: ShotState) -> str:
    """Which segments of a chain begin with a fresh picture, in a sentence; empty when none does."""
    numbers = [str(s.index + 1) for s in state.timing.segments if state.anchored(s.start_slot) is not None]
    if not numbers:
        return ""
    return f"Re-anchored at segment{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}."


def _told(chain: Chain) -> str:
    said = in_words([f for f in chain.findings if f.severity in ("warn", "fail")])
    return " ".join(part for part in (f"{said}." if said else "", chain.done) if part)


def worst_seam(chain: Chain) -> float:
    """The score of the seam that shows most; 1 without seams."""
    return min((seam.score for seam in chain.seams), default=1.0)


def drift_total(chain: Chain) -> float:
    """How far the chain has moved at most; 1 is where a viewer begins to mind."""
    return max((point.total for drift in chain.drift for point in drift.points), default=0.0)
