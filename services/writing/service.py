"""Drafts of a project: written as a job, kept in its folder until they are accepted, accepted with one undo."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from domain.draft import Brief, Draft, ShotChange, accepted, changes
from domain.errors import BadInput, StudioError
from domain.job import Job, Run
from services.changes import ChangeCounter
from services.job_context import JobContext
from services.jobs import JobService
from services.ports import Clock
from services.projects import OpenProject, ProjectService
from services.writing.planner import plan_storyboard
from services.writing.revising import revise

WRITING_LANE = "writing"
"""The lane of the queue in which drafts are written, one after another."""

_DRAFT, _ASKED = "drafts/current", "drafts/asked"


@dataclass(frozen=True)
class DraftView:
    """A draft with what it would still change."""

    draft: Draft
    changes: tuple[ShotChange, ...]


class WritingService:
    """Writes, revises and accepts. A project has one draft at a time; a new one takes its place."""

    def __init__(self, projects: ProjectService, jobs: JobService, clock: Clock, changes: ChangeCounter) -> None:
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
        with self._lock:
            project.change("drafts/asked", Brief, lambda _: brief, Brief())
            title = "Revise the storyboard" if brief.mode == "revise" else "Write a storyboard"
            job = Job(
                id=str(uuid.uuid4()), run="", project=project.id, kind="plan", title=title, backend=WRITING_LANE,
                created=self._clock.now(),
            )  # fmt: skip
            return self._jobs.start(project.id, title, [job])

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

    def _store(self, project: OpenProject, draft: Draft) -> None:
        project.change(_DRAFT, Draft, lambda _: draft, draft)

    def _work(self, context: JobContext) -> str:
        project = self._projects.get(context.job.project)
        brief, rate, board = self.asked(project), project.project.rate, project.board
        context.report(0.1, "reading")
        made = revise(board, brief, rate) if brief.mode == "revise" else plan_storyboard(brief, rate, board)
        context.check()
        with self._lock:
            self._store(project, made.replace(id=context.job.id, created=self._clock.now()))
        self._changes.bump()
        return f"{len(made.storyboard.shots)} shots"
