"""What is done about a chain that drifts: a fresh start picture for one of its segments, or two shots of one."""

from __future__ import annotations

import math

from domain.errors import StudioError
from domain.quality.acting import MOST_ANCHORS, DriftStep, ShotChecks
from domain.quality.values import Drift
from domain.timing import film_frames
from services.cut.material import ShotStock
from services.generation import GenerationService
from services.planning import ShotState
from services.projects import OpenProject
from services.storyboards import StoryboardService
from services.takes import SelectionService


class DriftSteps:
    """Decides on a step, and takes it. A step that is taken twice, after an interruption, is taken once."""

    def __init__(
        self, generation: GenerationService, storyboards: StoryboardService, selection: SelectionService
    ) -> None:
        self._generation, self._storyboards, self._selection = generation, storyboards, selection

    def decide(
        self, project: OpenProject, state: ShotState, found: ShotStock, drift: Drift, known: ShotChecks, kind: str
    ) -> DriftStep | str:
        """The step of that kind ("reanchor" or "cut"), or in a sentence why there is none. The step is where the drift
        says, or at the next join that was not used for one."""
        joins = {source.segment: source.offset for source in found.material.sources[1:]}
        behind = [n for n, offset in joins.items() if drift.reanchor is not None and offset >= drift.reanchor]
        if state.setup.mode != "chain" or not behind:
            return ""
        return self._fresh(project, state, behind, known) if kind == "reanchor" else splitting(state, behind[0])

    def _fresh(self, project: OpenProject, state: ShotState, behind: list[int], known: ShotChecks) -> DriftStep | str:
        setup = state.setup
        if not setup.redraws:
            return (
                f"No fresh picture was drawn of it: {setup.image_spec.title} draws from words alone. An image-edit "
                "workflow can be chosen for keyframes in Project."
            )
        if not (setup.spec.free and setup.image_spec.free):
            return "It was not re-anchored by itself, because that costs something."
        if vars(self._generation.setup(project)) != vars(setup):
            return "It was not re-anchored by itself, because it was rendered otherwise than the project says now."
        left = [n for n in behind if n not in known.anchored]
        if len(known.anchored) >= MOST_ANCHORS or not left:
            return "It was re-anchored before, so it is left as it is."
        return DriftStep(kind="reanchor", segment=left[0])

    def take(self, project: OpenProject, shot: str, step: DriftStep) -> str:
        """Do it, now that all takes of the shot are there, and say in words what was done."""
        try:
            if step.kind == "cut":
                return self.cut(project, shot, step)
            return self.anchor(project, shot, step.segment, ending=shot)
        except StudioError as error:
            return f"Nothing was done about it: {error.message}"

    def anchor(self, project: OpenProject, shot: str, segment: int, ending: str = "") -> str:
        """Let that segment (0-based) begin with a fresh picture, and render what follows; what was done, in words. What
        is at work on the shot `ending` counts as ended. Raises BadInput."""
        self._selection.anchor(project, shot, segment)
        number = segment + 1
        try:
            self._generation.render(project, [shot], ending=ending)
        except StudioError as error:
            return f"Segment {number} begins with a fresh picture, but could not be rendered: {error.message}"
        return (
            f"Segment {number} begins with a fresh picture: the shot is made again from there, and its takes stay "
            "(Video takes it back)."
        )

    def cut(self, project: OpenProject, shot: str, step: DriftStep) -> str:
        """Make two shots of one there; what was done, in words. Raises BadInput."""
        board = project.board
        if film_frames(board.shot(shot).seconds, project.project.rate) == step.frames:
            rest = self._storyboards.split(project, shot, step.at).id
        else:  # it was split before an interruption
            rest = next((s.id for s in board.shots[board.position(shot) + 1 :]), "")
        return (
            f"It is cut there: shot {rest} has the other {step.frames - step.at} frames, with the same words. It is to "
            "be drawn and rendered; undo in Storyboard joins them again."
        )


def splitting(state: ShotState, segment: int) -> DriftStep | str:
    """The step that makes two shots of one where a segment (0-based, not the first) begins; in a sentence why there is
    none, empty where one of the two would have no frame."""
    if state.choice.keyframes.get("end"):
        return "It was not cut there, because it ends on a picture that was chosen for it."
    timing, rate = state.timing, state.words.project.rate
    # Rounded down, so that the segments before stay as long as they are.
    at = math.floor(timing.segments[segment].first * rate / state.setup.profile.rate)
    if not 1 <= at < timing.frames:
        return ""
    return DriftStep(kind="cut", segment=segment, at=at, frames=timing.frames)
