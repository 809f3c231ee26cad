"""Drafts of a project: written as a job, kept in its folder until they are accepted, accepted with one undo."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction

from domain.draft import Brief, Draft, ShotChange, accepted, changes
from domain.errors import BadInput, NotReady, StudioError
from domain.job import Job, Run
from domain.storyboard import Storyboard
from services.changes import ChangeCounter
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Clock, Writer
from services.projects import OpenProject, ProjectService
from services.writing.modelled import PartAnswer, Parts, Session, plan_with_model
from services.writing.planner import plan_storyboard
from services.writing.revising import revise

WRITING_LANE = "writing"
"""The lane of the queue in which drafts are written, one after another."""

_DRAFT, _ASKED, _PARTS = "drafts/current", "drafts/asked", "drafts/parts"
_NO_MODEL = "No language model is set up. Enter its address in Settings, under Writing model."


def _forget(key: str, answer: PartAnswer) -> None:
    """Keep nothing: the rules have no answers that were paid for."""


@dataclass(frozen=True)
class DraftView:
    """A draft with what it would still change."""

    draft: Draft
    changes: tuple[ShotChange, ...]


class WritingService:
    """Writes, revises and accepts. A project has one draft at a time; a new one takes its place."""

    def __init__(
        self, projects: ProjectService, jobs: JobService, clock: Clock, changes: ChangeCounter,
        writer: Writer | None = None,
    ) -> None:  # fmt: skip
        self._writer = writer
        self._projects = projects
        self._jobs = jobs
        self._clock = clock
        self._changes = changes
        self._lock = threading.Lock()
        jobs.register("plan", self._work)

    def write(self, project: OpenProject, brief: Brief) -> Run:
        """Queue writing a draft; what is asked for is kept in the project. Raises BadInput and NotReady."""
        if brief.mode == "draft" and not brief.text.strip():
            raise BadInput("There is nothing to write from.", "Write an idea, a page, or a list of shots.")
        detail: dict[str, str | int] = {}
        if brief.writer == "model":
            writer = self._ready(brief)
            detail["writer"] = brief.model or writer.model()
        with self._lock:
            project.change("drafts/asked", Brief, lambda _: brief, Brief())
            title = "Revise the storyboard" if brief.mode == "revise" else "Write a storyboard"
            job = Job(
                id=str(uuid.uuid4()), run="", project=project.id, kind="plan", title=title, backend=WRITING_LANE,
                created=self._clock.now(), detail=detail,
            )  # fmt: skip
            return self._jobs.start(project.id, title, [job])

    def model(self) -> str:
        """The name of the language model that is set up; empty when none is."""
        return self._writer.model() if self._writer is not None else ""

    def where(self) -> str:
        """The host that a text is sent to when the language model writes; empty when none is set up."""
        return self._writer.where() if self._writer is not None else ""

    def why_no_model(self) -> str:
        """Why no language model can write, as far as is known without asking it; empty when one can."""
        return self._writer.why_not() if self._writer is not None else _NO_MODEL

    def stop(self, project: OpenProject) -> None:
        """Stop writing in that project."""
        self._jobs.stop(job.id for job in self._jobs.jobs(project.id) if job.kind == "plan" and not job.ended)

    def draft(
        self, brief: Brief, rate: Fraction, board: Storyboard, tell: Callable[[float, str], None],
        stopped: Callable[[], bool] = lambda: False, parts: Parts | None = None,
        keep: Callable[[str, PartAnswer], None] = lambda key, answer: None,
    ) -> Draft:  # fmt: skip
        """A draft without a project: by the rules, or by the language model. `tell` gets how much is done (0 to 1) and
        words for it; `parts` are the answers of a try that broke off, and `keep` stores new ones."""
        if brief.writer == "rules":
            return revise(board, brief, rate) if brief.mode == "revise" else plan_storyboard(brief, rate, board)
        session = Session(self._ready(brief), tell, stopped, brief.model, parts or Parts(), keep)
        return plan_with_model(brief, rate, board, session)

    def _ready(self, brief: Brief) -> Writer:
        why = _NO_MODEL if self._writer is None else self._writer.why_not(brief.model)
        if self._writer is None or why:
            raise NotReady(why)
        return self._writer

    def view(self, project: OpenProject) -> DraftView | None:
        """The draft that waits for an answer; None when there is none, or nothing of it is left. A file that cannot be
        read counts as none."""
        try:
            draft = project.files.read(_DRAFT, Draft)
        except StudioError:
            return None
        if draft is None or not draft.id:
            return None
        left = changes(draft)
        return DraftView(draft, left) if left else None

    def asked(self, project: OpenProject) -> Brief:
        """What was asked for last."""
        try:
            return project.files.read(_ASKED, Brief) or Brief()
        except StudioError:
            return Brief()

    def accept(self, project: OpenProject, draft_id: str, shot_ids: Collection[str] | None = None) -> int:
        """Take the draft into the storyboard, or what it does to these shots; one step of undo. How many changes that
        were. Raises BadInput when another draft has taken its place."""
        with self._lock:
            draft = self._current(project, draft_id)
            left = [c.id for c in changes(draft) if shot_ids is None or c.id in shot_ids]
            what = "revision" if draft.brief.mode == "revise" else "draft"
            project.change_board(f"accepting the {what}", lambda board: accepted(board, draft, shot_ids))
            self._store(project, draft.replace(taken=(*draft.taken, *left)))
        self._changes.bump()
        return len(left)

    def refuse(self, project: OpenProject, draft_id: str, shot_ids: Collection[str] | None = None) -> None:
        """Leave the draft, or what it does to these shots, as it is. Raises BadInput as above."""
        with self._lock:
            draft = self._current(project, draft_id)
            left = [c.id for c in changes(draft) if shot_ids is None or c.id in shot_ids]
            self._store(project, draft.replace(taken=(*draft.taken, *left)))
        self._changes.bump()

    def _current(self, project: OpenProject, draft_id: str) -> Draft:
        draft = project.files.read(_DRAFT, Draft)
        if draft is None or draft.id != draft_id:
            raise BadInput("That draft is no longer there.", "Look at the newest one.")
        return draft

    def _parts(self, project: OpenProject) -> Parts:
        """The answers of a try that broke off; a file that cannot be read counts as none."""
        try:
            return project.files.read(_PARTS, Parts) or Parts()
        except StudioError:
            return Parts()

    def _store(self, project: OpenProject, draft: Draft) -> None:
        project.change(_DRAFT, Draft, lambda _: draft, draft)

    def _work(self, context: JobContext) -> str:
        project = self._projects.get(context.job.project)
        brief, rate, board = self.asked(project), project.project.rate, project.board
        parts, keep = Parts(), _forget
        if brief.writer == "model":
            parts = self._parts(project)

            def keep(key: str, answer: PartAnswer) -> None:
                project.change(_PARTS, Parts, lambda p: p.replace(answers={**p.answers, key: answer}), Parts())

        else:
            context.report(0.1, "reading")
        made = self.draft(brief, rate, board, context.report, lambda: context.stopped, parts, keep)
        context.check()
        with self._lock:
            self._store(project, made.replace(id=context.job.id, created=self._clock.now()))
        if brief.writer == "model":
            project.change(_PARTS, Parts, lambda _: Parts(), Parts())
        self._changes.bump()
        return f"{len(made.storyboard.shots)} shots"
