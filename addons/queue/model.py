"""What the Queue tab shows and does, without Gradio.

The list is flat: a row per run, and below it the rows of its jobs. Jobs that are done are counted in their run's row
and become rows of their own only where a window unfolds them, so that a queue of hundreds of jobs stays light.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from addons.api import Action, AddonContext, Part, PartData, Reply
from addons.queue.monitor import monitor
from addons.session import View
from addons.words import said, t, tn
from domain.errors import NotFound
from domain.job import Done, Failed, Hold, Job, JobOffer, Queued, Run, Running, Stopped, Unsure
from services.holds import ALL, USER
from services.prices import sum_of
from services.projects import OpenProject

FILTERS = ("all", "running", "failed")
EARLIER_SHOWN = 30
"""Runs from before that are listed at most; their files in the project tell of the others."""

DETAIL_LIMIT = 240
MESSAGE_LIMIT = 600
UNFOLDED_KEPT = 50
"""Unfolded runs that a window remembers."""


def parts(context: AddonContext) -> Sequence[Part]:
    """The live areas of the tab."""
    return (Part("queue.monitor", monitor, monitor_act), Part("queue.list", list_view, list_act))


# -- what there is ---------------------------------------------------------------------------------------------------


def earlier_runs(view: View) -> list[Run]:
    """Runs in this project's folder that this process knows nothing of, oldest first."""
    known = {run.id for run in view.studio.jobs.runs()}
    stored = view.cached("queue.runs", lambda: view.open.files.runs(), view.open.files.version())
    return [run for run in stored if run.id not in known and run.project == view.open.id]


def is_unfinished(view: View, run: Run) -> bool:
    """Whether the run has work left that nobody does."""
    return view.studio.jobs.is_abandoned(run)


def list_view(view: View) -> PartData:
    """Open runs in queue order, then ended ones, newest first, then those from before."""
    jobs = view.studio.jobs
    chosen = view.choice("queue.filter", "all")
    chosen = chosen if chosen in FILTERS else "all"
    unfolded = frozenset(_unfolded(view))
    runs = jobs.runs()
    names = {project.id: project.project.name for project in view.studio.projects.opened()}
    every = [job for run in runs for job in run.jobs]
    before = earlier_runs(view)
    ended_before = [run for run in before if run.ended]
    unfinished = [run for run in before if not run.ended]
    show_earlier = view.choice("queue.earlier", False)

    ordered = [*unfinished, *(r for r in runs if not r.ended), *(r for r in reversed(runs) if r.ended)]
    items: list[dict[str, Any]] = []
    for run in ordered:
        here = [job for job in run.jobs if _matches(job, chosen)]
        if chosen != "all" and not here:
            continue
        items.append(_run_item(view, run, names, run in unfinished))
        shown = [j for j in here if _is_told(j) or run.id in unfolded]
        items += [_job_item(view, job) for job in shown]
    if show_earlier and chosen == "all":
        for run in reversed(ended_before[-EARLIER_SHOWN:]):
            items.append({**_run_item(view, run, names, False), "old": 1})
            items += [_job_item(view, job) for job in run.jobs if _is_told(job) or run.id in unfolded]
    for item in items:
        if item["id"].removeprefix("run-") in unfolded:
            item["un"] = 1

    waiting = sum(1 for job in every if isinstance(job.phase, Queued))
    head: dict[str, Any] = {
        "filter": chosen,
        "running": sum(1 for job in every if isinstance(job.phase, Running)),
        "waiting": waiting,
        "failed": sum(1 for job in every if isinstance(job.phase, Failed)),
        "ended": sum(1 for run in runs if run.ended),
        "earlier": len(ended_before),
        "earlierOn": show_earlier,
        "earlierMore": max(0, len(ended_before) - EARLIER_SHOWN) if show_earlier else 0,
        "projects": [
            {"id": i, "name": name, "paused": bool(_own_holds(view, i))}
            for i, name in names.items()
            if _own_holds(view, i) or any(job.project == i and not job.ended for job in every)
        ],
        "holds": _reasons(view, names),
        "several": len({run.project for run in runs}) > 1,
    }  # fmt: skip
    return PartData(head, items)


def _is_told(job: Job) -> bool:
    """Whether a job is listed though its run is folded: it is not done, or there is something to know about it."""
    return not isinstance(job.phase, Done) or bool(job.phase.note)


def _own_holds(view: View, project: str) -> list[Hold]:
    """What holds a project's queue alone, and so can be let go by a person."""
    everywhere = {hold.by for hold in view.studio.jobs.holds(ALL)}
    return [hold for hold in view.studio.jobs.holds(project) if hold.by not in everywhere]


