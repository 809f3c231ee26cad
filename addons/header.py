"""The header: film, running time, what is going on; in sight on every tab."""

from __future__ import annotations

from addons import undo
from addons.api import Action, Part, PartData, Reply
from addons.format import clock, rate_words
from addons.session import View
from addons.words import said, t
from domain.job import Running
from services.holds import LASTING


def view(view: View) -> PartData:
    """Name, format and running time of the film, and the work in progress."""
    jobs = view.jobs
    open_jobs = [job for job in jobs if not job.ended]
    running = [job for job in open_jobs if isinstance(job.phase, Running)]
    frames = view.board.frames(view.project.rate)
    back, again = undo.history(view)
    fraction = sum(job.phase.fraction for job in running if isinstance(job.phase, Running))
    run_ids = {job.run for job in open_jobs}
    in_runs = [job for job in jobs if job.run in run_ids]
    done = sum(1 for job in in_runs if job.ended)
    return PartData(
        head={
            "name": view.project.name,
            "project": view.open.id,
            "format": f"{view.project.width}×{view.project.height} · {rate_words(view.project.rate)}",
            "shots": len(view.board.shots),
            "length": clock(frames, view.project.rate),
            "frames": frames,
            "undo": said(back),
            "redo": said(again),
            "running": len(running),
            "waiting": len(open_jobs) - len(running),
            "failed": sum(1 for job in jobs if job.phase.kind == "failed"),
            "progress": round((done + fraction) / len(in_runs), 3) if in_runs else 0,
            "paused": view.studio.jobs.is_paused(view.open.id),
            "why": _lasting(view),
            "look": view.studio.settings.value("appearance.theme", ""),
        }
    )


def act(view: View, action: Action) -> Reply | None:
    """Undo, redo, stop, pause."""
    studio, project = view.studio, view.open
    match action.act:
        case "undo":
            what = undo.undo(view)
            return Reply(said=t("Undone: {what}.", what=said(what)) if what else t("Nothing to undo."))
        case "redo":
            what = undo.redo(view)
            return Reply(said=t("Done again: {what}.", what=said(what)) if what else t("Nothing to redo."))
        case "stop":
            studio.jobs.stop_project(project.id)
            return Reply(said=t("Stopped. What is done stays."))
        case "pause":
            studio.jobs.pause(project.id)
        case "resume":
            studio.jobs.resume(project.id)
            if why := _lasting(view):
                return Reply(said=why)
        case "queue":
            return Reply(tab="queue")
    return None


def _lasting(view: View) -> str:
    """Why the queue is held by what no button lifts, such as heat or a full disk; empty when it is not."""
    return next((said(h.reason) for h in view.studio.jobs.holds(view.open.id) if h.by not in LASTING), "")


HEADER = (Part("header", view, act),)
