"""Making the film: what stands between the cut and it, how far it is, and stopping it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from addons.api import Action, PartData, Reply
from addons.film.reading import counted, cut_shots, cut_view, films, named, older
from addons.format import clock
from addons.session import View
from addons.words import named as label
from addons.words import said, t, tn
from domain.job import Failed, Job, Queued, Running, Stopped
from services.film import FILM, QUALITIES
from services.film_contents import CutShot

QUALITY_WORDS = {
    "fast": "A quick look: encoded fastest, fine detail is softer.",
    "standard": "Hard to tell from the takes; a good size to send around.",
    "high": "Finer grain and gradients; a larger file, slower to make.",
    "ultra": "A master to be graded or encoded again; the largest and slowest.",
}
"""What each quality is for, in one line."""

STOPPED = Stopped.model_fields["message"].default
"""What a job says that somebody stopped; anything else is a reason worth telling."""


def quality(view: View) -> str:
    """The quality chosen in this window, else the one from the settings."""
    chosen = view.choice("film.quality", "")
    return chosen if chosen in QUALITIES else view.studio.options().quality


def film_job(view: View) -> Job | None:
    """The film that is being made or waited for."""
    return next((job for job in view.jobs if job.kind == "film" and not job.ended), None)


def make_view(view: View) -> PartData:
    """What is to be done next, or how far the film is."""
    now, reel = cut_shots(view), cut_view(view).reel
    lack = _shots(s for s in now if s.lacks in ("missing", "short"))
    blocked = _shots(s for s in now if s.lacks == "blocked")
    stale = _shots(s for s in now if s.stale)
    chosen = quality(view)
    head: dict[str, Any] = {
        "shots": len({s.planned.shot for s in now}),
        "frames": reel.frames,
        "length": clock(reel.frames, view.project.rate),
        "qualities": [{"id": q, "on": q == chosen} for q in QUALITIES],
        "about": label(QUALITY_WORDS.get(chosen, "")),
        "step": "none" if not reel.frames else "blocked" if blocked else "render" if lack else "make",
        "fresh": is_fresh(view),
        "note": note(lack, _shots(s for s in now if s.lacks == "short"), blocked, stale, now),
        "lack": len(lack),
        "stale": len(stale),
    }  # fmt: skip
    job = film_job(view)
    if job is not None:
        head["job"] = _job_head(view, job)
    else:
        last = next((j for j in reversed(view.jobs) if j.kind == "film" and not _delivery(j)), None)
        if last is not None:
            match last.phase:
                case Failed(message=message, cure=cure):
                    head["failed"] = {"message": said(message), "cure": said(cure)}
                case Stopped(message=message) if message != STOPPED:
                    head["failed"] = {"message": said(message), "cure": t("See the Queue for the reason.")}
                case _:
                    pass
    return PartData(head)


def _shots(items: Iterable[CutShot]) -> list[str]:
    """The shots behind items of the cut, each once."""
    return list(dict.fromkeys(item.planned.shot for item in items))


def _delivery(job: Job) -> bool:
    """Whether a film job writes the film in another way than its own."""
    return str(job.detail.get("delivery", FILM)) != FILM


def is_fresh(view: View) -> bool:
    """Whether the newest film shows the cut as it is, with no stale take in it, in the quality chosen."""
    found = films(view)
    if not found or found[0].quality != quality(view) or any(shot.stale for shot in cut_shots(view)):
        return False
    return not older(view, found[0])


def note(
    lack: Sequence[str], short: Sequence[str], blocked: Sequence[str], stale: Sequence[str], now: Sequence[CutShot]
) -> str:
    """What stands between the cut and the film, in words."""
    if blocked:
        first = next(s.planned for s in now if s.lacks == "blocked")
        why = first.problem or next((s.reason for s in first.segments if s.state == "blocked"), "")
        why = why and " " + t("Shot {shot}: {why}.", shot=first.shot, why=said(why).rstrip("."))
        return t("{what} cannot be rendered yet.{why}", what=named(blocked).capitalize(), why=why)
    found = []
    missing = [shot for shot in lack if shot not in short]
    if missing:
        what = named(missing).capitalize()
        found.append(tn("{what} has no take yet.", "{what} have no take yet.", len(missing), what=what))
    if short:
        found.append(t("{what}: the take does not fit the length as it is now.", what=named(short).capitalize()))
    if stale:
        one, many = "{what} changed since its take was made.", "{what} changed since their takes were made."
        found.append(tn(one, many, len(stale), what=named(stale).capitalize()))
    return " ".join(found)


def _job_head(view: View, job: Job) -> dict[str, Any]:
    before = [j for j in view.jobs if j.id in job.after]
    head: dict[str, Any] = {"id": job.id, "what": said(job.title) if _delivery(job) else ""}
    match job.phase:
        case Running(started=started, fraction=fraction, detail=detail):
            head |= {"state": "running", "started": started, "fraction": round(fraction, 3), "detail": said(detail)}
            elapsed = view.studio.jobs.elapsed(job.id)
            if fraction > 0.03 and elapsed > 1:
                head["left"] = round(elapsed * (1 - fraction) / fraction)
        case Queued() if before and not all(j.ended for j in before):
            done = sum(1 for j in before if j.ended)
            part = sum(j.phase.fraction for j in before if isinstance(j.phase, Running))
            head |= {
                "state": "before", "fraction": round((done + part) / len(before), 3),
                "detail": t("{done} of {count} clips rendered", done=done, count=len(before)),
            }  # fmt: skip
        case _:
            head |= {"state": "queued", "fraction": 0, "detail": t("waiting for its turn")}
    head["paused"] = view.studio.jobs.is_paused(view.open.id)
    return head


def make_act(view: View, action: Action) -> Reply | None:
    """Make the film, choose its quality, stop it."""
    studio, project = view.studio, view.open
    match action.act:
        case "quality" if action.id in QUALITIES:
            view.choose("film.quality", action.id)
        case "make":
            return start(view, also_stale=False)
        case "make-all":
            return start(view, also_stale=True)
        case "cancel":
            job = film_job(view)
            if job is not None:
                studio.jobs.stop([job.id])
                kept = t("The film that was there stays.") if films(view) else t("Nothing was written.")
                return Reply(said=t("Stopped. {kept}", kept=kept))
        case "resume":
            studio.jobs.resume(project.id)
        case "go" if action.id in ("storyboard", "keyframes", "video"):
            return Reply(tab=action.id)
    return None


def start(view: View, *, also_stale: bool) -> Reply:
    """Queue what is missing and the film behind it; a film that is on its way already is left alone."""
    if film_job(view) is not None:
        return Reply(said=t("The film is being made already."))
    studio, project = view.studio, view.open
    wanted = _shots(s for s in cut_shots(view) if s.lacks or (also_stale and s.stale))
    after: tuple[str, ...] = ()
    if wanted:
        run = studio.generation.render(project, wanted)
        clips = [job for job in studio.jobs.jobs(project.id) if job.kind == "segment" and job.shot in wanted]
        # also those that finished meanwhile, and those that were on their way already
        ours = run.id if run is not None else ""
        after = tuple(job.id for job in clips if not job.ended or job.run == ours)
    studio.film.make(project, quality=quality(view), after=after)
    view.remember(film="")
    if wanted:
        return Reply(said=t("Rendering {shots}, then the film is made.", shots=counted(wanted)))
    return Reply(said=t("The film is being made."))
