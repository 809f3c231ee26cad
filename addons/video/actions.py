"""What people do in the Video tab."""

from __future__ import annotations

from addons import remedies
from addons.api import Action, Reply
from addons.session import View
from addons.uploads import Uploads
from addons.variants import known_shot
from addons.words import t, tn
from addons.work import own_jobs
from domain.errors import BadInput, NotFound
from domain.job import Run
from domain.take import Take

GRAPH = "video.graph"
"""Under which name a window remembers that the graph is unfolded."""


def act(view: View, action: Action, uploads: Uploads | None = None) -> Reply | None:
    """Everything that can be clicked in the tab; `uploads` has the files that come with it."""
    studio, project = view.studio, view.open
    match action.act:
        case "select":
            if known_shot(view, action.id) != view.ui.shot:
                view.remember(shot=action.id, take="")
        case "show":
            view.remember(take=_key(_take(view, action.text("take", 100))))
        case "choose":
            return _choose(view, _take(view, action.text("take", 100)))
        case remedies.ACT if uploads is not None:
            view.remember(take="")  # what is made anew is shown when it is there
            return remedies.act(view, action, uploads)
        case "unanchor":
            number = action.number("segment") or 0
            studio.selection.anchor(project, _selected(view, action), number - 1, on=False)
            return Reply(said=t("Segment {n} continues the one before again.", n=number))
        case "delete-take":
            return _delete(view, _take(view, action.text("take", 100)))
        case "render":
            return _queued(studio.generation.render(project), t("Everything is rendered or in the queue."))
        case "render-stale":
            stale = [p.shot for p in view.plan.shots if any(s.state == "stale" for s in p.segments)]
            if not stale:
                raise BadInput("Nothing is stale.")
            return _queued(studio.generation.render(project, stale), t("What is stale is in the queue already."))
        case "render-shot":
            view.remember(take="")
            run = studio.generation.render(project, [_selected(view, action)])
            return _queued(run, t("This shot is rendered as it is now, or in the queue."))
        case "again":
            # The new take is shown when it is there: it stands then, and the window follows what stands.
            view.remember(take="")
            run = studio.generation.render(project, [_selected(view, action)], again=True)
            return _queued(run, t("This shot is in the queue already."))
        case "stop-shot":
            studio.jobs.stop(own_jobs(view, known_shot(view, action.id), ("segment", "keyframe")))
            return Reply(said=t("Stopped. What is done stays."))
        case "stop":
            studio.jobs.stop([j.id for j in view.jobs if not j.ended and j.kind in ("segment", "keyframe")])
            return Reply(said=t("Stopped. What is done stays."))
        case "pause":
            studio.jobs.pause(project.id)
            return Reply(said=t("Paused. What runs here waits again; what runs on a server goes on there."))
        case "resume":
            studio.jobs.resume(project.id)
        case "retry":
            job = action.text("job", 64)
            if all(own.id != job for own in view.jobs):
                raise NotFound("That job is no longer in the queue.", "Render the shot again.")
            studio.jobs.retry(job)
        case "graph":
            view.choose(GRAPH, not view.choice(GRAPH, False))
        case "storyboard" | "keyframes" | "film" | "project":
            return Reply(tab=action.act)
    return None


def _key(take: Take) -> str:
    return f"{take.segment}/{take.id}"


def _selected(view: View, action: Action) -> str:
    return known_shot(view, action.id or (view.shot.id if view.shot else ""))


def _queued(run: Run | None, nothing: str) -> Reply:
    if run is None:
        return Reply(said=nothing)
    clips = sum(1 for job in run.jobs if job.kind == "segment")
    return Reply(said=tn("{n} clip is in the queue.", "{n} clips are in the queue.", clips))


def _take(view: View, key: str) -> Take:
    """A take of the selected shot. Raises NotFound."""
    for take in view.takes.get(view.shot.id if view.shot else "", ()):
        if _key(take) == key:
            return take
    raise NotFound("That take is not there.", "Reload the page.")


def _delete(view: View, take: Take) -> Reply:
    number = 1 + [t.id for t in view.takes[take.shot] if t.segment == take.segment].index(take.id)
    view.studio.keeping.delete_take(view.open, take.shot, take.segment, take.id)
    if view.ui.take == _key(take):
        view.remember(take="")
    return Reply(
        said=t(
            "Take {number} of shot {shot} is in the trash. The Project tab puts it back.", number=number, shot=take.shot
        )
    )


def _choose(view: View, take: Take) -> Reply | None:
    studio, project = view.studio, view.open
    before = {s.segment.index for s in view.planned[take.shot].segments if s.state == "stale"}
    studio.selection.choose_take(project, take.shot, take.segment, take.id)
    view.remember(take=_key(take))
    after = studio.generation.state(project, take.shot).plan()
    stale = [s.segment.index for s in after.segments if s.state == "stale" and s.segment.index > take.segment]
    new = [str(index + 1) for index in stale if index not in before]
    if not new:
        return None
    one = "Chosen. Segment {which} continues from another take and is stale now."
    many = "Chosen. Segments {which} continue from another take and are stale now."
    return Reply(said=tn(one, many, len(new), which=", ".join(new)))