def _reasons(view: View, names: dict[str, str]) -> list[list[str]]:
    """Why queues are held, beside a person's own wish: the sentence, the project it is about (empty: all), and by
    what."""
    everywhere = {hold.by: hold for hold in view.studio.jobs.holds(ALL)}
    told = [[said(hold.reason), "", hold.by] for hold in everywhere.values()]
    for project, name in names.items():
        own = [hold for hold in _own_holds(view, project) if hold.by != USER]
        told += [[said(hold.reason), name if len(names) > 1 else "", hold.by] for hold in own]
    return told


def _unfolded(view: View) -> list[str]:
    """Ids of the runs whose done jobs this window lists."""
    kept: list[Any] = view.choice("queue.unfolded", [])
    return [str(run_id) for run_id in kept]


def _matches(job: Job, chosen: str) -> bool:
    if chosen == "running":
        return not job.ended
    if chosen == "failed":
        return isinstance(job.phase, Failed)
    return True


def _run_item(view: View, run: Run, names: dict[str, str], unfinished: bool) -> dict[str, Any]:
    count = len(run.jobs)
    done = [job for job in run.jobs if isinstance(job.phase, Done)]
    running = [job for job in run.jobs if isinstance(job.phase, Running)]
    failed = sum(1 for job in run.jobs if isinstance(job.phase, Failed))
    stopped = sum(1 for job in run.jobs if isinstance(job.phase, Stopped))
    fraction = sum(job.phase.fraction for job in running if isinstance(job.phase, Running))
    item: dict[str, Any] = {
        "id": f"run-{run.id}", "k": "run", "t": said(run.title), "p": names.get(run.project) or t("a closed project"),
        "at": run.created, "of": count, "n": len(done),
        "f": round((len(done) + failed + stopped + fraction) / max(1, count), 3),
    }  # fmt: skip
    item |= {k: v for k, v in (("bad", failed), ("off", stopped), ("cost", said(sum_of(run.jobs)))) if v}
    if unfinished:
        item["s"] = "interrupted" if is_unfinished(view, run) else "elsewhere"
    elif run.ended:
        item["s"] = "failed" if failed else "cancelled" if stopped else "done"
        item["end"] = max((_finished(job) for job in run.jobs), default=run.created)
    else:
        item["s"] = "running" if running else "queued"
        left = _time_left(view, run, done, running)
        if left is not None:
            item["left"] = left
    return item


def _finished(job: Job) -> str:
    match job.phase:
        case Done(finished=finished) | Failed(finished=finished) | Stopped(finished=finished):
            return finished
        case _:
            return job.created


def _time_left(view: View, run: Run, done: Sequence[Job], running: Sequence[Job]) -> int | None:
    """Seconds until the run ends, from what its own jobs of each kind took; None while nobody can know."""
    took: dict[str, list[float]] = {}
    for job in done:
        if isinstance(job.phase, Done) and job.phase.seconds > 0:
            took.setdefault(job.kind, []).append(job.phase.seconds)
    work = 0.0
    for job in run.jobs:
        if job.ended:
            continue
        fraction = job.phase.fraction if isinstance(job.phase, Running) else 0.0
        elapsed = view.studio.jobs.elapsed(job.id)
        if fraction > 0.04 and elapsed > 1:
            work += elapsed * (1 - fraction) / fraction
        elif took.get(job.kind):
            work += max(0.0, sum(took[job.kind]) / len(took[job.kind]) - elapsed)
        else:
            return None
    return round(work / max(1, len(running)))


def _job_item(view: View, job: Job) -> dict[str, Any]:
    item: dict[str, Any] = {"id": job.id, "k": job.kind, "t": said(job.title), "s": job.phase.kind}
    match job.phase:
        case Queued(not_before=not_before, reason=reason):
            item["b"] = job.backend
            if job.after:
                item["w"] = 1
            if not_before:
                item |= {"nb": not_before, "m": said(reason)[:MESSAGE_LIMIT]}
            elif reason:
                item["m"] = said(reason)[:MESSAGE_LIMIT]
        case Running(started=started, fraction=fraction, detail=detail):
            item |= {"f": round(fraction, 3), "at": started, "d": said(detail)[:DETAIL_LIMIT]}
            found = view.studio.jobs.preview(job.id)
            if found is not None:
                item["pv"] = found[0]
        case Done(seconds=seconds, result=result, note=note):
            item["sec"] = round(seconds, 1)
            if note:
                item["no"] = said(note)[:MESSAGE_LIMIT]
            picture = _thumb(job, result)
            if picture:
                item["th"] = picture
        case Failed(message=message, cure=cure, retry=retry, offers=offers):
            item |= {"m": said(message)[:MESSAGE_LIMIT], "c": said(cure)[:MESSAGE_LIMIT]} | _offered(offers)
            if retry:
                item["again"] = 1
        case Unsure(message=message, cure=cure, offers=offers):
            item |= {"m": said(message)[:MESSAGE_LIMIT], "c": said(cure)[:MESSAGE_LIMIT]} | _offered(offers)
        case Stopped(message=message):
            item |= {"m": said(message)[:MESSAGE_LIMIT], "again": 1}
    return item


