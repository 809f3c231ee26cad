"""How a shot stands, told from the plan and the jobs: the pill on its card and the step it needs next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from addons.session import View
from addons.words import said, t
from domain.job import Failed, Job, Running
from domain.plan import PlannedShot
from domain.take import Keyframe, Take


@dataclass(frozen=True)
class Status:
    """`kind` groups shots for the filter: draft, keyframe, working, stale, trouble, done. `step` is what the card's
    button does ("" for none) and `button` its words; `why` says in a sentence what is wrong or outdated."""

    kind: str
    label: str
    tone: str
    step: str = ""
    button: str = ""
    why: str = ""
    job: str = ""


KINDS = {
    "draft": "Draft", "keyframe": "Keyframe", "working": "In work", "done": "Rendered", "stale": "Stale",
    "trouble": "Trouble",
}  # fmt: skip
"""The groups of the filter, in the order in which a shot goes through them."""


class Statuses:
    """The statuses of all shots of a project at one moment."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._pictures = view.cached("storyboard.standing", lambda: _standing(view))
        self._at_rest = view.cached("storyboard.at_rest", lambda: _at_rest(view, self._pictures))
        self._jobs: dict[str, list[Job]] = {}
        for job in view.jobs:
            if job.shot:
                self._jobs.setdefault(job.shot, []).append(job)

    def picture(self, shot_id: str) -> Keyframe | None:
        """The keyframe that stands for the shot's start."""
        return self._pictures.get(shot_id)

    def take(self, shot_id: str) -> Take | None:
        """The first segment's newest take."""
        takes = [take for take in self._view.states[shot_id].takes if take.segment == 0]
        return takes[-1] if takes else None

    def of(self, shot_id: str) -> Status:
        """How that shot stands."""
        jobs = self._jobs.get(shot_id, ())
        if not jobs:
            return self._at_rest[shot_id]
        if any(not job.ended for job in jobs):
            return _working(jobs)
        drawn = shot_id in self._pictures
        last = jobs[-1]
        counts = self._view.planned[shot_id].state != "done" and (last.kind != "keyframe" or not drawn)
        if isinstance(last.phase, Failed) and counts:
            why = f"{said(last.phase.message)} {said(last.phase.cure)}".strip()
            return Status("trouble", t("Failed"), "failed", "retry", t("Try again"), why, last.id)
        return self._at_rest[shot_id]


def _standing(view: View) -> dict[str, Keyframe]:
    found: dict[str, Keyframe] = {}
    for shot_id, state in view.states.items():
        picked = state.keyframe("start") if state.keyframes else None
        for keyframe in state.keyframes:
            if picked is not None and keyframe.image.path == picked.path:
                found[shot_id] = keyframe
    return found


def _at_rest(view: View, pictures: Mapping[str, Keyframe]) -> dict[str, Status]:
    """Every shot's status as far as no job is concerned: from the plan alone."""
    draws = view.setup.draws
    return {shot_id: _planned(planned, shot_id in pictures, draws) for shot_id, planned in view.planned.items()}


def _working(jobs: Sequence[Job]) -> Status:
    waiting = [job for job in jobs if not job.ended]
    running = [job for job in waiting if isinstance(job.phase, Running)]
    if not running:
        return Status("working", t("Queued"), "queued")
    kind, runs = running[0].kind, {job.run for job in waiting}
    together = [job for job in jobs if job.kind == kind and job.run in runs]
    done = sum(1.0 if j.ended else j.phase.fraction if isinstance(j.phase, Running) else 0.0 for j in together)
    verb = t("Drawing") if kind == "keyframe" else t("Rendering")
    return Status("working", f"{verb} {round(100 * done / len(together))} %", "running")


def _planned(planned: PlannedShot, drawn: bool, draws: bool) -> Status:
    if planned.state == "blocked":
        why = planned.problem or next((s.reason for s in planned.segments if s.state == "blocked"), "")
        step = "" if planned.problem else "keyframes"
        return Status("trouble", t("Blocked"), "blocked", step, t("Bring a keyframe") if step else "", _sentence(why))
    if planned.state == "done":
        return Status("done", t("Rendered"), "done")
    if planned.state == "stale":
        why = next((s.reason for s in planned.segments if s.state == "stale"), "")
        return Status("stale", t("Stale"), "stale", "render", t("Render again"), _sentence(why))
    if drawn:
        return Status("keyframe", t("Keyframe"), "waiting", "render", t("Render"))
    if draws:
        return Status("draft", t("Draft"), "draft", "draw", t("Draw keyframes"))
    return Status("draft", t("Draft"), "draft", "keyframes", t("Bring a keyframe"))


def _sentence(words: str) -> str:
    words = said(words)
    return words[:1].upper() + words[1:].rstrip(".") + "." if words else ""