def _offered(offers: Sequence[JobOffer]) -> dict[str, Any]:
    """What may be chosen; other words in full, so that nobody accepts what was not seen."""
    return {"o": [[o.id, said(o.title), said(o.what), o.before, o.after] for o in offers]} if offers else {}


def _thumb(job: Job, result: str) -> str:
    """Where the small picture of what a job made is."""
    place = f"/media/{quote(job.project)}"
    if job.kind == "keyframe" and result:
        return f"{place}/keyframe/{quote(job.shot)}/{quote(result)}/160"
    if job.kind == "segment" and result:
        return f"{place}/take/{quote(job.shot)}/{job.segment}/{quote(result)}/160"
    return ""


# -- what people do --------------------------------------------------------------------------------------------------


def list_act(view: View, action: Action) -> Reply | None:
    """Stop, pause, go on, retry, clear, filter and unfold."""
    jobs = view.studio.jobs
    match action.act:
        case "filter" if action.id in FILTERS:
            view.choose("queue.filter", action.id)
        case "unfold":
            run_id = _run(view, action).id
            unfolded = _unfolded(view)
            now = [x for x in unfolded if x != run_id] if run_id in unfolded else [*unfolded, run_id]
            view.choose("queue.unfolded", now[-UNFOLDED_KEPT:])
        case "earlier":
            view.choose("queue.earlier", not view.choice("queue.earlier", False))
        case "stop":
            job = jobs.job(action.id)
            jobs.stop([job.id])
            return Reply(said=t("{title} is stopped. What is done stays.", title=said(job.title)))
        case "stop-run":
            run = _run(view, action)
            jobs.stop([job.id for job in run.jobs])
            return Reply(said=t("Stopped. What is done stays."))
        case "stop-all":
            jobs.stop([job.id for job in jobs.jobs() if not job.ended])
            return Reply(said=t("Everything is stopped. What is done stays."))
        case "accept":
            jobs.accept(jobs.job(action.id).id, action.text("offer", 40))
        case "retry":
            jobs.retry(jobs.job(action.id).id)
        case "retry-run":
            return _retry(view, _failed(_run(view, action).jobs))
        case "retry-all":
            return _retry(view, _failed(jobs.jobs()))
        case "pause":
            jobs.pause(_project(view, action).id)
            return Reply(said=t("Paused. What runs here waits again; what runs on a server goes on there."))
        case "resume":
            jobs.resume(_project(view, action).id)
        case "clear":
            for project in view.studio.projects.opened():
                jobs.clear_ended(project.id)
        case "go-on":
            again = view.studio.generation.resume(view.open)
            return Reply(said=tn("{n} job waits again.", "{n} jobs wait again.", again))
        case "show":
            return _show(view, jobs.job(action.id))
        case "go" if action.id in ("storyboard", "keyframes", "video", "settings"):
            return Reply(tab=action.id)
    return None


def monitor_act(view: View, action: Action) -> Reply | None:
    """Go to what the monitor tells about."""
    match action.act:
        case "servers":
            return Reply(tab="servers")
        case "failed":
            view.choose("queue.filter", "failed")
    return None


def _failed(jobs: Iterable[Job]) -> list[str]:
    return [job.id for job in jobs if isinstance(job.phase, Failed) and job.phase.retry]


def _retry(view: View, job_ids: Sequence[str]) -> Reply:
    for job_id in job_ids:
        try:
            view.studio.jobs.retry(job_id)
        except NotFound:
            continue  # it was queued again together with one before it, under a new id
    return Reply(said=t("{count} tried again.", count=len(job_ids)) if job_ids else t("Nothing has failed."))


def _run(view: View, action: Action) -> Run:
    """The run that a row stands for. Raises NotFound."""
    wanted = action.id.removeprefix("run-")
    for run in (*view.studio.jobs.runs(), *earlier_runs(view)):
        if run.id == wanted:
            return run
    raise NotFound("That run is no longer in the queue.", "Reload the page.")


def _project(view: View, action: Action) -> OpenProject:
    return view.studio.projects.get(action.id)


def _show(view: View, job: Job) -> Reply:
    """Go where the job's result is seen, in the job's own project."""
    project = view.studio.projects.get(job.project)
    tab = {"keyframe": "keyframes", "import": "keyframes", "segment": "video"}.get(job.kind, "film")
    if job.shot and job.shot in [shot.id for shot in project.board.shots]:
        if project.id == view.open.id:
            view.remember(shot=job.shot)
        else:
            project.change_ui(shot=job.shot)
    return Reply(tab=tab, project=project.id)
